//! A hash of which not every bit is known.

use super::Hash256;

/// A hash of which some bits are not known: it stands for all hashes that have the known ones.
///
/// ```
/// use tutela::hash::{Hash256, PartialHash};
///
/// let unknown = Hash256::from_bytes([0x0f; 32]);
/// let partial = PartialHash::new(Hash256::default(), unknown);
/// assert_eq!(partial.distance(&Hash256::from_bytes([0x1f; 32])), 32);
/// assert_eq!(PartialHash::from(Hash256::default()).distance(&unknown), 128);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartialHash {
    hash: Hash256,
    unknown: Hash256,
}

impl PartialHash {
    /// A hash whose bits are known except for those that are set in `unknown`.
    pub fn new(hash: Hash256, unknown: Hash256) -> Self {
        Self { hash, unknown }
    }

    /// One of the hashes that it stands for.
    pub fn hash(&self) -> Hash256 {
        self.hash
    }

    /// The bits that are not known.
    pub fn unknown(&self) -> Hash256 {
        self.unknown
    }

    /// A hash that stands for all that this one or the other stands for.
    pub fn or(&self, other: &Self) -> Self {
        let mut unknown = *self.unknown.as_bytes();
        let others = other.unknown.as_bytes().iter();
        let differing = self.hash.as_bytes().iter().zip(other.hash.as_bytes());
        for (unknown, (other, (a, b))) in unknown.iter_mut().zip(others.zip(differing)) {
            *unknown |= other | (a ^ b);
        }
        Self { hash: self.hash, unknown: Hash256::from_bytes(unknown) }
    }

    /// The number of known bits in which `other` differs: its distance to the nearest hash that this
    /// one stands for.
    pub fn distance(&self, other: &Hash256) -> u32 {
        let bytes = self.hash.as_bytes().iter().zip(other.as_bytes()).zip(self.unknown.as_bytes());
        bytes.map(|((a, b), unknown)| ((a ^ b) & !unknown).count_ones()).sum()
    }
}

impl From<Hash256> for PartialHash {
    fn from(hash: Hash256) -> Self {
        Self { hash, unknown: Hash256::default() }
    }
}

impl From<[u8; 32]> for PartialHash {
    fn from(bytes: [u8; 32]) -> Self {
        Hash256::from_bytes(bytes).into()
    }
}

//! The kinds of hash, and the set of them that one listed item has.

use super::Hash256;

/// A kind of hash that a list can hold and a file can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// PDQ, 256 bits, compared by Hamming distance.
    Pdq,
    /// MD5 of the file's bytes.
    Md5,
    /// SHA-1 of the file's bytes.
    Sha1,
    /// SHA-256 of the file's bytes.
    Sha256,
}

impl Signal {
    /// All signals, in the order in which they are listed everywhere.
    pub const ALL: [Self; 4] = [Self::Pdq, Self::Md5, Self::Sha1, Self::Sha256];

    /// The name used in lists and findings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdq => "pdq",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    /// Its length in bytes.
    pub const fn width(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Pdq | Self::Sha256 => 32,
        }
    }
}

/// The signals of one listed item: at most one of each kind.
///
/// `Debug` says which there are and shows no value: listed hashes are their owners' secrets.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Signals {
    /// PDQ.
    pub pdq: Option<Hash256>,
    /// MD5.
    pub md5: Option<[u8; 16]>,
    /// SHA-1.
    pub sha1: Option<[u8; 20]>,
    /// SHA-256.
    pub sha256: Option<[u8; 32]>,
}

impl Signals {
    /// The bytes of one signal.
    pub fn get(&self, signal: Signal) -> Option<&[u8]> {
        match signal {
            Signal::Pdq => self.pdq.as_ref().map(|hash| hash.as_bytes().as_slice()),
            Signal::Md5 => self.md5.as_ref().map(|digest| digest.as_slice()),
            Signal::Sha1 => self.sha1.as_ref().map(|digest| digest.as_slice()),
            Signal::Sha256 => self.sha256.as_ref().map(|digest| digest.as_slice()),
        }
    }

    /// The signals that are there, in the order of [`Signal::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Signal, &[u8])> {
        Signal::ALL.into_iter().filter_map(|signal| Some((signal, self.get(signal)?)))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl std::fmt::Debug for Signals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter().map(|(signal, _)| signal)).finish()
    }
}

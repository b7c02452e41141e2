//! A 256-bit perceptual hash and a radius around it.

use std::fmt;
use std::str::FromStr;

/// A 256-bit hash, in the order in which the reference implementation prints it.
///
/// Byte 0 holds the first two hex digits. Bit `i` of the reference (row `i / 16`, column `i % 16`
/// of the DCT) is bit `i % 8` of byte `31 - i / 8`.
///
/// ```
/// use tutela::hash::Hash256;
///
/// let text = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22";
/// let hash: Hash256 = text.parse()?;
/// assert_eq!(hash.to_string(), text);
/// assert_eq!(hash.distance(&Hash256::default()), 128);
/// # Ok::<(), tutela::hash::ParseHashError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash256([u8; 32]);

impl Hash256 {
    /// The hash with these bytes, most significant first.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, most significant first.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The number of bits that are set: 128 in a PDQ hash, which compares 256 values with their median
    /// (fewer where values are equal, as in flat pictures).
    pub fn ones(&self) -> u32 {
        self.distance(&Self::default())
    }

    /// All bits turned: of a PDQ hash, that of the negative picture.
    pub fn complement(&self) -> Self {
        Self(self.0.map(|byte| !byte))
    }

    /// The number of bits in which the two differ, 0 to 256.
    pub fn distance(&self, other: &Self) -> u32 {
        self.0.iter().zip(&other.0).map(|(a, b)| (a ^ b).count_ones()).sum()
    }
}

impl fmt::Display for Hash256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(const_hex::Buffer::<32, false>::new().format(&self.0))
    }
}

impl fmt::Debug for Hash256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash256({self})")
    }
}

impl FromStr for Hash256 {
    type Err = ParseHashError;

    fn from_str(text: &str) -> Result<Self, ParseHashError> {
        decode_hex(text).map(Self)
    }
}

/// Reads exactly `2 * N` hex digits of either case.
pub(crate) fn decode_hex<const N: usize>(text: &str) -> Result<[u8; N], ParseHashError> {
    let wrong = || ParseHashError { expected: 2 * N, found: text.chars().count() };
    // `const_hex` would also take a `0x` prefix.
    if text.len() != 2 * N {
        return Err(wrong());
    }
    let mut bytes = [0; N];
    const_hex::decode_to_slice(text, &mut bytes).map_err(|_| wrong())?;
    Ok(bytes)
}

/// A text that is not a hash of the expected length in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} hex digits, found {found} characters{}",
    if expected == found { ", not all of them hex digits" } else { "" })]
pub struct ParseHashError {
    /// Hex digits expected.
    pub expected: usize,
    /// Characters found.
    pub found: usize,
}

/// The greatest distance that still counts as a match: 0 to 256, 31 by default.
///
/// ```
/// use tutela::hash::Radius;
///
/// assert_eq!(Radius::default().get(), 31);
/// assert!(Radius::new(257).is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Radius(u16);

impl Radius {
    /// No bit may differ.
    pub const EXACT: Self = Self(0);

    /// A radius in bits; `None` above 256.
    pub const fn new(bits: u32) -> Option<Self> {
        if bits <= 256 { Some(Self(bits as u16)) } else { None }
    }

    /// The radius in bits.
    pub const fn get(self) -> u32 {
        self.0 as u32
    }
}

impl Default for Radius {
    fn default() -> Self {
        Self(31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_of_any_other_length_or_alphabet_is_refused() {
        for text in ["", "00", "0x", &"0".repeat(63), &"0".repeat(65), &"g".repeat(64)] {
            assert!(text.parse::<Hash256>().is_err(), "{text}");
        }
        let prefixed = format!("0x{}", "0".repeat(62));
        assert!(prefixed.parse::<Hash256>().is_err());
        assert_eq!("AB".repeat(32).parse::<Hash256>().unwrap().to_string(), "ab".repeat(32));
    }

    #[test]
    fn distance_counts_bits() {
        let zero = Hash256::default();
        let ones = Hash256::from_bytes([0xff; 32]);
        assert_eq!(zero.distance(&ones), 256);
        assert_eq!(zero.distance(&zero), 0);
    }
}

//! PDQ.

use super::{Hash256, Orientation, Pixels};

/// A PDQ hash with its quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pdq {
    /// The hash.
    pub hash: Hash256,
    /// How much structure the picture has: 0 (flat) to 100. Hashes below 50 are not matched.
    pub quality: u8,
}

/// The PDQ hashes of a picture in all eight orientations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orientations {
    /// The hashes, in the order of [`Orientation::ALL`].
    pub hashes: [Hash256; 8],
    /// The quality, the same for all.
    pub quality: u8,
}

impl Orientations {
    /// The hash of the picture as it is stored.
    pub fn original(&self) -> Pdq {
        Pdq { hash: self.hashes[0], quality: self.quality }
    }

    /// Each orientation with its hash.
    pub fn iter(&self) -> impl Iterator<Item = (Orientation, Hash256)> + '_ {
        Orientation::ALL.into_iter().zip(self.hashes)
    }
}

/// What is done to a picture before it is filtered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prescale {
    /// As the reference's C++ tool hashes files: with a side over 512, sampled to 512 x 512.
    #[default]
    Tool,
    /// As its Python users do: the picture in its own size.
    None,
}

/// Computes PDQ hashes; keeps its buffers from picture to picture.
#[derive(Debug, Default)]
pub struct Hasher {}

impl Hasher {
    /// A hasher with empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The hash of the picture as it is.
    pub fn hash(&mut self, pixels: Pixels<'_>, prescale: Prescale) -> Pdq {
        unimplemented!("{pixels:?} {prescale:?}")
    }

    /// The hashes in all eight orientations, from one DCT.
    pub fn orientations(&mut self, pixels: Pixels<'_>, prescale: Prescale) -> Orientations {
        unimplemented!("{pixels:?} {prescale:?}")
    }
}

//! PDQ.

use super::dct::{self, Dct, Spectrum};
use super::filter::{Filter, Grid, SIDE};
use super::luma::{Luma, Mirror, SAMPLED_SIDE};
use super::quality::quality;
use super::{Hash256, Orientation, Pixels};

/// The shortest side that has a hash.
pub(super) const MIN_SIDE: usize = 5;

/// A PDQ hash with its quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// Those of a picture too small to have any.
    pub(super) const NONE: Self = Self { hashes: [Hash256::from_bytes([0; 32]); 8], quality: 0 };

    /// The hash of the picture as it is stored.
    pub fn original(&self) -> Pdq {
        Pdq { hash: self.hashes[0], quality: self.quality }
    }

    /// Each orientation with its hash.
    pub fn iter(&self) -> impl Iterator<Item = (Orientation, Hash256)> + '_ {
        Orientation::ALL.into_iter().zip(self.hashes)
    }

    /// The hashes of some orientations.
    pub fn some<'a>(
        &'a self,
        orientations: &'a [Orientation],
    ) -> impl Iterator<Item = Hash256> + 'a {
        // they are numbered in this order
        orientations.iter().map(|orientation| self.hashes[*orientation as usize])
    }
}

/// What is done to a picture before it is filtered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Prescale {
    /// As the reference's C++ tool hashes files: with a side over 512, sampled to 512 x 512.
    #[default]
    Tool,
    /// As its Python users do: the picture in its own size.
    None,
}

impl Prescale {
    /// Whether a picture of this size is sampled.
    pub(crate) fn samples(self, width: usize, height: usize) -> bool {
        match self {
            // Nothing can be sampled from an empty picture.
            Self::Tool => width.max(height) > SAMPLED_SIDE && width.min(height) > 0,
            Self::None => false,
        }
    }
}

/// Computes PDQ hashes; keeps its buffers from picture to picture.
///
/// The buffers hold some rows of the picture, not all of it: about `width * (height / 128 + 64)`
/// floats.
///
/// ```
/// use tutela::hash::{Hasher, Pixels, Prescale};
///
/// let samples: Vec<u8> = (0..100 * 80).map(|i| (i % 251) as u8).collect();
/// let pixels = Pixels::grey(100, 80, &samples).ok_or("not 100 x 80 samples")?;
///
/// let mut hasher = Hasher::new();
/// let pdq = hasher.hash(pixels, Prescale::Tool);
/// let orientations = hasher.orientations(pixels, Prescale::Tool);
/// assert_eq!(orientations.original(), pdq);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Hasher {
    filter: Filter,
    grid: Box<Grid>,
    dct: Box<Dct>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            filter: Filter::default(),
            grid: Box::new([[0.0; SIDE]; SIDE]),
            dct: Box::new(Dct::new()),
        }
    }
}

impl Hasher {
    /// A hasher with empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The hash of the picture as it is.
    ///
    /// A picture with a side under five pixels, after the prescale, has the hash zero and the
    /// quality 0.
    pub fn hash(&mut self, pixels: Pixels<'_>, prescale: Prescale) -> Pdq {
        match self.spectrum(pixels, prescale, Mirror::default()) {
            Some((spectrum, quality)) => Pdq { hash: dct::hash(&spectrum), quality },
            None => Pdq { hash: Hash256::default(), quality: 0 },
        }
    }

    /// The hashes in all eight orientations, from one DCT, as the reference makes them.
    ///
    /// The first is always what [`Hasher::hash`] gives. The others are near the hashes of the picture
    /// really turned, but not equal: PDQ's boxes and sampling points are not symmetrical. Where a
    /// turned copy must be found, take [`Hasher::turned`].
    pub fn orientations(&mut self, pixels: Pixels<'_>, prescale: Prescale) -> Orientations {
        match self.spectrum(pixels, prescale, Mirror::default()) {
            Some((spectrum, quality)) => {
                Orientations { hashes: dct::orientations(&spectrum), quality }
            }
            None => Orientations::NONE,
        }
    }

    /// The hashes of the picture really turned and mirrored, for four times the work of
    /// [`Hasher::hash`].
    ///
    /// A copy that was mirrored, or turned by 180 degrees, without loss has exactly the hash of its
    /// original here. For the other four the same numbers are summed in another order, and a bit that
    /// hangs on rounding may differ.
    pub fn turned(&mut self, pixels: Pixels<'_>, prescale: Prescale) -> Orientations {
        let Some((original, quality)) = self.spectrum(pixels, prescale, Mirror::default()) else {
            return Orientations::NONE;
        };
        let hashes = dct::mirrored(|mirror| match mirror {
            Mirror { across: false, down: false } => original,
            // A mirror image is as large as the picture, so it has a spectrum as well.
            mirror => self.spectrum(pixels, prescale, mirror).map_or(original, |found| found.0),
        });
        Orientations { hashes, quality }
    }

    /// The low frequencies and the quality, unless the picture is too small to have them.
    fn spectrum(
        &mut self,
        pixels: Pixels<'_>,
        prescale: Prescale,
        mirror: Mirror,
    ) -> Option<(Spectrum, u8)> {
        let luma = Luma::new(pixels, prescale, mirror);
        let size = (luma.width(), luma.height());
        if size.0.min(size.1) < MIN_SIDE {
            return None;
        }
        if size == (SIDE, SIDE) {
            // Already reduced. The filter would change it: its running sums round.
            for (y, line) in self.grid.iter_mut().enumerate() {
                luma.row(y, line);
            }
        } else {
            self.filter.reduce(&luma, &mut self.grid);
        }
        Some((self.dct.transform(&self.grid), quality(&self.grid)))
    }
}

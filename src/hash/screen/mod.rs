//! PDQ in one linear step, from pixels or from the low frequencies of a JPEG file.
//!
//! [`super::Hasher`] repeats the reference's arithmetic to the last bit. Here the same numbers are
//! summed by matrices, each once, and only a value that hangs on rounding can come out on the other
//! side of the median. From frequencies, what is left out is missing: such a hash is near that of the
//! pixels, and [`Screen::doubtful`] says which of its bits may differ.

mod latest;
mod operator;
mod part;
mod reduce;
mod structure;
#[cfg(test)]
mod tests;
mod transform;
mod turned;

use self::latest::Latest;
use self::operator::{Basis, Shape, basis};
use self::part::{Boxes, Part};
use self::reduce::{Grids, Plane, Reducer};
use self::structure::quality;
use self::transform::Transform;
pub(super) use self::turned::Turn;
use self::turned::{Samples, turn};
use super::dct::{self, Bits, KEPT, Spectrum};
use super::filter::SIDE;
use super::luma::{Luma, Mirror, SAMPLED_SIDE};
use super::pdq::MIN_SIDE;
use super::view::Area;
use super::{Coarse, Hash256, Orientations, Pixels, Prescale};

/// Computes PDQ by matrices; keeps those of the last sizes, and its buffers.
///
/// ```
/// use tutela::hash::{Hasher, Pixels, Prescale, Screener};
///
/// let samples: Vec<u8> = (0..100 * 80).map(|i| (i * i % 251) as u8).collect();
/// let pixels = Pixels::grey(100, 80, &samples).ok_or("not 100 x 80 samples")?;
///
/// let screen = Screener::new().pixels(pixels, Prescale::Tool);
/// let exact = Hasher::new().turned(pixels, Prescale::Tool);
/// assert!(screen.orientations().original().hash.distance(&exact.original().hash) <= 2);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Screener {
    basis: Basis,
    /// The operators of whole pictures.
    wholes: Latest<Shape>,
    boxes: Boxes,
    /// Those of parts.
    parts: Latest<Part>,
    reducer: Reducer,
    grids: Box<Grids>,
    transform: Transform,
}

impl Default for Screener {
    fn default() -> Self {
        Self {
            basis: basis(),
            wholes: Latest::new(WHOLES),
            boxes: Boxes::default(),
            parts: Latest::new(PARTS),
            reducer: Reducer::default(),
            grids: Box::new([[[0.0; SIDE]; SIDE]; 4]),
            transform: Transform::new(),
        }
    }
}

/// How many operators of whole pictures are kept: those of some cameras, lying and upright.
const WHOLES: usize = 16;
/// How many of parts: as many as guesses need, which are the same for every picture.
const PARTS: usize = 192;

impl Screener {
    /// A screener with empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// From a picture's low frequencies.
    ///
    /// With [`Prescale::Tool`], of a picture with a side over 512, each of the 512 x 512 pixels that
    /// the reference takes is estimated by the mean of those around it. Where only the means of fields
    /// are kept, brightness is taken to change steadily across each of them.
    pub fn coarse(&mut self, picture: Coarse<'_>, prescale: Prescale) -> Screen {
        let (width, height) = (picture.width(), picture.height());
        let sampled = prescale.samples(width, height);
        if !sampled && width.min(height) < MIN_SIDE {
            return Screen::NONE;
        }
        let kept = Some(picture.kept());
        let across = Shape { length: width, kept, sampled };
        let down = Shape { length: height, kept, sampled };
        let operators =
            self.wholes.pair([across, down], |axis, shape| axis.build(shape, &self.basis));
        let plane = Plane::Floats(picture.data());
        self.reducer.reduce(plane, picture.columns(), operators, self.grids.as_mut_slice());
        Screen::of(&self.grids, &self.transform)
    }

    /// From pixels: the hashes are those of [`super::Hasher::turned`], but for bits that hang on
    /// rounding.
    pub fn pixels(&mut self, pixels: Pixels<'_>, prescale: Prescale) -> Screen {
        let (width, height) = (pixels.width(), pixels.height());
        if prescale.samples(width, height) {
            // The mirror images are made of other pixels.
            for index in 0..4 {
                let mirror = Mirror { across: index & 1 != 0, down: index & 2 != 0 };
                let luma = Luma::new(pixels, prescale, mirror);
                self.reduce(Plane::Luma(luma), SAMPLED_SIDE, SAMPLED_SIDE, index..index + 1);
            }
        } else if width.min(height) < MIN_SIDE {
            return Screen::NONE;
        } else {
            self.reduce(plane(pixels), width, height, 0..4);
        }
        Screen::of(&self.grids, &self.transform)
    }

    /// From a picture and its images mirrored across, down and both ways, each as it is hashed: of
    /// the same size, sampled already if it must be.
    pub fn planes(&mut self, planes: [Pixels<'_>; 4]) -> Screen {
        for (index, pixels) in planes.into_iter().enumerate() {
            let (width, height) = (pixels.width(), pixels.height());
            if width.min(height) < MIN_SIDE {
                return Screen::NONE;
            }
            self.reduce(plane(pixels), width, height, index..index + 1);
        }
        Screen::of(&self.grids, &self.transform)
    }

    /// From a part of a grey picture, as if it were scaled to 512 x 512 and hashed alone. It may go
    /// beyond the picture, whose edges then go on; `None` if the picture has no pixels, or if the part
    /// is under a pixel or over a thousand times the picture.
    pub fn area(&mut self, grey: Pixels<'_>, area: Area) -> Option<Screen> {
        self.part(grey, area, Images::All)
    }

    /// The same with only some of the mirror images.
    pub(super) fn part(&mut self, grey: Pixels<'_>, area: Area, images: Images) -> Option<Screen> {
        let [across, down] = parts(grey, area)?;
        let operators = self.parts.pair([across, down], |axis, part| axis.cover(part, &self.boxes));
        let grids = &mut self.grids[..images.count()];
        self.reducer.reduce(Plane::Bytes(grey.data()), grey.width(), operators, grids);
        Some(Screen::of_images(&self.grids, &self.transform, images))
    }

    /// From a part of a grey picture that is turned first, as it lies and mirrored across.
    pub(super) fn turned(&mut self, grey: Pixels<'_>, area: Area, by: Turn) -> Option<Screen> {
        let (width, height) = (grey.width(), grey.height());
        let [(left, across), (top, down)] = parts(grey, area)?.map(Part::ends);
        if width.min(height) < 2 || width.max(height) > turned::MOST {
            return None;
        }
        let samples = Samples { width, height, data: grey.data() };
        for (mirrored, grid) in [false, true].into_iter().zip(self.grids.iter_mut()) {
            let place = |at: f64| left + across * if mirrored { 1.0 - at } else { at };
            let columns = self.boxes.middles().map(place);
            let rows = self.boxes.middles().map(|at| top + down * at);
            turn(samples, by, columns, rows, grid);
        }
        Some(Screen::of_images(&self.grids, &self.transform, Images::Across))
    }

    /// The hashes in all eight orientations as the reference makes them, all from one DCT: those of
    /// [`super::Hasher::orientations`], but for bits that hang on rounding.
    pub fn orientations(&mut self, pixels: Pixels<'_>, prescale: Prescale) -> Orientations {
        let luma = Luma::new(pixels, prescale, Mirror::default());
        let (width, height) = (luma.width(), luma.height());
        if width.min(height) < MIN_SIDE {
            return Orientations::NONE;
        }
        let sampled = prescale.samples(pixels.width(), pixels.height());
        let plane = if sampled { Plane::Luma(luma) } else { plane(pixels) };
        self.reduce(plane, width, height, 0..1);
        let spectrum = self.transform.of_turned(&self.grids[0]);
        Orientations { hashes: dct::orientations(&spectrum), quality: quality(&self.grids[0]) }
    }

    /// Reduces pixels to one grid, or to all.
    fn reduce(
        &mut self,
        plane: Plane<'_>,
        width: usize,
        height: usize,
        grids: std::ops::Range<usize>,
    ) {
        let shape = |length| Shape { length, kept: None, sampled: false };
        let shapes = [shape(width), shape(height)];
        let operators = self.wholes.pair(shapes, |axis, shape| axis.build(shape, &self.basis));
        self.reducer.reduce(plane, width, operators, &mut self.grids[grids]);
    }
}

/// Which mirror images of a picture are made: what is cheap enough to be done for each guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Images {
    /// All four.
    All,
    /// The picture and its image mirrored across; the others by their symmetry, which is off by the one
    /// and a half samples of 512 that the reference's fields lie beside their middles.
    Across,
}

impl Images {
    fn count(self) -> usize {
        match self {
            Self::All => 4,
            Self::Across => 2,
        }
    }
}

/// An area of a grey picture, across and down, if it has one.
fn parts(grey: Pixels<'_>, area: Area) -> Option<[Part; 2]> {
    let across = Part::new(area.left, area.width, grey.width())?;
    let down = Part::new(area.top, area.height, grey.height())?;
    (grey.channels() == 1).then_some([across, down])
}

/// The samples themselves where they are the brightness.
fn plane(pixels: Pixels<'_>) -> Plane<'_> {
    if pixels.channels() == 1 {
        Plane::Bytes(pixels.data())
    } else {
        Plane::Luma(Luma::new(pixels, Prescale::None, Mirror::default()))
    }
}

/// The low frequencies of a picture and of its mirror images, before they become bits.
///
/// A picture too small to have them has none: its hashes are zero, all their bits doubtful, and its
/// quality is 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Screen {
    /// Across is the lowest bit of the index, down the next.
    spectra: [Spectrum; 4],
    quality: u8,
}

impl Screen {
    const NONE: Self = Self { spectra: [[[0.0; KEPT]; KEPT]; 4], quality: 0 };

    fn of(grids: &Grids, transform: &Transform) -> Self {
        Self::of_images(grids, transform, Images::All)
    }

    fn of_images(grids: &Grids, transform: &Transform, images: Images) -> Self {
        let mut screen = Self { quality: quality(&grids[0]), ..Self::NONE };
        let (made, others) = screen.spectra.split_at_mut(images.count());
        for (spectrum, grid) in made.iter_mut().zip(grids) {
            *spectrum = transform.of_turned(grid);
        }
        for (spectrum, image) in others.iter_mut().zip(made) {
            *spectrum = dct::mirrored_down(image);
        }
        screen
    }

    /// How much structure the picture has, by the reference's rule: 0 (flat) to 100.
    pub fn quality(&self) -> u8 {
        self.quality
    }

    /// The hashes of the picture really turned and mirrored.
    pub fn orientations(&self) -> Orientations {
        Orientations {
            hashes: dct::mirrored(|mirror| *self.spectrum(mirror)),
            quality: self.quality,
        }
    }

    /// For each orientation, the bits that an error of at most `tolerance` in the distance of a
    /// coefficient from the median can turn. Its unit is a step of brightness, 1 of 255, in
    /// the orthonormal DCT of 64 x 64 values.
    pub fn doubtful(&self, tolerance: f32) -> [Hash256; 8] {
        dct::mirrored_bits(|mirror| {
            let spectrum = self.spectrum(mirror);
            let median = dct::median(spectrum);
            Bits::which(spectrum, |value| (value - median).abs() <= tolerance)
        })
    }

    /// The coefficients of the picture as it lies and of its images mirrored across, down and both
    /// ways, less their median, each in the order of the hash's bits.
    pub fn margins(&self) -> [[f32; KEPT * KEPT]; 4] {
        let mut margins = [[0.0; KEPT * KEPT]; 4];
        for (margins, spectrum) in margins.iter_mut().zip(&self.spectra) {
            let median = dct::median(spectrum);
            for (margin, value) in margins.iter_mut().zip(spectrum.as_flattened()) {
                *margin = value - median;
            }
        }
        margins
    }

    fn spectrum(&self, mirror: Mirror) -> &Spectrum {
        &self.spectra[usize::from(mirror.across) | usize::from(mirror.down) << 1]
    }
}

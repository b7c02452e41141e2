//! What else a person sees in a picture: views, each hashed as if it were a picture of its own.
//!
//! PDQ sees through re-encoding and resizing, not through a border, a caption, a screenshot or a
//! collage. The lists cannot change; the query can. A view is a part of the picture, or the picture
//! and what may once have been around it, and it is named so that it can be looked at again.

mod coarse;
mod frames;
mod ground;
mod patch;
mod plan;
#[cfg(test)]
mod tests;

use std::fmt;

use super::luma::{Luma, Mirror};
use super::screen::Images;
use super::{Orientation, Pixels, Prescale, Screen, Screener};
use ground::Ground;
pub use plan::Effort;

/// A part of a picture, in its pixels; it may go beyond them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// The left edge.
    pub left: f64,
    /// The upper edge.
    pub top: f64,
    /// Pixels across.
    pub width: f64,
    /// Pixels down.
    pub height: f64,
}

impl Area {
    /// The same part of a picture that is `across` and `down` times as large.
    pub fn scaled(&self, across: f64, down: f64) -> Self {
        Self {
            left: self.left * across,
            top: self.top * down,
            width: self.width * across,
            height: self.height * down,
        }
    }

    /// What two areas have in common, as a part of both together.
    fn overlap(&self, other: &Self) -> f64 {
        let side = |a: f64, a_length: f64, b: f64, b_length: f64| {
            ((a + a_length).min(b + b_length) - a.max(b)).max(0.0)
        };
        let common = side(self.left, self.width, other.left, other.width)
            * side(self.top, self.height, other.top, other.height);
        common / (self.width * self.height + other.width * other.height - common)
    }
}

/// What kind of view it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Family {
    /// The whole picture, scaled to 512 x 512 before it is hashed.
    Whole,
    /// What is left of it inside borders, bars and captions, or a box in it: a letterbox, a screenshot.
    Frame,
    /// A half or a quarter of it: a collage.
    Part,
    /// The picture as it may have been before some was cut off around it.
    Pad,
    /// The picture turned back by a few degrees.
    Turn,
    /// The picture with a corner or a bar replaced by what is around it.
    Fill,
}

impl Family {
    /// All families.
    pub const ALL: [Self; 6] =
        [Self::Whole, Self::Frame, Self::Part, Self::Pad, Self::Turn, Self::Fill];

    /// Whether its views are guesses at what a picture was like before, rather than what it shows.
    pub const fn is_guess(self) -> bool {
        !matches!(self, Self::Whole | Self::Frame | Self::Part)
    }

    /// The orientations in which its views are hashed exactly, and asked about: all, or as they lie and
    /// mirrored left to right, which is what is done to pictures that are also cut, turned or covered.
    pub const fn orientations(self) -> &'static [Orientation] {
        match self {
            Self::Whole | Self::Frame => &Orientation::ALL,
            _ => &[Orientation::Original, Orientation::FlipY],
        }
    }

    /// Whether the negatives of its views are asked about as well.
    pub const fn has_negatives(self) -> bool {
        matches!(self, Self::Whole | Self::Frame)
    }

    /// The name used in findings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Frame => "frame",
            Self::Part => "part",
            Self::Pad => "pad",
            Self::Turn => "turn",
            Self::Fill => "fill",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A part of a picture's [`Sheet`], to be hashed as a picture of its own.
///
/// [`Sheet::screen`] needs nothing else to look at it again. Of a view that is turned, has a fill, keeps a
/// part or goes beyond the sheet, these steps are taken in this order: what is not kept is cut off; it is
/// reduced to 128 samples a side at most, by means; the fill is replaced by what is around it; the picture
/// goes on beyond its edges and fades to the mean of each line; it is turned; the area is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct View {
    /// Its kind.
    pub family: Family,
    /// The part of the sheet that is hashed.
    pub area: Area,
    /// By how many degrees the picture is turned about the middle of what is kept, counter-clockwise,
    /// before the part is taken.
    pub angle: f64,
    /// What is kept of the sheet; the picture beyond it is a guess. `None` if it is all.
    pub kept: Option<Area>,
    /// The part of the sheet that is replaced by what is around it.
    pub fill: Option<Area>,
}

impl View {
    fn new(family: Family, area: Area) -> Self {
        Self { family, area, angle: 0.0, kept: None, fill: None }
    }

    /// Whether it shows nothing but pixels of the sheet.
    fn shows_pixels(&self, grey: Pixels<'_>) -> bool {
        let Area { left, top, width, height } = self.area;
        let inside = left >= 0.0
            && top >= 0.0
            && left + width <= grey.width() as f64
            && top + height <= grey.height() as f64;
        inside && self.angle == 0.0 && self.kept.is_none() && self.fill.is_none()
    }
}

/// The brightness of a picture at a size at which views are looked for: 512 x 512 where a side is above
/// that, sampled as the reference's tool does it, and otherwise its own.
///
/// ```
/// use tutela::hash::{Effort, Family, Pixels, Screener, Sheet, View};
///
/// // a bright picture of squares in a dark frame
/// let grey: Vec<u8> = (0..300 * 200)
///     .map(|at| match (at % 300, at / 300) {
///         (40..260, 30..170) => 90 + 5 * (at % 31) as u8,
///         _ => 10,
///     })
///     .collect();
/// let mut sheet = Sheet::default();
/// sheet.fill(Pixels::grey(300, 200, &grey).ok_or("not 300 x 200")?);
/// let views = sheet.views(Effort::Fast);
/// let mut frames = views.iter().filter(|view| view.family == Family::Frame);
/// let is = |view: &&View| (view.area.left, view.area.width) == (40.0, 220.0);
/// let frame = frames.find(is).ok_or("no frame")?;
/// let screen = sheet.screen(frame, &mut Screener::new()).ok_or("no such part")?;
/// assert!(screen.quality() > 50);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    width: usize,
    height: usize,
    grey: Vec<u8>,
    line: Vec<f32>,
    /// Pixels of the picture for each of the sheet, across and down.
    scale: [f64; 2],
    ground: Ground,
}

impl Sheet {
    /// Takes the brightness of a picture.
    pub fn fill(&mut self, pixels: Pixels<'_>) {
        self.fill_of(pixels, pixels.width(), pixels.height());
    }

    /// Takes a picture of `width x height` pixels by those of them that the reference's tool samples, or
    /// all.
    pub fn fill_of(&mut self, pixels: Pixels<'_>, width: usize, height: usize) {
        self.take(pixels);
        self.scale =
            [width as f64 / self.width.max(1) as f64, height as f64 / self.height.max(1) as f64];
    }

    fn take(&mut self, pixels: Pixels<'_>) {
        self.ground.forget();
        let luma = Luma::new(pixels, Prescale::Tool, Mirror::default());
        (self.width, self.height) = (luma.width(), luma.height());
        self.line.resize(self.width, 0.0);
        self.grey.clear();
        if pixels.channels() == 1 && self.width == pixels.width() && self.height == pixels.height()
        {
            self.grey.extend_from_slice(pixels.data());
            return;
        }
        for y in 0..self.height {
            luma.row(y, &mut self.line);
            self.grey.extend(self.line.iter().map(|value| (value + 0.5) as u8));
        }
    }

    /// The brightness.
    pub fn grey(&self) -> Pixels<'_> {
        Pixels::grey(self.width, self.height, &self.grey).expect("as many as were filled in")
    }

    /// Pixels of the picture for each of the sheet, across and down.
    pub fn scale(&self) -> [f64; 2] {
        self.scale
    }

    /// The hashes of a view, those of its family's [orientations](Family::orientations) exactly. `None` if
    /// it is none of a sheet with pixels.
    pub fn screen(&mut self, view: &View, screener: &mut Screener) -> Option<Screen> {
        if view.shows_pixels(self.grey()) {
            let all = view.family.orientations().len() == Orientation::ALL.len();
            let images = if all { Images::All } else { Images::Across };
            return screener.part(self.grey(), view.area, images);
        }
        let mut ground = std::mem::take(&mut self.ground);
        let screen = ground.screen(self.grey(), self.scale, view, screener);
        self.ground = ground;
        screen
    }

    /// The views of it, those of lesser efforts first. They depend on nothing but the pixels and on what
    /// they stand for.
    pub fn views(&self, effort: Effort) -> Vec<View> {
        plan::views(self.grey(), self.scale, effort)
    }
}

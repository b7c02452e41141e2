//! The pictures of one file: each hashed, as exactly as asked, and looked up.

use super::sightings::Sightings;
use super::{Accuracy, QUALITY_FLOOR, Seen};
use crate::Result;
use crate::hash::{
    Effort, Hasher, Orientations, PartialHash, Pdq, Pixels, Prescale, Radius, Screen, Screener,
    Sheet,
};
use crate::index::Searcher;
use crate::media::{Frame, Rendering, SampledLuma};

/// A bound on what the order of sums changes in a coefficient.
const ROUNDING: f32 = 0.5;
/// By how much the order of sums can change the quality.
const QUALITY_ROUNDING: u8 = 2;

/// What hashes pictures and looks them up; keeps its buffers.
#[derive(Debug)]
pub(super) struct Eyes {
    pub(super) searcher: Searcher,
    pub(super) screener: Screener,
    pub(super) hasher: Hasher,
    pub(super) radius: Radius,
    pub(super) accuracy: Accuracy,
    pub(super) effort: Effort,
    /// The picture in which views are looked for.
    pub(super) sheet: Sheet,
    /// Whether the hash of each first frame is wanted as exactly as that of a match.
    pub(super) complete: bool,
}

/// What the pictures of a file told.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// The hash of the first one as stored.
    pub(super) first: Option<(Pdq, Accuracy)>,
    pub(super) best_quality: Option<u8>,
    pub(super) sightings: Sightings,
    /// The hashes of the one before.
    last: Vec<Screen>,
}

impl Frames {
    fn see(&mut self, quality: u8) {
        self.best_quality = self.best_quality.max(Some(quality));
    }
}

impl Eyes {
    /// Hashes a JPEG file's brightness at the pixels that the reference samples.
    pub(super) fn sampled(&mut self, luma: &SampledLuma<'_>, frames: &mut Frames) -> Result<()> {
        let place = (0, Rendering::Stored);
        let mut planes = luma.planes();
        let tool = match [planes.next(), planes.next(), planes.next(), planes.next()] {
            [Some(plane), None, ..] => self.screener.pixels(plane, Prescale::Tool),
            [Some(original), Some(across), Some(down), Some(both)] => {
                self.screener.planes([original, across, down, both])
            }
            _ => unreachable!("one plane, or four"),
        };
        frames.first = Some((tool.orientations().original(), Accuracy::Reference));
        self.look_up(tool.orientations(), Prescale::Tool, place, frames)?;
        if let (true, Some(plane)) = (self.effort > Effort::Plain, luma.planes().next()) {
            self.sheet.fill_of(plane, luma.width(), luma.height());
            self.views(place, frames)?;
        }
        if !Prescale::Tool.samples(luma.width(), luma.height()) {
            return Ok(());
        }
        let none = self.screener.coarse(luma.coarse(), Prescale::None);
        self.look_up(none.orientations(), Prescale::None, place, frames)
    }

    /// Hashes a decoded picture.
    pub(super) fn decoded(&mut self, frame: Frame<'_>, frames: &mut Frames) -> Result<()> {
        let pixels = frame.pixels;
        let place = (frame.number, frame.rendering);
        let first = place == (0, Rendering::Stored);
        let prescales = prescales(pixels);
        if self.accuracy == Accuracy::Full {
            for &prescale in prescales {
                let exact = self.hasher.turned(pixels, prescale);
                if first && prescale == Prescale::Tool {
                    frames.first = Some((exact.original(), Accuracy::Full));
                }
                self.look_up(exact, prescale, place, frames)?;
            }
            return self.views_of(pixels, place, frames);
        }
        let screens = prescales.iter().map(|prescale| self.screener.pixels(pixels, *prescale));
        let screens: Vec<_> = screens.collect();
        if frames.last == screens {
            return Ok(());
        }
        for (&prescale, screen) in prescales.iter().zip(&screens) {
            let hashes = screen.orientations();
            let unsettled = screen.doubtful(ROUNDING);
            let asked = hashes.hashes.iter().zip(unsettled);
            let asked: Vec<_> = asked.map(|(hash, bits)| PartialHash::new(*hash, bits)).collect();
            let mut near = false;
            self.searcher.near_any(&asked, self.radius, &mut |_| near = true)?;
            let tool = prescale == Prescale::Tool;
            if first && tool {
                frames.first = Some((hashes.original(), Accuracy::Reference));
            }
            let flat = hashes.quality < QUALITY_FLOOR + QUALITY_ROUNDING;
            if near || tool && (flat || first && self.complete) {
                let exact = self.hasher.turned(pixels, prescale);
                if first && tool {
                    frames.first = Some((exact.original(), Accuracy::Full));
                }
                self.look_up(exact, prescale, place, frames)?;
            } else {
                frames.see(hashes.quality);
            }
        }
        frames.last = screens;
        self.views_of(pixels, place, frames)
    }

    /// Takes the views of a decoded picture.
    fn views_of(
        &mut self,
        pixels: Pixels<'_>,
        place: (u32, Rendering),
        frames: &mut Frames,
    ) -> Result<()> {
        if self.effort == Effort::Plain {
            return Ok(());
        }
        self.sheet.fill(pixels);
        self.views(place, frames)
    }

    /// Hashes and looks up the views of the sheet.
    fn views(&mut self, place: (u32, Rendering), frames: &mut Frames) -> Result<()> {
        let scale = self.sheet.scale();
        let mut views = Vec::new();
        for view in self.sheet.views(self.effort) {
            let Some(screen) = self.sheet.screen(&view, &mut self.screener) else { continue };
            if screen.quality() >= QUALITY_FLOOR {
                let seen = Seen::new(&view, scale, screen.quality());
                views.push((seen, screen.orientations()));
            }
        }
        frames.sightings.of_views(&mut self.searcher, &views, self.radius, place)
    }

    /// Looks up hashes that are as exact as they get.
    fn look_up(
        &mut self,
        hashes: Orientations,
        prescale: Prescale,
        place: (u32, Rendering),
        frames: &mut Frames,
    ) -> Result<()> {
        frames.see(hashes.quality);
        if hashes.quality < QUALITY_FLOOR {
            return Ok(());
        }
        frames.sightings.of_hashes(&mut self.searcher, &hashes, prescale, self.radius, place)
    }
}

/// The ways in which lists may have hashed a picture, where they differ.
fn prescales(pixels: Pixels<'_>) -> &'static [Prescale] {
    if Prescale::Tool.samples(pixels.width(), pixels.height()) {
        &[Prescale::Tool, Prescale::None]
    } else {
        &[Prescale::Tool]
    }
}

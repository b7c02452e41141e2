//! The pictures of one file: each hashed, as exactly as asked, and looked up.

use super::explain::Explain;
use super::grounds::Bounds;
use super::sightings::{Place, Sightings};
use super::views::Views;
use crate::Result;
use crate::hash::{
    Coarse, Effort, Family, Hasher, Orientations, PartialHash, Pdq, Pixels, Prescale, Radius,
    Screen, Screener, Sheet,
};
use crate::index::Searcher;
use crate::media::{Frame, Rendering, SampledLuma};
use crate::scan::{Accuracy, QUALITY_FLOOR, Seen};

/// A bound on what the order of sums changes in a coefficient.
const ROUNDING: f32 = 0.5;
/// The least quality of a view that is a guess: with less there is little in the picture, a disc on white,
/// and guesses make two of those alike.
const GUESS_FLOOR: u8 = 80;
/// By how much the order of sums can change the quality.
const QUALITY_ROUNDING: u8 = 2;

/// What hashes pictures and looks them up; keeps its buffers.
#[derive(Debug)]
pub(in crate::scan) struct Eyes {
    pub(in crate::scan) searcher: Searcher,
    pub(in crate::scan) screener: Screener,
    pub(in crate::scan) hasher: Hasher,
    pub(in crate::scan) bounds: Bounds,
    /// How far the index is searched.
    pub(in crate::scan) search: Radius,
    pub(in crate::scan) accuracy: Accuracy,
    pub(in crate::scan) effort: Effort,
    /// The picture in which views are looked for.
    pub(in crate::scan) sheet: Sheet,
    /// Whether the hash of each first frame is wanted as exactly as that of a match.
    pub(in crate::scan) complete: bool,
    /// Whether the nearest entry of each family of views is wanted, however far.
    pub(in crate::scan) explain: bool,
    pub(in crate::scan) views: Views,
}

/// What the pictures of a file told.
#[derive(Debug, Default)]
pub(in crate::scan) struct Frames {
    /// The number of the file among those that are examined together.
    pub(in crate::scan) file: usize,
    /// The hash of the first one as stored.
    pub(in crate::scan) first: Option<(Pdq, Accuracy)>,
    pub(in crate::scan) best_quality: Option<u8>,
    pub(in crate::scan) sightings: Sightings,
    /// Hashes that the index was asked about.
    pub(in crate::scan) asked: u64,
    /// Whether a part was taken for a picture of its own.
    pub(in crate::scan) framed: bool,
    /// Whether views were taken already, of the low frequencies.
    pub(in crate::scan) viewed: bool,
    /// What was nearest, if that is wanted.
    pub(in crate::scan) explain: Explain,
    /// The hashes of the one before.
    last: Vec<Screen>,
}

impl Frames {
    /// Nothing yet of a file.
    pub(in crate::scan) fn of(file: usize) -> Self {
        Self { file, ..Self::default() }
    }

    fn see(&mut self, quality: u8) {
        self.best_quality = self.best_quality.max(Some(quality));
    }
}

impl Eyes {
    /// Hashes a JPEG file's brightness at the pixels that the reference samples.
    pub(in crate::scan) fn sampled(
        &mut self,
        luma: &SampledLuma<'_>,
        frames: &mut Frames,
    ) -> Result<()> {
        let place = Place::picture(0, Rendering::Stored);
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
        let wanted = self.effort > Effort::Plain && !frames.viewed;
        if let (true, Some(plane)) = (wanted, luma.planes().next()) {
            self.sheet.fill_of(plane, luma.width(), luma.height());
            self.take_views(place, frames)?;
        }
        if !Prescale::Tool.samples(luma.width(), luma.height()) {
            return Ok(());
        }
        let none = self.screener.coarse(luma.coarse(), Prescale::None);
        self.look_up(none.orientations(), Prescale::None, place, frames)
    }

    /// Hashes a decoded picture.
    pub(in crate::scan) fn decoded(&mut self, frame: Frame<'_>, frames: &mut Frames) -> Result<()> {
        let pixels = frame.pixels;
        let place = Place::picture(frame.number, frame.rendering);
        let first = place == Place::picture(0, Rendering::Stored);
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
            self.searcher.near_any(&asked, self.search, &mut |_| near = true)?;
            let tool = prescale == Prescale::Tool;
            if first && tool {
                frames.first = Some((hashes.original(), Accuracy::Reference));
            }
            let flat = hashes.quality < QUALITY_FLOOR + QUALITY_ROUNDING;
            let wanted = self.explain || near;
            if wanted || tool && (flat || first && self.complete) {
                let exact = self.hasher.turned(pixels, prescale);
                if first && tool {
                    frames.first = Some((exact.original(), Accuracy::Full));
                }
                self.look_up(exact, prescale, place, frames)?;
            } else {
                frames.see(hashes.quality);
                frames.asked += 8;
            }
        }
        frames.last = screens;
        self.views_of(pixels, place, frames)
    }

    /// Takes the views of a decoded picture.
    fn views_of(&mut self, pixels: Pixels<'_>, place: Place, frames: &mut Frames) -> Result<()> {
        if self.effort == Effort::Plain || frames.viewed {
            return Ok(());
        }
        self.sheet.fill(pixels);
        self.take_views(place, frames)
    }

    /// Takes the views of a JPEG file's picture by its low frequencies.
    pub(super) fn coarse_views(&mut self, coarse: Coarse<'_>, frames: &mut Frames) -> Result<()> {
        self.sheet.fill_coarse(coarse);
        frames.viewed = true;
        self.take_views(Place::picture(0, Rendering::Stored), frames)
    }

    /// Hashes and looks up the views of the sheet.
    fn take_views(&mut self, place: Place, frames: &mut Frames) -> Result<()> {
        let scale = self.sheet.scale();
        for view in self.sheet.views(self.effort) {
            let Some(screen) = self.sheet.screen(&view, &mut self.screener) else { continue };
            let guess = view.family.is_guess();
            if screen.quality() < if guess { GUESS_FLOOR } else { QUALITY_FLOOR } {
                continue;
            }
            frames.framed |= view.family == Family::Frame;
            let seen = Seen::new(&view, scale, screen.quality());
            let place = Place { view: Some(seen), ..place };
            let turned = screen.orientations();
            if self.explain {
                frames.explain.see(&mut self.searcher, &turned, place, Some(view.family))?;
            }
            let with = (&mut self.searcher, self.search);
            let asker = (frames.file, place, view.family);
            frames.asked += self.views.ask(asker, &turned, with)?;
        }
        Ok(())
    }

    /// Looks up hashes that are as exact as they get.
    fn look_up(
        &mut self,
        hashes: Orientations,
        prescale: Prescale,
        place: Place,
        frames: &mut Frames,
    ) -> Result<()> {
        frames.see(hashes.quality);
        if hashes.quality < QUALITY_FLOOR {
            return Ok(());
        }
        frames.asked += 8;
        if self.explain {
            frames.explain.see(&mut self.searcher, &hashes, place, None)?;
        }
        let reach = (self.search, self.bounds.radius);
        frames.sightings.of_hashes(&mut self.searcher, &hashes, reach, prescale, place)
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

//! Screening: which JPEG files cannot be near an entry, told from their lowest frequencies.

use super::QUALITY_FLOOR;
use crate::Result;
use crate::hash::{Hash256, PartialHash, Pdq, Prescale, Radius, Screen, Screener};
use crate::index::Searcher;
use crate::media::{CoarseDecoder, CoarseLuma, Limits};

/// By how much the quality of a screened picture may differ from the reference's.
const QUALITY_MARGIN: u8 = 20;
/// With more unsettled bits than this in one orientation, hashing the picture exactly costs less
/// than searching for all that it may be.
const MOST_UNSETTLED: u32 = 40;

/// What screening told of a file.
#[derive(Clone, Debug)]
pub(super) enum Screened {
    /// No entry is near, whatever its unsettled bits are.
    Clear(Seen),
    /// It may be near an entry, or too little is settled or decoded to tell.
    Unsure,
}

/// A picture that is not looked at any further.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Of the lowest frequencies: near the reference's hash, not equal to it.
    pub(super) pdq: Pdq,
}

/// Decodes, hashes and looks up several files at once; keeps its buffers.
#[derive(Debug, Default)]
pub(super) struct Screening {
    decoder: CoarseDecoder,
    queries: Vec<PartialHash>,
    /// The file of each query.
    owners: Vec<usize>,
}

impl Screening {
    /// Screens files; `screened` is as long as these, and all unsure.
    ///
    /// # Errors
    /// Those of reading the index.
    pub(super) fn screen(
        &mut self,
        files: &[&[u8]],
        limits: &Limits,
        radius: Radius,
        (screener, searcher): (&mut Screener, &mut Searcher),
        screened: &mut [Screened],
    ) -> Result<()> {
        let Self { decoder, queries, owners } = self;
        queries.clear();
        owners.clear();
        decoder.decode(files, limits, &mut |file, decoded| {
            let Some(slot) = screened.get_mut(file) else { return };
            // What is declined here is decoded otherwise, or declined again.
            let Ok(luma) = decoded else { return };
            let asked = queries.len();
            match ask(&luma, screener, queries) {
                Some(seen) => *slot = Screened::Clear(seen),
                None => queries.truncate(asked),
            }
            owners.resize(queries.len(), file);
        });
        searcher.near_any(queries, radius, &mut |query| {
            if let Some(slot) = owners.get(query).and_then(|file| screened.get_mut(*file)) {
                *slot = Screened::Unsure;
            }
        })
    }
}

/// Appends what must be asked of the index about a picture; `None` if its coefficients do not settle
/// enough.
fn ask(
    luma: &CoarseLuma<'_>,
    screener: &mut Screener,
    queries: &mut Vec<PartialHash>,
) -> Option<Seen> {
    let coarse = luma.coarse;
    let mut seen = None;
    for prescale in [Prescale::Tool, Prescale::None] {
        let screen = screener.coarse(coarse, prescale);
        if screen.quality() < QUALITY_FLOOR + QUALITY_MARGIN {
            return None;
        }
        let hashes = screen.orientations();
        let unsettled = unsettled(&screen, prescale, luma.left_out);
        if unsettled.iter().any(|bits| bits.ones() > MOST_UNSETTLED) {
            return None;
        }
        let partial = hashes.iter().zip(unsettled);
        queries.extend(partial.map(|((_, hash), unknown)| PartialHash::new(hash, unknown)));
        seen.get_or_insert(hashes.original());
    }
    let (width, height) = (coarse.width() as u32, coarse.height() as u32);
    seen.map(|pdq| Seen { width, height, pdq })
}

/// The bits that the reference may see otherwise.
fn unsettled(screen: &Screen, prescale: Prescale, left_out: Option<f32>) -> [Hash256; 8] {
    let detail = left_out.unwrap_or(400.0).max(0.0).sqrt();
    let tolerance = match prescale {
        Prescale::Tool => 0.7 * detail + 0.5,
        Prescale::None => 0.2 * detail + 0.5,
    };
    screen.doubtful(tolerance)
}

//! Screening: which JPEG files cannot be near an entry, told from their lowest frequencies.

use super::detail::detail;
use super::eyes::{Eyes, Frames};
use crate::Result;
use crate::hash::{Coarse, Effort, PartialHash, Pdq, Prescale, Radius, Screener};
use crate::index::Searcher;
use crate::media::{CoarseDecoder, CoarseLuma, Limits};
use crate::scan::QUALITY_FLOOR;

/// By how much the quality of a screened picture may differ from the reference's.
const QUALITY_MARGIN: u8 = 20;
/// With more unsettled bits than this in one orientation, how far they reach has not been measured
/// (see [`TOLERANCE`]): the picture is hashed exactly.
const MOST_UNSETTLED: u32 = 64;
/// The same of a progressive file, whose detail is estimated rather too high.
const MOST_UNSETTLED_PROGRESSIVE: u32 = 96;
/// What a search may cost, in comparisons of hashes for each field of the picture: beyond that,
/// hashing the picture exactly costs less.
const COST_A_FIELD: u64 = 60;
/// The same of a progressive file, which costs most to hash exactly.
const COST_A_FIELD_PROGRESSIVE: u64 = 150;

/// What the low frequencies of a file told.
#[derive(Debug, Default)]
pub(in crate::scan) struct Screened {
    /// What is known of it if no entry is near the picture, whatever its unsettled bits are; `None` if one
    /// may be, or if too little is settled or decoded to tell.
    pub(in crate::scan) clear: Option<Clear>,
    /// What its views told, if they were taken.
    pub(in crate::scan) views: Option<Frames>,
}

/// A picture that is not looked at any further.
#[derive(Clone, Copy, Debug)]
pub(in crate::scan) struct Clear {
    pub(in crate::scan) width: u32,
    pub(in crate::scan) height: u32,
    /// Of the lowest frequencies: near the reference's hash, not equal to it.
    pub(in crate::scan) pdq: Pdq,
    /// Hashes that the index was asked about.
    pub(in crate::scan) asked: u64,
}

/// Decodes, hashes and looks up several files at once; keeps its buffers.
#[derive(Debug)]
pub(in crate::scan) struct Screening {
    decoder: CoarseDecoder,
    queries: Vec<PartialHash>,
    /// The file of each query.
    owners: Vec<usize>,
}

impl Screening {
    pub(in crate::scan) fn new(effort: Effort) -> Self {
        let decoder = match effort {
            Effort::Plain => CoarseDecoder::default(),
            _ => CoarseDecoder::for_parts(),
        };
        Self { decoder, queries: Vec::new(), owners: Vec::new() }
    }

    /// Screens files and takes the views of those that show enough of themselves. Files are given with
    /// their numbers, and `screened` has one for each.
    ///
    /// # Errors
    /// Those of reading the index.
    pub(in crate::scan) fn screen(
        &mut self,
        files: &[(usize, &[u8])],
        limits: &Limits,
        eyes: &mut Eyes,
        screened: &mut [Screened],
    ) -> Result<()> {
        let Self { decoder, queries, owners } = self;
        queries.clear();
        owners.clear();
        let mut failed = Ok(());
        let bytes: Vec<_> = files.iter().map(|(_, bytes)| *bytes).collect();
        decoder.decode(&bytes, limits, &mut |file, decoded| {
            // What is declined here is decoded otherwise, or declined again.
            let (Some(slot), Some((number, bytes)), Ok(luma)) =
                (screened.get_mut(file), files.get(file), decoded)
            else {
                return;
            };
            let Some(detail) = detail(&luma, bytes.len()) else { return };
            if eyes.effort > Effort::Plain && shows_parts(luma.parts) && failed.is_ok() {
                let mut frames = Frames::of(*number);
                failed = eyes.coarse_views(luma.parts, &mut frames);
                slot.views = Some(frames);
            }
            if eyes.complete {
                return;
            }
            let asked = queries.len();
            let with = (&mut eyes.screener, &eyes.searcher);
            match ask(&luma, detail, eyes.search, with, queries) {
                Some(clear) => slot.clear = Some(clear),
                None => queries.truncate(asked),
            }
            owners.resize(queries.len(), file);
        });
        failed?;
        eyes.searcher.near_any(queries, eyes.search, &mut |query| {
            if let Some(slot) = owners.get(query).and_then(|file| screened.get_mut(*file)) {
                slot.clear = None;
            }
        })
    }
}

/// The least side of a sheet in which views are looked for, where all of the picture could be had.
const LEAST_SHEET: usize = 256;

/// Whether so much is kept that parts of the picture can be told.
fn shows_parts(coarse: Coarse<'_>) -> bool {
    coarse.width().min(coarse.height()) * coarse.kept() / 8 >= LEAST_SHEET
}

/// Appends what must be asked of the index about a picture; `None` if its coefficients do not settle
/// enough.
///
/// In each orientation, one question stands for both ways in which lists may have hashed it.
fn ask(
    luma: &CoarseLuma<'_>,
    detail: f32,
    radius: Radius,
    (screener, searcher): (&mut Screener, &Searcher),
    queries: &mut Vec<PartialHash>,
) -> Option<Clear> {
    let [(hashes, tool), (others, none)] = TOLERANCE.map(|(prescale, of_detail, always)| {
        let screen = screener.coarse(luma.coarse, prescale);
        let hashes = screen.orientations();
        let unsettled = screen.doubtful(of_detail * detail + always);
        let partial = |index: usize| PartialHash::new(hashes.hashes[index], unsettled[index]);
        (hashes, std::array::from_fn::<_, 8, _>(partial))
    });
    let (most, a_field) = match luma.left_out {
        Some(_) => (MOST_UNSETTLED, COST_A_FIELD),
        None => (MOST_UNSETTLED_PROGRESSIVE, COST_A_FIELD_PROGRESSIVE),
    };
    let mut unsettled = tool.iter().chain(&none).map(|hash| hash.unknown().ones());
    if hashes.quality.min(others.quality) < QUALITY_FLOOR + QUALITY_MARGIN
        || unsettled.any(|bits| bits > most)
    {
        return None;
    }
    let mut left = luma.fields.saturating_mul(a_field);
    for (tool, none) in tool.iter().zip(&none) {
        let either = tool.or(none);
        left = left.checked_sub(searcher.cost(either, radius))?;
        queries.push(either);
    }
    let (width, height) = (luma.coarse.width() as u32, luma.coarse.height() as u32);
    // for both ways of hashing, in all orientations
    Some(Clear { width, height, pdq: hashes.original(), asked: 16 })
}

/// By how much the reference's coefficients may differ, for each way of hashing: for each step of the
/// detail that a picture's low frequencies leave out, and in any case.
///
/// Measured on 458 files of 1632 x 1224 and 4000 x 3000, progressive ones among them: where at most
/// [`MOST_UNSETTLED`] bits were within it, no bit beyond it differed. It is no proof: detail that beats
/// with the reference's grid of samples can weigh more.
const TOLERANCE: [(Prescale, f32, f32); 2] =
    [(Prescale::Tool, 0.8, 1.5), (Prescale::None, 0.6, 1.0)];

//! The boxes in a picture that may be pictures: inside uniform borders, between uniform bars, and
//! between long straight edges.

mod bars;
mod captions;
mod edges;
mod rect;

use super::super::Pixels;
use super::Area;
use rect::{Lines, Rect};

/// By how much a sample of a uniform line may differ from the line's mean.
const FLAT: u8 = 10;
/// One sample in so many may differ by more.
const OUTLIERS: usize = 40;
/// Boxes that cover each other by more than this are one.
const SAME: f64 = 0.96;
/// Boxes inside borders, without captions, between bars, of several such boxes, and between edges, at most.
const MOST: [usize; 5] = [3, 4, 6, 5, 4];

/// The side of the tiles in which a picture is turned.
const TILE: usize = 32;

/// What a picture is made up of.
pub(super) struct Layout {
    /// The boxes that may be pictures.
    pub(super) frames: Vec<Area>,
    /// How much of the middle is a gap between pictures, across and down; 0 if none is.
    pub(super) gaps: [f64; 2],
}

/// The boxes, those of the first way first and the largest of each way before the others; never the
/// whole picture.
pub(super) fn frames(grey: Pixels<'_>) -> Layout {
    let finder = Finder::new(grey);
    let whole = Rect { left: 0, top: 0, right: grey.width(), bottom: grey.height() };
    let trims = finder.trims(whole);
    let trimmed = trims.first().copied().unwrap_or(whole);
    let captions = finder.without_text(whole);
    let (mut blocks, mut runs) = (Vec::new(), Vec::new());
    let both = [Lines::Rows, Lines::Columns];
    // most pictures have no bars
    if both.iter().any(|lines| finder.parts(trimmed, *lines) != [trimmed]) {
        for lines in both {
            finder.cut(trimmed, bars::DEPTH, lines, &mut blocks);
            finder.runs(trimmed, lines, &mut runs);
        }
    }
    let edges = finder.between_edges(trimmed);
    let mut found = Vec::new();
    for (mut rects, most) in [trims, captions, blocks, runs, edges].into_iter().zip(MOST) {
        rects.sort_by_key(|rect| std::cmp::Reverse(rect.area()));
        let before = found.len();
        for area in rects.into_iter().filter(|rect| rect.counts(whole)).map(Rect::area_of) {
            let known = |other: &Area| other.overlap(&area) > SAME;
            if found.len() - before < most && !known(&whole.area_of()) && !found.iter().any(known) {
                found.push(area);
            }
        }
    }
    let gaps = [Lines::Columns, Lines::Rows].map(|lines| finder.gap(whole, lines) as f64);
    Layout { frames: found, gaps }
}

struct Finder<'a> {
    grey: Pixels<'a>,
    /// The same with its columns as rows.
    turned: Vec<u8>,
}

impl<'a> Finder<'a> {
    fn new(grey: Pixels<'a>) -> Self {
        let (width, height) = (grey.width(), grey.height());
        let mut turned = vec![0; width * height];
        // in tiles, of which as many lines stay in cache as are written to
        for (band, rows) in grey.data().chunks(width * TILE).enumerate() {
            for from in (0..width).step_by(TILE) {
                let columns = turned[from * height..].chunks_exact_mut(height).take(TILE);
                for (at, column) in columns.enumerate() {
                    let samples = rows[from + at..].iter().step_by(width);
                    for (slot, sample) in column[band * TILE..].iter_mut().zip(samples) {
                        *slot = *sample;
                    }
                }
            }
        }
        Self { grey, turned }
    }

    /// The samples of a line of a box.
    fn line(&self, rect: Rect, lines: Lines, at: usize) -> &[u8] {
        match lines {
            Lines::Rows => &self.grey.data()[at * self.grey.width()..][rect.left..rect.right],
            Lines::Columns => &self.turned[at * self.grey.height()..][rect.top..rect.bottom],
        }
    }

    /// How many lines there are.
    fn count(&self, lines: Lines) -> usize {
        match lines {
            Lines::Rows => self.grey.height(),
            Lines::Columns => self.grey.width(),
        }
    }

    /// The mean of a line, if it is uniform.
    fn flat(&self, rect: Rect, lines: Lines, at: usize) -> Option<i32> {
        let line = self.line(rect, lines, at);
        let few = line.len() / OUTLIERS;
        // most lines are not, and show it soon
        let first = line.first().copied().unwrap_or(0);
        let apart = line.iter().step_by(8).filter(|sample| sample.abs_diff(first) > 3 * FLAT);
        if apart.take(few + 1).count() > few {
            return None;
        }
        let sum: u32 = line.iter().map(|sample| u32::from(*sample)).sum();
        let mean = (sum / line.len().max(1) as u32) as u8;
        (how_many(line, |sample| sample.abs_diff(mean) > FLAT) <= few).then_some(mean.into())
    }
}

/// Samples that are counted together: their number fits a byte.
const TOGETHER: usize = 128;

/// How many samples are so.
#[inline(always)]
fn how_many(line: &[u8], holds: impl Fn(u8) -> bool) -> usize {
    how_many_pairs(line, line, |sample, _| holds(sample))
}

/// How many pairs of samples are so.
#[inline(always)]
fn how_many_pairs(line: &[u8], other: &[u8], holds: impl Fn(u8, u8) -> bool) -> usize {
    let parts = line.chunks(TOGETHER).zip(other.chunks(TOGETHER));
    let counts = parts.map(|(part, other)| {
        let each = part.iter().zip(other).map(|(a, b)| u8::from(holds(*a, *b)));
        usize::from(each.sum::<u8>())
    });
    counts.sum()
}

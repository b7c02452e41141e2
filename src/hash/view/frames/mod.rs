//! The boxes in a picture that may be pictures: inside uniform borders, between uniform bars, and
//! between long straight edges.

mod rect;

use super::super::Pixels;
use super::Area;
use rect::{Lines, Rect};

/// By how much a sample of a uniform line may differ from the line's mean.
const FLAT: u8 = 10;
/// One sample in so many may differ by more.
const OUTLIERS: usize = 40;
/// By how much the lines of one border may differ in brightness.
const SHADE: i32 = 6;
/// The part of a line of a bar with text that is as bright as the bar.
const MOSTLY: f64 = 0.35;
/// Lines in a row of which less is.
const BETWEEN: usize = 4;
/// Borders inside each other that are taken off.
const TRIMS: usize = 3;
/// How often a box is cut along either axis.
const DEPTH: u32 = 3;
/// Uniform lines that part two blocks, at least.
const GAP: usize = 2;
/// By how much brightness changes across an edge.
const EDGE: u8 = 14;
/// The part of a side along which there must be an edge.
const ALONG: f64 = 0.6;
/// Edges that are tried along each axis, the ends of the picture not counted.
const EDGES: usize = 6;
/// Boxes that cover each other by more than this are one.
const SAME: f64 = 0.96;
/// The least length of a part between bars, in pixels of the sheet.
const LEAST_PART: usize = 16;
/// Parts between bars with which runs are tried to begin.
const MOST_PARTS: usize = 8;
/// Boxes between bars, of several such boxes, and between edges, at most.
const MOST: [usize; 3] = [6, 5, 4];

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
    let mut blocks = finder.trims(whole);
    let trimmed = blocks.first().copied().unwrap_or(whole);
    let without = finder.without_text(whole);
    blocks.extend([without, finder.trim(without)]);
    let mut runs = Vec::new();
    for lines in [Lines::Rows, Lines::Columns] {
        finder.cut(trimmed, DEPTH, lines, &mut blocks);
        finder.runs(trimmed, lines, &mut runs);
    }
    let edges = finder.between_edges(trimmed);
    let mut found = Vec::new();
    for (mut rects, most) in [blocks, runs, edges].into_iter().zip(MOST) {
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

    /// Without uniform borders, each of one brightness.
    fn trim(&self, rect: Rect) -> Rect {
        let mut rect = rect;
        for lines in [Lines::Rows, Lines::Columns] {
            let (low, high) = rect.span(lines);
            let ahead = self.border(rect, lines, low..high);
            let behind = self.border(rect, lines, (low + ahead..high).rev());
            if ahead + behind >= high - low {
                return rect;
            }
            rect = rect.only(lines, (low + ahead, high - behind));
        }
        rect
    }

    /// Without its border, without the border inside of that, and so on.
    fn trims(&self, rect: Rect) -> Vec<Rect> {
        let mut trims = vec![self.trim(rect)];
        while let Some(&last) = trims.last()
            && trims.len() < TRIMS
        {
            let next = self.trim(last);
            if next == last {
                break;
            }
            trims.push(next);
        }
        trims
    }

    /// Without bars of one brightness that have something on them, such as text, above and below.
    fn without_text(&self, rect: Rect) -> Rect {
        let ahead = self.bar(rect, rect.top..rect.bottom);
        let behind = self.bar(rect, (rect.top + ahead..rect.bottom).rev());
        if ahead + behind >= rect.height() {
            return rect;
        }
        rect.only(Lines::Rows, (rect.top + ahead, rect.bottom - behind))
    }

    /// How many of these rows, from the first on, are for the most part as bright as the first, which
    /// is uniform. A few others may be between them: lines of text.
    fn bar(&self, rect: Rect, rows: impl Iterator<Item = usize>) -> usize {
        let mut shade = None;
        let (mut count, mut others) = (0, 0);
        for (number, at) in rows.enumerate() {
            let first = shade.is_none();
            shade = shade.or_else(|| self.flat(rect, Lines::Rows, at));
            let Some(shade) = shade else { break };
            let like = |sample| i32::abs(i32::from(sample) - shade) <= 2 * i32::from(FLAT);
            let like = how_many(self.line(rect, Lines::Rows, at), like);
            if first || like as f64 >= MOSTLY * rect.width() as f64 {
                (count, others) = (number + 1, 0);
            } else {
                others += 1;
                if others >= BETWEEN {
                    break;
                }
            }
        }
        count
    }

    /// How many of these lines, from the first on, are uniform and as bright as the first.
    fn border(&self, rect: Rect, lines: Lines, range: impl Iterator<Item = usize>) -> usize {
        let mut first = None;
        range
            .map_while(|at| self.flat(rect, lines, at))
            .take_while(|mean| (mean - *first.get_or_insert(*mean)).abs() <= SHADE)
            .count()
    }

    /// Cuts a box at uniform bars, first along rows and then along columns or the other way round, and
    /// takes all that is left between them.
    fn cut(&self, rect: Rect, depth: u32, lines: Lines, found: &mut Vec<Rect>) {
        if depth == 0 {
            return;
        }
        for part in self.parts(rect, lines) {
            let block = self.trim(part);
            if block != rect || depth == DEPTH {
                found.push(block);
                self.cut(block, depth - 1, lines.across(), found);
            }
        }
    }

    /// Takes what several parts between bars make up: a bar may be a part of a picture.
    fn runs(&self, rect: Rect, lines: Lines, found: &mut Vec<Rect>) {
        let parts = self.parts(rect, lines);
        for (at, from) in parts.iter().enumerate().take(MOST_PARTS) {
            for to in &parts[at + 1..] {
                let run = Rect { right: to.right, bottom: to.bottom, ..*from };
                found.push(self.trim(run));
            }
        }
    }

    /// What is between uniform bars.
    fn parts(&self, rect: Rect, lines: Lines) -> Vec<Rect> {
        let (low, high) = rect.span(lines);
        let (mut start, mut bar) = (None, 0);
        let mut parts = Vec::new();
        let mut part = |from: usize, to: usize| {
            if to - from >= LEAST_PART {
                parts.push(rect.only(lines, (from, to)));
            }
        };
        for at in low..high {
            if self.flat(rect, lines, at).is_none() {
                bar = 0;
                start.get_or_insert(at);
                continue;
            }
            bar += 1;
            if bar == GAP
                && let Some(from) = start.take()
            {
                part(from, at + 1 - GAP);
            }
        }
        if let Some(from) = start {
            part(from, high);
        }
        parts
    }

    /// Boxes whose sides lie on straight edges, or on those of the box itself.
    fn between_edges(&self, rect: Rect) -> Vec<Rect> {
        let rows = self.edges(rect, Lines::Rows);
        let columns = self.edges(rect, Lines::Columns);
        let mut found = Vec::new();
        let pairs = |lines: &[usize]| {
            let pairs = lines.iter().enumerate();
            let pairs =
                pairs.flat_map(|(at, &from)| lines[at + 1..].iter().map(move |&to| (from, to)));
            pairs.collect::<Vec<_>>()
        };
        for &(top, bottom) in &pairs(&rows) {
            for &(left, right) in &pairs(&columns) {
                let block = Rect { left, top, right, bottom };
                if block == rect || !block.counts(rect) {
                    continue;
                }
                let sides = [
                    (Lines::Rows, top, rect.top),
                    (Lines::Rows, bottom, rect.bottom),
                    (Lines::Columns, left, rect.left),
                    (Lines::Columns, right, rect.right),
                ];
                let holds = |&(lines, at, end): &(Lines, usize, usize)| {
                    at == end || self.edge(block, lines, at) >= ALONG
                };
                if sides.iter().all(holds) {
                    found.push(block);
                }
            }
        }
        found
    }

    /// The lines of a box across which brightness changes the most, and both its ends, in order.
    fn edges(&self, rect: Rect, lines: Lines) -> Vec<usize> {
        let (low, high) = rect.span(lines);
        let mut strengths: Vec<(f64, usize)> =
            (low + 1..high).map(|at| (self.edge(rect, lines, at), at)).collect();
        strengths.retain(|(strength, _)| *strength >= 0.25);
        strengths.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut chosen: Vec<usize> = vec![low, high];
        for (_, at) in strengths {
            // an edge that was blurred is several lines wide
            if chosen.len() < EDGES + 2 && chosen.iter().all(|other| other.abs_diff(at) > 2) {
                chosen.push(at);
            }
        }
        chosen.sort_unstable();
        chosen
    }

    /// The part of a line of a box along which there is an edge to the line before it.
    fn edge(&self, rect: Rect, lines: Lines, at: usize) -> f64 {
        let (before, after) = (self.line(rect, lines, at - 1), self.line(rect, lines, at));
        let pairs = before.iter().zip(after);
        let edges: u32 = pairs.map(|(a, b)| u32::from(a.abs_diff(*b) >= EDGE)).sum();
        f64::from(edges) / before.len().max(1) as f64
    }
}

/// How many samples are so. Without a branch, so that many are looked at together.
#[inline(always)]
fn how_many(line: &[u8], holds: impl Fn(u8) -> bool) -> usize {
    line.iter().map(|sample| u32::from(holds(*sample))).sum::<u32>() as usize
}

impl Finder<'_> {
    /// Uniform lines of one brightness in the middle of a box, as many before as after.
    fn gap(&self, rect: Rect, lines: Lines) -> usize {
        let (low, high) = rect.span(lines);
        let (middle, most) = ((low + high) / 2, (high - low) / 10);
        let behind = self.border(rect, lines, middle..high);
        let ahead = self.border(rect, lines, (low..middle).rev());
        let gap = 2 * ahead.min(behind);
        if gap < most { gap } else { 0 }
    }
}

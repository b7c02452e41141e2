//! The boxes in a picture that may be pictures: inside uniform borders, between uniform bars, and
//! between long straight edges.

use super::super::Pixels;
use super::Area;

/// By how much a sample of a uniform line may differ from the line's mean.
const FLAT: i32 = 10;
/// One sample in so many may differ by more.
const OUTLIERS: usize = 40;
/// Uniform lines that part two blocks, at least.
const GAP: usize = 2;
/// The least side of a box, as a part of the sheet's.
const LEAST_SIDE: f64 = 0.12;
/// The least area of a box, as a part of the sheet's.
const LEAST_AREA: f64 = 0.03;
/// By how much brightness changes across an edge.
const EDGE: u8 = 14;
/// The part of a side along which there must be an edge.
const ALONG: f64 = 0.6;
/// Edges that are tried along each axis, the ends of the picture not counted.
const EDGES: usize = 6;
/// Boxes that cover each other by more than this are one.
const SAME: f64 = 0.96;
/// Boxes of each of the two ways, at most.
const MOST: usize = 4;

/// A box in whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rect {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

/// The boxes, those of the first way first and the largest of each way before the others; never the
/// whole picture.
pub(super) fn frames(grey: Pixels<'_>) -> Vec<Area> {
    let finder = Finder { grey };
    let whole = Rect { left: 0, top: 0, right: grey.width(), bottom: grey.height() };
    let trimmed = finder.trim(whole);
    let mut blocks = vec![trimmed];
    finder.cut(trimmed, 3, true, &mut blocks);
    let edges = finder.between_edges(trimmed);
    let mut found = Vec::new();
    for mut rects in [blocks, edges] {
        rects.sort_by_key(|rect| std::cmp::Reverse(rect.area()));
        let before = found.len();
        for area in rects.into_iter().filter(|rect| rect.counts(whole)).map(Rect::area_of) {
            let known = |other: &Area| other.overlap(&area) > SAME;
            if found.len() - before < MOST
                && !known(&whole.area_of())
                && !found.iter().any(known)
            {
                found.push(area);
            }
        }
    }
    found
}

impl Rect {
    fn width(&self) -> usize {
        self.right - self.left
    }

    fn height(&self) -> usize {
        self.bottom - self.top
    }

    fn area(&self) -> usize {
        self.width() * self.height()
    }

    fn area_of(self) -> Area {
        Area {
            left: self.left as f64,
            top: self.top as f64,
            width: self.width() as f64,
            height: self.height() as f64,
        }
    }

    /// Whether it is large enough to be a picture.
    fn counts(&self, whole: Self) -> bool {
        self.width() as f64 >= LEAST_SIDE * whole.width() as f64
            && self.height() as f64 >= LEAST_SIDE * whole.height() as f64
            && self.area() as f64 >= LEAST_AREA * whole.area() as f64
    }
}

/// A direction: rows from the top, or columns from the left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Rows,
    Columns,
}

struct Finder<'a> {
    grey: Pixels<'a>,
}

impl Finder<'_> {
    /// The samples of a line of a box.
    fn line(&self, rect: Rect, lines: Lines, at: usize) -> impl Iterator<Item = u8> + '_ {
        let width = self.grey.width();
        let (from, step, count) = match lines {
            Lines::Rows => (at * width + rect.left, 1, rect.width()),
            Lines::Columns => (rect.top * width + at, width, rect.height()),
        };
        self.grey.data()[from..].iter().step_by(step).take(count).copied()
    }

    /// The mean of a line, if it is uniform.
    fn flat(&self, rect: Rect, lines: Lines, at: usize) -> Option<i32> {
        let (mut sum, mut count) = (0, 0);
        for sample in self.line(rect, lines, at) {
            sum += i32::from(sample);
            count += 1;
        }
        let mean = sum / count.max(1);
        let others = self.line(rect, lines, at);
        let others = others.filter(|sample| (i32::from(*sample) - mean).abs() > FLAT).count();
        (others * OUTLIERS <= count as usize).then_some(mean)
    }

    /// Without uniform borders, each of one brightness.
    fn trim(&self, rect: Rect) -> Rect {
        let mut rect = rect;
        loop {
            let before = rect;
            for lines in [Lines::Rows, Lines::Columns] {
                let (low, high) = match lines {
                    Lines::Rows => (rect.top, rect.bottom),
                    Lines::Columns => (rect.left, rect.right),
                };
                let ahead = self.border(rect, lines, low..high);
                let behind = self.border(rect, lines, (low + ahead..high).rev());
                if ahead + behind >= high - low {
                    return before;
                }
                match lines {
                    Lines::Rows => (rect.top, rect.bottom) = (low + ahead, high - behind),
                    Lines::Columns => (rect.left, rect.right) = (low + ahead, high - behind),
                }
            }
            if rect == before {
                return rect;
            }
        }
    }

    /// How many of these lines, from the first on, are uniform and as bright as the first.
    fn border(&self, rect: Rect, lines: Lines, range: impl Iterator<Item = usize>) -> usize {
        let mut first = None;
        range
            .map_while(|at| self.flat(rect, lines, at))
            .take_while(|mean| (mean - *first.get_or_insert(*mean)).abs() <= 2 * FLAT)
            .count()
    }

    /// Cuts a box at uniform bars, first along rows and then along columns or the other way round, and
    /// takes all that is left between them.
    fn cut(&self, rect: Rect, depth: u32, rows: bool, found: &mut Vec<Rect>) {
        if depth == 0 {
            return;
        }
        let lines = if rows { Lines::Rows } else { Lines::Columns };
        let (low, high) = if rows { (rect.top, rect.bottom) } else { (rect.left, rect.right) };
        let mut start = None;
        let mut bar = 0;
        let mut parts = Vec::new();
        for at in low..high {
            if self.flat(rect, lines, at).is_some() {
                bar += 1;
                if bar == GAP
                    && let Some(from) = start.take()
                {
                    parts.push(from..at + 1 - GAP);
                }
            } else {
                bar = 0;
                start.get_or_insert(at);
            }
        }
        if let Some(from) = start {
            parts.push(from..high);
        }
        for part in parts {
            let block = if rows {
                Rect { top: part.start, bottom: part.end, ..rect }
            } else {
                Rect { left: part.start, right: part.end, ..rect }
            };
            if block.width() < 16 || block.height() < 16 {
                continue;
            }
            let block = self.trim(block);
            if block != rect || depth == 3 {
                found.push(block);
                self.cut(block, depth - 1, !rows, found);
            }
        }
    }

    /// Boxes whose sides lie on straight edges, or on those of the box itself.
    fn between_edges(&self, rect: Rect) -> Vec<Rect> {
        let rows = self.edges(rect, Lines::Rows);
        let columns = self.edges(rect, Lines::Columns);
        let mut found = Vec::new();
        let pairs = |lines: &[usize]| {
            let pairs = lines.iter().enumerate();
            let pairs = pairs.flat_map(|(at, &from)| lines[at + 1..].iter().map(move |&to| (from, to)));
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
        let (low, high) = match lines {
            Lines::Rows => (rect.top, rect.bottom),
            Lines::Columns => (rect.left, rect.right),
        };
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
        let (mut edges, mut count) = (0_u32, 0_u32);
        for (before, after) in self.line(rect, lines, at - 1).zip(self.line(rect, lines, at)) {
            edges += u32::from(before.abs_diff(after) >= EDGE);
            count += 1;
        }
        f64::from(edges) / f64::from(count.max(1))
    }
}

//! Boxes inside uniform borders and between uniform bars.

use super::Finder;
use super::rect::{Lines, Rect};

/// By how much the lines of one border may differ in brightness.
const SHADE: i32 = 6;
/// Borders inside each other that are taken off.
const TRIMS: usize = 3;
/// How often a box is cut along either axis.
pub(super) const DEPTH: u32 = 4;
/// Uniform lines that part two blocks, at least.
const GAP: usize = 2;
/// The least length of a part between bars, in pixels of the sheet.
const LEAST_PART: usize = 16;
/// Parts between bars with which runs are tried to begin.
const MOST_PARTS: usize = 8;

impl Finder<'_> {
    /// Without uniform borders, each of one brightness.
    pub(super) fn trim(&self, rect: Rect) -> Rect {
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
    pub(super) fn trims(&self, rect: Rect) -> Vec<Rect> {
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
    pub(super) fn cut(&self, rect: Rect, depth: u32, lines: Lines, found: &mut Vec<Rect>) {
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
    pub(super) fn runs(&self, rect: Rect, lines: Lines, found: &mut Vec<Rect>) {
        let parts = self.parts(rect, lines);
        for (at, from) in parts.iter().enumerate().take(MOST_PARTS) {
            for to in &parts[at + 1..] {
                let run = Rect { right: to.right, bottom: to.bottom, ..*from };
                found.push(self.trim(run));
            }
        }
    }

    /// What is between uniform bars.
    pub(super) fn parts(&self, rect: Rect, lines: Lines) -> Vec<Rect> {
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

    /// Uniform lines of one brightness in the middle of a box, as many before as after.
    pub(super) fn gap(&self, rect: Rect, lines: Lines) -> usize {
        let (low, high) = rect.span(lines);
        let (middle, most) = ((low + high) / 2, (high - low) / 10);
        let behind = self.border(rect, lines, middle..high);
        let ahead = self.border(rect, lines, (low..middle).rev());
        let gap = 2 * ahead.min(behind);
        if gap < most { gap } else { 0 }
    }
}

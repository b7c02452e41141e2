//! Boxes between long straight edges.

use super::rect::{Lines, Rect};
use super::{Finder, how_many_pairs};

/// By how much brightness changes across an edge.
const EDGE: u8 = 14;
/// The part of a side along which there must be an edge.
const ALONG: f64 = 0.45;
/// The part of a line along which there must be an edge for it to be tried.
const LEAST_ALONG: f64 = 0.25;
/// How far from an edge one side of it must be calm.
const BESIDE: usize = 3;
/// Edges that are tried along each axis, the ends of the picture not counted.
const EDGES: usize = 6;

impl Finder<'_> {
    /// Boxes whose sides lie on straight edges, or on those of the box itself.
    pub(super) fn between_edges(&self, rect: Rect) -> Vec<Rect> {
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
                    at == end || self.strength(block, lines, at) >= ALONG
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
        let strengths = self.strengths(rect, lines);
        let mut strengths: Vec<_> =
            strengths.filter(|(strength, _)| *strength >= LEAST_ALONG).collect();
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

    /// How much more of a line of a box is an edge than is anyway on the calmer side of it: in the middle
    /// of grass neither side is calm.
    fn strength(&self, rect: Rect, lines: Lines, at: usize) -> f64 {
        let step = |at: usize| self.step(rect, lines, at, at);
        self.edge(rect, lines, at) - self.calm(lines, at, step)
    }

    /// That of each line of a box but the first.
    fn strengths(&self, rect: Rect, lines: Lines) -> impl Iterator<Item = (f64, usize)> {
        let (low, high) = rect.span(lines);
        let first = low.saturating_sub(BESIDE).max(1);
        let last = (high + BESIDE).min(self.count(lines));
        let steps: Vec<_> = (first..last).map(|at| self.step(rect, lines, at, at)).collect();
        let step = move |at: usize| steps[at - first];
        (low + 1..high).map(move |at| {
            let edge = (step(at) + self.sampled(rect, lines, at)) / 2.0;
            (edge - self.calm(lines, at, &step), at)
        })
    }

    /// How much of an edge there is on the calmer side of a line.
    fn calm(&self, lines: Lines, at: usize, step: impl Fn(usize) -> f64) -> f64 {
        let side = |at: usize| if at > 0 && at < self.count(lines) { step(at) } else { 0.0 };
        side(at.saturating_sub(BESIDE)).min(side(at + BESIDE))
    }

    /// The part of a line of a box along which there is an edge to the line before it, or from there to the
    /// line after it: edges that were sampled are two lines wide.
    pub(super) fn edge(&self, rect: Rect, lines: Lines, at: usize) -> f64 {
        (self.step(rect, lines, at, at) + self.sampled(rect, lines, at)) / 2.0
    }

    fn sampled(&self, rect: Rect, lines: Lines, at: usize) -> f64 {
        self.step(rect, lines, at, (at + 1).min(self.count(lines) - 1))
    }

    /// The part of a box along which brightness changes from the line before one to another.
    fn step(&self, rect: Rect, lines: Lines, at: usize, to: usize) -> f64 {
        let (before, after) = (self.line(rect, lines, at - 1), self.line(rect, lines, to));
        let edges = how_many_pairs(before, after, |a, b| a.abs_diff(b) >= EDGE);
        edges as f64 / before.len().max(1) as f64
    }
}

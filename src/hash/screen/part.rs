//! Parts of an axis, scaled to the side that the reference's tool samples.

use super::super::filter::{SIDE, Window};
use super::super::luma::SAMPLED_SIDE;
use super::operator::{Axis, twice};

/// Fractions of a pixel that are told apart.
const FINE: f64 = 1024.0;

/// The furthest that a part may reach, in times the axis.
const FURTHEST: f64 = 1000.0;

/// A part of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Where it begins and how long it is, in fractions of a pixel.
    start: i64,
    span: i64,
    /// Pixels of the axis.
    length: usize,
}

impl Part {
    /// Of an axis of `length` pixels, `span` from `start` on. `None` if it is under a pixel or far away.
    pub(super) fn new(start: f64, span: f64, length: usize) -> Option<Self> {
        let most = FURTHEST * length as f64;
        if length == 0 || !(1.0..=most).contains(&span) || start.is_nan() || start.abs() > most {
            return None;
        }
        let fine = |value: f64| (value * FINE).round() as i64;
        Some(Self { start: fine(start), span: fine(span), length })
    }

    /// Where it begins and how long it is, in pixels.
    pub(super) fn ends(self) -> (f64, f64) {
        (self.start as f64 / FINE, self.span as f64 / FINE)
    }
}

/// The filter's weights of [`SAMPLED_SIDE`] samples for each field, from the first sample on.
#[derive(Debug)]
pub(super) struct Boxes(Vec<(usize, Vec<f64>)>);

impl Default for Boxes {
    fn default() -> Self {
        let window = Window::new(SAMPLED_SIDE);
        let of = |field| {
            let mut weights = Vec::new();
            let (first, _) = twice(window, field, &mut weights);
            (first, weights)
        };
        Self((0..SIDE).map(of).collect())
    }
}

impl Boxes {
    /// The middle of each field, as a part of the side.
    pub(super) fn middles(&self) -> impl Iterator<Item = f64> {
        self.0.iter().map(|(first, weights)| {
            let sum: f64 = (*first..).zip(weights).map(|(at, weight)| weight * at as f64).sum();
            (sum + 0.5) / SAMPLED_SIDE as f64
        })
    }
}

impl Axis {
    /// Makes the operators of a part, where beyond both ends of the axis its last pixel goes on.
    ///
    /// Each of the samples stands for what is around its middle: as much as there is to a sample, and a
    /// pixel at least.
    pub(super) fn cover(&mut self, part: Part, boxes: &Boxes) {
        self.plain.clear();
        self.mirrored.clear();
        let (start, span) = part.ends();
        let step = span / SAMPLED_SIDE as f64;
        let reach = step.max(1.0) / 2.0;
        let last = part.length as i64 - 1;
        let mut pixels = Vec::new();
        for (first, weights) in &boxes.0 {
            for (operator, from, step) in
                [(&mut self.plain, start, step), (&mut self.mirrored, start + span, -step)]
            {
                let middle = |sample: usize| from + ((first + sample) as f64 + 0.5) * step;
                let ends = [middle(0), middle(weights.len() - 1)];
                let low = floor(ends[0].min(ends[1]) - reach).clamp(0, last);
                let high = floor(ends[0].max(ends[1]) + reach).clamp(0, last);
                pixels.clear();
                pixels.resize((high - low) as usize + 1, 0.0);
                for (sample, weight) in weights.iter().enumerate() {
                    let (from, to) = (middle(sample) - reach, middle(sample) + reach);
                    let mut at = from;
                    while at < to {
                        let pixel = floor(at);
                        let next = (pixel as f64 + 1.0).min(to);
                        let pixel = (pixel.clamp(low, high) - low) as usize;
                        pixels[pixel] += weight * (next - at) / (2.0 * reach);
                        at = next;
                    }
                }
                operator.push(low as usize, &pixels, usize::MAX);
            }
        }
    }
}

/// The next whole number below. Not by the instruction of that name, which not every processor has.
fn floor(value: f64) -> i64 {
    /// Beyond any place in a part.
    const FAR: i64 = 1 << 32;
    (value + FAR as f64) as i64 - FAR
}

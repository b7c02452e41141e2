//! The filter along one axis as a matrix: which inputs make each of the 64 values, with what weight.
//!
//! Two passes of a box and the choice of the fields' middles are linear, and so are sampling and the
//! inverse cosine transform. Their product is one sparse matrix, which has a few entries a row.

use std::f64::consts::{FRAC_1_SQRT_2, PI};
use std::ops::Range;

use super::super::filter::{SIDE, Window};
use super::super::luma::{SAMPLED_SIDE, nearest};

/// The side of a field of a cosine transform, in pixels.
const FIELD: usize = 8;

/// The greatest number of samples whose sum fits 16 bits.
const SHORT_SUM: usize = 257;

/// What an axis of a picture is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Pixels.
    pub(super) length: usize,
    /// Frequencies kept of each field; `None` if the samples are pixels.
    pub(super) kept: Option<usize>,
    /// Whether the picture is hashed as 512 x 512 of its pixels.
    pub(super) sampled: bool,
}

/// Weights of one of the 64 values: of inputs that follow each other.
#[derive(Clone, Debug)]
struct Output {
    /// The first input.
    first: usize,
    /// Where its weights are.
    at: Range<usize>,
    /// What makes weights of the whole ones; `None` if they are not ratios of small numbers.
    scale: Option<f32>,
}

/// The matrix, by rows.
#[derive(Debug, Default)]
pub(super) struct Operator {
    outputs: Vec<Output>,
    weights: Vec<f32>,
    wholes: Vec<u16>,
}

/// One row of the matrix.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    /// The first input.
    pub(super) first: usize,
    /// The weights of this input and of those after it.
    pub(super) weights: &'a [f32],
    /// The same as whole numbers whose sum is at most [`SHORT_SUM`], and their unit.
    pub(super) wholes: Option<(&'a [u16], f32)>,
}

impl Operator {
    /// The 64 rows, or some of them.
    pub(super) fn rows(&self, of: Range<usize>) -> impl Iterator<Item = Row<'_>> {
        self.outputs[of].iter().map(|output| Row {
            first: output.first,
            weights: &self.weights[output.at.clone()],
            wholes: output.scale.map(|unit| (&self.wholes[output.at.clone()], unit)),
        })
    }

    /// The inputs that these rows need.
    pub(super) fn inputs(&self, of: Range<usize>) -> Range<usize> {
        let (mut start, mut end) = (usize::MAX, 0);
        for output in &self.outputs[of] {
            start = start.min(output.first);
            end = end.max(output.first + output.at.len());
        }
        start..end
    }

    pub(super) fn clear(&mut self) {
        self.outputs.clear();
        self.weights.clear();
        self.wholes.clear();
    }

    /// Adds a row; `denominator` makes its weights whole.
    pub(super) fn push(&mut self, first: usize, weights: &[f64], denominator: usize) {
        let start = self.weights.len();
        let whole = denominator <= SHORT_SUM;
        for &weight in weights {
            self.weights.push(weight as f32);
            self.wholes.push(if whole { (weight * denominator as f64).round() as u16 } else { 0 });
        }
        let scale = whole.then(|| (1.0 / denominator as f64) as f32);
        self.outputs.push(Output { first, at: start..self.weights.len(), scale });
    }
}

/// The operators of an axis as it lies and mirrored, with the buffers that make them.
#[derive(Debug, Default)]
pub(super) struct Axis {
    pub(super) plain: Operator,
    pub(super) mirrored: Operator,
    box_weights: Vec<f64>,
    pixels: Vec<f64>,
    inputs: Vec<f64>,
}

impl Axis {
    /// Makes them anew.
    pub(super) fn build(&mut self, shape: Shape, basis: &Basis) {
        self.plain.clear();
        self.mirrored.clear();
        let spread = shape.sampled && shape.kept.is_some();
        let window = Window::new(if shape.sampled { SAMPLED_SIDE } else { shape.length });
        for field in 0..SIDE {
            let (mut first, mut denominator) = twice(window, field, &mut self.box_weights);
            if spread {
                first = spread_samples(first, &self.box_weights, shape.length, &mut self.pixels);
                denominator = usize::MAX;
            } else {
                std::mem::swap(&mut self.pixels, &mut self.box_weights);
            }
            let length = if shape.sampled && !spread { SAMPLED_SIDE } else { shape.length };
            for operator in [&mut self.plain, &mut self.mirrored] {
                match shape.kept {
                    None => operator.push(first, &self.pixels, denominator),
                    Some(kept) => {
                        let from = (first, shape.length);
                        let first = transformed(basis, from, &self.pixels, kept, &mut self.inputs);
                        operator.push(first, &self.inputs, usize::MAX);
                    }
                }
                first = length - first - self.pixels.len();
                self.pixels.reverse();
            }
        }
    }
}

/// The weights of pixels in the middle of a field after two passes of the box: the first pixel, and
/// the number that makes all weights whole.
pub(super) fn twice(window: Window, field: usize, weights: &mut Vec<f64>) -> (usize, usize) {
    let second = window.inside(window.middle(field));
    let first = window.inside(second.start).start;
    let last = window.inside(second.end - 1).end;
    weights.clear();
    weights.resize(last - first, 0.0);
    let mut denominator = 1;
    for at in second.clone() {
        let inside = window.inside(at);
        denominator = least_common_multiple(denominator, inside.len());
        let weight = 1.0 / (second.len() * inside.len()) as f64;
        for slot in &mut weights[inside.start - first..inside.end - first] {
            *slot += weight;
        }
    }
    (first, denominator.saturating_mul(second.len()))
}

fn least_common_multiple(a: usize, b: usize) -> usize {
    let (mut divisor, mut rest) = (a, b);
    while rest > 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    (a / divisor).saturating_mul(b)
}

/// Spreads the weight of each sampled pixel over as many pixels around it as it stands for, as no
/// single pixel is known. The first pixel.
fn spread_samples(first: usize, samples: &[f64], length: usize, pixels: &mut Vec<f64>) -> usize {
    let width = (length as f64 / SAMPLED_SIDE as f64).max(1.0);
    let reach = |index: usize| {
        let middle = nearest(index, length) as f64 + 0.5;
        (middle - width / 2.0).max(0.0)..(middle + width / 2.0).min(length as f64)
    };
    let start = reach(first).start as usize;
    let end = reach(first + samples.len() - 1).end.ceil() as usize;
    pixels.clear();
    pixels.resize(end - start, 0.0);
    for (index, weight) in (first..).zip(samples) {
        let part = reach(index);
        let density = weight / (part.end - part.start);
        let touched = part.start as usize..part.end.ceil() as usize;
        for (pixel, slot) in touched.clone().zip(&mut pixels[touched.start - start..]) {
            let covered = part.end.min(pixel as f64 + 1.0) - part.start.max(pixel as f64);
            *slot += density * covered;
        }
    }
    start
}

/// The weights of coefficients instead of those of the pixels, which begin with the first one on an
/// axis of `length`: ITU-T T.81, A.3.3, along one axis. The first coefficient.
///
/// Nothing is added for the level shift by 128: no frequency of the hash and no step of the quality
/// depends on it.
///
/// Where the means are all that is kept, brightness is taken to change steadily across a field, by
/// half of what its neighbours differ. This leaves the means as they are and takes a fifth off the
/// error of a photograph's coefficients (T.81, K.8.2, has the same idea).
fn transformed(
    basis: &Basis,
    (first, length): (usize, usize),
    pixels: &[f64],
    kept: usize,
    inputs: &mut Vec<f64>,
) -> usize {
    let fields = length.div_ceil(FIELD);
    let (mut start, mut end) = (first / FIELD, (first + pixels.len()).div_ceil(FIELD));
    if kept == 1 {
        (start, end) = (start.saturating_sub(1), (end + 1).min(fields));
    }
    inputs.clear();
    inputs.resize((end - start) * kept, 0.0);
    for (pixel, weight) in (first..).zip(pixels) {
        let (field, pixel) = (pixel / FIELD, pixel % FIELD);
        let slots = &mut inputs[(field - start) * kept..][..kept];
        for (slot, value) in slots.iter_mut().zip(&basis[pixel]) {
            *slot += weight * value;
        }
        let (before, after) = (field.saturating_sub(1), (field + 1).min(fields - 1));
        if kept == 1 && before < after {
            let from_middle = (pixel as f64 + 0.5) / FIELD as f64 - 0.5;
            let change = weight * basis[pixel][0] * from_middle / (after - before) as f64;
            inputs[after - start] += change;
            inputs[before - start] -= change;
        }
    }
    start * kept
}

/// The value at a pixel of a field, by frequency.
pub(super) type Basis = [[f64; FIELD]; FIELD];

pub(super) fn basis() -> Basis {
    let mut basis = [[0.0; FIELD]; FIELD];
    for (pixel, row) in basis.iter_mut().enumerate() {
        for (frequency, value) in row.iter_mut().enumerate() {
            let scale = if frequency == 0 { FRAC_1_SQRT_2 } else { 1.0 };
            let angle = ((2 * pixel + 1) * frequency) as f64 * PI / (2 * FIELD) as f64;
            *value = scale / 2.0 * angle.cos();
        }
    }
    basis
}

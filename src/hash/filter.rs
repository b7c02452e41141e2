//! From brightness at full size to 64 x 64: two passes of a box filter along rows and columns, then
//! the centre of each of 64 x 64 fields.
//!
//! Single precision is not associative, so every sum here is formed in the order in which the
//! reference forms it: a window slides along a row, adds the sample that enters and then subtracts
//! the one that leaves. What makes it fast is that rows do not depend on each other. Sixteen rows
//! slide side by side, and columns slide all at once, row after row. The picture streams through;
//! what is kept is a window of rows, not the picture.

use std::ops::Range;

use fearless_simd::{Level, dispatch, f32x4, prelude::*};

use super::luma::Luma;

/// The side of the reduced picture.
pub(super) const SIDE: usize = 64;

/// The reduced picture, row by row.
pub(super) type Grid = [[f32; SIDE]; SIDE];

/// Rows that slide together.
pub(super) const LANES: usize = 16;

/// One sample of each of [`LANES`] rows.
pub(super) type Lanes = [f32; LANES];

/// A box that slides along `length` samples.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    length: usize,
    size: usize,
    /// Samples from the one it stands at to its right edge, that one included.
    ahead: usize,
}

impl Window {
    pub(super) fn new(length: usize) -> Self {
        // Two passes per axis, so each takes half of a field.
        let size = length.div_ceil(2 * SIDE);
        Self { length, size, ahead: size / 2 + 1 }
    }

    /// The samples inside when it stands `at` this one: fewer at both ends.
    pub(super) fn inside(&self, at: usize) -> Range<usize> {
        let end = at + self.ahead;
        end.saturating_sub(self.size)..end.min(self.length)
    }

    fn count(&self, at: usize) -> usize {
        self.inside(at).len()
    }

    /// The sample in the middle of this field of [`SIDE`].
    pub(super) fn middle(&self, field: usize) -> usize {
        ((2 * field + 1) as u64 * self.length as u64 / (2 * SIDE) as u64) as usize
    }
}

/// The filter with its buffers.
#[derive(Debug, Default)]
pub(super) struct Filter {
    /// Rows as they come in, [`LANES`] of them.
    raw: Vec<f32>,
    /// Rows filtered once along both axes, [`LANES`] of them.
    smooth: Vec<f32>,
    /// The same rows side by side, one entry a column.
    strip: Vec<Lanes>,
    /// The boxes of `strip`.
    boxes: Vec<Lanes>,
    first: Columns,
    second: Columns,
}

impl Filter {
    /// Reduces a picture of at least 5 x 5 pixels.
    pub(super) fn reduce(&mut self, luma: &Luma<'_>, grid: &mut Grid) {
        let (across, down) = (Window::new(luma.width()), Window::new(luma.height()));
        let width = across.length;
        // Strips are turned in tiles of four columns.
        let stride = width.next_multiple_of(4);
        self.raw.resize(LANES * stride, 0.0);
        self.smooth.resize(LANES * stride, 0.0);
        self.strip.resize(stride, [0.0; LANES]);
        self.boxes.resize(stride, [0.0; LANES]);
        self.first.reset(down, stride);
        self.second.reset(down, SIDE);
        let mut reduced = Reduced { grid, rows: 0 };
        let mut waiting = 0;

        for top in (0..down.length).step_by(LANES) {
            let rows = LANES.min(down.length - top);
            for (lane, line) in self.raw.chunks_exact_mut(stride).take(rows).enumerate() {
                luma.row(top + lane, &mut line[..width]);
            }
            let strip = &mut self.strip;
            dispatch!(Level::new(), simd => turn_to_lanes(simd, &self.raw, stride, strip));
            let boxes = &mut self.boxes;
            slide(across, &self.strip, |at, sum| {
                boxes[at] = mean(sum, across.count(at));
            });
            let raw = &mut self.raw;
            dispatch!(Level::new(), simd => turn_to_rows(simd, &self.boxes, stride, raw));
            for lane in 0..rows {
                if let Some(at) = self.first.add(&self.raw[lane * stride..][..stride]) {
                    self.collect(at, &mut waiting, across, &mut reduced);
                }
            }
        }
        for _ in 1..down.ahead {
            let at = self.first.leave();
            self.collect(at, &mut waiting, across, &mut reduced);
        }
        for _ in 1..down.ahead {
            let at = self.second.leave();
            reduced.take(at, &self.second);
        }
    }

    /// Takes a row that the first pass finished, and runs the second over each full set of them.
    fn collect(&mut self, at: usize, waiting: &mut usize, across: Window, reduced: &mut Reduced) {
        let stride = self.strip.len();
        self.first.means(at, &mut self.smooth[*waiting * stride..][..stride]);
        *waiting += 1;
        if *waiting < LANES && at + 1 < self.first.window.length {
            return;
        }
        let strip = &mut self.strip;
        dispatch!(Level::new(), simd => turn_to_lanes(simd, &self.smooth, stride, strip));
        let boxes = &mut self.boxes;
        slide(across, &self.strip, |at, sum| boxes[at] = *sum);
        // Only the columns that the reduced picture keeps are worth a division.
        let mut narrow = [[0.0; SIDE]; LANES];
        for field in 0..SIDE {
            let column = across.middle(field);
            let lanes = mean(&self.boxes[column], across.count(column));
            for (line, value) in narrow.iter_mut().zip(lanes) {
                line[field] = value;
            }
        }
        for line in &narrow[..*waiting] {
            if let Some(at) = self.second.add(line) {
                reduced.take(at, &self.second);
            }
        }
        *waiting = 0;
    }
}

/// The reduced picture as far as it is finished.
struct Reduced<'a> {
    grid: &'a mut Grid,
    rows: usize,
}

impl Reduced<'_> {
    /// Keeps row `at` as often as it is the middle of a field.
    fn take(&mut self, at: usize, columns: &Columns) {
        while self.rows < SIDE && columns.window.middle(self.rows) == at {
            columns.means(at, &mut self.grid[self.rows]);
            self.rows += 1;
        }
    }
}

/// Boxes that slide down all columns at once.
#[derive(Debug, Default)]
struct Columns {
    window: Window,
    /// Rows added, and after the last one rows that left.
    steps: usize,
    sums: Vec<f32>,
    /// The rows inside the window; row `i` is at `i % window.size`.
    inside: Vec<f32>,
}

impl Columns {
    fn reset(&mut self, window: Window, width: usize) {
        self.window = window;
        self.steps = 0;
        self.sums.clear();
        self.sums.resize(width, 0.0);
        self.inside.resize(window.size * width, 0.0);
    }

    /// Adds the next row. The row at which the boxes now stand, once there is one.
    fn add(&mut self, row: &[f32]) -> Option<usize> {
        let full = self.steps >= self.window.size;
        let (sums, slot) = self.step();
        if full {
            for ((sum, old), new) in sums.iter_mut().zip(slot).zip(row) {
                *sum += new;
                *sum -= *old;
                *old = *new;
            }
        } else {
            for ((sum, old), new) in sums.iter_mut().zip(slot).zip(row) {
                *sum += new;
                *old = *new;
            }
        }
        self.steps.checked_sub(self.window.ahead)
    }

    /// Lets the oldest row leave when there is none left to add. The row at which the boxes stand.
    fn leave(&mut self) -> usize {
        let (sums, slot) = self.step();
        for (sum, old) in sums.iter_mut().zip(slot) {
            *sum -= *old;
        }
        self.steps - self.window.ahead
    }

    /// Goes one row on: the sums, and the slot of the row that leaves and of the one that enters.
    fn step(&mut self) -> (&mut [f32], &mut [f32]) {
        let width = self.sums.len();
        let slot = self.steps % self.window.size;
        self.steps += 1;
        (&mut self.sums, &mut self.inside[slot * width..][..width])
    }

    /// The means of the boxes, which stand at row `at`.
    fn means(&self, at: usize, row: &mut [f32]) {
        let count = self.window.count(at) as f32;
        if let Some(reciprocal) = exact_reciprocal(self.window.count(at)) {
            for (mean, sum) in row.iter_mut().zip(&self.sums) {
                *mean = sum * reciprocal;
            }
        } else {
            for (mean, sum) in row.iter_mut().zip(&self.sums) {
                *mean = sum / count;
            }
        }
    }
}

/// Slides the window along all lanes; `emit` gets each position with its sums.
#[inline]
fn slide(window: Window, strip: &[Lanes], mut emit: impl FnMut(usize, &Lanes)) {
    let strip = &strip[..window.length];
    let mut sum = [0.0; LANES];
    let add = |sum: &mut Lanes, entering: &Lanes| {
        for (sum, entering) in sum.iter_mut().zip(entering) {
            *sum += entering;
        }
    };
    for entering in &strip[..window.ahead - 1] {
        add(&mut sum, entering);
    }
    for at in 0..window.length {
        let end = at + window.ahead;
        if let Some(entering) = strip.get(end - 1) {
            add(&mut sum, entering);
        }
        if end > window.size {
            for (sum, leaving) in sum.iter_mut().zip(&strip[end - window.size - 1]) {
                *sum -= leaving;
            }
        }
        emit(at, &sum);
    }
}

#[inline]
fn mean(sum: &Lanes, count: usize) -> Lanes {
    match exact_reciprocal(count) {
        Some(reciprocal) => sum.map(|sum| sum * reciprocal),
        None => sum.map(|sum| sum / count as f32),
    }
}

/// The reciprocal, if multiplying by it rounds exactly as dividing does.
#[inline]
fn exact_reciprocal(count: usize) -> Option<f32> {
    count.is_power_of_two().then(|| 1.0 / count as f32)
}

/// Turns [`LANES`] rows of `stride` samples so that they lie side by side.
#[inline(always)]
pub(super) fn turn_to_lanes<S: Simd>(simd: S, rows: &[f32], stride: usize, strip: &mut [Lanes]) {
    for (four, rows) in rows.chunks_exact(4 * stride).enumerate() {
        let [a, b, c, d] =
            [0, 1, 2, 3].map(|row| rows[row * stride..][..stride].as_chunks::<4>().0);
        let columns = strip.as_chunks_mut::<4>().0;
        for ((((columns, a), b), c), d) in columns.iter_mut().zip(a).zip(b).zip(c).zip(d) {
            let tile = transpose(simd, [a, b, c, d]);
            for (lanes, samples) in columns.iter_mut().zip(tile) {
                lanes.as_chunks_mut().0[four] = samples;
            }
        }
    }
}

/// The way back.
#[inline(always)]
fn turn_to_rows<S: Simd>(simd: S, strip: &[Lanes], stride: usize, rows: &mut [f32]) {
    for (four, rows) in rows.chunks_exact_mut(4 * stride).enumerate() {
        let (ab, cd) = rows.split_at_mut(2 * stride);
        let (a, b) = ab.split_at_mut(stride);
        let (c, d) = cd.split_at_mut(stride);
        let [a, b, c, d] = [a, b, c, d].map(|row| row.as_chunks_mut::<4>().0);
        let columns = strip.as_chunks::<4>().0;
        for ((((columns, a), b), c), d) in columns.iter().zip(a).zip(b).zip(c).zip(d) {
            let [e, f, g, h] = columns;
            let tile = [e, f, g, h].map(|lanes| &lanes.as_chunks::<4>().0[four]);
            [*a, *b, *c, *d] = transpose(simd, tile);
        }
    }
}

#[inline(always)]
fn transpose<S: Simd>(simd: S, rows: [&[f32; 4]; 4]) -> [[f32; 4]; 4] {
    let [a, b, c, d] = rows.map(|row| f32x4::load_array_ref(simd, row));
    let (ac, bd) = (a.zip_low(c), b.zip_low(d));
    let (ac_high, bd_high) = (a.zip_high(c), b.zip_high(d));
    [ac.zip_low(bd), ac.zip_high(bd), ac_high.zip_low(bd_high), ac_high.zip_high(bd_high)]
        .map(|column| column.into())
}

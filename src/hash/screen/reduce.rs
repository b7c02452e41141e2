//! From a plane of samples to the reduced picture, by the operators of both axes.

use std::ops::Range;

use fearless_simd::{Level, dispatch, f32x16, prelude::*};

use super::super::filter::{Grid, LANES, Lanes, SIDE, turn_to_lanes};
use super::super::luma::Luma;
use super::operator::{Axis, Operator, Row};

/// Columns that are summed together: as many as the registers of every x86-64 hold.
const TOGETHER: usize = 32;

/// The reduced pictures of the picture and its mirror images: across is the lowest bit of the index,
/// down the next. Each lies with its columns as rows, which no step after this minds.
pub(super) type Grids = [Grid; 4];

/// A plane of samples.
#[derive(Clone, Copy)]
pub(super) enum Plane<'a> {
    Bytes(&'a [u8]),
    Floats(&'a [f32]),
    Luma(Luma<'a>),
}

/// Applies operators; keeps its buffers.
#[derive(Debug, Default)]
pub(super) struct Reducer {
    /// A quarter of the rows of a plane that is computed.
    band: Vec<f32>,
    /// [`LANES`] rows of the reduced picture at full width.
    lines: Vec<f32>,
    /// The same side by side, one entry a column.
    strip: Vec<Lanes>,
}

impl Reducer {
    /// Reduces a plane of `width` samples a row: as it lies to the first of the grids, and its mirror
    /// images to the others if these are wanted.
    pub(super) fn reduce(
        &mut self,
        plane: Plane<'_>,
        width: usize,
        (across, down): (&Axis, &Axis),
        grids: &mut [Grid],
    ) {
        dispatch!(
            Level::new(),
            simd => self.reduce_with(simd, plane, width, (across, down), grids)
        );
    }

    #[inline(always)]
    fn reduce_with<S: Simd>(
        &mut self,
        simd: S,
        plane: Plane<'_>,
        width: usize,
        (across, down): (&Axis, &Axis),
        grids: &mut [Grid],
    ) {
        // Strips are turned in tiles of four columns.
        let stride = width.next_multiple_of(4);
        self.lines.resize(LANES * stride, 0.0);
        self.strip.resize(stride, [0.0; LANES]);
        let mirrored = grids.len() > 2;
        for group in 0..SIDE / LANES {
            let fields = group * LANES..(group + 1) * LANES;
            // The mirrored operator has the same rows of the plane at its other end.
            let opposite = SIDE - fields.end..SIDE - fields.start;
            let mut rows = down.plain.inputs(fields.clone());
            if mirrored {
                let others = down.mirrored.inputs(opposite.clone());
                rows = rows.start.min(others.start)..rows.end.max(others.end);
            }
            if let Plane::Luma(luma) = plane {
                self.band.resize(rows.len() * width, 0.0);
                for (y, line) in rows.clone().zip(self.band.chunks_exact_mut(width)) {
                    luma.row(y, line);
                }
            }
            let directions = [(&down.plain, fields), (&down.mirrored, opposite)];
            for ((operator, fields), grids) in directions.into_iter().zip(grids.chunks_mut(2)) {
                match plane {
                    Plane::Bytes(plane) => {
                        self.lines(
                            &plane[rows.start * width..],
                            rows.start,
                            width,
                            operator,
                            &fields,
                        );
                    }
                    Plane::Floats(plane) => {
                        self.lines(
                            &plane[rows.start * width..],
                            rows.start,
                            width,
                            operator,
                            &fields,
                        );
                    }
                    Plane::Luma(_) => {
                        let band = std::mem::take(&mut self.band);
                        self.lines(&band, rows.start, width, operator, &fields);
                        self.band = band;
                    }
                }
                turn_to_lanes(simd, &self.lines, stride, &mut self.strip);
                let operators = [&across.plain, &across.mirrored];
                for (operator, grid) in operators.into_iter().zip(grids) {
                    columns(simd, operator, &self.strip, fields.start / LANES, grid);
                }
            }
        }
    }

    #[inline(always)]
    /// Sums rows of the plane, of which `band` begins at row `top`, to rows of the reduced picture.
    fn lines<T: Sample>(
        &mut self,
        band: &[T],
        top: usize,
        width: usize,
        operator: &Operator,
        fields: &Range<usize>,
    ) {
        let stride = self.strip.len();
        let lines = self.lines.chunks_exact_mut(stride);
        for (row, line) in operator.rows(fields.clone()).zip(lines) {
            T::sum(&band[(row.first - top) * width..], row, &mut line[..width]);
        }
    }
}

/// Sums the columns of a strip to those of the reduced picture.
#[inline(always)]
fn columns<S: Simd>(simd: S, operator: &Operator, strip: &[Lanes], group: usize, grid: &mut Grid) {
    for (row, line) in operator.rows(0..SIDE).zip(grid) {
        let mut sums = f32x16::splat(simd, 0.0);
        for (weight, lanes) in row.weights.iter().zip(&strip[row.first..]) {
            sums += f32x16::load_array_ref(simd, lanes) * *weight;
        }
        line.as_chunks_mut::<LANES>().0[group] = sums.into();
    }
}

/// A number of which planes are made.
trait Sample: Copy {
    /// Sums as many rows of `band` as the operator's row has weights.
    fn sum(band: &[Self], row: Row<'_>, line: &mut [f32]);
}

impl Sample for f32 {
    #[inline(always)]
    fn sum(band: &[f32], row: Row<'_>, line: &mut [f32]) {
        weighted(band, row.weights, line, std::convert::identity);
    }
}

impl Sample for u8 {
    #[inline(always)]
    fn sum(band: &[u8], row: Row<'_>, line: &mut [f32]) {
        match row.wholes {
            Some((wholes, unit)) => counted(band, wholes, unit, line),
            None => weighted(band, row.weights, line, f32::from),
        }
    }
}

#[inline(always)]
fn weighted<T: Copy>(band: &[T], weights: &[f32], line: &mut [f32], value: impl Fn(T) -> f32) {
    let width = line.len();
    each_chunk(
        line,
        #[inline(always)]
        |from, line: &mut [f32; TOGETHER]| {
            let mut sums = [0.0; TOGETHER];
            for (weight, row) in weights.iter().zip(band.chunks_exact(width)) {
                for (sum, sample) in sums.iter_mut().zip(chunk::<_, TOGETHER>(row, from)) {
                    *sum += weight * value(*sample);
                }
            }
            *line = sums;
        },
    );
    if width < TOGETHER {
        line.fill(0.0);
        for (weight, row) in weights.iter().zip(band.chunks_exact(width)) {
            for (sum, sample) in line.iter_mut().zip(row) {
                *sum += weight * value(*sample);
            }
        }
    }
}

/// In 16 bits, exactly.
#[inline(always)]
fn counted(band: &[u8], wholes: &[u16], unit: f32, line: &mut [f32]) {
    const TOGETHER: usize = 2 * self::TOGETHER;
    let width = line.len();
    each_chunk(
        line,
        #[inline(always)]
        |from, line: &mut [f32; TOGETHER]| {
            let mut sums = [0_u16; TOGETHER];
            for (count, row) in wholes.iter().zip(band.chunks_exact(width)) {
                for (sum, sample) in sums.iter_mut().zip(chunk::<_, TOGETHER>(row, from)) {
                    *sum += count * u16::from(*sample);
                }
            }
            for (value, sum) in line.iter_mut().zip(&sums) {
                *value = f32::from(*sum) * unit;
            }
        },
    );
    if width < TOGETHER {
        let mut sums = [0_u16; TOGETHER];
        for (count, row) in wholes.iter().zip(band.chunks_exact(width)) {
            for (sum, sample) in sums.iter_mut().zip(row) {
                *sum += count * u16::from(*sample);
            }
        }
        for (value, sum) in line.iter_mut().zip(&sums) {
            *value = f32::from(*sum) * unit;
        }
    }
}

/// Calls `fill` with all parts of `N` columns, the last one moved back so far that it fits, and with
/// their first columns. A line under `N` has none.
#[inline(always)]
fn each_chunk<const N: usize>(line: &mut [f32], mut fill: impl FnMut(usize, &mut [f32; N])) {
    let Some(last) = line.len().checked_sub(N) else { return };
    for from in (0..last).step_by(N).chain([last]) {
        if let Some(line) = line[from..].first_chunk_mut() {
            fill(from, line);
        }
    }
}

/// The samples of a row that a part has.
#[inline(always)]
fn chunk<T, const N: usize>(row: &[T], from: usize) -> &[T] {
    &row[from..][..N]
}

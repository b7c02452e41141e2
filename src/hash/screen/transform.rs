//! The cosine transform of a reduced picture, in fewer steps than its definition has.
//!
//! A cosine is even or odd about the middle of the picture, so half of each product is enough; the
//! even ones are the cosines of half the length, and are halved once more.

use std::f64::consts::PI;

use super::super::dct::{KEPT, Spectrum};
use super::super::filter::{Grid, SIDE};

const HALF: usize = SIDE / 2;
const QUARTER: usize = SIDE / 4;

/// Frequencies 1, 3, 5 to 15; 2, 6, 10, 14; 4, 8, 12, 16.
const ODD: usize = KEPT / 2;
const EVEN: usize = KEPT / 4;

/// The transform with its tables, each position by frequency.
#[derive(Debug)]
pub(super) struct Transform {
    odd: [[f32; ODD]; HALF],
    even_odd: [[f32; EVEN]; QUARTER],
    even: [[f32; EVEN]; QUARTER],
    /// The picture after its columns were transformed.
    lines: Box<[[f32; SIDE]; KEPT]>,
}

impl Transform {
    pub(super) fn new() -> Self {
        let mut transform = Self {
            odd: [[0.0; ODD]; HALF],
            even_odd: [[0.0; EVEN]; QUARTER],
            even: [[0.0; EVEN]; QUARTER],
            lines: Box::new([[0.0; SIDE]; KEPT]),
        };
        fill(&mut transform.odd, |index| 2 * index + 1);
        fill(&mut transform.even_odd, |index| 4 * index + 2);
        fill(&mut transform.even, |index| 4 * index + 4);
        transform
    }

    /// The spectrum of a picture whose columns lie as rows.
    pub(super) fn of_turned(&mut self, grid: &Grid) -> Spectrum {
        self.along_columns(grid);
        let mut spectrum = [[0.0; KEPT]; KEPT];
        for (across, line) in self.lines.iter().enumerate() {
            for (row, value) in spectrum.iter_mut().zip(self.line(line)) {
                row[across] = value;
            }
        }
        spectrum
    }

    /// Transforms all columns of the grid, side by side.
    fn along_columns(&mut self, grid: &Grid) {
        // As many columns as the registers of every x86-64 hold sums of.
        const TOGETHER: usize = 8;
        for part in 0..SIDE / TOGETHER {
            let samples = |row: usize| grid[row].as_chunks::<TOGETHER>().0[part];
            let mut odd = [[0.0; TOGETHER]; ODD];
            let mut even_odd = [[0.0; TOGETHER]; EVEN];
            let mut even = [[0.0; TOGETHER]; EVEN];
            for row in 0..QUARTER {
                let [outer, inner] = [row, HALF - 1 - row];
                let (a, b) = fold(samples(outer), samples(SIDE - 1 - outer));
                let (c, d) = fold(samples(inner), samples(SIDE - 1 - inner));
                let (e, f) = fold(a, c);
                add(&mut odd, &self.odd[outer], &b);
                add(&mut odd, &self.odd[inner], &d);
                add(&mut even_odd, &self.even_odd[row], &f);
                add(&mut even, &self.even[row], &e);
            }
            let mut put = |frequency: usize, sums: [f32; TOGETHER]| {
                self.lines[frequency - 1].as_chunks_mut().0[part] = sums;
            };
            for (index, sums) in odd.into_iter().enumerate() {
                put(2 * index + 1, sums);
            }
            for (index, sums) in even_odd.into_iter().enumerate() {
                put(4 * index + 2, sums);
            }
            for (index, sums) in even.into_iter().enumerate() {
                put(4 * index + 4, sums);
            }
        }
    }

    /// Transforms one line, all frequencies side by side.
    fn line(&self, line: &[f32; SIDE]) -> [f32; KEPT] {
        let mut odd = [0.0; ODD];
        let mut even_odd = [0.0; EVEN];
        let mut even = [0.0; EVEN];
        for row in 0..QUARTER {
            let [outer, inner] = [row, HALF - 1 - row];
            let (a, b) = (line[outer], line[SIDE - 1 - outer]);
            let (c, d) = (line[inner], line[SIDE - 1 - inner]);
            multiply(&mut odd, &self.odd[outer], a - b);
            multiply(&mut odd, &self.odd[inner], c - d);
            multiply(&mut even_odd, &self.even_odd[row], (a + b) - (c + d));
            multiply(&mut even, &self.even[row], (a + b) + (c + d));
        }
        let mut values = [0.0; KEPT];
        for (index, value) in odd.into_iter().enumerate() {
            values[2 * index] = value;
        }
        for (index, value) in even_odd.into_iter().enumerate() {
            values[4 * index + 1] = value;
        }
        for (index, value) in even.into_iter().enumerate() {
            values[4 * index + 3] = value;
        }
        values
    }
}

/// Fills a table; its rows are positions from the first on.
fn fill<const N: usize>(table: &mut [[f32; N]], frequency: impl Fn(usize) -> usize) {
    let scale = (2.0 / SIDE as f64).sqrt();
    for (position, row) in table.iter_mut().enumerate() {
        for (index, value) in row.iter_mut().enumerate() {
            let angle = ((2 * position + 1) * frequency(index)) as f64 * PI / (2 * SIDE) as f64;
            *value = (scale * angle.cos()) as f32;
        }
    }
}

/// The sum and the difference.
#[inline(always)]
fn fold<const N: usize>(a: [f32; N], b: [f32; N]) -> ([f32; N], [f32; N]) {
    let (mut sum, mut difference) = (a, a);
    for ((sum, difference), b) in sum.iter_mut().zip(&mut difference).zip(b) {
        *sum += b;
        *difference -= b;
    }
    (sum, difference)
}

#[inline(always)]
fn add<const N: usize, const M: usize>(
    sums: &mut [[f32; N]; M],
    by: &[f32; M],
    samples: &[f32; N],
) {
    for (sums, cosine) in sums.iter_mut().zip(by) {
        multiply(sums, samples, *cosine);
    }
}

#[inline(always)]
fn multiply<const N: usize>(sums: &mut [f32; N], values: &[f32; N], by: f32) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += by * value;
    }
}

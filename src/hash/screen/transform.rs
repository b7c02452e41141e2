//! The cosine transform of a reduced picture, in fewer steps than its definition has.
//!
//! A cosine is even or odd about the middle of the picture, so half of each product is enough; the
//! even ones are the cosines of half the length, and are halved once more.

use std::f64::consts::PI;

use fearless_simd::{Level, dispatch, f32x16, prelude::*};

use super::super::dct::{KEPT, Spectrum};
use super::super::filter::{Grid, SIDE};

const HALF: usize = SIDE / 2;
const QUARTER: usize = SIDE / 4;

/// Frequencies that are summed together.
const FREQUENCIES: usize = 4;
/// Columns that are.
const COLUMNS: usize = 16;

/// Cosines by position, of some frequencies.
type Table<const POSITIONS: usize> = [[f32; FREQUENCIES]; POSITIONS];

/// The transform with its tables.
#[derive(Debug)]
pub(super) struct Transform {
    /// Of 1, 3, 5, 7 and 9, 11, 13, 15.
    odd: [Table<HALF>; 2],
    /// Of 2, 6, 10, 14 and 4, 8, 12, 16.
    even: [Table<QUARTER>; 2],
}

impl Transform {
    pub(super) fn new() -> Self {
        Self {
            odd: [table(|index| 2 * index + 1), table(|index| 2 * index + 9)],
            even: [table(|index| 4 * index + 2), table(|index| 4 * index + 4)],
        }
    }

    /// The spectrum of a picture whose columns lie as rows.
    pub(super) fn of_turned(&self, grid: &Grid) -> Spectrum {
        dispatch!(Level::new(), simd => self.transformed(simd, grid))
    }

    #[inline(always)]
    fn transformed<S: Simd>(&self, simd: S, grid: &Grid) -> Spectrum {
        let mut lines = [[0.0; SIDE]; KEPT];
        self.along_columns(simd, grid, &mut lines);
        let mut turned = [[0.0; KEPT]; SIDE];
        for (index, line) in lines.iter().enumerate() {
            for (row, value) in turned.iter_mut().zip(line) {
                row[index] = *value;
            }
        }
        let mut spectrum = [[0.0; KEPT]; KEPT];
        self.along_columns(simd, &turned, &mut spectrum);
        spectrum
    }

    /// Transforms all columns, side by side.
    #[inline(always)]
    fn along_columns<S: Simd, const WIDTH: usize>(
        &self,
        simd: S,
        rows: &[[f32; WIDTH]; SIDE],
        spectra: &mut [[f32; WIDTH]; KEPT],
    ) {
        for part in 0..WIDTH / COLUMNS {
            let samples = |row: usize| {
                f32x16::load_array_ref(simd, &rows[row].as_chunks::<COLUMNS>().0[part])
            };
            let none = f32x16::splat(simd, 0.0);
            let mut odd = [none; HALF];
            let mut even = [[none; QUARTER]; 2];
            for row in 0..QUARTER {
                let inner = HALF - 1 - row;
                let (sum, difference) = fold(samples(row), samples(SIDE - 1 - row));
                let (inner_sum, inner_difference) = fold(samples(inner), samples(SIDE - 1 - inner));
                odd[row] = difference;
                odd[inner] = inner_difference;
                (even[1][row], even[0][row]) = fold(sum, inner_sum);
            }
            let mut put = |frequency: usize, sums: f32x16<S>| {
                spectra[frequency - 1].as_chunks_mut::<COLUMNS>().0[part] = sums.into();
            };
            for (index, table) in self.odd.iter().enumerate() {
                for (at, sums) in product(simd, table, &odd).into_iter().enumerate() {
                    put(8 * index + 2 * at + 1, sums);
                }
            }
            for (index, (table, even)) in self.even.iter().zip(&even).enumerate() {
                for (at, sums) in product(simd, table, even).into_iter().enumerate() {
                    put(4 * at + 2 * index + 2, sums);
                }
            }
        }
    }
}

/// The cosines of these frequencies from the first position on.
fn table<const N: usize>(frequency: impl Fn(usize) -> usize) -> Table<N> {
    let scale = (2.0 / SIDE as f64).sqrt();
    let mut table = [[0.0; FREQUENCIES]; N];
    for (position, row) in table.iter_mut().enumerate() {
        for (index, value) in row.iter_mut().enumerate() {
            let angle = ((2 * position + 1) * frequency(index)) as f64 * PI / (2 * SIDE) as f64;
            *value = (scale * angle.cos()) as f32;
        }
    }
    table
}

/// The sum and the difference.
#[inline(always)]
fn fold<S: Simd>(a: f32x16<S>, b: f32x16<S>) -> (f32x16<S>, f32x16<S>) {
    (a + b, a - b)
}

#[inline(always)]
fn product<S: Simd, const N: usize>(
    simd: S,
    table: &Table<N>,
    samples: &[f32x16<S>; N],
) -> [f32x16<S>; FREQUENCIES] {
    let mut sums = [f32x16::splat(simd, 0.0); FREQUENCIES];
    for (cosines, samples) in table.iter().zip(samples) {
        for (sum, cosine) in sums.iter_mut().zip(cosines) {
            *sum += *samples * *cosine;
        }
    }
    sums
}

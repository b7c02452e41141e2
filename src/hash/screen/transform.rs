//! The cosine transform of a reduced picture, in fewer steps than its definition has.
//!
//! A cosine is even or odd about the middle of the picture, so half of each product is enough; the
//! even ones are the cosines of half the length, and are halved once more.

use std::f64::consts::PI;

use super::super::dct::{KEPT, Spectrum};
use super::super::filter::{Grid, SIDE};

const HALF: usize = SIDE / 2;
const QUARTER: usize = SIDE / 4;

/// As many sums as the registers of every x86-64 hold: of so many frequencies and columns.
const FREQUENCIES: usize = 4;
const COLUMNS: usize = 8;

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
        let mut lines = [[0.0; SIDE]; KEPT];
        self.along_columns(grid, &mut lines);
        let mut turned = [[0.0; KEPT]; SIDE];
        for (index, line) in lines.iter().enumerate() {
            for (row, value) in turned.iter_mut().zip(line) {
                row[index] = *value;
            }
        }
        let mut spectrum = [[0.0; KEPT]; KEPT];
        self.along_columns(&turned, &mut spectrum);
        spectrum
    }

    /// Transforms all columns, side by side.
    fn along_columns<const WIDTH: usize>(
        &self,
        rows: &[[f32; WIDTH]; SIDE],
        spectra: &mut [[f32; WIDTH]; KEPT],
    ) {
        for part in 0..WIDTH / COLUMNS {
            let samples = |row: usize| rows[row].as_chunks::<COLUMNS>().0[part];
            let mut odd = [[0.0; COLUMNS]; HALF];
            let mut even = [[[0.0; COLUMNS]; QUARTER]; 2];
            for row in 0..QUARTER {
                let inner = HALF - 1 - row;
                let (sum, difference) = fold(samples(row), samples(SIDE - 1 - row));
                let (inner_sum, inner_difference) = fold(samples(inner), samples(SIDE - 1 - inner));
                odd[row] = difference;
                odd[inner] = inner_difference;
                (even[1][row], even[0][row]) = fold(sum, inner_sum);
            }
            let mut put = |frequency: usize, sums: &[f32; COLUMNS]| {
                spectra[frequency - 1].as_chunks_mut().0[part] = *sums;
            };
            for (index, table) in self.odd.iter().enumerate() {
                for (at, sums) in product(table, &odd).iter().enumerate() {
                    put(8 * index + 2 * at + 1, sums);
                }
            }
            for (index, (table, even)) in self.even.iter().zip(&even).enumerate() {
                for (at, sums) in product(table, even).iter().enumerate() {
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
fn fold(a: [f32; COLUMNS], b: [f32; COLUMNS]) -> ([f32; COLUMNS], [f32; COLUMNS]) {
    let (mut sum, mut difference) = (a, a);
    for ((sum, difference), b) in sum.iter_mut().zip(&mut difference).zip(b) {
        *sum += b;
        *difference -= b;
    }
    (sum, difference)
}

#[inline(always)]
fn product<const N: usize>(
    table: &Table<N>,
    samples: &[[f32; COLUMNS]; N],
) -> [[f32; COLUMNS]; FREQUENCIES] {
    let mut sums = [[0.0; COLUMNS]; FREQUENCIES];
    for (cosines, samples) in table.iter().zip(samples) {
        for (sums, cosine) in sums.iter_mut().zip(cosines) {
            for (sum, sample) in sums.iter_mut().zip(samples) {
                *sum += cosine * sample;
            }
        }
    }
    sums
}

//! The inverse cosine transform of a block, only where its pixels are looked at (T.81, A.3.3).

use std::f32::consts::FRAC_1_SQRT_2;
use std::f64::consts::PI;

/// Added before rounding to the nearest, so that halves go up as they do in libjpeg.
const LEVEL: f32 = 128.0 + 1.0 / 2048.0;

/// One weight for each frequency across and each of up to eight pixels.
type Weights = [[f32; 8]; 8];

/// The weights of the columns that are looked at, for every choice of columns.
#[derive(Debug)]
pub(super) struct Columns(Box<[Weights; 256]>);

/// The weights of the rows of a block that are looked at, eight times each.
#[derive(Debug)]
struct Rows {
    /// Of all eight rows.
    all: [Weights; 8],
    chosen: [Weights; 8],
    count: usize,
}

impl Default for Rows {
    fn default() -> Self {
        let mut all = [Weights::default(); 8];
        for (at, table) in all.iter_mut().enumerate() {
            for (of, weights) in table.iter_mut().enumerate() {
                *weights = [weight(at, of); 8];
            }
        }
        Self { all, chosen: all, count: 0 }
    }
}

/// What frequency `of` adds at pixel `at`.
#[expect(clippy::cast_possible_truncation, reason = "the tables are of single precision")]
fn weight(at: usize, of: usize) -> f32 {
    let scale = if of == 0 { FRAC_1_SQRT_2 / 2.0 } else { 0.5 };
    scale * ((2 * at + 1) as f64 * of as f64 * PI / 16.0).cos() as f32
}

/// The places whose bits are set.
fn places(mask: u8) -> impl Iterator<Item = usize> {
    (0..8).filter(move |place| mask >> place & 1 == 1)
}

impl Columns {
    pub(super) fn new() -> Self {
        let mut tables = Box::new([Weights::default(); 256]);
        for (mask, table) in (0..=u8::MAX).zip(tables.iter_mut()) {
            for (of, weights) in table.iter_mut().enumerate() {
                for (at, out) in places(mask).zip(weights) {
                    *out = weight(at, of);
                }
            }
        }
        Self(tables)
    }

    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
    fn get(&self, mask: u8) -> &Weights {
        &self.0[usize::from(mask)]
    }
}

impl Rows {
    fn choose(&mut self, mask: u8) {
        let chosen = self.all.iter().zip(0..).filter(|(_, place)| mask >> place & 1 == 1);
        for (out, (weights, _)) in self.chosen.iter_mut().zip(chosen) {
            *out = *weights;
        }
        self.count = mask.count_ones() as usize;
    }
}

/// The pixels of one row of blocks that are looked at.
#[derive(Debug, Default)]
pub(super) struct Band {
    rows: Rows,
    /// Neither clamped nor rounded yet.
    pixels: Vec<f32>,
    stride: usize,
    /// Whether all pixels of a block are looked at.
    dense: bool,
}

impl Band {
    /// For rows of `total` pixels, all that there are if they are `dense`.
    pub(super) fn widen(&mut self, total: usize, dense: bool) {
        self.dense = dense;
        // blocks write eight pixels at a time
        self.stride = total + 8;
        self.pixels.resize(8 * self.stride, 0.0);
    }

    /// For the next row of blocks, in which the rows of `mask` are looked at.
    pub(super) fn begin(&mut self, mask: u8) {
        self.rows.choose(mask);
    }

    /// Fills `out` with the row that is looked at after `before` others.
    pub(super) fn row(&self, before: usize, out: &mut [u8]) {
        let row = self.pixels.chunks_exact(self.stride).nth(before).unwrap_or_default();
        out.iter_mut().zip(row).for_each(|(out, &value)| *out = to_byte(value));
    }

    /// Fills a block whose lowest frequency is all it has.
    #[inline(always)]
    pub(super) fn flat(&mut self, coefficient: f32, at: usize) {
        let pixel = coefficient * 0.125 + LEVEL;
        let rows = self.pixels.chunks_exact_mut(self.stride).take(self.rows.count);
        rows.for_each(|row| put(row, at, [pixel; 8]));
    }

    /// Fills a block of which the first `frequencies` in the order of the file may not be zero.
    #[inline(always)]
    pub(super) fn fill(
        &mut self,
        block: &[i32; 64],
        quantisers: &[f32; 64],
        last: u32,
        columns: &Columns,
        mask: u8,
        at: usize,
    ) {
        // the order of the file goes along diagonals
        let used = match last {
            0..3 => 2,
            3..10 => 4,
            10..21 => 6,
            _ => 8,
        };
        let weights = columns.get(mask);
        if self.dense {
            self.evaluate_all(block, quantisers, used, columns.get(u8::MAX), at);
        } else if mask.count_ones() <= 4 {
            self.evaluate::<4>(block, quantisers, used, weights, at);
        } else {
            self.evaluate::<8>(block, quantisers, used, weights, at);
        }
    }

    /// `used x used` frequencies to up to `LANES` pixels of each row.
    ///
    /// The loops over frequencies are not of fixed length so that the compiler makes vectors of the
    /// lanes, and of nothing else.
    #[inline(never)]
    fn evaluate<const LANES: usize>(
        &mut self,
        block: &[i32; 64],
        quantisers: &[f32; 64],
        used: usize,
        columns: &Weights,
        at: usize,
    ) {
        let scaled = scale(block, quantisers, used);
        let rows = self.pixels.chunks_exact_mut(self.stride);
        for (row, weights) in rows.zip(&self.rows.chosen).take(self.rows.count) {
            let mut across = [0.0; 8];
            for (weights, values) in weights.iter().zip(&scaled).take(used) {
                for (sum, (weight, value)) in across.iter_mut().zip(weights.iter().zip(values)) {
                    *sum += weight * value;
                }
            }
            let mut pixels = [LEVEL; LANES];
            for (&value, weights) in across.iter().zip(columns).take(used) {
                for (pixel, weight) in pixels.iter_mut().zip(weights) {
                    *pixel += value * weight;
                }
            }
            put(row, at, pixels);
        }
    }

    /// `used x used` frequencies, an even number, to all pixels.
    ///
    /// A frequency adds the same to a pixel and to its mirror image if it is even, and the opposite
    /// if it is odd.
    #[inline(never)]
    fn evaluate_all(
        &mut self,
        block: &[i32; 64],
        quantisers: &[f32; 64],
        used: usize,
        columns: &Weights,
        at: usize,
    ) {
        let scaled = scale(block, quantisers, used);
        let (columns, _) = columns.as_chunks::<2>();
        let (scaled, _) = scaled.as_chunks::<2>();
        let Some((upper, lower)) = self.pixels.split_at_mut_checked(4 * self.stride) else {
            return;
        };
        let lower = lower.chunks_exact_mut(self.stride).rev();
        let rows = upper.chunks_exact_mut(self.stride).zip(lower);
        for ((row, mirrored), weights) in rows.zip(&self.rows.all) {
            let (mut even, mut odd) = ([0.0; 8], [0.0; 8]);
            let pairs = weights.as_chunks::<2>().0.iter().zip(scaled);
            for ([weights, odd_weights], [values, odd_values]) in pairs.take(used / 2) {
                for (sum, (weight, value)) in even.iter_mut().zip(weights.iter().zip(values)) {
                    *sum += weight * value;
                }
                for (sum, (weight, value)) in odd.iter_mut().zip(odd_weights.iter().zip(odd_values))
                {
                    *sum += weight * value;
                }
            }
            let (mut upper, mut lower) = (even, even);
            for ((upper, lower), odd) in upper.iter_mut().zip(&mut lower).zip(&odd) {
                *upper += odd;
                *lower -= odd;
            }
            put(row, at, along(&upper, columns, used));
            put(mirrored, at, along(&lower, columns, used));
        }
    }
}

/// A row of frequencies across to its eight pixels.
#[inline(always)]
fn along(across: &[f32; 8], columns: &[[[f32; 8]; 2]], used: usize) -> [f32; 8] {
    let (mut even, mut odd) = ([LEVEL; 4], [0.0; 4]);
    let pairs = across.as_chunks::<2>().0.iter().zip(columns);
    for ([value, odd_value], [weights, odd_weights]) in pairs.take(used / 2) {
        for (sum, weight) in even.iter_mut().zip(weights) {
            *sum += value * weight;
        }
        for (sum, weight) in odd.iter_mut().zip(odd_weights) {
            *sum += odd_value * weight;
        }
    }
    let ([a, b, c, d], [e, f, g, h]) = (even, odd);
    [a + e, b + f, c + g, d + h, d - h, c - g, b - f, a - e]
}

/// The first `used` rows of frequencies, dequantised.
#[inline(always)]
fn scale(block: &[i32; 64], quantisers: &[f32; 64], used: usize) -> Weights {
    let mut scaled = Weights::default();
    let rows = block.as_chunks::<8>().0.iter().zip(quantisers.as_chunks::<8>().0);
    for (out, (values, quantisers)) in scaled.iter_mut().zip(rows).take(used) {
        for (out, (&value, quantiser)) in out.iter_mut().zip(values.iter().zip(quantisers)) {
            *out = value as f32 * quantiser;
        }
    }
    scaled
}

#[inline(always)]
fn put<const COUNT: usize>(row: &mut [f32], at: usize, pixels: [f32; COUNT]) {
    if let Some(place) = row.get_mut(at..).and_then(|row| row.first_chunk_mut()) {
        *place = pixels;
    }
}

/// Clamps and rounds to the nearest.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the low byte is the rounded number")]
fn to_byte(value: f32) -> u8 {
    // the lowest bit of this number's significand is worth one
    const ONES: f32 = 12_582_912.0;
    let value = if value > 0.0 { value } else { 0.0 };
    let value = if value < 255.0 { value } else { 255.0 };
    (value + ONES).to_bits() as u8
}

//! From the reduced picture to bits: the low frequencies of its cosine transform, each compared with
//! their median, and the same for the picture turned and mirrored.

use std::f64::consts::PI;

use super::Hash256;
use super::filter::{Grid, SIDE};
use super::luma::Mirror;

/// Frequencies kept along each axis.
pub(super) const KEPT: usize = 16;

/// The kept frequencies 1 to 16, row by row; frequency 0 is not among them.
pub(super) type Spectrum = [[f32; KEPT]; KEPT];

/// The cosine transform with its table.
#[derive(Debug)]
pub(super) struct Dct {
    /// Frequency by position.
    by_frequency: [[f32; SIDE]; KEPT],
    /// The same, position by frequency.
    by_position: [[f32; KEPT]; SIDE],
}

impl Dct {
    pub(super) fn new() -> Self {
        let mut by_frequency = [[0.0; SIDE]; KEPT];
        let mut by_position = [[0.0; KEPT]; SIDE];
        for frequency in 0..KEPT {
            for position in 0..SIDE {
                let value = entry(frequency, position);
                by_frequency[frequency][position] = value;
                by_position[position][frequency] = value;
            }
        }
        Self { by_frequency, by_position }
    }

    /// Table times picture times transposed table, each sum from the first position to the last.
    pub(super) fn transform(&self, grid: &Grid) -> Spectrum {
        // As many running sums as the registers of every x86-64 hold.
        const TOGETHER: usize = 32;
        let mut spectrum = [[0.0; KEPT]; KEPT];
        for (cosines, line) in self.by_frequency.iter().zip(&mut spectrum) {
            let mut columns = [0.0; SIDE];
            for (part, sums) in columns.as_chunks_mut::<TOGETHER>().0.iter_mut().enumerate() {
                let mut running = [0.0; TOGETHER];
                for (cosine, row) in cosines.iter().zip(grid) {
                    let samples = &row.as_chunks::<TOGETHER>().0[part];
                    for (sum, sample) in running.iter_mut().zip(samples) {
                        *sum += cosine * sample;
                    }
                }
                *sums = running;
            }
            for (sample, cosines) in columns.iter().zip(&self.by_position) {
                for (sum, cosine) in line.iter_mut().zip(cosines) {
                    *sum += sample * cosine;
                }
            }
        }
        spectrum
    }
}

/// An entry of the table, rounded where the reference rounds: the scale, and the product.
fn entry(frequency: usize, position: usize) -> f32 {
    let scale = (2.0 / SIDE as f64).sqrt() as f32;
    let step = PI / 2.0 / SIDE as f64;
    let angle = step * (frequency + 1) as f64 * (2 * position + 1) as f64;
    (f64::from(scale) * angle.cos()) as f32
}

/// Which frequencies are above the median, one word a row, the first column in its lowest bit.
#[derive(Clone, Copy)]
pub(super) struct Bits([u16; KEPT]);

impl Bits {
    fn of(spectrum: &Spectrum) -> Self {
        let median = median(spectrum);
        Self::which(spectrum, |value| value > median)
    }

    /// Those of a condition instead.
    pub(super) fn which(spectrum: &Spectrum, holds: impl Fn(f32) -> bool) -> Self {
        Self(spectrum.map(|row| {
            row.iter().rev().fold(0, |word, value| word << 1 | u16::from(holds(*value)))
        }))
    }

    /// Rows become columns. As the median stays, this is the picture's mirror image.
    fn transposed(self) -> Self {
        let mut columns = [0; KEPT];
        for (column, word) in columns.iter_mut().enumerate() {
            for row in self.0.iter().rev() {
                *word = *word << 1 | (row >> column) & 1;
            }
        }
        Self(columns)
    }

    /// The hash: the last row comes first.
    fn hash(self) -> Hash256 {
        let mut bytes = [0; 32];
        for (pair, word) in bytes.as_chunks_mut().0.iter_mut().rev().zip(self.0) {
            let [low, high] = word.to_le_bytes();
            *pair = [high, low];
        }
        Hash256::from_bytes(bytes)
    }
}

/// The hash of the picture as it is.
pub(super) fn hash(spectrum: &Spectrum) -> Hash256 {
    Bits::of(spectrum).hash()
}

/// The hashes in the order of [`super::Orientation::ALL`], all from one spectrum.
///
/// Mirroring a picture along an axis changes the sign of every other frequency along it, the first
/// one included.
pub(super) fn orientations(spectrum: &Spectrum) -> [Hash256; 8] {
    mirrored(|Mirror { across, down }| {
        let mut signed = *spectrum;
        for (row, line) in signed.iter_mut().enumerate() {
            for (column, value) in line.iter_mut().enumerate() {
                if (down && row % 2 == 0) != (across && column % 2 == 0) {
                    *value = -*value;
                }
            }
        }
        signed
    })
}

/// The spectrum of the picture mirrored down, by its symmetry.
pub(super) fn mirrored_down(spectrum: &Spectrum) -> Spectrum {
    let mut signed = *spectrum;
    for value in signed.iter_mut().step_by(2).flatten() {
        *value = -*value;
    }
    signed
}

/// The hashes in the order of [`super::Orientation::ALL`], from the spectra of four mirror images.
///
/// Mirroring about the main diagonal transposes a spectrum; each orientation is one of the four or
/// one of their transposes.
pub(super) fn mirrored(mut spectrum: impl FnMut(Mirror) -> Spectrum) -> [Hash256; 8] {
    mirrored_bits(|mirror| Bits::of(&spectrum(mirror)))
}

/// The same from the bits of four mirror images.
pub(super) fn mirrored_bits(mut bits: impl FnMut(Mirror) -> Bits) -> [Hash256; 8] {
    let mut of = |across, down| bits(Mirror { across, down });
    let original = of(false, false);
    let flip_x = of(false, true);
    let flip_y = of(true, false);
    let rotate180 = of(true, true);
    [
        original,
        flip_y.transposed(),
        rotate180,
        flip_x.transposed(),
        flip_x,
        flip_y,
        original.transposed(),
        rotate180.transposed(),
    ]
    .map(Bits::hash)
}

/// The lower of the two middle values, which is what Torben's method returns for an even number.
pub(super) fn median(spectrum: &Spectrum) -> f32 {
    let mut values = *spectrum;
    let values = values.as_flattened_mut();
    let (_, median, _) = values.select_nth_unstable_by(KEPT * KEPT / 2 - 1, f32::total_cmp);
    *median
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hash::naive;

    proptest! {
        #[test]
        fn the_median_is_torbens_with_many_ties_and_with_none(
            values in prop_oneof![
                prop::collection::vec(-3..3_i32, 256),
                prop::collection::vec(-1_000_000..1_000_000_i32, 256),
            ],
            scale in prop_oneof![Just(1.0_f32), Just(0.37), Just(1e-7)],
        ) {
            let mut spectrum = [[0.0; KEPT]; KEPT];
            for (slot, value) in spectrum.as_flattened_mut().iter_mut().zip(values) {
                *slot = value as f32 * scale;
            }
            prop_assert_eq!(median(&spectrum), naive::torben(spectrum.as_flattened()));
        }
    }

    #[test]
    fn the_table_is_the_same_whichever_way_a_cosine_rounds_its_last_digits() {
        let scale = f64::from((2.0 / SIDE as f64).sqrt() as f32);
        for frequency in 0..KEPT {
            for position in 0..SIDE {
                let exact = f64::from(entry(frequency, position));
                let angle = PI / 128.0 * ((frequency + 1) * (2 * position + 1)) as f64;
                for error in [-1e-14, 1e-14] {
                    let nearby = f64::from((scale * (angle.cos() + error)) as f32);
                    assert_eq!(nearby, exact, "frequency {frequency}, position {position}");
                }
            }
        }
    }
}

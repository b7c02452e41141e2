//! How much structure a picture has: the reference's rule, side by side.

use fearless_simd::{Level, dispatch, f32x16, prelude::*};

use super::super::filter::{Grid, SIDE};

/// Steps that are counted together.
const TOGETHER: usize = 16;

/// The quality of [`super::super::Pdq`], but for steps that are a whole hundredth to the last digit.
pub(super) fn quality(grid: &Grid) -> u8 {
    // a sum of whole numbers
    let sum: f32 = dispatch!(Level::new(), simd => steps(simd, grid)).iter().sum();
    (sum as i64 / 90).min(100) as u8
}

/// The whole hundredths of the full range in all steps from a sample to the next, down and across.
#[inline(always)]
fn steps<S: Simd>(simd: S, grid: &Grid) -> [f32; TOGETHER] {
    let mut sums = f32x16::splat(simd, 0.0);
    let load = |part: &[f32; TOGETHER]| f32x16::load_array_ref(simd, part);
    for (upper, lower) in grid.iter().zip(&grid[1..]) {
        for (from, to) in upper.as_chunks().0.iter().zip(lower.as_chunks().0) {
            sums += hundredths(load(from), load(to));
        }
    }
    for row in grid {
        let (parts, others) = (row.as_chunks().0, row[1..].as_chunks());
        for (from, to) in parts.iter().zip(others.0) {
            sums += hundredths(load(from), load(to));
        }
        // after the last sample there is no step
        let mut next = [row[SIDE - 1]; TOGETHER];
        next[..TOGETHER - 1].copy_from_slice(others.1);
        sums += hundredths(load(&parts[parts.len() - 1]), load(&next));
    }
    sums.into()
}

#[inline(always)]
fn hundredths<S: Simd>(from: f32x16<S>, to: f32x16<S>) -> f32x16<S> {
    ((from - to).abs() * (100.0 / 255.0)).floor()
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{RngExt as _, SeedableRng as _};

    use super::*;
    use crate::hash::quality;

    #[test]
    fn it_is_the_quality_of_the_exact_rule() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut seen = [false; 101];
        for spread in 1..128_u8 {
            let mut grid = [[0.0; SIDE]; SIDE];
            for sample in grid.as_flattened_mut() {
                // Steps of whole hundredths are among these.
                *sample = f32::from(rng.random_range(0..=spread)) * 0.25 + 3.0;
            }
            let found = super::quality(&grid);
            assert_eq!(found, quality::quality(&grid), "{spread}");
            seen[usize::from(found)] = true;
        }
        assert!(seen.iter().filter(|seen| **seen).count() > 20);
    }
}

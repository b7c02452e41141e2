//! How much structure a picture has: the reference's rule, side by side.

use super::super::filter::{Grid, SIDE};

/// Steps that are counted together.
const TOGETHER: usize = 8;

/// The quality of [`super::super::Pdq`], but for steps that are a whole hundredth to the last digit.
pub(super) fn quality(grid: &Grid) -> u8 {
    let mut sums = [0.0; TOGETHER];
    for (upper, lower) in grid.iter().zip(&grid[1..]) {
        let parts = upper.as_chunks().0.iter().zip(lower.as_chunks().0);
        parts.for_each(|(from, to)| count(&mut sums, from, to));
    }
    for row in grid {
        let (from, to) = (&row[..SIDE - 1], &row[1..]);
        let (parts, others) = (from.as_chunks::<TOGETHER>(), to.as_chunks::<TOGETHER>());
        parts.0.iter().zip(others.0).for_each(|(from, to)| count(&mut sums, from, to));
        // The row has a step less than samples.
        let (mut left, mut right) = ([0.0; TOGETHER], [0.0; TOGETHER]);
        left[1..].copy_from_slice(parts.1);
        right[1..].copy_from_slice(others.1);
        count(&mut sums, &left, &right);
    }
    // A sum of whole numbers.
    (sums.iter().sum::<f32>() as i64 / 90).min(100) as u8
}

/// Adds the whole hundredths of the full range in each step.
#[inline(always)]
fn count(sums: &mut [f32; TOGETHER], from: &[f32; TOGETHER], to: &[f32; TOGETHER]) {
    /// Numbers of this size have no fraction.
    const WHOLE: f32 = (1 << 23) as f32;
    for ((sum, from), to) in sums.iter_mut().zip(from).zip(to) {
        let step = (from - to).abs() * (100.0 / 255.0);
        let nearest = (step + WHOLE) - WHOLE;
        *sum += nearest - f32::from(nearest > step);
    }
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

    #[test]
    fn whole_hundredths_count_whole() {
        for quarters in 0..=20_u8 {
            let mut sums = [0.0; TOGETHER];
            count(&mut sums, &[12.75 * f32::from(quarters); TOGETHER], &[0.0; TOGETHER]);
            assert_eq!(sums, [5.0 * f32::from(quarters); TOGETHER]);
        }
    }
}

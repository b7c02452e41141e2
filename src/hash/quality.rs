//! How much structure a picture has.

use super::filter::{Grid, SIDE};

/// The sum of the steps between neighbours that are worth a hundredth of the full range, scaled so
/// that ordinary photographs reach the highest value, 100.
pub(super) fn quality(grid: &Grid) -> u8 {
    let mut sum = 0;
    for (upper, lower) in grid.iter().zip(&grid[1..]) {
        sum += steps(upper, lower);
    }
    for row in grid {
        sum += steps(&row[..SIDE - 1], &row[1..]);
    }
    (sum / 90).min(100) as u8
}

fn steps(from: &[f32], to: &[f32]) -> i32 {
    let step = |(from, to): (&f32, &f32)| (((from - to) * 100.0 / 255.0) as i32).abs();
    from.iter().zip(to).map(step).sum()
}

//! A picture turned by a few degrees, reduced in the same step.
//!
//! Between four samples brightness is taken to change steadily. Of a plane of two samples for each value
//! of the reduced picture this weighs a field as the two boxes of the filter do.

use fearless_simd::{Level, dispatch};

use super::super::filter::{Grid, SIDE};

/// How a plane is turned.
#[derive(Clone, Copy, Debug)]
pub(in crate::hash) struct Turn {
    /// By how many degrees, counter-clockwise, about its middle.
    pub(in crate::hash) angle: f64,
    /// How many pixels of the picture that a person sees each sample stands for, across and down.
    pub(in crate::hash) sides: [f64; 2],
}

/// Bits of a place between two samples.
const PART: u32 = 16;

/// The longest side of a plane that is turned: places fit 32 bits, and so do their sums.
pub(super) const MOST: usize = 1 << 13;

/// A plane of samples.
#[derive(Clone, Copy)]
pub(super) struct Samples<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) data: &'a [u8],
}

/// Fills a grid, whose columns lie as rows, with what lies at these columns and rows of the turned plane,
/// no side of which is over [`MOST`]. What turns in from beyond the plane is its nearest sample.
pub(super) fn turn(
    from: Samples<'_>,
    turn: Turn,
    columns: impl Iterator<Item = f64>,
    rows: impl Iterator<Item = f64>,
    grid: &mut Grid,
) {
    let (sin, cos) = turn.angle.to_radians().sin_cos();
    let [wide, high] = turn.sides;
    let fixed = |value: f64| {
        let most = MOST as f64;
        (value.clamp(-most, most) * f64::from(1 << PART)) as i32
    };
    let middle = [from.width, from.height].map(|side| side as f64 / 2.0);
    let mut down = [(0, 0); SIDE];
    for (slot, row) in down.iter_mut().zip(rows) {
        let y = row - middle[1];
        *slot = (fixed(-sin * high / wide * y), fixed(cos * y));
    }
    for (line, column) in grid.iter_mut().zip(columns) {
        let x = column - middle[0];
        let across =
            (fixed(cos * x + middle[0] - 0.5), fixed(sin * wide / high * x + middle[1] - 0.5));
        dispatch!(Level::new(), _ => between(from, across, &down, line));
    }
}

/// The brightness at places that lie so far from one of them, each between four samples.
#[inline(always)]
fn between(
    from: Samples<'_>,
    (right, below): (i32, i32),
    places: &[(i32, i32); SIDE],
    line: &mut [f32; SIDE],
) {
    // in three steps, of which the first and the last look at many places at once
    let [last_x, last_y] = [from.width, from.height].map(|side| (((side - 1) as i32) << PART) - 1);
    let mut first = [0; SIDE];
    let mut parts = [(0, 0); SIDE];
    for ((first, parts), (x, y)) in first.iter_mut().zip(&mut parts).zip(places) {
        let (x, y) = ((right + x).clamp(0, last_x), (below + y).clamp(0, last_y));
        *first = (y >> PART) * from.width as i32 + (x >> PART);
        *parts = (x >> (PART - 8) & 0xff, y >> (PART - 8) & 0xff);
    }
    let mut samples = [[0; 4]; SIDE];
    for (samples, first) in samples.iter_mut().zip(first) {
        let first = first as usize;
        if let (Some([a, b, ..]), Some([c, d, ..])) =
            (from.data.get(first..), from.data.get(first + from.width..))
        {
            *samples = [*a, *b, *c, *d];
        }
    }
    for ((value, [a, b, c, d]), (across, down)) in line.iter_mut().zip(samples).zip(parts) {
        let two = |a: u8, b: u8| i32::from(a) * (256 - across) + i32::from(b) * across;
        *value = (two(a, b) * (256 - down) + two(c, d) * down) as f32 / 65536.0;
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{RngExt as _, SeedableRng as _};

    use super::*;

    #[test]
    fn values_are_those_between_the_four_samples_next_to_each_place() {
        let mut rng = StdRng::seed_from_u64(1);
        let (width, height) = (120, 70);
        let data: Vec<u8> = (0..width * height).map(|_| rng.random()).collect();
        let from = Samples { width, height, data: &data };
        let places = |side: usize| (0..SIDE).map(move |at| at as f64 * side as f64 / 60.0 - 2.3);
        for (angle, sides) in [(0.0, [1.0; 2]), (20.0, [1.0; 2]), (-8.0, [1.5, 3.0])] {
            let mut grid = [[0.0; SIDE]; SIDE];
            turn(from, Turn { angle, sides }, places(width), places(height), &mut grid);
            let (sin, cos) = f64::to_radians(angle).sin_cos();
            let ratio = sides[1] / sides[0];
            for (line, x) in grid.iter().zip(places(width)) {
                for (&found, y) in line.iter().zip(places(height)) {
                    let (x, y) = (x - 60.0, y - 35.0);
                    let x_from = (cos * x - sin * ratio * y + 59.5).clamp(0.0, 119.0);
                    let y_from = (sin / ratio * x + cos * y + 34.5).clamp(0.0, 69.0);
                    let sample = |x: f64, y: f64| {
                        f64::from(data[y.min(69.0) as usize * width + x.min(119.0) as usize])
                    };
                    let (left, top) = (x_from.floor(), y_from.floor());
                    let (part, low) = (x_from - left, y_from - top);
                    let two =
                        |y: f64| sample(left, y) * (1.0 - part) + sample(left + 1.0, y) * part;
                    let wanted = two(top) * (1.0 - low) + two(top + 1.0) * low;
                    // places are told apart by 256ths
                    assert!((f64::from(found) - wanted).abs() <= 2.5, "{x} {y}: {found} {wanted}");
                }
            }
        }
    }
}

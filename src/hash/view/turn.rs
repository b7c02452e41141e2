//! A picture turned by a few degrees.

use super::Area;
use super::ground::Plane;

/// How a plane is turned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// By how many degrees, counter-clockwise, about its middle.
    pub(super) angle: f64,
    /// How many pixels of the picture that a person sees each sample stands for, across and down.
    pub(super) sides: [f64; 2],
    /// The part that is wanted of the turned plane.
    pub(super) area: Area,
}

/// Bits of a place between two samples.
const PART: u32 = 16;

/// Turns as much of a plane as is wanted, into `out`, and gives the wanted area there. What turns in from
/// beyond the plane is its nearest sample.
pub(super) fn turn(from: &Plane, turn: &Turn, out: &mut Plane) -> Option<Area> {
    let (width, height) = (from.width, from.height);
    if width < 2 || height < 2 {
        return None;
    }
    // a sample more than wanted, at each end
    let window = |start: f64, span: f64, length: usize| {
        let first = ((start - 1.0).floor().max(0.0) as usize).min(length - 1);
        (first, ((start + span + 1.0).ceil().max(0.0) as usize).clamp(first + 1, length))
    };
    let (left, right) = window(turn.area.left, turn.area.width, width);
    let (top, bottom) = window(turn.area.top, turn.area.height, height);
    out.resize(right - left, bottom - top);

    let (sin, cos) = turn.angle.to_radians().sin_cos();
    let [wide, high] = turn.sides;
    let fixed = |value: f64| (value * f64::from(1 << PART)) as i64;
    // across: how far the place moves for each column
    let (x_step, y_step) = (fixed(cos), fixed(sin * wide / high));
    let last = |length: usize| (((length - 1) as i64) << PART) - 1;
    let (x_last, y_last) = (last(width), last(height));
    let middle = [width as f64 / 2.0, height as f64 / 2.0];
    for (row, line) in (top..).zip(out.data.chunks_exact_mut(right - left)) {
        let x = left as f64 + 0.5 - middle[0];
        let y = row as f64 + 0.5 - middle[1];
        let mut from_x = fixed(cos * x - sin * high / wide * y + middle[0] - 0.5);
        let mut from_y = fixed(sin * wide / high * x + cos * y + middle[1] - 0.5);
        for sample in line {
            let (x, y) = (from_x.clamp(0, x_last) as u32, from_y.clamp(0, y_last) as u32);
            *sample = between(from, x, y);
            from_x += x_step;
            from_y += y_step;
        }
    }
    let Area { left: x, top: y, .. } = turn.area;
    Some(Area { left: x - left as f64, top: y - top as f64, ..turn.area })
}

/// The brightness between four samples.
#[inline(always)]
fn between(from: &Plane, x: u32, y: u32) -> u8 {
    let part = |at: u32| at >> (PART - 8) & 0xff;
    let (across, down) = (part(x), part(y));
    let at = (y >> PART) as usize * from.width + (x >> PART) as usize;
    let four = [at, at + 1, at + from.width, at + from.width + 1];
    let [a, b, c, d] = four.map(|at| u32::from(from.data[at]));
    let above = a * (256 - across) + b * across;
    let below = c * (256 - across) + d * across;
    ((above * (256 - down) + below * down + (1 << 15)) >> 16) as u8
}

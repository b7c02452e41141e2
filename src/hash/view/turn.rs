//! A picture turned by a few degrees.

use super::super::Pixels;
use super::{Area, View};

/// The side of the turned picture: a quarter of the samples that the reference takes, all of which the
/// filter averages anyway.
pub(super) const SIDE: usize = 256;

/// Turns a sheet about its middle, as the picture is that it stands for, into `out`, and gives the view's
/// area there. Beyond its edges a picture goes on.
pub(super) fn turn(grey: Pixels<'_>, scale: [f64; 2], view: &View, out: &mut Vec<u8>) -> Area {
    let (width, height) = (grey.width(), grey.height());
    let size = [width as f64, height as f64];
    let [across, down] = size.map(|side| side / SIDE as f64);
    let (sin, cos) = view.angle.to_radians().sin_cos();
    // from pixels of the sheet to those of the picture, turned, and back
    let [wide, high] = scale;
    let (x_by_y, y_by_x) = (-sin * high / wide, sin * wide / high);
    out.clear();
    for row in 0..SIDE {
        let y = (row as f64 + 0.5) * down - size[1] / 2.0;
        for column in 0..SIDE {
            let x = (column as f64 + 0.5) * across - size[0] / 2.0;
            let from_x = cos * x + x_by_y * y + size[0] / 2.0 - 0.5;
            let from_y = y_by_x * x + cos * y + size[1] / 2.0 - 0.5;
            out.push(between(grey, from_x, from_y));
        }
    }
    view.area.scaled(1.0 / across, 1.0 / down)
}

/// The brightness between four pixels.
fn between(grey: Pixels<'_>, x: f64, y: f64) -> u8 {
    let (x, y) =
        (x.clamp(0.0, (grey.width() - 1) as f64), y.clamp(0.0, (grey.height() - 1) as f64));
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(grey.width() - 1), (top + 1).min(grey.height() - 1));
    let (part, lower) = (x - left as f64, y - top as f64);
    let at = |x: usize, y: usize| f64::from(grey.data()[y * grey.width() + x]);
    let above = at(left, top) * (1.0 - part) + at(right, top) * part;
    let below = at(left, bottom) * (1.0 - part) + at(right, bottom) * part;
    (above * (1.0 - lower) + below * lower + 0.5) as u8
}

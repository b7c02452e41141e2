//! A sharply bounded patch in a corner: a logo, a stamp, a sticker.

use super::super::Pixels;
use super::Area;

/// The sides of a patch, as parts of the sheet's shorter side.
const SIDES: [f64; 2] = [0.07, 0.34];
/// How many times as long as the other its longer side may be.
const LONG: usize = 4;
/// By how much brightness changes across two samples at its sides.
const EDGE: u8 = 16;
/// The part of both its inner sides that must be such.
const ALONG: f64 = 0.7;
/// Samples around it that are taken off with it.
const RIM: usize = 2;

/// The patch in one of the corners whose inner sides are the sharpest, with all that is between it and
/// the corner.
pub(super) fn patch(grey: Pixels<'_>) -> Option<Area> {
    let (width, height) = (grey.width(), grey.height());
    let [least, most] = SIDES.map(|part| (part * width.min(height) as f64) as usize);
    let mut best = (ALONG, None);
    for corner in 0..4 {
        let [right, low] = [corner & 1 == 1, corner & 2 == 2];
        let at = |x: usize, y: usize| {
            let x = if right { width - 1 - x } else { x };
            let y = if low { height - 1 - y } else { y };
            grey.data()[y * width + x]
        };
        let corner = Corner::new(at, most);
        for down in least..most - 1 {
            for across in least.max(down / LONG)..(most - 1).min(down * LONG) {
                let sharp = corner.sharp(across, down);
                if sharp > best.0 {
                    let (across, down) = (across + RIM, down + RIM);
                    let area = Area {
                        left: if right { width - across } else { 0 } as f64,
                        top: if low { height - down } else { 0 } as f64,
                        width: across as f64,
                        height: down as f64,
                    };
                    best = (sharp, Some(area));
                }
            }
        }
    }
    best.1
}

/// The sharp steps of a corner, counted along columns and rows.
struct Corner {
    side: usize,
    /// How many samples of column x above row y differ from those two columns on.
    columns: Vec<u16>,
    /// How many samples of row y before column x differ from those two rows on.
    rows: Vec<u16>,
}

impl Corner {
    fn new(at: impl Fn(usize, usize) -> u8, side: usize) -> Self {
        let (mut columns, mut rows) = (vec![0; side * (side + 1)], vec![0; side * (side + 1)]);
        for y in 0..side {
            for x in 0..side {
                let here = at(x, y);
                let differs = |other: u8| u16::from(here.abs_diff(other) >= EDGE);
                columns[(y + 1) * side + x] = columns[y * side + x] + differs(at(x + 2, y));
                rows[(x + 1) * side + y] = rows[x * side + y] + differs(at(x, y + 2));
            }
        }
        Self { side, columns, rows }
    }

    /// The part of the inner sides of a patch that is sharp, of that side of which less is. A patch need
    /// not begin at the very corner.
    fn sharp(&self, across: usize, down: usize) -> f64 {
        let part = |counts: &[u16], line: usize, length: usize| {
            let first = length / 6;
            let count = counts[(length - 1) * self.side + line] - counts[first * self.side + line];
            f64::from(count) / (length - 1 - first) as f64
        };
        part(&self.columns, across - 1, down).min(part(&self.rows, down - 1, across))
    }
}

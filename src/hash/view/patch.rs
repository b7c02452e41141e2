//! A sharply bounded patch in a corner: a logo, a stamp, a sticker.

use std::ops::Range;

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
    if least < 2 {
        return None;
    }
    let (mut sharp, mut best) = (ALONG, None);
    let mut corner = Corner::default();
    for (right, low) in [(false, false), (true, false), (false, true), (true, true)] {
        corner.fill(grey, most, right, low);
        for down in least..most - 1 {
            let sides = least.max(down / LONG)..(most - 1).min(down * LONG);
            if let Some(across) = corner.sharpest(sides, down, &mut sharp) {
                let (across, down) = (across + RIM, down + RIM);
                best = Some(Area {
                    left: if right { width - across } else { 0 } as f64,
                    top: if low { height - down } else { 0 } as f64,
                    width: across as f64,
                    height: down as f64,
                });
            }
        }
    }
    best
}

/// The sharp steps of a corner, counted along columns and rows from the corner on.
#[derive(Default)]
struct Corner {
    side: usize,
    samples: Vec<u8>,
    /// For so many rows, how many of their samples differ from those two columns on, by column.
    columns: Vec<u16>,
    /// For each row, how many of so many samples differ from those two rows on.
    rows: Vec<u16>,
}

impl Corner {
    fn fill(&mut self, grey: Pixels<'_>, side: usize, right: bool, low: bool) {
        let (wide, width, height) = (side + 2, grey.width(), grey.height());
        self.side = side;
        self.samples.clear();
        for y in 0..wide {
            let row = &grey.data()[if low { height - 1 - y } else { y } * width..][..width];
            if right {
                self.samples.extend(row.iter().rev().take(wide));
            } else {
                self.samples.extend(&row[..wide]);
            }
        }
        for counts in [&mut self.columns, &mut self.rows] {
            counts.clear();
            counts.resize(side * (side + 1), 0);
        }
        let differs = |a: u8, b: u8| u16::from(a.abs_diff(b) >= EDGE);
        for y in 0..side {
            let row = &self.samples[y * wide..][..wide];
            let (before, after) = self.columns[y * side..].split_at_mut(side);
            let steps = row.iter().zip(&row[2..]).map(|(a, b)| differs(*a, *b));
            for ((after, before), step) in after.iter_mut().zip(before).zip(steps) {
                *after = *before + step;
            }
            let mut count = 0;
            let below = &self.samples[(y + 2) * wide..];
            let steps = row.iter().zip(below).map(|(a, b)| differs(*a, *b));
            for (slot, step) in self.rows[y * (side + 1)..][1..=side].iter_mut().zip(steps) {
                count += step;
                *slot = count;
            }
        }
    }

    /// The width of the patch of this height whose inner sides are the sharpest, if they are sharper than
    /// that: the part that is sharp of the side of which less is. A patch need not begin at the very
    /// corner.
    fn sharpest(&self, sides: Range<usize>, down: usize, sharp: &mut f64) -> Option<usize> {
        let part = |count: u16, length: usize| f64::from(count) / (length - 1 - length / 6) as f64;
        let rows =
            |count: usize| &self.columns[count * self.side..][sides.start - 1..sides.end - 1];
        let counts = || rows(down - 1).iter().zip(rows(down / 6)).map(|(to, from)| to - from);
        // hardly ever is a side sharp
        if part(counts().max()?, down) <= *sharp {
            return None;
        }
        let row = &self.rows[(down - 1) * (self.side + 1)..];
        let mut found = None;
        for (across, count) in sides.clone().zip(counts()) {
            let below = part(row[across - 1] - row[across / 6], across);
            let least = part(count, down).min(below);
            if least > *sharp {
                (*sharp, found) = (least, Some(across));
            }
        }
        found
    }
}

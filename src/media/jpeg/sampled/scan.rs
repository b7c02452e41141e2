//! A picture in one scan, block by block (T.81, F.2).

use super::codes::{Differences, Pairs, Skips};
use super::data::Data;
use super::intervals::Intervals;
use super::picture::Picture;

/// The largest DC coefficient of a picture of eight bits a sample, and some more.
pub(super) const MOST: u32 = 2047;

/// The brightness of a scan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Luma<'a> {
    /// Blocks of a unit, across and down.
    pub(super) blocks: [usize; 2],
    pub(super) differences: &'a Differences,
    pub(super) pairs: &'a Pairs,
}

/// A component of a scan of which nothing is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Other<'a> {
    /// Blocks of a unit.
    pub(super) blocks: usize,
    pub(super) differences: &'a Differences,
    pub(super) skips: &'a Skips,
}

/// Fills the picture from a scan of units of blocks, `units` across and down.
///
/// `None` if the data are not exactly what the picture needs.
pub(super) fn read(
    data: &Data,
    interval: usize,
    [columns, rows]: [usize; 2],
    luma: Luma<'_>,
    others: &[Other<'_>],
    picture: &mut Picture,
) -> Option<()> {
    let [across, down] = luma.blocks;
    let (blocks_across, blocks_down) = picture.blocks();
    let (mut intervals, mut bits) = Intervals::begin(data, interval, columns * rows)?;
    let mut level = 0;
    let mut block = [0; 64];
    for row in 0..rows {
        picture.open(row * down);
        for column in 0..columns {
            if intervals.unit(&mut bits)? {
                level = 0;
            }
            for v in 0..down {
                for u in 0..across {
                    level += bits.difference(luma.differences)?;
                    if i32::unsigned_abs(level) > MOST {
                        return None;
                    }
                    let [first, ..] = &mut block;
                    *first = level;
                    let last = bits.block(luma.pairs, &mut block)?;
                    let (x, y) = (column * across + u, row * down + v);
                    if x < blocks_across && y < blocks_down {
                        picture.block([x, y], v, last, &block);
                    }
                    if last > 0 {
                        block = [0; 64];
                    }
                }
            }
            for other in others {
                for _ in 0..other.blocks {
                    bits.difference(other.differences)?;
                    bits.skip(other.skips)?;
                }
            }
        }
        intervals.within(&bits)?;
        picture.close(row * down, down);
    }
    intervals.whole(&bits)
}

//! A picture in several scans: first some bits of some coefficients, then others (T.81, annex G).
#![allow(clippy::indexing_slicing, reason = "places of coefficients are below 64")]

use super::bits::{Bits, put};
use super::codes::Differences;
use super::data::Data;
use super::intervals::Intervals;
use super::picture::Picture;
use super::scan::MOST;
use super::symbols::Symbols;
use crate::media::jpeg::header::Scan;
use crate::media::jpeg::layout::Layout;

/// Bits that a coefficient has at most, those of later scans included.
const MOST_BITS: u32 = 10;

/// The coefficients of the brightness, as far as the scans so far tell them; kept from picture to
/// picture.
#[derive(Debug, Default)]
pub(super) struct Coefficients {
    /// Of each block in the order of the file, rows of blocks from the top.
    blocks: Vec<Block>,
    columns: usize,
    rows: usize,
    /// For each coefficient one more than the number of low bits that are still to come.
    known: [[u8; 32]; 2],
}

#[derive(Clone, Debug)]
struct Block {
    values: [i16; 64],
    /// A bit for each coefficient but the first that is not zero.
    filled: u64,
}

/// How the units of a scan lie, and what follows the brightness in each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Units<'a> {
    pub(super) layout: Layout,
    pub(super) interval: usize,
    pub(super) differences: Option<&'a Differences>,
    /// Blocks of each other component, with their codes.
    pub(super) others: [(usize, Option<&'a Differences>); 2],
}

impl Coefficients {
    /// Bytes of the memory that a picture of this size takes here.
    pub(super) fn memory(width: usize, height: usize) -> u64 {
        (width.div_ceil(8) * height.div_ceil(8) * size_of::<Block>()) as u64
    }

    /// For a picture of so many blocks.
    pub(super) fn begin(&mut self, (columns, rows): (usize, usize)) {
        self.blocks.clear();
        self.blocks.resize(columns * rows, Block { values: [0; 64], filled: 0 });
        (self.columns, self.rows) = (columns, rows);
        self.known = [[0; 32]; 2];
    }

    /// How many low bits the scan leaves to others. `None` if it does not follow on those before it.
    fn follows(&mut self, scan: &Scan) -> Option<u32> {
        let (first, last) = (usize::from(scan.first), usize::from(scan.last));
        let legal = first <= last && last < 64 && scan.low <= 13 && (first > 0 || last == 0);
        let expected = if scan.high == 0 { 0 } else { scan.high + 1 };
        if !legal || scan.high > 0 && scan.high != scan.low + 1 {
            return None;
        }
        let known = self.known.as_flattened_mut().iter_mut();
        for known in known.take(last + 1).skip(first) {
            if *known != expected {
                return None;
            }
            *known = scan.low + 1;
        }
        Some(scan.low.into())
    }

    /// Takes a scan of the first coefficients.
    pub(super) fn level(&mut self, scan: &Scan, data: &Data, units: Units<'_>) -> Option<()> {
        let low = self.follows(scan)?;
        let Layout { across, down, units_across, .. } = units.layout;
        let count = units.layout.units;
        let (mut intervals, mut bits) = Intervals::begin(data, units.interval, count)?;
        let mut level = 0;
        for unit in 0..count {
            if intervals.unit(&mut bits)? {
                level = 0;
            }
            let (column, row) = (unit % units_across * across, unit / units_across * down);
            if column == 0 {
                intervals.within(&bits)?;
            }
            for y in row..row + down {
                for x in column..column + across {
                    let value = if scan.high > 0 {
                        i32::from(bits.bit()) << low
                    } else {
                        level += bits.difference(units.differences?)?;
                        if (level << low).unsigned_abs() > MOST {
                            return None;
                        }
                        level << low
                    };
                    if x < self.columns && y < self.rows {
                        let block = self.blocks.get_mut(y * self.columns + x)?;
                        block.values[0] |= i16::try_from(value).ok()?;
                    }
                }
            }
            for (count, differences) in units.others {
                for _ in 0..count {
                    if scan.high > 0 {
                        bits.bit();
                    } else {
                        bits.difference(differences?)?;
                    }
                }
            }
        }
        intervals.whole(&bits)
    }

    /// Takes a scan of other coefficients.
    pub(super) fn band(
        &mut self,
        scan: &Scan,
        data: &Data,
        interval: usize,
        symbols: &Symbols,
    ) -> Option<()> {
        let low = self.follows(scan)?;
        let band = Band { first: scan.first.into(), last: scan.last.into(), low };
        let (mut intervals, mut bits) = Intervals::begin(data, interval, self.blocks.len())?;
        // blocks that have nothing more
        let mut ended = 0;
        for (number, block) in self.blocks.iter_mut().enumerate() {
            if intervals.unit(&mut bits)? {
                if ended > 0 {
                    return None;
                }
            } else if number % self.columns == 0 {
                intervals.within(&bits)?;
            }
            if scan.high > 0 {
                band.refine(block, &mut bits, symbols, &mut ended)?;
            } else if ended > 0 {
                ended -= 1;
            } else {
                ended = band.begin(block, &mut bits, symbols)?;
            }
        }
        if ended > 0 {
            return None;
        }
        intervals.whole(&bits)
    }

    /// Whether any scan has told the first coefficients.
    pub(super) fn has_levels(&self) -> bool {
        self.known[0][0] > 0
    }

    /// Hands all blocks to the picture.
    pub(super) fn finish(&self, picture: &mut Picture) {
        let mut natural = [0; 64];
        for (y, row) in self.blocks.chunks_exact(self.columns.max(1)).enumerate() {
            picture.open(y);
            for (x, block) in row.iter().enumerate() {
                natural[0] = block.values[0].into();
                let mut filled = block.filled;
                while filled > 0 {
                    let place = filled.trailing_zeros();
                    put(&mut natural, place, block.values[place as usize].into());
                    filled &= filled - 1;
                }
                // 0 for none
                let last = 63 - (block.filled | 1).leading_zeros();
                picture.block([x, y], 0, last, &natural);
                if last > 0 {
                    natural = [0; 64];
                }
            }
            picture.close(y, 1);
        }
    }
}

/// The coefficients of a scan, all but the first one of a block.
#[derive(Clone, Copy, Debug)]
struct Band {
    first: u32,
    last: u32,
    low: u32,
}

impl Band {
    /// The upper bits of a block's coefficients; gives how many blocks after it have none.
    #[inline(always)]
    fn begin(self, block: &mut Block, bits: &mut Bits<'_>, symbols: &Symbols) -> Option<u32> {
        let mut next = self.first;
        while next <= self.last {
            let symbol = bits.symbol(symbols)?;
            let (run, size) = (symbol.run(), symbol.size());
            if size == 0 {
                if run < 15 {
                    return Some((1 << run) + bits.number(run) - 1);
                }
                next += 16;
                continue;
            }
            next += run;
            if next > self.last || size + self.low > MOST_BITS {
                return None;
            }
            let value = bits.value(size) << self.low;
            block.values[(next & 63) as usize] = i16::try_from(value).ok()?;
            block.filled |= 1 << (next & 63);
            next += 1;
        }
        // a run of zeros has others after it
        (next == self.last + 1).then_some(0)
    }

    /// One more bit of a block's coefficients.
    #[inline(always)]
    fn refine(
        self,
        block: &mut Block,
        bits: &mut Bits<'_>,
        symbols: &Symbols,
        ended: &mut u32,
    ) -> Option<()> {
        let mut next = self.first;
        while *ended == 0 && next <= self.last {
            let symbol = bits.symbol(symbols)?;
            let (mut run, size) = (symbol.run(), symbol.size());
            let new = match (run, size) {
                (15, 0) => 0,
                (_, 0) => {
                    *ended = (1 << run) + bits.number(run);
                    break;
                }
                (_, 1) => {
                    if bits.bit() {
                        1
                    } else {
                        -1
                    }
                }
                _ => return None,
            };
            // zeros are passed over, others have one more bit each
            loop {
                if next > self.last {
                    return None;
                }
                if block.filled >> next & 1 == 1 {
                    self.correct(block, next, bits);
                } else if run == 0 {
                    break;
                } else {
                    run -= 1;
                }
                next += 1;
            }
            if new != 0 {
                block.values[(next & 63) as usize] = new << self.low;
                block.filled |= 1 << next;
            }
            next += 1;
        }
        if *ended > 0 {
            *ended -= 1;
            let within = (u64::MAX >> (63 - self.last)) & u64::MAX.checked_shl(next).unwrap_or(0);
            let mut filled = block.filled & within;
            while filled > 0 {
                self.correct(block, filled.trailing_zeros(), bits);
                filled &= filled - 1;
            }
        }
        Some(())
    }

    /// The next bit of a coefficient that is not zero.
    #[inline(always)]
    fn correct(self, block: &mut Block, place: u32, bits: &mut Bits<'_>) {
        let value = &mut block.values[(place & 63) as usize];
        if bits.bit() {
            *value += value.signum() << self.low;
        }
    }
}

//! The restart intervals of a scan (T.81, E.1.4).

use super::bits::Bits;
use super::data::Data;

/// Goes through the intervals of a scan, and holds each to its length.
#[derive(Debug)]
pub(super) struct Intervals<'a> {
    bytes: &'a [u8],
    ends: std::slice::Iter<'a, usize>,
    end: usize,
    interval: usize,
    /// Units left in this interval.
    left: usize,
}

impl<'a> Intervals<'a> {
    /// Before the first of `units`, of which `interval` lie between two restart markers; 0 for none.
    /// `None` if there are too many intervals, or too few.
    pub(super) fn begin(data: &'a Data, interval: usize, units: usize) -> Option<(Self, Bits<'a>)> {
        let interval = if interval == 0 { usize::MAX } else { interval };
        if data.ends.len() != units.div_ceil(interval) {
            return None;
        }
        let (bytes, mut ends) = (data.bytes(), data.ends.iter());
        let end = *ends.next()?;
        Some((Self { bytes, ends, end, interval, left: interval }, Bits::new(bytes, 0)))
    }

    /// Before each unit: whether a new interval begins with it, whose bits these then are. `None` if
    /// the interval before has not exactly the bits that were taken.
    #[inline(always)]
    pub(super) fn unit(&mut self, bits: &mut Bits<'a>) -> Option<bool> {
        let begins = self.left == 0;
        if begins {
            self.whole(bits)?;
            *bits = Bits::new(self.bytes, self.end);
            self.end = *self.ends.next()?;
            self.left = self.interval;
        }
        self.left -= 1;
        Some(begins)
    }

    /// That not more bits were taken than the interval has: nothing is made up for long.
    pub(super) fn within(&self, bits: &Bits<'_>) -> Option<()> {
        (bits.taken() <= self.end as u64 * 8).then_some(())
    }

    /// That all bits of the interval were taken, but for those that fill up the last byte, and no
    /// more.
    pub(super) fn whole(&self, bits: &Bits<'_>) -> Option<()> {
        let end = self.end as u64 * 8;
        (bits.taken() <= end && end < bits.taken() + 8).then_some(())
    }
}

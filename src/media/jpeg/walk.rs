//! From block to block through sequential data: where each begins, its values unread.

use super::bits::word;
use super::tables::{SEEN, START, Schedule, Steps, Tables};

/// Blocks of a stretch at most: a step may go beyond its end, and places are counted in a byte.
pub(super) const STRETCH: usize = 240;

/// Steps between two looks at whether a stretch is done; the bits of two are loaded at once.
const PAIRS: usize = 2;

/// A walk through one stretch of blocks, within one restart interval.
#[derive(Debug)]
pub(super) struct Walk {
    /// The bit at which each block begins; one more for the end of the last.
    at: [u32; 256],
    bit: u32,
    /// Coefficients of the block that are passed.
    passed: u32,
    /// The block in the stretch.
    block: u8,
    /// Blocks of the stretch.
    length: u8,
    /// The first of the steps that hold here.
    base: u16,
    failed: bool,
}

impl Default for Walk {
    fn default() -> Self {
        Self { at: [0; 256], bit: 0, passed: 0, block: 0, length: 0, base: 0, failed: false }
    }
}

/// What a walk goes through.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground<'a> {
    pub(super) data: &'a [u8],
    pub(super) tables: &'a Tables,
    pub(super) schedule: &'a Schedule,
}

impl Walk {
    /// Begins a stretch of `length` blocks, at most [`STRETCH`], with the first block of a unit.
    pub(super) fn begin(&mut self, bit: u32, length: usize) {
        let [first, ..] = &mut self.at;
        *first = bit;
        self.bit = bit;
        self.passed = 0;
        self.block = 0;
        self.length = u8::try_from(length.min(STRETCH)).unwrap_or(0);
        // the brightness comes first
        self.base = START;
        self.failed = false;
    }

    /// Whether nothing more is to be done.
    #[inline(always)]
    pub(super) fn done(&self) -> bool {
        self.block >= self.length
    }

    /// Where the blocks begin and the last one ends, once it is done. `None` if the data were no
    /// codes, or too many coefficients.
    pub(super) fn places(&self) -> Option<&[u32]> {
        if self.failed { None } else { self.at.get(..=self.length.into()) }
    }

    /// A few steps on.
    #[inline(always)]
    #[expect(
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        reason = "a byte indexes 256 places, 16 bits index 65,536; no check is left"
    )]
    fn go(&mut self, ground: Ground<'_>) {
        let steps: &Steps = &ground.tables.steps;
        let Self { mut bit, mut passed, mut block, mut base, .. } = *self;
        for _ in 0..PAIRS {
            let mut bits = word(ground.data, bit);
            for _ in 0..2 {
                // as many bits as are seen
                let step = steps[usize::from(base | (bits >> (64 - SEEN)) as u16)];
                let on = passed + u32::from(step >> 6 & 511);
                if on > 63 {
                    (self.bit, self.passed, self.block, self.base) = (bit, passed, block, base);
                    return self.careful(ground);
                }
                let used = u32::from(step & 63);
                bits <<= used;
                bit += used;
                self.at[usize::from(block.wrapping_add(1))] = bit;
                let next = ground.schedule[usize::from(block)];
                let ends = step >> 15;
                // 0 or 1
                block = block.wrapping_add(ends as u8);
                passed = on & u32::from(ends).wrapping_sub(1);
                base = (if ends == 0 { next } else { next >> 16 }) as u16;
            }
        }
        (self.bit, self.passed, self.block, self.base) = (bit, passed, block, base);
    }

    /// One symbol on, at the end of a block, at a long code, or where nothing is right.
    #[cold]
    #[inline(never)]
    fn careful(&mut self, ground: Ground<'_>) {
        // steps beyond the stretch mean nothing
        if self.done() {
            return;
        }
        let kind = usize::from(self.base >> (SEEN + 1));
        let pair = ground.tables.pair(kind);
        let bits = word(ground.data, self.bit);
        let mut ends = false;
        let read = if self.passed == 0 { pair.dc.read(bits) } else { pair.ac.read(bits) };
        let used = match (self.passed, read) {
            (0, Some((length, size @ 0..=11))) => {
                self.passed = 1;
                length + u32::from(size)
            }
            (1.., Some((length, 0))) => {
                ends = true;
                length
            }
            (1.., Some((length, symbol))) => {
                let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
                let last = self.passed + run;
                // sixteen zeros have others after them
                let room = if size == 0 { last < 63 } else { last < 64 };
                if !room || size > 10 || size == 0 && run < 15 {
                    return self.fail();
                }
                self.passed = last + 1;
                ends = self.passed > 63;
                length + size
            }
            _ => return self.fail(),
        };
        self.bit += used;
        // a byte is within both
        let block = usize::from(self.block);
        if let Some(at) = self.at.get_mut(block + 1) {
            *at = self.bit;
        }
        let next = ground.schedule.get(block).copied().unwrap_or(0);
        if ends {
            self.block += 1;
            self.passed = 0;
        }
        let base = if ends { next >> 16 } else { next & 0xFFFF };
        self.base = u16::try_from(base).unwrap_or(0);
    }

    fn fail(&mut self) {
        self.failed = true;
        self.length = 0;
    }
}

/// Walks in lockstep, so that each hides the latency of the others, until one of them is done.
pub(super) fn together<const N: usize>(mut walks: [(&mut Walk, Ground<'_>); N]) {
    while !walks.iter().fold(false, |done, (walk, _)| done | walk.done()) {
        for (walk, ground) in &mut walks {
            walk.go(*ground);
        }
    }
}

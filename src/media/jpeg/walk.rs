//! From block to block through sequential data: where each begins, its values unread.
#![allow(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "arrays as long as their indices reach"
)]

use std::hint::select_unpredictable;

use super::bits::word;
use super::tables::{SEEN, START, Schedule, Steps, Tables};

/// Blocks of a stretch at most: a step may go beyond its end, and places are counted in a byte.
pub(super) const STRETCH: usize = 240;

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

    /// A few steps on, within one block.
    ///
    /// The bits of three steps are loaded at once. A step after the end of the block counts for
    /// nothing, so that the three can be added up and looked at together.
    #[inline(always)]
    #[expect(
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        reason = "a byte indexes 256 places, 16 bits index 65,536; no check is left"
    )]
    fn go(&mut self, ground: Ground<'_>) {
        let steps: &Steps = &ground.tables.steps;
        let block = usize::from(self.block);
        let next = ground.schedule[block];
        let within = next as u16;
        let seen = |bits: u64| (bits >> (64 - SEEN)) as u16;
        let bits = word(ground.data, self.bit);
        let first = steps[usize::from(self.base | seen(bits))];
        let bits = bits << (first & 63);
        let second = unless_over(first, steps[usize::from(within | seen(bits))]);
        let bits = bits << (second & 63);
        let third = unless_over(first | second, steps[usize::from(within | seen(bits))]);
        let all = u32::from(first) + u32::from(second) + u32::from(third);
        let on = self.passed + (all >> 6 & 511);
        if on > 63 {
            return self.careful(ground);
        }
        self.bit += all & 63;
        self.at[usize::from(self.block.wrapping_add(1))] = self.bit;
        // 0 or 1
        let ends = all >> 15;
        self.block = self.block.wrapping_add(ends as u8);
        self.passed = on & ends.wrapping_sub(1);
        self.base = select_unpredictable(ends == 0, next, next >> 16) as u16;
    }

    /// Step by step as far as that goes, and one symbol on: at the end of a block, at a long code, or
    /// where nothing is right.
    #[cold]
    #[inline(never)]
    fn careful(&mut self, ground: Ground<'_>) {
        // steps beyond the stretch mean nothing
        while !self.done() && self.step(ground) {}
        if !self.done() {
            self.symbol(ground);
        }
    }

    /// One step on; `false` if there is none.
    #[inline(always)]
    fn step(&mut self, ground: Ground<'_>) -> bool {
        let bits = word(ground.data, self.bit);
        let place = usize::from(self.base | (bits >> (64 - SEEN)) as u16);
        let step = u32::from(ground.tables.steps[place]);
        let on = self.passed + (step >> 6 & 511);
        if on > 63 {
            return false;
        }
        self.bit += step & 63;
        self.arrive(ground, on, step >> 15 == 1);
        true
    }

    /// At the place that was reached, in a block or at its end.
    #[inline(always)]
    fn arrive(&mut self, ground: Ground<'_>, on: u32, ends: bool) {
        let block = usize::from(self.block);
        if let Some(at) = self.at.get_mut(block + 1) {
            *at = self.bit;
        }
        let next = ground.schedule[block];
        self.block = self.block.wrapping_add(ends.into());
        self.passed = if ends { 0 } else { on };
        self.base = (if ends { next >> 16 } else { next }) as u16;
    }

    /// One symbol on.
    fn symbol(&mut self, ground: Ground<'_>) {
        let kind = usize::from(self.base >> (SEEN + 1));
        let pair = ground.tables.pair(kind);
        let bits = word(ground.data, self.bit);
        if self.passed == 0 {
            let Some((_, length)) = pair.dc.get(bits) else { return self.fail() };
            self.bit += length;
            return self.arrive(ground, 1, false);
        }
        match pair.ac.read(bits) {
            Some((length, 0)) => {
                self.bit += length;
                self.arrive(ground, 0, true);
            }
            Some((length, symbol)) => {
                let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
                let last = self.passed + run;
                // sixteen zeros have others after them
                let room = if size == 0 { last < 63 } else { last < 64 };
                if !room || size > 10 || size == 0 && run < 15 {
                    return self.fail();
                }
                self.bit += length + size;
                self.arrive(ground, last + 1, last == 63);
            }
            None => self.fail(),
        }
    }

    fn fail(&mut self) {
        self.failed = true;
        self.length = 0;
    }
}

/// The step `next`, or none if the one before it ends its block.
///
/// Whether it does is as good as random, and a wrong guess of the processor costs more than all else.
#[inline(always)]
fn unless_over(before: u16, next: u16) -> u16 {
    select_unpredictable(before >> 15 == 0, next, 0)
}

/// Walks in lockstep, so that each hides the latency of the others, until one of them is done.
pub(super) fn together<const N: usize>(mut walks: [(&mut Walk, Ground<'_>); N]) {
    while !walks.iter().fold(false, |done, (walk, _)| done | walk.done()) {
        for (walk, ground) in &mut walks {
            walk.go(*ground);
        }
    }
}

//! Blocks of coefficients from the bits of a scan.
#![allow(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "a few bits; computed while compiling"
)]

use super::codes::{Differences, END, Pairs, Skips, Symbol, extend};
use super::symbols::Symbols;

/// Look-ups that the bits of one refill are enough for: 56 bits, 11 each.
const LOOK_UPS: usize = 5;

/// Frequencies in the order of the file (T.81, figure 5), as `8 * down + across`.
///
/// Places that no block has are the last one: what is stored there before the overrun is seen is
/// written over, or the block is given up.
#[expect(clippy::indexing_slicing, reason = "the compiler evaluates it")]
const ZIGZAG: [u8; 128] = {
    let mut order = [63; 128];
    let (mut at, mut diagonal) = (0, 0);
    while diagonal < 15 {
        let mut step = 0;
        while step <= diagonal {
            let (from, to) = (diagonal - step, step);
            let (down, across) = if diagonal % 2 == 0 { (from, to) } else { (to, from) };
            if down < 8 && across < 8 {
                order[at] = 8 * down + across;
                at += 1;
            }
            step += 1;
        }
        diagonal += 1;
    }
    order
};

/// Values in the order of the file to rows of frequencies.
pub(super) fn natural<T: Copy>(values: &[T; 64], out: &mut [T; 64]) {
    for (&value, &place) in values.iter().zip(&ZIGZAG) {
        if let Some(out) = out.get_mut(usize::from(place)) {
            *out = value;
        }
    }
}

/// The bits of a scan, unstuffed, with eight more bytes after them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bits<'a> {
    data: &'a [u8],
    /// The next byte to fetch.
    at: usize,
    /// The next bits, from the highest down.
    bits: u64,
    /// How many of them count.
    count: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8], at: usize) -> Self {
        Self { data, at, bits: 0, count: 0 }
    }

    /// Bits taken since the start of the data; more than there are if they ran out.
    pub(super) fn taken(&self) -> u64 {
        self.at as u64 * 8 - u64::from(self.count)
    }

    /// Fetches until there are at least 56 bits, zeros where the data has ended.
    #[inline(always)]
    fn refill(&mut self) {
        let word = self.data.get(self.at..).and_then(|rest| rest.first_chunk());
        self.bits |= word.map_or(0, |word| u64::from_be_bytes(*word)) >> self.count;
        self.at += (63 - self.count as usize) >> 3;
        self.count |= 56;
    }

    #[inline(always)]
    fn drop(&mut self, count: u32) {
        self.bits <<= count & 63;
        self.count = self.count.wrapping_sub(count);
    }

    /// The difference of a DC coefficient to the one before.
    #[inline(always)]
    pub(super) fn difference(&mut self, differences: &Differences) -> Option<i32> {
        self.refill();
        let (difference, bits) = differences.get(self.bits)?;
        self.drop(bits);
        Some(difference)
    }

    /// The other coefficients of a block, in rows of frequencies, where `block` has zeros.
    ///
    /// Gives the place of the last one in the order of the file, 0 if there is none.
    #[inline(always)]
    pub(super) fn block(&mut self, pairs: &Pairs, block: &mut [i32; 64]) -> Option<u32> {
        let mut next = 1;
        loop {
            self.refill();
            for _ in 0..LOOK_UPS {
                let mut pair = pairs.get(self.bits);
                let whole = pair.is_whole();
                if !whole {
                    self.refill();
                    pair = pairs.one(self.bits)?;
                }
                let [first, second] = pair.places();
                let [value, other] = pair.values();
                put(block, next + first, value);
                put(block, next + second, other);
                let before = *self;
                let start = next;
                next += pair.advance();
                self.drop(pair.bits());
                if next >= 64 {
                    if start + first >= 63 {
                        // the second may be of the next block
                        let after;
                        (next, after) = before.last(pairs, start, block)?;
                        *self = after;
                    }
                    return match next {
                        64 => Some(63),
                        END.. => Some(next - END - 1),
                        _ => None,
                    };
                }
                if !whole {
                    break;
                }
            }
        }
    }

    /// The one coefficient from `start` on, and the bits after it.
    #[cold]
    fn last(self, pairs: &Pairs, start: u32, block: &mut [i32; 64]) -> Option<(u32, Self)> {
        let mut bits = self;
        bits.refill();
        let pair = pairs.one(bits.bits)?;
        let ([place, _], [value, _]) = (pair.places(), pair.values());
        put(block, start + place, value);
        bits.drop(pair.bits());
        Some((start + pair.advance(), bits))
    }

    /// The symbol of a progressive scan that comes next, without the bits that follow it.
    ///
    /// Those that follow, up to 40, can be taken without a look at how many are left.
    #[inline(always)]
    pub(super) fn symbol(&mut self, symbols: &Symbols) -> Option<Symbol> {
        self.refill();
        let symbol = symbols.get(self.bits)?;
        self.drop(symbol.length());
        Some(symbol)
    }

    /// The number that the next `size` bits stand for, of those after a symbol.
    #[inline(always)]
    pub(super) fn value(&mut self, size: u32) -> i32 {
        let value = extend(self.bits, size);
        self.drop(size);
        value
    }

    /// The next `size` bits, at most 15, of those after a symbol.
    #[inline(always)]
    pub(super) fn number(&mut self, size: u32) -> u32 {
        // the bits on top are a number of at most 15
        let number = (self.bits >> 1 >> (63 - size)) as u32;
        self.drop(size);
        number
    }

    /// The next bit.
    #[inline(always)]
    pub(super) fn bit(&mut self) -> bool {
        if self.count == 0 {
            self.refill();
        }
        let bit = self.bits >> 63 == 1;
        self.drop(1);
        bit
    }

    /// Passes over the other coefficients of a block.
    #[inline(always)]
    pub(super) fn skip(&mut self, skips: &Skips) -> Option<()> {
        let mut next = 1;
        loop {
            self.refill();
            for _ in 0..LOOK_UPS {
                let entry = skips.get(self.bits);
                let before = *self;
                let start = next;
                next += entry >> 8;
                self.drop(entry & 255);
                if next >= 64 || entry == 0 {
                    if next == 64 || (END..END + 64).contains(&next) {
                        return Some(());
                    }
                    *self = before;
                    next = start;
                    self.refill();
                    let entry = skips.one(self.bits)?;
                    self.drop(entry & 255);
                    next += entry >> 8;
                    match next {
                        64 | END.. => return Some(()),
                        65.. => return None,
                        _ => break,
                    }
                }
            }
        }
    }
}

/// Puts a coefficient, counted in the order of the file, into rows of frequencies.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "the indices are masked")]
pub(super) fn put(block: &mut [i32; 64], place: u32, value: i32) {
    block[usize::from(ZIGZAG[(place & 127) as usize]) & 63] = value;
}

//! Huffman codes as tables that give codes together with the bits that follow them.
//!
//! The codes are those of ITU-T T.81, annex C; what a symbol means is in F.1.2. A coefficient is
//! mostly a code and a value of together five or six bits, so that a look-up by [`WIDTH`] bits
//! often sees two of them whole.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::indexing_slicing,
    reason = "a part of the bits is meant"
)]

use super::cache::Table;

/// Bits of a look-up.
pub(super) const WIDTH: u32 = 11;
const SIZE: usize = 1 << WIDTH;

/// Most bits of a DC difference in a picture of eight bits a sample.
const MOST_DC: u8 = 11;
/// Most bits of another coefficient.
const MOST_AC: u8 = 10;

/// Added to the advance of an entry that holds the end of the block.
pub(super) const END: u32 = 128;

/// A set of codes: how many there are of each length, and the symbols in the order of the codes.
#[derive(Debug)]
pub(super) struct Codes {
    /// The first code of 17 bits that is longer than `index + 1`, left-aligned.
    limits: [u32; 16],
    /// What a code of this length, right-aligned, lacks to the index of its symbol, wrapping.
    offsets: [u32; 16],
    symbols: Vec<u8>,
    counts: [u8; 16],
    /// For every [`WIDTH`] bits the symbol in front, if its code is not longer.
    fronts: Box<[Symbol; SIZE]>,
}

impl Default for Codes {
    fn default() -> Self {
        Self {
            limits: [0; 16],
            offsets: [0; 16],
            symbols: Vec::new(),
            counts: [0; 16],
            fronts: Box::new([Symbol::default(); SIZE]),
        }
    }
}

/// A symbol, and the bits of its code.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Symbol {
    value: u8,
    /// 0: no code.
    length: u8,
}

impl Symbol {
    /// Bits of the code.
    pub(super) fn length(self) -> u32 {
        self.length.into()
    }

    /// Zeros before the coefficient.
    pub(super) fn run(self) -> u32 {
        u32::from(self.value >> 4)
    }

    /// Bits of the value that follow the code.
    pub(super) fn size(self) -> u32 {
        u32::from(self.value & 15)
    }

    /// Bits of the code and of the value.
    fn total(self) -> u32 {
        u32::from(self.length) + self.size()
    }

    /// Whether this ends a block: no value, and no run of sixteen zeros.
    fn ends(self) -> bool {
        self.value & 15 == 0 && self.value != 0xF0
    }
}

impl Codes {
    /// `None` if there are more codes than the counts leave room for.
    pub(super) fn make(&mut self, counts: &[u8; 16], symbols: &[u8]) -> Option<()> {
        self.counts = *counts;
        self.symbols.clear();
        self.symbols.extend_from_slice(symbols);
        let (mut code, mut index) = (0u32, 0u32);
        let places = self.limits.iter_mut().zip(&mut self.offsets);
        for ((limit, offset), (bits, &count)) in places.zip((1..).zip(counts)) {
            *offset = index.wrapping_sub(code);
            code += u32::from(count);
            index += u32::from(count);
            *limit = code << (16 - bits);
            if code > 1 << bits {
                return None;
            }
            code <<= 1;
        }
        if index as usize > symbols.len() {
            return None;
        }
        self.fronts.fill(Symbol::default());
        let mut places = self.fronts.iter_mut();
        let mut symbols = symbols.iter();
        for (length, &count) in (1..).zip(counts).take(WIDTH as usize) {
            for &value in symbols.by_ref().take(usize::from(count)) {
                let places = places.by_ref().take(SIZE >> length);
                places.for_each(|place| *place = Symbol { value, length });
            }
        }
        Some(())
    }

    pub(super) fn are_of(&self, counts: &[u8; 16], symbols: &[u8]) -> bool {
        self.counts == *counts && self.symbols == symbols
    }

    /// The symbol whose code is at the front of `bits`, however long it is.
    #[inline]
    pub(super) fn symbol(&self, bits: u64) -> Option<Symbol> {
        let symbol = at(&self.fronts, bits);
        if symbol.length > 0 { Some(symbol) } else { self.long(bits) }
    }

    fn long(&self, bits: u64) -> Option<Symbol> {
        let front = (bits >> 48) as u32;
        let shorter = self.limits.iter().filter(|&&limit| front >= limit).count();
        let offset = *self.offsets.get(shorter)?;
        let index = (front >> (15 - shorter)).wrapping_add(offset);
        let value = *self.symbols.get(index as usize)?;
        Some(Symbol { value, length: u8::try_from(shorter + 1).ok()? })
    }
}

/// The number that `size` bits at the front of `bits` stand for (F.2.2.1, EXTEND).
#[inline]
pub(super) fn extend(bits: u64, size: u32) -> i32 {
    let size = size & 15;
    let value = (bits >> 1 >> (63 - size)) as i32;
    let low = 1 << size >> 1;
    if value < low { value - (1 << size) + 1 } else { value }
}

/// DC differences: `difference << 8 | bits` by the bits in front; 0 if they are too few.
#[derive(Debug)]
pub(in crate::media::jpeg) struct Differences {
    codes: Codes,
    table: Box<[u32; SIZE]>,
}

impl Default for Differences {
    fn default() -> Self {
        Self { codes: Codes::default(), table: Box::new([0; SIZE]) }
    }
}

impl Table for Differences {
    fn is_of(&self, counts: &[u8; 16], symbols: &[u8]) -> bool {
        self.codes.are_of(counts, symbols)
    }

    fn make(&mut self, counts: &[u8; 16], symbols: &[u8]) -> Option<()> {
        self.codes.make(counts, symbols)?;
        for ((front, entry), symbol) in
            (0u64..).zip(self.table.iter_mut()).zip(self.codes.fronts.iter())
        {
            *entry = 0;
            if symbol.length > 0 && symbol.value <= MOST_DC && symbol.total() <= WIDTH {
                let difference = extend(front << (64 - WIDTH) << symbol.length, symbol.size());
                *entry = difference.cast_unsigned() << 8 | symbol.total();
            }
        }
        Some(())
    }
}

impl Differences {
    /// The difference in front of `bits`, of which there are at least 32, and its length.
    #[inline]
    pub(in crate::media::jpeg) fn get(&self, bits: u64) -> Option<(i32, u32)> {
        let entry = at(&self.table, bits);
        if entry != 0 { Some((entry.cast_signed() >> 8, entry & 255)) } else { self.long(bits) }
    }

    #[cold]
    fn long(&self, bits: u64) -> Option<(i32, u32)> {
        let symbol = self.codes.symbol(bits)?;
        (symbol.value <= MOST_DC)
            .then(|| (extend(bits << symbol.length, symbol.size()), symbol.total()))
    }
}

/// What [`Pairs`] and the slow way give: up to two coefficients.
///
/// From the low byte up: bits that it takes; coefficients that it goes on by, or [`END`] and those;
/// the places of the first and of the second value, counted from the next coefficient; 16 bits for
/// the first value and 16 for the second. Where there is one, the second is as the first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair(u64);

impl Pair {
    fn one(symbol: Symbol, value: i32) -> Self {
        let advance = if symbol.ends() { END } else { symbol.run() + 1 };
        let place = if symbol.ends() { 0 } else { symbol.run() };
        Self::of(symbol.total(), advance, [(place, value); 2])
    }

    fn of(bits: u32, advance: u32, [(place, value), (last, other)]: [(u32, i32); 2]) -> Self {
        let low = bits | advance << 8 | place << 16 | last << 24;
        Self(u64::from(low) | u64::from(value as u16) << 32 | u64::from(other as u16) << 48)
    }

    /// Whether it takes any bits, which those of the slow way always do.
    #[inline]
    pub(super) fn is_whole(self) -> bool {
        self.0 != 0
    }

    /// Bits that it takes.
    #[inline]
    pub(super) fn bits(self) -> u32 {
        self.byte(0)
    }

    #[inline]
    pub(super) fn advance(self) -> u32 {
        self.byte(8)
    }

    #[inline]
    pub(super) fn places(self) -> [u32; 2] {
        [self.byte(16), self.byte(24)]
    }

    #[inline]
    pub(super) fn values(self) -> [i32; 2] {
        [i32::from((self.0 >> 32) as i16), i32::from((self.0 >> 48) as i16)]
    }

    #[inline]
    fn byte(self, at: u32) -> u32 {
        u32::from((self.0 >> at) as u8)
    }
}

/// Coefficients with their values, two where they fit.
#[derive(Debug)]
pub(super) struct Pairs {
    codes: Codes,
    table: Box<[u64; SIZE]>,
}

impl Default for Pairs {
    fn default() -> Self {
        Self { codes: Codes::default(), table: Box::new([0; SIZE]) }
    }
}

impl Table for Pairs {
    fn is_of(&self, counts: &[u8; 16], symbols: &[u8]) -> bool {
        self.codes.are_of(counts, symbols)
    }

    fn make(&mut self, counts: &[u8; 16], symbols: &[u8]) -> Option<()> {
        self.codes.make(counts, symbols)?;
        let fronts = &*self.codes.fronts;
        for (front, entry) in (0u64..).zip(self.table.iter_mut()) {
            let bits = front << (64 - WIDTH);
            let first = at(fronts, bits);
            if !usable(first, WIDTH) {
                *entry = 0;
                continue;
            }
            let value = extend(bits << first.length, first.size());
            let mut pair = Pair::one(first, value);
            let rest = bits << first.total();
            let second = at(fronts, rest);
            if !first.ends() && usable(second, WIDTH - first.total()) {
                let (total, run) = (first.total() + second.total(), first.run());
                pair = if second.ends() {
                    Pair::of(total, END + run + 1, [(run, value); 2])
                } else {
                    let last = run + 1 + second.run();
                    let other = extend(rest << second.length, second.size());
                    Pair::of(total, last + 1, [(run, value), (last, other)])
                };
            }
            *entry = pair.0;
        }
        Some(())
    }
}

impl Pairs {
    /// The coefficients in front of `bits`; not [whole](Pair::is_whole) if there is more to read.
    #[inline]
    pub(super) fn get(&self, bits: u64) -> Pair {
        Pair(at(&self.table, bits))
    }

    /// The one coefficient in front of `bits`, of which there are at least 32.
    #[cold]
    pub(super) fn one(&self, bits: u64) -> Option<Pair> {
        let symbol = self.codes.symbol(bits)?;
        let value = extend(bits << symbol.length, symbol.size());
        usable(symbol, 32).then(|| Pair::one(symbol, value))
    }
}

/// Whether the code and the value of a symbol are known and within `bits`.
fn usable(symbol: Symbol, bits: u32) -> bool {
    // runs without a value belong to progressive pictures
    let known = symbol.value & 15 != 0 || matches!(symbol.value, 0 | 0xF0);
    symbol.length > 0 && known && symbol.value & 15 <= MOST_AC && symbol.total() <= bits
}

/// Coefficients of which only the number matters, as many as fit.
///
/// Entries have bits in the low byte, and in the next the coefficients gone on by, or [`END`] and
/// those before the end.
#[derive(Debug)]
pub(super) struct Skips {
    codes: Codes,
    table: Box<[u16; SIZE]>,
}

impl Default for Skips {
    fn default() -> Self {
        Self { codes: Codes::default(), table: Box::new([0; SIZE]) }
    }
}

impl Table for Skips {
    fn is_of(&self, counts: &[u8; 16], symbols: &[u8]) -> bool {
        self.codes.are_of(counts, symbols)
    }

    fn make(&mut self, counts: &[u8; 16], symbols: &[u8]) -> Option<()> {
        self.codes.make(counts, symbols)?;
        let fronts = &*self.codes.fronts;
        for (front, entry) in (0u64..).zip(self.table.iter_mut()) {
            let (mut taken, mut advance) = (0, 0);
            while advance < 48 {
                let symbol = at(fronts, front << (64 - WIDTH) << taken);
                if !usable(symbol, WIDTH - taken) {
                    break;
                }
                taken += symbol.total();
                if symbol.ends() {
                    advance += END;
                    break;
                }
                advance += symbol.run() + 1;
            }
            *entry = u16::try_from(advance << 8 | taken).unwrap_or(0);
        }
        Some(())
    }
}

impl Skips {
    /// Bits and advance of the coefficients in front of `bits`; no bits if there is more to read.
    #[inline]
    pub(super) fn get(&self, bits: u64) -> u32 {
        u32::from(at(&self.table, bits))
    }

    /// The same of the one coefficient in front of `bits`, of which there are at least 32.
    #[cold]
    pub(super) fn one(&self, bits: u64) -> Option<u32> {
        let symbol = self.codes.symbol(bits)?;
        let advance = if symbol.ends() { END } else { symbol.run() + 1 };
        usable(symbol, 32).then(|| advance << 8 | symbol.total())
    }
}

/// The entry of the [`WIDTH`] bits in front.
#[inline]
fn at<T: Copy>(table: &[T; SIZE], bits: u64) -> T {
    table[(bits >> (64 - WIDTH)) as usize]
}

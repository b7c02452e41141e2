//! Huffman codes as look-ups: one symbol at a time, and as many at once as can be seen.
#![allow(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "arrays as long as their indices reach"
)]

use super::header::{Header, Huffman, Part};
use super::sampled::{Differences, Table};

/// Bits that a look-up sees.
pub(super) const SEEN: u32 = 13;

/// Look-ups of one kind.
const SIZE: usize = 1 << SEEN;

/// The codes of one table, one symbol at a time.
#[derive(Debug)]
pub(super) struct Codes<const SIZE: usize> {
    /// By the next bits: the length of the code above 8 bits of symbol; 0 for a longer code, or
    /// none.
    short: Box<[u16; SIZE]>,
    /// By length: the end of its codes, moved up to 16 bits, and what leads from a code to its
    /// place in `values`.
    ends: [u32; 16],
    offsets: [i32; 16],
    values: [u8; 256],
}

impl<const SIZE: usize> Default for Codes<SIZE> {
    fn default() -> Self {
        Self { short: Box::new([0; SIZE]), ends: [0; 16], offsets: [0; 16], values: [0; 256] }
    }
}

impl<const SIZE: usize> Codes<SIZE> {
    /// Bits of a code that are looked up at once.
    const BITS: u32 = SIZE.ilog2();

    pub(super) fn set(&mut self, table: &Huffman) {
        for (into, &value) in self.values.iter_mut().zip(table.values()) {
            *into = value;
        }
        let (mut next, mut place) = (0_u32, 0_i32);
        let mut values = table.values().iter();
        let mut filled = 0;
        let lines = self.ends.iter_mut().zip(&mut self.offsets);
        for ((length, &count), (end, offset)) in (1_u16..).zip(&table.counts).zip(lines) {
            *offset = place - next.cast_signed();
            if u32::from(length) <= Self::BITS {
                for &value in values.by_ref().take(count.into()) {
                    let span = SIZE >> length;
                    let places = self.short.get_mut(filled..filled + span).unwrap_or_default();
                    places.fill(length << 8 | u16::from(value));
                    filled += span;
                }
            }
            place += i32::from(count);
            next += u32::from(count);
            *end = next << (16 - length);
            next <<= 1;
        }
        self.short.get_mut(filled..).unwrap_or_default().fill(0);
    }

    /// The length and the symbol of the code on top of a word.
    #[inline(always)]
    pub(super) fn read(&self, word: u64) -> Option<(u32, u8)> {
        let (length, symbol) = self.short(word);
        if length > 0 { Some((length, symbol)) } else { self.long(word) }
    }

    /// The same, of length 0 if the code is longer than the table's bits.
    #[inline(always)]
    #[expect(
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        reason = "as many bits are left as the table has, which the compiler sees"
    )]
    pub(super) fn short(&self, word: u64) -> (u32, u8) {
        let [length, symbol] = self.short[(word >> (64 - Self::BITS)) as usize].to_be_bytes();
        (length.into(), symbol)
    }

    #[cold]
    fn long(&self, word: u64) -> Option<(u32, u8)> {
        let seen = u32::try_from(word >> 48).ok()?;
        let longer = (1_u32..).zip(self.ends.iter().zip(&self.offsets)).skip(Self::BITS as usize);
        for (length, (&end, &offset)) in longer {
            if seen < end {
                let place = (seen >> (16 - length)).cast_signed() + offset;
                return Some((length, *self.values.get(usize::try_from(place).ok()?)?));
            }
        }
        None
    }
}

/// Codes of DC coefficients: few, so that a small table stays in the nearest memory.
pub(super) type DcCodes = Codes<{ 1 << 10 }>;

/// The codes of a component.
#[derive(Debug, Default)]
pub(super) struct Pair {
    pub(super) dc: Differences,
    pub(super) ac: Codes<{ 1 << 12 }>,
}

/// What a look-up of the walk tells, in 16 bits: how far to go, and over what.
///
/// Bits 0 to 5: bits of data. Bits 6 to 14: coefficients passed. Bit 15: the block ends here.
pub(super) type Step = u16;

/// A step that cannot be taken: it passes more coefficients than there are.
const NO_STEP: Step = MOST_PASSED << 6;

/// Coefficients that a step passes at most: the sum of three must fit where one stands.
const MOST_PASSED: Step = 127;

/// Bits that a step takes at most: of three, the last must be seen in one load, and their sum must
/// fit where one stands.
const MOST_BITS: Step = 21;

/// The look-ups of a walk: for each kind of component [`SIZE`] steps within a block, then as many
/// from the start of one. The rest of its 16 bits' range is not used.
pub(super) type Steps = [Step; 1 << 16];

/// The first step at the start of a block of the brightness.
pub(super) const START: u16 = 1 << SEEN;

/// Kinds of components with tables of their own.
const KINDS: usize = 3;

/// What tables of a kind that a scan does not have are made for.
const NO_KEY: (Huffman, Huffman) = (Huffman::NONE, Huffman::NONE);

/// The kind of a part of the scan: the number of the first one with the same tables.
fn kind(header: &Header, part: Part) -> usize {
    let tables = |part| (header.dc(part), header.ac(part));
    let same = |&other: &Part| tables(other) == tables(part);
    header.scan.parts().iter().position(same).unwrap_or(0)
}

/// All look-ups of a scan.
#[derive(Debug)]
pub(super) struct Tables {
    key: [(Huffman, Huffman); KINDS],
    pairs: [Pair; KINDS],
    pub(super) steps: Box<Steps>,
    /// Steps within a block of fewer bits, for making the others.
    fewer: Box<[Step; SIZE]>,
    used: u64,
}

impl Tables {
    fn new() -> Self {
        let steps = vec![NO_STEP; 1 << 16].into_boxed_slice();
        Self {
            key: [NO_KEY; KINDS],
            pairs: Default::default(),
            // the length is the right one
            steps: steps.try_into().unwrap_or_else(|_| Box::new([NO_STEP; 1 << 16])),
            fewer: Box::new([0; SIZE]),
            used: 0,
        }
    }

    /// The codes of a kind of components; the brightness is of the kind 0.
    pub(super) fn pair(&self, kind: usize) -> &Pair {
        let [first, second, third] = &self.pairs;
        match kind {
            0 => first,
            1 => second,
            _ => third,
        }
    }

    fn set(&mut self, key: [(Huffman, Huffman); KINDS]) {
        let kinds = self.pairs.iter_mut().zip(self.steps.chunks_exact_mut(2 * SIZE));
        for ((old, new), (pair, all)) in self.key.iter_mut().zip(&key).zip(kinds) {
            if old == new {
                continue;
            }
            *old = *new;
            if *new == NO_KEY {
                continue;
            }
            // a table that is read has no code too many
            let made = pair.dc.make(&new.0.counts, new.0.values());
            debug_assert!(made.is_some(), "codes beyond their lengths");
            pair.ac.set(&new.1);
            let (dc, ac) = new;
            let (within, start) = all.split_at_mut(SIZE);
            // what fewer bits show, after 2^n places the ones of n bits
            let fewer = &mut *self.fewer;
            for seen in 1..SEEN {
                let (then, into) = fewer.split_at_mut(1 << seen);
                steps(into.get_mut(..1 << seen).unwrap_or_default(), ac, then, over_ac);
            }
            steps(within, ac, fewer, over_ac);
            steps(start, dc, fewer, over_dc);
            for step in all.iter_mut().filter(|step| **step == 0) {
                *step = NO_STEP;
            }
        }
    }
}

/// A code with its length and its symbol, in the order of codes.
fn each(table: &Huffman) -> impl Iterator<Item = (u32, u8)> {
    let lengths = (1_u32..).zip(&table.counts);
    let lengths = lengths.flat_map(|(length, &count)| std::iter::repeat_n(length, count.into()));
    lengths.zip(table.values().iter().copied())
}

/// Fills in the steps of all that can be seen in the bits of `into`: those of one symbol, and after
/// it those of `then`, which holds the steps of 2^n places at 2^n. No step is 0.
fn steps(into: &mut [Step], table: &Huffman, then: &[Step], step: impl Fn(u8) -> Option<Step>) {
    let seen = into.len().trailing_zeros();
    let mut rest = into;
    for (length, symbol) in each(table).take_while(|&(length, _)| length <= seen) {
        let Some((places, after)) = rest.split_at_mut_checked(1 << (seen - length)) else { return };
        rest = after;
        let Some(step) = step(symbol) else {
            places.fill(0);
            continue;
        };
        let first = step + Step::try_from(length).unwrap_or(0);
        if !fits(first) {
            places.fill(0);
            continue;
        }
        let left = seen.saturating_sub(u32::from(first & 63));
        if left == 0 || first >> 15 == 1 {
            places.fill(first);
            continue;
        }
        let then = then.get(1 << left..2 << left).unwrap_or_default();
        for places in places.chunks_exact_mut(1 << left) {
            for (place, then) in places.iter_mut().zip(then) {
                let both = first + then;
                *place = if fits(both) { both } else { first };
            }
        }
    }
    rest.fill(0);
}

/// Whether a step is one that a walk can take.
fn fits(step: Step) -> bool {
    step & 63 <= MOST_BITS && step >> 6 & 511 < MOST_PASSED
}

/// The step over a DC coefficient, without its code (T.81, table F.1, for eight bits).
fn over_dc(size: u8) -> Option<Step> {
    (size <= 11).then_some(1 << 6 | Step::from(size))
}

/// The step over a symbol of AC coefficients, without its code (T.81, table F.2, for eight bits).
fn over_ac(symbol: u8) -> Option<Step> {
    let (run, size) = (Step::from(symbol >> 4), Step::from(symbol & 15));
    match (run, size) {
        (0, 0) => Some(1 << 15),
        (15, 0) | (_, 1..=10) => Some((run + 1) << 6 | size),
        _ => None,
    }
}

/// The tables made last, as most files of a collection share theirs.
#[derive(Debug)]
pub(super) struct Cache {
    tables: Vec<Tables>,
    /// What there is before any: no codes.
    none: Tables,
    clock: u64,
}

impl Default for Cache {
    fn default() -> Self {
        Self { tables: Vec::new(), none: Tables::new(), clock: 0 }
    }
}

/// Tables kept: more than files under work at a time.
const KEPT: usize = 6;

impl Cache {
    /// The number of the tables of a file's first scan. They take the place of the oldest ones that
    /// are not `busy`.
    pub(super) fn find(&mut self, header: &Header, busy: impl Fn(usize) -> bool) -> usize {
        let mut key = [NO_KEY; KINDS];
        for (number, (key, &part)) in key.iter_mut().zip(header.scan.parts()).enumerate() {
            if kind(header, part) == number {
                *key = (*header.dc(part), *header.ac(part));
            }
        }
        self.clock += 1;
        let known = self.tables.iter().position(|tables| tables.key == key);
        let place = known.unwrap_or_else(|| {
            if self.tables.len() < KEPT {
                self.tables.push(Tables::new());
                return self.tables.len() - 1;
            }
            let idle = self.tables.iter().enumerate().filter(|&(place, _)| !busy(place));
            let oldest = idle.min_by_key(|(_, tables)| tables.used);
            oldest.map_or(0, |(place, _)| place)
        });
        if let Some(tables) = self.tables.get_mut(place) {
            tables.used = self.clock;
            tables.set(key);
        }
        place
    }

    pub(super) fn get(&self, place: usize) -> &Tables {
        self.tables.get(place).unwrap_or(&self.none)
    }
}

/// For each block of a unit, which kind of steps it takes: as many times over as fit, so that a
/// walk of many units need not wrap.
///
/// Low 16 bits: the first step within the block of this number. High: at the start of the next.
pub(super) type Schedule = [u32; 256];

/// The schedule of a scan; the brightness is its component 0.
pub(super) fn schedule(header: &Header) -> Schedule {
    let parts = header.scan.parts();
    let mut kinds = [0_u32; 16];
    let mut blocks = 0;
    for &part in parts {
        let component = header.component(part);
        let kind = u32::try_from(kind(header, part)).unwrap_or(0);
        let count = if parts.len() > 1 { component.across * component.down } else { 1 };
        let places = kinds.iter_mut().skip(blocks).take(count.into());
        places.for_each(|place| *place = kind);
        blocks += usize::from(count);
    }
    let mut schedule = [0; 256];
    let cycle = kinds.get(..blocks).unwrap_or_default().iter().cycle();
    for (entry, (&kind, &next)) in schedule.iter_mut().zip(cycle.clone().zip(cycle.skip(1))) {
        *entry = kind << (SEEN + 1) | ((next << 1 | 1) << SEEN) << 16;
    }
    schedule
}

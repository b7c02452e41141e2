//! Huffman codes as look-ups: one symbol at a time, and as many at once as can be seen.

use super::header::{Header, Huffman, Part};

/// Bits that a look-up sees.
pub(super) const SEEN: u32 = 13;

/// Look-ups of one kind.
const SIZE: usize = 1 << SEEN;

/// The codes of one table, one symbol at a time.
#[derive(Debug)]
pub(super) struct Codes {
    /// By the next 13 bits: the length of the code above 8 bits of symbol; 0 for a longer code, or
    /// none.
    short: Box<[u16; SIZE]>,
    /// By length: the end of its codes, moved up to 16 bits, and what leads from a code to its
    /// place in `values`.
    ends: [u32; 16],
    offsets: [i32; 16],
    values: [u8; 256],
}

impl Default for Codes {
    fn default() -> Self {
        Self { short: Box::new([0; SIZE]), ends: [0; 16], offsets: [0; 16], values: [0; 256] }
    }
}

impl Codes {
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
            if u32::from(length) <= SEEN {
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
        // the top 13 bits
        let short = self.short[(word >> (64 - SEEN)) as usize];
        let [length, symbol] = short.to_be_bytes();
        if length > 0 { Some((length.into(), symbol)) } else { self.long(word) }
    }

    #[cold]
    fn long(&self, word: u64) -> Option<(u32, u8)> {
        let seen = u32::try_from(word >> 48).ok()?;
        for ((length, &end), &offset) in (1_u32..).zip(&self.ends).zip(&self.offsets) {
            if seen < end {
                let place = (seen >> (16 - length)).cast_signed() + offset;
                return Some((length, *self.values.get(usize::try_from(place).ok()?)?));
            }
        }
        None
    }
}

/// The codes of a component.
#[derive(Debug, Default)]
pub(super) struct Pair {
    pub(super) dc: Codes,
    pub(super) ac: Codes,
}

/// What a look-up of the walk tells, in 16 bits: how far to go, and over what.
///
/// Bits 0 to 5: bits of data. Bits 6 to 12: coefficients passed. Bit 15: the block ends here.
pub(super) type Step = u16;

/// A step that cannot be taken: it passes more coefficients than there are.
const NO_STEP: Step = 127 << 6;

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
        for ((old, new), (pair, steps)) in self.key.iter_mut().zip(&key).zip(kinds) {
            if old == new {
                continue;
            }
            *old = *new;
            if *new == NO_KEY {
                continue;
            }
            pair.dc.set(&new.0);
            pair.ac.set(&new.1);
            let (within, start) = steps.split_at_mut(SIZE);
            for (seen, (within, start)) in (0..).zip(within.iter_mut().zip(start)) {
                *within = go(pair, seen, 0, 0);
                *start = begin(pair, seen);
            }
        }
    }
}

/// The step from the start of a block.
fn begin(pair: &Pair, seen: u32) -> Step {
    let Some((length, size)) = visible(&pair.dc, seen, 0) else { return NO_STEP };
    // T.81, table F.1, for eight bits
    if size > 11 { NO_STEP } else { go(pair, seen, length + u32::from(size), 1) }
}

/// A step that goes on over AC coefficients from where it is.
#[inline]
fn go(pair: &Pair, seen: u32, used: u32, passed: u16) -> Step {
    let (mut used, mut passed) = (used, passed);
    let mut end = 0;
    while let Some((length, symbol)) = visible(&pair.ac, seen, used) {
        let (run, size) = (u16::from(symbol >> 4), u32::from(symbol & 15));
        match (run, size) {
            (0, 0) => {
                used += length;
                end = 1 << 15;
                break;
            }
            (15, 0) | (_, 1..=10) if passed + run < 64 => {
                used += length + size;
                passed += run + 1;
            }
            _ => break,
        }
    }
    // at most 13 bits of codes and 11 of the last value
    let used = u16::try_from(used).unwrap_or(0);
    if used == 0 { NO_STEP } else { end | passed << 6 | used }
}

/// The code after `used` of the bits seen, if all of it is seen.
#[inline]
fn visible(codes: &Codes, seen: u32, used: u32) -> Option<(u32, u8)> {
    if used >= SEEN {
        return None;
    }
    let at = (seen << used) as usize & (SIZE - 1);
    let [length, symbol] = codes.short[at].to_be_bytes();
    let length = u32::from(length);
    (length > 0 && used + length <= SEEN).then_some((length, symbol))
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
    /// The number of the tables of a file's first scan; they stay while fewer than [`KEPT`] others
    /// are asked for.
    pub(super) fn find(&mut self, header: &Header) -> usize {
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
            let oldest = self.tables.iter().enumerate().min_by_key(|(_, tables)| tables.used);
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

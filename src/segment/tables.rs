//! The ring-filtered tables: finding what is near one query in all sixteen.
//!
//! A hash has 16 chunks on a ring. If two hashes differ in at most `r` bits, then for some chunk `i`
//! they differ there in at most `r / 16` bits, and in chunks `i` and `i + 1` together in at most
//! `2 r / 16` (a form of the cycle lemma; Qin and Xiao, "Pigeonring", VLDB 2018). Table `i` groups all
//! rows by chunk `i` and keeps each row's next chunk beside it, so a search reads the few buckets
//! within `r / 16` bits of its own chunk, lets the next chunks sift them, and compares in full only
//! what is left. Nothing within the radius can be missed; `docs/design.md` has the proof.

use std::ops::Range;
use std::sync::OnceLock;

use super::Scratch;
use super::arrange::Arranged;
use super::blocks::Blocks;
use super::layout::{ALIGNMENT, BUCKETS, CHUNKS, TableLayout};
use super::probes::{Query, masks_by_bits};
use crate::hamming::{Asker, Buckets, Kernel, Near, Passed, Run, Wanted, prefetch};
use crate::{Corruption, Damage};

/// One table of a mapped segment.
#[derive(Clone, Copy, Default)]
pub(super) struct Table<'a> {
    pub(super) buckets: Buckets<'a>,
    /// The numbers of rows, each `width` bytes; none if words stand in the order of rows.
    rows: &'a [u8],
    width: usize,
    /// Where offsets, words and rows stand in the file, for the checks.
    places: [usize; 3],
}

impl Table<'_> {
    /// Starts to load the words of a bucket.
    #[inline(always)]
    pub(super) fn prefetch(&self, bucket: u16) {
        if let Some(start) = self.buckets.offsets.get(usize::from(bucket)) {
            prefetch(self.buckets.words, u32::from_le_bytes(*start) as usize);
        }
    }
}

/// The words of the fullest bucket of each table whose offsets have been checked.
pub(super) type Fullest = [OnceLock<u32>; CHUNKS];

/// The tables of a segment and the hashes that they are about.
pub(super) struct Tables<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) blocks: &'a Blocks,
    pub(super) fullest: &'a Fullest,
    pub(super) hashes: &'a [Arranged],
    pub(super) hashes_at: usize,
    pub(super) layout: TableLayout,
    pub(super) tables_at: Range<usize>,
}

impl<'a> Tables<'a> {
    /// A table; empty if there is none of this number.
    pub(super) fn table(&self, number: usize) -> Result<Table<'a>, Corruption> {
        if !self.layout.has(number) {
            return Ok(Table::default());
        }
        let mut at = self.tables_at.start + self.layout.start(number) as usize;
        let damaged = Corruption { offset: at as u64, what: Damage::Range("table") };
        let mut places = [0; 3];
        let mut parts = [&[][..]; 3];
        for ((part, place), len) in parts.iter_mut().zip(&mut places).zip(self.layout.parts(number))
        {
            *place = at;
            *part = self.bytes.get(at..at + len as usize).ok_or(damaged)?;
            at += len.next_multiple_of(ALIGNMENT) as usize;
        }
        let [offsets, words, rows] = parts;
        let buckets = Buckets { offsets: offsets.as_chunks().0, words: words.as_chunks().0 };
        let width = if rows.is_empty() { 0 } else { usize::from(self.layout.row_width) };
        Ok(Table { buckets, rows, width, places })
    }

    /// All tables; those that there are not are empty.
    pub(super) fn all(&self) -> Result<[Table<'a>; CHUNKS], Corruption> {
        let mut tables = [Table::default(); CHUNKS];
        for (number, table) in tables.iter_mut().enumerate() {
            *table = self.table(number)?;
        }
        Ok(tables)
    }

    /// Which words a bucket has.
    #[inline(always)]
    pub(super) fn extent(
        &self,
        table: &Table<'_>,
        number: u16,
    ) -> Result<Range<usize>, Corruption> {
        let number = usize::from(number);
        let place = table.places[0] + number * 4;
        self.blocks.check(self.bytes, place..place + 8)?;
        let Buckets { offsets, words } = table.buckets;
        let [start, end] = [number, number + 1].map(|at| u32::from_le_bytes(offsets[at]) as usize);
        if start > end || end > words.len() {
            return Err(Corruption { offset: place as u64, what: Damage::Range("bucket") });
        }
        Ok(start..end)
    }

    /// Compares the checksums of these words.
    #[inline(always)]
    pub(super) fn check_words(
        &self,
        table: &Table<'_>,
        words: Range<usize>,
    ) -> Result<(), Corruption> {
        let at = table.places[1];
        self.blocks.check(self.bytes, at + words.start * 2..at + words.end * 2)
    }

    /// Makes sure that these buckets can be read without further checks: all offsets of the table are
    /// in order, and the words of the buckets are as they were written.
    pub(super) fn check_buckets(
        &self,
        number: usize,
        table: &Table<'_>,
        buckets: Range<usize>,
    ) -> Result<(), Corruption> {
        self.fullest(number, table)?;
        let offsets = table.buckets.offsets;
        let [start, end] =
            [buckets.start, buckets.end].map(|at| u32::from_le_bytes(offsets[at]) as usize);
        self.check_words(table, start..end)
    }

    /// The words of the fullest bucket of a table, after all its offsets were checked.
    pub(super) fn fullest(&self, number: usize, table: &Table<'_>) -> Result<u32, Corruption> {
        if let Some(fullest) = self.fullest[number].get() {
            return Ok(*fullest);
        }
        let Buckets { offsets, words } = table.buckets;
        let place = table.places[0];
        self.blocks.check(self.bytes, place..place + offsets.len() * 4)?;
        let (mut fullest, mut start) = (0, 0);
        for (bucket, end) in offsets.iter().enumerate() {
            let end = u32::from_le_bytes(*end);
            if end < start || end as usize > words.len() {
                let offset = (place + bucket * 4) as u64;
                return Err(Corruption { offset, what: Damage::Range("bucket") });
            }
            fullest = fullest.max(end - start);
            start = end;
        }
        Ok(*self.fullest[number].get_or_init(|| fullest))
    }

    /// Replaces the place of a word that passed by its row, after the checksum of that.
    #[inline(always)]
    pub(super) fn find_row(&self, table: &Table<'_>, word: &mut Passed) -> Result<(), Corruption> {
        let at = word.position as usize * table.width;
        let place = table.places[2] + at;
        self.blocks.check(self.bytes, place..place + table.width)?;
        let number = table.rows.get(at..at + table.width).unwrap_or_default();
        let row = match *number {
            [a, b, c] => u32::from_le_bytes([a, b, c, 0]),
            [a, b, c, d] => u32::from_le_bytes([a, b, c, d]),
            _ => word.position,
        };
        if row as usize >= self.hashes.len() {
            return Err(Corruption { offset: place as u64, what: Damage::Range("row") });
        }
        word.position = row;
        prefetch(self.hashes, row as usize);
        Ok(())
    }

    /// Starts to load the rows of words that passed.
    #[inline(always)]
    pub(super) fn prefetch_rows(table: &Table<'_>, passed: &[Passed]) {
        for word in passed {
            prefetch(table.rows, word.position as usize * table.width);
        }
    }

    /// Appends those candidates, by row, that are as near as wanted, after the checksums of all.
    pub(super) fn compare(
        &self,
        kernel: Kernel,
        candidates: &[Passed],
        wanted: &[Wanted],
        near: &mut Vec<(u32, Near)>,
    ) -> Result<(), Corruption> {
        for candidate in candidates {
            let place = self.hashes_at + candidate.position as usize * 32;
            self.blocks.check(self.bytes, place..place + 32)?;
        }
        kernel.compare(self.hashes, candidates, wanted, near);
        Ok(())
    }

    /// Appends the words that an asker meets as runs, and asks for them; adds how many they are to `met`.
    #[inline(always)]
    fn runs(
        &self,
        number: usize,
        table: &Table<'_>,
        asker: &Asker,
        runs: &mut Vec<Run>,
        met: &mut usize,
    ) -> Result<(), Corruption> {
        self.fullest(number, table)?;
        let words = table.buckets.words;
        let damaged = Corruption { offset: table.places[0] as u64, what: Damage::Range("bucket") };
        let offsets = table.buckets.offsets.first_chunk::<{ BUCKETS + 1 }>().ok_or(damaged)?;
        let Asker { word, known, tag, .. } = *asker;
        for (masks, bits) in masks_by_bits(asker.reach) {
            let limit = asker.limit - bits;
            runs.reserve(masks.len());
            for mask in masks.iter().filter(|mask| **mask & !asker.settled == 0) {
                let bucket = usize::from(asker.bucket ^ mask);
                let [first, end] = [offsets[bucket], offsets[bucket + 1]].map(u32::from_le_bytes);
                let len = end - first;
                if len == 0 {
                    continue;
                }
                self.check_words(table, first as usize..end as usize)?;
                prefetch(words, first as usize);
                prefetch(words, end as usize - 1);
                if len as usize > WORDS_A_LINE {
                    (first..end).step_by(WORDS_A_LINE).for_each(|at| prefetch(words, at as usize));
                }
                *met += len as usize;
                runs.push(Run { first, len, word, known, limit, tag });
            }
        }
        Ok(())
    }

    /// Appends all rows near one query with its number, in the order of rows; false, and none of them, if
    /// its buckets hold more words than `most`.
    ///
    /// Every stage asks for the cache lines of the next before it waits for any of them.
    pub(super) fn near(
        &self,
        kernel: Kernel,
        query: &Query,
        most: usize,
        scratch: &mut Scratch,
        near: &mut Vec<(u32, Near)>,
    ) -> Result<bool, Corruption> {
        let Scratch { runs, passed, .. } = scratch;
        runs.clear();
        passed.clear();
        let mut tables = [(Table::default(), 0); CHUNKS];
        for (number, (table, _)) in tables.iter_mut().enumerate() {
            *table = self.table(number)?;
            query.ask(number, 0, |asker| {
                for (masks, _) in masks_by_bits(asker.reach) {
                    for mask in masks.iter().filter(|mask| **mask & !asker.settled == 0) {
                        prefetch(table.buckets.offsets, usize::from(asker.bucket ^ mask));
                    }
                }
            });
        }
        let mut met = 0;
        for (number, (table, end)) in tables.iter_mut().enumerate() {
            let mut result = Ok(());
            query.ask(number, number as u32, |asker| {
                if result.is_ok() {
                    result = self.runs(number, table, &asker, runs, &mut met);
                }
            });
            result?;
            if met > most {
                return Ok(false);
            }
            *end = runs.len();
        }
        let mut first = 0;
        for (table, end) in &tables {
            let before = passed.len();
            kernel.filter_runs(table.buckets.words, &runs[first..*end], passed);
            Self::prefetch_rows(table, &passed[before..]);
            first = *end;
        }
        for word in &mut *passed {
            let table = &tables[word.tag as usize].0;
            word.tag = 0;
            self.find_row(table, word)?;
        }
        let first = near.len();
        self.compare(kernel, passed, &[query.wanted], near)?;
        for hit in &mut near[first..] {
            hit.0 = query.number;
        }
        sort_and_dedup(near, first);
        Ok(true)
    }
}

/// Words of a table in one cache line.
pub(super) const WORDS_A_LINE: usize = 32;

/// A row is found through every table in which it passes: once is enough.
pub(super) fn sort_and_dedup<T: Ord>(found: &mut Vec<T>, first: usize) {
    found[first..].sort_unstable();
    if found.len() - first > 1 {
        let mut kept = first + 1;
        for at in first + 1..found.len() {
            if found[at] != found[kept - 1] {
                found.swap(at, kept);
                kept += 1;
            }
        }
        found.truncate(kept);
    }
}

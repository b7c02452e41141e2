//! The ring-filtered tables: building one, and finding what is near a query in all sixteen.
//!
//! A hash has 16 chunks on a ring. If two hashes differ in at most `r` bits, then for some chunk `i`
//! they differ there in at most `r / 16` bits, and in chunks `i` and `i + 1` together in at most
//! `2 r / 16` (a form of the cycle lemma; Qin and Xiao, "Pigeonring", VLDB 2018). Table `i` groups all
//! rows by chunk `i` and keeps each row's next chunk beside it, so a search reads the few buckets
//! within `r / 16` bits of its own chunk, lets the next chunks sift them, and compares in full only
//! what is left. Nothing within the radius can be missed; `docs/design.md` has the proof.

use std::ops::Range;

use zerocopy::FromBytes;
use zerocopy::little_endian::{U16, U32};

use super::Scratch;
use super::arrange::{Arranged, chunk};
use super::blocks::Blocks;
use super::layout::{ALIGNMENT, BUCKETS, CHUNKS, TableLayout};
use crate::hamming::{Asker, Bucket, Kernel, Near, Passed, distance, prefetch};
use crate::{Corruption, Damage};

/// All 16-bit masks of at most two bits, fewest bits first.
const MASKS: [u16; 137] = {
    let mut masks = [0; 137];
    let (mut single, mut at) = (0, 1);
    while single < 16 {
        masks[at] = 1 << single;
        (single, at) = (single + 1, at + 1);
    }
    let mut low = 0;
    while low < 16 {
        let mut high = low + 1;
        while high < 16 {
            masks[at] = 1 << low | 1 << high;
            (high, at) = (high + 1, at + 1);
        }
        low += 1;
    }
    masks
};

/// What a radius asks of the tables.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    radius: u32,
    /// Bucket numbers to visit, as differences from the query's own chunk.
    masks: &'static [u16],
    /// The most bits in which a chunk and the next may differ together.
    pair_limit: u16,
}

impl Plan {
    /// The plan for this radius among this many hashes; `None` where a flat scan costs less.
    pub(super) fn new(radius: u32, hashes: usize) -> Option<Self> {
        let masks = match radius / CHUNKS as u32 {
            0 => &MASKS[..1],
            1 => &MASKS[..17],
            2 => &MASKS[..],
            // Buckets three bits away are so many that a flat scan is the better plan.
            _ => return None,
        };
        // In units of one full comparison: a bucket costs its misses in the cache, a word of it
        // far less than a whole hash.
        let probes = masks.len() * CHUNKS;
        let words = hashes / BUCKETS * probes;
        let pays = probes * 30 + words / 4 < hashes;
        let pair_limit = (2 * radius / CHUNKS as u32) as u16;
        pays.then_some(Self { radius, masks, pair_limit })
    }

    /// In how many bits the next chunk may differ, where the own differs by this mask.
    #[inline(always)]
    fn limit(&self, mask: u16) -> u16 {
        self.pair_limit - mask.count_ones() as u16
    }
}

/// One table of a mapped segment.
#[derive(Clone, Copy)]
struct Table<'a> {
    offsets: &'a [U32],
    next: &'a [[u8; 2]],
    rows: &'a [U32],
    /// Where the three stand in the file, for the checks.
    places: [usize; 3],
}

/// The tables of a segment and the hashes that they are about.
pub(super) struct Tables<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) blocks: &'a Blocks,
    pub(super) hashes: &'a [Arranged],
    pub(super) hashes_at: usize,
    pub(super) tables_at: Range<usize>,
}

impl<'a> Tables<'a> {
    fn table(&self, number: usize) -> Result<Table<'a>, Corruption> {
        let layout = TableLayout::new(self.hashes.len() as u64);
        let mut at = self.tables_at.start + number * layout.len() as usize;
        let damaged = Corruption { offset: at as u64, what: Damage::Range("table") };
        let mut places = [0; 3];
        let mut parts = [&[][..]; 3];
        for ((part, place), len) in parts.iter_mut().zip(&mut places).zip(layout.parts()) {
            *place = at;
            *part = self.bytes.get(at..at + len as usize).ok_or(damaged)?;
            at += len.next_multiple_of(ALIGNMENT) as usize;
        }
        let [offsets, next, rows] = parts;
        Ok(Table {
            offsets: <[U32]>::ref_from_bytes(offsets).map_err(|_| damaged)?,
            next: next.as_chunks::<2>().0,
            rows: <[U32]>::ref_from_bytes(rows).map_err(|_| damaged)?,
            places,
        })
    }

    /// The words of a bucket, after their checksums.
    #[inline(always)]
    fn bucket(&self, table: &Table<'_>, number: u16) -> Result<Range<u32>, Corruption> {
        let number = usize::from(number);
        let place = table.places[0] + number * 4;
        self.blocks.check(self.bytes, place..place + 8)?;
        let (start, end) = (table.offsets[number].get(), table.offsets[number + 1].get());
        if start > end || end as usize > table.next.len() {
            return Err(Corruption { offset: place as u64, what: Damage::Range("bucket") });
        }
        let words = table.places[1];
        self.blocks.check(self.bytes, words + start as usize * 2..words + end as usize * 2)?;
        Ok(start..end)
    }

    /// The row of a word that passed, after its checksum.
    #[inline(always)]
    fn row(&self, table: &Table<'_>, position: u32) -> Result<u32, Corruption> {
        let place = table.places[2] + position as usize * 4;
        self.blocks.check(self.bytes, place..place + 4)?;
        let row = table.rows[position as usize].get();
        if row as usize >= self.hashes.len() {
            return Err(Corruption { offset: place as u64, what: Damage::Range("row") });
        }
        Ok(row)
    }

    /// The row's distance to the query, if it is within the radius.
    #[inline(always)]
    fn compare(&self, row: u32, query: &Arranged, radius: u32) -> Result<Option<Near>, Corruption> {
        let place = self.hashes_at + row as usize * 32;
        self.blocks.check(self.bytes, place..place + 32)?;
        let distance = distance(&self.hashes[row as usize], query);
        Ok((distance <= radius).then_some(Near { row, distance }))
    }

    /// Appends all rows near one query, in the order of rows.
    ///
    /// Every stage asks for the cache lines of the next before it waits for any of them.
    pub(super) fn near(
        &self,
        kernel: Kernel,
        query: &Arranged,
        plan: Plan,
        scratch: &mut Scratch,
        near: &mut Vec<Near>,
    ) -> Result<(), Corruption> {
        let Scratch { buckets, askers, passed, rows, .. } = scratch;
        buckets.clear();
        askers.clear();
        passed.clear();
        rows.clear();
        let mut tables = Vec::with_capacity(CHUNKS);
        for number in 0..CHUNKS {
            let table = self.table(number)?;
            for mask in plan.masks {
                prefetch(table.offsets, usize::from(chunk(query, number) ^ mask));
            }
            tables.push(table);
        }
        for (number, table) in tables.iter().enumerate() {
            let (own, word) = (chunk(query, number), chunk(query, number + 1));
            for mask in plan.masks {
                let bucket = self.bucket(table, own ^ mask)?;
                for position in bucket.clone().step_by(WORDS_A_LINE) {
                    prefetch(table.next, position as usize);
                }
                prefetch(table.next, bucket.end.saturating_sub(1) as usize);
                buckets.push(Bucket { start: bucket.start, end: bucket.end, askers: 1 });
                askers.push(Asker { word, limit: plan.limit(*mask), tag: number as u32 });
            }
        }
        let of_table = plan.masks.len();
        for (number, table) in tables.iter().enumerate() {
            let before = passed.len();
            let range = number * of_table..(number + 1) * of_table;
            kernel.filter(table.next, &buckets[range.clone()], &askers[range], passed);
            for word in &passed[before..] {
                prefetch(table.rows, word.position as usize);
            }
        }
        for word in &*passed {
            let row = self.row(&tables[word.tag as usize], word.position)?;
            prefetch(self.hashes, row as usize);
            rows.push(row);
        }
        let first = near.len();
        for row in &*rows {
            near.extend(self.compare(*row, query, plan.radius)?);
        }
        sort_and_dedup(near, first);
        Ok(())
    }

    /// Appends all rows near each of many queries, with the query's number, sorted.
    ///
    /// The probes of all queries are sorted by bucket, so that each table is walked once from its
    /// start to its end. `queries` bounds the memory taken: 8 bytes a query and mask.
    pub(super) fn near_many(
        &self,
        kernel: Kernel,
        queries: &[Arranged],
        plan: Plan,
        scratch: &mut Scratch,
        near: &mut Vec<(u32, Near)>,
    ) -> Result<(), Corruption> {
        let first = near.len();
        for number in 0..CHUNKS {
            let table = self.table(number)?;
            scratch.sort_askers(queries, number, plan);
            let Scratch { ends, buckets, askers, passed, rows, .. } = &mut *scratch;
            let mut left = &askers[..];
            for values in
                ends[..BUCKETS].chunks(BUCKETS_A_ROUND).zip((0..).step_by(BUCKETS_A_ROUND))
            {
                buckets.clear();
                let before = askers.len() - left.len();
                let mut start = before;
                for (end, value) in values.0.iter().zip(values.1..) {
                    let asking = *end - start as u32;
                    start = *end as usize;
                    if asking > 0 {
                        let bucket = self.bucket(&table, value as u16)?;
                        buckets.push(Bucket {
                            start: bucket.start,
                            end: bucket.end,
                            askers: asking,
                        });
                    }
                }
                let (now, later) = left.split_at(start - before);
                left = later;
                kernel.filter(table.next, buckets, now, passed);
                self.compare_passed(queries, &table, plan.radius, passed, rows, near)?;
            }
        }
        sort_and_dedup(near, first);
        Ok(())
    }

    /// Compares in full what passed the filter of one table, and forgets it.
    fn compare_passed(
        &self,
        queries: &[Arranged],
        table: &Table<'_>,
        radius: u32,
        passed: &mut Vec<Passed>,
        rows: &mut Vec<u32>,
        near: &mut Vec<(u32, Near)>,
    ) -> Result<(), Corruption> {
        rows.clear();
        for word in &*passed {
            prefetch(table.rows, word.position as usize);
        }
        for word in &*passed {
            let row = self.row(table, word.position)?;
            prefetch(self.hashes, row as usize);
            rows.push(row);
        }
        for (row, word) in rows.iter().zip(&*passed) {
            let query = &queries[word.tag as usize];
            let found = self.compare(*row, query, radius)?;
            near.extend(found.map(|hit| (word.tag, hit)));
        }
        passed.clear();
        Ok(())
    }
}

/// Words of a table in one cache line.
const WORDS_A_LINE: usize = 32;
/// Buckets that a batch filters before it compares in full what passed: enough to hide the latency
/// of memory, few enough for the first cache.
const BUCKETS_A_ROUND: usize = 512;

impl Scratch {
    /// Sorts the probes of all queries into one table by bucket, by counting: afterwards the askers
    /// of bucket `b` are `askers[ends[b - 1]..ends[b]]`.
    fn sort_askers(&mut self, queries: &[Arranged], table: usize, plan: Plan) {
        let Self { ends, askers, .. } = self;
        ends.clear();
        ends.resize(BUCKETS + 1, 0);
        askers.resize(queries.len() * plan.masks.len(), Asker::default());
        // Counted one place to the right; the sums are then starts, and filling makes them ends.
        for query in queries {
            let own = chunk(query, table);
            for mask in plan.masks {
                ends[usize::from(own ^ mask) + 1] += 1;
            }
        }
        let mut sum = 0;
        for end in &mut *ends {
            sum += *end;
            *end = sum;
        }
        for (tag, query) in (0..).zip(queries) {
            let (own, word) = (chunk(query, table), chunk(query, table + 1));
            for mask in plan.masks {
                let limit = plan.limit(*mask);
                let end = &mut ends[usize::from(own ^ mask)];
                askers[*end as usize] = Asker { word, limit, tag };
                *end += 1;
            }
        }
    }
}

/// A row is found through every table in which it passes: once is enough.
fn sort_and_dedup<T: Ord>(found: &mut Vec<T>, first: usize) {
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

/// One table, ready to be written.
pub(super) struct BuiltTable {
    pub(super) offsets: Vec<U32>,
    pub(super) next: Vec<U16>,
    pub(super) rows: Vec<U32>,
}

impl BuiltTable {
    /// Groups all rows by their chunk of this number: a counting sort, O(rows).
    pub(super) fn new(hashes: &[Arranged], number: usize) -> Self {
        let mut offsets = vec![0_u32; BUCKETS + 1];
        for hash in hashes {
            offsets[usize::from(chunk(hash, number)) + 1] += 1;
        }
        for bucket in 1..=BUCKETS {
            offsets[bucket] += offsets[bucket - 1];
        }
        let mut free = offsets.clone();
        let mut next = vec![U16::ZERO; hashes.len()];
        let mut rows = vec![U32::ZERO; hashes.len()];
        for (row, hash) in (0..).zip(hashes) {
            let place = &mut free[usize::from(chunk(hash, number))];
            next[*place as usize] = U16::new(chunk(hash, number + 1));
            rows[*place as usize] = U32::new(row);
            *place += 1;
        }
        let offsets = offsets.into_iter().map(U32::new).collect();
        Self { offsets, next, rows }
    }
}

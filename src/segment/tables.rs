//! The ring-filtered tables: finding what is near a query in all sixteen.
//!
//! A hash has 16 chunks on a ring. If two hashes differ in at most `r` bits, then for some chunk `i`
//! they differ there in at most `r / 16` bits, and in chunks `i` and `i + 1` together in at most
//! `2 r / 16` (a form of the cycle lemma; Qin and Xiao, "Pigeonring", VLDB 2018). Table `i` groups all
//! rows by chunk `i` and keeps each row's next chunk beside it, so a search reads the few buckets
//! within `r / 16` bits of its own chunk, lets the next chunks sift them, and compares in full only
//! what is left. Nothing within the radius can be missed; `docs/design.md` has the proof.

use std::ops::Range;

use zerocopy::FromBytes;
use zerocopy::little_endian::U32;

use super::Scratch;
use super::arrange::Arranged;
use super::blocks::Blocks;
use super::layout::{ALIGNMENT, BUCKETS, CHUNKS, TableLayout};
use super::probes::Query;
use crate::hamming::{Asker, Bucket, Kernel, Near, Passed, prefetch};
use crate::{Corruption, Damage};

/// One table of a mapped segment.
#[derive(Clone, Copy, Default)]
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
    fn compare(&self, row: u32, query: &Query) -> Result<Option<Near>, Corruption> {
        let place = self.hashes_at + row as usize * 32;
        self.blocks.check(self.bytes, place..place + 32)?;
        let distance = query.distance(&self.hashes[row as usize]);
        Ok((distance <= query.radius).then_some(Near { row, distance }))
    }

    /// Appends all rows near one query with its number, in the order of rows.
    ///
    /// Every stage asks for the cache lines of the next before it waits for any of them.
    pub(super) fn near(
        &self,
        kernel: Kernel,
        query: &Query,
        scratch: &mut Scratch,
        near: &mut Vec<(u32, Near)>,
    ) -> Result<(), Corruption> {
        let Scratch { buckets, askers, passed, rows, numbers, .. } = scratch;
        numbers.clear();
        buckets.clear();
        askers.clear();
        passed.clear();
        rows.clear();
        let mut tables = [(Table::default(), 0); CHUNKS];
        for (number, slot) in tables.iter_mut().enumerate() {
            let table = self.table(number)?;
            query.probe(number, |bucket, asker| {
                prefetch(table.offsets, usize::from(bucket));
                numbers.push(bucket);
                askers.push(Asker { tag: number as u16, ..asker });
            });
            *slot = (table, askers.len());
        }
        let mut first = 0;
        for (table, end) in &tables {
            for number in &numbers[first..*end] {
                let bucket = self.bucket(table, *number)?;
                for position in bucket.clone().step_by(WORDS_A_LINE) {
                    prefetch(table.next, position as usize);
                }
                prefetch(table.next, bucket.end.saturating_sub(1) as usize);
                buckets.push(Bucket { start: bucket.start, end: bucket.end, askers: 1 });
            }
            first = *end;
        }
        let mut first = 0;
        for (table, end) in &tables {
            let before = passed.len();
            kernel.filter(table.next, &buckets[first..*end], &askers[first..*end], passed);
            for word in &passed[before..] {
                prefetch(table.rows, word.position as usize);
            }
            first = *end;
        }
        for word in &*passed {
            let row = self.row(&tables[usize::from(word.tag)].0, word.position)?;
            prefetch(self.hashes, row as usize);
            rows.push(row);
        }
        let first = near.len();
        for row in &*rows {
            let found = self.compare(*row, query)?;
            near.extend(found.map(|hit| (query.number, hit)));
        }
        sort_and_dedup(near, first);
        Ok(())
    }

    /// Appends all rows near each of up to 65,536 queries, with the query's number, sorted.
    ///
    /// The probes of all queries are sorted by bucket, roughly, so that each table is walked once from
    /// its start to its end. The queries bound the memory taken: 10 bytes a probe of one table.
    pub(super) fn near_many(
        &self,
        kernel: Kernel,
        queries: &[Query],
        scratch: &mut Scratch,
        near: &mut Vec<(u32, Near)>,
    ) -> Result<(), Corruption> {
        let first = near.len();
        // A search for one hash leaves its own behind.
        scratch.passed.clear();
        for number in 0..CHUNKS {
            let table = self.table(number)?;
            scratch.sort_askers(queries, number);
            let Scratch { numbers, buckets, askers, passed, rows, .. } = &mut *scratch;
            let rounds = numbers.chunks(BUCKETS_A_ROUND).zip(askers.chunks(BUCKETS_A_ROUND));
            for (numbers, askers) in rounds {
                buckets.clear();
                for number in numbers {
                    let bucket = self.bucket(&table, *number)?;
                    prefetch(table.next, bucket.start as usize);
                    buckets.push(Bucket { start: bucket.start, end: bucket.end, askers: 1 });
                }
                kernel.filter(table.next, buckets, askers, passed);
                self.compare_passed(queries, &table, passed, rows, near)?;
            }
        }
        sort_and_dedup(near, first);
        Ok(())
    }

    /// Compares in full what passed the filter of one table, and forgets it.
    fn compare_passed(
        &self,
        queries: &[Query],
        table: &Table<'_>,
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
            let query = &queries[usize::from(word.tag)];
            let found = self.compare(*row, query)?;
            near.extend(found.map(|hit| (query.number, hit)));
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
/// Buckets that a batch does not tell apart when it sorts: what they hold is near in memory.
const BUCKETS_A_GROUP: usize = 16;

impl Scratch {
    /// Sorts the probes of all queries into one table by the upper bits of their buckets, by counting:
    /// `numbers` are then the buckets, and `askers` who asks there.
    fn sort_askers(&mut self, queries: &[Query], table: usize) {
        let Self { ends, askers, numbers, .. } = self;
        let group = |bucket: u16| usize::from(bucket) / BUCKETS_A_GROUP;
        ends.clear();
        ends.resize(BUCKETS / BUCKETS_A_GROUP + 1, 0);
        // Counted one place to the right; the sums are then starts, and filling makes them ends.
        for query in queries {
            query.probe(table, |bucket, _| ends[group(bucket) + 1] += 1);
        }
        let mut sum = 0;
        for end in &mut *ends {
            sum += *end;
            *end = sum;
        }
        askers.resize(sum as usize, Asker::default());
        numbers.resize(sum as usize, 0);
        for (tag, query) in (0..).zip(queries) {
            query.probe(table, |bucket, asker| {
                let end = &mut ends[group(bucket)];
                askers[*end as usize] = Asker { tag, ..asker };
                numbers[*end as usize] = bucket;
                *end += 1;
            });
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

//! Searching a segment: the choice between tables and a flat scan, one query or many, digests.

use rayon::prelude::*;

use super::Segment;
use super::arrange::{Arranged, arrange, chunk};
use super::layout::CHUNKS;
use super::probes::Query;
use super::tables::sort_and_dedup;
use crate::Corruption;
use crate::hamming::{Asker, Kernel, Near, Passed, Run, Wanted};
use crate::hash::{Hash256, PartialHash, Radius, Signal};

/// An entry of a segment within the radius.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NearEntry {
    /// The entry's number in its segment.
    pub entry: u32,
    /// Bits in which it differs.
    pub distance: u32,
}

/// Buffers that searches reuse; one a thread.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    pub(super) passed: Vec<Passed>,
    pub(super) near: Vec<(u32, Near)>,
    pub(super) scanned: Vec<Near>,
    pub(super) queries: Vec<Query>,
    pub(super) wanted: Vec<Wanted>,
    pub(super) ends: Vec<u32>,
    pub(super) askers: Vec<Asker>,
    pub(super) runs: Vec<Run>,
}

/// On which threads a batch is searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Threads {
    /// The one that asks.
    #[default]
    One,
    /// Those of the current rayon pool, where the batch is large enough to be shared.
    Pool,
}

/// Queries that a batch handles together, so that its memory does not grow with the batch.
const BATCH: usize = 16_384;
/// Buckets that a batch visits together, for the same reason.
const PROBES_A_BATCH: usize = 1 << 22;
/// Queries that visit fewer buckets than this are searched one by one: sorting would not pay.
const BATCH_FROM: usize = 1 << 12;
/// Queries that visit fewer buckets than this are searched on one thread.
const SHARED_FROM: usize = 1 << 17;
/// Rows that a batched flat scan compares with all queries before it goes on: they stay in cache.
pub(super) const ROWS_A_ROUND: usize = 512;
/// Rounds of a flat scan that one thread takes together.
const ROUNDS_A_SHARE: usize = 128;
/// With up to so many unknown bits, a comparison of all bits sifts out most rows.
const FEW_UNKNOWN: u32 = 40;

impl<B: AsRef<[u8]>> Segment<B> {
    /// The plan that a search at this radius follows where buckets are even: "tables" or "flat scan".
    ///
    /// # Errors
    /// [`Corruption`] if bytes that were read on the way are damaged.
    pub fn plan(&self, kernel: Kernel, radius: Radius) -> Result<&'static str, Corruption> {
        let query = self.query(0, Hash256::default().into(), radius);
        let tables = self.goes_through_tables(kernel, &query)?;
        Ok(if tables { "tables" } else { "flat scan" })
    }

    /// About what a search costs, in comparisons of whole hashes: the same on every machine.
    pub fn cost(&self, hash: PartialHash, radius: Radius) -> u64 {
        let (tables, flat) = self.assumed(&self.query(0, hash, radius));
        tables.map_or(flat, |tables| tables.min(flat)) as u64
    }

    pub(super) fn query(&self, number: u32, hash: PartialHash, radius: Radius) -> Query {
        Query::new(number, hash, radius, self.layout.counts.tables.tables)
    }

    /// Appends all entries within `radius` of `hash`, each once, in no order.
    ///
    /// # Errors
    /// [`Corruption`] if bytes that were read on the way are damaged.
    pub fn within(
        &self,
        kernel: Kernel,
        hash: &Hash256,
        radius: Radius,
        scratch: &mut Scratch,
        found: &mut Vec<NearEntry>,
    ) -> Result<(), Corruption> {
        let query = self.query(0, (*hash).into(), radius);
        let mut near = std::mem::take(&mut scratch.near);
        near.clear();
        self.near(kernel, &query, scratch, &mut near)?;
        for (_, Near { row, distance }) in &near {
            let entries = self.pdq_entries(*row)?;
            found.extend(entries.map(|entry| NearEntry { entry, distance: *distance }));
        }
        scratch.near = near;
        Ok(())
    }

    /// Appends all rows near one query in whichever way costs least.
    fn near(
        &self,
        kernel: Kernel,
        query: &Query,
        scratch: &mut Scratch,
        near: &mut Vec<(u32, Near)>,
    ) -> Result<(), Corruption> {
        if self.goes_through_tables(kernel, query)? {
            let tables = self.tables()?;
            if tables.near(kernel, query, tables.crowd(query), scratch, near)? {
                return Ok(());
            }
            if let Some(query) = self.plan_again(kernel, query)? {
                tables.near(kernel, &query, usize::MAX, scratch, near)?;
                return Ok(());
            }
        }
        self.scan(kernel, &[*query], Threads::One, scratch, near)
    }

    /// Calls `found` with each entry within `radius` of each of many hashes, and the hash's number.
    ///
    /// An entry is near a hash with unknown bits if it is near one of those for which that stands.
    /// The answers to one hash follow each other, in no order among them; memory does not grow with the batch, but
    /// for what is found in 16,384 hashes.
    ///
    /// # Errors
    /// [`Corruption`] if bytes that were read on the way are damaged.
    pub fn within_many(
        &self,
        kernel: Kernel,
        hashes: impl Iterator<Item = PartialHash>,
        radius: Radius,
        threads: Threads,
        scratch: &mut Scratch,
        found: &mut dyn FnMut(usize, NearEntry),
    ) -> Result<(), Corruption> {
        let mut hashes = (0..).zip(hashes).peekable();
        let mut near = std::mem::take(&mut scratch.near);
        let mut probing = std::mem::take(&mut scratch.queries);
        let plain = self.query(0, Hash256::default().into(), radius);
        while hashes.peek().is_some() {
            near.clear();
            probing.clear();
            let mut scanning = Vec::new();
            let mut probes = 0;
            while probing.len() + scanning.len() < BATCH && probes < PROBES_A_BATCH {
                let Some((number, hash)) = hashes.next() else { break };
                let query = plain.for_another(number, &hash);
                let query = query.unwrap_or_else(|| self.query(number, hash, radius));
                if self.goes_through_tables(kernel, &query)? {
                    probes += query.count().unwrap_or(0);
                    probing.push(query);
                } else {
                    scanning.push(query);
                }
            }
            if probes >= BATCH_FROM {
                self.spare_crowds(kernel, &mut probing, &mut scanning)?;
                let threads = if probes < SHARED_FROM { Threads::One } else { threads };
                self.probe_many(kernel, &probing, threads, scratch, &mut near)?;
            } else {
                for query in &probing {
                    self.near(kernel, query, scratch, &mut near)?;
                }
            }
            if !scanning.is_empty() {
                self.scan(kernel, &scanning, threads, scratch, &mut near)?;
            }
            for (number, Near { row, distance }) in &near {
                for entry in self.pdq_entries(*row)? {
                    found(*number as usize, NearEntry { entry, distance: *distance });
                }
            }
        }
        scratch.near = near;
        scratch.queries = probing;
        Ok(())
    }

    /// Plans those queries again that fall into crowded buckets.
    fn spare_crowds(
        &self,
        kernel: Kernel,
        probing: &mut Vec<Query>,
        scanning: &mut Vec<Query>,
    ) -> Result<(), Corruption> {
        let (Some(query), tables) = (probing.first(), self.tables()?) else { return Ok(()) };
        let all = tables.all()?;
        let crowd = tables.crowd(query);
        let mut fullest = 0;
        for (number, table) in
            all.iter().enumerate().filter(|(number, _)| tables.layout.has(*number))
        {
            fullest += tables.fullest(number, table)? as usize;
        }
        if fullest < crowd {
            return Ok(());
        }
        let mut kept = 0;
        for at in 0..probing.len() {
            let mut query = probing[at];
            if tables.words(&query, &all)? > crowd {
                match self.plan_again(kernel, &query)? {
                    Some(replanned) => query = replanned,
                    None => {
                        scanning.push(query);
                        continue;
                    }
                }
            }
            probing[kept] = query;
            kept += 1;
        }
        probing.truncate(kept);
        Ok(())
    }

    /// Appends all rows near each query through the tables, sorted.
    pub(super) fn probe_many(
        &self,
        kernel: Kernel,
        queries: &[Query],
        threads: Threads,
        scratch: &mut Scratch,
        near: &mut Vec<(u32, Near)>,
    ) -> Result<(), Corruption> {
        let tables = self.tables()?;
        let first = near.len();
        let mut wanted = std::mem::take(&mut scratch.wanted);
        wanted.clear();
        wanted.extend(queries.iter().map(|query| query.wanted));
        match threads {
            Threads::One => {
                for number in 0..CHUNKS {
                    tables.near_many(kernel, queries, &wanted, number, scratch, near)?;
                }
            }
            Threads::Pool => {
                let of_table = |scratch: &mut Scratch, number| {
                    let mut near = Vec::new();
                    tables.near_many(kernel, queries, &wanted, number, scratch, &mut near)?;
                    Ok(near)
                };
                let found: Result<Vec<_>, _> =
                    (0..CHUNKS).into_par_iter().map_init(Scratch::default, of_table).collect();
                near.extend(found?.into_iter().flatten());
            }
        }
        scratch.wanted = wanted;
        for hit in &mut near[first..] {
            hit.0 = queries[hit.0 as usize].number;
        }
        sort_and_dedup(near, first);
        Ok(())
    }

    /// Appends all rows near each query by comparing each row with each query, sorted.
    fn scan(
        &self,
        kernel: Kernel,
        queries: &[Query],
        threads: Threads,
        scratch: &mut Scratch,
        near: &mut Vec<(u32, Near)>,
    ) -> Result<(), Corruption> {
        let first = near.len();
        let rows = self.checked_hashes()?;
        match threads {
            Threads::One => scan_rows(kernel, 0, rows, queries, &mut scratch.scanned, near),
            Threads::Pool => {
                let share = ROWS_A_ROUND * ROUNDS_A_SHARE;
                let of_share = |hits: &mut Vec<Near>, (number, rows): (usize, &[_])| {
                    let mut near = Vec::new();
                    scan_rows(kernel, (number * share) as u32, rows, queries, hits, &mut near);
                    near
                };
                let shares = rows.par_chunks(share).enumerate();
                let found: Vec<_> = shares.map_init(Vec::new, of_share).collect();
                near.extend(found.into_iter().flatten());
            }
        }
        near[first..].sort_unstable();
        Ok(())
    }

    /// Appends the entries that have exactly this value: a digest, or this very PDQ hash.
    ///
    /// # Errors
    /// [`Corruption`] if bytes that were read on the way are damaged.
    pub fn exact(
        &self,
        kernel: Kernel,
        signal: Signal,
        value: &[u8],
        scratch: &mut Scratch,
        entries: &mut Vec<u32>,
    ) -> Result<(), Corruption> {
        if let Some(digests) = self.digests(signal) {
            return digests.find(value, entries);
        }
        let Ok(hash) = <[u8; 32]>::try_from(value) else {
            return Ok(());
        };
        if self.format().is_none() {
            // Few rows, in the order of their first chunk.
            let (rows, wanted) = (self.checked_hashes()?, arrange(&Hash256::from_bytes(hash)));
            let first = rows.partition_point(|row| chunk(row, 0) < chunk(&wanted, 0));
            let alike = (first..).zip(&rows[first..]);
            for (row, _) in alike
                .take_while(|(_, row)| chunk(row, 0) == chunk(&wanted, 0))
                .filter(|(_, row)| **row == wanted)
            {
                entries.extend(self.pdq_entries(row as u32)?);
            }
            return Ok(());
        }
        let mut found = Vec::new();
        self.within(kernel, &Hash256::from_bytes(hash), Radius::EXACT, scratch, &mut found)?;
        entries.extend(found.iter().map(|near| near.entry));
        entries.sort_unstable();
        Ok(())
    }
}

/// Appends those of some rows, of which this is the first one's number, that are near each query.
fn scan_rows(
    kernel: Kernel,
    first: u32,
    rows: &[Arranged],
    queries: &[Query],
    hits: &mut Vec<Near>,
    near: &mut Vec<(u32, Near)>,
) {
    for (start, rows) in (first..).step_by(ROWS_A_ROUND).zip(rows.chunks(ROWS_A_ROUND)) {
        for query in queries {
            let (number, radius, unknown) = (query.number, query.wanted.radius, query.unknown());
            if unknown > FEW_UNKNOWN {
                for (row, hash) in (start..).zip(rows) {
                    let distance = query.distance(hash);
                    if distance <= radius {
                        near.push((number, Near { row, distance }));
                    }
                }
                continue;
            }
            // What may stand at the unknown bits is allowed for, and then taken off again.
            hits.clear();
            kernel.scan(rows, &query.wanted.bits, radius + unknown, hits);
            for hit in hits.iter() {
                let distance = query.distance(&rows[hit.row as usize]);
                if distance <= radius {
                    near.push((number, Near { row: start + hit.row, distance }));
                }
            }
        }
    }
}

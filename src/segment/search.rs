//! Searching a segment: the choice between tables and a flat scan, one query or many, digests.

use super::Segment;
use super::arrange::{Arranged, arrange};
use super::layout::Section;
use super::tables::Plan;
use crate::Corruption;
use crate::hamming::{Asker, Bucket, Kernel, Near, Passed};
use crate::hash::{Hash256, Radius, Signal};

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
    pub(super) buckets: Vec<Bucket>,
    pub(super) passed: Vec<Passed>,
    pub(super) rows: Vec<u32>,
    pub(super) near: Vec<Near>,
    pub(super) near_many: Vec<(u32, Near)>,
    pub(super) arranged: Vec<Arranged>,
    pub(super) ends: Vec<u32>,
    pub(super) askers: Vec<Asker>,
}

/// Queries that a batch handles together, so that its memory does not grow with the batch.
const BATCH: usize = 16_384;
/// Fewer queries than this are searched one by one: sorting their probes would not pay.
const BATCH_FROM: usize = 64;
/// Rows that a batched flat scan compares with all queries before it goes on: they stay in cache.
const ROWS_A_ROUND: usize = 512;

impl<B: AsRef<[u8]>> Segment<B> {
    /// The plan that a search at this radius follows: "tables" or "flat scan".
    pub fn plan(&self, radius: Radius) -> &'static str {
        if self.tables_plan(radius.get()).is_some() { "tables" } else { "flat scan" }
    }

    fn tables_plan(&self, radius: u32) -> Option<Plan> {
        let has_tables = !self.layout.section(Section::PdqTables).is_empty();
        let plan = Plan::new(radius, self.count(Signal::Pdq) as usize);
        if has_tables { plan } else { None }
    }

    /// Appends all entries within `radius` of `hash`, in the order of their rows.
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
        let query = arrange(hash);
        let mut near = std::mem::take(&mut scratch.near);
        near.clear();
        match self.tables_plan(radius.get()) {
            Some(plan) => self.tables()?.near(kernel, &query, plan, scratch, &mut near)?,
            None => kernel.scan(self.checked_hashes()?, &query, radius.get(), &mut near),
        }
        for hit in &near {
            found.push(NearEntry { entry: self.pdq_entry(hit.row)?, distance: hit.distance });
        }
        scratch.near = near;
        Ok(())
    }

    /// Calls `found` with each entry within `radius` of each of many hashes, and the hash's number.
    ///
    /// Within one hash the order is as in [`Segment::within`]; memory does not grow with the batch.
    ///
    /// # Errors
    /// [`Corruption`] if bytes that were read on the way are damaged.
    pub fn within_many(
        &self,
        kernel: Kernel,
        hashes: &[Hash256],
        radius: Radius,
        scratch: &mut Scratch,
        found: &mut dyn FnMut(usize, NearEntry),
    ) -> Result<(), Corruption> {
        let mut near = std::mem::take(&mut scratch.near_many);
        let mut queries = std::mem::take(&mut scratch.arranged);
        for (first, batch) in (0..).step_by(BATCH).zip(hashes.chunks(BATCH)) {
            near.clear();
            queries.clear();
            queries.extend(batch.iter().map(arrange));
            match self.tables_plan(radius.get()) {
                Some(plan) if queries.len() < BATCH_FROM => {
                    let tables = self.tables()?;
                    let mut one = Vec::new();
                    for (number, query) in (0..).zip(&queries) {
                        tables.near(kernel, query, plan, scratch, &mut one)?;
                        near.extend(one.drain(..).map(|hit| (number, hit)));
                    }
                }
                Some(plan) => {
                    self.tables()?.near_many(kernel, &queries, plan, scratch, &mut near)?;
                }
                None => self.scan_many(kernel, &queries, radius.get(), &mut near)?,
            }
            for (number, hit) in &near {
                let entry = NearEntry { entry: self.pdq_entry(hit.row)?, distance: hit.distance };
                found(first + *number as usize, entry);
            }
        }
        scratch.near_many = near;
        scratch.arranged = queries;
        Ok(())
    }

    /// Appends all rows near each query by comparing each row with each query, sorted.
    fn scan_many(
        &self,
        kernel: Kernel,
        queries: &[Arranged],
        radius: u32,
        near: &mut Vec<(u32, Near)>,
    ) -> Result<(), Corruption> {
        let mut hits = Vec::new();
        let rounds = self.checked_hashes()?.chunks(ROWS_A_ROUND);
        for (first, rows) in (0..).step_by(ROWS_A_ROUND).zip(rounds) {
            for (number, query) in (0..).zip(queries) {
                kernel.scan(rows, query, radius, &mut hits);
                near.extend(
                    hits.drain(..).map(|hit| (number, Near { row: first + hit.row, ..hit })),
                );
            }
        }
        near.sort_unstable();
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
        let mut found = Vec::new();
        self.within(kernel, &Hash256::from_bytes(hash), Radius::EXACT, scratch, &mut found)?;
        entries.extend(found.iter().map(|near| near.entry));
        Ok(())
    }
}

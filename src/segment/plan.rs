//! The choice of how to answer a query: through the tables, through tables that reach unevenly, or by
//! comparing all hashes. All are exact; the choice is one of cost.
//!
//! Hashes of real pictures crowd: some buckets hold many times the average, and a list can be made of
//! nothing but near-equal hashes. What a query costs is then decided by the buckets that it would visit,
//! and these are known before any word of them is read. If they hold far more than is usual, its reaches
//! are dealt out again by what each step costs there: tables in which it falls into a crowd are left out
//! and others reach farther.

use std::ops::Range;

use super::Segment;
use super::costs::Costs;
use super::layout::{BUCKETS, CHUNKS};
use super::probes::{MOST_REACH, Query, Reaches, masks};
use super::tables::{Table, Tables};
use crate::Corruption;
use crate::hamming::{Asker, Kernel};

/// A query may meet so many times the words that even buckets would hold, and so many in any case, before
/// it is planned again.
const CROWDED: usize = 4;
/// See [`CROWDED`].
const CROWD: usize = 1 << 15;

/// What a word costs, as against one of a long bucket: buckets begin and end.
const WORDS_APART: f64 = 4.0;
/// What a word that passes costs, in whole hashes that lie together: its row does not, and is found again
/// through other tables.
const ROWS_APART: f64 = 12.0;
/// Of a bucket with more words than this, so many are looked at to tell how many will pass.
const SAMPLED: (usize, usize) = (64, 8);
/// How far the next table is taken to reach then.
const NEXT: u16 = 2;

impl<B: AsRef<[u8]>> Segment<B> {
    /// What the tables cost this query in nanoseconds if their buckets are even, and what comparing all
    /// hashes costs, on a machine that is assumed.
    pub(super) fn assumed(&self, query: &Query) -> (Option<f64>, f64) {
        let rows = self.rows() as f64;
        let words = rows / BUCKETS as f64 * Costs::ASSUMED.word;
        let probes = query.count().filter(|_| self.format().is_some());
        let tables = probes.map(|probes| probes as f64 * (Costs::ASSUMED.bucket + words));
        (tables, rows * Costs::ASSUMED.row)
    }

    /// Whether a query goes through the tables, if their buckets are even.
    pub(super) fn goes_through_tables(
        &self,
        kernel: Kernel,
        query: &Query,
    ) -> Result<bool, Corruption> {
        let (Some(tables), flat) = self.assumed(query) else { return Ok(false) };
        if tables > flat * Costs::CLEARLY || flat > tables * Costs::CLEARLY {
            return Ok(tables < flat);
        }
        let (Some(costs), Some(probes)) = (self.costs(kernel)?, query.count()) else {
            return Ok(false);
        };
        Ok(probes as f64 * costs.bucket < self.rows() as f64 * costs.row)
    }

    /// The query with reaches dealt out by what its buckets hold; `None` if comparing all hashes costs
    /// less.
    pub(super) fn plan_again(
        &self,
        kernel: Kernel,
        query: &Query,
    ) -> Result<Option<Query>, Corruption> {
        let Some(costs) = self.costs(kernel)? else { return Ok(None) };
        let replanned = self.tables()?.deal_out(query, &costs)?;
        Ok(replanned
            .filter(|(_, cost)| *cost < self.rows() as f64 * costs.row)
            .map(|(query, _)| query))
    }
}

impl Tables<'_> {
    /// The words that a query may meet before it is planned again.
    pub(super) fn crowd(&self, query: &Query) -> usize {
        let even = self.hashes.len() / BUCKETS * query.count().unwrap_or(0);
        (even * CROWDED).max(CROWD)
    }

    /// The words of all buckets that a query visits.
    pub(super) fn words(&self, query: &Query, tables: &[Table<'_>]) -> Result<usize, Corruption> {
        let mut words = 0;
        let mut result = Ok(());
        for (number, table) in tables.iter().enumerate() {
            query.ask(number, 0, |asker| {
                for mask in masks(asker.reach).iter().filter(|mask| **mask & !asker.settled == 0) {
                    match self.extent(table, asker.bucket ^ mask) {
                        Ok(extent) => words += extent.len(),
                        Err(damage) => result = Err(damage),
                    }
                }
            });
        }
        result.map(|()| words)
    }

    /// Deals the reaches out step by step, each to the table where it costs least; what all cost.
    fn deal_out(&self, query: &Query, costs: &Costs) -> Result<Option<(Query, f64)>, Corruption> {
        let tables = self.all()?;
        let mut reaches = Reaches::default();
        let mut steps = [f64::INFINITY; CHUNKS];
        for (number, step) in steps.iter_mut().enumerate() {
            *step = self.step(query, number, &tables[number], 0, costs)?;
        }
        let mut cost = 0.0;
        for _ in 0..=query.wanted.radius {
            let cheapest = (0..steps.len()).min_by(|a, b| steps[*a].total_cmp(&steps[*b]));
            let Some(number) = cheapest.filter(|number| steps[*number].is_finite()) else {
                return Ok(None);
            };
            cost += steps[number];
            let reach = reaches.extend(number, query);
            steps[number] = self.step(query, number, &tables[number], reach, costs)?;
        }
        Ok(Some((query.with_reaches(reaches), cost)))
    }

    /// What it costs to reach one bit farther than this in a table.
    fn step(
        &self,
        query: &Query,
        number: usize,
        table: &Table<'_>,
        reach: u16,
        costs: &Costs,
    ) -> Result<f64, Corruption> {
        if !self.layout.has(number) || u32::from(reach) == MOST_REACH {
            return Ok(f64::INFINITY);
        }
        let (mut buckets, mut words, mut passing) = (0_usize, 0, 0.0);
        let mut result = Ok(());
        query.ask_as(number, 0, (reach + 1, NEXT), |asker| {
            let nearer = masks(reach).len();
            for mask in
                masks(reach + 1)[nearer..].iter().filter(|mask| **mask & !asker.settled == 0)
            {
                let met = self.extent(table, asker.bucket ^ mask).and_then(|extent| {
                    let limit = asker.limit - mask.count_ones() as u16;
                    Ok((extent.len(), self.passing(table, extent, &asker, limit)?))
                });
                match met {
                    Ok(met) => (words, passing) = (words + met.0, passing + met.1),
                    Err(damage) => result = Err(damage),
                }
                buckets += 1;
            }
        });
        result?;
        let words = words as f64 * costs.word * WORDS_APART;
        Ok(buckets as f64 * costs.bucket + words + passing * costs.row * ROWS_APART)
    }

    /// About how many words of a crowded bucket will pass; of others, next to none do.
    fn passing(
        &self,
        table: &Table<'_>,
        words: Range<usize>,
        asker: &Asker,
        limit: u16,
    ) -> Result<f64, Corruption> {
        let (from, looks) = SAMPLED;
        if words.len() <= from {
            return Ok(0.0);
        }
        let mut passed = 0;
        for look in 0..looks {
            let at = words.start + words.len() * look / looks;
            self.check_words(table, at..at + 1)?;
            let word = u16::from_le_bytes(table.buckets.words[at]);
            let bits = ((word ^ asker.word) & asker.known).count_ones();
            passed += usize::from(bits <= u32::from(limit));
        }
        Ok((words.len() * passed) as f64 / looks as f64)
    }
}

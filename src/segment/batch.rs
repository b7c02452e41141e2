//! Many queries at once: each table is walked once from its start to its end for all of them.
//!
//! What the queries ask of a table is sorted by bucket. The buckets are then taken in blocks that stay
//! in the processor's second cache, and within a block mask by mask: those who ask for a bucket of the
//! block with some bits flipped are all in one other block. So nothing is sorted but the queries
//! themselves, whatever the number of buckets that each visits.

use super::Scratch;
use super::layout::BUCKETS;
use super::probes::{Query, masks};
use super::tables::{Table, Tables, WORDS_A_LINE, sort_and_dedup};
use crate::Corruption;
use crate::hamming::{Asker, Kernel, Near, Wanted, prefetch};

/// Buckets that are not told apart when what is asked is sorted: what they hold is near in memory.
const BUCKETS_A_GROUP: usize = 16;
/// Bytes of words that stay in the second cache while a block is walked.
const BLOCK_BYTES: usize = 1 << 17;
/// Words that pass before their rows are compared in full: enough to hide the latency of memory, few
/// enough for the first cache.
const PASSED_A_ROUND: usize = 512;
/// Rows that are kept twice and more often before they are sorted out.
const MOST_UNSORTED: usize = 1 << 20;

impl Tables<'_> {
    /// Appends all rows near each query in one table, with the query's place among them; some come more
    /// than once.
    pub(super) fn near_many(
        &self,
        kernel: Kernel,
        queries: &[Query],
        wanted: &[Wanted],
        number: usize,
        scratch: &mut Scratch,
        near: &mut Vec<(u32, Near)>,
    ) -> Result<(), Corruption> {
        let table = self.table(number)?;
        let reach = scratch.sort_askers(queries, number);
        scratch.passed.clear();
        let mut unsorted = near.len() + MOST_UNSORTED;
        let words = table.buckets.words;
        let dense = scratch.askers.len() * masks(reach).len() * 2 > words.len() / WORDS_A_LINE;
        let bytes_a_bucket = self.hashes.len() / BUCKETS * 2 + 1;
        let fitting = (BLOCK_BYTES / bytes_a_bucket).max(1).ilog2();
        let shift = fitting.clamp(BUCKETS_A_GROUP.ilog2(), BUCKETS.ilog2());
        let mut ahead = 0;
        let masks = masks(reach);
        let blocks = BUCKETS >> shift;
        for block in 0..blocks {
            let mut checked = false;
            for (turn, mask) in masks.iter().enumerate() {
                if dense {
                    // The next block is on its way when it is needed.
                    let end = words.len() * (block * masks.len() + turn + 1)
                        / (blocks * masks.len())
                        + words.len() / blocks;
                    while ahead < end {
                        prefetch(words, ahead);
                        ahead += WORDS_A_LINE;
                    }
                }
                let others = block ^ (usize::from(*mask) >> shift);
                let (first, last) = (others << shift, (others + 1) << shift);
                let place = |bucket: usize| match bucket / BUCKETS_A_GROUP {
                    0 => 0,
                    group => scratch.ends[group - 1] as usize,
                };
                let asking = place(first)..place(last);
                if asking.is_empty() {
                    continue;
                }
                if !checked {
                    let buckets = block << shift..(block + 1) << shift;
                    self.check_buckets(number, &table, buckets)?;
                    checked = true;
                }
                if !dense {
                    for asker in &scratch.askers[asking.clone()] {
                        table.prefetch(asker.bucket ^ *mask);
                    }
                }
                kernel.filter(table.buckets, &scratch.askers[asking], *mask, &mut scratch.passed);
                if scratch.passed.len() >= PASSED_A_ROUND {
                    self.compare_passed(kernel, &table, wanted, scratch, near)?;
                    if near.len() > unsorted {
                        sort_and_dedup(near, 0);
                        unsorted = near.len() * 2 + MOST_UNSORTED;
                    }
                }
            }
        }
        self.compare_passed(kernel, &table, wanted, scratch, near)
    }

    /// Compares in full what passed the filter of one table, and forgets it.
    fn compare_passed(
        &self,
        kernel: Kernel,
        table: &Table<'_>,
        wanted: &[Wanted],
        scratch: &mut Scratch,
        near: &mut Vec<(u32, Near)>,
    ) -> Result<(), Corruption> {
        for round in scratch.passed.chunks_mut(PASSED_A_ROUND) {
            Self::prefetch_rows(table, round);
            for word in &mut *round {
                self.find_row(table, word)?;
            }
            self.compare(kernel, round, wanted, near)?;
        }
        scratch.passed.clear();
        Ok(())
    }
}

impl Scratch {
    /// Sorts what all queries ask of a table by the upper bits of their buckets, by counting, into
    /// `askers`; `ends` then tells where each group of buckets ends. Gives the farthest reach.
    fn sort_askers(&mut self, queries: &[Query], table: usize) -> u16 {
        let Self { ends, askers, .. } = self;
        let group = |asker: Asker| usize::from(asker.bucket) / BUCKETS_A_GROUP;
        ends.clear();
        ends.resize(BUCKETS / BUCKETS_A_GROUP + 1, 0);
        let mut reach = 0;
        // Counted one place to the right; the sums are then starts, and filling makes them ends.
        for query in queries {
            query.ask(table, 0, |asker| {
                ends[group(asker) + 1] += 1;
                reach = reach.max(asker.reach);
            });
        }
        let mut sum = 0;
        for end in &mut *ends {
            sum += *end;
            *end = sum;
        }
        askers.resize(sum as usize, Asker::default());
        for (tag, query) in (0..).zip(queries) {
            query.ask(table, tag, |asker| {
                let end = &mut ends[group(asker)];
                askers[*end as usize] = asker;
                *end += 1;
            });
        }
        reach
    }
}

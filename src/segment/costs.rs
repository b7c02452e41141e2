//! What the ways of searching cost on this machine and in this segment, measured.
//!
//! Whether tables or a comparison of all hashes is faster depends on the processor, its caches and the
//! size of the segment. Mostly one of them is so much better that a rough estimate tells; where it does
//! not, a few made-up queries are timed, once.

use std::hint::black_box;
use std::time::Instant;

use super::arrange::Arranged;
use super::probes::Query;
use super::tables::Tables;
use super::{Scratch, Segment};
use crate::Corruption;
use crate::hamming::{Asker, Buckets, Kernel};
use crate::hash::{Hash256, Radius};

/// Nanoseconds for each step of a search, medians of a few.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Costs {
    /// Visiting a bucket of average size, and what follows from it.
    pub bucket: f64,
    /// Comparing one word of a bucket.
    pub word: f64,
    /// Comparing one whole hash in a scan of all.
    pub row: f64,
}

impl Costs {
    /// What is assumed of any machine until it is measured.
    pub(super) const ASSUMED: Self = Self { bucket: 30.0, word: 0.1, row: 1.0 };
    /// By so many times one way must be better than the other to be chosen without measuring.
    pub(super) const CLEARLY: f64 = 8.0;
}

/// Queries that are timed.
const QUERIES: u8 = 9;
/// Rows and words that are compared: they lie together.
const SAMPLE: usize = 1 << 15;

impl<B: AsRef<[u8]>> Segment<B> {
    /// What searches of its tables cost; measured at the first call, within a millisecond or, where its
    /// bytes must first be read from a disk, as long as that takes. `None` if it has no tables.
    ///
    /// # Errors
    /// [`Corruption`] if bytes that were read on the way are damaged.
    pub fn costs(&self, kernel: Kernel) -> Result<Option<Costs>, Corruption> {
        if self.format().is_none() {
            return Ok(None);
        }
        if self.costs.get().is_none() {
            let costs = self.tables()?.measure(kernel)?;
            // Another thread may have been faster; its answer is as good.
            let _ = self.costs.set(costs);
        }
        Ok(self.costs.get().copied())
    }
}

impl Tables<'_> {
    fn measure(&self, kernel: Kernel) -> Result<Costs, Corruption> {
        let radius = Radius::default();
        let (mut scratch, mut near) = (Scratch::default(), Vec::new());
        let mut buckets = Vec::new();
        for number in 0..QUERIES {
            // Bits of no pattern that a list would have.
            let bytes: Arranged = std::array::from_fn(|at| {
                (number.wrapping_mul(31) ^ at as u8).wrapping_mul(0xa5).rotate_left(at as u32)
            });
            let query = Query::new(0, Hash256::from_bytes(bytes), radius, self.layout.tables);
            let probes = query.count().unwrap_or(1).max(1);
            // The second time counts: by then the bytes have come from the disk.
            for again in [false, true] {
                let start = Instant::now();
                near.clear();
                self.near(kernel, &query, usize::MAX, &mut scratch, &mut near)?;
                if again {
                    buckets.push(nanoseconds(start) / probes as f64);
                }
            }
        }
        let rows = &self.hashes[..self.hashes.len().min(SAMPLE)];
        let place = self.hashes_at..self.hashes_at + rows.len() * 32;
        self.blocks.check(self.bytes, place)?;
        let words: Vec<[u8; 2]> = rows.iter().map(|row| [row[0], row[1]]).collect();
        let offsets = [[0; 4], (words.len() as u32).to_le_bytes()];
        let asker = Asker { reach: 1, known: u16::MAX, limit: 2, ..Asker::default() };
        let (mut hits, mut passed) = (Vec::new(), Vec::new());
        let (mut scans, mut filters) = (Vec::new(), Vec::new());
        for number in 0..QUERIES {
            let start = Instant::now();
            kernel.scan(rows, &[number; 32], radius.get(), &mut hits);
            scans.push(nanoseconds(start) / rows.len() as f64);
            let start = Instant::now();
            let buckets = black_box(Buckets { offsets: &offsets, words: &words });
            kernel.filter(buckets, &[Asker { word: number.into(), ..asker }], 0, &mut passed);
            filters.push(nanoseconds(start) / words.len() as f64);
        }
        Ok(Costs { bucket: median(buckets), word: median(filters), row: median(scans) })
    }
}

fn nanoseconds(since: Instant) -> f64 {
    since.elapsed().as_nanos() as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

//! Preparing what is written of PDQ hashes: rows in their order, and tables that group them by a chunk.

use rayon::prelude::*;
use zerocopy::little_endian::{U16, U32};

use super::arrange::{Arranged, chunk};
use super::layout::{BUCKETS, TableLayout};

/// Distinct hashes by their first chunk, and the entries that have them.
#[derive(Default)]
pub(super) struct SortedRows {
    pub(super) hashes: Vec<Arranged>,
    /// The entries of the first row, those of the second, and so on.
    pub(super) entries: Vec<U32>,
    /// Where the entries of each row end; empty if each has one.
    pub(super) ends: Vec<U32>,
}

impl SortedRows {
    /// Sorts hashes, each with its entry: by the first chunk by counting, then within it on all threads
    /// of the current rayon pool. Takes 44 bytes a hash more until it is done.
    pub(super) fn new(hashes: Vec<Arranged>, entries: &[U32]) -> Self {
        let mut free = ends_by_chunk(&hashes, 0);
        let mut order = vec![0_u32; hashes.len()];
        // From behind, so that ends become starts.
        for (number, hash) in (0..hashes.len() as u32).zip(&hashes).rev() {
            let place = &mut free[usize::from(chunk(hash, 0))];
            *place -= 1;
            order[*place as usize] = number;
        }
        let mut runs = Vec::with_capacity(BUCKETS);
        let mut rest = &mut order[..];
        for bucket in 0..BUCKETS {
            let end = free.get(bucket + 1).map_or(hashes.len(), |start| *start as usize);
            let (run, later) = rest.split_at_mut(end - free[bucket] as usize);
            runs.push(run);
            rest = later;
        }
        let key = |number: &u32| (hashes[*number as usize], *number);
        runs.into_par_iter().for_each(|run| run.sort_unstable_by_key(key));

        let mut rows = Self::default();
        rows.hashes.reserve_exact(hashes.len());
        rows.entries.reserve_exact(hashes.len());
        for (end, number) in (1..).zip(order) {
            let hash = hashes[number as usize];
            if rows.hashes.last() == Some(&hash) {
                rows.ends.pop();
            } else {
                rows.hashes.push(hash);
            }
            rows.ends.push(U32::new(end));
            rows.entries.push(entries[number as usize]);
        }
        if rows.hashes.len() == rows.entries.len() {
            rows.ends = Vec::new();
        }
        rows
    }
}

/// Where each value's rows end, if rows are grouped by a chunk.
fn ends_by_chunk(hashes: &[Arranged], number: usize) -> Vec<u32> {
    let mut ends = vec![0_u32; BUCKETS];
    for hash in hashes {
        ends[usize::from(chunk(hash, number))] += 1;
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    ends
}

/// One table, ready to be written.
pub(super) struct BuiltTable {
    pub(super) offsets: Vec<U32>,
    pub(super) next: Vec<U16>,
    /// As wide as the layout says; none where the rows are in this order themselves.
    pub(super) rows: Vec<u8>,
}

impl BuiltTable {
    /// Groups all rows by their chunk of this number: a counting sort, O(rows).
    pub(super) fn new(hashes: &[Arranged], number: usize, layout: TableLayout) -> Self {
        let ends = ends_by_chunk(hashes, number);
        let offsets: Vec<U32> = [0].into_iter().chain(ends).map(U32::new).collect();
        if number == 0 {
            let next = hashes.iter().map(|hash| U16::new(chunk(hash, 1))).collect();
            return Self { offsets, next, rows: Vec::new() };
        }
        let mut free: Vec<u32> = offsets.iter().map(|offset| offset.get()).collect();
        let width = usize::from(layout.row_width);
        let mut next = vec![U16::ZERO; hashes.len()];
        let mut rows = vec![0; hashes.len() * width];
        for (row, hash) in (0_u32..).zip(hashes) {
            let place = &mut free[usize::from(chunk(hash, number))];
            next[*place as usize] = U16::new(chunk(hash, number + 1));
            let at = *place as usize * width;
            rows[at..at + width].copy_from_slice(&row.to_le_bytes()[..width]);
            *place += 1;
        }
        Self { offsets, next, rows }
    }
}

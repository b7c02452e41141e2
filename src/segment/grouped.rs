//! Building a table: all rows grouped by one chunk, each with its next chunk beside it.

use zerocopy::little_endian::{U16, U32};

use super::arrange::{Arranged, chunk};
use super::layout::BUCKETS;

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

//! Checksums, verified at the first touch of each block.
//!
//! Opening a segment must not cost reading it, and no answer may come from damaged bytes. So each
//! block of the file has its own checksum, and a bit that says whether it has been compared yet. A
//! search asks [`Blocks::check`] before it reads; once all blocks are known to be good, that is one
//! comparison.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::layout::BLOCK;
use crate::{Corruption, Damage};

/// Blocks that one thread verifies in turn.
const BLOCKS_A_RUN: usize = 256;

/// Which blocks of a file have been verified.
#[derive(Debug)]
pub(super) struct Blocks {
    /// A bit a block.
    verified: Box<[AtomicU64]>,
    /// Blocks not yet verified.
    remaining: AtomicUsize,
    /// Where the checksums start, which is where the checked bytes end.
    checksums_at: usize,
}

impl Blocks {
    /// Checks the checksums' own checksum; no block is verified yet.
    pub(super) fn open(bytes: &[u8], checksums_at: u64) -> Result<Self, Corruption> {
        let checksums_at = checksums_at as usize;
        let damaged = Corruption { offset: checksums_at as u64, what: Damage::Checksum };
        let (table, crc) =
            bytes.get(checksums_at..).and_then(<[u8]>::split_last_chunk::<4>).ok_or(damaged)?;
        if crc32fast::hash(table) != u32::from_le_bytes(*crc) {
            return Err(damaged);
        }
        let blocks = table.len() / 4;
        let verified = (0..blocks.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        Ok(Self { verified, remaining: AtomicUsize::new(blocks), checksums_at })
    }

    /// Makes sure that these bytes are as they were written.
    #[inline(always)]
    pub(super) fn check(&self, bytes: &[u8], range: Range<usize>) -> Result<(), Corruption> {
        if range.is_empty() || self.remaining.load(Ordering::Relaxed) == 0 {
            return Ok(());
        }
        let (first, last) = (range.start / BLOCK as usize, (range.end - 1) / BLOCK as usize);
        if last - first <= 1 && self.is_known(first) && self.is_known(last) {
            return Ok(());
        }
        self.check_each(bytes, first, last)
    }

    #[inline(always)]
    fn is_known(&self, block: usize) -> bool {
        let word = self.verified.get(block / 64);
        word.is_some_and(|word| word.load(Ordering::Relaxed) >> (block % 64) & 1 == 1)
    }

    #[cold]
    fn check_each(&self, bytes: &[u8], first: usize, last: usize) -> Result<(), Corruption> {
        for block in first..=last {
            if !self.is_known(block) {
                self.verify(bytes, block)?;
            }
        }
        Ok(())
    }

    /// Compares every block, those that were good before as well: the disk may have changed its mind.
    pub(super) fn verify_all(&self, bytes: &[u8]) -> Result<(), Corruption> {
        // In runs, so that a thread reads what lies together.
        (0..self.checksums_at.div_ceil(BLOCK as usize))
            .into_par_iter()
            .with_min_len(BLOCKS_A_RUN)
            .try_for_each(|block| self.verify(bytes, block))
    }

    #[cold]
    fn verify(&self, bytes: &[u8], block: usize) -> Result<(), Corruption> {
        let start = block * BLOCK as usize;
        let end = (start + BLOCK as usize).min(self.checksums_at);
        let damaged = Corruption { offset: start as u64, what: Damage::Checksum };
        let content = bytes.get(start..end).ok_or(damaged)?;
        let place = self.checksums_at + block * 4;
        let stored = bytes.get(place..).and_then(<[u8]>::first_chunk::<4>).ok_or(damaged)?;
        if crc32fast::hash(content) != u32::from_le_bytes(*stored) {
            return Err(damaged);
        }
        let bit = 1 << (block % 64);
        let word = self.verified.get(block / 64).ok_or(damaged)?;
        if word.fetch_or(bit, Ordering::Relaxed) & bit == 0 {
            self.remaining.fetch_sub(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

//! Exact digests: sorted rows, and a table of where each prefix starts.

use zerocopy::FromBytes;
use zerocopy::little_endian::U32;

use super::blocks::Blocks;
use super::layout::prefix_bits;
use crate::{Corruption, Damage};

/// The leading bits of a digest, as a number.
pub(super) fn prefix(digest: &[u8], bits: u32) -> u32 {
    let high = digest.first().copied().map_or(0, u32::from);
    let low = digest.get(1).copied().map_or(0, u32::from);
    (high << 8 | low) >> (16 - bits)
}

/// The digests of one kind in a segment.
pub(super) struct Digests<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) blocks: &'a Blocks,
    pub(super) width: usize,
    pub(super) count: u64,
    pub(super) values_at: usize,
    pub(super) prefixes_at: usize,
}

impl Digests<'_> {
    /// Appends the entries that have exactly this digest. O(log of the digests that share a prefix).
    pub(super) fn find(&self, digest: &[u8], entries: &mut Vec<u32>) -> Result<(), Corruption> {
        if self.count == 0 || digest.len() != self.width {
            return Ok(());
        }
        let place = self.prefixes_at + prefix(digest, prefix_bits(self.count)) as usize * 4;
        let bounds = self.read(place, 8)?;
        let damaged = Corruption { offset: place as u64, what: Damage::Range("prefix") };
        let [start, end] = <[U32; 2]>::read_from_bytes(bounds).map_err(|_| damaged)?.map(U32::get);
        if start > end || u64::from(end) > self.count {
            return Err(damaged);
        }
        let (mut low, mut high) = (start, end);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.row(middle)?.0 < digest { low = middle + 1 } else { high = middle }
        }
        for row in low..end {
            let (value, entry) = self.row(row)?;
            if value != digest {
                break;
            }
            entries.push(entry);
        }
        Ok(())
    }

    /// A digest and its entry.
    pub(super) fn row(&self, number: u32) -> Result<(&[u8], u32), Corruption> {
        let place = self.values_at + number as usize * (self.width + 4);
        let row = self.read(place, self.width + 4)?;
        match row.split_last_chunk() {
            Some((value, entry)) => Ok((value, u32::from_le_bytes(*entry))),
            None => Err(Corruption { offset: place as u64, what: Damage::Range("digest") }),
        }
    }

    fn read(&self, place: usize, len: usize) -> Result<&[u8], Corruption> {
        self.blocks.check(self.bytes, place..place + len)?;
        let damaged = Corruption { offset: place as u64, what: Damage::Range("digest") };
        self.bytes.get(place..place + len).ok_or(damaged)
    }
}

//! The nearest entries, however far: all hashes are compared, within a bound that shrinks.

use super::Segment;
use super::arrange::arrange;
#[cfg(feature = "hnsw")]
use super::arrange::restore;
#[cfg(feature = "hnsw")]
use super::layout::Section;
use super::search::{NearEntry, ROWS_A_ROUND, Scratch};
use crate::Corruption;
use crate::hamming::Kernel;
use crate::hash::Hash256;

impl<B: AsRef<[u8]>> Segment<B> {
    /// Calls `found` with each entry that is at most `bound` bits from any of these hashes, and the
    /// distance. What that gives is the bound from there on; `None` ends the search.
    ///
    /// Gives the last bound. An entry may be found once for each hash.
    ///
    /// # Errors
    /// [`Corruption`] if bytes that were read on the way are damaged.
    pub fn nearest(
        &self,
        kernel: Kernel,
        hashes: &[Hash256],
        mut bound: u32,
        scratch: &mut Scratch,
        found: &mut dyn FnMut(NearEntry) -> Option<u32>,
    ) -> Result<Option<u32>, Corruption> {
        let hits = &mut scratch.scanned;
        let rounds = self.checked_hashes()?.chunks(ROWS_A_ROUND);
        for (start, rows) in (0..).step_by(ROWS_A_ROUND).zip(rounds) {
            for query in hashes.iter().map(arrange) {
                hits.clear();
                kernel.scan(rows, &query, bound, hits);
                for hit in hits.iter() {
                    for entry in self.pdq_entries(start + hit.row)? {
                        if hit.distance > bound {
                            break;
                        }
                        match found(NearEntry { entry, distance: hit.distance }) {
                            Some(next) => bound = next,
                            None => return Ok(None),
                        }
                    }
                }
            }
        }
        Ok(Some(bound))
    }

    /// The hash of a row and its entries.
    #[cfg(feature = "hnsw")]
    pub(crate) fn pdq_row(
        &self,
        row: u32,
    ) -> Result<(Hash256, impl Iterator<Item = u32> + '_), Corruption> {
        let hash = self.item::<[u8; 32]>(Section::PdqHashes, row)?;
        Ok((restore(&hash), self.pdq_entries(row)?))
    }
}

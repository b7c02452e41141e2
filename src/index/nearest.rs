//! The nearest entries, however far: for whoever explores. What matches is told by the radius alone.

use std::collections::BinaryHeap;

use super::search::{EntryRef, Hit, Searcher};
use crate::Result;
use crate::hash::{Hash256, Radius};
use crate::segment::Entry;

/// The greatest distance of two hashes.
const FARTHEST: u32 = 256;

impl Searcher {
    /// The `k` live entries nearest to a hash, nearest first: exactly those, and of those equally far the
    /// first ones of the index. Fewer only if there are no more.
    ///
    /// If fewer than `k` are within [`Radius::default`], all hashes are compared.
    ///
    /// # Errors
    /// As [`Searcher::within`].
    ///
    /// ```
    /// use tutela::hash::Hash256;
    /// use tutela::scan::load_lists;
    ///
    /// let index = load_lists(&["testdata/known.csv"])?;
    /// let mut searcher = index.searcher();
    /// let nearest = searcher.nearest(&Hash256::from_bytes([0x55; 32]), 3)?;
    /// assert_eq!(nearest.len(), 3);
    /// assert!(nearest.is_sorted_by_key(|hit| hit.distance));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn nearest(&mut self, hash: &Hash256, k: usize) -> Result<Vec<Hit>> {
        self.nearest_of(hash, k, &|_| true)
    }

    /// The same among the entries that are wanted.
    ///
    /// # Errors
    /// As [`Searcher::within`].
    pub fn nearest_of(
        &mut self,
        hash: &Hash256,
        k: usize,
        wanted: &dyn Fn(Entry<'_>) -> bool,
    ) -> Result<Vec<Hit>> {
        let mut nearest = Nearest::new(k);
        for hit in self.within(hash, Radius::default())? {
            if nearest.is_full() {
                break;
            }
            if wanted(self.entry(hit.entry)?) {
                nearest.add(hit);
            }
        }
        if nearest.is_full() {
            return Ok(nearest.into_sorted());
        }
        let mut nearest = Nearest::new(k);
        for (number, part) in (0..).zip(&*self.parts) {
            let Some(bound) = nearest.bound() else { break };
            let mut damage = None;
            part.segment
                .nearest(self.kernel, &[*hash], bound, &mut self.scratch, &mut |near| {
                    let entry = EntryRef { part: number, entry: near.entry };
                    let hit = Hit { distance: near.distance, entry };
                    if nearest.takes(hit) && !part.is_dead(near.entry) {
                        match part.segment.entry(near.entry) {
                            Ok(entry) => {
                                if wanted(entry) {
                                    nearest.add(hit);
                                }
                            }
                            Err(error) => {
                                damage = Some(error);
                                return None;
                            }
                        }
                    }
                    nearest.bound()
                })
                .and_then(|_| damage.map_or(Ok(()), Err))
                .map_err(|damage| part.corrupt(damage))?;
        }
        Ok(nearest.into_sorted())
    }

    /// The least distance of any live entry to any of these hashes, by comparing every one; `None` if no
    /// entry has a PDQ hash.
    ///
    /// # Errors
    /// As [`Searcher::within`].
    pub fn least_distance(&mut self, hashes: &[Hash256]) -> Result<Option<u32>> {
        let (mut least, mut bound) = (None, Some(FARTHEST));
        for part in &*self.parts {
            let Some(within) = bound else { break };
            bound = part
                .segment
                .nearest(self.kernel, hashes, within, &mut self.scratch, &mut |near| {
                    if !part.is_dead(near.entry) {
                        least = Some(near.distance);
                    }
                    least.map_or(Some(FARTHEST), |bits| bits.checked_sub(1))
                })
                .map_err(|damage| part.corrupt(damage))?;
        }
        Ok(least)
    }
}

/// The least of many hits.
struct Nearest {
    /// The worst on top.
    heap: BinaryHeap<Hit>,
    wanted: usize,
}

impl Nearest {
    fn new(wanted: usize) -> Self {
        Self { heap: BinaryHeap::new(), wanted }
    }

    fn is_full(&self) -> bool {
        self.heap.len() >= self.wanted
    }

    /// How far a hit may be to count; `None` if none is wanted.
    fn bound(&self) -> Option<u32> {
        if self.is_full() { self.heap.peek().map(|worst| worst.distance) } else { Some(FARTHEST) }
    }

    fn takes(&self, hit: Hit) -> bool {
        !self.is_full() || self.heap.peek().is_some_and(|worst| hit < *worst)
    }

    fn add(&mut self, hit: Hit) {
        if self.takes(hit) {
            self.heap.push(hit);
            if self.heap.len() > self.wanted {
                self.heap.pop();
            }
        }
    }

    fn into_sorted(self) -> Vec<Hit> {
        self.heap.into_sorted_vec()
    }
}

//! Asking a snapshot: what is near a hash, what is equal to a digest, what is known of an entry.

use std::sync::Arc;

use super::part::Part;
use super::policy::Policies;
use crate::Result;
use crate::hamming::Kernel;
use crate::hash::{Hash256, PartialHash, Radius, Signal};
use crate::segment::{Entry, NearEntry, Scratch, Threads};

/// Names an entry within one snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryRef {
    pub(super) part: u32,
    pub(super) entry: u32,
}

impl EntryRef {
    /// The same as one number, for tables and other languages.
    pub fn number(self) -> u64 {
        u64::from(self.part) << 32 | u64::from(self.entry)
    }

    /// The entry of a number. [`Searcher::has`] tells whether there is one.
    pub fn from_number(number: u64) -> Self {
        Self { part: (number >> 32) as u32, entry: number as u32 }
    }
}

/// An entry whose hash is within the radius. Ordered by distance, then by place in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Bits in which the hashes differ.
    pub distance: u32,
    /// The entry.
    pub entry: EntryRef,
}

/// Searches a snapshot with buffers of its own: clone it for each thread.
#[derive(Clone, Debug)]
pub struct Searcher {
    pub(super) parts: Arc<[Arc<Part>]>,
    policies: Arc<Policies>,
    pub(super) kernel: Kernel,
    threads: Threads,
    pub(super) scratch: Scratch,
    near: Vec<NearEntry>,
    entries: Vec<u32>,
}

impl Searcher {
    pub(super) fn new(parts: Arc<[Arc<Part>]>, policies: Arc<Policies>) -> Self {
        let (scratch, near, entries) = Default::default();
        let (kernel, threads) = (Kernel::detect(), Threads::One);
        Self { parts, policies, kernel, threads, scratch, near, entries }
    }

    /// Uses another kernel than the fastest: for tests and measurements.
    pub fn with_kernel(mut self, kernel: Kernel) -> Self {
        self.kernel = kernel;
        self
    }

    /// Spreads large batches over the threads of the rayon pool in which they are asked. Answers stay
    /// the same; single searches stay on one thread.
    pub fn in_parallel(mut self) -> Self {
        self.threads = Threads::Pool;
        self
    }

    /// The kernel in use.
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// The policies of the banks. Searches do not apply them: whoever asks does.
    pub fn policies(&self) -> &Policies {
        &self.policies
    }

    /// All live entries whose PDQ hash is within the radius: exactly those, nearest first.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] if bytes that were read on the way are damaged: no answer is better
    /// than one that may lack a match.
    pub fn within(&mut self, hash: &Hash256, radius: Radius) -> Result<Vec<Hit>> {
        let mut hits = Vec::new();
        for (number, part) in (0..).zip(&*self.parts) {
            self.near.clear();
            part.segment
                .within(self.kernel, hash, radius, &mut self.scratch, &mut self.near)
                .map_err(|damage| part.corrupt(damage))?;
            hits.extend(self.near.iter().filter_map(|near| live_hit(part, number, *near)));
        }
        hits.sort_unstable();
        Ok(hits)
    }

    /// The same for many hashes at once, the answer to each at its place. Costs far less a hash.
    ///
    /// Hashes may have unknown bits ([`PartialHash`]): an entry is then found if it is within the
    /// radius of any hash with the known bits, and its distance is that in the known bits. Each
    /// unknown bit adds to the cost.
    ///
    /// # Errors
    /// As [`Searcher::within`].
    pub fn within_many<H: Copy + Into<PartialHash>>(
        &mut self,
        hashes: &[H],
        radius: Radius,
    ) -> Result<Vec<Vec<Hit>>> {
        let (kernel, threads) = (self.kernel, self.threads);
        let mut hits = vec![Vec::new(); hashes.len()];
        for (number, part) in (0..).zip(&*self.parts) {
            let hashes = hashes.iter().map(|hash| (*hash).into());
            part.segment
                .within_many(
                    kernel,
                    hashes,
                    radius,
                    threads,
                    &mut self.scratch,
                    &mut |query, near| {
                        hits[query].extend(live_hit(part, number, near));
                    },
                )
                .map_err(|damage| part.corrupt(damage))?;
        }
        hits.iter_mut().for_each(|hits| hits.sort_unstable());
        Ok(hits)
    }

    /// About what a search costs, in comparisons of whole hashes: at most as many as there are, and the
    /// same on every machine.
    pub fn cost(&self, hash: impl Into<PartialHash>, radius: Radius) -> u64 {
        let hash = hash.into();
        self.parts.iter().map(|part| part.segment.cost(hash, radius)).sum()
    }

    /// Calls `near` with the number of each hash that has a live entry within the radius, once for
    /// each entry. What it finds is what [`Searcher::within_many`] finds, without collecting it.
    ///
    /// # Errors
    /// As [`Searcher::within`].
    pub fn near_any(
        &mut self,
        hashes: &[PartialHash],
        radius: Radius,
        near: &mut dyn FnMut(usize),
    ) -> Result<()> {
        let (kernel, threads) = (self.kernel, self.threads);
        for part in &*self.parts {
            let hashes = hashes.iter().copied();
            part.segment
                .within_many(
                    kernel,
                    hashes,
                    radius,
                    threads,
                    &mut self.scratch,
                    &mut |query, hit| {
                        if !part.is_dead(hit.entry) {
                            near(query);
                        }
                    },
                )
                .map_err(|damage| part.corrupt(damage))?;
        }
        Ok(())
    }

    /// All live entries with exactly this digest; for [`Signal::Pdq`], with this very hash.
    ///
    /// # Errors
    /// As [`Searcher::within`].
    pub fn exact(&mut self, signal: Signal, value: &[u8]) -> Result<Vec<EntryRef>> {
        let mut found = Vec::new();
        for (number, part) in (0..).zip(&*self.parts) {
            self.entries.clear();
            part.segment
                .exact(self.kernel, signal, value, &mut self.scratch, &mut self.entries)
                .map_err(|damage| part.corrupt(damage))?;
            let live = self.entries.iter().filter(|entry| !part.is_dead(**entry));
            found.extend(live.map(|entry| EntryRef { part: number, entry: *entry }));
        }
        found.sort_unstable();
        Ok(found)
    }

    /// Whether this snapshot has such an entry, removed ones included.
    pub fn has(&self, entry: EntryRef) -> bool {
        self.parts.get(entry.part as usize).is_some_and(|part| entry.entry < part.segment.len())
    }

    /// What is known of an entry of this snapshot.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] if its bytes are damaged.
    ///
    /// # Panics
    /// If the reference is of another snapshot with more segments.
    pub fn entry(&self, entry: EntryRef) -> Result<Entry<'_>> {
        let part = &self.parts[entry.part as usize];
        part.segment.entry(entry.entry).map_err(|damage| part.corrupt(damage))
    }
}

fn live_hit(part: &Part, number: u32, near: NearEntry) -> Option<Hit> {
    let entry = EntryRef { part: number, entry: near.entry };
    (!part.is_dead(near.entry)).then_some(Hit { distance: near.distance, entry })
}

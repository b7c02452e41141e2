//! Removing entries, and finding those that are meant.

use rayon::prelude::*;

use super::dead::Dead;
use super::search::EntryRef;
use super::writer::IndexWriter;
use crate::Result;
use crate::hash::{Signal, Signals};

/// Removals by id for which the ids are looked through; for more, a table of them is made.
const LOOKED_THROUGH: u32 = 8;

impl IndexWriter {
    /// Marks the bank's committed entries with this id for removal; how many there are.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] if the index is damaged.
    pub fn remove_id(&mut self, bank: &str, id: &str) -> Result<u64> {
        let mut removed = 0;
        for entry in self.find_id(bank, id)? {
            let known = self.searcher.entry(entry)?;
            if known.bank == bank && known.id == id {
                removed += u64::from(self.kill(entry));
            }
        }
        self.counts.removed += removed;
        Ok(removed)
    }

    /// The entries that may have this bank and id.
    fn find_id(&mut self, bank: &str, id: &str) -> Result<Vec<EntryRef>> {
        if self.ids.is_none() && self.removals < LOOKED_THROUGH {
            self.removals += 1;
            let parts: Vec<_> = (0..).zip(&*self.index.parts).collect();
            let look = |(number, part): (u32, &std::sync::Arc<super::part::Part>)| {
                let mut found = Vec::new();
                let add = |entry| found.push(EntryRef { part: number, entry });
                part.segment.find_id(id, add).map_err(|damage| part.corrupt(damage))?;
                Ok(found)
            };
            let found: Result<Vec<_>> =
                self.threads.install(|| parts.into_par_iter().map(look).collect());
            return Ok(found?.into_iter().flatten().collect());
        }
        let ids = match self.ids.take() {
            Some(ids) => ids,
            None => self.hash_ids()?,
        };
        let hash = self.hash_id(bank, id);
        let first = ids.partition_point(|(other, _)| *other < hash);
        let equal = ids[first..].iter().take_while(|(other, _)| *other == hash);
        let found = equal.map(|(_, entry)| *entry).collect();
        self.ids = Some(ids);
        Ok(found)
    }

    fn hash_ids(&self) -> Result<Vec<(u64, EntryRef)>> {
        let mut ids = Vec::new();
        for entry in self.live() {
            let known = self.searcher.entry(entry)?;
            ids.push((self.hash_id(known.bank, known.id), entry));
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// Marks the bank's committed entries that have all of these signals for removal; how many there
    /// are.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] if the index is damaged.
    pub fn remove_signals(&mut self, bank: &str, signals: &Signals) -> Result<u64> {
        let found = self.find_signals(bank, signals)?;
        let removed = found.into_iter().map(|entry| u64::from(self.kill(entry))).sum();
        self.counts.removed += removed;
        Ok(removed)
    }

    /// Marks all committed entries of a bank for removal; how many there are.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] if the index is damaged.
    pub fn remove_bank(&mut self, bank: &str) -> Result<u64> {
        let mut removed = 0;
        for entry in self.live().collect::<Vec<_>>() {
            if self.searcher.entry(entry)?.bank == bank {
                removed += u64::from(self.kill(entry));
            }
        }
        self.counts.removed += removed;
        Ok(removed)
    }

    fn live(&self) -> impl Iterator<Item = EntryRef> + '_ {
        let parts = (0..).zip(&*self.index.parts);
        parts
            .flat_map(|(part, segment)| segment.live().map(move |entry| EntryRef { part, entry }))
            .filter(|entry| !self.is_dead(*entry))
    }

    pub(super) fn is_dead(&self, entry: EntryRef) -> bool {
        self.dead[entry.part as usize].as_ref().is_some_and(|dead| dead.contains(entry.entry))
    }

    /// Marks an entry as removed; false if it was so before, or was added again since the last commit.
    pub(super) fn kill(&mut self, entry: EntryRef) -> bool {
        if self.kept.contains(&entry) {
            return false;
        }
        let entries = self.index.parts[entry.part as usize].segment.len();
        self.dead[entry.part as usize]
            .get_or_insert_with(|| Dead::none(entries))
            .insert(entry.entry)
    }

    /// The live entries of a bank that have all of these signals.
    pub(super) fn find_signals(&mut self, bank: &str, signals: &Signals) -> Result<Vec<EntryRef>> {
        // What a look-up costs besides what it finds, measured in entries.
        self.effort += 8;
        let mut found: Option<Vec<EntryRef>> = None;
        // Digests first: they cost less, and mostly nothing is left after them.
        for signal in Signal::ALL.into_iter().rev() {
            let Some(value) = signals.get(signal) else { continue };
            if found.as_ref().is_some_and(Vec::is_empty) {
                break;
            }
            let with_this = self.searcher.exact(signal, value)?;
            self.effort += with_this.len() as u64;
            if signal == Signal::Pdq {
                let scanned =
                    self.index.parts.iter().filter(|part| part.segment.format().is_none());
                self.effort += scanned.map(|part| part.segment.count(signal)).sum::<u64>() / 64;
            }
            match &mut found {
                Some(found) => found.retain(|entry| with_this.binary_search(entry).is_ok()),
                None => found = Some(with_this),
            }
        }
        let mut found = found.unwrap_or_default();
        found.retain(|entry| !self.is_dead(*entry));
        let mut of_bank = Vec::new();
        for entry in found {
            if self.searcher.entry(entry)?.bank == bank {
                of_bank.push(entry);
            }
        }
        Ok(of_bank)
    }
}

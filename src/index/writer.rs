//! The one writer of an index: adding, removing, committing, compacting.

use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::dead::Dead;
use super::identities::{Identities, Known};
use super::leftovers::refuse_lost_manifest;
use super::memory::threads;
use super::part::Part;
use super::policy::{Policies, Policy};
use super::search::{EntryRef, Searcher};
use super::snapshot::Index;
use crate::hash::{Signal, Signals};
use crate::segment::{Format, NewEntry, SegmentBuilder};
use crate::{Error, Result};

/// The file whose lock is the right to write.
const LOCK: &str = "lock";
/// Segments below this many entries are merged once there are [`MANY_SMALL`] of them, so that many
/// small commits do not slow down searches.
const SMALL: u32 = 32_768;
/// See [`SMALL`].
const MANY_SMALL: usize = 8;

/// What a commit changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Commit {
    /// Entries added.
    pub added: u64,
    /// Entries that were there already: same bank, id, label and signals.
    pub unchanged: u64,
    /// Entries that took the place of one with the same bank, id and signals but another label.
    pub replaced: u64,
    /// Entries removed.
    pub removed: u64,
}

/// The one writer of an index; holds its lock while it lives.
///
/// Nothing that it does is visible before [`IndexWriter::commit`], which makes all of it durable and
/// visible at once, or nothing. Removals act on what was committed before; what is added between two
/// commits stays, in whichever order the calls come.
#[derive(Debug)]
pub struct IndexWriter {
    pub(super) dir: PathBuf,
    _lock: File,
    pub(super) index: Index,
    searcher: Searcher,
    pub(super) threads: rayon::ThreadPool,
    pub(super) builder: SegmentBuilder,
    /// Removals by segment of `index`, on top of those that are committed.
    pub(super) dead: Vec<Option<Dead>>,
    /// Those of the entries in `builder`.
    pub(super) identities: Identities,
    /// The committed entries by what tells them apart; made when looking them up one by one has cost
    /// as much.
    known: Option<Known>,
    /// What looking up one by one has cost since the last commit, in entries looked at.
    effort: u64,
    /// Committed entries that were added again: no removal takes them.
    kept: HashSet<EntryRef>,
    /// Those that hold after the commit.
    pub(super) policies: Policies,
    /// Live entries by the hash of bank and id; made at the first removal by id.
    ids: Option<Vec<(u64, EntryRef)>>,
    hasher: RandomState,
    pub(super) counts: Commit,
    pub(super) format: Format,
}

impl IndexWriter {
    /// Opens the index in a folder for writing; makes the folder if there is none, and the index at
    /// the first commit.
    ///
    /// # Errors
    /// [`Error::Locked`] if another writer is at work, [`Error::ManifestLost`] if there are segments
    /// without a manifest; otherwise as [`Index::open`].
    pub fn open_or_create(dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir).map_err(Error::io("create", dir))?;
        let lock = lock(dir)?;
        match Index::open(dir) {
            Ok(index) => Self::new(dir, lock, index),
            Err(Error::NotAnIndex { .. }) => {
                refuse_lost_manifest(dir)?;
                Self::new(dir, lock, Index::empty(dir))
            }
            Err(error) => Err(error),
        }
    }

    /// Opens an index that must exist.
    ///
    /// # Errors
    /// [`Error::NotAnIndex`] if there is none; otherwise as [`IndexWriter::open_or_create`].
    pub fn open(dir: &Path) -> Result<Self> {
        // Before the lock, which would leave its file in a folder that is no index.
        Index::open(dir)?;
        let lock = lock(dir)?;
        Self::new(dir, lock, Index::open(dir)?)
    }

    fn new(dir: &Path, lock: File, index: Index) -> Result<Self> {
        let threads = threads().map_err(Error::io("start threads for", dir))?;
        let (builder, identities, kept, hasher, counts) = Default::default();
        let (known, effort) = Default::default();
        let mut writer = Self {
            dir: dir.to_owned(),
            _lock: lock,
            searcher: index.searcher(),
            dead: Vec::new(),
            index,
            threads,
            builder,
            identities,
            known,
            effort,
            kept,
            policies: Policies::default(),
            ids: None,
            hasher,
            counts,
            format: Format::default(),
        };
        let largest = writer.index.parts.iter().max_by_key(|part| part.segment.rows());
        writer.format = largest.and_then(|part| part.segment.format()).unwrap_or_default();
        writer.reset();
        Ok(writer)
    }

    /// Forgets what was not committed.
    fn reset(&mut self) {
        self.searcher = self.index.searcher();
        self.builder = SegmentBuilder::default();
        self.dead = self.index.parts.iter().map(|part| part.dead.clone()).collect();
        self.identities = Identities::default();
        self.known = None;
        self.effort = 0;
        self.kept.clear();
        self.policies = Policies::clone(&self.index.policies);
        self.ids = None;
        self.counts = Commit::default();
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Adds an entry. One that is there already is not added again; where only category or tags
    /// differ from what is committed, the new ones take the place of the old.
    ///
    /// # Errors
    /// [`Error::TooLarge`] where the format's numbers end; [`Error::Corrupt`] if the index is damaged.
    pub fn add(&mut self, new: &NewEntry<'_>) -> Result<()> {
        let equal = self.find_equal(new)?;
        for old in &equal {
            let entry = self.searcher.entry(*old)?;
            if entry.category == new.category && entry.tags == *new.tags {
                self.counts.unchanged += 1;
                self.kept.insert(*old);
                return Ok(());
            }
        }
        let replaced = equal.into_iter().filter(|old| self.kill(*old)).count();
        self.builder.add(new)?;
        self.identities.push(new);
        let count = if replaced > 0 { &mut self.counts.replaced } else { &mut self.counts.added };
        *count += 1;
        Ok(())
    }

    /// The live, committed entries with this bank, id and these signals, no more and no fewer.
    fn find_equal(&mut self, new: &NewEntry<'_>) -> Result<Vec<EntryRef>> {
        if self.index.parts.is_empty() {
            return Ok(Vec::new());
        }
        if self.known.is_none() && self.effort > self.index.len() {
            let parts = &self.index.parts;
            self.known = Some(self.threads.install(|| Known::of(parts))?);
        }
        if let Some(known) = &mut self.known {
            let mut equal = known.equal(new);
            equal.retain(|entry| !self.is_dead(*entry));
            return Ok(equal);
        }
        let mut equal = Vec::new();
        for entry in self.find_signals(new.bank, &new.signals)? {
            if self.searcher.entry(entry)?.id == new.id && self.has_only(entry, &new.signals)? {
                equal.push(entry);
            }
        }
        Ok(equal)
    }

    /// The live entries of a bank that have all of these signals.
    fn find_signals(&mut self, bank: &str, signals: &Signals) -> Result<Vec<EntryRef>> {
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
                let without_tables = |part: &&Arc<Part>| part.segment.count(signal) < SMALL.into();
                let flat = self.index.parts.iter().filter(without_tables);
                self.effort += flat.map(|part| part.segment.count(signal)).sum::<u64>() / 64;
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

    fn has_only(&self, entry: EntryRef, signals: &Signals) -> Result<bool> {
        let part = &self.index.parts[entry.part as usize];
        for signal in Signal::ALL {
            let has = part.segment.has_signal(entry.entry, signal);
            if has.map_err(|damage| part.corrupt(damage))? != signals.get(signal).is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Which tables the segments that it writes get: at first, those that the largest one has. A segment
    /// that stands keeps its own until it is compacted.
    pub fn set_format(&mut self, format: Format) {
        self.format = format;
    }

    /// The policy of a bank, to be changed; it holds from the commit on, and without any entry too.
    pub fn policy(&mut self, bank: &str) -> &mut Policy {
        self.policies.entry(bank)
    }

    /// Marks the bank's committed entries with this id for removal; how many there are.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if the index is damaged.
    pub fn remove_id(&mut self, bank: &str, id: &str) -> Result<u64> {
        let ids = match self.ids.take() {
            Some(ids) => ids,
            None => self.hash_ids()?,
        };
        let hash = self.hasher.hash_one((bank, id));
        let first = ids.partition_point(|(other, _)| *other < hash);
        let mut removed = 0;
        for (_, entry) in ids[first..].iter().take_while(|(other, _)| *other == hash) {
            let known = self.searcher.entry(*entry)?;
            if known.bank == bank && known.id == id {
                removed += u64::from(self.kill(*entry));
            }
        }
        self.ids = Some(ids);
        self.counts.removed += removed;
        Ok(removed)
    }

    fn hash_ids(&self) -> Result<Vec<(u64, EntryRef)>> {
        let mut ids = Vec::new();
        for entry in self.live() {
            let known = self.searcher.entry(entry)?;
            ids.push((self.hasher.hash_one((known.bank, known.id)), entry));
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// Marks the bank's committed entries that have all of these signals for removal; how many there
    /// are.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if the index is damaged.
    pub fn remove_signals(&mut self, bank: &str, signals: &Signals) -> Result<u64> {
        let found = self.find_signals(bank, signals)?;
        let removed = found.into_iter().map(|entry| u64::from(self.kill(entry))).sum();
        self.counts.removed += removed;
        Ok(removed)
    }

    /// Marks all committed entries of a bank for removal; how many there are.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if the index is damaged.
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

    fn is_dead(&self, entry: EntryRef) -> bool {
        self.dead[entry.part as usize].as_ref().is_some_and(|dead| dead.contains(entry.entry))
    }

    /// Marks an entry as removed; false if it was so before, or was added again since the last commit.
    fn kill(&mut self, entry: EntryRef) -> bool {
        if self.kept.contains(&entry) {
            return false;
        }
        let entries = self.index.parts[entry.part as usize].segment.len();
        self.dead[entry.part as usize]
            .get_or_insert_with(|| Dead::none(entries))
            .insert(entry.entry)
    }

    /// Makes all of it durable and visible, or nothing. Readers see it when they open or reload.
    ///
    /// # Errors
    /// [`Error::Io`] where the system refuses (a full disk); [`Error::Cancelled`]. The index is then
    /// what it was, and the changes are dropped; only if the very last step failed, which makes the
    /// new manifest durable, the changes are visible and may not outlive a crash.
    pub fn commit(&mut self, cancel: &AtomicBool) -> Result<Commit> {
        let small = |part: &Part| part.segment.len() < SMALL;
        let smalls = self.index.parts.iter().filter(|part| small(part)).count();
        let result = self.publish(cancel, |part| smalls >= MANY_SMALL && small(part));
        let counts = self.counts;
        self.start_again(&result);
        result.map(|()| counts)
    }

    /// Commits, merging all segments into one without the removed entries.
    ///
    /// # Errors
    /// As [`IndexWriter::commit`].
    pub fn compact(&mut self, cancel: &AtomicBool) -> Result<()> {
        let result = self.publish(cancel, |_| true);
        self.start_again(&result);
        result
    }

    /// After a failure the disk tells what holds: the manifest may have been replaced before it.
    fn start_again(&mut self, result: &Result<()>) {
        if result.is_err() {
            // Where even this fails, nothing else of the index can be read or written either.
            let _ = self.index.reload();
        }
        self.reset();
    }
}

fn lock(dir: &Path) -> Result<File> {
    let path = dir.join(LOCK);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(Error::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Locked { path: dir.to_owned() }),
        Err(TryLockError::Error(error)) => Err(Error::io("lock", &path)(error)),
    }
}

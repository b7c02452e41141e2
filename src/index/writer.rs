//! The one writer of an index: adding, removing, committing, compacting.

use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::dead::Dead;
use super::identities::Known;
use super::leftovers::refuse_lost_manifest;
use super::memory::threads;
use super::merge::{Merge, due, is_small};
use super::pending::Pending;
use super::policy::{Policies, Policy};
use super::search::{EntryRef, Searcher};
use super::snapshot::Index;
use crate::hash::{Signal, Signals};
use crate::segment::{Format, NewEntry};
use crate::{Error, Result};

/// The file whose lock is the right to write.
const LOCK: &str = "lock";
/// A commit of fewer entries takes in the small segments, once there are [`MANY_SMALL`] of them.
const MERGED_WITH: usize = 1 << 16;
/// See [`MERGED_WITH`].
const MANY_SMALL: usize = 3;
/// Segments that were merged in the background are numbered from here.
const MERGED: u64 = 1_000_000;
/// One of the largest, and one that need not wait for it.
const MERGES_AT_ONCE: usize = 2;
/// How long the end of a merge may go unnoticed.
const A_MOMENT: Duration = Duration::from_millis(10);

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
    pub(super) searcher: Searcher,
    pub(super) threads: Arc<rayon::ThreadPool>,
    pub(super) pending: Pending,
    /// What is merged in the background, and how many merges have begun.
    pub(super) merges: Vec<Merge>,
    merges_begun: u64,
    /// Removals by segment of `index`, on top of those that are committed.
    pub(super) dead: Vec<Option<Dead>>,
    /// The committed entries by what tells them apart; made when looking them up one by one has cost
    /// as much.
    known: Option<Known>,
    /// What looking up one by one has cost since the last commit, in entries looked at.
    pub(super) effort: u64,
    /// Committed entries that were added again: no removal takes them.
    pub(super) kept: HashSet<EntryRef>,
    /// Those that hold after the commit.
    pub(super) policies: Policies,
    /// Live entries by the hash of bank and id; made when many are removed by id.
    pub(super) ids: Option<Vec<(u64, EntryRef)>>,
    /// Removals by id since the last commit.
    pub(super) removals: u32,
    hasher: RandomState,
    pub(super) counts: Commit,
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
        let threads = Arc::new(threads().map_err(Error::io("start threads for", dir))?);
        let mut pending = Pending::new(dir, &threads);
        let largest = index.parts.iter().max_by_key(|part| part.segment.rows());
        pending.format = largest.and_then(|part| part.segment.format()).unwrap_or_default();
        let mut writer = Self {
            dir: dir.to_owned(),
            _lock: lock,
            searcher: index.searcher(),
            dead: Vec::new(),
            index,
            threads,
            pending,
            merges: Vec::new(),
            merges_begun: 0,
            known: None,
            effort: 0,
            kept: HashSet::new(),
            policies: Policies::default(),
            ids: None,
            removals: 0,
            hasher: RandomState::new(),
            counts: Commit::default(),
        };
        writer.reset();
        Ok(writer)
    }

    /// Forgets what was not committed.
    fn reset(&mut self) {
        self.searcher = self.index.searcher();
        self.pending.start_again(Some(&self.index));
        self.dead = self.index.parts.iter().map(|part| part.dead.clone()).collect();
        self.known = None;
        self.effort = 0;
        self.kept.clear();
        self.policies = Policies::clone(&self.index.policies);
        self.ids = None;
        self.removals = 0;
        self.counts = Commit::default();
    }

    pub(super) fn hash_id(&self, bank: &str, id: &str) -> u64 {
        self.hasher.hash_one((bank, id))
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
        self.pending.add(new, &AtomicBool::new(false))?;
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
        self.pending.format = format;
    }

    /// The bytes of memory that added entries take before they are written to a segment of their own,
    /// still invisible: [`DEFAULT_MEMORY`](super::DEFAULT_MEMORY) at first. Segments are as large as it allows, so less memory
    /// means slower searches.
    pub fn set_memory(&mut self, bytes: u64) {
        self.pending.memory = bytes;
    }

    /// The policy of a bank, to be changed; it holds from the commit on, and without any entry too.
    pub fn policy(&mut self, bank: &str) -> &mut Policy {
        self.policies.entry(bank)
    }

    /// Makes all of it durable and visible, or nothing. Readers see it when they open or reload.
    ///
    /// Small segments are merged into the new one. If larger ones are due to be merged, that begins on a
    /// thread in the background, and a later commit, or [`IndexWriter::finish_merges`], brings in what it
    /// has written.
    ///
    /// # Errors
    /// [`Error::Io`] where the system refuses (a full disk); [`Error::Cancelled`]. The index is then
    /// what it was, and the changes are dropped; only if the very last step failed, which makes the
    /// new manifest durable, the changes are visible and may not outlive a crash.
    pub fn commit(&mut self, cancel: &AtomicBool) -> Result<Commit> {
        // A merge that failed is no reason to fail a commit: it is tried again.
        let merged = self.take_finished().and_then(|merge| merge.finish().ok());
        let smalls = self.index.parts.iter().filter(|part| is_small(part)).count();
        let take_in = smalls >= MANY_SMALL && self.pending.in_memory() < MERGED_WITH;
        let result = self.publish(cancel, |part| take_in && is_small(part), merged);
        let counts = self.counts;
        self.start_again(&result);
        if result.is_ok() {
            // It can as well begin after the next commit.
            let _ = self.begin_merge();
        }
        result.map(|()| counts)
    }

    /// Merges segments until none are due, waiting for what goes on in the background. For the end of a
    /// program that adds now and then: without it, what has begun is given up when the writer goes.
    ///
    /// What was added or removed and not committed yet is committed with it.
    ///
    /// # Errors
    /// As [`IndexWriter::commit`]; searches give the right answers in any case.
    pub fn finish_merges(&mut self, cancel: &AtomicBool) -> Result<()> {
        loop {
            self.begin_merge()?;
            if self.merges.is_empty() {
                return Ok(());
            }
            let Some(merge) = self.take_finished() else {
                if cancel.load(Ordering::Relaxed) {
                    self.merges.clear();
                    return Err(Error::Cancelled);
                }
                std::thread::sleep(A_MOMENT);
                continue;
            };
            let merged = merge.finish()?;
            let result = self.publish(cancel, |_| false, Some(merged));
            self.start_again(&result);
            result?;
        }
    }

    /// Whether segments are being merged in the background.
    pub fn is_merging(&self) -> bool {
        self.merges.iter().any(|merge| !merge.is_finished())
    }

    fn take_finished(&mut self) -> Option<Merge> {
        let finished = self.merges.iter().position(Merge::is_finished)?;
        Some(self.merges.remove(finished))
    }

    /// Begins to merge what is due.
    fn begin_merge(&mut self) -> Result<()> {
        if self.merges.len() >= MERGES_AT_ONCE {
            return Ok(());
        }
        let sources = due(&self.index.parts, &self.merges, self.pending.most_entries());
        if sources.is_empty() {
            return Ok(());
        }
        // A number that no segment of the same commit has.
        let number = MERGED + self.merges_begun;
        let name = format!("{:010}-{number}.segment", self.index.generation);
        self.merges_begun += 1;
        self.merges.push(Merge::begin(&self.dir, name, self.pending.format, sources)?);
        Ok(())
    }

    /// Commits, merging all segments, without the removed entries, into as few as there can be.
    ///
    /// # Errors
    /// As [`IndexWriter::commit`].
    pub fn compact(&mut self, cancel: &AtomicBool) -> Result<()> {
        self.merges.clear();
        let result = self.publish(cancel, |_| true, None);
        self.start_again(&result);
        result
    }

    /// After a failure the disk tells what holds: the manifest may have been replaced before it.
    fn start_again(&mut self, result: &Result<()>) {
        if result.is_err() && self.index.reload().is_err() && self.index.generation > 0 {
            // Where even this fails, nothing else of the index can be read or written either.
            self.pending.start_again(None);
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

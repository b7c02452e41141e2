//! The one writer of an index: adding, removing, committing, compacting.

use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::dead::Dead;
use super::manifest::{FILE as MANIFEST, Manifest, SegmentFiles};
use super::publish::{TEMPORARY, publish, sync_dir};
use super::search::{EntryRef, Searcher};
use super::snapshot::{Index, Part};
use crate::hash::{Signal, Signals};
use crate::segment::{NewEntry, SegmentBuilder};
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
    dir: PathBuf,
    _lock: File,
    index: Index,
    searcher: Searcher,
    threads: rayon::ThreadPool,
    builder: SegmentBuilder,
    /// Removals by segment of `index`, on top of those that are committed.
    dead: Vec<Option<Dead>>,
    /// Entries already in `builder`.
    seen: Seen,
    /// Committed entries that were added again: no removal takes them.
    kept: HashSet<EntryRef>,
    /// Live entries by the hash of bank and id; made at the first removal by id.
    ids: Option<Vec<(u64, EntryRef)>>,
    hasher: RandomState,
    counts: Commit,
}

impl IndexWriter {
    /// Opens the index in a folder for writing; makes the folder if there is none, and the index at
    /// the first commit.
    ///
    /// # Errors
    /// [`Error::Locked`] if another writer is at work; otherwise as [`Index::open`].
    pub fn open_or_create(dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir).map_err(Error::io("create", dir))?;
        let lock = lock(dir)?;
        match Index::open(dir) {
            Ok(index) => Self::new(dir, lock, index),
            Err(Error::NotAnIndex { .. }) => Self::new(dir, lock, Index::empty(dir)),
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
        let threads = rayon::ThreadPoolBuilder::new()
            .build()
            .map_err(|error| Error::io("start threads for", dir)(std::io::Error::other(error)))?;
        let (builder, seen, kept, hasher, counts) = Default::default();
        let mut writer = Self {
            dir: dir.to_owned(),
            _lock: lock,
            searcher: index.searcher(),
            dead: Vec::new(),
            index,
            threads,
            builder,
            seen,
            kept,
            ids: None,
            hasher,
            counts,
        };
        writer.reset();
        Ok(writer)
    }

    /// Forgets what was not committed.
    fn reset(&mut self) {
        self.searcher = self.index.searcher();
        self.builder = SegmentBuilder::default();
        self.dead = self
            .index
            .parts
            .iter()
            .map(|part| part.dead.clone())
            .collect();
        self.seen = Seen::default();
        self.kept.clear();
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
        if !self.seen.insert(&self.hasher, new) {
            self.counts.unchanged += 1;
            return Ok(());
        }
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
        let count = if replaced > 0 {
            &mut self.counts.replaced
        } else {
            &mut self.counts.added
        };
        *count += 1;
        Ok(())
    }

    /// The live, committed entries with this bank, id and these signals, no more and no fewer.
    fn find_equal(&mut self, new: &NewEntry<'_>) -> Result<Vec<EntryRef>> {
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
        let mut found: Option<Vec<EntryRef>> = None;
        for (signal, value) in signals.iter() {
            let with_this = self.searcher.exact(signal, value)?;
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
        let removed = found
            .into_iter()
            .map(|entry| u64::from(self.kill(entry)))
            .sum();
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
        self.dead[entry.part as usize]
            .as_ref()
            .is_some_and(|dead| dead.contains(entry.entry))
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
    /// what it was, and the changes are dropped.
    pub fn commit(&mut self, cancel: &AtomicBool) -> Result<Commit> {
        let small = |part: &Part| part.segment.len() < SMALL;
        let smalls = self.index.parts.iter().filter(|part| small(part)).count();
        let result = self.publish(cancel, |part| smalls >= MANY_SMALL && small(part));
        let counts = self.counts;
        self.reset();
        result.map(|()| counts)
    }

    /// Merges all segments into one and drops the removed entries.
    ///
    /// # Errors
    /// As [`IndexWriter::commit`].
    pub fn compact(&mut self, cancel: &AtomicBool) -> Result<()> {
        let result = self.publish(cancel, |_| true);
        self.reset();
        result
    }

    /// Writes the new segment, with the segments that `merge` chooses merged into it, the bitmaps
    /// that changed, and last the manifest.
    fn publish(&mut self, cancel: &AtomicBool, merge: impl Fn(&Part) -> bool) -> Result<()> {
        let generation = self.index.generation + 1;
        let mut builder = std::mem::take(&mut self.builder);
        let mut files = Vec::new();
        let parts = std::sync::Arc::clone(&self.index.parts);
        for (number, (part, dead)) in parts.iter().zip(&self.dead).enumerate() {
            if merge(part) {
                absorb(&mut builder, part, dead.as_ref())?;
                continue;
            }
            let mut kept = part.files.clone();
            match dead {
                Some(dead) if dead.count() == u64::from(part.segment.len()) => continue,
                Some(dead) if part.dead.as_ref() != Some(dead) => {
                    let name = format!("{generation:010}-{number}.dead");
                    kept.dead = Some(dead.publish(&self.dir, &name)?);
                }
                _ => {}
            }
            files.push(kept);
        }
        if !builder.is_empty() {
            let file = format!("{generation:010}.segment");
            let segment = self
                .threads
                .install(|| publish(&self.dir, &file, |to| builder.write(to, cancel)))?;
            files.push(SegmentFiles {
                segment,
                dead: None,
            });
        }
        let changed = !files.iter().eq(parts.iter().map(|part| &part.files));
        if !changed && self.index.generation > 0 {
            return Ok(());
        }
        // The names of the new files must be durable before a manifest relies on them.
        sync_dir(&self.dir)?;
        publish_manifest(&self.dir, &Manifest::new(generation, files))?;
        self.index.reload()?;
        remove_unused(&self.dir, &self.index);
        Ok(())
    }
}

/// Adds the live entries of a segment to a new one.
fn absorb(builder: &mut SegmentBuilder, part: &Part, dead: Option<&Dead>) -> Result<()> {
    let all = part
        .segment
        .all_signals()
        .map_err(|damage| part.corrupt(damage))?;
    for (number, signals) in (0..).zip(all) {
        if dead.is_some_and(|dead| dead.contains(number)) {
            continue;
        }
        let entry = part
            .segment
            .entry(number)
            .map_err(|damage| part.corrupt(damage))?;
        let tags: Vec<String> = entry.tags.iter().map(|tag| (*tag).to_owned()).collect();
        let (bank, id, category) = (entry.bank, entry.id, entry.category);
        builder.add(&NewEntry {
            bank,
            id,
            category,
            tags: &tags,
            signals,
        })?;
    }
    Ok(())
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
        Err(TryLockError::WouldBlock) => Err(Error::Locked {
            path: dir.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(Error::io("lock", &path)(error)),
    }
}

fn publish_manifest(dir: &Path, manifest: &Manifest) -> Result<()> {
    publish(dir, MANIFEST, |file| file.write_all(&manifest.to_bytes()))?;
    sync_dir(dir)
}

/// Deletes files of ours that no manifest names: those of older commits and of crashes. A file that
/// cannot be deleted now is left for the next commit.
fn remove_unused(dir: &Path, index: &Index) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let ours =
            name.starts_with(TEMPORARY) || name.ends_with(".segment") || name.ends_with(".dead");
        let named = |files: &SegmentFiles| {
            files
                .dead
                .iter()
                .chain([&files.segment])
                .any(|file| file.file == name)
        };
        let used = index.parts.iter().any(|part| named(&part.files));
        if ours && !used {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Which entries have been added since the last commit, by a keyed 128-bit hash of all that tells
/// entries apart: two different entries share one with a chance below 2^-80 in a list of 10^7.
#[derive(Debug, Default)]
struct Seen {
    second: RandomState,
    keys: HashSet<u128>,
}

impl Seen {
    /// False if an equal entry was there.
    fn insert(&mut self, first: &RandomState, new: &NewEntry<'_>) -> bool {
        let identity = (new.bank, new.id, new.category, new.tags, &new.signals);
        let key =
            u128::from(first.hash_one(identity)) << 64 | u128::from(self.second.hash_one(identity));
        self.keys.insert(key)
    }
}

//! A directory of segments: manifest, atomic publish, one writer, search.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::Result;
use crate::hash::{Hash256, Radius, Signal, Signals};

/// An index open for reading: a snapshot of its segments.
#[derive(Clone, Debug)]
pub struct Index {}

impl Index {
    /// Opens the index in a folder.
    pub fn open(dir: &Path) -> Result<Self> {
        unimplemented!("{dir:?}")
    }

    /// Sees the newest commit; true if there was one.
    pub fn reload(&mut self) -> Result<bool> {
        unimplemented!()
    }

    /// SHA-256 of the manifest, as hex: names exactly what was searched.
    pub fn digest(&self) -> &str {
        unimplemented!()
    }

    /// Counts of what is in it.
    pub fn stats(&self) -> Result<Stats> {
        unimplemented!()
    }

    /// Reads every byte and checks every checksum.
    pub fn verify(&self) -> Result<()> {
        unimplemented!()
    }

    /// A searcher over this snapshot, with buffers of its own: one a thread.
    pub fn searcher(&self) -> Searcher {
        unimplemented!()
    }
}

/// What an index holds.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Stats {
    /// Live entries.
    pub entries: u64,
    /// Removed entries that still take room, until the next compaction.
    pub dead: u64,
    /// Entries by bank, in the order of names.
    pub banks: Vec<BankStats>,
    /// Signals of each kind, live.
    pub pdq: u64,
    /// MD5s.
    pub md5: u64,
    /// SHA-1s.
    pub sha1: u64,
    /// SHA-256s.
    pub sha256: u64,
    /// Segment files.
    pub segments: u64,
    /// Bytes on disk.
    pub bytes: u64,
}

/// What a bank holds.
#[derive(Clone, Debug, serde::Serialize)]
pub struct BankStats {
    /// Its name.
    pub bank: String,
    /// Live entries.
    pub entries: u64,
}

/// Names an entry within one snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryRef {
    segment: u32,
    entry: u32,
}

/// A hash within the radius.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// The entry.
    pub entry: EntryRef,
    /// The distance in bits.
    pub distance: u32,
}

/// What the index says of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The bank.
    pub bank: &'a str,
    /// The id at its source.
    pub id: &'a str,
    /// The category, if one was given.
    pub category: Option<&'a str>,
    /// The tags.
    pub tags: Vec<&'a str>,
}

/// Searches a snapshot; cheap to clone, one a thread.
#[derive(Clone, Debug)]
pub struct Searcher {}

impl Searcher {
    /// All entries whose PDQ hash is within the radius, sorted by distance, then entry.
    pub fn within(&mut self, hash: &Hash256, radius: Radius) -> Result<Vec<Hit>> {
        unimplemented!("{hash} {radius:?}")
    }

    /// The same for many hashes at once; the answer for each at its place.
    pub fn within_many(&mut self, hashes: &[Hash256], radius: Radius) -> Result<Vec<Vec<Hit>>> {
        unimplemented!("{hashes:?} {radius:?}")
    }

    /// All entries with exactly this digest ([`Signal::Pdq`]: this very hash).
    pub fn exact(&mut self, signal: Signal, value: &[u8]) -> Result<Vec<EntryRef>> {
        unimplemented!("{signal:?} {value:?}")
    }

    /// What is known of an entry of this snapshot.
    pub fn entry(&self, entry: EntryRef) -> Result<Entry<'_>> {
        unimplemented!("{entry:?}")
    }
}

/// An entry to be added.
#[derive(Clone, Copy, Debug)]
pub struct NewEntry<'a> {
    /// The bank that it joins; made if there is none of that name.
    pub bank: &'a str,
    /// Its id at the source.
    pub id: &'a str,
    /// The source's category.
    pub category: Option<&'a str>,
    /// The source's tags.
    pub tags: &'a [String],
    /// Its hashes; at least one.
    pub signals: Signals,
}

/// Builds an index in memory, for lists that are used once.
#[derive(Debug, Default)]
pub struct MemoryIndex {}

impl MemoryIndex {
    /// Adds an entry.
    pub fn add(&mut self, entry: &NewEntry<'_>) -> Result<()> {
        unimplemented!("{entry:?}")
    }

    /// The index.
    pub fn finish(self) -> Result<Index> {
        unimplemented!()
    }
}

/// The one writer of an index; holds its lock while it lives.
#[derive(Debug)]
pub struct IndexWriter {}

/// What a commit changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Commit {
    /// Entries added.
    pub added: u64,
    /// Entries that were there already, equal in bank, id and all signals.
    pub unchanged: u64,
    /// Entries removed.
    pub removed: u64,
}

impl IndexWriter {
    /// Opens the index in a folder for writing; makes folder and index if there is none.
    ///
    /// # Errors
    /// [`crate::Error::Locked`] if another process is writing.
    pub fn open_or_create(dir: &Path) -> Result<Self> {
        unimplemented!("{dir:?}")
    }

    /// Opens an index that must exist.
    pub fn open(dir: &Path) -> Result<Self> {
        unimplemented!("{dir:?}")
    }

    /// Adds an entry. Nothing is visible before `commit`.
    pub fn add(&mut self, entry: &NewEntry<'_>) -> Result<()> {
        unimplemented!("{entry:?}")
    }

    /// Marks the bank's entries with this id for removal; how many there are.
    pub fn remove_id(&mut self, bank: &str, id: &str) -> Result<u64> {
        unimplemented!("{bank} {id}")
    }

    /// Marks for removal the bank's entries that have all of these signals; how many there are.
    pub fn remove_signals(&mut self, bank: &str, signals: &Signals) -> Result<u64> {
        unimplemented!("{bank} {signals:?}")
    }

    /// Marks all entries of a bank for removal.
    pub fn remove_bank(&mut self, bank: &str) -> Result<u64> {
        unimplemented!("{bank}")
    }

    /// Makes all of it durable and visible, or nothing.
    pub fn commit(&mut self, cancel: &AtomicBool) -> Result<Commit> {
        unimplemented!("{cancel:?}")
    }

    /// Merges all segments into one and drops removed entries.
    pub fn compact(&mut self, cancel: &AtomicBool) -> Result<()> {
        unimplemented!("{cancel:?}")
    }

    /// The folder.
    pub fn dir(&self) -> &PathBuf {
        unimplemented!()
    }
}

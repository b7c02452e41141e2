//! An index open for reading.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use sha2::{Digest, Sha256};

use super::dead::Dead;
use super::identities::Identities;
use super::manifest::{FileRef, Manifest, SegmentFiles};
use super::search::Searcher;
use crate::hash::{Radius, Signal};
use crate::segment::{Bytes, NewEntry, Segment, SegmentBuilder};
use crate::{Error, Result};

/// A segment of a snapshot with what was removed from it.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) segment: Segment<Bytes>,
    pub(super) dead: Option<Dead>,
    pub(super) files: SegmentFiles,
    /// For error messages.
    pub(super) path: PathBuf,
}

impl Part {
    fn open(dir: &Path, files: &SegmentFiles) -> Result<Self> {
        let path = dir.join(&files.segment.file);
        let file = File::open(&path).map_err(Error::io("open", &path))?;
        let bytes = Bytes::map(&file).map_err(Error::io("map", &path))?;
        let segment = Segment::from_bytes(bytes)
            .and_then(|segment| files.segment.check(segment.bytes()).map(|()| segment))
            .map_err(|damage| Error::corrupt(&path, damage))?;
        let dead = files.dead.as_ref().map(|file| Dead::read(dir, file, segment.len()));
        Ok(Self { segment, dead: dead.transpose()?, files: files.clone(), path })
    }

    pub(super) fn is_dead(&self, entry: u32) -> bool {
        self.dead.as_ref().is_some_and(|dead| dead.contains(entry))
    }

    pub(super) fn live(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.segment.len()).filter(|entry| !self.is_dead(*entry))
    }

    pub(super) fn corrupt(&self, damage: crate::Corruption) -> Error {
        Error::corrupt(&self.path, damage)
    }
}

/// An index open for reading: a snapshot, cheap to clone, that later commits do not change.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use tutela::hash::{Hash256, Radius, Signals};
/// use tutela::index::{Index, IndexWriter, NewEntry};
///
/// let dir = tempfile::tempdir()?;
/// let hash = Hash256::from_bytes([7; 32]);
/// let signals = Signals { pdq: Some(hash), ..Signals::default() };
/// let mut writer = IndexWriter::open_or_create(dir.path())?;
/// writer.add(&NewEntry { bank: "DEMO", id: "43-1", category: None, tags: &[], signals })?;
/// writer.commit(&AtomicBool::new(false))?;
///
/// let index = Index::open(dir.path())?;
/// let mut searcher = index.searcher();
/// let hits = searcher.within(&hash, Radius::default())?;
/// assert_eq!(searcher.entry(hits[0].entry)?.bank, "DEMO");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Index {
    /// `None` for an index in memory.
    dir: Option<PathBuf>,
    digest: String,
    pub(super) generation: u64,
    pub(super) parts: Arc<[Arc<Part>]>,
}

/// How often opening starts again because a commit replaced files meanwhile.
const ATTEMPTS: usize = 10;

impl Index {
    /// Opens the index in a folder. Costs the segments' headers, whatever their size.
    ///
    /// # Errors
    /// [`Error::NotAnIndex`] if there is none; [`Error::Corrupt`] or [`Error::Version`] if a file is
    /// not as it was written; [`Error::Io`] where the system refuses.
    pub fn open(dir: &Path) -> Result<Self> {
        Self::open_reusing(dir, &[])
    }

    /// The index of a folder in which nothing was committed yet.
    pub(super) fn empty(dir: &Path) -> Self {
        Self {
            dir: Some(dir.to_owned()),
            digest: String::new(),
            generation: 0,
            parts: Arc::new([]),
        }
    }

    /// Opens the index, keeping the segments that are open already.
    fn open_reusing(dir: &Path, open: &[Arc<Part>]) -> Result<Self> {
        let mut attempt = 0;
        loop {
            let (manifest, digest) = Manifest::read(dir)?;
            let part = |files: &SegmentFiles| match open.iter().find(|part| part.files == *files) {
                Some(part) => Ok(Arc::clone(part)),
                None => Part::open(dir, files).map(Arc::new),
            };
            let parts: Result<Arc<[_]>> = manifest.segments.iter().map(part).collect();
            attempt += 1;
            match parts {
                // A commit between the two reads removes what the old manifest names.
                Err(Error::Io { source, .. })
                    if source.kind() == io::ErrorKind::NotFound && attempt < ATTEMPTS => {}
                parts => {
                    let dir = Some(dir.to_owned());
                    return Ok(Self {
                        dir,
                        digest,
                        generation: manifest.generation,
                        parts: parts?,
                    });
                }
            }
        }
    }

    /// Sees the newest commit; true if there was one since.
    ///
    /// # Errors
    /// As [`Index::open`]; the snapshot then stays what it was.
    pub fn reload(&mut self) -> Result<bool> {
        let Some(dir) = &self.dir else {
            return Ok(false);
        };
        let newer = Self::open_reusing(dir, &self.parts)?;
        let changed = newer.digest != self.digest;
        *self = newer;
        Ok(changed)
    }

    /// Names exactly what is searched: SHA-256, as hex, of the manifest (in memory: of the segment).
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The number of live entries.
    pub fn len(&self) -> u64 {
        let dead = |part: &Part| part.dead.as_ref().map_or(0, Dead::count);
        self.parts.iter().map(|part| u64::from(part.segment.len()) - dead(part)).sum()
    }

    /// Whether there is no live entry, so that nothing can match.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A searcher over this snapshot, with buffers of its own: one a thread.
    pub fn searcher(&self) -> Searcher {
        Searcher::new(Arc::clone(&self.parts))
    }

    /// Reads every byte of every file and compares every checksum.
    ///
    /// # Errors
    /// The first damage found, with its file.
    pub fn verify(&self) -> Result<()> {
        for part in &*self.parts {
            part.segment.verify().map_err(|damage| part.corrupt(damage))?;
            if let (Some(dir), Some(file)) = (&self.dir, &part.files.dead) {
                Dead::read(dir, file, part.segment.len())?;
            }
        }
        Ok(())
    }

    /// Counts of what is in it. Reads every entry's label.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if an entry is damaged.
    pub fn stats(&self) -> Result<Stats> {
        let mut stats = Stats { segments: self.parts.len() as u64, ..Stats::default() };
        let mut banks = BTreeMap::<String, u64>::new();
        for part in &*self.parts {
            stats.bytes += part.files.segment.bytes;
            stats.dead += part.dead.as_ref().map_or(0, Dead::count);
            for number in part.live() {
                let entry = part.segment.entry(number).map_err(|damage| part.corrupt(damage))?;
                stats.entries += 1;
                match banks.get_mut(entry.bank) {
                    Some(count) => *count += 1,
                    None => drop(banks.insert(entry.bank.to_owned(), 1)),
                }
                for signal in Signal::ALL {
                    let has = part.segment.has_signal(number, signal);
                    if has.map_err(|damage| part.corrupt(damage))? {
                        *stats.count_mut(signal) += 1;
                    }
                }
            }
            if part.segment.plan(Radius::default()) == "tables" {
                stats.segments_with_tables += 1;
            }
        }
        let bank = |(bank, entries)| BankStats { bank, entries };
        stats.banks = banks.into_iter().map(bank).collect();
        Ok(stats)
    }
}

/// What an index holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Live entries.
    pub entries: u64,
    /// Removed entries that still take room, until the next compaction.
    pub dead: u64,
    /// Live entries by bank, in the order of names.
    pub banks: Vec<BankStats>,
    /// Live entries that have a PDQ hash.
    pub pdq: u64,
    /// Live entries that have an MD5.
    pub md5: u64,
    /// Live entries that have a SHA-1.
    pub sha1: u64,
    /// Live entries that have a SHA-256.
    pub sha256: u64,
    /// Segment files.
    pub segments: u64,
    /// Those of them that are searched through tables at the default radius; the others are so small
    /// that comparing every hash is as fast.
    pub segments_with_tables: u64,
    /// Bytes of the segment files.
    pub bytes: u64,
}

impl Stats {
    fn count_mut(&mut self, signal: Signal) -> &mut u64 {
        match signal {
            Signal::Pdq => &mut self.pdq,
            Signal::Md5 => &mut self.md5,
            Signal::Sha1 => &mut self.sha1,
            Signal::Sha256 => &mut self.sha256,
        }
    }
}

/// What a bank holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BankStats {
    /// Its name.
    pub bank: String,
    /// Live entries.
    pub entries: u64,
}

/// Builds an index in memory, for lists that are used once.
#[derive(Debug, Default)]
pub struct MemoryIndex {
    builder: SegmentBuilder,
    identities: Identities,
}

impl MemoryIndex {
    /// Adds an entry, once if it comes again.
    ///
    /// # Errors
    /// [`Error::TooLarge`] where the format's numbers end.
    pub fn add(&mut self, entry: &NewEntry<'_>) -> Result<()> {
        self.builder.add(entry)?;
        self.identities.push(entry);
        Ok(())
    }

    /// The index.
    ///
    /// # Errors
    /// [`Error::Io`] if no threads can be started.
    pub fn finish(self) -> Result<Index> {
        let path = PathBuf::from("(memory)");
        let threads = threads().map_err(Error::io("start threads for", &path))?;
        let mut bytes = Vec::new();
        let entries = self.builder.len() as u32;
        threads
            .install(|| self.builder.write(&mut bytes, &AtomicBool::new(false)))
            .map_err(Error::io("build", &path))?;
        let dead = threads.install(|| self.identities.repeated(entries));
        let digest = const_hex::encode(Sha256::digest(&bytes));
        let segment = FileRef { bytes: bytes.len() as u64, ..FileRef::default() };
        let files = SegmentFiles { segment, dead: None };
        let segment = Segment::from_bytes(Bytes::Memory(bytes))
            .map_err(|damage| Error::corrupt(&path, damage))?;
        let part = Arc::new(Part { segment, dead, files, path });
        Ok(Index { dir: None, digest, generation: 0, parts: Arc::new([part]) })
    }
}

/// A pool for building, so that nobody else's is used.
pub(super) fn threads() -> io::Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new().build().map_err(io::Error::other)
}

//! An index open for reading.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::dead::Dead;
use super::manifest::{Manifest, SegmentFiles};
use super::part::Part;
use super::policy::Policies;
use super::search::Searcher;
use crate::hash::{Signal, Wanted};
use crate::{Error, Result};

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
    pub(super) dir: Option<PathBuf>,
    pub(super) digest: String,
    pub(super) generation: u64,
    pub(super) parts: Arc<[Arc<Part>]>,
    pub(super) policies: Arc<Policies>,
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
            policies: Arc::default(),
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
                        policies: Arc::new(manifest.policies),
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

    /// The policies of its banks, those that differ from the default.
    pub fn policies(&self) -> &Policies {
        &self.policies
    }

    /// The number of live entries.
    pub fn len(&self) -> u64 {
        let dead = |part: &Part| part.dead.as_ref().map_or(0, Dead::count);
        self.parts.iter().map(|part| u64::from(part.segment.len()) - dead(part)).sum()
    }

    /// The number of live entries that have a PDQ hash; removed ones are counted until they are compacted
    /// away.
    pub fn pdq_count(&self) -> u64 {
        self.parts.iter().map(|part| part.segment.count(Signal::Pdq)).sum()
    }

    /// Whether there is no live entry, so that nothing can match.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The signals that its entries have: no other one of a file can match.
    pub fn signals(&self) -> Wanted {
        let has = |signal: &Signal| self.parts.iter().any(|part| part.segment.count(*signal) > 0);
        Signal::ALL.into_iter().filter(has).collect()
    }

    /// A searcher over this snapshot, with buffers of its own: one a thread.
    pub fn searcher(&self) -> Searcher {
        Searcher::new(Arc::clone(&self.parts), Arc::clone(&self.policies))
    }

    /// Reads all segments into memory, as far as it reaches, and compares every checksum, on the threads
    /// of the current rayon pool. Searches then never wait for a disk, and check nothing any more.
    ///
    /// # Errors
    /// The first damage found, with its file.
    pub fn preload(&self) -> Result<()> {
        for part in &*self.parts {
            part.segment.bytes_held().will_need();
        }
        for part in &*self.parts {
            part.segment.preload().map_err(|damage| part.corrupt(damage))?;
        }
        Ok(())
    }

    /// Reads every byte of every file and compares every checksum.
    ///
    /// # Errors
    /// The first damage found, with its file.
    pub fn verify(&self) -> Result<()> {
        self.preload()?;
        for part in &*self.parts {
            part.segment.verify().map_err(|damage| part.corrupt(damage))?;
            if let (Some(dir), Some(file)) = (&self.dir, &part.files.dead) {
                Dead::read(dir, file, part.segment.len())?;
            }
        }
        Ok(())
    }
}

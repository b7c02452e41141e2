//! What was added and not committed yet: in memory, and once that is full, in segments that no manifest
//! names so far. An import of any size takes bounded memory.
//!
//! Beside each such segment stand its entries' identities, sorted, in a file without a name. At the
//! commit they are merged: an entry that was added before in another of these segments is born dead.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::dead::Dead;
use super::identities::{Identities, Identity};
use super::leftovers::mark_first_commit;
use super::manifest::FileRef;
use super::publish::{TEMPORARY, publish};
use super::snapshot::Index;
use crate::segment::{Format, NewEntry, SegmentBuilder};
use crate::{Error, Result};

/// The memory that entries may take before they are written to a segment.
pub const DEFAULT_MEMORY: u64 = 2 << 30;
/// The most hashes of a segment: row numbers of three bytes tell them apart.
const MOST_HASHES: u64 = 1 << 24;

/// About what an entry with one hash takes in memory until it is written.
const BYTES_AN_ENTRY: u64 = 112;

/// Entries that wait for a commit.
#[derive(Debug)]
pub(super) struct Pending {
    dir: PathBuf,
    threads: Arc<rayon::ThreadPool>,
    /// The number of the commit that is to come.
    generation: u64,
    builder: SegmentBuilder,
    /// Of the first entries in the builder. The others are known to differ from all.
    identities: Identities,
    spilled: Vec<Spilled>,
    pub(super) memory: u64,
    pub(super) format: Format,
}

/// A segment that no manifest names yet.
#[derive(Debug)]
struct Spilled {
    segment: FileRef,
    entries: u32,
    /// The identities of its entries.
    run: File,
}

impl Pending {
    pub(super) fn new(dir: &Path, threads: &Arc<rayon::ThreadPool>) -> Self {
        Self {
            dir: dir.to_owned(),
            threads: Arc::clone(threads),
            generation: 1,
            builder: SegmentBuilder::default(),
            identities: Identities::default(),
            spilled: Vec::new(),
            memory: DEFAULT_MEMORY,
            format: Format::default(),
        }
    }

    /// The most entries that a segment holds: what memory is there for, and row numbers of three bytes.
    pub(super) fn most_entries(&self) -> u64 {
        MOST_HASHES.min(self.memory / BYTES_AN_ENTRY)
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.builder.is_empty() && self.spilled.is_empty()
    }

    /// The number of entries in memory.
    pub(super) fn in_memory(&self) -> usize {
        self.builder.len()
    }

    /// Adds an entry that may be equal to one added before.
    pub(super) fn add(&mut self, new: &NewEntry<'_>, cancel: &AtomicBool) -> Result<()> {
        self.make_room(cancel)?;
        self.builder.add(new)?;
        self.identities.push(new);
        Ok(())
    }

    /// Adds an entry that is equal to no other; after all those that may be.
    pub(super) fn absorb(&mut self, new: &NewEntry<'_>, cancel: &AtomicBool) -> Result<()> {
        self.make_room(cancel)?;
        self.builder.add(new)
    }

    fn make_room(&mut self, cancel: &AtomicBool) -> Result<()> {
        let memory = self.builder.memory() + self.identities.memory();
        if memory as u64 >= self.memory || self.builder.hashes() as u64 >= MOST_HASHES {
            self.spill(cancel)?;
        }
        Ok(())
    }

    /// Writes what is in memory to a segment of its own.
    fn spill(&mut self, cancel: &AtomicBool) -> Result<()> {
        let entries = self.builder.len() as u32;
        if self.generation == 1 {
            mark_first_commit(&self.dir)?;
        }
        let number = self.spilled.len();
        let name = format!("{:010}-{number}.segment", self.generation);
        let segment = self.write(&name, cancel)?;
        let threads = Arc::clone(&self.threads);
        let identities = threads.install(|| self.identities.take_sorted());
        match write_run(&self.dir, &identities) {
            Ok(run) => {
                self.spilled.push(Spilled { segment, entries, run });
                Ok(())
            }
            Err(error) => {
                let _ = fs::remove_file(self.dir.join(&segment.file));
                Err(Error::io("write a file in", &self.dir)(error))
            }
        }
    }

    /// Writes the builder's entries to a file of this name.
    fn write(&mut self, name: &str, cancel: &AtomicBool) -> Result<FileRef> {
        let mut builder = std::mem::take(&mut self.builder);
        builder.set_format(self.format);
        self.threads.install(|| publish(&self.dir, name, |to| builder.write(to, cancel)))
    }

    /// Writes the rest, and gives all segments with those of their entries that are equal to an earlier
    /// one. They are deleted unless [`Pending::start_again`] finds them named.
    pub(super) fn finish(&mut self, cancel: &AtomicBool) -> Result<Vec<(FileRef, Option<Dead>)>> {
        if self.spilled.is_empty() {
            let entries = self.builder.len() as u32;
            if entries == 0 {
                return Ok(Vec::new());
            }
            if self.generation == 1 {
                mark_first_commit(&self.dir)?;
            }
            let name = format!("{:010}.segment", self.generation);
            let segment = self.write(&name, cancel)?;
            let identities = std::mem::take(&mut self.identities);
            let repeated = self.threads.install(|| identities.repeated(entries));
            return Ok(vec![(segment, repeated)]);
        }
        if !self.builder.is_empty() {
            self.spill(cancel)?;
        }
        let dead = repeated(&mut self.spilled).map_err(Error::io("read a file in", &self.dir))?;
        let segments = self.spilled.iter().map(|spilled| spilled.segment.clone());
        Ok(segments.zip(dead).collect())
    }

    /// Forgets all that waits. Segments that the index does not name go; `None` if it is not known
    /// which ones it names.
    pub(super) fn start_again(&mut self, index: Option<&Index>) {
        self.builder = SegmentBuilder::default();
        self.identities = Identities::default();
        let spilled = std::mem::take(&mut self.spilled);
        if let Some(index) = index {
            self.generation = index.generation.saturating_add(1);
            for Spilled { segment, .. } in &spilled {
                if !index.parts.iter().any(|part| part.files.segment == *segment) {
                    let _ = fs::remove_file(self.dir.join(&segment.file));
                }
            }
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        for Spilled { segment, .. } in &self.spilled {
            let _ = fs::remove_file(self.dir.join(&segment.file));
        }
    }
}

fn write_run(dir: &Path, identities: &[Identity]) -> io::Result<File> {
    let run = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(dir)?;
    let mut to = BufWriter::with_capacity(1 << 20, run.into_file());
    for identity in identities {
        to.write_all(&identity.to_bytes())?;
    }
    to.into_inner().map_err(io::IntoInnerError::into_error)
}

/// Those entries of each segment that are equal to an earlier one, of it or of one before it.
fn repeated(spilled: &mut [Spilled]) -> io::Result<Vec<Option<Dead>>> {
    let mut dead = vec![None; spilled.len()];
    let entries: Vec<u32> = spilled.iter().map(|spilled| spilled.entries).collect();
    let mut runs = Vec::with_capacity(spilled.len());
    for spilled in spilled {
        spilled.run.seek(SeekFrom::Start(0))?;
        runs.push(BufReader::with_capacity(1 << 18, &spilled.run));
    }
    let mut heads = BinaryHeap::new();
    let head = |identity: Identity, number| Reverse((identity.key(), number, identity.entry()));
    for (number, run) in runs.iter_mut().enumerate() {
        heads.extend(read(run)?.map(|identity| head(identity, number)));
    }
    let mut last = None;
    while let Some(Reverse((key, number, entry))) = heads.pop() {
        if last == Some(key) {
            dead[number].get_or_insert_with(|| Dead::none(entries[number])).insert(entry);
        }
        last = Some(key);
        heads.extend(read(&mut runs[number])?.map(|identity| head(identity, number)));
    }
    Ok(dead)
}

/// The next identity of a run, until its end.
fn read(run: &mut impl Read) -> io::Result<Option<Identity>> {
    let mut bytes = [0; 16];
    match run.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(Identity::from_bytes(bytes))),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

//! Merging segments, so that many small commits do not slow down searches.
//!
//! A search asks every segment, so there should be few. A commit merges only small ones into what it
//! writes, which takes milliseconds. Larger ones are merged on a thread in the background: those of
//! the middle with each other, and the largest with the next one as soon as that has grown; as this takes
//! long, the middle need not wait for it. So there
//! are mostly a few small ones, one of the middle and a large one. Each entry is written again about as
//! often as the ratio of these sizes has digits.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use super::dead::Dead;
use super::manifest::FileRef;
use super::part::Part;
use super::publish::publish;
use crate::segment::{Entry, Format, NewEntry, SegmentBuilder};
use crate::{Error, Result};

/// Entries of a segment that a commit merges into what it writes. So few are searched by comparing all,
/// in the time that tables take.
const SMALL: u32 = 4_096;
/// Entries of a segment that is not merged with others of the middle any more, at least.
const LARGE: u32 = 262_144;
/// And it has at least this part of the entries of the largest: each is one more to be searched, and
/// merging it with the largest takes long.
const LARGE_PART: u32 = 16;

/// Whether a commit merges this segment into what it writes.
pub(super) fn is_small(part: &Part) -> bool {
    part.segment.len() < SMALL
}

/// The segments to be merged next; none, or at least one. With those that are being merged already they
/// have not more than `most` entries.
pub(super) fn due(parts: &[Arc<Part>], under_way: &[Merge], most: u64) -> Vec<Arc<Part>> {
    let size = |part: &Arc<Part>| part.segment.len();
    let busy = under_way.iter().flat_map(|merge| &merge.sources);
    let most = most.saturating_sub(busy.map(|part| u64::from(size(part))).sum());
    let is_free = |part: &&Arc<Part>| !under_way.iter().any(|merge| merge.is_source(part));
    let large = parts.iter().map(|part| size(part) / LARGE_PART).max().unwrap_or(0).max(LARGE);
    let parts: Vec<_> = parts.iter().filter(is_free).cloned().collect();
    let middle: Vec<_> =
        parts.iter().filter(|part| (SMALL..large).contains(&size(part))).cloned().collect();
    let all: u64 = middle.iter().map(|part| u64::from(size(part))).sum();
    if middle.len() > 1 && all <= most {
        return middle;
    }
    let mut larger: Vec<_> = parts.iter().filter(|part| size(part) >= large).cloned().collect();
    larger.sort_by_key(size);
    if let [smallest, next, ..] = &larger[..]
        && u64::from(size(smallest)) + u64::from(size(next)) <= most
    {
        return vec![Arc::clone(smallest), Arc::clone(next)];
    }
    let mostly_dead = |part: &&Arc<Part>| {
        let dead = part.dead.as_ref().map_or(0, Dead::count);
        let size = u64::from(size(part));
        size >= SMALL.into() && size <= most && dead * 2 > size
    };
    parts.iter().find(mostly_dead).cloned().into_iter().collect()
}

/// A merge at work.
#[derive(Debug)]
pub(super) struct Merge {
    /// As they were when it began.
    sources: Vec<Arc<Part>>,
    file: PathBuf,
    cancel: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<Option<FileRef>>>>,
}

/// What a merge has written: a segment in place of others.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) sources: Vec<Arc<Part>>,
    /// `None` if nothing was left of them.
    pub(super) segment: Option<FileRef>,
}

impl Merge {
    /// Begins to merge segments into a file of this name.
    pub(super) fn begin(
        dir: &std::path::Path,
        name: String,
        format: Format,
        sources: Vec<Arc<Part>>,
    ) -> Result<Self> {
        let cancel = Arc::new(AtomicBool::new(false));
        let file = dir.join(&name);
        let work = {
            let (dir, sources, cancel) = (dir.to_owned(), sources.clone(), Arc::clone(&cancel));
            move || {
                let mut builder = SegmentBuilder::default();
                builder.set_format(format);
                for part in &sources {
                    each_live(part, part.dead.as_ref(), &cancel, |entry| builder.add(entry))?;
                }
                if builder.is_empty() {
                    return Ok(None);
                }
                publish(&dir, &name, |to| builder.write(to, &cancel)).map(Some)
            }
        };
        let thread = std::thread::Builder::new()
            .name("tutela-merge".to_owned())
            .spawn(work)
            .map_err(Error::io("start a thread for", dir))?;
        Ok(Self { sources, file, cancel, thread: Some(thread) })
    }

    fn is_source(&self, part: &Part) -> bool {
        self.sources.iter().any(|source| source.files.segment == part.files.segment)
    }

    /// Whether it has come to its end.
    pub(super) fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits for its end.
    pub(super) fn finish(mut self) -> Result<Merged> {
        let Some(thread) = self.thread.take() else { return Err(Error::Cancelled) };
        let segment = thread.join().unwrap_or(Err(Error::Cancelled))?;
        Ok(Merged { sources: self.sources.clone(), segment })
    }
}

impl Drop for Merge {
    /// One that nobody waits for stops, and leaves nothing behind.
    fn drop(&mut self) {
        self.cancel.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take()
            && let Ok(Ok(Some(_))) = thread.join()
        {
            let _ = std::fs::remove_file(&self.file);
        }
    }
}

impl Merged {
    /// Whether this segment was merged.
    pub(super) fn is_source(&self, part: &Part) -> bool {
        self.sources.iter().any(|source| source.files.segment == part.files.segment)
    }

    /// Which of the merged entries were removed since it began; `now` tells for each of the sources.
    pub(super) fn removed_since(&self, now: &[Option<&Dead>]) -> Option<Dead> {
        let mut removed = Vec::new();
        let mut number = 0;
        for (source, now) in self.sources.iter().zip(now) {
            for entry in source.live() {
                if now.is_some_and(|dead| dead.contains(entry)) {
                    removed.push(number);
                }
                number += 1;
            }
        }
        if removed.is_empty() {
            return None;
        }
        let mut dead = Dead::none(number);
        for entry in removed {
            dead.insert(entry);
        }
        Some(dead)
    }
}

/// Calls `add` with each live entry of a segment, in their order.
pub(super) fn each_live(
    part: &Part,
    dead: Option<&Dead>,
    cancel: &AtomicBool,
    mut add: impl FnMut(&NewEntry<'_>) -> Result<()>,
) -> Result<()> {
    let corrupt = |damage| part.corrupt(damage);
    let all = part.segment.signal_map().map_err(corrupt)?;
    for number in
        (0..part.segment.len()).filter(|number| !dead.is_some_and(|d| d.contains(*number)))
    {
        if number % 4096 == 0 && cancel.load(Ordering::Relaxed) {
            return Err(Error::Cancelled);
        }
        let signals = all.of(number).map_err(corrupt)?;
        let Entry { bank, id, category, tags } = part.segment.entry(number).map_err(corrupt)?;
        let tags: Vec<String> = tags.into_iter().map(str::to_owned).collect();
        add(&NewEntry { bank, id, category, tags: &tags, signals })?;
    }
    Ok(())
}

//! Publishing what a writer has collected: new files first, the manifest last.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::dead::Dead;
use super::leftovers::remove_unused;
use super::manifest::{FILE as MANIFEST, Manifest, SegmentFiles};
use super::merge::{Merged, each_live};
use super::part::Part;
use super::publish::{publish, sync_dir};
use super::writer::IndexWriter;
use crate::{Error, Result};

impl IndexWriter {
    /// Writes the new segments, with the segments that `merge` chooses merged into them, brings in what
    /// was merged in the background, writes the bitmaps that changed, and last the manifest.
    pub(super) fn publish(
        &mut self,
        cancel: &AtomicBool,
        merge: impl Fn(&Part) -> bool,
        merged: Option<Merged>,
    ) -> Result<()> {
        let generation = self.index.generation.checked_add(1);
        let limit = u64::MAX;
        let generation = generation.ok_or(Error::TooLarge { what: "commits", limit })?;
        let parts = Arc::clone(&self.index.parts);
        let merged = merged.filter(|merged| all_there(merged, &parts));
        let mut files = Vec::new();
        let mut bitmaps = 0;
        let mut bitmap = |dead: &Dead, dir: &Path| {
            bitmaps += 1;
            dead.publish(dir, &format!("{generation:010}-{}.dead", bitmaps - 1))
        };
        // One that stays alone would be written again at each commit.
        let alone = self.pending.is_empty() && parts.iter().filter(|part| merge(part)).count() < 2;
        for (part, dead) in parts.iter().zip(&self.dead) {
            if merged.as_ref().is_some_and(|merged| merged.is_source(part)) {
                continue;
            }
            let removed = dead.as_ref().map_or(0, Dead::count);
            let as_wanted =
                part.segment.format().is_none_or(|format| format == self.pending.format);
            if merge(part) && !(alone && removed == 0 && as_wanted) {
                let pending = &mut self.pending;
                each_live(part, dead.as_ref(), cancel, |entry| pending.absorb(entry, cancel))?;
                continue;
            }
            let mut kept = part.files.clone();
            match dead {
                Some(_) if removed == u64::from(part.segment.len()) => continue,
                Some(dead) if part.dead.as_ref() != Some(dead) => {
                    kept.dead = Some(bitmap(dead, &self.dir)?);
                }
                _ => {}
            }
            files.push(kept);
        }
        if let Some(merged) = merged {
            let now = |source: &Arc<Part>| {
                let place =
                    parts.iter().position(|part| part.files.segment == source.files.segment);
                place.and_then(|place| self.dead[place].as_ref())
            };
            let now: Vec<_> = merged.sources.iter().map(now).collect();
            let dead = merged.removed_since(&now);
            if let Some(segment) = merged.segment {
                let dead = dead.map(|dead| bitmap(&dead, &self.dir)).transpose()?;
                files.insert(0, SegmentFiles { segment, dead });
            }
        }
        // An entry that was added twice is in the segments twice; the second is born dead.
        for (segment, repeated) in self.pending.finish(cancel)? {
            let repeats = repeated.as_ref().map_or(0, Dead::count);
            self.counts.added -= repeats.min(self.counts.added);
            self.counts.unchanged += repeats;
            let dead = repeated.map(|dead| bitmap(&dead, &self.dir)).transpose()?;
            files.push(SegmentFiles { segment, dead });
        }
        self.policies.tidy();
        let same = files.iter().eq(parts.iter().map(|part| &part.files));
        let changed = !same || self.policies != *self.index.policies;
        if !changed && self.index.generation > 0 {
            return Ok(());
        }
        // The names of the new files must be durable before a manifest relies on them.
        sync_dir(&self.dir)?;
        let manifest = Manifest::new(generation, files, std::mem::take(&mut self.policies));
        publish_manifest(&self.dir, &manifest)?;
        self.index.reload()?;
        // What a merge is writing has no name yet.
        if self.merges.is_empty() {
            remove_unused(&self.dir, &self.index);
        }
        Ok(())
    }
}

/// Whether what was merged is still in the index.
fn all_there(merged: &Merged, parts: &[Arc<Part>]) -> bool {
    let found = parts.iter().filter(|part| merged.is_source(part)).count();
    found == merged.sources.len()
}

fn publish_manifest(dir: &Path, manifest: &Manifest) -> Result<()> {
    publish(dir, MANIFEST, |file| file.write_all(&manifest.to_bytes()))?;
    sync_dir(dir)
}

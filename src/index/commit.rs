//! Publishing what a writer has collected: new files first, the manifest last.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::dead::Dead;
use super::leftovers::{mark_first_commit, remove_unused};
use super::manifest::{FILE as MANIFEST, Manifest, SegmentFiles};
use super::part::Part;
use super::publish::{publish, sync_dir};
use super::writer::IndexWriter;
use crate::segment::{NewEntry, SegmentBuilder};
use crate::{Error, Result};

impl IndexWriter {
    /// Writes the new segment, with the segments that `merge` chooses merged into it, the bitmaps
    /// that changed, and last the manifest.
    pub(super) fn publish(
        &mut self,
        cancel: &AtomicBool,
        merge: impl Fn(&Part) -> bool,
    ) -> Result<()> {
        let generation = self.index.generation.checked_add(1);
        let limit = u64::MAX;
        let generation = generation.ok_or(Error::TooLarge { what: "commits", limit })?;
        let mut builder = std::mem::take(&mut self.builder);
        let identities = std::mem::take(&mut self.identities);
        let mut files = Vec::new();
        let parts = Arc::clone(&self.index.parts);
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
            if self.index.generation == 0 {
                mark_first_commit(&self.dir)?;
            }
            builder.set_format(self.format);
            let file = format!("{generation:010}.segment");
            let entries = builder.len() as u32;
            let segment = self
                .threads
                .install(|| publish(&self.dir, &file, |to| builder.write(to, cancel)))?;
            // An entry that was added twice is in the segment twice; the second is born dead.
            let repeated = self.threads.install(|| identities.repeated(entries));
            let repeats = repeated.as_ref().map_or(0, Dead::count);
            self.counts.added -= repeats.min(self.counts.added);
            self.counts.unchanged += repeats;
            let name = format!("{generation:010}-{}.dead", parts.len());
            let dead = repeated.map(|dead| dead.publish(&self.dir, &name)).transpose()?;
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
        remove_unused(&self.dir, &self.index);
        Ok(())
    }
}

/// Adds the live entries of a segment to a new one.
fn absorb(builder: &mut SegmentBuilder, part: &Part, dead: Option<&Dead>) -> Result<()> {
    let all = part.segment.all_signals().map_err(|damage| part.corrupt(damage))?;
    for (number, signals) in (0..).zip(all) {
        if dead.is_some_and(|dead| dead.contains(number)) {
            continue;
        }
        let entry = part.segment.entry(number).map_err(|damage| part.corrupt(damage))?;
        let tags: Vec<String> = entry.tags.iter().map(|tag| (*tag).to_owned()).collect();
        let (bank, id, category) = (entry.bank, entry.id, entry.category);
        builder.add(&NewEntry { bank, id, category, tags: &tags, signals })?;
    }
    Ok(())
}

fn publish_manifest(dir: &Path, manifest: &Manifest) -> Result<()> {
    publish(dir, MANIFEST, |file| file.write_all(&manifest.to_bytes()))?;
    sync_dir(dir)
}

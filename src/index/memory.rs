//! An index without a folder.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use sha2::{Digest, Sha256};

use super::identities::Identities;
use super::manifest::{FileRef, SegmentFiles};
use super::part::Part;
use super::policy::{Policies, Policy};
use super::snapshot::Index;
use crate::segment::{Bytes, NewEntry, Segment, SegmentBuilder};
use crate::{Error, Result};

/// Builds an index in memory, for lists that are used once.
#[derive(Debug, Default)]
pub struct MemoryIndex {
    builder: SegmentBuilder,
    identities: Identities,
    policies: Policies,
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

    /// The policy of a bank, to be changed.
    pub fn policy(&mut self, bank: &str) -> &mut Policy {
        self.policies.entry(bank)
    }

    /// The index.
    ///
    /// # Errors
    /// [`Error::Io`] if no threads can be started.
    pub fn finish(mut self) -> Result<Index> {
        let path = PathBuf::from("(memory)");
        let threads = threads().map_err(Error::io("start threads for", &path))?;
        let mut bytes = Vec::new();
        let entries = self.builder.len() as u32;
        threads
            .install(|| self.builder.write(&mut bytes, &AtomicBool::new(false)))
            .map_err(Error::io("build", &path))?;
        let dead = threads.install(|| self.identities.repeated(entries));
        self.policies.tidy();
        let mut digest = Sha256::new_with_prefix(&bytes);
        if !self.policies.is_empty() {
            digest.update(serde_json::to_vec(&self.policies).unwrap_or_default());
        }
        let digest = const_hex::encode(digest.finalize());
        let segment = FileRef { bytes: bytes.len() as u64, ..FileRef::default() };
        let files = SegmentFiles { segment, dead: None };
        let segment = Segment::from_bytes(Bytes::Memory(bytes))
            .map_err(|damage| Error::corrupt(&path, damage))?;
        let part = Arc::new(Part { segment, dead, files, path });
        let (parts, policies) = (Arc::new([part]), Arc::new(self.policies));
        Ok(Index { dir: None, digest, generation: 0, parts, policies })
    }
}

/// A pool for building, so that nobody else's is used.
pub(super) fn threads() -> io::Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new().build().map_err(io::Error::other)
}

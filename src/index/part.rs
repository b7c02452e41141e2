//! A segment within an index: its file, and what was removed from it.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::dead::Dead;
use super::manifest::SegmentFiles;
use crate::segment::{Bytes, Segment};
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
    pub(super) fn open(dir: &Path, files: &SegmentFiles) -> Result<Self> {
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

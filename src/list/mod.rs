//! Hash lists: CSV with a header, plain hex lines, hash sums, JSON Lines.

use std::path::Path;

use crate::Result;
use crate::hash::Signals;

/// One entry of a list: its signals, and what the source says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The line it stands on, counted from 1.
    pub line: u64,
    /// Its hashes; at least one.
    pub signals: Signals,
    /// The entry's id at its source.
    pub id: Option<String>,
    /// The source's category.
    pub category: Option<String>,
    /// The source's tags.
    pub tags: Vec<String>,
}

/// A form in which lists come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Comma-separated with a header.
    Csv,
    /// One hash a line.
    Hex,
    /// GNU `md5sum`, `sha1sum`, `sha256sum`, BSD tags, `hashdeep`.
    Sums,
    /// One JSON object a line.
    JsonLines,
}

/// Reads records one by one; goes on after a line that could not be read.
#[derive(Debug)]
pub struct Reader {}

impl Reader {
    /// Opens a list, in the given format or in the one its content shows.
    pub fn open(path: &Path, format: Option<Format>) -> Result<Self> {
        unimplemented!("{path:?} {format:?}")
    }

    /// The format in use.
    pub fn format(&self) -> Format {
        unimplemented!()
    }
}

impl Iterator for Reader {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Result<Record>> {
        unimplemented!()
    }
}

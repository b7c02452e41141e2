//! Hash lists: CSV with a header, plain hex lines, hash sums, JSON Lines; hashes as bytes, Parquet.
//!
//! A list is recognised by its first line that is neither blank nor a comment, never by its name,
//! and is read as a stream: a list of any size takes a few megabytes at most. Each record, and each
//! line that could not be read, has its line number; after such a line reading goes on, so whoever
//! calls decides whether one bad line spoils the list. Error values say what is wrong with a hash
//! and never repeat it: listed hashes are their owners' secrets.
//!
//! Nothing here knows an index, or searches.

#![deny(clippy::indexing_slicing, clippy::cast_possible_truncation)]

mod binary;
#[cfg(feature = "parquet")]
mod columns;
mod csv;
mod fields;
mod format;
mod hex;
mod json;
mod lines;
mod reader;
mod recognise;
mod sums;
#[cfg(test)]
mod tests;

use crate::hash::Signals;
pub use format::{Format, ParseFormatError};
pub use reader::Reader;

/// One entry of a list: its signals, and what the source says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The line it stands on, counted from 1; the first one if it takes several.
    pub line: u64,
    /// Its hashes; at least one.
    pub signals: Signals,
    /// The PDQ quality of the picture, 0 to 100, if the list tells it.
    pub quality: Option<u8>,
    /// The entry's id at its source, at most 4096 bytes.
    pub id: Option<String>,
    /// The source's category, at most 1024 bytes.
    pub category: Option<String>,
    /// The source's tags, together at most 1024 bytes.
    pub tags: Vec<String>,
}

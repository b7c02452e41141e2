//! Lists that are searched once, without an index on disk.

use std::borrow::Cow;
use std::path::Path;

use crate::Result;
use crate::index::{Index, MemoryIndex, NewEntry};
use crate::list::{Reader, Record};

/// Loads lists into memory: each a bank named after its file, without the extension.
/// Entries are named by [`entry_id`].
///
/// # Errors
/// [`crate::Error::List`] at the first line that cannot be read, and those of reading the file.
pub fn load_lists<P: AsRef<Path>>(lists: &[P]) -> Result<Index> {
    let mut index = MemoryIndex::default();
    for list in lists.iter().map(AsRef::as_ref) {
        let bank = list.file_stem().unwrap_or(list.as_os_str()).to_string_lossy();
        for record in Reader::open(list, None)? {
            let record = record?;
            index.add(&NewEntry {
                bank: &bank,
                id: &entry_id(list, &record),
                category: record.category.as_deref(),
                tags: &record.tags,
                signals: record.signals,
            })?;
        }
    }
    index.finish()
}

/// The id of a list's entry: its own, or its place in the list, `known.csv:12`.
pub fn entry_id<'a>(list: &Path, record: &'a Record) -> Cow<'a, str> {
    match &record.id {
        Some(id) => Cow::Borrowed(id),
        None => {
            let file = list.file_name().unwrap_or(list.as_os_str());
            Cow::Owned(format!("{}:{}", file.to_string_lossy(), record.line))
        }
    }
}

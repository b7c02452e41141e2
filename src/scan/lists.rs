//! Lists that are searched once, without an index on disk.

use std::path::Path;

use crate::Result;
use crate::index::{Index, MemoryIndex, NewEntry};
use crate::list::Reader;

/// Loads lists into memory: each a bank named after its file, without the extension. An entry
/// without an id is named after its place, `file.csv:12`.
///
/// # Errors
/// [`crate::Error::List`] at the first line that cannot be read, and those of reading the file.
pub fn load_lists<P: AsRef<Path>>(lists: &[P]) -> Result<Index> {
    let mut index = MemoryIndex::default();
    for list in lists.iter().map(AsRef::as_ref) {
        let file = list
            .file_name()
            .unwrap_or(list.as_os_str())
            .to_string_lossy();
        let bank = list
            .file_stem()
            .unwrap_or(list.as_os_str())
            .to_string_lossy();
        for record in Reader::open(list, None)? {
            let record = record?;
            let id = record
                .id
                .unwrap_or_else(|| format!("{file}:{}", record.line));
            index.add(&NewEntry {
                bank: &bank,
                id: &id,
                category: record.category.as_deref(),
                tags: &record.tags,
                signals: record.signals,
            })?;
        }
    }
    index.finish()
}

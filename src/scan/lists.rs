//! Lists that are searched once, without an index on disk; what of a list can be searched at all.

use std::borrow::Cow;
use std::path::Path;

use super::QUALITY_FLOOR;
use crate::Result;
use crate::index::{Index, MemoryIndex, NewEntry, Role};
use crate::list::{Reader, Record};

/// Loads lists into memory: each a bank named after its file, without the extension.
/// Entries are named by [`entry_id`]; what is below the [`Floor`] is left out.
///
/// # Errors
/// [`crate::Error::List`] at the first line that cannot be read, and those of reading the file.
pub fn load_lists<P: AsRef<Path>>(lists: &[P]) -> Result<Index> {
    load_banks::<P, P>(lists, &[], &mut Floor::default())
}

/// The same with lists of what is harmless, whose banks have [`Role::Allow`]; counts what is below the
/// floor. A harmless bank that would have the name of another is called `allow:` and that name.
///
/// # Errors
/// As [`load_lists`].
pub fn load_banks<P: AsRef<Path>, A: AsRef<Path>>(
    lists: &[P],
    allow: &[A],
    floor: &mut Floor,
) -> Result<Index> {
    let mut index = MemoryIndex::default();
    let mut known = Vec::new();
    for list in lists.iter().map(AsRef::as_ref) {
        let bank = bank_of(list);
        load(&mut index, list, &bank, floor)?;
        known.push(bank);
    }
    for list in allow.iter().map(AsRef::as_ref) {
        let mut bank = bank_of(list);
        if known.contains(&bank) {
            bank.insert_str(0, "allow:");
        }
        index.policy(&bank).role = Role::Allow;
        load(&mut index, list, &bank, floor)?;
    }
    index.finish()
}

fn bank_of(list: &Path) -> String {
    list.file_stem().unwrap_or(list.as_os_str()).to_string_lossy().into_owned()
}

fn load(index: &mut MemoryIndex, list: &Path, bank: &str, floor: &mut Floor) -> Result<()> {
    for record in Reader::open(list, None)? {
        let mut record = record?;
        if floor.admit(&mut record) {
            index.add(&NewEntry {
                bank,
                id: &entry_id(list, &record),
                category: record.category.as_deref(),
                tags: &record.tags,
                signals: record.signals,
            })?;
        }
    }
    Ok(())
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

/// The least quality of a listed PDQ hash, where the list tells it, and what was below.
///
/// Pictures with little structure have hashes that are near to those of others like them: a listed one
/// would match blank pages and logos. Its digests are kept.
///
/// ```
/// use tutela::hash::Hash256;
/// use tutela::list::Record;
/// use tutela::scan::Floor;
///
/// let mut record = Record { quality: Some(12), ..Record::default() };
/// record.signals.pdq = Some(Hash256::default());
/// record.signals.md5 = Some([7; 16]);
/// let mut floor = Floor::default();
/// assert!(floor.admit(&mut record));
/// assert_eq!((record.signals.pdq, floor.exact_only), (None, 1));
/// assert!(!floor.admit(&mut Record { quality: Some(12), ..Record::default() }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Floor {
    /// The least quality.
    pub least: u8,
    /// Entries of which only the digests were kept.
    pub exact_only: u64,
    /// Entries that had no digest and were left out.
    pub left_out: u64,
}

impl Default for Floor {
    fn default() -> Self {
        Self { least: QUALITY_FLOOR, exact_only: 0, left_out: 0 }
    }
}

impl Floor {
    /// Takes a PDQ hash below the floor out of a record; false if nothing is left then.
    pub fn admit(&mut self, record: &mut Record) -> bool {
        if record.quality.is_none_or(|quality| quality >= self.least) {
            return true;
        }
        let had = record.signals.pdq.take().is_some();
        let some = !record.signals.is_empty();
        match (had, some) {
            (_, false) => self.left_out += 1,
            (true, true) => self.exact_only += 1,
            (false, true) => {}
        }
        some
    }
}

//! A folder of segments: manifest, atomic publish, one writer, many readers.
//!
//! [`IndexWriter`] adds and removes; a commit writes new files beside the old ones and then replaces
//! the manifest, so a crash leaves the old index or the new one, whole. [`Index`] is a snapshot for
//! reading: opening costs headers, not data, and later commits do not disturb it. [`Searcher`] asks
//! it; [`MemoryIndex`] builds one without a folder.
//!
//! Each bank has a [`Policy`], kept in the manifest: searches find all entries, and who asks for them
//! applies it.
//!
//! Nothing here decodes media or knows a list's format.

mod commit;
mod dead;
mod identities;
mod leftovers;
mod manifest;
mod memory;
mod part;
mod policy;
mod publish;
mod search;
mod snapshot;
#[cfg(test)]
mod tests;
mod writer;

pub use crate::segment::{Entry, NewEntry};
pub use memory::MemoryIndex;
pub use policy::{Policies, Policy, Role};
pub use search::{EntryRef, Hit, Searcher};
pub use snapshot::{BankStats, Index, Stats};
pub use writer::{Commit, IndexWriter};

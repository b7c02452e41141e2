//! A folder of segments: manifest, atomic publish, one writer, many readers.
//!
//! [`IndexWriter`] adds and removes; a commit writes new files beside the old ones and then replaces
//! the manifest, so a crash leaves the old index or the new one, whole. [`Index`] is a snapshot for
//! reading: opening costs headers, not data, and later commits do not disturb it. [`Searcher`] asks
//! it; [`MemoryIndex`] builds one without a folder. With the feature `hnsw` there is also an approximate
//! graph of neighbours, `Graph`, for exploring.
//!
//! Each bank has a [`Policy`], kept in the manifest: searches find all entries, and who asks for them
//! applies it.
//!
//! Nothing here decodes media or knows a list's format.

mod commit;
mod dead;
#[cfg(feature = "hnsw")]
mod graph;
mod identities;
mod leftovers;
mod manifest;
mod memory;
mod merge;
mod nearest;
mod part;
mod pending;
mod policy;
mod publish;
mod removals;
mod search;
mod snapshot;
mod stats;
#[cfg(test)]
mod tests;
mod writer;

pub use crate::segment::{Entry, Format, NewEntry};
#[cfg(feature = "hnsw")]
pub use graph::{Approximate, Graph, Recall};
pub use memory::MemoryIndex;
pub use pending::DEFAULT_MEMORY;
pub use policy::{Policies, Policy, Role};
pub use search::{EntryRef, Hit, Searcher};
pub use snapshot::Index;
pub use stats::{BankStats, SegmentPlan, Stats};
pub use writer::{Commit, IndexWriter};

//! Finds known child sexual abuse images by their hashes, exactly, and says what it could not judge.
//!
//! ```
//! use std::ops::ControlFlow;
//! use std::path::PathBuf;
//! use std::sync::atomic::AtomicBool;
//! use tutela::scan::{Scan, Verdict, load_lists};
//!
//! let index = load_lists(&["testdata/known.csv"])?;
//! let sources = [PathBuf::from("testdata/media/copies")];
//! let mut matched = 0;
//! let cancel = AtomicBool::new(false);
//! let summary = Scan::default().run(&index, &sources, &cancel, &|_bytes| {}, &mut |finding| {
//!     matched += u64::from(finding.verdict == Verdict::Match);
//!     ControlFlow::Continue(())
//! })?;
//! assert!(matched > 15);
//! assert_eq!(matched, summary.matched);
//! # Ok::<(), tutela::Error>(())
//! ```
//!
//! # How it fits together
//!
//! - [`hash::Hasher`] makes PDQ hashes of pixels, [`hash::Digests`] are those of a file's bytes.
//! - [`media::decode`] turns the bytes of a picture file into frames of pixels, within
//!   [`media::Limits`].
//! - [`list::Reader`] reads hash lists of several forms.
//! - [`index::Index`] is a folder of hashes open for reading, [`index::Searcher`] asks it,
//!   [`index::IndexWriter`] changes it.
//! - [`scan::Scan`] does all of it for files and folders and gives [`scan::Finding`]s.
//!
//! Below them, [`segment::Segment`] is one immutable file of an index, or any bytes that are laid out
//! like one, and [`hamming::Kernel`] the innermost loops.
//!
//! # What is guaranteed
//!
//! *Exactness*: a search gives every entry within the radius, at every radius, with every kernel, or
//! an error. *Durability*: when [`index::IndexWriter::commit`] returns, the change is on disk; after
//! a crash the index is the old or the new one. *Accounting*: every file of a scan ends as a match,
//! as clear or as unjudged with a reason. *Threads*: everything is `Send`; a searcher or a
//! hasher is for one thread at a time, and cheap to clone or make.
//!
//! # Limits and surprises
//!
//! 1. The PDQ of a *file* follows the reference's command: pictures with a side over 512 are first
//!    sampled to 512 x 512. PyPI `pdqhash` does not do that, and its hashes of large pictures differ
//!    by some bits ([`hash::Prescale`]).
//! 2. PDQ hashes of a quality below 50 say too little to be matched; such pictures are compared by
//!    their digests and are otherwise unjudged.
//! 3. Turned and mirrored copies are found by [`hash::Hasher::turned`], which hashes the picture really
//!    turned. The reference's way, all eight from one DCT ([`hash::Hasher::orientations`]), can be more
//!    than 31 bits off.
//! 4. An index is mapped into memory. Whoever truncates one of its files in place ends the processes
//!    that search it; commits never do that.
//! 5. Opening an index checks little; each block of it is verified when it is first read. The first
//!    searches are slower for it.
//! 6. `Debug` of query hashes shows them; that of listed signals does not.
//!
//! # Features
//!
//! - `cli` (on by default) brings the crates that the command `tutela` needs and the library does not.
//! - `libwebp` decodes WebP by the library of its authors, in C: twice as fast.
//! - `parquet` reads lists in Apache Parquet.
//! - `hnsw` adds `index::Graph`, an approximate graph of nearest neighbours for exploring.
#![doc(test(attr(allow(unused_variables, unused_assignments), deny(warnings))))]

pub mod error;
pub mod hamming;
pub mod hash;
pub mod index;
pub mod list;
pub mod media;
pub mod scan;
pub mod segment;

pub use error::{Corruption, Damage, Error, ListReason, Result};

/// The README's examples, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

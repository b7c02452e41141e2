//! Why an operation failed, sorted by who can act on it.
//!
//! Every error names the file and what was expected there. A picture that cannot be decoded is *not*
//! an error: it is a reported verdict (see [`crate::scan::Verdict::Unjudged`]).

use std::io;
use std::path::{Path, PathBuf};

/// The result of this library's fallible calls.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation of this library failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused; the source says why.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, as a verb: "open", "sync".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// There is no index in this folder.
    #[error("{} is not an index: it has no manifest (make one with `tutela index add`)", path.display())]
    NotAnIndex {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds segments but no manifest. A new index there would delete them.
    #[error("{} holds segments of an index that has lost its manifest: restore manifest.json, or use a new folder", path.display())]
    ManifestLost {
        /// The folder.
        path: PathBuf,
    },
    /// The file is not one of ours, or it is damaged. Rebuild it from the hash lists.
    #[error("{} is damaged (rebuild the index from its lists)", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Where, and what was expected.
        source: Corruption,
    },
    /// Written by another version. Use a newer one, or build the index again with this one.
    #[error("{}: format version {found}, this build reads version {supported}: upgrade tutela or build the index again", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version it states.
        found: u32,
        /// The version that this build reads.
        supported: u32,
    },
    /// Another process is writing to this index. Wait for it, then try again.
    #[error("{} is locked by another writer: wait until it ends and try again", path.display())]
    Locked {
        /// The index folder.
        path: PathBuf,
    },
    /// A line of a hash list could not be read.
    #[error("{}: {reason}", place(path, *line))]
    List {
        /// The list.
        path: PathBuf,
        /// Its line, counted from 1; 0 where the whole file is meant.
        line: u64,
        /// What is wrong with it.
        reason: ListReason,
    },
    /// The index would outgrow what its format can number.
    #[error("{what} of one segment exceed {limit}: split the list into several imports")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The format's limit.
        limit: u64,
    },
    /// The work was cancelled through its flag; nothing was changed.
    #[error("cancelled")]
    Cancelled,
}

/// A line of a file, or the file.
fn place(path: &Path, line: u64) -> String {
    match line {
        0 => path.display().to_string(),
        line => format!("{}:{line}", path.display()),
    }
}

impl Error {
    /// For `map_err` on I/O: says what was tried on which path.
    pub(crate) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }

    /// Adds the file's name to what was found in its bytes.
    pub(crate) fn corrupt(path: &Path, source: Corruption) -> Self {
        match source.what {
            Damage::Version { found, supported } => {
                Self::Version { path: path.to_owned(), found, supported }
            }
            _ => Self::Corrupt { path: path.to_owned(), source },
        }
    }
}

/// A place in a file that is not as the format says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {offset}")]
pub struct Corruption {
    /// The offset from the file's start.
    pub offset: u64,
    /// What is wrong there.
    pub what: Damage,
}

/// The kinds of damage that reading an index can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// The first bytes are not those of the format.
    #[error("wrong magic number")]
    Magic,
    /// A version that this build does not read.
    #[error("format version {found}, this build reads version {supported}")]
    Version {
        /// The version stated.
        found: u32,
        /// The version readable.
        supported: u32,
    },
    /// The bytes end too early, or go on too long.
    #[error("wrong length: expected {expected} bytes, found {found}")]
    Length {
        /// What the structure needs.
        expected: u64,
        /// What there is.
        found: u64,
    },
    /// Bytes do not have the checksum that was written with them.
    #[error("checksum mismatch")]
    Checksum,
    /// A number points outside of what it counts or indexes.
    #[error("{0} out of range")]
    Range(&'static str),
    /// Text that is not in the form that the format asks.
    #[error("malformed {0}")]
    Text(&'static str),
}

/// What is wrong with a line of a hash list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListReason {
    /// The file has no line that could be a hash list.
    #[error(
        "not a hash list: expected CSV with a header, hex lines, hash sums or JSON Lines ({0})"
    )]
    Unrecognised(String),
    /// The CSV header names no signal column.
    #[error("the header names none of pdq, md5, sha1, sha256")]
    NoSignalColumn,
    /// A value that should be hexadecimal of a given length.
    #[error("{signal}: expected {expected} hex digits, found {found}")]
    Hex {
        /// The signal's name.
        signal: &'static str,
        /// Digits expected.
        expected: usize,
        /// What stands there instead, without the value itself.
        found: String,
    },
    /// A record without any signal.
    #[error("no signal on this line")]
    NoSignal,
    /// A field that is too long to be meant.
    #[error("{field} is longer than {limit} bytes")]
    TooLong {
        /// The field's name.
        field: &'static str,
        /// The limit in bytes.
        limit: usize,
    },
    /// The line breaks the rules of its format.
    #[error("{0}")]
    Syntax(String),
}

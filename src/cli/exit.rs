//! The exit status: scripts decide by it.

use std::process::ExitCode;

/// How the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ExitStatus {
    /// Finished, nothing matched.
    NothingMatched = 0,
    /// Finished, something matched.
    Matched = 1,
    /// Wrong usage, or ended before the end.
    Fatal = 2,
    /// Finished, nothing matched, but something could not be judged or is for review.
    Unjudged = 3,
}

/// The same for people; shown by `--help`.
pub(super) const HELP: &str = "\
Exit status:
  0  finished; nothing matched
  1  finished; something matched
  2  wrong usage, a fatal error, or stopped before the end (Ctrl-C, closed pipe)
  3  finished; nothing matched, but something could not be judged or is for review";

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}

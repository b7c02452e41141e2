//! Where text goes: results to standard output or a file, everything else to standard error.

use std::borrow::Cow;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use anyhow::Context;
use indicatif::HumanCount;
use tutela::index::Index;

use super::ExitStatus;

/// Rows of results. Buffered, but on a terminal each row is there at once.
pub(super) struct Rows {
    writer: BufWriter<Box<dyn Write>>,
    /// What is synced at the end.
    file: Option<File>,
    terminal: bool,
}

impl Rows {
    pub(super) fn stdout() -> Self {
        let stdout = io::stdout().lock();
        Self {
            terminal: stdout.is_terminal(),
            writer: BufWriter::new(Box::new(stdout)),
            file: None,
        }
    }

    /// Rows to a file, which is made or emptied.
    pub(super) fn file(path: &Path) -> anyhow::Result<Self> {
        let file = File::create(path).with_context(|| format!("cannot create {}", name(path)))?;
        Ok(Self {
            writer: BufWriter::new(Box::new(file.try_clone()?)),
            file: Some(file),
            terminal: false,
        })
    }

    /// Whether a person reads them as they come.
    pub(super) fn terminal(&self) -> bool {
        self.terminal
    }

    pub(super) fn json(&mut self, row: &impl serde::Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.writer, row)?;
        self.bytes(b"\n")
    }

    /// Bytes as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer.write_all(bytes)?;
        if self.terminal { self.flush() } else { Ok(()) }
    }

    /// Hands over what is buffered, for a program that waits for it.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// Hands over the rest; a file is on the disk when this returns.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.writer.flush()?;
        match self.file {
            // A pipe or a device can be named as well, and cannot be synced.
            Some(file) if file.metadata()?.is_file() => file.sync_all(),
            _ => Ok(()),
        }
    }
}

/// Writes a line to standard error. If nobody reads that, there is nobody to tell.
pub(super) fn note(message: impl Display) {
    let _ = writeln!(io::stderr(), "{message}");
}

/// Writes a warning to standard error.
pub(super) fn warn(message: impl Display) {
    note(format_args!("tutela: warning: {message}"));
}

/// A number with its noun: `1 file`, `2,000 files`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", HumanCount(count), if count == 1 { one } else { many })
}

/// Warns of an index that finds nothing because nothing is in it.
pub(super) fn warn_if_empty(index: &Index) {
    if index.is_empty() {
        warn("there are no entries to search: nothing can match");
    }
}

/// Tells why the command ends before its end. A closed pipe needs no words: its reader has enough.
pub(crate) fn fatal(error: &anyhow::Error) -> ExitStatus {
    let closed = error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().map(io::Error::kind) == Some(io::ErrorKind::BrokenPipe)
    });
    if !closed {
        note(format_args!("tutela: error: {error:#}"));
    }
    ExitStatus::Fatal
}

/// A path for standard error.
pub(super) fn name(path: &Path) -> String {
    let text = path.to_string_lossy();
    if io::stderr().is_terminal() { sanitise(&text).into_owned() } else { text.into_owned() }
}

/// The name without what steers a terminal: file names come from strangers.
///
/// Control characters and those that change the direction of writing become `\u{..}`.
pub(super) fn sanitise(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        if steers(char) {
            clean.extend(char.escape_unicode());
        } else {
            clean.push(char);
        }
    }
    Cow::Owned(clean)
}

fn steers(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_steer_a_terminal() {
        assert_eq!(sanitise("a\x1b[2Jb\u{202e}gpj.\n"), r"a\u{1b}[2Jb\u{202e}gpj.\u{a}");
        for plain in ["photos/a b.jpg", "\u{e4}\u{4e2d}\u{1f600}", ""] {
            assert!(matches!(sanitise(plain), Cow::Borrowed(_)));
        }
    }

    #[test]
    fn a_closed_pipe_is_found_anywhere_in_the_chain() {
        let closed = anyhow::Error::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(fatal(&closed.context("cannot write findings")), ExitStatus::Fatal);
    }
}

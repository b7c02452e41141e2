//! Lists named on the command line, one of which may be standard input.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ValueEnum;
use tempfile::NamedTempFile;
use tutela::list::Format;

use crate::cli::output::name;

/// The values of `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatName {
    /// Comma-separated, with a header of any of pdq, md5, sha1, sha256, id, category, tags
    Csv,
    /// One hash a line
    Hex,
    /// As md5sum, sha1sum, sha256sum or hashdeep print
    Sums,
    /// One JSON object a line
    Jsonl,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Csv => Self::Csv,
            FormatName::Hex => Self::Hex,
            FormatName::Sums => Self::Sums,
            FormatName::Jsonl => Self::JsonLines,
        }
    }
}

/// A list that can be opened, and what people call it.
#[derive(Debug)]
pub(super) struct List {
    path: PathBuf,
    name: String,
    entry_prefix: String,
    /// Standard input, kept until the list is read.
    _spooled: Option<NamedTempFile>,
}

impl List {
    /// The list of this name; `-` is standard input, which is read to its end.
    pub(super) fn new(list: &Path) -> anyhow::Result<Self> {
        if list != Path::new("-") {
            let file = list.file_name().unwrap_or(list.as_os_str());
            return Ok(Self {
                path: list.to_owned(),
                name: name(list),
                entry_prefix: file.to_string_lossy().into_owned(),
                _spooled: None,
            });
        }
        let mut file = NamedTempFile::new().context("cannot make a temporary file")?;
        io::copy(&mut io::stdin().lock(), &mut file).context("cannot read standard input")?;
        Ok(Self {
            path: file.path().to_owned(),
            name: "-".to_owned(),
            entry_prefix: "-".to_owned(),
            _spooled: Some(file),
        })
    }

    /// The file to open.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The name of an entry that has none: `list.csv:12`.
    pub(super) fn entry(&self, line: u64) -> String {
        format!("{}:{line}", self.entry_prefix)
    }

    /// The error in this list's own name.
    pub(super) fn explain(&self, error: tutela::Error) -> anyhow::Error {
        match error {
            tutela::Error::List {
                line: 0, reason, ..
            } => anyhow::anyhow!("{}: {reason}", self.name),
            tutela::Error::List { line, reason, .. } => {
                anyhow::anyhow!("{}:{line}: {reason}", self.name)
            }
            other => other.into(),
        }
    }
}

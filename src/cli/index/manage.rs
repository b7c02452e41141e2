//! `tutela index info`, `verify` and `compact`.

use std::path::PathBuf;

use anyhow::Context;
use indicatif::{DecimalBytes, HumanCount};
use serde::Serialize;
use tutela::index::{Index, IndexWriter, Stats};

use super::policy::words;
use crate::cli::output::{Rows, counted, note, sanitise};
use crate::cli::{ExitStatus, interrupt};

/// Show what an index holds: banks, entries, hashes, size.
#[derive(Debug, clap::Args)]
pub(crate) struct Info {
    /// The folder of the index.
    #[arg(long, value_name = "DIR")]
    index: PathBuf,
    /// As one JSON object.
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Row<'a> {
    index: &'a str,
    #[serde(flatten)]
    stats: &'a Stats,
}

impl Info {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        let index = Index::open(&self.index)?;
        let stats = index.stats()?;
        let mut rows = Rows::stdout();
        let row = Row { index: index.digest(), stats: &stats };
        if self.json { rows.json(&row) } else { rows.bytes(text(&row).as_bytes()) }
            .and_then(|()| rows.finish())
            .context("cannot write the answer")?;
        Ok(ExitStatus::NothingMatched)
    }
}

fn text(row: &Row<'_>) -> String {
    let stats = row.stats;
    let mut lines = vec![
        format!("index     {}", row.index),
        format!(
            "entries   {} ({} removed, not yet compacted)",
            HumanCount(stats.entries),
            HumanCount(stats.dead)
        ),
        format!(
            "hashes    pdq {}, md5 {}, sha1 {}, sha256 {}",
            HumanCount(stats.pdq),
            HumanCount(stats.md5),
            HumanCount(stats.sha1),
            HumanCount(stats.sha256)
        ),
        format!(
            "on disk   {} in {}",
            DecimalBytes(stats.bytes),
            counted(stats.segments, "segment", "segments")
        ),
    ];
    for bank in &stats.banks {
        lines.push(format!(
            "bank      {}: {}{}",
            sanitise(&bank.bank),
            counted(bank.entries, "entry", "entries"),
            bank.policy.as_ref().map_or(String::new(), |policy| format!(" ({})", words(policy)))
        ));
    }
    lines.join("\n") + "\n"
}

/// Read every byte of an index and check every checksum.
#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    /// The folder of the index.
    #[arg(long, value_name = "DIR")]
    index: PathBuf,
}

impl Verify {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        let index = Index::open(&self.index)?;
        index.verify()?;
        note(format_args!("sound: index {}", index.digest()));
        Ok(ExitStatus::NothingMatched)
    }
}

/// Merge the parts of an index and give back what removed entries took.
///
/// Searches give the same answers before, meanwhile and after.
#[derive(Debug, clap::Args)]
pub(crate) struct Compact {
    /// The folder of the index.
    #[arg(long, value_name = "DIR")]
    index: PathBuf,
}

impl Compact {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        let cancel = interrupt::flag()?;
        IndexWriter::open(&self.index)?.compact(cancel)?;
        let stats = Index::open(&self.index)?.stats()?;
        note(format_args!(
            "compacted: {}, {} in {}",
            counted(stats.entries, "entry", "entries"),
            DecimalBytes(stats.bytes),
            counted(stats.segments, "segment", "segments")
        ));
        Ok(ExitStatus::NothingMatched)
    }
}

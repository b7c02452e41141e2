//! `tutela index info`, `verify` and `compact`.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use anyhow::Context;
use indicatif::{DecimalBytes, HumanCount};
use serde::Serialize;
use tutela::Error;
use tutela::hamming::Kernel;
use tutela::hash::Radius;
use tutela::index::{Format, Index, IndexWriter, SegmentPlan, Stats};

use super::policy::words;
use crate::cli::options::size;
use crate::cli::output::{Rows, counted, note, sanitise, warn};
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
    plans: &'a [SegmentPlan],
}

impl Info {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        let index = Index::open(&self.index)?;
        let stats = index.stats()?;
        let mut rows = Rows::stdout();
        let plans = index.plans(Kernel::detect(), Radius::default())?;
        let row = Row { index: index.digest(), stats: &stats, plans: &plans };
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
    for plan in row.plans {
        lines.push(format!("segment   {}: {}", plan.file, search(plan)));
    }
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

/// How a segment is searched, with what was measured for it.
fn search(plan: &SegmentPlan) -> String {
    let hashes = HumanCount(plan.hashes);
    let Some(costs) = plan.nanoseconds else {
        return format!("{hashes} hashes, all compared");
    };
    let tables = match plan.format {
        Some(Format::Lean) => "lean tables",
        _ => "tables",
    };
    format!(
        "{hashes} hashes, {tables}; searched by {} ({:.0} ns a bucket; comparing all takes {:.2} ms)",
        plan.plan,
        costs.bucket,
        costs.row * plan.hashes as f64 / 1e6
    )
}

/// Merges segments that are due, after a commit. Whatever stops it, the index is sound.
pub(super) fn finish_merges(writer: &mut IndexWriter, cancel: &AtomicBool) {
    match writer.finish_merges(cancel) {
        Ok(()) | Err(Error::Cancelled) => {}
        Err(error) => warn(format_args!("segments are left unmerged: {error}")),
    }
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
    /// Memory for entries until they are written, as 512M or 2G. Less memory makes more segments, and
    /// searches slower.
    #[arg(long, value_name = "SIZE", default_value = "2G", value_parser = size)]
    memory: u64,
    /// With fewer tables: a third less on the disk, searches several times as slow.
    #[arg(long, conflicts_with = "full")]
    lean: bool,
    /// With all tables, after it was lean.
    #[arg(long)]
    full: bool,
}

impl Compact {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        let cancel = interrupt::flag()?;
        let mut writer = IndexWriter::open(&self.index)?;
        writer.set_memory(self.memory);
        if self.lean {
            writer.set_format(Format::Lean);
        } else if self.full {
            writer.set_format(Format::Full);
        }
        writer.compact(cancel)?;
        drop(writer);
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

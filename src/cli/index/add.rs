//! `tutela index add`.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::bail;
use clap::value_parser;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use tutela::Error;
use tutela::index::{IndexWriter, NewEntry};
use tutela::list::Format;
use tutela::scan::{Floor, QUALITY_FLOOR, entry_id};

use super::lists::{format, open};
use super::manage::finish_merges;
use crate::cli::floor::warn_below;
use crate::cli::options::{bank, size};
use crate::cli::output::{counted, name, note, sanitise, warn};
use crate::cli::shape::PdqShape;
use crate::cli::{ExitStatus, interrupt};

/// Bad lines that are shown; the rest are counted.
const SHOWN: u64 = 20;
/// Entries between two looks at the cancel flag and the progress bar.
const STRIDE: u64 = 4096;

const DETAILS: &str = "\
The CSV has a header with any of pdq, md5, sha1, sha256, id, category, tags (at least one hash).
An entry without an id gets the name of its line, as list.csv:12. Adding a list twice changes nothing.

Examples:
  tutela index add --index known --bank NCMEC ncmec.csv
  sha256sum /evidence/* | tutela index add --index known --bank case-7 -
";

/// Add hash lists to a bank; makes the index if there is none.
///
/// All lists are read before anything is changed. When the command returns, the entries are on the
/// disk. A line that cannot be read fails the whole import, and nothing changes.
#[derive(Debug, clap::Args)]
#[command(after_help = DETAILS)]
pub(crate) struct Args {
    /// The folder of the index.
    #[arg(long, value_name = "DIR")]
    index: PathBuf,
    /// The bank that the entries join.
    #[arg(long, value_name = "NAME", value_parser = bank)]
    bank: String,
    /// The form of the lists [default: told by their content].
    #[arg(long, value_name = "F", value_parser = format())]
    format: Option<Format>,
    /// Leave out PDQ hashes below this quality, where the list tells it; their digests are kept.
    #[arg(long, value_name = "N", default_value_t = QUALITY_FLOOR, value_parser = value_parser!(u8).range(..=100))]
    min_quality: u8,
    /// Count lines that cannot be read, and go on.
    #[arg(long)]
    skip_bad: bool,
    /// Memory for entries until they are written, as 512M or 2G. Less memory makes more segments, and
    /// searches slower.
    #[arg(long, value_name = "SIZE", default_value = "2G", value_parser = size)]
    memory: u64,
    /// Fewer tables for new segments: a third less on the disk, searches several times as slow.
    #[arg(long)]
    lean: bool,
    /// Files of hashes; `-` is standard input.
    #[arg(required = true, value_name = "LIST")]
    lists: Vec<PathBuf>,
}

impl Args {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        let cancel = interrupt::flag()?;
        let mut writer = IndexWriter::open_or_create(&self.index)?;
        writer.set_memory(self.memory);
        if self.lean {
            writer.set_format(tutela::index::Format::Lean);
        }
        let floor = Floor { least: self.min_quality, ..Floor::default() };
        let mut import = Import {
            args: &self,
            writer: &mut writer,
            cancel,
            bar: progress(),
            read: 0,
            bad: 0,
            floor,
        };
        for list in &self.lists {
            import.list(list)?;
        }
        import.bar.finish_and_clear();
        let (bad, floor) = (import.bad, import.floor);
        if bad > 0 && !self.skip_bad {
            bail!(
                "{} cannot be read, nothing was changed (--skip-bad leaves them out)",
                counted(bad, "line", "lines")
            );
        }
        let commit = writer.commit(cancel)?;
        note(format_args!(
            "added {} ({} already there{}) to bank {}",
            counted(commit.added, "entry", "entries"),
            HumanCount(commit.unchanged),
            match commit.replaced {
                0 => String::new(),
                count => format!(", {} with a new category or tags", HumanCount(count)),
            },
            sanitise(&self.bank)
        ));
        warn_below(&floor);
        if bad > 0 {
            warn(format_args!("{} left out", counted(bad, "line", "lines")));
        }
        finish_merges(&mut writer, cancel);
        Ok(ExitStatus::NothingMatched)
    }
}

/// Reading lists into a writer that has not committed.
struct Import<'a> {
    args: &'a Args,
    writer: &'a mut IndexWriter,
    cancel: &'a AtomicBool,
    bar: ProgressBar,
    read: u64,
    bad: u64,
    floor: Floor,
}

impl Import<'_> {
    fn list(&mut self, list: &Path) -> anyhow::Result<()> {
        let before = self.read;
        let mut shape = PdqShape::default();
        for record in open(list, self.args.format)? {
            self.read += 1;
            if self.read.is_multiple_of(STRIDE) {
                self.bar.set_position(self.read);
                if self.cancel.load(Ordering::Relaxed) {
                    return Err(Error::Cancelled.into());
                }
            }
            let mut record = match record {
                Ok(record) => record,
                Err(error @ Error::List { .. }) => {
                    self.bad(&error);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            shape.see(&record);
            // Nothing will be committed any more: only the other bad lines are of interest.
            if self.bad > 0 && !self.args.skip_bad {
                continue;
            }
            if !self.floor.admit(&mut record) {
                continue;
            }
            self.writer.add(&NewEntry {
                bank: &self.args.bank,
                id: &entry_id(list, &record),
                category: record.category.as_deref(),
                tags: &record.tags,
                signals: record.signals,
            })?;
        }
        self.bar.suspend(|| {
            shape.warn(list);
            if self.read == before {
                warn(format_args!("{}: no entry in it", name(list)));
            }
        });
        Ok(())
    }

    fn bad(&mut self, error: &Error) {
        self.bad += 1;
        if self.bad <= SHOWN {
            self.bar.suspend(|| warn(error));
        } else if self.bad == SHOWN + 1 {
            self.bar.suspend(|| warn("more such lines follow; only their number is shown"));
        }
    }
}

fn progress() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} lines  {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

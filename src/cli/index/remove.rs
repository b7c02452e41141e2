//! `tutela index remove`.

use std::path::PathBuf;

use anyhow::bail;
use indicatif::HumanCount;
use tutela::index::IndexWriter;
use tutela::list::Format;
use tutela::scan::entry_id;

use super::lists::{format, open};
use super::manage::finish_merges;
use crate::cli::options::bank;
use crate::cli::output::{counted, note, sanitise, warn};
use crate::cli::{ExitStatus, interrupt};

/// Entries that are not there and are named; the rest are counted.
const SHOWN: u64 = 20;

/// Remove entries from a bank: by id, by list, or all.
///
/// From the next search on they are not found. What they take on the disk is given back by
/// `tutela index compact`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(crate) struct Args {
    /// The folder of the index.
    #[arg(long, value_name = "DIR")]
    index: PathBuf,
    /// The bank.
    #[arg(long, value_name = "NAME", value_parser = bank)]
    bank: String,
    /// Ids of entries; may be repeated.
    #[arg(long = "entry", value_name = "ID", num_args = 1.., group = "what")]
    entries: Vec<String>,
    /// A hash list: a line with an id removes the entries of that id, a line without one those
    /// that have all of its hashes. `-` is standard input.
    #[arg(long, value_name = "LIST", group = "what")]
    from: Option<PathBuf>,
    /// The form of the list [default: told by its content].
    #[arg(long, value_name = "F", requires = "from", value_parser = format())]
    format: Option<Format>,
    /// Every entry of the bank.
    #[arg(long, group = "what")]
    all: bool,
}

impl Args {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        let cancel = interrupt::flag()?;
        let mut writer = IndexWriter::open(&self.index)?;
        let mut missing = 0;
        let mut found = |count: u64, what: &str| {
            if count == 0 {
                missing += 1;
                if missing <= SHOWN {
                    warn(format_args!("{}: not in this bank", sanitise(what)));
                }
            }
        };
        for id in &self.entries {
            found(writer.remove_id(&self.bank, id)?, id);
        }
        if let Some(list) = &self.from {
            for record in open(list, self.format)? {
                let record = record?;
                match &record.id {
                    Some(id) => found(writer.remove_id(&self.bank, id)?, id),
                    None => {
                        let count = writer.remove_signals(&self.bank, &record.signals)?;
                        found(count, &entry_id(list, &record));
                    }
                }
            }
        }
        if self.all && writer.remove_bank(&self.bank)? == 0 {
            bail!("there is no bank {} with entries in this index", sanitise(&self.bank));
        }
        let commit = writer.commit(cancel)?;
        if missing > SHOWN {
            warn(format_args!("{} were not in this bank", HumanCount(missing)));
        }
        note(format_args!(
            "removed {} from bank {}",
            counted(commit.removed, "entry", "entries"),
            sanitise(&self.bank)
        ));
        finish_merges(&mut writer, cancel);
        Ok(ExitStatus::NothingMatched)
    }
}

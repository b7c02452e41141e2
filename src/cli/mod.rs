//! The command line: one file a subcommand, each a thin use of the library.

mod completions;
mod exit;
mod floor;
mod hash;
mod index;
mod interrupt;
mod lookup;
mod options;
mod output;
mod scan;
mod shape;

use clap::{Parser, Subcommand};

pub(crate) use exit::ExitStatus;
pub(crate) use output::fatal;

const EXAMPLES: &str = "\
Examples:
  tutela index add --index known --bank NCMEC list.csv     load a hash list
  tutela scan --index known --out found.jsonl /srv/media   search all files in a folder
  tutela scan --list list.csv photo.jpg                    the same without an index
  tutela hash --csv photos/                                print hashes, search nothing
";

/// Find known abuse images by their hashes: near-duplicates by PDQ, exact copies by MD5, SHA-1, SHA-256.
///
/// Files that cannot be examined are reported, never skipped in silence.
#[derive(Debug, Parser)]
#[command(version, after_help = format!("{EXAMPLES}\n{}", exit::HELP))]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make and change an index of known hashes.
    #[command(subcommand)]
    Index(index::Command),
    Hash(hash::Args),
    Match(lookup::Args),
    Scan(scan::Args),
    Completions(completions::Args),
}

impl Cli {
    /// Runs the subcommand.
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        match self.command {
            Command::Index(command) => command.run(),
            Command::Hash(args) => args.run(),
            Command::Match(args) => args.run(),
            Command::Scan(args) => args.run(),
            Command::Completions(args) => args.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_are_consistent() {
        Cli::command().debug_assert();
    }
}

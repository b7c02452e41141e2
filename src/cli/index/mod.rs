//! `tutela index`.

mod add;
mod lists;
mod manage;
mod policy;
mod remove;

use clap::Subcommand;

use super::ExitStatus;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(add::Args),
    Remove(remove::Args),
    Policy(policy::Args),
    Info(manage::Info),
    Verify(manage::Verify),
    Compact(manage::Compact),
}

impl Command {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        match self {
            Self::Add(args) => args.run(),
            Self::Remove(args) => args.run(),
            Self::Policy(args) => args.run(),
            Self::Info(args) => args.run(),
            Self::Verify(args) => args.run(),
            Self::Compact(args) => args.run(),
        }
    }
}

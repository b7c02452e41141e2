//! `tutela completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::output::Rows;
use super::{Cli, ExitStatus};

/// Print the completion script of a shell.
///
/// For bash: tutela completions bash > ~/.local/share/bash-completion/completions/tutela
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell.
    shell: Shell,
}

impl Args {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        // Its generator panics when the pipe is closed, so it writes to memory first.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "tutela", &mut script);
        let mut rows = Rows::stdout();
        rows.bytes(&script)?;
        rows.finish()?;
        Ok(ExitStatus::NothingMatched)
    }
}

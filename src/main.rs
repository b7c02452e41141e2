//! The `tutela` command; `tutela --help` tells what it does.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(status) => status.into(),
        Err(error) => cli::fatal(&error).into(),
    }
}

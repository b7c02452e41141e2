//! `tutela index policy`.

use std::path::PathBuf;

use anyhow::Context;
use clap::ArgGroup;
use serde::Serialize;
use tutela::hash::Radius;
use tutela::index::{Index, IndexWriter, Policy, Role};

use crate::cli::options::{bank, radius};
use crate::cli::output::{Rows, counted, note, sanitise};
use crate::cli::{ExitStatus, interrupt};

const EXAMPLES: &str = "\
Examples:
  tutela index policy --index known --bank stock-photos --allow
  tutela index policy --index known --bank NCMEC --disable-entry 43-1
  tutela index policy --index known --bank partner --radius 20
";

/// Set how a bank takes part in scans, or show it.
///
/// A bank that is off is not searched. A match in an allow-bank silences matches of the same picture that
/// are no nearer, and the finding says so. Switched-off entries stay so when their list is added again.
/// Without anything to set, the policy is shown.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("switch").args(["on", "off"]))]
#[command(group = ArgGroup::new("role").args(["allow", "report"]))]
#[command(group = ArgGroup::new("reach").args(["radius", "default_radius"]))]
pub(crate) struct Args {
    /// The folder of the index.
    #[arg(long, value_name = "DIR")]
    index: PathBuf,
    /// The bank.
    #[arg(long, value_name = "NAME", value_parser = bank)]
    bank: String,
    /// Search the bank.
    #[arg(long)]
    on: bool,
    /// Do not search the bank; its entries stay.
    #[arg(long)]
    off: bool,
    /// What it lists is harmless: a match silences others of the same picture.
    #[arg(long)]
    allow: bool,
    /// What it lists is searched for.
    #[arg(long)]
    report: bool,
    /// The greatest PDQ distance that is a match in this bank, whatever a scan says.
    #[arg(long, value_name = "N", value_parser = radius)]
    radius: Option<Radius>,
    /// The radius of each scan.
    #[arg(long)]
    default_radius: bool,
    /// Ids of entries to switch off.
    #[arg(long, value_name = "ID", num_args = 1..)]
    disable_entry: Vec<String>,
    /// Ids of entries to switch on again.
    #[arg(long, value_name = "ID", num_args = 1..)]
    enable_entry: Vec<String>,
    /// Show the policy as one JSON object.
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Row<'a> {
    bank: &'a str,
    #[serde(flatten)]
    policy: &'a Policy,
}

impl Args {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        let cancel = interrupt::flag()?;
        if self.sets() {
            let mut writer = IndexWriter::open(&self.index)?;
            self.apply(writer.policy(&self.bank));
            writer.commit(cancel)?;
        }
        let index = Index::open(&self.index)?;
        let known =
            index.stats()?.banks.into_iter().any(|bank| bank.bank == self.bank && bank.entries > 0);
        let default = Policy::default();
        let policy = index.policies().get(&self.bank).unwrap_or(&default);
        let mut rows = Rows::stdout();
        let row = Row { bank: &self.bank, policy };
        if self.json { rows.json(&row) } else { rows.bytes(text(&row).as_bytes()) }
            .and_then(|()| rows.finish())
            .context("cannot write the policy")?;
        if !known {
            note(format_args!("tutela: bank {} has no entries yet", sanitise(&self.bank)));
        }
        Ok(ExitStatus::NothingMatched)
    }

    fn sets(&self) -> bool {
        let flags = [self.on, self.off, self.allow, self.report, self.default_radius];
        flags.contains(&true)
            || self.radius.is_some()
            || !self.disable_entry.is_empty()
            || !self.enable_entry.is_empty()
    }

    fn apply(&self, policy: &mut Policy) {
        if self.on || self.off {
            policy.enabled = self.on;
        }
        if self.allow || self.report {
            policy.role = if self.allow { Role::Allow } else { Role::Report };
        }
        if self.radius.is_some() || self.default_radius {
            policy.radius = self.radius;
        }
        policy.disabled.extend(self.disable_entry.iter().cloned());
        for id in &self.enable_entry {
            policy.disabled.remove(id);
        }
    }
}

fn text(Row { bank, policy }: &Row<'_>) -> String {
    let mut lines = vec![format!("bank      {}: {}", sanitise(bank), words(policy))];
    lines.extend(policy.disabled.iter().map(|id| format!("  off     {}", sanitise(id))));
    lines.join("\n") + "\n"
}

/// A policy in words.
pub(super) fn words(policy: &Policy) -> String {
    let mut words = vec![if policy.enabled { "on" } else { "off" }.to_owned()];
    words.push(match policy.role {
        Role::Allow => "allow: its matches silence others".to_owned(),
        _ => "report".to_owned(),
    });
    words.push(match policy.radius {
        Some(radius) => format!("radius {}", radius.get()),
        None => "radius of the scan".to_owned(),
    });
    if !policy.disabled.is_empty() {
        let count = policy.disabled.len() as u64;
        words.push(format!("{} switched off", counted(count, "entry", "entries")));
    }
    words.join(", ")
}

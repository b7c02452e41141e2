//! `tutela scan`.

use std::io::{self, IsTerminal};
use std::num::NonZeroU64;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use std::{fmt, panic, thread};

use anyhow::{Context, bail};
use clap::ArgGroup;
use indicatif::{DecimalBytes, HumanCount, ProgressBar, ProgressState, ProgressStyle};
use tutela::Error;
use tutela::hash::{Effort, Radius};
use tutela::index::Index;
use tutela::scan::{Finding, Floor, Summary, Verdict, count, load_banks};

use super::floor::warn_below;
use super::options::{Cost, Precision, check_out, check_sources, effort, radius, review};
use super::output::{Rows, counted, note, sanitise, warn, warn_if_empty};
use super::shape::PdqShape;
use super::{ExitStatus, exit, interrupt};

const EXAMPLES: &str = "\
Examples:
  tutela scan --index known --out found.jsonl /srv/media
  tutela scan --list list.csv --all photo.jpg
";

/// Search files and folders for known images.
///
/// Writes one JSON object a line: what matched, and what could not be judged, with the reason.
/// Hidden files are included, symbolic links inside folders are not followed. A summary goes to
/// standard error. Ctrl-C stops and still writes what was found until then.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n{}", exit::HELP))]
#[command(group = ArgGroup::new("known").required(true).args(["index", "list"]))]
pub(crate) struct Args {
    /// The index to search, made by `tutela index add`.
    #[arg(long, value_name = "DIR")]
    index: Option<PathBuf>,
    /// A hash list to search instead of an index; may be repeated. Its bank is the file's name.
    #[arg(long, value_name = "LIST")]
    list: Vec<PathBuf>,
    /// Write the findings to this file (replacing it) instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the files that are clear as well.
    #[arg(long)]
    all: bool,
    /// Greatest PDQ distance that is a match, in bits [default: 31].
    #[arg(long, value_name = "N", value_parser = radius)]
    radius: Option<Radius>,
    /// Report what is beyond the radius but within so many bits, at most 48, as `review`: for a person to
    /// look at, never to act on by itself [default: off].
    #[arg(long, value_name = "N", value_parser = review)]
    review: Option<Radius>,
    /// A list of what is known to be harmless: a match there silences others of the same picture. May be
    /// repeated; needs `--list`. In an index, `tutela index policy --allow` marks such a bank.
    #[arg(long, value_name = "LIST", requires = "list", conflicts_with = "index")]
    allow: Vec<PathBuf>,
    /// Mark matches of an entry that has matched so many different files: it may be a wrong entry
    /// [default: 1000].
    #[arg(long, value_name = "N")]
    flood: Option<NonZeroU64>,
    /// For each file the distance of the nearest entry by each family of views, whatever the verdict:
    /// to find out why a copy is not found. Every entry is compared, which is slow.
    #[arg(long)]
    explain: bool,
    /// How many views are taken of each picture: `plain` (the picture, in eight orientations), `fast`
    /// (inside frames, captions and screenshots, halves and quarters, negatives) or `deep` (pictures that were
    /// cut or turned a little as well).
    #[arg(long, value_name = "HOW", value_parser = effort, default_value = "fast")]
    effort: Effort,
    #[command(flatten)]
    accuracy: Precision,
    /// Read the whole index into memory first, so that no search waits for a disk.
    #[arg(long)]
    preload: bool,
    /// No progress and no summary.
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    cost: Cost,
    /// Files and folders to scan.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

impl Args {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        check_sources(&self.paths)?;
        if let Some(out) = &self.out {
            let lists = self.list.iter().chain(&self.allow);
            check_out(out, self.paths.iter().chain(lists).chain(&self.index))?;
        }
        let index = match &self.index {
            Some(dir) => Index::open(dir)?,
            None => lists(&self.list, &self.allow)?,
        };
        warn_if_empty(&index);
        if self.preload {
            index.preload()?;
        }
        let mut scan = self.cost.scan();
        scan.radius = self.radius.unwrap_or_default();
        scan.effort = self.effort;
        scan.review = self.review;
        scan.explain = self.explain;
        scan.flood = self.flood.unwrap_or(scan.flood);
        scan.accuracy = self.accuracy.get().unwrap_or_default();
        // What is written is evidence.
        let all = self.all || self.explain;
        scan.complete = all;
        let mut rows = match &self.out {
            Some(path) => Rows::file(path)?,
            None => Rows::stdout(),
        };
        let cancel = interrupt::flag()?;
        let bar = (!self.quiet && io::stderr().is_terminal()).then(|| bar(&self.paths, cancel));
        quiet_workers();

        let mut written = Ok(());
        let summary = scan.run(
            &index,
            &self.paths,
            cancel,
            &|_| {
                if let Some(bar) = &bar {
                    bar.inc(1);
                }
            },
            &mut |finding| {
                if finding.verdict != Verdict::Clear || !finding.allowed.is_empty() || all {
                    written = write(&mut rows, &bar, finding);
                }
                match written {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            },
        );
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        let summary = summary?;
        let written = written.and_then(|()| rows.finish());
        // Whoever closed the pipe has seen enough.
        let closed = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
        if !self.quiet && !written.as_ref().is_err_and(closed) {
            print(&summary);
        }
        written.context("cannot write the findings")?;
        Ok(status(&summary))
    }
}

/// Loads lists. With nothing in them there is nothing to scan for.
fn lists(lists: &[PathBuf], allow: &[PathBuf]) -> anyhow::Result<Index> {
    for list in lists.iter().chain(allow) {
        PdqShape::of(list)?.warn(list);
    }
    let mut floor = Floor::default();
    let loaded = load_banks(lists, allow, &mut floor);
    warn_below(&floor);
    let index = match loaded {
        Err(error @ Error::List { line: 1.., .. }) => bail!(
            "{error} (nothing was scanned; `tutela index add --skip-bad` leaves such lines out)"
        ),
        loaded => loaded?,
    };
    if index.is_empty() {
        bail!("no list has an entry: nothing can match");
    }
    Ok(index)
}

/// A row; on a terminal the progress bar makes room for it.
fn write(rows: &mut Rows, bar: &Option<ProgressBar>, finding: &Finding) -> io::Result<()> {
    match bar {
        Some(bar) if rows.terminal() => bar.suspend(|| rows.json(finding)),
        _ => rows.json(finding),
    }
}

fn status(summary: &Summary) -> ExitStatus {
    if summary.cancelled {
        note("tutela: interrupted: the scan is incomplete");
        ExitStatus::Fatal
    } else if summary.matched > 0 {
        ExitStatus::Matched
    } else if summary.unjudged + summary.review > 0 {
        ExitStatus::Unjudged
    } else {
        ExitStatus::NothingMatched
    }
}

/// A progress bar; a second walk finds its end meanwhile.
fn bar(paths: &[PathBuf], cancel: &'static AtomicBool) -> ProgressBar {
    let style = "{bar:30} {human_pos} of {human_len} files  {rate}  {eta} left";
    let bar = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template(style) {
        let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
            // A number that cannot be written is not worth a panic.
            let _ = write!(out, "{:.0}/s", state.per_sec());
        };
        bar.set_style(style.with_key("rate", rate));
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    let (counting, paths) = (bar.clone(), paths.to_vec());
    thread::spawn(move || counting.set_length(count(&paths, cancel)));
    bar
}

/// The library reports a panic of a decoder as a finding; its text would only tear the output.
pub(super) fn quiet_workers() {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().name() == Some("main") {
            default(info);
        }
    }));
}

fn print(summary: &Summary) {
    note(format_args!(
        "scanned {}, {}, in {:.1} s ({:.1} files/s)",
        counted(summary.files, "file", "files"),
        DecimalBytes(summary.bytes),
        summary.seconds,
        summary.files_per_second
    ));
    let banks = summary.banks.iter().map(|(bank, count)| (bank.clone(), *count));
    note(line("match", summary.matched, banks));
    if summary.review > 0 {
        note(line("review", summary.review, []) + "  near: to be looked at, not to be acted on");
    }
    note(line("clear", summary.clear, []));
    if summary.allowed > 0 {
        note(line("allowed", summary.allowed, []) + "  in which an allow-bank silenced something");
    }
    let reasons = summary.reasons.iter().map(|(code, count)| (code.name().to_owned(), *count));
    note(line("unjudged", summary.unjudged, reasons));
    let hashed = summary.accuracy.iter().map(|(way, count)| (way.name().to_owned(), *count));
    note(line("hashed", summary.accuracy.values().sum(), hashed));
    if !summary.declined.is_empty() {
        let reasons = summary.declined.iter().map(|(why, count)| (why.name().to_owned(), *count));
        let total = summary.declined.values().sum();
        note(line("decoded", total, reasons) + "  JPEG files that needed the full decoder");
    }
    note(format_args!(
        "  chance    {:.0e} accidental matches expected of {} hashes asked{}",
        summary.accidental,
        HumanCount(summary.asked),
        match summary.accidental_review {
            0.0 => String::new(),
            expected => format!(", {expected:.0e} for review"),
        }
    ));
    for flood in &summary.floods {
        warn(format_args!(
            "entry {} of bank {} matched {}: it may be a wrong entry; look before anything is done \
             (`tutela index policy --disable-entry` switches it off)",
            sanitise(&flood.entry),
            sanitise(&flood.bank),
            counted(flood.files, "file", "files")
        ));
    }
    if summary.links > 0 {
        note(line("links", summary.links, []) + "  not followed: their targets were scanned");
    }
}

fn line(name: &str, total: u64, parts: impl IntoIterator<Item = (String, u64)>) -> String {
    let parts: Vec<_> = parts
        .into_iter()
        .map(|(name, count)| format!("{} {}", sanitise(&name), HumanCount(count)))
        .collect();
    let mut line = format!("  {name:<9} {}", HumanCount(total));
    if !parts.is_empty() {
        line = format!("{line}  ({})", parts.join(", "));
    }
    line
}

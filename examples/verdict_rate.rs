//! Times verdicts: `verdict_rate [--accuracy screen|reference|full] [--list LIST]... [--complete]
//! [--group N] [--rounds N] < file names`.
//!
//! Loads all files first, then examines them on one thread, in groups as a scan does, and prints for
//! each `nanoseconds hash quality verdict path`, separated by spaces; a file without a hash has `-`
//! twice. The time is that of its group on the processor, divided by the files in it: the median of
//! the rounds.

use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::{env, fs, io};

use tutela::index::MemoryIndex;
use tutela::scan::{Accuracy, Examiner, Finding, Scan, Verdict, load_lists};

fn main() -> Result<(), Box<dyn Error>> {
    let mut scan = Scan::default();
    let (mut lists, mut size, mut rounds) = (Vec::new(), 32, 3);
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--accuracy" => {
                scan.accuracy = match value()?.as_str() {
                    "screen" => Accuracy::Screen,
                    "reference" => Accuracy::Reference,
                    "full" => Accuracy::Full,
                    other => return Err(format!("no accuracy: {other}").into()),
                };
            }
            "--list" => lists.push(PathBuf::from(value()?)),
            "--group" => size = value()?.parse()?,
            "--rounds" => rounds = value()?.parse()?,
            "--complete" => scan.complete = true,
            other => return Err(format!("unknown argument: {other}").into()),
        }
    }
    let index =
        if lists.is_empty() { MemoryIndex::default().finish()? } else { load_lists(&lists)? };
    let names: Vec<String> = io::stdin().lines().collect::<Result<_, _>>()?;
    let files: Vec<Vec<u8>> = names.iter().map(fs::read).collect::<Result<_, _>>()?;
    let files: Vec<(&str, &[u8])> =
        names.iter().zip(&files).map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let mut examiner = scan.examiner(&index);
    let mut times = HashMap::<usize, Vec<u64>>::new();
    let mut findings = Vec::new();
    for _ in 0..=rounds {
        findings = one_round(&mut examiner, &files, size, &mut times)?;
    }
    for (number, finding) in findings.iter().enumerate() {
        // The first round warmed up.
        let times = &mut times.get_mut(&(number / size)).ok_or("no time")?[1..];
        times.sort_unstable();
        let group = size.min(files.len() - number / size * size) as u64;
        print(finding, times[times.len() / 2] / group);
    }
    Ok(())
}

fn one_round(
    examiner: &mut Examiner,
    files: &[(&str, &[u8])],
    size: usize,
    times: &mut HashMap<usize, Vec<u64>>,
) -> Result<Vec<Finding>, Box<dyn Error>> {
    let mut findings = Vec::new();
    for (number, group) in files.chunks(size).enumerate() {
        let start = nanoseconds()?;
        findings.extend(examiner.many(group)?);
        times.entry(number).or_default().push(nanoseconds()? - start);
    }
    Ok(findings)
}

/// Nanoseconds that this thread has run, as Linux counts them.
fn nanoseconds() -> Result<u64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split(' ').next().ok_or("an empty file")?.parse()?)
}

#[allow(clippy::print_stdout, reason = "its result")]
fn print(finding: &Finding, nanoseconds: u64) {
    let verdict = match finding.verdict {
        Verdict::Match => "match",
        Verdict::Clear => "clear",
        _ => "unjudged",
    };
    let (mut hash, mut quality) = ("-".to_owned(), "-".to_owned());
    if let Some(pdq) = finding.fingerprint.as_ref().and_then(|known| known.pdq) {
        (hash, quality) = (pdq.hash.to_string(), pdq.quality.to_string());
    }
    println!("{nanoseconds} {hash} {quality} {verdict} {}", finding.uri);
}

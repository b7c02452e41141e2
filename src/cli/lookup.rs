//! `tutela match`.

use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

use anyhow::{Context, bail};
use serde::Serialize;
use tutela::hash::{Hash256, Radius, Signal};
use tutela::index::{Entry, EntryRef, Index, Policies, Role, Searcher};

use super::options::radius;
use super::output::{Rows, note, sanitise, warn_if_empty};
use super::{ExitStatus, exit};

const EXAMPLES: &str = "\
Examples:
  tutela match --index known f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22
  cut -d, -f1 hashes.csv | tutela match --index known -
";

/// Queries searched at once: enough for each to cost little. Fewer are answered if no more are there.
const BATCH: usize = 16_384;
/// Bytes of a line that are kept; a hash has 64.
const LINE: u64 = 1024;

/// Look up hashes; no files are read.
///
/// 64 hex digits are looked up both as PDQ, within the radius, and as SHA-256; 40 are SHA-1, 32 are
/// MD5. Writes one JSON object a query, in their order.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n{}", exit::HELP))]
pub(crate) struct Args {
    /// The index to search, made by `tutela index add`.
    #[arg(long, value_name = "DIR")]
    index: PathBuf,
    /// Greatest PDQ distance that is a match, in bits [default: 31].
    #[arg(long, value_name = "N", value_parser = radius)]
    radius: Option<Radius>,
    /// Also name the N nearest entries, however far, in `nearest`: for exploring. They are no matches, and
    /// compare a hash with all of the index.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    nearest: Option<u16>,
    /// Read the whole index into memory first: the first answers then come as fast as all others.
    #[arg(long)]
    preload: bool,
    /// Hashes in hexadecimal, or `-` to read them from standard input, one a line.
    #[arg(required = true, value_name = "HASH")]
    hashes: Vec<String>,
}

/// A hash to look up, without saying what it is a hash of.
#[derive(Clone, Debug)]
struct Query {
    hex: String,
    bytes: Vec<u8>,
}

impl Query {
    /// `None` if the text is no hash of a known length.
    fn parse(text: &str) -> Option<Self> {
        let digits = text.len();
        let known = Signal::ALL.iter().any(|signal| digits == 2 * signal.width());
        if !known || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let hex = text.to_ascii_lowercase();
        let nibble = |digit: u8| (digit as char).to_digit(16);
        let pairs = hex.as_bytes().chunks_exact(2);
        let byte = |pair: &[u8]| Some((nibble(pair[0])? << 4 | nibble(pair[1])?) as u8);
        let bytes = pairs.map(byte).collect::<Option<_>>()?;
        Some(Self { hex, bytes })
    }

    fn pdq(&self) -> Option<Hash256> {
        let bytes: [u8; 32] = self.bytes.as_slice().try_into().ok()?;
        Some(Hash256::from_bytes(bytes))
    }

    /// The kind of digest of this length.
    fn digest(&self) -> Option<Signal> {
        [Signal::Sha256, Signal::Sha1, Signal::Md5]
            .into_iter()
            .find(|signal| signal.width() == self.bytes.len())
    }
}

#[derive(Serialize)]
struct Row<'a> {
    query: &'a str,
    matches: Vec<Match>,
    /// Not there if not asked for, and for digests, which are equal or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest: Option<Vec<Match>>,
}

#[derive(Serialize)]
struct Match {
    bank: String,
    entry: String,
    signal: Signal,
    distance: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    /// Whether it is of an allow-bank, which means the opposite; left out of the JSON if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    allow: bool,
}

impl Match {
    fn new(entry: Entry<'_>, signal: Signal, distance: u32, role: Role) -> Self {
        Self {
            bank: entry.bank.to_owned(),
            entry: entry.id.to_owned(),
            signal,
            distance,
            category: entry.category.map(str::to_owned),
            allow: role == Role::Allow,
        }
    }
}

/// Looks up and writes, batch by batch.
struct Lookup {
    searcher: Searcher,
    policies: Policies,
    /// The radius of banks without one of their own.
    radius: Radius,
    /// How many of the nearest entries are named as well.
    nearest: Option<u16>,
    rows: Rows,
    matched: bool,
}

impl Args {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        let piped = self.hashes == ["-"];
        let mut queries = Vec::new();
        for hash in self.hashes.iter().filter(|_| !piped) {
            match Query::parse(hash) {
                Some(query) => queries.push(query),
                None => bail!("{}: expected {EXPECTED}", sanitise(hash)),
            }
        }
        let index = Index::open(&self.index)?;
        warn_if_empty(&index);
        if self.preload {
            index.preload()?;
        }
        let mut lookup = Lookup {
            searcher: index.searcher().in_parallel(),
            policies: index.policies().clone(),
            radius: self.radius.unwrap_or_default(),
            nearest: self.nearest,
            rows: Rows::stdout(),
            matched: false,
        };
        let bad = if piped {
            lookup.piped(BufReader::new(io::stdin()))?
        } else {
            lookup.answer(&queries)?;
            0
        };
        lookup.rows.finish().context("cannot write the answers")?;
        Ok(match (bad, lookup.matched) {
            (1.., _) => ExitStatus::Fatal,
            (0, true) => ExitStatus::Matched,
            (0, false) => ExitStatus::NothingMatched,
        })
    }
}

const EXPECTED: &str = "a hash of 64 (PDQ, SHA-256), 40 (SHA-1) or 32 (MD5) hex digits";

impl Lookup {
    /// Answers one query a line until the end; how many lines were no hashes.
    ///
    /// Answers whenever no more input is there, so that a program can ask and wait.
    fn piped(&mut self, mut input: BufReader<impl Read>) -> anyhow::Result<u64> {
        let (mut bad, mut number) = (0, 0);
        let mut queries = Vec::with_capacity(BATCH);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = (&mut input).take(LINE).read_until(b'\n', &mut line);
            if read.context("cannot read standard input")? == 0 {
                break;
            }
            number += 1;
            if line.last() != Some(&b'\n') && line.len() as u64 == LINE {
                input.skip_until(b'\n').context("cannot read standard input")?;
            }
            let text = line.trim_ascii();
            match std::str::from_utf8(text).ok().and_then(Query::parse) {
                Some(query) => queries.push(query),
                None if text.is_empty() => {}
                None => {
                    bad += 1;
                    note(format_args!("tutela: error: -:{number}: expected {EXPECTED}"));
                }
            }
            if queries.len() == BATCH || input.buffer().is_empty() {
                self.answer(&queries)?;
                self.rows.flush().context("cannot write the answers")?;
                queries.clear();
            }
        }
        self.answer(&queries)?;
        Ok(bad)
    }

    fn answer(&mut self, queries: &[Query]) -> anyhow::Result<()> {
        let hashes: Vec<_> = queries.iter().filter_map(Query::pdq).collect();
        let widest = self.policies.widest(self.radius);
        let mut near = self.searcher.within_many(&hashes, widest)?.into_iter();
        for query in queries {
            let mut matches = Vec::new();
            if let Some(digest) = query.digest() {
                for entry in self.searcher.exact(digest, &query.bytes)? {
                    matches.extend(self.resolve(entry, digest, 0)?);
                }
            }
            let exact = matches.len();
            if query.pdq().is_some() {
                for hit in near.next().unwrap_or_default() {
                    matches.extend(self.resolve(hit.entry, Signal::Pdq, hit.distance)?);
                }
            }
            let (digests, pdq) = matches.split_at_mut(exact);
            for found in [digests, pdq] {
                found.sort_by(|a, b| {
                    (a.distance, &a.bank, &a.entry).cmp(&(b.distance, &b.bank, &b.entry))
                });
            }
            self.matched |= matches.iter().any(|found| !found.allow);
            let nearest = match (query.pdq(), self.nearest) {
                (Some(hash), Some(count)) => Some(self.explore(&hash, count)?),
                _ => None,
            };
            let row = Row { query: &query.hex, matches, nearest };
            self.rows.json(&row).context("cannot write the answers")?;
        }
        Ok(())
    }

    /// What is said of an entry; `None` where its bank's policy leaves it out.
    fn resolve(
        &self,
        entry: EntryRef,
        signal: Signal,
        distance: u32,
    ) -> anyhow::Result<Option<Match>> {
        let entry = self.searcher.entry(entry)?;
        let role = self.policies.role(entry.bank, entry.id, self.radius);
        let role = role.filter(|(_, radius)| distance <= radius.get());
        Ok(role.map(|(role, _)| Match::new(entry, signal, distance, role)))
    }

    /// The entries nearest to a hash, of those that are not switched off.
    fn explore(&mut self, hash: &Hash256, count: u16) -> anyhow::Result<Vec<Match>> {
        let Self { searcher, policies, radius, .. } = self;
        let role = |entry: &Entry<'_>| policies.role(entry.bank, entry.id, *radius);
        let wanted = |entry: Entry<'_>| role(&entry).is_some();
        let hits = searcher.nearest_of(hash, count.into(), &wanted)?;
        let mut nearest = Vec::new();
        for hit in hits {
            let entry = searcher.entry(hit.entry)?;
            if let Some((role, _)) = role(&entry) {
                nearest.push(Match::new(entry, Signal::Pdq, hit.distance, role));
            }
        }
        Ok(nearest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_told_by_its_length() {
        for (digits, digest, pdq) in [
            (64, Some(Signal::Sha256), true),
            (40, Some(Signal::Sha1), false),
            (32, Some(Signal::Md5), false),
        ] {
            let query = Query::parse(&"Ab".repeat(digits / 2)).unwrap();
            assert_eq!(query.hex, "ab".repeat(digits / 2));
            assert_eq!(query.bytes, vec![0xab; digits / 2]);
            assert_eq!((query.digest(), query.pdq().is_some()), (digest, pdq));
        }
        for text in ["", "-", "ab", &"g".repeat(64), &"a".repeat(63), &"\u{e4}".repeat(16)] {
            assert!(Query::parse(text).is_none(), "{text}");
        }
    }
}

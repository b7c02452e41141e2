//! Requests and answers: one JSON object a line. Times are taken here, around the search alone.

use std::error::Error;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::peers::{Hash, Peer};

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
enum Request {
    /// Build from a file of hashes into a folder.
    Build { hashes: PathBuf, dir: PathBuf },
    /// Open what was built, and load the queries.
    Open { queries: PathBuf, dir: PathBuf },
    /// Search for some queries one by one.
    Single { from: usize, count: usize },
    /// Search for the first queries at once.
    Batch { count: usize, threads: usize },
    /// All pairs of the first queries and rows.
    Found { count: usize },
}

pub(crate) fn serve(mut peer: Box<dyn Peer + 'static>) -> Result<(), Box<dyn Error>> {
    let mut queries = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let answer = match answer(peer.as_mut(), &mut queries, serde_json::from_str(&line?)?) {
            Ok(answer) => answer,
            Err(error) => json!({ "error": error.to_string() }),
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(
    peer: &mut dyn Peer,
    queries: &mut Vec<Hash>,
    request: Request,
) -> Result<Value, Box<dyn Error>> {
    Ok(match request {
        Request::Build { hashes, dir } => {
            let hashes = load(&hashes)?;
            std::fs::create_dir_all(&dir)?;
            let start = Instant::now();
            peer.build(&hashes, &dir)?;
            json!({ "seconds": start.elapsed().as_secs_f64() })
        }
        Request::Open { queries: from, dir } => {
            *queries = load(&from)?;
            let before = resident();
            let start = Instant::now();
            let opened = peer.open(&dir)?;
            let seconds = start.elapsed().as_secs_f64();
            let mut rows = Vec::new();
            queries.iter().take(200).for_each(|query| peer.near(query, &mut rows));
            json!({ "opened": opened, "seconds": seconds, "resident": resident() - before })
        }
        Request::Single { from, count } => {
            let mut rows = Vec::new();
            let mut times = Vec::with_capacity(count);
            for query in queries.iter().cycle().skip(from % queries.len()).take(count) {
                rows.clear();
                let start = Instant::now();
                peer.near(query, &mut rows);
                times.push(start.elapsed().as_nanos() as u64);
            }
            json!({ "nanoseconds": times })
        }
        Request::Batch { count, threads } => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            let queries = &queries[..count.min(queries.len())];
            let start = Instant::now();
            let found = pool.install(|| peer.near_many(queries));
            json!({ "seconds": start.elapsed().as_secs_f64(), "found": found })
        }
        Request::Found { count } => {
            let mut pairs = Vec::new();
            for (number, query) in queries.iter().take(count).enumerate() {
                let mut rows = Vec::new();
                peer.near(query, &mut rows);
                pairs.extend(rows.into_iter().map(|row| (number, row)));
            }
            json!({ "pairs": pairs })
        }
    })
}

fn load(path: &PathBuf) -> std::io::Result<Vec<Hash>> {
    Ok(std::fs::read(path)?.as_chunks::<32>().0.to_vec())
}

/// Resident memory in bytes, without the pages of mapped files, where the system tells.
fn resident() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<i64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

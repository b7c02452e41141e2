//! The figures of the README: search beside a plain scan of all hashes, building, opening.
//!
//! Everything that is compared runs in turn, round after round, in this one process; what is printed
//! are medians. *Words in cache* is the kernel's time alone. `cargo bench --bench ratios`, with `-- 1000000` for one size only.
#![allow(clippy::print_stdout, reason = "a report")]

mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use support::{build, median, queries, uniform};
use tutela::hamming::{Asker, Buckets, Kernel};
use tutela::hash::Radius;
use tutela::index::Index;

/// Queries of a batch, and single queries of a run.
const QUERIES: usize = 10_000;
/// Turns that the three ways of searching take.
const ROUNDS: usize = 9;

fn main() {
    let sizes: Vec<usize> = std::env::args().filter_map(|size| size.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![1_000_000, 10_000_000] } else { sizes };
    println!("kernel {}, one thread unless said, radius 31, medians\n", Kernel::detect().name());
    println!(
        "|  hashes | build, 2 threads | open | plain scan | one query | ratio | batch of 10,000, a query | ratio | 2 threads | words in cache |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for size in sizes {
        measure(size);
    }
    println!("\nresident memory of an open, idle index of the last size: {} kB", resident_idle());
}

fn measure(size: usize) {
    let hashes = uniform(size);
    let asked = queries(&hashes, QUERIES);
    let dir = tempfile::tempdir().expect("a temporary folder");
    let (_, building) = timed(|| build(dir.path(), &hashes));
    let opens = (0..ROUNDS).map(|_| timed(|| Index::open(dir.path()).expect("an index")).1);
    let opening = median(opens.map(|time| time.as_secs_f64()).collect());
    let index = Index::open(dir.path()).expect("an index");
    index.verify().expect("an undamaged index");

    let mut searcher = index.searcher();
    let radius = Radius::default();
    // At this radius every hash of the mapped file is compared in full: the plain scan, where it is
    // fastest. It finds the same queries' hits and more.
    let flat = Radius::new(64).expect("a radius");
    let (mut scans, mut singles, mut batches) = (Vec::new(), Vec::new(), Vec::new());
    let (mut shared, mut words) = (Vec::new(), Vec::new());
    let mut sharing = index.searcher().in_parallel();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads");
    let in_cache = InCache::new(size);
    let mut found = 0;
    for round in 0..ROUNDS {
        for query in asked.iter().skip(round * 7).step_by(QUERIES / 5) {
            let (_, time) = timed(|| searcher.within(query, flat).expect("an answer"));
            scans.push(time.as_secs_f64());
        }
        let mut hits = Vec::new();
        for query in &asked {
            let (answer, time) = timed(|| searcher.within(query, radius).expect("an answer"));
            singles.push(time.as_secs_f64());
            hits.push(answer);
        }
        let (many, time) = timed(|| searcher.within_many(&asked, radius).expect("answers"));
        batches.push(time.as_secs_f64() / QUERIES as f64);
        assert_eq!(many, hits, "a batch answers as single queries do");
        let on_two = || sharing.within_many(&asked, radius).expect("answers");
        let (many, time) = timed(|| pool.install(on_two));
        shared.push(time.as_secs_f64() / QUERIES as f64);
        assert_eq!(many, hits, "threads change no answer");
        words.push(in_cache.seconds_a_query());
        found = hits.iter().map(Vec::len).sum();
    }
    assert!(found >= QUERIES / 10, "every planted hash is found");
    for query in asked.iter().step_by(QUERIES / 20) {
        let near = hashes.iter().filter(|hash| hash.distance(query) <= radius.get()).count();
        assert_eq!(searcher.within(query, radius).expect("an answer").len(), near);
    }
    let (scan, single, batch) = (median(scans), median(singles), median(batches));
    let (shared, words) = (median(shared), median(words));
    println!(
        "| {size} | {:.1} s | {:.2} ms | {:.0} us | {:.1} us | {:.0} | {:.2} us | {:.0} | {:.2} us, {:.2} x | {:.2} us |",
        building.as_secs_f64(),
        opening * 1e3,
        scan * 1e6,
        single * 1e6,
        scan / single,
        batch * 1e6,
        scan / batch,
        shared * 1e6,
        batch / shared,
        words * 1e6,
    );
    IDLE.set(Some(dir));
}

/// The words that a query meets, in buckets of the same sizes that all lie in the first cache: what a batch
/// would take if it did nothing else and never waited.
struct InCache {
    offsets: Vec<[u8; 4]>,
    words: Vec<[u8; 2]>,
    askers: Vec<Asker>,
}

impl InCache {
    /// Words of all buckets together.
    const WORDS: usize = 1 << 13;
    /// Buckets that a query at radius 31 visits.
    const VISITED: f64 = 272.0;

    fn new(size: usize) -> Self {
        let mut rng = StdRng::seed_from_u64(3);
        let buckets = (Self::WORDS << 16) / size;
        let mut ends = vec![0_u32; buckets + 1];
        (0..Self::WORDS).for_each(|_| ends[rng.random_range(1..=buckets)] += 1);
        (0..buckets).for_each(|at| ends[at + 1] += ends[at]);
        let mut askers: Vec<_> = (0..4096)
            .map(|tag| {
                let bucket = rng.random_range(0..buckets) as u16;
                let word = rng.random();
                Asker { bucket, settled: 0, reach: 1, word, known: u16::MAX, limit: 2, tag }
            })
            .collect();
        askers.sort_by_key(|asker| asker.bucket);
        Self {
            offsets: ends.iter().map(|end| end.to_le_bytes()).collect(),
            words: (0..Self::WORDS).map(|_| rng.random()).collect(),
            askers,
        }
    }

    fn seconds_a_query(&self) -> f64 {
        let buckets = Buckets { offsets: &self.offsets, words: &self.words };
        let mut passed = Vec::new();
        let times = (0..9).map(|_| {
            passed.clear();
            timed(|| Kernel::detect().filter(buckets, &self.askers, 0, &mut passed)).1
        });
        let seconds = median(times.map(|time| time.as_secs_f64()).collect());
        seconds / self.askers.len() as f64 * Self::VISITED
    }
}

std::thread_local! {
    /// The last index, for the measurement of a fresh process.
    static IDLE: std::cell::Cell<Option<tempfile::TempDir>> = const { std::cell::Cell::new(None) };
}

/// What opening the last index adds to this process's resident memory.
fn resident_idle() -> u64 {
    let Some(dir) = IDLE.take() else { return 0 };
    let before = resident();
    let index = Index::open(dir.path()).expect("an index");
    let searcher = index.searcher();
    let after = resident();
    drop(black_box((index, searcher)));
    after.saturating_sub(before)
}

/// Resident memory in kB, where the system tells.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let answer = black_box(work());
    (answer, start.elapsed())
}

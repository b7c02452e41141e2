//! How soon is a small commit to a large index durable and found by a reader that is open, and how much
//! slower are searches during and after a day of such commits than in a fresh index?
//!
//! A commit a minute leaves a merge in the background the time that it needs, and a reader the time to read
//! what is new; here, where there is no such pause, both are waited for. What comes without any pause is
//! measured too.
//!
//! `cargo bench --bench update`, with `-- 1000000` for another size. Takes a few minutes for 10^7.
#![allow(clippy::print_stdout, reason = "a report")]

mod support;

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use support::{build, median, queries, uniform};
use tutela::hash::{Hash256, Radius, Signals};
use tutela::index::{Index, IndexWriter, NewEntry, Searcher};

/// Entries of a commit.
const ENTRIES: usize = 1000;
/// Commits of a day: one a minute.
const COMMITS: usize = 1440;
/// And so many at once.
const BURST: usize = 48;
/// After so many commits searches are measured: at all stages of what merging leaves.
const LOOK: usize = 47;

fn main() {
    let size = std::env::args().filter_map(|size| size.parse().ok()).next();
    let size = size.unwrap_or(10_000_000);
    let all = uniform(size + ENTRIES * (COMMITS + BURST));
    let (listed, later) = all.split_at(size);
    let asked = queries(listed, 2000);
    let dirs = [(); 3].map(|()| tempfile::tempdir().expect("a temporary folder"));
    let [dir, before, after] = dirs.each_ref().map(tempfile::TempDir::path);
    build(dir, listed);
    build(before, listed);
    let mut reader = Index::open(dir).expect("an index");
    reader.preload().expect("an undamaged index");
    let mut writer = IndexWriter::open(dir).expect("an index to write to");

    let mut fresh = preloaded(before).searcher();
    let (mut visible, mut removed, mut slower) = (Vec::new(), Vec::new(), Vec::new());
    for (number, entries) in later.chunks(ENTRIES).enumerate() {
        while number < COMMITS && writer.is_merging() {
            std::thread::sleep(Duration::from_millis(1));
        }
        let start = Instant::now();
        for (place, hash) in entries.iter().enumerate() {
            add(&mut writer, hash, size + number * ENTRIES + place);
        }
        writer.commit(&AtomicBool::new(false)).expect("a disk with room");
        reader.reload().expect("an index");
        let hits = reader.searcher().within(&entries[7], Radius::EXACT).expect("an answer");
        visible.push(start.elapsed().as_secs_f64());
        assert_eq!(hits.len(), 1, "a committed entry is found");
        if number % LOOK == LOOK - 1 && number < COMMITS {
            let start = Instant::now();
            let id = (number * 7).to_string();
            assert_eq!(writer.remove_id("BENCH", &id).expect("an index"), 1);
            writer.commit(&AtomicBool::new(false)).expect("a disk with room");
            reader.reload().expect("an index");
            let gone = reader.searcher().within(&all[number * 7], Radius::EXACT);
            removed.push(start.elapsed().as_secs_f64());
            assert!(gone.expect("an answer").is_empty(), "a removed entry is not found");
            while writer.is_merging() {
                std::thread::sleep(Duration::from_millis(1));
            }
            reader.preload().expect("an undamaged index");
            let mut now = reader.searcher();
            slower.push(compared(&mut now, &mut fresh, &asked));
        }
    }
    let mut now = reader.searcher();
    let burst = compared(&mut now, &mut fresh, &asked);
    writer.finish_merges(&AtomicBool::new(false)).expect("a disk with room");
    let segments = Index::open(dir).expect("an index").stats().expect("an index").segments;
    build(after, &all);
    let (mut day, mut whole) = (preloaded(dir).searcher(), preloaded(after).searcher());
    let ratios = (0..9).map(|_| compared(&mut day, &mut whole, &asked));
    let ratio = median(ratios.collect());

    visible.sort_by(f64::total_cmp);
    println!("{size} entries, then {COMMITS} commits of {ENTRIES}\n");
    let ms = |share: f64| visible[((visible.len() - 1) as f64 * share) as usize] * 1e3;
    println!(
        "added, durable and found by an open reader: median {:.0} ms, 99 % {:.0} ms, most {:.0} ms",
        ms(0.5),
        ms(0.99),
        ms(1.0)
    );
    println!(
        "removed by id, durable and not found any more: median {:.0} ms",
        median(removed) * 1e3
    );
    slower.sort_by(f64::total_cmp);
    println!(
        "one search meanwhile, against an index that nothing was added to: median {:.2}, 90 % {:.2}, most {:.2}",
        slower[slower.len() / 2],
        slower[slower.len() * 9 / 10],
        slower[slower.len() - 1]
    );
    println!("one search after {BURST} more commits without a pause: {burst:.2}");
    println!(
        "one search afterwards ({segments} segments), against a fresh index of all: {ratio:.2}"
    );
}

fn preloaded(dir: &std::path::Path) -> Index {
    let index = Index::open(dir).expect("an index");
    index.preload().expect("an undamaged index");
    index
}

fn add(writer: &mut IndexWriter, hash: &Hash256, number: usize) {
    let signals = Signals { pdq: Some(*hash), ..Signals::default() };
    let id = number.to_string();
    let entry = NewEntry { bank: "BENCH", id: &id, category: None, tags: &[], signals };
    writer.add(&entry).expect("room for the entry");
}

/// The median of single searches against that of the other, each query to one after the other.
fn compared(one: &mut Searcher, other: &mut Searcher, asked: &[Hash256]) -> f64 {
    let time = |searcher: &mut Searcher, query| {
        let start = Instant::now();
        std::hint::black_box(searcher.within(query, Radius::default()).expect("an answer"));
        start.elapsed().as_secs_f64()
    };
    let times = asked.iter().map(|query| (time(one, query), time(other, query)));
    let (ones, others) = times.unzip();
    median(ones) / median(others)
}

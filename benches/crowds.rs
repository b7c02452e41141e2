//! What do lists cost that fill few buckets: half of all bits the same, few values a chunk, small changes of
//! few pictures, one hash a million times, all within 31 bits of each other?
//!
//! Beside each stands a plain comparison of all its hashes by the same kernel, which finds the same and sorts
//! it by distance.
//! `cargo bench --bench crowds`, with `-- 100000` for another size.
#![allow(clippy::print_stdout, reason = "a report")]

mod support;

use std::time::Instant;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use support::{build, median, uniform};
use tutela::hamming::Kernel;
use tutela::hash::{Hash256, Radius};
use tutela::index::Index;

type Bytes = [u8; 32];

const QUERIES: usize = 60;
const RADIUS: u32 = 31;

fn main() {
    let size = std::env::args().filter_map(|size| size.parse().ok()).next().unwrap_or(1_000_000);
    println!("{size} hashes, radius {RADIUS}, one thread, medians of single searches\n");
    println!(
        "| list | found by a query | plain comparison | index | ratio | worst ratio | in a batch |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let none: Bytes = [0; 32];
    measure("uniform", size, |rng| rng.random());
    measure("half of the chunks all alike", size, |rng| masked(rng.random(), 8, &none));
    measure("15 of 16 chunks all alike", size, |rng| masked(rng.random(), 15, &none));
    measure("16 values a byte", size, |rng| rng.random::<Bytes>().map(|byte| byte & 0x0f));
    let few: Vec<Bytes> = (0..100).map(|seed| StdRng::seed_from_u64(seed).random()).collect();
    measure("small changes of 100 hashes", size, |rng| {
        let one = few[rng.random_range(0..few.len())];
        changed(rng, one, 12)
    });
    measure("all within 31 bits of each other", size, |rng| changed(rng, [0x5a; 32], 15));
    measure("one hash", size, |_| [0x5a; 32]);
}

/// With the first chunks of the segment's arrangement as they are in another hash: bit `b` of chunk `c` is
/// bit `b + c` of word `b`.
fn masked(mut hash: Bytes, chunks: usize, other: &Bytes) -> Bytes {
    for (word, chunk) in (0..16).flat_map(|word| (0..chunks).map(move |chunk| (word, chunk))) {
        let bit = (word + chunk) % 16;
        let (at, mask) = (word * 2 + bit / 8, 1 << (bit % 8));
        hash[at] = hash[at] & !mask | other[at] & mask;
    }
    hash
}

fn changed(rng: &mut StdRng, mut hash: Bytes, most: usize) -> Bytes {
    for _ in 0..rng.random_range(0..=most) {
        let bit = rng.random_range(0..256);
        hash[bit / 8] ^= 1 << (bit % 8);
    }
    hash
}

fn measure(name: &str, size: usize, mut one: impl FnMut(&mut StdRng) -> Bytes) {
    let rng = &mut StdRng::seed_from_u64(11);
    let hashes: Vec<Bytes> = (0..size).map(|_| one(rng)).collect();
    let strangers = uniform(QUERIES / 3);
    // Of three queries one is of the list, one a change of it, and one of no listed kind.
    let asked: Vec<Hash256> = (0..QUERIES)
        .map(|number| match number % 3 {
            0 => Hash256::from_bytes(one(rng)),
            1 => Hash256::from_bytes(changed(rng, hashes[number * 7], 20)),
            _ => strangers[number / 3],
        })
        .collect();
    let dir = tempfile::tempdir().expect("a temporary folder");
    build(dir.path(), &hashes.iter().map(|bytes| Hash256::from_bytes(*bytes)).collect::<Vec<_>>());
    let index = Index::open(dir.path()).expect("an index");
    index.preload().expect("an undamaged index");
    let mut searcher = index.searcher();
    let radius = Radius::new(RADIUS).expect("a radius");
    let (mut plain, mut single, mut batch, mut found) = (vec![], vec![], vec![], vec![]);
    // A query's least times count here: what the machine did meanwhile is left out.
    let mut least = vec![[f64::INFINITY; 2]; QUERIES];
    let mut near = Vec::new();
    for round in 0..3 {
        for (query, least) in asked.iter().zip(&mut least) {
            near.clear();
            let start = Instant::now();
            Kernel::detect().scan(&hashes, query.as_bytes(), RADIUS, &mut near);
            near.sort_unstable_by_key(|near| (near.distance, near.row));
            plain.push(start.elapsed().as_secs_f64());
            let start = Instant::now();
            let hits = searcher.within(query, radius).expect("an answer");
            single.push(start.elapsed().as_secs_f64());
            for (least, times) in least.iter_mut().zip([&plain, &single]) {
                *least = least.min(times[times.len() - 1]);
            }
            assert_eq!(hits.len(), near.len(), "{name}: the same are found");
            if round == 0 {
                found.push(hits.len() as f64);
            }
        }
        let start = Instant::now();
        let hits = searcher.within_many(&asked, radius).expect("answers");
        batch.push(start.elapsed().as_secs_f64() / asked.len() as f64);
        assert_eq!(hits.iter().map(Vec::len).sum::<usize>() as f64, found.iter().sum::<f64>());
    }
    let found = found.iter().sum::<f64>() / QUERIES as f64;
    let [plain, single, batch] = [plain, single, batch].map(|times| median(times) * 1e6);
    let worst = least.iter().map(|[plain, single]| single / plain).fold(0.0, f64::max);
    println!(
        "| {name} | {found:.0} | {plain:.0} us | {single:.1} us | {:.3} | {worst:.2} | {batch:.1} us |",
        single / plain
    );
}

//! How long does a query take among 10^5, 10^6 and 10^7 hashes, alone and in a batch?
//!
//! `ratios` compares with a plain scan in one run; this one watches for changes.

mod support;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::{build, queries, uniform};
use tutela::hash::Radius;
use tutela::index::Index;

fn search(c: &mut Criterion) {
    for size in [100_000, 1_000_000, 10_000_000] {
        let hashes = uniform(size);
        let asked = queries(&hashes, 10_000);
        let dir = tempfile::tempdir().expect("a temporary folder");
        build(dir.path(), &hashes);
        let index = Index::open(dir.path()).expect("an index");
        index.verify().expect("an undamaged index");
        let mut searcher = index.searcher();

        let mut group = c.benchmark_group(format!("{size} hashes"));
        group.sample_size(10);
        for radius in [15, 31, 47] {
            let radius = Radius::new(radius).expect("a radius");
            // The planted ones are found at least as far as the radius reaches.
            let at_least = (0..1000).filter(|number| number % 32 <= radius.get()).count();
            group.throughput(Throughput::Elements(asked.len() as u64));
            group.bench_function(format!("one by one, radius {}", radius.get()), |b| {
                b.iter(|| {
                    let hits = asked.iter().map(|query| searcher.within(query, radius));
                    let found: usize = hits.map(|hits| hits.expect("an answer").len()).sum();
                    assert!(found >= at_least);
                });
            });
            group.bench_function(format!("batch, radius {}", radius.get()), |b| {
                b.iter(|| {
                    let hits = searcher.within_many(&asked, radius).expect("answers");
                    assert!(hits.iter().map(Vec::len).sum::<usize>() >= at_least);
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, search);
criterion_main!(benches);

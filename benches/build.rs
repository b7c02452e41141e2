//! How long does it take to build an index of 10^6 and 10^7 hashes, durable on disk?

mod support;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use support::{build, uniform};
use tutela::index::Index;

fn building(c: &mut Criterion) {
    let mut group = c.benchmark_group("build");
    group.sample_size(10);
    for size in [1_000_000, 10_000_000] {
        let hashes = uniform(size);
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(format!("{size} hashes"), |b| {
            b.iter_batched(
                || tempfile::tempdir().expect("a temporary folder"),
                |dir| {
                    build(dir.path(), &hashes);
                    assert_eq!(Index::open(dir.path()).expect("an index").len(), size as u64);
                    dir
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, building);
criterion_main!(benches);

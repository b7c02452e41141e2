//! How fast does each kernel of this processor compare hashes and filter words?

mod support;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tutela::hamming::{Asker, Buckets, Kernel};

fn kernels(c: &mut Criterion) {
    let hashes: Vec<[u8; 32]> = support::uniform(10_000).iter().map(|h| *h.as_bytes()).collect();
    let words: Vec<[u8; 2]> = hashes.iter().map(|hash| [hash[0], hash[1]]).collect();
    let word = u16::from_le_bytes(words[7]);

    let mut group = c.benchmark_group("scan 10^4 hashes");
    group.throughput(Throughput::Elements(hashes.len() as u64));
    for kernel in Kernel::available() {
        let mut near = Vec::new();
        group.bench_function(kernel.name(), |b| {
            b.iter(|| {
                near.clear();
                kernel.scan(black_box(&hashes), &hashes[7], 31, &mut near);
                assert_eq!(near.len(), 1);
            });
        });
    }
    group.finish();

    let mut group = c.benchmark_group("filter 10^4 words");
    group.throughput(Throughput::Elements(words.len() as u64));
    let offsets = [[0; 4], (words.len() as u32).to_le_bytes()];
    let buckets = Buckets { offsets: &offsets, words: &words };
    let askers = [Asker { reach: 1, word, known: u16::MAX, limit: 3, ..Asker::default() }];
    let wanted =
        words.iter().filter(|w| (u16::from_le_bytes(**w) ^ word).count_ones() <= 3).count();
    for kernel in Kernel::available() {
        let mut passed = Vec::new();
        group.bench_function(kernel.name(), |b| {
            b.iter(|| {
                passed.clear();
                kernel.filter(black_box(buckets), &askers, 0, &mut passed);
                assert_eq!(passed.len(), wanted);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, kernels);
criterion_main!(benches);

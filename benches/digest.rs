//! From bytes to digests: one file after the other and several at once, by digest.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sha2::Digest as _;
use tutela::hash::{Digests, Signal, Wanted, digest_many};

/// Bytes of a file, about those of a photograph of two million pixels.
const LENGTH: usize = 250_000;

const SETS: [(&str, Wanted); 4] = [
    ("md5", Wanted::of(Signal::Md5)),
    ("sha1", Wanted::of(Signal::Sha1)),
    ("sha256", Wanted::of(Signal::Sha256)),
    ("all", Wanted::DIGESTS),
];

fn digest(criterion: &mut Criterion) {
    let files: Vec<Vec<u8>> = (0..8_usize)
        .map(|file| (0..LENGTH + 1_000 * file).map(|at| (at * (file + 7) % 251) as u8).collect())
        .collect();
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let mut group = criterion.benchmark_group("digest");
    for (name, wanted) in SETS {
        for count in [1, 2, 4, 8] {
            let files = &files[..count];
            let mut together = vec![Digests::default(); count];
            digest_many(files, wanted, &mut together);
            for (file, together) in files.iter().zip(&together) {
                let expected = Digests::of(file);
                for signal in wanted.iter() {
                    assert_eq!(together.get(signal), expected.get(signal));
                }
            }
            group.throughput(Throughput::Bytes(files.iter().map(|file| file.len() as u64).sum()));
            group.bench_function(format!("{name}/{count}"), |bencher| {
                bencher.iter(|| {
                    let mut out = [Digests::default(); 8];
                    digest_many(black_box(files), wanted, &mut out[..count]);
                    out
                });
            });
        }
    }
    // the crates one after the other, in pieces that stay in the cache, as a yardstick
    group.throughput(Throughput::Bytes(LENGTH as u64));
    group.bench_function("md5/crate", |bencher| {
        bencher.iter(|| md5::Md5::digest(black_box(files[0])));
    });
    group.bench_function("all/crates", |bencher| {
        bencher.iter(|| {
            let (mut md5, mut sha1, mut sha256) =
                (md5::Md5::new(), sha1::Sha1::new(), sha2::Sha256::new());
            for piece in black_box(files[0]).chunks(16 * 1024) {
                md5.update(piece);
                sha1.update(piece);
                sha256.update(piece);
            }
            (md5.finalize(), sha1.finalize(), sha256.finalize())
        });
    });
    group.finish();
}

criterion_group!(benches, digest);
criterion_main!(benches);

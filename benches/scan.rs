//! How many files a second does a scan judge, from disk to finding?

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use image::{Rgb, RgbImage};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tutela::hash::{Hash256, Signals};
use tutela::index::{Index, MemoryIndex, NewEntry};
use tutela::scan::Scan;

const FILES: u64 = 200;
const ENTRIES: u32 = 100_000;

/// A picture of soft blobs, as large as those that sites show.
fn picture(rng: &mut StdRng) -> RgbImage {
    let small = RgbImage::from_fn(16, 12, |_, _| Rgb(rng.random()));
    image::imageops::resize(&small, 1024, 768, image::imageops::FilterType::CatmullRom)
}

fn strangers(rng: &mut StdRng) -> Index {
    let mut index = MemoryIndex::default();
    for number in 0..ENTRIES {
        let signals =
            Signals { pdq: Some(Hash256::from_bytes(rng.random())), ..Signals::default() };
        let entry = NewEntry {
            bank: "strangers",
            id: &number.to_string(),
            category: None,
            tags: &[],
            signals,
        };
        index.add(&entry).expect("an entry is added");
    }
    index.finish().expect("the index is built")
}

fn scan(criterion: &mut Criterion) {
    let mut rng = StdRng::seed_from_u64(1);
    let dir = tempfile::tempdir().expect("a temporary folder");
    for number in 0..FILES {
        let path = dir.path().join(format!("{number}.jpg"));
        picture(&mut rng).save(path).expect("a picture is written");
    }
    let index = strangers(&mut rng);
    let sources = [dir.path().to_owned()];
    let mut group = criterion.benchmark_group("scan");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(20))
        .throughput(Throughput::Elements(FILES));
    for threads in [1, 2] {
        let mut scan = Scan::default();
        scan.threads = NonZeroUsize::new(threads).expect("not zero");
        group.bench_function(
            format!("200 JPEG 1024x768, {ENTRIES} entries, {threads} threads"),
            |b| {
                b.iter(|| {
                    let summary = scan
                        .run(&index, &sources, &AtomicBool::new(false), &|_| {}, &mut |finding| {
                            black_box(finding);
                            ControlFlow::Continue(())
                        })
                        .expect("the index is sound");
                    assert_eq!((summary.files, summary.clear), (FILES, FILES));
                });
            },
        );
    }
    group.finish();
}

criterion_group!(benches, scan);
criterion_main!(benches);

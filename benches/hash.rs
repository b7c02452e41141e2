//! How long from decoded pixels to a PDQ hash, by size.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tutela::hash::{Hasher, Pixels, Prescale};

/// A picture with structure at all scales, the same on every machine.
fn picture(width: usize, height: usize) -> Vec<u8> {
    let mut samples = Vec::with_capacity(3 * width * height);
    for y in 0..height {
        for x in 0..width {
            for c in 0..3 {
                let block = (x * 9 / width * 7 + y * 7 / height * 5 + c) * 2_654_435_761;
                let grain = (x * 31 + y * 17 + c * 7).wrapping_mul(40_503) >> 7;
                samples.push((block >> 8) as u8 / 2 + (grain % 100) as u8);
            }
        }
    }
    samples
}

fn hash(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hash");
    let mut hasher = Hasher::new();
    let sizes = [("512x512", 512, 512), ("2MP", 1632, 1224), ("12MP", 4000, 3000)];
    for (name, width, height) in sizes {
        let samples = picture(width, height);
        let pixels = Pixels::rgb(width, height, &samples).expect("three samples a pixel");
        group.throughput(Throughput::Elements((width * height) as u64));
        for (way, prescale) in [("tool", Prescale::Tool), ("own-size", Prescale::None)] {
            let pdq = hasher.hash(pixels, prescale);
            assert_eq!(pdq, Hasher::new().hash(pixels, prescale));
            assert!(pdq.quality >= 50, "a picture with structure: {pdq:?}");
            group.bench_function(format!("{name}/{way}"), |bencher| {
                bencher.iter(|| hasher.hash(black_box(pixels), prescale));
            });
        }
    }
    let samples = picture(512, 512);
    let pixels = Pixels::rgb(512, 512, &samples).expect("three samples a pixel");
    let plain = hasher.hash(pixels, Prescale::Tool);
    assert_eq!(hasher.orientations(pixels, Prescale::Tool).original(), plain);
    group.throughput(Throughput::Elements(512 * 512));
    group.bench_function("512x512/orientations", |bencher| {
        bencher.iter(|| hasher.orientations(black_box(pixels), Prescale::Tool));
    });
    group.finish();
}

criterion_group!(benches, hash);
criterion_main!(benches);

//! How long from decoded pixels to a PDQ hash, by size.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tutela::hash::{Coarse, Hasher, Pixels, Prescale, Screener};

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

/// The same from brightness or low frequencies, all eight orientations each time.
fn screen(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("screen");
    let mut screener = Screener::new();
    let planes = picture(512, 4 * 512);
    let planes: Vec<u8> = planes.chunks(3).map(|pixel| pixel[1]).collect();
    let mut planes = planes.chunks(512 * 512);
    let planes = [(); 4].map(|()| planes.next().expect("four planes of 512 x 512"));
    let planes = planes.map(|plane| Pixels::grey(512, 512, plane).expect("a sample a pixel"));
    let exact = Hasher::new().turned(planes[0], Prescale::Tool);
    let found = screener.pixels(planes[0], Prescale::Tool).orientations();
    for ((_, exact), (orientation, found)) in exact.iter().zip(found.iter()) {
        assert!(exact.distance(&found) <= 2, "{orientation:?} but for rounding");
    }
    group.throughput(Throughput::Elements(512 * 512));
    group.bench_function("512x512/turned", |bencher| {
        bencher.iter(|| screener.pixels(black_box(planes[0]), Prescale::Tool).orientations());
    });
    group.bench_function("512x512/orientations", |bencher| {
        bencher.iter(|| screener.orientations(black_box(planes[0]), Prescale::Tool));
    });
    group.bench_function("512x512/planes", |bencher| {
        bencher.iter(|| screener.planes(black_box(planes)).orientations());
    });
    let sizes: [(&str, usize, usize, usize); 3] =
        [("2MP", 1632, 1224, 1), ("2MP", 1632, 1224, 2), ("12MP", 4000, 3000, 1)];
    for (name, width, height, kept) in sizes {
        let (columns, rows) = (width.div_ceil(8) * kept, height.div_ceil(8) * kept);
        let data: Vec<f32> = picture(columns, rows).chunks(3).map(|c| f32::from(c[1])).collect();
        let coarse = Coarse::new(width, height, kept, &data).expect("all coefficients");
        assert!(screener.coarse(coarse, Prescale::Tool).quality() >= 50);
        group.throughput(Throughput::Elements((width * height) as u64));
        for (way, prescale) in [("tool", Prescale::Tool), ("own-size", Prescale::None)] {
            group.bench_function(format!("{name}/kept-{kept}/{way}"), |bencher| {
                bencher.iter(|| screener.coarse(black_box(coarse), prescale).orientations());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, hash, screen);
criterion_main!(benches);

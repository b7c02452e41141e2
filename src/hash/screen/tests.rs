//! Screens against the definition in double precision, and against the exact hasher.

use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::*;
use crate::hash::Hasher;
use crate::hash::filter::Grid;

/// Farther than rounding moves any coefficient.
const ROUNDING: f32 = 0.01;

/// A plane of double precision, row by row.
type Picture = Vec<Vec<f64>>;

/// What is done to each line.
type Prepare = fn(&[f64]) -> Vec<f64>;

/// Samples with structure and noise, or with few values.
fn samples(count: usize, seed: u64) -> Vec<u8> {
    let mut rng = StdRng::seed_from_u64(seed);
    let period = rng.random_range(2..97_usize);
    (0..count)
        .map(|i| match seed % 4 {
            0 => (i / period % 2) as u8 * 255,
            _ => ((i / period % 20) * 8) as u8 + rng.random_range(0..90_u8),
        })
        .collect()
}

fn picture(width: usize, samples: &[u8]) -> Picture {
    let row = |row: &[u8]| row.iter().map(|&sample| f64::from(sample)).collect();
    samples.chunks(width).map(row).collect()
}

fn transposed(picture: &Picture) -> Picture {
    (0..picture[0].len()).map(|x| picture.iter().map(|row| row[x]).collect()).collect()
}

/// Mirrored as the index of a grid says.
fn mirrored(mut picture: Picture, index: usize) -> Picture {
    if index & 1 != 0 {
        picture.iter_mut().for_each(|row| row.reverse());
    }
    if index & 2 != 0 {
        picture.reverse();
    }
    picture
}

/// The mean around each sample: `(size - 1) / 2` before it and `size / 2` after it, without those
/// beyond the ends.
fn smooth(line: &[f64]) -> Vec<f64> {
    let size = line.len().div_ceil(128);
    let mean = |at: usize| {
        let inside = &line[at.saturating_sub((size - 1) / 2)..(at + size / 2 + 1).min(line.len())];
        inside.iter().sum::<f64>() / inside.len() as f64
    };
    (0..line.len()).map(mean).collect()
}

/// The 64 values of a line.
fn reduced(line: &[f64]) -> Vec<f64> {
    let smooth = smooth(&smooth(line));
    (0..64).map(|field| smooth[(2 * field + 1) * line.len() / 128]).collect()
}

/// Each of 512 samples as the mean of the `length / 512` pixels around the one that is taken.
fn sampled(line: &[f64]) -> Vec<f64> {
    let (length, step) = (line.len() as f64, (line.len() as f64 / 512.0).max(1.0));
    let mean = |index: usize| {
        let middle = (index * line.len() / 512) as f64 + 0.5;
        let (from, to) = ((middle - step / 2.0).max(0.0), (middle + step / 2.0).min(length));
        let covered = |x: f64| (to.min(x + 1.0) - from.max(x)).max(0.0);
        let parts = line.iter().enumerate().map(|(x, value)| covered(x as f64) * value);
        parts.sum::<f64>() / (to - from)
    };
    (0..512).map(mean).collect()
}

fn along_both(picture: &Picture, of: Prepare) -> Picture {
    let lines = |picture: &Picture| picture.iter().map(|row| of(row)).collect::<Picture>();
    transposed(&lines(&transposed(&lines(picture))))
}

fn spectrum(grid: &Picture) -> Picture {
    along_both(grid, |line| {
        let cosine = |frequency: usize, position: usize| {
            let angle = ((2 * position + 1) * frequency) as f64 * std::f64::consts::PI / 128.0;
            (2.0_f64 / 64.0).sqrt() * angle.cos()
        };
        (1..=16).map(|k| (0..64).map(|x| line[x] * cosine(k, x)).sum()).collect()
    })
}

#[track_caller]
fn assert_spectra(screen: &Screen, picture: &Picture, prepare: Option<Prepare>) {
    for (index, found) in screen.spectra.iter().enumerate() {
        let mut picture = mirrored(picture.clone(), index);
        if let Some(prepare) = prepare {
            picture = along_both(&picture, prepare);
        }
        let expected = spectrum(&along_both(&picture, reduced));
        for (found, expected) in found.as_flattened().iter().zip(expected.concat()) {
            let error = f64::from(*found) - expected;
            assert!(error.abs() < f64::from(ROUNDING), "image {index}: {found}, not {expected}");
        }
    }
}

/// Bits may differ only where the coefficient is the median but for rounding.
#[track_caller]
fn assert_hashes(found: &Screen, exact: &Orientations, case: impl std::fmt::Debug) {
    let doubtful = found.doubtful(ROUNDING);
    for (((orientation, found), exact), doubtful) in
        found.orientations().iter().zip(exact.hashes).zip(doubtful)
    {
        for ((found, exact), doubtful) in
            found.as_bytes().iter().zip(exact.as_bytes()).zip(doubtful.as_bytes())
        {
            assert_eq!((found ^ exact) & !doubtful, 0, "{case:?}, {orientation:?}");
        }
    }
}

/// The quality where each step is a little smaller, and a little greater: steps that are a whole
/// hundredth but for rounding can fall on either side, all of them at once in a drawing.
fn quality_between(grid: &Grid) -> std::ops::RangeInclusive<u8> {
    let of = |change: f32| {
        let mut sum = 0;
        for y in 0..64 {
            for x in 0..64 {
                let mut step = |to: f32| {
                    sum += ((grid[y][x] - to).abs() * 100.0 / 255.0 + change).max(0.0) as i32;
                };
                if y < 63 {
                    step(grid[y + 1][x]);
                }
                if x < 63 {
                    step(grid[y][x + 1]);
                }
            }
        }
        (sum / 90).min(100) as u8
    };
    of(-ROUNDING)..=of(ROUNDING)
}

#[track_caller]
fn assert_pixels(screener: &mut Screener, width: usize, height: usize, seed: u64) {
    let grey = samples(width * height, seed);
    let rgb = samples(3 * width * height, seed + 1);
    let both =
        [Pixels::grey(width, height, &grey).unwrap(), Pixels::rgb(width, height, &rgb).unwrap()];
    for pixels in both {
        for prescale in [Prescale::Tool, Prescale::None] {
            let exact = Hasher::new().turned(pixels, prescale);
            let found = screener.pixels(pixels, prescale);
            let case = (width, height, pixels.channels(), prescale);
            assert_hashes(&found, &exact, case);
            let least = exact.quality == 0 && width.min(height) < 5;
            let between = quality_between(&screener.grids[0]);
            assert!(least || between.contains(&exact.quality), "{case:?}: {}", exact.quality);
            assert!(least || between.contains(&found.quality()), "{case:?}: {}", found.quality());
            let fast = screener.orientations(pixels, prescale);
            assert_eq!(fast.original().hash, found.orientations().original().hash, "{case:?}");
            assert_eq!(fast.quality, found.quality(), "{case:?}");
        }
    }
}

/// The coefficients of all fields, those cut by an edge filled with its last pixels.
fn coefficients(picture: &Picture) -> Vec<f32> {
    let (width, height) = (picture[0].len(), picture.len());
    let (columns, rows) = (width.next_multiple_of(8), height.next_multiple_of(8));
    let filled: Picture = (0..rows)
        .map(|y| {
            let row = &picture[y.min(height - 1)];
            (0..columns).map(|x| row[x.min(width - 1)] - 128.0).collect()
        })
        .collect();
    let transform = |line: &[f64]| -> Vec<f64> {
        let field = |field: &[f64], frequency: usize| -> f64 {
            let scale = if frequency == 0 { 0.5_f64.sqrt() } else { 1.0 } / 2.0;
            let angle = |x: usize| ((2 * x + 1) * frequency) as f64 * std::f64::consts::PI / 16.0;
            field.iter().enumerate().map(|(x, value)| scale * value * angle(x).cos()).sum()
        };
        line.chunks(8).flat_map(|part| (0..8).map(move |k| field(part, k))).collect()
    };
    let rows: Picture = filled.iter().map(|row| transform(row)).collect();
    let both: Picture = transposed(&rows).iter().map(|column| transform(column)).collect();
    transposed(&both).concat().into_iter().map(|value| value as f32).collect()
}

/// The lowest `kept` of each eight frequencies, on both axes.
fn keep(all: &[f32], columns: usize, kept: usize) -> Vec<f32> {
    let rows = all.chunks(columns).enumerate().filter(|(v, _)| v % 8 < kept);
    let row = |row: &[f32]| -> Vec<f32> {
        row.iter().enumerate().filter(|(u, _)| u % 8 < kept).map(|(_, value)| *value).collect()
    };
    rows.flat_map(|(_, values)| row(values)).collect()
}

#[test]
fn the_spectra_of_pixels_are_those_of_the_definition() {
    let mut screener = Screener::new();
    let sizes = [(5, 5), (7, 300), (64, 64), (65, 127), (129, 130), (256, 257), (383, 385)];
    let large = [(512, 512), (520, 90), (600, 1025), (2049, 40), (2300, 33)];
    for (width, height) in sizes.into_iter().chain(large) {
        let samples = samples(width * height, (width + height) as u64);
        let pixels = Pixels::grey(width, height, &samples).unwrap();
        let screen = screener.pixels(pixels, Prescale::None);
        assert_spectra(&screen, &picture(width, &samples), None);
        let taken: Prepare = |line| (0..512).map(|i| line[i * line.len() / 512]).collect();
        let screen = screener.pixels(pixels, Prescale::Tool);
        let prepare = (width.max(height) > 512).then_some(taken);
        assert_spectra(&screen, &picture(width, &samples), prepare);
    }
}

#[test]
fn hashes_are_the_exact_ones_on_all_small_squares() {
    let mut screener = Screener::new();
    for side in 0..=140 {
        assert_pixels(&mut screener, side, side, side as u64);
    }
}

#[test]
fn hashes_are_the_exact_ones_around_every_change_of_window_and_sampling() {
    let edges =
        [4, 5, 31, 32, 33, 64, 127, 128, 129, 256, 257, 384, 385, 511, 512, 513, 2048, 2049];
    let mut screener = Screener::new();
    for (n, &width) in edges.iter().enumerate() {
        for &height in &[edges[edges.len() - 1 - n], 130] {
            assert_pixels(&mut screener, width, height, (width + height) as u64);
        }
    }
    for (width, height) in [(5, 5000), (5000, 5), (3, 1000), (1000, 3), (1, 600), (0, 600)] {
        assert_pixels(&mut screener, width, height, (width + height) as u64);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn hashes_are_the_exact_ones_of_any_size(width in 1..700_usize, height in 1..600_usize, seed in 0..u64::MAX / 2) {
        assert_pixels(&mut Screener::new(), width, height, seed);
    }
}

#[test]
fn all_frequencies_say_what_the_pixels_say() {
    let mut screener = Screener::new();
    for (width, height) in [(8, 8), (5, 9), (64, 64), (100, 75), (333, 250), (512, 511), (1030, 77)]
    {
        let samples = samples(width * height, 5);
        let picture = picture(width, &samples);
        let coefficients = coefficients(&picture);
        let coarse = Coarse::new(width, height, 8, &coefficients).unwrap();
        let screen = screener.coarse(coarse, Prescale::None);
        assert_spectra(&screen, &picture, None);
        let pixels = Pixels::grey(width, height, &samples).unwrap();
        let exact = Hasher::new().turned(pixels, Prescale::None);
        assert_hashes(&screen, &exact, (width, height));
        assert!(quality_between(&screener.grids[0]).contains(&exact.quality));

        let screen = screener.coarse(coarse, Prescale::Tool);
        let prepare: Prepare = sampled;
        assert_spectra(&screen, &picture, (width.max(height) > 512).then_some(prepare));
    }
}

#[test]
fn what_is_not_kept_counts_as_zero() {
    let mut screener = Screener::new();
    for (width, height) in [(40, 203), (650, 333)] {
        let samples = samples(width * height, 7);
        let all = coefficients(&picture(width, &samples));
        let columns = width.next_multiple_of(8);
        for kept in [2, 4] {
            let mut low = all.clone();
            for (index, value) in low.iter_mut().enumerate() {
                if index % columns % 8 >= kept || index / columns % 8 >= kept {
                    *value = 0.0;
                }
            }
            let few = keep(&all, columns, kept);
            for prescale in [Prescale::Tool, Prescale::None] {
                let few = Coarse::new(width, height, kept, &few).unwrap();
                let few = screener.coarse(few, prescale);
                let low = Coarse::new(width, height, 8, &low).unwrap();
                let low = screener.coarse(low, prescale);
                let pairs = few.spectra.as_flattened().as_flattened().iter();
                for (few, low) in pairs.zip(low.spectra.as_flattened().as_flattened()) {
                    assert!((few - low).abs() < ROUNDING, "{kept} kept: {few}, not {low}");
                }
                assert!(few.quality.abs_diff(low.quality) <= 1);
            }
        }
    }
}

/// Pixels of a line of which the means of eight are known.
fn steady(means: &[f64], length: usize) -> Vec<f64> {
    let pixel = |x: usize| {
        let (at, last) = (x / 8, means.len() - 1);
        let (before, after) = (at.max(1) - 1, (at + 1).min(last));
        let slope = (means[after] - means[before]) / (after - before).max(1) as f64;
        means[at] + slope * ((x % 8) as f64 - 3.5) / 8.0
    };
    (0..length).map(pixel).collect()
}

#[test]
fn means_alone_are_joined_by_steady_changes() {
    let mut screener = Screener::new();
    for (width, height) in [(8_usize, 30_usize), (203, 40), (333, 650)] {
        let samples = samples(width.div_ceil(8) * height.div_ceil(8), 9);
        let means = picture(width.div_ceil(8), &samples);
        let across: Picture = means.iter().map(|row| steady(row, width)).collect();
        let down = transposed(&across).iter().map(|column| steady(column, height)).collect();
        let picture = transposed(&down);
        let data: Vec<f32> =
            means.concat().iter().map(|mean| 8.0 * (mean - 128.0) as f32).collect();
        let coarse = Coarse::new(width, height, 1, &data).unwrap();
        assert_spectra(&screener.coarse(coarse, Prescale::None), &picture, None);
        let prepare: Prepare = sampled;
        let prepare = (width.max(height) > 512).then_some(prepare);
        assert_spectra(&screener.coarse(coarse, Prescale::Tool), &picture, prepare);
    }
}

#[test]
fn planes_are_hashed_as_they_lie() {
    let mut screener = Screener::new();
    let planes = [1, 2, 3, 5].map(|seed| samples(512 * 300, seed));
    let pixels = planes.each_ref().map(|plane| Pixels::grey(512, 300, plane).unwrap());
    let screen = screener.planes(pixels);
    let spectra = pixels.map(|pixels| screener.pixels(pixels, Prescale::Tool).spectra[0]);
    assert_eq!(screen.spectra, spectra);
    assert_eq!(screen.quality(), screener.pixels(pixels[0], Prescale::Tool).quality());
}

#[test]
fn more_sizes_than_are_kept_change_nothing() {
    let mut screener = Screener::new();
    let samples = samples(100 * 100, 3);
    for round in 0..3 {
        for side in 40..70 + round {
            let pixels = Pixels::grey(side, 100, &samples[..side * 100]).unwrap();
            let fresh = Screener::new().pixels(pixels, Prescale::None);
            assert_eq!(screener.pixels(pixels, Prescale::None).spectra, fresh.spectra);
        }
    }
}

#[test]
fn doubtful_are_the_bits_at_most_as_far_as_the_tolerance() {
    let samples = samples(300 * 200, 6);
    let pixels = Pixels::grey(300, 200, &samples).unwrap();
    let screen = Screener::new().pixels(pixels, Prescale::Tool);
    let margins = screen.margins();
    let hash = screen.orientations().original().hash;
    let bit = |hash: &Hash256, bit: usize| hash.as_bytes()[31 - bit / 8] >> (bit % 8) & 1 == 1;
    for tolerance in [0.0, 3.0, 40.0, 1e9] {
        let doubtful = screen.doubtful(tolerance)[0];
        for (index, margin) in margins[0].iter().enumerate() {
            assert_eq!(bit(&doubtful, index), margin.abs() <= tolerance);
            assert_eq!(bit(&hash, index), *margin > 0.0);
        }
    }
    assert_eq!(screen.doubtful(0.0).map(|bits| bits.ones()), [1; 8]);
    assert_eq!(screen.doubtful(1e9).map(|bits| bits.ones()), [256; 8]);
}

#[test]
fn small_and_flat_pictures_have_quality_zero() {
    let mut screener = Screener::new();
    for (width, height) in [(0, 0), (4, 100), (100, 4), (300, 200), (0, 600)] {
        let samples = vec![77; width * height];
        let screen =
            screener.pixels(Pixels::grey(width, height, &samples).unwrap(), Prescale::Tool);
        assert_eq!(screen.quality(), 0);
    }
    let data = [3.0; 13];
    let screen = screener.coarse(Coarse::new(100, 4, 1, &data).unwrap(), Prescale::Tool);
    assert_eq!(screen.orientations(), Orientations::NONE);
    let screen = screener.coarse(Coarse::new(0, 600, 1, &[]).unwrap(), Prescale::Tool);
    assert_eq!(screen.orientations(), Orientations::NONE);
}

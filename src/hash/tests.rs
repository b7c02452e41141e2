//! The fast hasher against the naive one, and orientations against pictures really turned.

use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::{Hasher, Orientation, Pixels, Prescale, naive};

/// Samples with structure and noise, or with few values and many ties.
fn samples(count: usize, seed: u64) -> Vec<u8> {
    let mut rng = StdRng::seed_from_u64(seed);
    let few = seed.is_multiple_of(4);
    let period = rng.random_range(2..97_usize);
    (0..count)
        .map(|i| match few {
            true => (i / period % 2) as u8 * 255,
            false => ((i / period % 20) * 8) as u8 + rng.random_range(0..90_u8),
        })
        .collect()
}

#[track_caller]
fn assert_equals_naive(hasher: &mut Hasher, pixels: Pixels<'_>, prescale: Prescale) {
    let (hashes, quality) = naive::pdq(pixels, prescale);
    let case = (pixels.width(), pixels.height(), pixels.channels(), prescale);
    let all = hasher.orientations(pixels, prescale);
    assert_eq!(all.hashes, hashes, "{case:?}");
    assert_eq!(all.quality, quality, "{case:?}");
    assert_eq!(hasher.hash(pixels, prescale), all.original(), "{case:?}");
}

fn assert_size_equals_naive(hasher: &mut Hasher, width: usize, height: usize, seed: u64) {
    for prescale in [Prescale::Tool, Prescale::None] {
        let grey = samples(width * height, seed);
        let rgb = samples(3 * width * height, seed + 1);
        assert_equals_naive(hasher, Pixels::grey(width, height, &grey).unwrap(), prescale);
        assert_equals_naive(hasher, Pixels::rgb(width, height, &rgb).unwrap(), prescale);
    }
}

#[test]
fn fast_equals_naive_on_all_small_squares() {
    let mut hasher = Hasher::new();
    for side in 0..=70 {
        assert_size_equals_naive(&mut hasher, side, side, side as u64);
    }
}

#[test]
fn fast_equals_naive_on_all_tiny_sizes() {
    let mut hasher = Hasher::new();
    for width in 0..=12 {
        for height in 0..=12 {
            assert_size_equals_naive(&mut hasher, width, height, (13 * width + height) as u64);
        }
    }
}

#[test]
fn fast_equals_naive_around_every_change_of_window_and_sampling() {
    let edges = [5, 15, 16, 17, 63, 64, 65, 127, 128, 129, 130, 256, 257, 384, 385, 511, 512, 513];
    let mut hasher = Hasher::new();
    for (n, &width) in edges.iter().enumerate() {
        for &height in &[edges[n], edges[edges.len() - 1 - n], 64, 130] {
            assert_size_equals_naive(&mut hasher, width, height, (width + height) as u64);
        }
    }
    for (width, height) in [(5, 2000), (2000, 5), (3, 1000), (1000, 3), (1024, 37), (0, 600)] {
        assert_size_equals_naive(&mut hasher, width, height, (width + height) as u64);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn fast_equals_naive_on_any_size(width in 1..700_usize, height in 1..300_usize, seed in 0..u64::MAX / 2) {
        assert_size_equals_naive(&mut Hasher::new(), width, height, seed);
    }
}

/// A picture without any symmetry: soft light and dark, finer ones on top, and grain.
fn asymmetrical(width: usize, height: usize, seed: u64) -> Vec<u8> {
    let mut rng = StdRng::seed_from_u64(seed);
    let corners: Vec<i32> = (0..4096).map(|_| rng.random_range(0..256)).collect();
    let smooth = |x: usize, y: usize, cell: usize| {
        let (i, j, u, v) = (x / cell, y / cell, (x % cell) as i32, (y % cell) as i32);
        let (at, cell) = (|i: usize, j: usize| corners[(j * 64 + i) % 4096], cell as i32);
        let top = at(i, j) * (cell - u) + at(i + 1, j) * u;
        let low = at(i, j + 1) * (cell - u) + at(i + 1, j + 1) * u;
        (top * (cell - v) + low * v) / (cell * cell)
    };
    let longest = width.max(height);
    (0..width * height)
        .map(|i| {
            let (x, y) = (i % width, i / width);
            let light = 3 * smooth(x, y, longest / 5 + 1) + smooth(x, y, longest / 23 + 1);
            (light / 5) as u8 + rng.random_range(0..16_u8)
        })
        .collect()
}

/// Does to a picture what the orientation's name says; gives the new width and height as well.
fn turned(
    samples: &[u8],
    (width, height): (usize, usize),
    orientation: Orientation,
) -> (usize, usize, Vec<u8>) {
    use Orientation::*;
    let (right, bottom) = (width - 1, height - 1);
    let source = |x: usize, y: usize| match orientation {
        Original => (x, y),
        // Counterclockwise: what was the right edge becomes the upper one.
        Rotate90 => (right - y, x),
        Rotate180 => (right - x, bottom - y),
        Rotate270 => (y, bottom - x),
        FlipX => (x, bottom - y),
        FlipY => (right - x, y),
        FlipPlus1 => (y, x),
        FlipMinus1 => (right - y, bottom - x),
    };
    let (new_width, new_height) = match orientation {
        Rotate90 | Rotate270 | FlipPlus1 | FlipMinus1 => (height, width),
        Original | Rotate180 | FlipX | FlipY => (width, height),
    };
    let turned = (0..width * height)
        .map(|i| source(i % new_width, i / new_width))
        .map(|(x, y)| samples[y * width + x])
        .collect();
    (new_width, new_height, turned)
}

/// Turns the picture in all eight ways and gives `check` each of the 64 distances between what
/// really came out and what was computed from the original.
fn compare_turned(size: (usize, usize), mut check: impl FnMut(Orientation, Orientation, u32)) {
    let mut hasher = Hasher::new();
    let picture = asymmetrical(size.0, size.1, (size.0 + size.1) as u64);
    let pixels = Pixels::grey(size.0, size.1, &picture).unwrap();
    let computed = hasher.orientations(pixels, Prescale::Tool);
    for orientation in Orientation::ALL {
        let (width, height, really) = turned(&picture, size, orientation);
        let pixels = Pixels::grey(width, height, &really).unwrap();
        let really = hasher.hash(pixels, Prescale::Tool);
        for (other, hash) in computed.iter() {
            check(orientation, other, hash.distance(&really.hash));
        }
    }
}

#[test]
fn each_orientation_is_near_the_picture_really_turned_and_far_from_all_others() {
    let mut compared = 0;
    let sizes =
        [(100, 100), (300, 300), (300, 375), (384, 384), (512, 350), (512, 512), (700, 600)];
    for size in sizes {
        compare_turned(size, |really, computed, distance| {
            let near = really == computed;
            let right = if near { distance <= 31 } else { distance > 60 };
            assert!(right, "{size:?}: {really:?} and {computed:?} are {distance} apart");
            compared += 1;
        });
    }
    assert_eq!(compared, 7 * 64);
}

#[test]
fn where_the_window_is_off_centre_the_right_orientation_is_still_the_nearest() {
    for size in [(128, 128), (150, 150), (200, 150), (256, 256)] {
        compare_turned(size, |really, computed, distance| {
            let near = really == computed;
            let right = if near { distance <= 60 } else { distance > 60 };
            assert!(right, "{size:?}: {really:?} and {computed:?} are {distance} apart");
        });
    }
}

#[test]
fn turned_hashes_are_those_of_the_picture_really_turned() {
    let mut hasher = Hasher::new();
    let mut compared = 0;
    let sizes = [(64, 64), (100, 80), (129, 200), (240, 180), (512, 512), (700, 600), (1537, 513)];
    for size in sizes {
        let picture = asymmetrical(size.0, size.1, 9);
        for prescale in [Prescale::Tool, Prescale::None] {
            let pixels = Pixels::grey(size.0, size.1, &picture).unwrap();
            let computed = hasher.turned(pixels, prescale);
            assert_eq!(computed.original(), hasher.hash(pixels, prescale));
            for (orientation, hash) in computed.iter() {
                let (width, height, really) = turned(&picture, size, orientation);
                let pixels = Pixels::grey(width, height, &really).unwrap();
                let distance = hasher.hash(pixels, prescale).hash.distance(&hash);
                // Transposing sums the same numbers in another order: a last bit may differ.
                assert!(distance <= 2, "{size:?} {prescale:?} {orientation:?}: {distance}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 7 * 2 * 8);
}

#[test]
fn a_flat_picture_has_quality_zero_and_does_not_panic() {
    let mut hasher = Hasher::new();
    for grey in [0, 1, 128, 255] {
        let samples = vec![grey; 300 * 200];
        let pdq = hasher.hash(Pixels::grey(300, 200, &samples).unwrap(), Prescale::Tool);
        assert_eq!(pdq.quality, 0);
    }
}

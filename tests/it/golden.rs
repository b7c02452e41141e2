//! PDQ equals Meta's reference implementation in every bit, on pictures made by integer arithmetic.
//!
//! `testdata/golden/pictures.py` makes the same pictures; `make.py` beside it asks the reference.

use sha2::Digest as _;
use tutela::hash::{Hasher, Orientation, Pixels, Prescale};

const GOLDEN: &str = include_str!("../../testdata/golden/pdq.csv");

#[test]
fn every_hash_and_quality_equals_the_reference() {
    // One hasher for all, so that buffers of one size serve the next.
    let mut hasher = Hasher::new();
    let mut cases = 0;
    for line in GOLDEN.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |field: usize| fields[field].parse::<u32>().unwrap();
        let case = Case {
            pattern: fields[0],
            width: number(1),
            height: number(2),
            channels: number(3),
            seed: number(4),
        };
        let prescale = match fields[5] {
            "tool" => Prescale::Tool,
            "none" => Prescale::None,
            other => panic!("prescale {other}"),
        };
        let samples = case.samples();
        let digest: [u8; 32] = sha2::Sha256::digest(&samples).into();
        assert_eq!(const_hex::encode(digest), fields[6], "samples of {case:?}");

        let (width, height) = (case.width as usize, case.height as usize);
        let pixels = match case.channels {
            1 => Pixels::grey(width, height, &samples),
            _ => Pixels::rgb(width, height, &samples),
        }
        .unwrap();
        let pdq = hasher.hash(pixels, prescale);
        assert_eq!(u32::from(pdq.quality), number(7), "{case:?} {prescale:?}");
        assert_eq!(pdq.hash.to_string(), fields[8], "{case:?} {prescale:?}");

        let all = hasher.orientations(pixels, prescale);
        assert_eq!(all.original(), pdq, "{case:?} {prescale:?}");
        assert_eq!(fields.len(), 8 + Orientation::ALL.len());
        for ((orientation, hash), expected) in all.iter().zip(&fields[8..]) {
            assert_eq!(&hash.to_string(), expected, "{case:?} {prescale:?} {orientation:?}");
        }
        cases += 1;
    }
    assert_eq!(cases, 156);
}

#[derive(Debug)]
struct Case<'a> {
    pattern: &'a str,
    width: u32,
    height: u32,
    channels: u32,
    seed: u32,
}

impl Case<'_> {
    fn samples(&self) -> Vec<u8> {
        let mut samples = Vec::new();
        for y in 0..self.height {
            for x in 0..self.width {
                for c in 0..self.channels {
                    samples.push(self.sample(x, y, c) as u8);
                }
            }
        }
        samples
    }

    fn sample(&self, x: u32, y: u32, c: u32) -> u32 {
        let (width, height, seed) = (self.width, self.height, self.seed);
        match self.pattern {
            "flat" => (seed * 37 + 90 * c) % 256,
            "gradient" => match (c + seed) % 3 {
                0 => 255 * x / width,
                1 => 255 * y / height,
                _ => 255 * (x + y) / (width + height),
            },
            "noise" => mix(x, y, c, seed),
            "checker" => {
                let cell = (width / 8).max(1);
                (x / cell + y / cell + c) % 2 * 255
            }
            "stripes" => (x / (seed + 2) + c) % 2 * 200,
            "text" => {
                if y % 20 < 12 && mix(x / 3, y / 4, 0, seed) < 110 {
                    20 + 15 * c
                } else {
                    250 - 5 * c
                }
            }
            "faint" => 128 + mix(x, y, c, seed) % 4,
            "photo" => {
                let longest = width.max(height);
                let both = 3 * smooth(x, y, c, seed, longest / 5 + 1)
                    + smooth(x, y, c, seed + 1, longest / 23 + 1);
                (15 * both / 4 + mix(x, y, c, seed)) / 16
            }
            other => panic!("pattern {other}"),
        }
    }
}

/// A byte that looks random.
fn mix(x: u32, y: u32, c: u32, seed: u32) -> u32 {
    let mut h = x.wrapping_mul(0x9E37_79B1)
        ^ y.wrapping_mul(0x85EB_CA77)
        ^ c.wrapping_mul(0xC2B2_AE3D)
        ^ seed.wrapping_mul(0x27D4_EB2F);
    h = (h ^ h >> 15).wrapping_mul(0x2C1B_3C6D);
    h = (h ^ h >> 12).wrapping_mul(0x297A_2D39);
    h >> 24
}

/// Random bytes at the corners of cells, and between them what lies between.
fn smooth(x: u32, y: u32, c: u32, seed: u32, cell: u32) -> u32 {
    let (i, j, u, v) = (x / cell, y / cell, x % cell, y % cell);
    let top = mix(i, j, c, seed) * (cell - u) + mix(i + 1, j, c, seed) * u;
    let low = mix(i, j + 1, c, seed) * (cell - u) + mix(i + 1, j + 1, c, seed) * u;
    (top * (cell - v) + low * v) / (cell * cell)
}

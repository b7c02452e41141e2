use jpeg_encoder::{ColorType, Encoder, SamplingFactor as Sampling};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

mod parts;

use super::slow;
use super::writer::{Shape, write};
use crate::media::{CoarseDecoder, Declined, Limits};
use std::ops::ControlFlow;

/// Those that the encoder writes in one scan.
const SAMPLINGS: [Sampling; 4] =
    [Sampling::F_1_1, Sampling::F_2_1, Sampling::F_1_2, Sampling::F_2_2];

/// How a test file is coded.
#[derive(Clone, Copy)]
struct Coding {
    sampling: Sampling,
    quality: u8,
    restart: u16,
    optimised: bool,
    progressive: bool,
    grey: bool,
}

const PLAIN: Coding = Coding {
    sampling: Sampling::F_1_1,
    quality: 85,
    restart: 0,
    optimised: false,
    progressive: false,
    grey: false,
};

/// Waves and noise, the noise stronger to the right: blocks with and without much detail.
fn file(seed: u64, width: u16, height: u16, coding: Coding) -> Vec<u8> {
    let mut random = SmallRng::seed_from_u64(seed);
    let tilt = random.random_range(0.01..0.3_f32);
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let (fx, fy) = (f32::from(x), f32::from(y));
            let wave = 128.0 + 90.0 * (fx * tilt).sin() * (fy * 0.11).cos();
            let noise = fx / f32::from(width) * 60.0;
            for _ in 0..if coding.grey { 1 } else { 3 } {
                pixels.push((wave + random.random_range(-1.0..1.0) * noise) as u8);
            }
        }
    }
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, coding.quality);
    encoder.set_sampling_factor(coding.sampling);
    encoder.set_progressive(coding.progressive);
    encoder.set_optimized_huffman_tables(coding.optimised);
    if coding.restart > 0 {
        encoder.set_restart_interval(coding.restart);
    }
    let colours = if coding.grey { ColorType::Luma } else { ColorType::Rgb };
    encoder.encode(&pixels, width, height, colours).unwrap();
    file
}

type Planes = Vec<Result<(usize, Vec<f32>, Option<f32>), Declined>>;

fn decode(decoder: &mut CoarseDecoder, files: &[&[u8]]) -> Planes {
    let mut results = vec![None; files.len()];
    decoder.decode(files, &Limits::default(), &mut |number, result| {
        let result =
            result.map(|luma| (luma.coarse.columns(), luma.coarse.data().to_vec(), luma.left_out));
        assert!(results[number].replace(result).is_none(), "each file once");
    });
    results.into_iter().map(|result| result.expect("each file")).collect()
}

/// The plane that the slow twin gives.
fn plane(fields: &[[f32; 64]], columns: usize, kept: usize) -> Vec<f32> {
    let mut plane = vec![0.0; fields.len() * kept * kept];
    for (number, field) in fields.iter().enumerate() {
        let (x, y) = (number % columns, number / columns);
        for (v, u) in (0..kept).flat_map(|v| (0..kept).map(move |u| (v, u))) {
            plane[(y * kept + v) * columns * kept + x * kept + u] = field[v * 8 + u];
        }
    }
    plane
}

/// Asserts that each decoder says of the file what the slow twin says.
fn check(decoders: &mut [(usize, CoarseDecoder)], file: &[u8]) -> bool {
    let twin = slow::coefficients(file);
    for (kept, decoder) in decoders {
        match (decode(decoder, &[file]).remove(0), &twin) {
            (Ok((columns, data, left_out)), Some(fields)) => {
                let columns = columns / *kept;
                assert_eq!(data, plane(fields, columns, *kept));
                let energy: f32 = fields.iter().map(|field| energy(field, *kept)).sum();
                let mean = energy / 64.0 / fields.len() as f32;
                // all of so few fields are looked at
                if let (true, Some(left_out)) = (fields.len() <= 512, left_out) {
                    assert!((left_out - mean).abs() <= mean * 1e-4, "{left_out} for {mean}");
                }
            }
            (Err(_), None) => {}
            (result, twin) => panic!("{:?}, {}", result.err(), twin.is_some()),
        }
    }
    twin.is_some()
}

fn energy(field: &[f32; 64], kept: usize) -> f32 {
    let left_out = field.iter().enumerate().filter(|(at, _)| at % 8 >= kept || at / 8 >= kept);
    left_out.map(|(_, value)| value * value).sum()
}

fn decoders() -> Vec<(usize, CoarseDecoder)> {
    [1, 2, 4, 8].map(|kept| (kept, CoarseDecoder::with_kept(kept).unwrap())).into()
}

#[test]
fn files_of_an_encoder_equal_the_slow_twin() {
    let mut decoders = decoders();
    let mut seed = 0;
    for sampling in SAMPLINGS {
        for quality in [10, 60, 92, 100] {
            for restart in [0, 1, 3, 50] {
                seed += 1;
                let coding = Coding { sampling, quality, restart, ..PLAIN };
                let (width, height) = [(67, 45), (200, 133), (8, 8), (1, 90)][seed as usize % 4];
                assert!(check(&mut decoders, &file(seed, width, height, coding)));
                let grey = Coding { grey: true, optimised: restart == 0, ..coding };
                assert!(check(&mut decoders, &file(seed, width, height, grey)));
                let progressive = Coding { progressive: true, restart: 0, ..coding };
                let file = file(seed, width, height, progressive);
                assert!(check(&mut decoders[..1], &file));
            }
        }
    }
}

#[test]
fn random_codes_in_every_sampling_equal_the_slow_twin() {
    let mut decoders = decoders();
    let samplings: [&[(u8, u8)]; 12] = [
        &[(1, 1)],
        &[(2, 2)],
        &[(1, 1), (1, 1), (1, 1)],
        &[(2, 1), (1, 1), (1, 1)],
        &[(1, 2), (1, 1), (1, 1)],
        &[(2, 2), (1, 1), (1, 1)],
        &[(4, 1), (1, 1), (1, 1)],
        &[(1, 4), (1, 1), (1, 1)],
        &[(4, 2), (1, 1), (1, 1)],
        &[(2, 4), (1, 1), (1, 1)],
        &[(2, 2), (2, 1), (1, 2)],
        &[(3, 2), (1, 1), (3, 1)],
    ];
    let mut seed = 0;
    for factors in samplings {
        for restart in [0, 1, 2, 7, 0, 0] {
            seed += 1;
            let (width, height) = [(70, 41), (333, 200), (9, 300), (1, 1)][seed as usize % 4];
            let shape = Shape { width, height, factors, restart, progressive: None };
            assert!(check(&mut decoders, &write(seed, &shape)), "{shape:?}");
            let shape = Shape { progressive: Some(seed as u8 % 4), ..shape };
            assert!(check(&mut decoders[..1], &write(seed, &shape)), "{shape:?}");
        }
    }
}

#[test]
fn the_pixels_of_the_coefficients_are_those_of_the_full_decoder() {
    for sampling in SAMPLINGS {
        for quality in [40, 95] {
            let file = file(7, 75, 61, Coding { sampling, quality, grey: true, ..PLAIN });
            pixels_agree(&file);
        }
    }
}

/// The full decoder makes grey pixels of grey files; its rounding is at most one off in each of two
/// passes.
fn pixels_agree(file: &[u8]) {
    let (columns, data, _) =
        decode(&mut CoarseDecoder::with_kept(8).unwrap(), &[file]).remove(0).unwrap();
    let decoded = crate::media::decode(file, &Limits::default(), &mut |frame| {
        let (width, height) = (frame.pixels.width(), frame.pixels.height());
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let mut sum = 128.0;
            for (v, u) in (0..8).flat_map(|v| (0..8).map(move |u| (v, u))) {
                let basis = |at: usize, frequency: usize| {
                    let angle = (2 * (at % 8) + 1) as f32 * frequency as f32;
                    let cosine = (angle * std::f32::consts::PI / 16.0).cos();
                    if frequency == 0 { cosine / 8_f32.sqrt() } else { cosine / 2.0 }
                };
                let value = data[(y / 8 * 8 + v) * columns + x / 8 * 8 + u];
                sum += value * basis(x, u) * basis(y, v);
            }
            let pixel = f32::from(frame.pixels.data()[y * width + x]);
            assert!((sum.clamp(0.0, 255.0) - pixel).abs() < 2.0, "{x}, {y}: {sum} for {pixel}");
        }
        ControlFlow::Continue(())
    });
    assert_eq!(decoded.unwrap().problem, None);
}

#[test]
fn lockstep_equals_one_by_one() {
    let mut files = Vec::new();
    for seed in 0..60 {
        let (width, height) = [(320, 240), (31, 700), (1024, 90), (9, 9)][seed as usize % 4];
        let restart = [0, 0, 5][seed as usize % 3];
        let mut file = if seed % 2 == 0 {
            let factors = [(2, 1 + seed as u8 % 3), (1, 1), (2, 1)];
            let progressive = (seed % 7 == 6).then_some(1);
            write(seed, &Shape { width, height, factors: &factors, restart, progressive })
        } else {
            let sampling = SAMPLINGS[seed as usize % 4];
            let coding = Coding { sampling, quality: 30 + seed as u8, restart, ..PLAIN };
            file(seed, width, height, coding)
        };
        if seed % 6 == 5 {
            let middle = file.len() / 2;
            file[middle..middle + 20].fill(0x55);
        }
        files.push(file);
    }
    // one that stays while all others come and go
    let factors = [(2, 2), (1, 1), (1, 1)];
    let long =
        Shape { width: 1600, height: 1200, factors: &factors, restart: 0, progressive: None };
    files.insert(1, write(99, &long));
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    for kept in [1, 4] {
        let mut decoder = CoarseDecoder::with_kept(kept).unwrap();
        let single =
            |file: &&[u8]| decode(&mut CoarseDecoder::with_kept(kept).unwrap(), &[file]).remove(0);
        let singles: Planes = files.iter().map(single).collect();
        assert!(singles.iter().filter(|result| result.is_ok()).count() > 45);
        assert_eq!(decode(&mut decoder, &files), singles);
        assert_eq!(decode(&mut decoder, &files), singles, "with used buffers");
    }
}

/// Small files of different codings.
fn small() -> Vec<Vec<u8>> {
    let codings = [
        PLAIN,
        Coding { sampling: Sampling::F_2_2, restart: 1, ..PLAIN },
        Coding { grey: true, optimised: true, ..PLAIN },
        Coding { grey: true, quality: 100, ..PLAIN },
        Coding { progressive: true, sampling: Sampling::F_2_2, ..PLAIN },
    ];
    let mut files: Vec<_> = codings.map(|coding| file(3, 40, 35, coding)).into();
    let factors = [(2, 2), (1, 2), (2, 1)];
    let shape = Shape { width: 30, height: 20, factors: &factors, restart: 1, progressive: None };
    files.push(write(8, &shape));
    files
}

#[test]
fn no_truncated_file_is_accepted() {
    let mut decoders = decoders();
    for file in small() {
        for length in 0..file.len() {
            let result = decode(&mut decoders[0].1, &[&file[..length]]).remove(0);
            assert!(
                matches!(result, Err(Declined::Damaged | Declined::Markers | Declined::NotJpeg)),
                "{length}: {:?}",
                result.err()
            );
            assert_eq!(slow::coefficients(&file[..length]), None);
        }
        assert!(decode(&mut decoders[0].1, &[&file]).remove(0).is_ok());
    }
}

#[test]
fn of_flipped_bits_the_slow_twin_says_the_same() {
    let mut random = SmallRng::seed_from_u64(5);
    let mut decoders = decoders();
    let (mut accepted, mut declined) = (0, 0);
    for file in small() {
        // only the first coefficient is read of progressive files
        let decoders = if file.windows(2).any(|pair| pair == [0xFF, 0xC2]) {
            &mut decoders[..1]
        } else {
            &mut decoders[..]
        };
        for _ in 0..6000 {
            let mut file = file.clone();
            for _ in 0..random.random_range(1..4) {
                let at = random.random_range(0..file.len());
                file[at] ^= 1 << random.random_range(0..8);
            }
            if check(decoders, &file) { accepted += 1 } else { declined += 1 }
        }
    }
    assert!(accepted > 1000 && declined > 1000, "{accepted} and {declined}");
}

#[test]
fn odd_sampling_factors_of_a_grey_file_mean_nothing() {
    let plain = file(1, 100, 50, Coding { grey: true, ..PLAIN });
    let frame = plain.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    let mut odd = plain.clone();
    assert_eq!(odd[frame + 11], 0x11);
    odd[frame + 11] = 0x42;
    let mut decoder = CoarseDecoder::with_kept(2).unwrap();
    let results = decode(&mut decoder, &[&plain, &odd]);
    assert!(results[0].is_ok());
    assert_eq!(results[0], results[1]);
}

#[test]
fn the_size_says_what_is_kept() {
    let mut decoder = CoarseDecoder::default();
    for (width, height, columns) in
        [(1024, 1024, Some(128)), (1023, 1030, Some(256)), (512, 2000, Some(128)), (511, 900, None)]
    {
        let file = file(2, width, height, Coding { grey: true, quality: 5, ..PLAIN });
        let result = decode(&mut decoder, &[&file]).remove(0);
        assert_eq!(result.map(|(columns, ..)| columns), columns.ok_or(Declined::Small));
    }
}

#[test]
fn limits_hold_before_any_data_is_read() {
    let file = file(2, 40, 30, PLAIN);
    let mut decoder = CoarseDecoder::with_kept(8).unwrap();
    let mut over = |set: &dyn Fn(&mut Limits)| {
        let mut limits = Limits::default();
        set(&mut limits);
        let mut over = None;
        decoder.decode(&[&file], &limits, &mut |_, result| over = Some(result.err()));
        over.unwrap()
    };
    let length = file.len() as u64;
    let memory = length + 5 * 4 * 64 * 4;
    assert_eq!(over(&|limits| limits.max_bytes = length), None);
    assert_eq!(over(&|limits| limits.max_bytes = length - 1), Some(Declined::Limit));
    assert_eq!(over(&|limits| limits.max_memory = memory), None);
    assert_eq!(over(&|limits| limits.max_memory = memory - 1), Some(Declined::Limit));
    assert_eq!(over(&|limits| limits.max_pixels = 1199), Some(Declined::Limit));
    assert_eq!(over(&|limits| limits.max_side = 39), Some(Declined::Limit));
}

#[test]
fn what_is_not_read_says_why() {
    let mut decoder = CoarseDecoder::with_kept(1).unwrap();
    let mut why = |file: &[u8]| decode(&mut decoder, &[file]).remove(0).err();
    let plain = file(4, 64, 64, Coding { sampling: Sampling::F_2_2, ..PLAIN });
    let at = |marker: u8| plain.windows(2).position(|pair| pair == [0xFF, marker]).unwrap();
    let (frame, scan) = (at(0xC0), at(0xDA));
    let with = |changes: &[(usize, u8)]| {
        let mut file = plain.clone();
        changes.iter().for_each(|&(at, byte)| file[at] = byte);
        file
    };
    assert_eq!(why(&plain), None);
    assert_eq!(why(b"\x89PNG"), Some(Declined::NotJpeg));
    assert_eq!(why(&with(&[(frame + 1, 0xC9)])), Some(Declined::Coding));
    assert_eq!(why(&with(&[(frame + 1, 0xC3)])), Some(Declined::Coding));
    assert_eq!(why(&with(&[(frame + 4, 12)])), Some(Declined::Coding));
    assert_eq!(why(&with(&[(frame + 5, 0), (frame + 6, 0)])), Some(Declined::Coding));
    // brightness sampled less than colour; eighteen blocks of a unit
    assert_eq!(why(&with(&[(frame + 11, 0x11), (frame + 14, 0x22)])), Some(Declined::Sampling));
    assert_eq!(why(&with(&[(frame + 11, 0x44)])), Some(Declined::Sampling));
    // a progressive file whose first scan goes up to coefficient 63
    assert_eq!(why(&with(&[(frame + 1, 0xC2)])), Some(Declined::Progressive));
    // another scan, and an Adobe segment, before the end
    let late = |segment: &[u8]| {
        let mut file = plain.clone();
        file.splice(file.len() - 2.., segment.iter().copied().chain([0xFF, 0xD9]));
        file
    };
    let head = &plain[scan..scan + 14];
    assert_eq!(why(&late(head)), Some(Declined::Scans));
    assert_eq!(why(&late(b"\xFF\xEE\0\x0EAdobe\0\0\0\0\0\0\0")), Some(Declined::Colours));
    assert_eq!(why(&late(b"\xFF\xFE\0\x03x")), None);
    assert_eq!(why(&late(&[0])), Some(Declined::Damaged), "a byte of data too many");
    assert_eq!(why(&late(&[0xFF])), None, "a fill byte");
    assert_eq!(why(&late(&[0xFF, 0xD0])), Some(Declined::Damaged), "a restart without interval");
}

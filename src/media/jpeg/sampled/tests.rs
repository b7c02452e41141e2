//! Against a full decoder, and against the transform by its definition.

use std::fmt::Debug;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{Declined, SampleDecoder, naive, scans, writer};
use crate::hash::Pixels;
use crate::media::guard::shield;
use crate::media::{CoarseDecoder, Limits, Reason};

/// Shapes, a slope and noise, so that blocks of every fullness occur.
fn picture(width: u16, height: u16, seed: u64) -> Vec<u8> {
    let mut random = StdRng::seed_from_u64(seed);
    let noise: u16 = random.random_range(0..4);
    let noise = [0, 3, 40, 250][usize::from(noise)];
    let (step, tilt) = (random.random_range(3..60), random.random_range(0..40));
    let mut samples = Vec::new();
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            let shape = (x / step + y / (step + 3)) % 2 * 120;
            let slope = (x * tilt / 16 + y) % 90;
            for colour in 0..3 {
                let value = shape + slope + colour * 9 + random.random_range(0..=noise);
                samples.push(value.min(255) as u8);
            }
        }
    }
    samples
}

/// How a picture is written.
#[derive(Clone, Copy, Debug)]
struct Way {
    sampling: Option<SamplingFactor>,
    quality: u8,
    restart: u16,
    progressive: bool,
}

fn encode(width: u16, height: u16, seed: u64, way: Way) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, way.quality);
    if let Some(sampling) = way.sampling {
        encoder.set_sampling_factor(sampling);
    }
    if way.restart > 0 {
        encoder.set_restart_interval(way.restart);
    }
    encoder.set_progressive(way.progressive);
    let samples = picture(width, height, seed);
    if way.sampling.is_some() {
        encoder.encode(&samples, width, height, ColorType::Rgb).unwrap();
    } else {
        let grey: Vec<u8> = samples.iter().step_by(3).copied().collect();
        encoder.encode(&grey, width, height, ColorType::Luma).unwrap();
    }
    bytes
}

/// The brightness of every pixel, by a decoder of everything; `None` where it fails, as it does in
/// some samplings.
fn whole(bytes: &[u8]) -> Option<(usize, usize, Vec<u8>)> {
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::Luma)
        .set_strict_mode(true)
        .set_max_width(65_535)
        .set_max_height(65_535);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let pixels =
        shield(|| decoder.decode().map_err(|error| Reason::undecodable(error.to_string())));
    let (width, height) = decoder.dimensions()?;
    Some((width, height, pixels.ok()?))
}

/// The planes that are sampled from all pixels.
fn sampled(width: usize, height: usize, pixels: &[u8]) -> Vec<Vec<u8>> {
    if width.max(height) <= 512 {
        return vec![pixels.to_vec()];
    }
    let mut planes = Vec::new();
    for (across, down) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut plane = Vec::new();
        for j in 0..512 {
            for i in 0..512 {
                let (x, y) = (i * width / 512, j * height / 512);
                let x = if across { width - 1 - x } else { x };
                let y = if down { height - 1 - y } else { y };
                plane.push(pixels[y * width + x]);
            }
        }
        planes.push(plane);
    }
    planes
}

/// Pixels that differ by one, and all; panics where any differs by more.
fn compare(
    decoder: &mut SampleDecoder,
    bytes: &[u8],
    (width, height, pixels): (usize, usize, Vec<u8>),
    case: &dyn Debug,
) -> [usize; 2] {
    let luma = decoder.decode(bytes, &Limits::default());
    let luma = luma.unwrap_or_else(|why| panic!("{case:?}: {why:?}"));
    assert_eq!((luma.width(), luma.height()), (width, height), "{case:?}");
    let expected = sampled(width, height, &pixels);
    let planes: Vec<Pixels<'_>> = luma.planes().collect();
    assert_eq!(planes.len(), expected.len(), "{case:?}");
    let mut differing = [0, 0];
    for (number, (plane, expected)) in planes.iter().zip(&expected).enumerate() {
        assert_eq!(plane.data().len(), expected.len(), "{case:?}");
        for (at, (is, want)) in plane.data().iter().zip(expected).enumerate() {
            let difference = is.abs_diff(*want);
            assert!(difference <= 1, "{case:?}: plane {number}, {at}: {is} for {want}");
            differing[0] += usize::from(difference);
            differing[1] += 1;
        }
    }
    differing
}

/// Those that the encoder writes in one scan.
const SAMPLINGS: [Option<SamplingFactor>; 7] = [
    None,
    Some(SamplingFactor::F_1_1),
    Some(SamplingFactor::F_2_1),
    Some(SamplingFactor::F_1_2),
    Some(SamplingFactor::F_2_2),
    Some(SamplingFactor::R_4_2_2),
    Some(SamplingFactor::R_4_4_0),
];

/// Ways of all kinds, one after the other.
fn ways(progressive: bool) -> impl Iterator<Item = Way> {
    (0u16..).map(move |number| Way {
        sampling: SAMPLINGS[usize::from(number) % SAMPLINGS.len()],
        quality: [100, 92, 75, 40, 5][usize::from(number) % 5],
        restart: [0, 0, 1, 7][usize::from(number / 3) % 4],
        progressive,
    })
}

/// Encodes pictures, `each` of every size, and compares them with both twins.
fn agree(sizes: &[(u16, u16)], each: usize) {
    let mut decoder = SampleDecoder::new();
    let mut ways = ways(false);
    let (mut by_naive, mut by_whole, mut failed) = ([0; 2], [0; 2], 0);
    for (seed, &(width, height)) in (0..).zip(sizes) {
        for way in ways.by_ref().take(each) {
            let bytes = encode(width, height, seed, way);
            let case = (width, height, seed, way);
            let naive = naive::pixels(&bytes);
            let differing = compare(&mut decoder, &bytes, naive, &case);
            by_naive = [0, 1].map(|at| by_naive[at] + differing[at]);
            if let Some(pixels) = whole(&bytes) {
                let differing = compare(&mut decoder, &bytes, pixels, &case);
                by_whole = [0, 1].map(|at| by_whole[at] + differing[at]);
            } else {
                failed += 1;
            }
        }
    }
    assert_eq!(failed, 0);
    // single precision against double: only pixels that are halves but for some millionths
    assert!(by_naive[0] * 500 < by_naive[1], "{by_naive:?} differ by one");
    assert!(by_whole[0] * 50 < by_whole[1] && by_whole[1] * 2 > by_naive[1], "{by_whole:?}");
}

#[test]
fn small_pictures_are_those_of_full_decoders() {
    let sizes: Vec<_> = (1..=40).flat_map(|side| [(side, 41 - side), (side, side)]).collect();
    agree(&sizes, 11);
}

#[test]
fn sampled_pictures_are_those_of_full_decoders() {
    let sides =
        [(511, 512), (512, 512), (513, 512), (512, 513), (530, 511), (521, 523), (700, 900)];
    let narrow = [(2000, 5), (5, 2000), (1, 513), (513, 1), (4100, 130), (70, 2100)];
    agree(&sides, 4);
    agree(&narrow, 4);
}

#[test]
fn every_sampling_and_any_codes_are_read() {
    let mut decoder = SampleDecoder::new();
    let mut random = StdRng::seed_from_u64(11);
    let mut differing = [0, 0];
    for seed in 0..400 {
        let (width, height) = match seed % 20 {
            0 => (random.random_range(513..800), random.random_range(1..200)),
            1 => (random.random_range(1..200), random.random_range(513..800)),
            _ => (random.random_range(1..120), random.random_range(1..120)),
        };
        let (bytes, case) = writer::write(width, height, seed);
        let found = compare(&mut decoder, &bytes, naive::pixels(&bytes), &(width, height, case));
        differing = [0, 1].map(|at| differing[at] + found[at]);
    }
    assert!(differing[0] * 500 < differing[1], "{differing:?} differ by one");
}

/// All that a file gives.
fn all(decoder: &mut SampleDecoder, bytes: &[u8], case: &str) -> (Vec<Vec<u8>>, Vec<f32>) {
    let luma = decoder.decode(bytes, &Limits::default());
    let luma = luma.unwrap_or_else(|why| panic!("{case}: {why:?}"));
    let planes = luma.planes().map(|plane| plane.data().to_vec()).collect();
    (planes, luma.coarse().data().to_vec())
}

#[test]
fn scans_in_any_order_make_the_picture_of_one_scan() {
    let mut decoder = SampleDecoder::new();
    let sizes = [(61, 47), (8, 8), (130, 9), (600, 33)];
    for (seed, &(width, height)) in (0..300).zip(sizes.iter().cycle()) {
        let [(one, case), (many, script)] = scans::write(width, height, seed);
        let wanted = all(&mut decoder, &one, &case);
        assert!(wanted == all(&mut decoder, &many, &script), "{script}");
    }
}

#[test]
fn progressive_pictures_are_those_of_a_full_decoder() {
    let mut decoder = SampleDecoder::new();
    // the other decoder gets wrong what is progressive and has units of one block above another
    // (libjpeg and this one agree on them)
    let wrong = [SamplingFactor::F_1_2, SamplingFactor::R_4_4_0].map(Some);
    let right = |way: &Way| !wrong.contains(&way.sampling);
    for (seed, way) in ways(true).take(28).filter(right).enumerate() {
        let bytes = encode(570, 301, seed as u64, way);
        let pixels = whole(&bytes).unwrap();
        compare(&mut decoder, &bytes, pixels, &way);
    }
}

#[test]
fn damaged_scans_give_no_picture_and_no_panic() {
    let mut decoder = SampleDecoder::new();
    for seed in 0..8 {
        let [_, (bytes, script)] = scans::write(40, 33, seed);
        for length in 0..bytes.len() {
            let cut = decoder.decode(&bytes[..length], &Limits::default());
            assert!(cut.is_err(), "{length} of {script}");
        }
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..300 {
            let mut flipped = bytes.clone();
            let at = random.random_range(0..bytes.len());
            flipped[at] ^= 1 << random.random_range(0..8);
            let _ = decoder.decode(&flipped, &Limits::default());
        }
    }
}

#[test]
fn frequencies_are_the_low_ones_of_every_block() {
    let mut decoder = SampleDecoder::new();
    let sizes = [(40, 33, 8), (700, 520, 4), (1030, 1100, 2), (2060, 2100, 1)];
    for ((width, height, kept), way) in sizes.into_iter().zip(ways(false)) {
        let bytes = encode(width, height, 3, way);
        let coarse = decoder.decode(&bytes, &Limits::default()).unwrap().coarse();
        assert_eq!(coarse.kept(), kept);
        let blocks = naive::blocks(&bytes);
        for (at, &value) in coarse.data().iter().enumerate() {
            let (x, y) = (at % coarse.columns(), at / coarse.columns());
            let expected = blocks[y / kept][x / kept][8 * (y % kept) + x % kept];
            assert_eq!(f64::from(value), expected, "{x} {y} of {way:?}");
        }
    }
}

#[test]
fn a_damaged_file_gives_no_picture_and_no_panic() {
    let mut decoder = SampleDecoder::new();
    for (number, way) in ways(false).take(12).enumerate() {
        let bytes = encode(90, 75, number as u64, way);
        for length in 0..bytes.len() {
            assert!(decoder.decode(&bytes[..length], &Limits::default()).is_err(), "{length}");
        }
        let mut random = StdRng::seed_from_u64(number as u64);
        for _ in 0..300 {
            let mut flipped = bytes.clone();
            let at = random.random_range(0..bytes.len());
            flipped[at] ^= 1 << random.random_range(0..8);
            let _ = decoder.decode(&flipped, &Limits::default());
        }
    }
    let whole = encode(90, 75, 1, ways(false).nth(1).unwrap());
    let end = whole.len() - 2;
    let mut more = whole.clone();
    more.splice(end..end, [0x12, 0x34]);
    assert_eq!(decoder.decode(&more, &Limits::default()).unwrap_err(), Declined::Damaged);
    assert!(decoder.decode(&whole, &Limits::default()).is_ok());
}

#[test]
fn limits_are_kept() {
    let mut decoder = SampleDecoder::new();
    let bytes = encode(90, 75, 1, ways(false).nth(1).unwrap());
    let limits: [fn(&mut Limits); 4] = [
        |limits| limits.max_bytes = 100,
        |limits| limits.max_pixels = 90 * 75 - 1,
        |limits| limits.max_side = 89,
        |limits| limits.max_memory = 10_000,
    ];
    for limit in limits {
        let mut limits = Limits::default();
        limit(&mut limits);
        assert_eq!(decoder.decode(&bytes, &limits).unwrap_err(), Declined::Limit);
    }
}

#[test]
fn the_means_of_a_picture_in_several_scans_are_those_of_one_scan() {
    let mut decoder = CoarseDecoder::with_kept(1).unwrap();
    let mut equal = 0;
    for seed in 0..300_u16 {
        let (width, height) = (1 + seed % 70, 1 + seed / 3);
        let [(one, _), (many, script)] = scans::write(width, height, seed.into());
        let mut means = [None, None];
        decoder.decode(&[&one, &many], &Limits::default(), &mut |file, luma| {
            means[file] = Some(luma.map(|luma| luma.coarse.data().to_vec()));
        });
        let [one, many] = means.map(Option::unwrap);
        // the first scan must tell of the brightness
        if many.as_ref().err() != Some(&Declined::Progressive) {
            assert_eq!(one, many, "{script}");
            equal += 1;
        }
    }
    assert!(equal > 100, "{equal}");
}

#[test]
fn brightness_alone_in_a_scan_is_that_of_all_in_one() {
    let mut decoder = SampleDecoder::new();
    let mut coarse = CoarseDecoder::with_kept(2).unwrap();
    let pixels = picture(170, 121, 3);
    for sampling in [SamplingFactor::F_1_1, SamplingFactor::F_2_1, SamplingFactor::F_2_2] {
        let files = [false, true].map(|alone| {
            let mut file = Vec::new();
            let mut encoder = Encoder::new(&mut file, 80);
            encoder.set_sampling_factor(sampling);
            // with codes of its own the encoder gives each component a scan
            encoder.set_optimized_huffman_tables(alone);
            encoder.encode(&pixels, 170, 121, ColorType::Rgb).unwrap();
            file
        });
        let scans = |file: &[u8]| file.windows(2).filter(|pair| *pair == [0xFF, 0xDA]).count();
        assert_eq!(files.each_ref().map(|file| scans(file)), [1, 3]);
        let [one, many] = files.each_ref().map(|file| all(&mut decoder, file, "as encoded"));
        assert!(one == many);
        let mut planes = [None, None];
        let files = files.each_ref().map(Vec::as_slice);
        coarse.decode(&files, &Limits::default(), &mut |file, luma| {
            planes[file] = Some(luma.unwrap().coarse.data().to_vec());
        });
        let [one, many] = planes;
        assert!(one.is_some() && one == many);
    }
}

//! Against a full decoder, and against the transform by its definition.

use std::f64::consts::PI;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{Declined, SampleDecoder};
use crate::hash::Pixels;
use crate::media::Limits;

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
    optimised: bool,
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
    encoder.set_optimized_huffman_tables(way.optimised);
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

/// The brightness of every pixel, by a decoder of everything.
fn whole(bytes: &[u8]) -> (usize, usize, Vec<u8>) {
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::Luma)
        .set_strict_mode(true)
        .set_max_width(65_535)
        .set_max_height(65_535);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let pixels = decoder.decode().unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    (width, height, pixels)
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

/// Pixels that differ by one, of all; panics where any differs by more.
fn compare(decoder: &mut SampleDecoder, bytes: &[u8], case: &dyn std::fmt::Debug) -> [usize; 2] {
    let (width, height, pixels) = whole(bytes);
    let luma =
        decoder.decode(bytes, &Limits::default()).unwrap_or_else(|why| panic!("{case:?}: {why:?}"));
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

const SAMPLINGS: [Option<SamplingFactor>; 11] = [
    None,
    Some(SamplingFactor::F_1_1),
    Some(SamplingFactor::F_2_1),
    Some(SamplingFactor::F_1_2),
    Some(SamplingFactor::F_2_2),
    Some(SamplingFactor::F_4_1),
    Some(SamplingFactor::F_4_2),
    Some(SamplingFactor::F_1_4),
    Some(SamplingFactor::F_2_4),
    Some(SamplingFactor::R_4_4_0),
    Some(SamplingFactor::R_4_1_1),
];

/// Ways of all kinds, one after the other.
fn ways(progressive: bool) -> impl Iterator<Item = Way> {
    (0u16..).map(move |number| Way {
        sampling: SAMPLINGS[usize::from(number) % SAMPLINGS.len()],
        quality: [100, 92, 75, 40, 5][usize::from(number) % 5],
        restart: [0, 0, 1, 7][usize::from(number / 3) % 4],
        optimised: number % 3 == 0,
        progressive,
    })
}

fn agree(sizes: &[(u16, u16)], progressive: bool, each: usize) -> [usize; 2] {
    let mut decoder = SampleDecoder::new();
    let mut ways = ways(progressive);
    let mut total = [0, 0];
    for (seed, &(width, height)) in (0..).zip(sizes) {
        for way in ways.by_ref().take(each) {
            let bytes = encode(width, height, seed, way);
            let differing = compare(&mut decoder, &bytes, &(width, height, seed, way));
            total[0] += differing[0];
            total[1] += differing[1];
        }
    }
    total
}

#[test]
fn small_pictures_are_those_of_a_full_decoder() {
    let sizes: Vec<_> = (1..=40).flat_map(|side| [(side, 41 - side), (side, side)]).collect();
    let [differing, all] = agree(&sizes, false, 11);
    println!("{differing} of {all}");
    assert!(differing * 100 < all, "{differing} of {all} pixels differ by one");
}

#[test]
fn sampled_pictures_are_those_of_a_full_decoder() {
    let sizes = [
        (511, 512),
        (512, 512),
        (513, 512),
        (512, 513),
        (530, 511),
        (521, 523),
        (2000, 5),
        (5, 2000),
        (1, 513),
        (513, 1),
        (1100, 700),
        (1600, 1203),
        (4100, 130),
        (700, 2100),
    ];
    let [differing, all] = agree(&sizes, false, 5);
    println!("{differing} of {all}");
    assert!(differing * 100 < all, "{differing} of {all} pixels differ by one");
}

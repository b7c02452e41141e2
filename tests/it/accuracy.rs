//! Screened, by the reference's samples and in full: three ways to one verdict.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, resize};
use image::{Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tutela::hash::{Hash256, Hasher, Pixels, Prescale};
use tutela::index::Index;
use tutela::media::{Declined, ReasonCode};
use tutela::scan::{Accuracy, Finding, Scan, Verdict};

use crate::support::index;

/// A picture with structure and a little grain.
fn photograph(rng: &mut StdRng, width: u32, height: u32) -> RgbImage {
    let small = RgbImage::from_fn(24, 18, |_, _| Rgb(rng.random()));
    let mut picture = resize(&small, width, height, FilterType::CatmullRom);
    for pixel in picture.pixels_mut() {
        let grain = rng.random_range(-4..=4_i16);
        pixel.0 = pixel.0.map(|value| (i16::from(value) + grain).clamp(0, 255) as u8);
    }
    picture
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 88).encode_image(picture).unwrap();
    bytes
}

fn findings(index: &Index, accuracy: Accuracy, files: &[Vec<u8>]) -> Vec<Finding> {
    let mut scan = Scan::default();
    scan.accuracy = accuracy;
    let files: Vec<(&str, &[u8])> = files.iter().map(|file| ("f", file.as_slice())).collect();
    scan.examiner(index).many(&files).unwrap()
}

#[test]
fn all_accuracies_come_to_one_verdict() {
    let mut rng = StdRng::seed_from_u64(1);
    let (mut files, mut hashes) = (Vec::new(), Vec::new());
    for number in 0..24 {
        let (width, height) = [(1300, 1100), (1100, 1500), (700, 600), (400, 300)][number % 4];
        let file = jpeg(&photograph(&mut rng, width, height));
        let decoded = image::load_from_memory(&file).unwrap().into_rgb8();
        let pixels = Pixels::rgb(width as usize, height as usize, decoded.as_raw()).unwrap();
        let prescale = [Prescale::Tool, Prescale::None][number / 4 % 2];
        let turned = Hasher::new().turned(pixels, prescale).hashes[number % 8];
        let mut bytes = *turned.as_bytes();
        // Well within the radius, well beyond, or unlisted.
        let bits = [0, 12, 26, 27, 38, 60][number % 6];
        for bit in rand::seq::index::sample(&mut rng, 256, bits) {
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        hashes.push(Hash256::from_bytes(bytes));
        files.push(file);
    }
    let index = index(&hashes);
    let screened = findings(&index, Accuracy::Screen, &files);
    let reference = findings(&index, Accuracy::Reference, &files);
    let full = findings(&index, Accuracy::Full, &files);
    for (number, finding) in screened.iter().enumerate() {
        let expected = if number % 6 < 4 { Verdict::Match } else { Verdict::Clear };
        assert_eq!(finding.verdict, expected, "{number}: {:?}", finding.reason);
        assert_eq!(reference[number].verdict, expected, "{number}");
        assert_eq!(full[number].verdict, expected, "{number}");
        assert_eq!(finding.matches, reference[number].matches, "{number}");
        let [known, exact] = [finding, &full[number]].map(|finding| finding.fingerprint.unwrap());
        let distance = known.pdq.unwrap().hash.distance(&exact.pdq.unwrap().hash);
        if expected == Verdict::Match {
            assert_ne!(known.accuracy, Some(Accuracy::Screen), "{number}");
            assert!(distance <= 4, "{number}: {distance}");
        }
    }
    let ways = screened.iter().map(|finding| finding.fingerprint.unwrap().accuracy);
    assert!(ways.filter(|way| *way == Some(Accuracy::Screen)).count() >= 2);
}

#[test]
fn a_clear_file_has_the_digests_and_the_accuracy_that_are_asked_for() {
    let mut rng = StdRng::seed_from_u64(2);
    let file = jpeg(&photograph(&mut rng, 1300, 1100));
    let index = index(&[Hash256::default()]);
    let mut scan = Scan::default();
    let finding = scan.examiner(&index).bytes("f", &file).unwrap();
    assert_eq!(finding.verdict, Verdict::Clear);
    let known = finding.fingerprint.unwrap();
    assert_eq!((known.digests.md5, known.digests.sha256), (None, None));
    assert_eq!(known.accuracy, Some(Accuracy::Screen));
    let json = serde_json::to_value(&finding).unwrap();
    assert_eq!(json["fingerprint"]["accuracy"], "screen");

    scan.complete = true;
    let finding = scan.examiner(&index).bytes("f", &file).unwrap();
    assert_eq!(finding.verdict, Verdict::Clear);
    let known = finding.fingerprint.unwrap();
    assert!(known.digests.md5.is_some() && known.digests.sha256.is_some());
    assert_eq!(known.accuracy, Some(Accuracy::Reference));
}

/// Entries at the edge of the radius, so that each bit that comes out differently decides.
fn edges(rng: &mut StdRng, file: &[u8]) -> Vec<Hash256> {
    let picture = image::load_from_memory(file).unwrap().into_rgb8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let pixels = Pixels::rgb(width, height, picture.as_raw()).unwrap();
    let hash = Hasher::new().turned(pixels, Prescale::Tool).original().hash;
    let mut turned = |bits| {
        let mut bytes = *hash.as_bytes();
        for bit in rand::seq::index::sample(rng, 256, bits) {
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        Hash256::from_bytes(bytes)
    };
    [20, 24, 26, 28, 29, 30, 31, 31, 31].map(&mut turned).to_vec()
}

fn encoded(picture: &RgbImage, quality: u8, set: impl Fn(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    set(&mut encoder);
    let (width, height) = (picture.width() as u16, picture.height() as u16);
    encoder.encode(picture.as_raw(), width, height, ColorType::Rgb).unwrap();
    bytes
}

/// Squares in a grid, whose edges may be those of the fields that JPEG files are made of.
fn mosaic(rng: &mut StdRng, width: u32, height: u32, side: u32) -> RgbImage {
    let contrast = [255, 96, 24][(side % 3) as usize];
    let colours: Vec<[u8; 3]> =
        (0..10_000).map(|_| [0; 3].map(|_| rng.random_range(0..=contrast))).collect();
    RgbImage::from_fn(width, height, |x, y| {
        let square = (y / side * 97 + x / side) as usize;
        Rgb(colours[square % colours.len()])
    })
}

#[test]
fn screening_misses_no_mosaic_and_no_coarse_file_at_the_edge() {
    let mut rng = StdRng::seed_from_u64(3);
    for number in 0..24_u32 {
        let (width, height) = [(1300, 1100), (1640, 1060), (700, 600)][number as usize % 3];
        let (picture, quality) = match number % 4 {
            0 => (photograph(&mut rng, width, height), [2, 4, 7][number as usize / 4 % 3]),
            _ => (mosaic(&mut rng, width, height, [8, 16, 10, 24, 32][number as usize % 5]), 90),
        };
        let file = encoded(&picture, quality, |encoder| {
            encoder.set_sampling_factor(SamplingFactor::F_2_2);
            encoder.set_progressive(number % 8 > 5);
        });
        let hashes = edges(&mut rng, &file);
        for hash in hashes {
            let index = index(&[hash]);
            let files = std::slice::from_ref(&file);
            let reference = findings(&index, Accuracy::Reference, files).remove(0);
            let screened = findings(&index, Accuracy::Screen, files).remove(0);
            assert_eq!(screened.verdict, reference.verdict, "{number}");
            assert_eq!(screened.matches, reference.matches, "{number}");
        }
    }
}

#[test]
fn a_picture_whose_colours_come_in_scans_of_their_own_is_found() {
    let mut rng = StdRng::seed_from_u64(4);
    let picture = photograph(&mut rng, 1300, 1100);
    for sampling in [SamplingFactor::F_1_1, SamplingFactor::F_2_1, SamplingFactor::F_2_2] {
        let [one, many] = [false, true].map(|apart| {
            encoded(&picture, 85, |encoder| {
                encoder.set_sampling_factor(sampling);
                encoder.set_optimized_huffman_tables(apart);
            })
        });
        let index = index(&edges(&mut rng, &one)[..1]);
        for accuracy in [Accuracy::Screen, Accuracy::Reference] {
            let found = findings(&index, accuracy, std::slice::from_ref(&many)).remove(0);
            assert_eq!(found.verdict, Verdict::Match, "{accuracy:?}");
        }
        // the full decoder may get the colours wrong; then it is not silent about it
        let full = findings(&index, Accuracy::Full, &[many]).remove(0);
        assert_ne!(full.verdict, Verdict::Clear);
    }
}

#[test]
fn damaged_data_are_never_clear_even_if_a_picture_can_be_made_of_them() {
    let mut rng = StdRng::seed_from_u64(5);
    let picture = photograph(&mut rng, 700, 600);
    let whole = encoded(&picture, 85, |encoder| encoder.set_restart_interval(5));
    let place =
        |file: &[u8], marker: u8| file.windows(2).position(|pair| pair == [0xFF, marker]).unwrap();
    let mut lower = whole.clone();
    let frame = place(&lower, 0xC0);
    lower[frame + 5..frame + 7].copy_from_slice(&[1, 48]);
    let mut restart = whole.clone();
    let marker = place(&restart, 0xD3);
    restart[marker + 1] = 0xD4;
    let mut longer = whole.clone();
    longer.splice(longer.len() - 2..longer.len() - 2, [1, 2, 3, 4]);
    let index = index(&[Hash256::default()]);
    for accuracy in [Accuracy::Screen, Accuracy::Reference, Accuracy::Full] {
        let files = [whole.clone(), lower.clone(), restart.clone(), longer.clone()];
        let found = findings(&index, accuracy, &files);
        assert_eq!(found[0].verdict, Verdict::Clear);
        for finding in &found[1..] {
            assert_eq!(finding.verdict, Verdict::Unjudged, "{accuracy:?}");
            let reason = finding.reason.as_ref().unwrap();
            assert_eq!(reason.code, ReasonCode::Undecodable);
        }
        let declined = found[1].declined;
        assert!(accuracy == Accuracy::Full || declined == Some(Declined::Damaged));
    }
}

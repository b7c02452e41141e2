//! Screened, by the reference's samples and in full: three ways to one verdict.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, resize};
use image::{Rgb, RgbImage};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tutela::hash::{Hash256, Hasher, Pixels, Prescale, Signals};
use tutela::index::{Index, MemoryIndex, NewEntry};
use tutela::scan::{Accuracy, Finding, Scan, Verdict};

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

fn index(hashes: &[Hash256]) -> Index {
    let mut list = MemoryIndex::default();
    for (number, hash) in hashes.iter().enumerate() {
        let signals = Signals { pdq: Some(*hash), ..Signals::default() };
        let id = number.to_string();
        list.add(&NewEntry { bank: "B", id: &id, category: None, tags: &[], signals }).unwrap();
    }
    list.finish().unwrap()
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

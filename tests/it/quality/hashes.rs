//! Hashes of copies: turned, inverted, of other sizes.

use image::RgbImage;
use image::imageops::{
    FilterType, flip_horizontal, flip_vertical, resize, rotate90, rotate180, rotate270,
};
use tutela::hash::{Effort, Hash256, Hasher, Orientation, Prescale, Screener, Sheet};
use tutela::scan::Verdict;

use super::edits::{EDITS, negative};
use super::pictures::{Draw, photograph};
use super::{EFFORTS, examined, jpeg, listed, pixels, scan, turned};
use crate::support::index;

/// Decoded after it was saved as JPEG.
fn saved(picture: &RgbImage, quality: u8) -> RgbImage {
    image::load_from_memory(&jpeg(picture, quality)).unwrap().into_rgb8()
}

#[test]
fn one_of_eight_hashes_of_a_turned_and_saved_copy_is_nearly_the_pictures_own() {
    let mut seen = [0; 8];
    for seed in 0..20 {
        let (width, height) = [(400, 300), (300, 450), (512, 512), (256, 200)][seed as usize % 4];
        let picture = photograph(seed, width, height);
        let known = listed(&picture);
        let copies = [
            picture.clone(),
            rotate90(&picture),
            rotate180(&picture),
            rotate270(&picture),
            flip_horizontal(&picture),
            flip_vertical(&picture),
            flip_horizontal(&rotate90(&picture)),
            flip_vertical(&rotate90(&picture)),
        ];
        for copy in &copies {
            let eight = turned(&saved(copy, 90));
            let near = eight.iter().map(|(orientation, hash)| (hash.distance(&known), orientation));
            let mut near: Vec<_> = near.collect();
            near.sort();
            assert!(near[0].0 <= 4 && near[1].0 > 60, "{seed}: {near:?}");
            let own = Orientation::ALL.iter().position(|other| *other == near[0].1).unwrap();
            seen[own] += 1;
        }
    }
    assert_eq!(seen, [20; 8]);
}

#[test]
fn a_negative_is_the_complement_and_is_reported_as_a_negative() {
    let other = listed(&photograph(99, 300, 200));
    for seed in 0..12 {
        let picture = photograph(seed, 380, 260);
        let (hash, inverted) = (listed(&picture), listed(&negative(&picture)));
        // a coefficient on the median can fall to either side
        assert!(hash.distance(&inverted) >= 252, "{seed}");
        assert_eq!(other.distance(&hash) + other.distance(&hash.complement()), 256);
        let file = jpeg(&negative(&picture), 85);
        for effort in EFFORTS {
            let found = examined(&index(&[hash]), effort, &file);
            if effort == Effort::Plain {
                assert_eq!(found.verdict, Verdict::Clear, "{seed}");
                continue;
            }
            let view = found.matches[0].view.expect("a view");
            assert!(view.negative, "{seed}: {view:?}");
            let json = serde_json::to_value(&found).unwrap();
            assert_eq!(json["matches"][0]["view"]["negative"], true);
        }
    }
}

/// All hashes that are asked about for a picture.
fn asked(picture: &RgbImage) -> Vec<Hash256> {
    let mut hashes: Vec<_> = turned(picture).hashes.to_vec();
    let (mut sheet, mut screener) = (Sheet::default(), Screener::new());
    sheet.fill(pixels(picture));
    for view in sheet.views(Effort::Deep) {
        let screen = sheet.screen(&view, &mut screener).unwrap();
        if screen.quality() >= 50 {
            let eight = screen.orientations().hashes;
            hashes.extend(eight.iter().map(Hash256::complement));
            hashes.extend(eight);
        }
    }
    hashes
}

#[test]
fn every_hash_has_128_ones_and_every_distance_is_even() {
    let mut draw = Draw::new(6);
    let others: Vec<_> = (90..94).map(|seed| photograph(seed, 320, 256)).collect();
    let mut count = 0;
    let known = listed(&photograph(50, 400, 300));
    for (number, (_, make)) in EDITS.iter().enumerate() {
        let copy = make(&mut draw, &photograph(number as u64, 400, 300), &others).picture;
        for hash in asked(&copy) {
            assert_eq!(hash.ones(), 128);
            assert_eq!(hash.distance(&known) % 2, 0);
            count += 1;
        }
    }
    assert!(count > 14 * 1000, "{count}");
}

#[test]
fn radius_30_finds_what_31_finds_and_radius_0_what_is_equal() {
    let picture = photograph(22, 400, 300);
    let hash = listed(&picture);
    let mut draw = Draw::new(22);
    // as many ones turned off as zeros turned on, so that there are 128 as in every PDQ hash
    let shifted = |pairs: u32, draw: &mut Draw| {
        let mut bytes = *hash.as_bytes();
        let mut bits = [Vec::new(), Vec::new()];
        for at in 0..256_usize {
            bits[usize::from(bytes[at / 8] >> (at % 8) & 1)].push(at);
        }
        for of in &mut bits {
            for _ in 0..pairs {
                let at = of.swap_remove(draw.below(of.len() as u32) as usize);
                bytes[at / 8] ^= 1 << (at % 8);
            }
        }
        Hash256::from_bytes(bytes)
    };
    let hashes: Vec<_> = (0..80).map(|number| shifted(number % 20, &mut draw)).collect();
    let index = index(&hashes);
    let mut file = Vec::new();
    picture.write_to(&mut std::io::Cursor::new(&mut file), image::ImageFormat::Png).unwrap();
    for effort in EFFORTS {
        let [none, lesser, greater] = [0, 30, 31].map(|radius| {
            let mut examiner = scan(effort, radius).examiner(&index);
            examiner.bytes("f", &file).unwrap().matches
        });
        assert_eq!(lesser, greater);
        assert_eq!(lesser.len(), 80 * 16 / 20);
        let equal = (0..80).filter(|&at| hashes[at] == hash).count();
        assert_eq!((none.len(), equal), (4, 4));
        assert!(none.iter().all(|found| found.distance == 0));
    }
}

#[test]
fn a_large_picture_is_found_by_copies_of_other_sizes() {
    let mut far = Vec::new();
    for seed in 0..4 {
        let large = photograph(seed, 2000, 1500);
        let index = index(&[listed(&large)]);
        let square = resize(&large, 512, 512, FilterType::Triangle);
        let copies = [
            ("500 x 375", resize(&large, 500, 375, FilterType::Triangle)),
            ("1000 x 750", resize(&large, 1000, 750, FilterType::Triangle)),
            ("400 x 300, by 512 x 512", resize(&square, 400, 300, FilterType::Triangle)),
            ("512 x 512", square),
        ];
        for (size, copy) in &copies {
            let found = examined(&index, Effort::Fast, &jpeg(copy, 90));
            assert_eq!(found.verdict, Verdict::Match, "{seed}, {size}");
            if found.matches[0].distance > 12 {
                far.push((seed, *size, found.matches[0].distance));
            }
        }
    }
    assert!(far.is_empty(), "{far:?}");
}

#[test]
fn whether_a_list_sampled_large_pictures_is_told() {
    // listed by a tool that does not sample to 512 x 512
    let large = photograph(70, 900, 640);
    let unsampled = Hasher::new().turned(pixels(&large), Prescale::None).original().hash;
    let sampled = listed(&large);
    assert_ne!(unsampled, sampled);
    for (hash, prescale) in [(unsampled, Prescale::None), (sampled, Prescale::Tool)] {
        let found = examined(&index(&[hash]), Effort::Plain, &jpeg(&large, 95));
        assert_eq!(found.matches[0].prescale, prescale, "{found:?}");
    }
}

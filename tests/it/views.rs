//! Copies that a person recognises: framed, captioned, mounted, inverted, cut.

use image::imageops::{FilterType, overlay, resize};
use image::{Rgb, RgbImage};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tutela::hash::{Effort, Family, Hash256, Hasher, Pixels, Prescale};
use tutela::index::Index;
use tutela::scan::{Finding, Scan, Verdict};

use crate::support::index;

fn photograph(rng: &mut StdRng, width: u32, height: u32) -> RgbImage {
    let small = RgbImage::from_fn(24, 18, |_, _| Rgb(rng.random()));
    resize(&small, width, height, FilterType::CatmullRom)
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 85);
    encoder.encode_image(picture).unwrap();
    bytes
}

fn hash(picture: &RgbImage) -> Hash256 {
    let pixels = Pixels::rgb(picture.width() as usize, picture.height() as usize, picture.as_raw());
    Hasher::new().turned(pixels.unwrap(), Prescale::Tool).original().hash
}

fn examined(index: &Index, effort: Effort, file: &[u8]) -> Finding {
    let mut scan = Scan::default();
    scan.effort = effort;
    scan.examiner(index).bytes("f", file).unwrap()
}

/// A canvas with the picture at a place.
fn on(canvas: Rgb<u8>, width: u32, height: u32, picture: &RgbImage, x: i64, y: i64) -> RgbImage {
    let mut mounted = RgbImage::from_pixel(width, height, canvas);
    overlay(&mut mounted, picture, x, y);
    mounted
}

#[test]
fn what_is_done_to_pictures_every_day_is_seen_through() {
    let mut rng = StdRng::seed_from_u64(11);
    for number in 0..6 {
        // of both kinds: hashed as they are, and sampled to 512 x 512
        let (width, height) = [(420, 300), (800, 640)][number % 2];
        let picture = photograph(&mut rng, width, height);
        let other = photograph(&mut rng, width, height);
        let index = index(&[hash(&picture)]);
        let white = Rgb([255; 3]);
        let mut negative = picture.clone();
        negative.pixels_mut().for_each(|pixel| pixel.0 = pixel.0.map(|value| 255 - value));
        let mut caption = on(white, width, height + 90, &picture, 0, 90);
        for at in 0..width / 2 {
            caption.put_pixel(20 + at, 30 + at % 17, Rgb([0; 3]));
        }
        let mut collage = on(white, 2 * width, height, &picture, width.into(), 0);
        overlay(&mut collage, &other, 0, 0);
        let screenshot = on(Rgb([18, 18, 18]), width + 60, 2 * height, &picture, 30, 170);
        let cases = [
            (
                "framed",
                on(Rgb([90, 20, 20]), width + 90, height + 70, &picture, 60, 25),
                Family::Frame,
            ),
            ("letterbox", on(Rgb([0; 3]), width, height + 200, &picture, 0, 100), Family::Frame),
            ("caption", caption, Family::Frame),
            ("screenshot", screenshot, Family::Frame),
            ("collage", collage, Family::Part),
            ("negative", negative, Family::Whole),
        ];
        for (case, edited, family) in cases {
            let file = jpeg(&edited);
            let plain = examined(&index, Effort::Plain, &file);
            assert_eq!(plain.verdict, Verdict::Clear, "{case}");
            let fast = examined(&index, Effort::Fast, &file);
            assert_eq!(fast.verdict, Verdict::Match, "{case} {number}");
            let seen = fast.matches[0].view.expect("a view");
            let right = seen.family == family || case == "collage" && seen.family == Family::Frame;
            assert!(right && seen.quality >= 50, "{case}: {seen:?}");
            assert_eq!(seen.negative, case == "negative");
            // the box is in the file's own pixels: cut out, it is the picture
            let [left, top, across, down] = seen.area;
            let near = |a: i64, b: u32| (a - i64::from(b)).abs() <= 8;
            assert!(near(across, width) && near(down, height), "{case}: {seen:?}");
            if !seen.negative {
                let (left, top) = (left.max(0) as u32, top.max(0) as u32);
                let part =
                    image::imageops::crop_imm(&edited, left, top, across as u32, down as u32);
                let again = hash(&part.to_image());
                assert!(again.distance(&hash(&picture)) <= 31, "{case}: {seen:?}");
            }
        }
    }
}

#[test]
fn a_cut_picture_is_found_by_what_may_have_been_around_it() {
    let mut rng = StdRng::seed_from_u64(12);
    let mut found = 0;
    for _ in 0..10 {
        let picture = photograph(&mut rng, 480, 360);
        let index = index(&[hash(&picture)]);
        let cut = image::imageops::crop_imm(&picture, 14, 11, 452, 338).to_image();
        let file = jpeg(&cut);
        let deep = examined(&index, Effort::Deep, &file);
        if deep.verdict == Verdict::Match && deep.matches[0].view.is_some() {
            found += 1;
            let view = deep.matches[0].view.unwrap();
            // turned back, it may have been cut as well
            assert!(matches!(view.family, Family::Pad | Family::Turn), "{view:?}");
            assert!(view.area[0] < 0 && view.area[2] > 452, "{view:?}");
        }
    }
    assert!(found >= 7, "{found} of 10");
}

#[test]
fn more_effort_finds_all_that_less_does_and_no_strangers() {
    let mut rng = StdRng::seed_from_u64(13);
    let listed: Vec<_> = (0..400).map(|_| photograph(&mut rng, 60, 45)).collect();
    let hashes: Vec<_> = listed.iter().map(hash).collect();
    let index = index(&hashes);
    for (number, picture) in listed.iter().enumerate().step_by(40) {
        let large = resize(picture, 500, 375, FilterType::CatmullRom);
        let stranger = photograph(&mut rng, 500, 375);
        let framed = on(Rgb([250; 3]), 560, 430, &large, 20, 30);
        for (edited, known) in [(large, true), (stranger, false), (framed, true)] {
            let file = jpeg(&edited);
            let mut before = Vec::new();
            for effort in [Effort::Plain, Effort::Fast, Effort::Deep] {
                let found = examined(&index, effort, &file);
                let entries: Vec<_> = found.matches.iter().map(|hit| hit.entry.clone()).collect();
                assert!(before.iter().all(|entry| entries.contains(entry)));
                assert!(entries.iter().all(|entry| known && *entry == number.to_string()));
                before = entries;
            }
            assert_eq!(before.is_empty(), !known);
        }
    }
}

/// The picture turned by so many degrees counter-clockwise in a frame of its size, black corners.
fn turned(picture: &RgbImage, angle: f32) -> RgbImage {
    let (sin, cos) = angle.to_radians().sin_cos();
    let (x0, y0) = (picture.width() as f32 / 2.0, picture.height() as f32 / 2.0);
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let (x, y) = (x as f32 + 0.5 - x0, y as f32 + 0.5 - y0);
        let (x, y) = (cos * x - sin * y + x0, sin * x + cos * y + y0);
        let inside = x >= 0.0 && y >= 0.0 && x < 2.0 * x0 && y < 2.0 * y0;
        if inside { *picture.get_pixel(x as u32, y as u32) } else { Rgb([0; 3]) }
    })
}

#[test]
fn a_turned_picture_is_turned_back() {
    let mut rng = StdRng::seed_from_u64(14);
    let mut found = 0;
    for number in 0..10 {
        let (width, height) = [(480, 360), (900, 500)][number % 2];
        let picture = photograph(&mut rng, width, height);
        let index = index(&[hash(&picture)]);
        let angle = rng.random_range(3.0..7.0) * if number % 3 == 0 { -1.0 } else { 1.0 };
        let deep = examined(&index, Effort::Deep, &jpeg(&turned(&picture, angle)));
        if let Some(view) = deep.matches.first().and_then(|hit| hit.view) {
            found += 1;
            assert_eq!(view.family, Family::Turn, "{view:?}");
            assert!((view.angle + f64::from(angle)).abs() < 2.0, "{angle}: {view:?}");
        }
    }
    assert!(found >= 8, "{found} of 10");
}

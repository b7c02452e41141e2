//! What must not be taken for a copy.

use image::imageops::{FilterType, blur, resize};
use image::{Rgb, RgbImage, imageops};
use tutela::scan::Verdict;

use super::edits::{BLACK, WHITE, words};
use super::pictures::{Draw, photograph};
use super::{EFFORTS, jpeg, listed, scan, turned};
use crate::support::index;

/// A canvas in which nothing but the picture changes.
type Template = fn(&RgbImage) -> RgbImage;

const TEMPLATES: [(&str, Template); 6] = [
    ("phone, light", |picture| phone(picture, WHITE, BLACK)),
    ("phone, dark", |picture| phone(picture, Rgb([20; 3]), Rgb([220; 3]))),
    ("caption", |picture| {
        let mut canvas = RgbImage::from_pixel(400, 390, WHITE);
        words(&mut Draw::new(2), &mut canvas, [12, 10, 376, 76], 30, BLACK);
        mounted(canvas, picture, [0, 90, 400, 300])
    }),
    ("watermark", |picture| {
        let mut canvas = resize(picture, 400, 300, FilterType::Triangle);
        words(&mut Draw::new(3), &mut canvas, [60, 90, 280, 130], 60, WHITE);
        canvas
    }),
    ("window", |picture| {
        let mut canvas = RgbImage::from_pixel(900, 500, Rgb([40, 90, 140]));
        let page = RgbImage::from_pixel(800, 420, WHITE);
        imageops::overlay(&mut canvas, &page, 50, 30);
        words(&mut Draw::new(4), &mut canvas, [70, 60, 150, 360], 16, BLACK);
        mounted(canvas, picture, [300, 60, 480, 360])
    }),
    ("patterned frame", |picture| {
        let canvas = resize(&photograph(900, 320, 240), 640, 520, FilterType::Triangle);
        mounted(canvas, picture, [120, 80, 400, 340])
    }),
];

fn mounted(mut canvas: RgbImage, picture: &RgbImage, [x, y, width, height]: [u32; 4]) -> RgbImage {
    let picture = resize(picture, width, height, FilterType::Triangle);
    imageops::overlay(&mut canvas, &picture, x.into(), y.into());
    canvas
}

fn phone(picture: &RgbImage, page: Rgb<u8>, ink: Rgb<u8>) -> RgbImage {
    let mut canvas = RgbImage::from_pixel(500, 1000, page);
    for (area, size) in
        [([16, 12, 160, 24], 18), ([60, 60, 250, 30], 24), ([24, 600, 450, 300], 22)]
    {
        words(&mut Draw::new(1), &mut canvas, area, size, ink);
    }
    mounted(canvas, picture, [0, 160, 500, 400])
}

#[test]
fn pictures_in_one_template_are_not_taken_for_each_other() {
    let mut near = 0;
    let mut pairs = 0;
    for (name, template) in TEMPLATES {
        let framed: Vec<_> = (0..24).map(|seed| template(&photograph(seed, 400, 300))).collect();
        let (known, others) = framed.split_at(12);
        let index = index(&known.iter().map(listed).collect::<Vec<_>>());
        for (number, other) in others.iter().enumerate() {
            let file = jpeg(other, 85);
            for effort in EFFORTS {
                let found = scan(effort, 48).examiner(&index).bytes("f", &file).unwrap();
                pairs += known.len();
                near += found.matches.len();
                let nearest = found.matches.first().map(|found| (found.distance, found.view));
                let far = nearest.is_none_or(|(distance, _)| distance > 31);
                assert!(far, "{name} {number}, {}: {nearest:?}", effort.name());
            }
        }
    }
    assert!(near * 1000 <= pairs, "{near} of {pairs} within 48");
}

/// Makes a picture by chance.
type Make = fn(&mut Draw) -> RgbImage;

/// Kinds of pictures with next to nothing in them.
const EMPTY: [(&str, Make); 6] = [
    ("flat", |draw| RgbImage::from_pixel(400, 300, draw.colour())),
    ("gradient", |draw| {
        let (from, to) = (draw.colour(), draw.colour());
        let (across, down) = (draw.below(100), draw.below(100));
        RgbImage::from_fn(400, 300, |x, y| {
            let part = (x * across / 4 + y * down / 3) as f32 / (100 * 200) as f32;
            Rgb([0, 1, 2].map(|at| {
                (f32::from(from.0[at]) * (1.0 - part) + f32::from(to.0[at]) * part) as u8
            }))
        })
    }),
    ("logo", |draw| {
        let mut canvas = RgbImage::from_pixel(640, 480, WHITE);
        let (size, ink) = (draw.between(16, 40), draw.colour());
        let place = [draw.below(480), draw.below(400), 3 * size, size];
        words(draw, &mut canvas, place, size, ink);
        canvas
    }),
    ("ellipse", |draw| {
        let (across, down) = (draw.between(40, 320), draw.between(30, 240));
        let (left, top) = (draw.below(400 - across), draw.below(300 - down));
        let ink = draw.colour();
        RgbImage::from_fn(400, 300, |x, y| {
            let u = (x as f32 - left as f32) / across as f32 - 0.5;
            let v = (y as f32 - top as f32) / down as f32 - 0.5;
            if u * u + v * v < 0.25 { ink } else { WHITE }
        })
    }),
    ("night", |draw| {
        let mut canvas = RgbImage::from_pixel(400, 300, Rgb([8; 3]));
        for _ in 0..draw.between(1, 5) {
            let (x, y, size) = (draw.below(390), draw.below(290), draw.between(2, 8));
            let lamp = RgbImage::from_pixel(size, size, Rgb([255, 220, 140]));
            imageops::overlay(&mut canvas, &lamp, x.into(), y.into());
        }
        blur(&canvas, 3.0)
    }),
    ("horizon", |draw| {
        let (above, below, at) = (draw.colour(), draw.colour(), draw.between(60, 240));
        let lean = draw.below(12);
        let picture =
            RgbImage::from_fn(400, 300, |x, y| if y < at + x * lean / 400 { above } else { below });
        blur(&picture, 2.0)
    }),
];

/// How many of 30 discs on white may be taken for another disc, by effort: each is nearly all that is
/// in its picture, and padded, two are one and the same.
const DISCS: [u32; 3] = [0, 0, 0];

#[test]
fn pictures_with_nothing_in_them_are_unjudged_and_match_no_others() {
    for (kind, make) in EMPTY {
        let mut draw = Draw::new(14);
        let known: Vec<_> = (0..30).map(|_| turned(&make(&mut draw))).collect();
        let known: Vec<_> = known.iter().filter(|known| known.quality >= 50).collect();
        let index = index(&known.iter().map(|known| known.hashes[0]).collect::<Vec<_>>());
        let (mut unjudged, mut matched) = (0, [0; 3]);
        for number in 0..30 {
            let picture = make(&mut draw);
            let quality = turned(&picture).quality;
            let file = jpeg(&picture, 90);
            for (effort, matched) in EFFORTS.into_iter().zip(&mut matched) {
                let found = scan(effort, 31).examiner(&index).bytes("f", &file).unwrap();
                if found.verdict == Verdict::Match {
                    *matched += 1;
                    continue;
                }
                let low = found.verdict == Verdict::Unjudged;
                unjudged += u32::from(low);
                // JPEG may move it over the floor
                let case = format!("{kind} {number}, {}: {quality}", effort.name());
                assert!(low == (quality < 50) || quality.abs_diff(50) <= 5, "{case}");
                let code = found.reason.map(|reason| reason.code.name());
                assert!(code.is_none_or(|code| code == "low_quality"), "{case}: {code:?}");
            }
        }
        if kind == "ellipse" {
            let kept = matched.iter().zip(DISCS).all(|(matched, most)| *matched <= most);
            assert!(kept && known.len() >= 10, "{matched:?} of 30 discs, {} listed", known.len());
        } else {
            assert_eq!(matched, [0; 3], "{kind}");
            assert!(unjudged >= 85, "{kind}: {unjudged} of 90");
        }
    }
}

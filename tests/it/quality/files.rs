//! One picture in files of many kinds: oriented, transparent, of other colours, within animations.

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use tutela::hash::{Effort, Hash256};
use tutela::media::Rendering;
use tutela::scan::Finding;

use super::pictures::photograph;
use super::{examined, jpeg, listed};
use crate::support::index;

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Vec::new();
    picture.write_to(&mut Cursor::new(&mut file), format).unwrap();
    file
}

/// The finding of a file that must match the only entry.
#[track_caller]
fn found(hash: Hash256, file: &[u8], what: &str) -> Finding {
    let finding = examined(&index(&[hash]), Effort::Plain, file);
    assert_eq!(finding.matches.len(), 1, "{what}: {finding:?}");
    finding
}

/// A JPEG file with a segment that says how it is to be turned.
fn oriented(picture: &RgbImage, orientation: u8) -> Vec<u8> {
    let mut file = jpeg(picture, 90);
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0".to_vec();
    exif.extend(b"\x12\x01\x03\0\x01\0\0\0");
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let length = u8::try_from(exif.len() + 2).unwrap();
    file.splice(2..2, [&[0xFF, 0xE1, 0, length], exif.as_slice()].concat());
    file
}

#[test]
fn a_file_that_says_how_it_lies_is_found_whichever_way_it_was_listed() {
    for (width, height) in [(400, 300), (700, 900)] {
        let stored = photograph(17, width, height);
        for orientation in 1..=8 {
            let file = oriented(&stored, orientation);
            let mut shown = DynamicImage::from(stored.clone());
            shown.apply_orientation(Orientation::from_exif(orientation).unwrap());
            for (way, picture) in [("stored", &stored), ("shown", &shown.into_rgb8())] {
                let finding = found(listed(picture), &file, way);
                let distance = finding.matches[0].distance;
                assert!(distance <= 10, "{orientation}, {way}: {distance}");
            }
        }
    }
}

#[test]
fn a_transparent_picture_is_found_as_it_looks_over_white_and_over_black() {
    for seed in 0..8 {
        let (picture, mask) = (photograph(seed, 400, 300), photograph(seed + 40, 400, 300));
        let clear = RgbaImage::from_fn(400, 300, |x, y| {
            let Rgb([r, g, b]) = *picture.get_pixel(x, y);
            Rgba([r, g, b, mask.get_pixel(x, y)[0]])
        });
        let over = |ground: &dyn Fn(u32, u32) -> u8| {
            RgbImage::from_fn(400, 300, |x, y| {
                let Rgba([r, g, b, a]) = *clear.get_pixel(x, y);
                let mix = |colour: u8| {
                    let (colour, a) = (u32::from(colour), u32::from(a));
                    ((colour * a + u32::from(ground(x, y)) * (255 - a) + 127) / 255) as u8
                };
                Rgb([mix(r), mix(g), mix(b)])
            })
        };
        let file = written(&DynamicImage::from(clear.clone()), ImageFormat::Png);
        let grounds = [
            (Rendering::Stored, picture.clone()),
            (Rendering::OverWhite, over(&|_, _| 255)),
            (Rendering::OverBlack, over(&|_, _| 0)),
        ];
        for (rendering, seen) in grounds {
            let finding = found(listed(&seen), &file, "PNG");
            let best = &finding.matches[0];
            assert!(best.rendering == rendering && best.distance <= 2, "{seed}: {best:?}");
        }
    }
}

/// A JPEG file in inks, stored inverted as is usual, without black.
fn cmyk(picture: &RgbImage) -> Vec<u8> {
    let inks = |Rgb([r, g, b]): &Rgb<u8>| [255 - r, 255 - g, 255 - b, 0];
    let inks: Vec<u8> = picture.pixels().flat_map(inks).collect();
    let mut file = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut file, 92);
    let (width, height) = (picture.width() as u16, picture.height() as u16);
    encoder.encode(&inks, width, height, jpeg_encoder::ColorType::Cmyk).unwrap();
    file
}

#[test]
fn every_kind_of_colour_comes_to_one_hash() {
    for seed in 0..4 {
        let picture = DynamicImage::from(photograph(seed, 420, 310));
        let (rgb, grey) = (picture.to_rgb8(), DynamicImage::from(picture.to_luma8()));
        // not every program makes the same grey of a colour
        let (hash, grey_hash) = (listed(&rgb), listed(&grey.to_rgb8()));
        let png = |picture: DynamicImage| written(&picture, ImageFormat::Png);
        let files = [
            ("RGB PNG", hash, png(rgb.clone().into())),
            ("16-bit PNG", hash, png(picture.to_rgb16().into())),
            ("RGBA PNG", hash, png(picture.to_rgba8().into())),
            ("16-bit grey PNG", grey_hash, png(grey.to_luma16().into())),
            ("grey PNG", grey_hash, png(grey.clone())),
            ("grey and alpha PNG", grey_hash, png(grey.to_luma_alpha8().into())),
            ("TIFF", hash, written(&picture, ImageFormat::Tiff)),
            ("BMP", hash, written(&picture, ImageFormat::Bmp)),
            ("grey JPEG", grey_hash, written(&grey, ImageFormat::Jpeg)),
            ("GIF with a palette", hash, gif(std::slice::from_ref(&rgb))),
            ("CMYK JPEG", hash, cmyk(&rgb)),
            ("WebP", hash, written(&picture, ImageFormat::WebP)),
        ];
        for (kind, hash, file) in files {
            let distance = found(hash, &file, kind).matches[0].distance;
            assert!(distance <= 10, "{seed}, {kind}: {distance}");
        }
    }
}

/// The frames of the animations; the listed picture is number 7.
fn frames() -> Vec<RgbImage> {
    (0..10).map(|number| photograph(300 + number, 320, 240)).collect()
}

fn gif(frames: &[RgbImage]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut file, 20);
    for frame in frames {
        let frame = DynamicImage::from(frame.clone()).into_rgba8();
        encoder.encode_frame(Frame::new(frame)).unwrap();
    }
    drop(encoder);
    file
}

fn apng(frames: &[RgbImage]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 320, 240);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_animated(frames.len() as u32, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    for frame in frames {
        writer.write_image_data(frame.as_raw()).unwrap();
    }
    writer.finish().unwrap();
    file
}

fn webp(frames: &[RgbImage]) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap().to_le_bytes();
        [kind, &length[..], data, &vec![0; data.len() % 2]].concat()
    };
    // widths and heights are stored less one, in three bytes
    let size = [63, 1, 0, 239, 0, 0];
    let mut body = b"WEBP".to_vec();
    body.extend(chunk(b"VP8X", &[&[2, 0, 0, 0], &size[..]].concat()));
    body.extend(chunk(b"ANIM", &[0; 6]));
    for frame in frames {
        let still = written(&DynamicImage::from(frame.clone()), ImageFormat::WebP);
        let head = [&[0; 6], &size[..], &[100, 0, 0, 0]].concat();
        body.extend(chunk(b"ANMF", &[&head, &still[12..]].concat()));
    }
    chunk(b"RIFF", &body)
}

#[test]
fn the_frame_of_an_animation_that_is_listed_is_named() {
    let frames = frames();
    let hash = listed(&frames[7]);
    for (kind, file) in [("GIF", gif(&frames)), ("APNG", apng(&frames)), ("WebP", webp(&frames))] {
        let finding = found(hash, &file, kind);
        assert_eq!(finding.matches[0].frame, 7, "{kind}");
        let json = serde_json::to_value(&finding).unwrap();
        assert_eq!(json["matches"][0]["frame"], 7, "{kind}");
    }
}

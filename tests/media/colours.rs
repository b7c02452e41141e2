//! The colours of still pictures, and transparency.

use image::ExtendedColorType as Kind;
use jpeg_encoder::ColorType as Ink;
use jpeg_encoder::SamplingFactor as Sampling;
use png::BitDepth as Depth;
use png::ColorType as Colour;

use super::files::{Page, bmp, grey, grey_rgb, jpeg, png, rgb, scene, tiff, webp};
use super::stills::stills;
use super::*;

#[test]
fn every_kind_of_colour_is_decoded_to_what_a_person_sees() {
    let stills = stills();
    for (name, most, file, colour) in &stills {
        let shown = frames(file);
        assert_eq!((shown.len(), shown[0].number), (1, 0), "{name}");
        assert_eq!(shown[0].rendering, Rendering::Stored, "{name}");
        shown[0].assert_shows(name, *most, colour);
    }
    assert_eq!(stills.len(), 32);
}

#[test]
fn grey_stays_grey() {
    for (name, _, file, _) in stills() {
        let channels = if name.contains("grey") || name.contains("1-bit") || name.contains("zero") {
            1
        } else {
            3
        };
        assert_eq!(frames(&file)[0].channels, channels, "{name}");
    }
}

#[test]
fn an_rgb_jpeg_is_told_by_its_adobe_segment_as_viewers_do() {
    // the components are those of an RGB file, whatever the encoder took them for
    let mut file = jpeg(&scene(rgb), Ink::Ycbcr, Sampling::R_4_4_4, false, 0);
    let adobe = *b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0\0";
    let jfif = 2..4 + usize::from(file[5]);
    assert_eq!(&file[6..10], b"JFIF");
    file.splice(jfif, adobe);
    frames(&file)[0].assert_shows("RGB JPEG", 6, rgb);
    file[2 + 15] = 1;
    let shown = &frames(&file)[0];
    assert_ne!(shown.at(40, 20), rgb(40, 20), "read as YCbCr, it must look different");
}

#[test]
fn transparency_is_shown_as_stored_and_over_white_and_black() {
    let alpha = |x: u32, y: u32| {
        if x < 32 { 255 } else { u8::try_from(y * 5).unwrap() }
    };
    let over = |colour: u8, ground: u32, alpha: u8| {
        ((u32::from(colour) * u32::from(alpha) + ground * u32::from(255 - alpha) + 127) / 255) as u8
    };
    let colours = scene(|x, y| {
        let [r, g, b] = rgb(x, y);
        [r, g, b, alpha(x, y)]
    });
    let greys = scene(|x, y| [grey(x, y), alpha(x, y)]);
    let page = |samples, photometric, data: &[u8]| {
        let page = Page {
            photometric,
            bits: 8,
            samples,
            extra: Some(2),
            data: data.to_vec(),
            ..Page::default()
        };
        tiff(&[page], 0)
    };
    let lossy = include_bytes!("../../testdata/golden/media/lossy-alpha.webp").to_vec();
    let files = [
        ("RGBA PNG", 3, 0, png(&colours, Colour::Rgba, Depth::Eight, |_| ())),
        ("RGBA WebP", 3, 0, webp(&colours, WIDTH, HEIGHT, Kind::Rgba8)),
        ("RGBA BMP", 3, 0, bmp(&colours, Kind::Rgba8, None)),
        ("RGBA TIFF", 3, 0, page(4, 2, &colours)),
        ("lossy WebP", 3, 24, lossy),
        ("grey and alpha PNG", 1, 0, png(&greys, Colour::GrayscaleAlpha, Depth::Eight, |_| ())),
        ("grey and alpha TIFF", 1, 0, page(2, 1, &greys)),
    ];
    for (name, channels, most, file) in files {
        let meant = |x, y| {
            if channels == 1 { grey_rgb(x, y) } else { rgb(x, y) }
        };
        let shown = frames(&file);
        let renderings: Vec<_> = shown.iter().map(|shown| shown.rendering).collect();
        assert_eq!(
            renderings,
            [Rendering::Stored, Rendering::OverWhite, Rendering::OverBlack],
            "{name}"
        );
        assert!(
            shown.iter().all(|shown| (shown.number, shown.channels) == (0, channels)),
            "{name}"
        );
        shown[0].assert_shows(name, most, meant);
        for (shown, ground) in shown[1..].iter().zip([255, 0]) {
            shown
                .assert_shows(name, most, |x, y| meant(x, y).map(|c| over(c, ground, alpha(x, y))));
        }
    }
}

#[test]
fn transparency_that_changes_nothing_is_not_shown_again() {
    let file = png(
        &scene(|x, y| [255, if x == y { 0 } else { 255 }]),
        Colour::GrayscaleAlpha,
        Depth::Eight,
        |_| (),
    );
    let renderings: Vec<_> = frames(&file).iter().map(|shown| shown.rendering).collect();
    assert_eq!(renderings, [Rendering::Stored, Rendering::OverBlack]);
}

#[test]
fn a_tiff_filled_from_the_low_bits_is_turned_around() {
    let page = Page {
        photometric: 1,
        bits: 8,
        samples: 1,
        fill_order: Some(2),
        data: scene(|x, y| [grey(x, y).reverse_bits()]),
        ..Page::default()
    };
    frames(&tiff(&[page], 0))[0].assert_shows("TIFF", 0, grey_rgb);
}

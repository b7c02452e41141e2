//! One still picture of the scene in every kind of file, and what it must show.

use image::ExtendedColorType as Kind;
use jpeg_encoder::ColorType as Ink;
use jpeg_encoder::SamplingFactor as Sampling;
use png::BitDepth as Depth;
use png::ColorType as Colour;

use super::files::{
    HEIGHT, Page, WIDTH, bmp, cmyk, gif, grey, grey_rgb, index, jpeg, palette, png, rgb, scene,
    tiff, webp,
};

fn bit(x: u32, y: u32) -> u8 {
    u8::from((x / 8 + y / 8) % 2 == 1)
}

fn packed(bits: u32, sample: impl Fn(u32, u32) -> u8) -> Vec<u8> {
    let row = |y| (0..WIDTH).map(|x| sample(x, y)).collect::<Vec<_>>();
    let join =
        |chunk: &[u8]| chunk.iter().fold(0, |byte: u32, &s| byte << bits | u32::from(s)) as u8;
    (0..HEIGHT)
        .flat_map(|y| row(y).chunks((8 / bits) as usize).map(join).collect::<Vec<_>>())
        .collect()
}

/// Sixteen bits that round to these eight, at one end of those that do.
fn deep(value: u8) -> [u8; 2] {
    let exact = u16::from(value) * 257;
    if value < 128 { exact + 128 } else { exact - 128 }.to_be_bytes()
}

/// One still picture of the scene of every kind, and what it must show.
#[expect(clippy::type_complexity, reason = "a table")]
pub(crate) fn stills() -> Vec<(&'static str, u8, Vec<u8>, fn(u32, u32) -> [u8; 3])> {
    let colours = palette().concat();
    let map: Vec<u16> = (0..3)
        .flat_map(|at| (0..16).map(move |colour| u16::from(palette()[colour][at]) * 257))
        .collect();
    let page = |photometric, bits, samples, data| Page {
        photometric,
        bits,
        samples,
        data,
        ..Page::default()
    };
    let inks = scene(|x, y| cmyk(x, y).0);
    let light = |x, y| cmyk(x, y).1;
    let coloured = |x, y| palette()[usize::from(index(x, y))];
    let checked = |x, y| [bit(x, y) * 255; 3];
    let indices = scene(|x, y| [index(x, y)]);
    let plain = scene(rgb);
    let greys = scene(|x, y| [grey(x, y)]);
    let native = |data: &[u8]| -> Vec<u8> {
        data.iter().flat_map(|&value| u16::from_be_bytes(deep(value)).to_le_bytes()).collect()
    };
    let tone = |data: Vec<u8>| data.into_iter().flat_map(deep).collect::<Vec<u8>>();
    let planes = Page {
        planar: true,
        ..page(2, 8, 3, (0..3).flat_map(|at| scene(move |x, y| [rgb(x, y)[at]])).collect())
    };
    vec![
        ("JPEG", 6, jpeg(&plain, Ink::Rgb, Sampling::R_4_4_4, false, 0), rgb),
        ("JPEG with restarts", 6, jpeg(&plain, Ink::Rgb, Sampling::R_4_4_4, false, 3), rgb),
        ("JPEG 4:2:0", 12, jpeg(&plain, Ink::Rgb, Sampling::R_4_2_0, false, 0), rgb),
        ("JPEG 4:4:0", 12, jpeg(&plain, Ink::Rgb, Sampling::R_4_4_0, false, 0), rgb),
        ("JPEG 4:1:1", 20, jpeg(&plain, Ink::Rgb, Sampling::R_4_1_1, false, 0), rgb),
        ("progressive JPEG", 12, jpeg(&plain, Ink::Rgb, Sampling::R_4_2_0, true, 0), rgb),
        ("grey JPEG", 4, jpeg(&greys, Ink::Luma, Sampling::R_4_4_4, false, 0), grey_rgb),
        ("CMYK JPEG", 6, jpeg(&inks, Ink::Cmyk, Sampling::R_4_4_4, false, 0), light),
        ("progressive CMYK JPEG", 6, jpeg(&inks, Ink::Cmyk, Sampling::R_4_4_4, true, 0), light),
        ("YCCK JPEG", 8, jpeg(&inks, Ink::CmykAsYcck, Sampling::R_4_4_4, false, 0), light),
        ("RGB PNG", 0, png(&plain, Colour::Rgb, Depth::Eight, |_| ()), rgb),
        ("16-bit RGB PNG", 0, png(&tone(plain.clone()), Colour::Rgb, Depth::Sixteen, |_| ()), rgb),
        ("grey PNG", 0, png(&greys, Colour::Grayscale, Depth::Eight, |_| ()), grey_rgb),
        (
            "16-bit grey PNG",
            0,
            png(&tone(greys.clone()), Colour::Grayscale, Depth::Sixteen, |_| ()),
            grey_rgb,
        ),
        ("1-bit PNG", 0, png(&packed(1, bit), Colour::Grayscale, Depth::One, |_| ()), checked),
        (
            "palette PNG",
            0,
            png(&indices, Colour::Indexed, Depth::Eight, |e| e.set_palette(colours.clone())),
            coloured,
        ),
        (
            "4-bit palette PNG",
            0,
            png(&packed(4, index), Colour::Indexed, Depth::Four, |e| {
                e.set_palette(colours.clone())
            }),
            coloured,
        ),
        ("palette GIF", 0, gif([WIDTH as u16, HEIGHT as u16], &[]), coloured),
        ("lossless WebP", 0, webp(&plain, WIDTH, HEIGHT, Kind::Rgb8), rgb),
        (
            "lossy WebP",
            24,
            include_bytes!("../../../testdata/golden/media/lossy.webp").to_vec(),
            rgb,
        ),
        ("RGB BMP", 0, bmp(&plain, Kind::Rgb8, None), rgb),
        ("palette BMP", 0, bmp(&indices, Kind::L8, Some(&palette())), coloured),
        ("RGB TIFF", 0, tiff(&[page(2, 8, 3, plain.clone())], 0), rgb),
        ("16-bit RGB TIFF", 0, tiff(&[page(2, 16, 3, native(&plain))], 0), rgb),
        ("planar RGB TIFF", 0, tiff(&[planes], 0), rgb),
        ("grey TIFF", 0, tiff(&[page(1, 8, 1, greys.clone())], 0), grey_rgb),
        ("16-bit grey TIFF", 0, tiff(&[page(1, 16, 1, native(&greys))], 0), grey_rgb),
        (
            "white-is-zero TIFF",
            0,
            tiff(&[page(0, 8, 1, scene(|x, y| [255 - grey(x, y)]))], 0),
            grey_rgb,
        ),
        ("1-bit TIFF", 0, tiff(&[page(0, 1, 1, packed(1, |x, y| 1 - bit(x, y)))], 0), checked),
        (
            "palette TIFF",
            0,
            tiff(&[Page { map: map.clone(), ..page(3, 4, 1, packed(4, index)) }], 0),
            coloured,
        ),
        ("CMYK TIFF", 1, tiff(&[page(5, 8, 4, inks.clone())], 0), light),
        ("16-bit CMYK TIFF", 1, tiff(&[page(5, 16, 4, native(&inks))], 0), light),
    ]
}

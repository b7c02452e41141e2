//! Which files there are.

use image::ImageFormat;
use jpeg_encoder::ColorType;

use crate::Result;
use crate::canvas::Canvas;
use crate::formats::{self, Jpeg};
use crate::noise::Noise;
use crate::scenes::{SCENES, picture};

/// A file: its path under `testdata`, with `/`, and its bytes.
pub(crate) type File = (String, Vec<u8>);

/// The sizes of the originals, in the order of the scenes. The last one is a PNG and therefore small.
const SIZES: [(i32, i32); 8] = [
    (800, 600),
    (640, 480),
    (640, 480),
    (768, 576),
    (600, 800),
    (640, 480),
    (720, 480),
    (256, 192),
];

/// The pictures that the list knows, with their files.
pub(crate) fn originals() -> Result<Vec<(Canvas, File)>> {
    let mut originals = Vec::new();
    for ((index, (name, draw)), (width, height)) in (0..).zip(SCENES).zip(SIZES) {
        let canvas = picture(draw, width, height, 1000 + index * 10);
        let file = match name {
            "forest" => (format!("media/originals/{name}.png"), formats::png(&canvas)?),
            _ => {
                let bytes = formats::jpeg(&canvas, Jpeg::default())?;
                (format!("media/originals/{name}.jpg"), bytes)
            }
        };
        originals.push((canvas, file));
    }
    Ok(originals)
}

/// The originals once more, changed as pictures are when they are passed on.
pub(crate) fn copies(originals: &[(Canvas, File)]) -> Result<Vec<File>> {
    let scene = |name: &str| -> &Canvas {
        let index = SCENES.iter().position(|(scene, _)| *scene == name);
        &originals[index.expect("a scene of this name")].0
    };
    let small = |name: &str, factor: i32| scene(name).reduced(factor);
    let rgb = Jpeg::default();
    let jpeg = formats::jpeg;

    let mut files = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>| files.push((format!("media/copies/{name}"), bytes));

    let low = Jpeg { quality: 40, ..rgb };
    add("mountains-quality-40.jpg", jpeg(scene("mountains"), low)?);
    let named_wrongly = jpeg(&small("mountains", 2), rgb)?;
    add("mountains-jpeg-named.png", named_wrongly);
    add("mountains.bmp", formats::plain(&small("mountains", 4), ImageFormat::Bmp)?);

    add("city-half-size.jpg", jpeg(&small("city", 2), rgb)?);
    let grey = Jpeg { colours: ColorType::Luma, ..rgb };
    add("city-grey.jpg", jpeg(&small("city", 2), grey)?);

    let turned = small("flowers", 2).turned();
    add("flowers-turned.jpg", jpeg(&turned, rgb)?);
    // Orientation 8: shown turned by a quarter counterclockwise, that is, upright again.
    let upright = Jpeg { orientation: Some(8), ..rgb };
    add("flowers-turned-exif-upright.jpg", jpeg(&turned, upright)?);
    let shown_turned = Jpeg { orientation: Some(6), ..rgb };
    add("flowers-exif-turned.jpg", jpeg(&small("flowers", 2), shown_turned)?);
    add("flowers-lossless.webp", formats::plain(&small("flowers", 4), ImageFormat::WebP)?);

    add("still-life-mirrored.jpg", jpeg(&small("still-life", 2).mirrored(), rgb)?);
    let progressive = Jpeg { is_progressive: true, ..rgb };
    add("still-life-progressive.jpg", jpeg(&small("still-life", 2), progressive)?);

    add("still-life.tiff", formats::plain(&small("still-life", 4), ImageFormat::Tiff)?);

    add("poster-palette.gif", formats::gif(&[&small("poster", 3)])?);
    add("poster-palette.png", formats::png_palette(&small("poster", 3))?);

    let cmyk = Jpeg { colours: ColorType::Cmyk, ..rgb };
    add("marble-cmyk.jpg", jpeg(&small("marble", 2), cmyk)?);
    let ycck = Jpeg { colours: ColorType::CmykAsYcck, ..rgb };
    add("marble-ycck.jpg", jpeg(&small("marble", 2), ycck)?);
    add("marble-grey-alpha.png", formats::png_grey_alpha(&small("marble", 4))?);

    add("market-16-bit.png", formats::png_16_bit(&small("market", 5))?);
    let known = small("market", 4);
    let others: Vec<Canvas> = (0..3)
        .map(|index| picture(SCENES[index].1, known.width, known.height, 3000 + index as u64))
        .collect();
    let frames = [&others[0], &others[1], &known, &others[2]];
    add("market-third-frame.gif", formats::gif(&frames)?);
    add("market-third-frame-apng.png", formats::apng(&frames)?);

    add("forest-same-bytes.png", originals[7].1.1.clone());
    Ok(files)
}

/// Other pictures of the same kinds, which the list does not know.
pub(crate) fn unrelated() -> Result<Vec<File>> {
    let mut files = Vec::new();
    for (index, (name, draw)) in (0..).zip(SCENES) {
        let canvas = picture(draw, 480, 360, 2000 + index * 10);
        let bytes = formats::jpeg(&canvas, Jpeg::default())?;
        files.push((format!("media/unrelated/{name}.jpg"), bytes));
    }
    Ok(files)
}

/// Files that cannot be judged, each for its own reason.
pub(crate) fn broken(originals: &[(Canvas, File)]) -> Result<Vec<File>> {
    let mut files = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>| files.push((format!("media/broken/{name}"), bytes));
    let small = originals[0].0.reduced(8);
    let half = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();

    add("empty.jpg", Vec::new());
    add("text.jpg", b"These are words, not a picture.\n".to_vec());
    add("truncated.jpg", half(formats::jpeg(&small, Jpeg::default())?));
    add("truncated.png", half(formats::png(&small)?));
    add("truncated.gif", half(formats::gif(&[&small])?));
    add("truncated.bmp", half(formats::plain(&small, ImageFormat::Bmp)?));
    add("truncated.tiff", half(formats::plain(&small, ImageFormat::Tiff)?));
    add("truncated.webp", half(formats::plain(&small, ImageFormat::WebP)?));
    add("60000x60000-header.png", formats::png_header(60_000, 60_000)?);
    let noise = Noise::new(7);
    let garbage = (0..600).map(|n| noise.point(n, 0) as u8);
    add("garbage.jpg", b"\xff\xd8\xff".iter().copied().chain(garbage).collect());
    let mut flat = Canvas::new(200, 150);
    flat.paint_all(|_, _, _| [120, 130, 140]);
    add("flat-quality-0.png", formats::png(&flat)?);
    Ok(files)
}

//! Pictures to files, one function a format.

use std::io::Cursor;

use gif::Repeat;
use image::{ExtendedColorType, ImageFormat};
use jpeg_encoder::{ColorType, Encoder};

use crate::Result;
use crate::canvas::{Canvas, Colour};

/// How a JPEG file is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jpeg {
    pub(crate) quality: u8,
    pub(crate) colours: ColorType,
    pub(crate) is_progressive: bool,
    /// The orientation in EXIF, 1 to 8.
    pub(crate) orientation: Option<u8>,
}

impl Default for Jpeg {
    fn default() -> Self {
        Self {
            quality: 80,
            colours: ColorType::Rgb,
            is_progressive: false,
            orientation: None,
        }
    }
}

pub(crate) fn jpeg(canvas: &Canvas, how: Jpeg) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, how.quality);
    encoder.set_progressive(how.is_progressive);
    if let Some(orientation) = how.orientation {
        encoder.add_exif_metadata(&exif(orientation))?;
    }
    let samples = match how.colours {
        ColorType::Luma => canvas.greys(),
        ColorType::Cmyk | ColorType::CmykAsYcck => canvas
            .pixels
            .iter()
            .flat_map(|&pixel| cmyk(pixel))
            .collect(),
        _ => canvas.samples(),
    };
    let (width, height) = (canvas.width as u16, canvas.height as u16);
    encoder.encode(&samples, width, height, how.colours)?;
    Ok(bytes)
}

/// A TIFF header with one tag, as EXIF has it.
fn exif(orientation: u8) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0\x01\0".to_vec();
    bytes.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    bytes.extend([0; 4]);
    bytes
}

fn cmyk(colour: Colour) -> [u8; 4] {
    let most = colour.into_iter().max().unwrap_or(0);
    let ink = |sample: u8| match most {
        0 => 0,
        _ => (u32::from(most - sample) * 255 / u32::from(most)) as u8,
    };
    let [cyan, magenta, yellow] = colour.map(ink);
    [cyan, magenta, yellow, 255 - most]
}

/// BMP, TIFF or WebP without loss.
pub(crate) fn plain(canvas: &Canvas, format: ImageFormat) -> Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    let (width, height) = (canvas.width as u32, canvas.height as u32);
    let colours = ExtendedColorType::Rgb8;
    image::write_buffer_with_format(
        &mut bytes,
        &canvas.samples(),
        width,
        height,
        colours,
        format,
    )?;
    Ok(bytes.into_inner())
}

/// PNG of the given kind; `samples` as the kind has them.
fn png_of(
    canvas: &Canvas,
    colours: png::ColorType,
    depth: png::BitDepth,
    samples: &[u8],
) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png_encoder(&mut bytes, canvas, colours, depth);
    if colours == png::ColorType::Indexed {
        encoder.set_palette(palette());
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(samples)?;
    writer.finish()?;
    Ok(bytes)
}

fn png_encoder<'a>(
    bytes: &'a mut Vec<u8>,
    canvas: &Canvas,
    colours: png::ColorType,
    depth: png::BitDepth,
) -> png::Encoder<'static, &'a mut Vec<u8>> {
    let mut encoder = png::Encoder::new(bytes, canvas.width as u32, canvas.height as u32);
    encoder.set_color(colours);
    encoder.set_depth(depth);
    encoder.set_compression(png::Compression::High);
    encoder
}

pub(crate) fn png(canvas: &Canvas) -> Result<Vec<u8>> {
    let samples = canvas.samples();
    png_of(canvas, png::ColorType::Rgb, png::BitDepth::Eight, &samples)
}

/// PNG with 16 bits a sample.
pub(crate) fn png_16_bit(canvas: &Canvas) -> Result<Vec<u8>> {
    let samples: Vec<u8> = canvas
        .samples()
        .iter()
        .flat_map(|&byte| [byte; 2])
        .collect();
    png_of(
        canvas,
        png::ColorType::Rgb,
        png::BitDepth::Sixteen,
        &samples,
    )
}

/// PNG in grey with an opacity, which is full.
pub(crate) fn png_grey_alpha(canvas: &Canvas) -> Result<Vec<u8>> {
    let samples: Vec<u8> = canvas
        .greys()
        .iter()
        .flat_map(|&grey| [grey, 255])
        .collect();
    png_of(
        canvas,
        png::ColorType::GrayscaleAlpha,
        png::BitDepth::Eight,
        &samples,
    )
}

/// PNG with 252 colours.
pub(crate) fn png_palette(canvas: &Canvas) -> Result<Vec<u8>> {
    png_of(
        canvas,
        png::ColorType::Indexed,
        png::BitDepth::Eight,
        &indexed(canvas),
    )
}

/// An animated PNG with 252 colours.
pub(crate) fn apng(frames: &[&Canvas]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png_encoder(
        &mut bytes,
        frames[0],
        png::ColorType::Indexed,
        png::BitDepth::Eight,
    );
    encoder.set_palette(palette());
    encoder.set_animated(frames.len() as u32, 0)?;
    encoder.set_frame_delay(1, 2)?;
    let mut writer = encoder.write_header()?;
    for frame in frames {
        writer.write_image_data(&indexed(frame))?;
    }
    writer.finish()?;
    Ok(bytes)
}

/// The header of a PNG file of this size, and nothing in it.
pub(crate) fn png_header(width: u32, height: u32) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // The writer ends the file when it is dropped.
    drop(png::Encoder::new(&mut bytes, width, height).write_header()?);
    Ok(bytes)
}

/// A GIF, animated if it has several frames.
pub(crate) fn gif(frames: &[&Canvas]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let (width, height) = (frames[0].width as u16, frames[0].height as u16);
    let mut encoder = gif::Encoder::new(&mut bytes, width, height, &palette())?;
    if frames.len() > 1 {
        encoder.set_repeat(Repeat::Infinite)?;
    }
    for canvas in frames {
        let mut frame = gif::Frame::from_indexed_pixels(width, height, indexed(canvas), None);
        frame.delay = 50;
        encoder.write_frame(&frame)?;
    }
    drop(encoder);
    Ok(bytes)
}

/// Steps of red, green and blue in the palette.
const STEPS: [u32; 3] = [6, 7, 6];

/// 252 colours, evenly spread.
fn palette() -> Vec<u8> {
    let mut palette = Vec::new();
    for index in 0..STEPS.iter().product() {
        let levels = [
            index / (STEPS[1] * STEPS[2]),
            index / STEPS[2] % STEPS[1],
            index % STEPS[2],
        ];
        let samples = levels.into_iter().zip(STEPS);
        palette.extend(samples.map(|(level, steps)| (level * 255 / (steps - 1)) as u8));
    }
    palette
}

/// The nearest colours of the palette after an ordered dither of 4 x 4.
fn indexed(canvas: &Canvas) -> Vec<u8> {
    const DITHER: [[u32; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];
    let mut indices = Vec::new();
    for y in 0..canvas.height {
        for x in 0..canvas.width {
            let threshold = DITHER[y as usize % 4][x as usize % 4] * 16 + 8;
            let samples = canvas.at(x, y).into_iter().zip(STEPS);
            let index = samples.fold(0, |index, (sample, steps)| {
                let level = u32::from(sample) * (steps - 1);
                let up = u32::from(level % 255 > threshold * 255 / 256);
                index * steps + level / 255 + up
            });
            indices.push(index as u8);
        }
    }
    indices
}

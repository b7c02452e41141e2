//! Pictures of one scene in every format and kind of colour.

use image::codecs::bmp::BmpEncoder;
use image::{ExtendedColorType, ImageEncoder};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

pub(crate) const WIDTH: u32 = 64;
pub(crate) const HEIGHT: u32 = 48;

/// The colour of each pixel, by its column and row.
pub(crate) fn scene<const N: usize>(pixel: impl Fn(u32, u32) -> [u8; N]) -> Vec<u8> {
    let rows = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y)));
    rows.flat_map(|(x, y)| pixel(x, y)).collect()
}

pub(crate) fn rgb(x: u32, y: u32) -> [u8; 3] {
    [x * 4, y * 5, 255 - 2 * x - 2 * y].map(|value| u8::try_from(value).unwrap())
}

pub(crate) fn grey(x: u32, y: u32) -> u8 {
    u8::try_from(x * 2 + y * 2).unwrap()
}

pub(crate) fn grey_rgb(x: u32, y: u32) -> [u8; 3] {
    [grey(x, y); 3]
}

/// Cyan, magenta, yellow and black, and the light that they leave.
pub(crate) fn cmyk(x: u32, y: u32) -> ([u8; 4], [u8; 3]) {
    let ink = [x * 4, y * 5, 127 - x - y, 20 + y * 2];
    let light = [0, 1, 2].map(|at| (255 - ink[at]) * (255 - ink[3]) / 255);
    (ink.map(|value| value as u8), light.map(|value| value as u8))
}

/// A palette of 4 x 4 colours and the index of a pixel.
pub(crate) fn palette() -> Vec<[u8; 3]> {
    (0..16_u8).map(|at| [at % 4 * 85, at / 4 * 85, 200 - at * 10]).collect()
}

pub(crate) fn index(x: u32, y: u32) -> u8 {
    u8::try_from(y / 12 * 4 + x / 16).unwrap()
}

pub(crate) fn jpeg(
    data: &[u8],
    colour: ColorType,
    sampling: SamplingFactor,
    progressive: bool,
    restart: u16,
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 95);
    encoder.set_sampling_factor(sampling);
    encoder.set_progressive(progressive);
    encoder.set_restart_interval(restart);
    encoder.encode(data, WIDTH as u16, HEIGHT as u16, colour).unwrap();
    file
}

/// A PNG file; rows of less than eight bits a sample come packed.
pub(crate) fn png(
    data: &[u8],
    colour: png::ColorType,
    depth: png::BitDepth,
    set: impl Fn(&mut png::Encoder<'_, &mut Vec<u8>>),
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH, HEIGHT);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    set(&mut encoder);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(data).unwrap();
    writer.finish().unwrap();
    file
}

/// A region of an animation: left, top, width, height, and one colour.
pub(crate) type Patch = ([u16; 4], [u8; 4], gif::DisposalMethod);

/// A GIF of the scene's palette with one-coloured patches after it.
pub(crate) fn gif(screen: [u16; 2], patches: &[Patch]) -> Vec<u8> {
    let mut file = Vec::new();
    let colours = palette().concat();
    let mut encoder = gif::Encoder::new(&mut file, screen[0], screen[1], &colours).unwrap();
    let frame = gif::Frame {
        width: WIDTH as u16,
        height: HEIGHT as u16,
        buffer: scene(|x, y| [index(x, y)]).into(),
        ..gif::Frame::default()
    };
    encoder.write_frame(&frame).unwrap();
    for &([left, top, width, height], [r, g, b, a], dispose) in patches {
        let frame = gif::Frame {
            left,
            top,
            width,
            height,
            dispose,
            transparent: (a == 0).then_some(0),
            palette: Some(vec![r, g, b, 0, 0, 0]),
            buffer: vec![0; usize::from(width) * usize::from(height)].into(),
            ..gif::Frame::default()
        };
        encoder.write_frame(&frame).unwrap();
    }
    drop(encoder);
    file
}

/// An APNG of the scene with patches after it; the scene is a frame of it, or the default picture.
pub(crate) fn apng(patches: &[Patch], separate: bool) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_animated(patches.len() as u32 + u32::from(!separate), 0).unwrap();
    encoder.set_sep_def_img(separate).unwrap();
    let mut writer = encoder.write_header().unwrap();
    let first = scene(|x, y| {
        let [r, g, b] = rgb(x, y);
        [r, g, b, 255]
    });
    writer.write_image_data(&first).unwrap();
    for &([left, top, width, height], colour, dispose) in patches {
        let (width, height) = (u32::from(width), u32::from(height));
        writer.reset_frame_position().unwrap();
        writer.set_frame_dimension(width, height).unwrap();
        writer.set_frame_position(left.into(), top.into()).unwrap();
        writer.set_blend_op(png::BlendOp::Over).unwrap();
        writer
            .set_dispose_op(match dispose {
                gif::DisposalMethod::Background => png::DisposeOp::Background,
                gif::DisposalMethod::Previous => png::DisposeOp::Previous,
                _ => png::DisposeOp::None,
            })
            .unwrap();
        writer.write_image_data(&colour.repeat((width * height) as usize)).unwrap();
    }
    writer.finish().unwrap();
    file
}

pub(crate) fn webp(data: &[u8], width: u32, height: u32, colour: ExtendedColorType) -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut file);
    encoder.write_image(data, width, height, colour).unwrap();
    file
}

/// An animated WebP of pictures (files of their own), each with its place and its flags.
pub(crate) fn animated_webp(frames: &[(Vec<u8>, [u32; 4], u8)]) -> Vec<u8> {
    let three = |value: u32| value.to_le_bytes().into_iter().take(3);
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let mut chunk = kind.to_vec();
        chunk.extend((data.len() as u32).to_le_bytes());
        chunk.extend(data);
        chunk.extend(vec![0; data.len() % 2]);
        chunk
    };
    let mut header = vec![0x12, 0, 0, 0];
    header.extend(three(WIDTH - 1).chain(three(HEIGHT - 1)));
    let mut body = b"WEBP".to_vec();
    body.extend(chunk(b"VP8X", &header));
    body.extend(chunk(b"ANIM", &[0; 6]));
    for (file, [left, top, width, height], flags) in frames {
        let sides = three(left / 2).chain(three(top / 2));
        let mut frame: Vec<u8> = sides.chain(three(width - 1)).chain(three(height - 1)).collect();
        frame.extend([100, 0, 0, *flags]);
        frame.extend(&file[12..]);
        body.extend(chunk(b"ANMF", &frame));
    }
    chunk(b"RIFF", &body)
}

pub(crate) fn bmp(data: &[u8], colour: ExtendedColorType, palette: Option<&[[u8; 3]]>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = BmpEncoder::new(&mut file);
    encoder.encode_with_palette(data, WIDTH, HEIGHT, colour, palette).unwrap();
    file
}

/// A page of a TIFF file, stored in one strip (in one for each sample if planar).
#[derive(Clone, Default)]
pub(crate) struct Page {
    pub(crate) photometric: u16,
    pub(crate) bits: u16,
    pub(crate) samples: u16,
    pub(crate) planar: bool,
    pub(crate) extra: Option<u16>,
    pub(crate) fill_order: Option<u16>,
    pub(crate) map: Vec<u16>,
    pub(crate) data: Vec<u8>,
}

/// A little-endian TIFF file of these pages; the last one's directory is followed by `after`.
pub(crate) fn tiff(pages: &[Page], after: u32) -> Vec<u8> {
    let mut file = b"II*\0\0\0\0\0".to_vec();
    let mut link = 4;
    for page in pages {
        let strips = if page.planar { u32::from(page.samples) } else { 1 };
        let mut long = |values: &mut dyn Iterator<Item = u32>| {
            let at = file.len() as u32;
            values.for_each(|value| file.extend(value.to_le_bytes()));
            at
        };
        let length = page.data.len() as u32 / strips;
        let lengths = long(&mut (0..strips).map(|_| length));
        let data = lengths + strips * 8;
        let offsets = long(&mut (0..strips).map(|at| data + at * length));
        file.extend(&page.data);
        let map = file.len() as u32;
        page.map.iter().for_each(|value| file.extend(value.to_le_bytes()));
        let one = |at: u32, value: u32| if strips == 1 { value } else { at };
        let mut entries = vec![
            (256, 4, 1, WIDTH),
            (257, 4, 1, HEIGHT),
            (258, 3, 1, page.bits.into()),
            (259, 3, 1, 1),
            (262, 3, 1, page.photometric.into()),
            (273, 4, strips, one(offsets, data)),
            (277, 3, 1, page.samples.into()),
            (278, 4, 1, HEIGHT),
            (279, 4, strips, one(lengths, length)),
            (284, 3, 1, 1 + u32::from(page.planar)),
        ];
        if let Some(order) = page.fill_order {
            entries.insert(5, (266, 3, 1, order.into()));
        }
        if !page.map.is_empty() {
            entries.push((320, 3, page.map.len() as u32, map));
        }
        if let Some(extra) = page.extra {
            entries.push((338, 3, 1, extra.into()));
        }
        let directory = file.len() as u32;
        file[link..link + 4].copy_from_slice(&directory.to_le_bytes());
        file.extend((entries.len() as u16).to_le_bytes());
        for (tag, kind, count, value) in entries {
            file.extend(u16::to_le_bytes(tag));
            file.extend(u16::to_le_bytes(kind));
            file.extend(count.to_le_bytes());
            file.extend(value.to_le_bytes());
        }
        link = file.len();
        file.extend(after.to_le_bytes());
    }
    file
}

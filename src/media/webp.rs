//! WebP: lossy, lossless, with alpha, animated.
//!
//! The chunks are read here, and each picture in them is decoded as a file of its own: that
//! composes frames as viewers do, tells what is cut off, and lets a damaged frame pass.

use std::io::Cursor;

use image::ImageDecoder;
use image::codecs::webp::WebPDecoder;

use super::bmp::reason;
use super::canvas::{Blend, Canvas, Dispose, Region};
use super::guard::shield;
use super::output::{End, Output, to_usize, zeros};
use super::{Reason, Work};

pub(super) fn decode(bytes: &[u8], work: &mut Work, out: &mut Output<'_>) -> Result<(), End> {
    let stated =
        bytes.get(4..8).and_then(|size| size.try_into().ok()).map_or(0, u32::from_le_bytes);
    let body = bytes.get(12..).unwrap_or_default();
    // what follows the stated end is not part of the file
    let length = to_usize(stated).saturating_sub(4);
    if length > body.len() {
        out.note(Reason::undecodable("the file ends before its stated end"));
    }
    let body = body.get(..length).unwrap_or(body);

    let header = Chunks(body).next();
    let Some(Chunk { kind: b"VP8X", data: &[flags, _, _, _, ref size @ ..], .. }) = header else {
        return still(body, &mut work.samples, out);
    };
    if flags & 2 == 0 {
        return still(body, &mut work.samples, out);
    }
    let &[w0, w1, w2, h0, h1, h2, ..] = size else {
        return Err(Reason::undecodable("the header is too short").into());
    };
    let width = u32::from_le_bytes([w0, w1, w2, 0]) + 1;
    let height = u32::from_le_bytes([h0, h1, h2, 0]) + 1;
    let Work { samples, canvas } = work;
    let frames = Chunks(body).filter(|chunk| chunk.kind == b"ANMF");
    for (number, chunk) in frames.enumerate() {
        out.begin(width, height, Canvas::BYTES + 3)?;
        if number == 0 {
            canvas.start(width, height, [0; 3]);
        }
        let Some((&head, parts)) = chunk.data.split_first_chunk::<16>() else {
            out.note(Reason::undecodable("a frame is cut off"));
            break;
        };
        let [x0, x1, x2, y0, y1, y2, .., flags] = head;
        let picture = Parts::of(parts).and_then(|parts| {
            let (width, height) = parts.size()?;
            out.limits.check(width, height, Canvas::BYTES + 3 + parts.cost())?;
            picture(&parts, samples)
        });
        match picture {
            Ok(picture) => {
                let region = Region {
                    x: u32::from_le_bytes([x0, x1, x2, 0]) * 2,
                    y: u32::from_le_bytes([y0, y1, y2, 0]) * 2,
                    width: picture.width,
                    height: picture.height,
                };
                let dispose = if flags & 1 == 0 { Dispose::Keep } else { Dispose::Clear };
                let blend = if flags & 2 == 0 { Blend::Over } else { Blend::Replace };
                if picture.channels == 4 {
                    canvas.draw(region, dispose, blend, samples, |pixel: [u8; 4]| pixel);
                } else {
                    canvas.draw(region, dispose, blend, samples, |[r, g, b]| [r, g, b, 255]);
                }
                out.frame(width, height, 4, canvas.bytes())?;
            }
            Err(reason) => {
                out.note(reason);
                out.skip();
            }
        }
    }
    Ok(())
}

fn still(body: &[u8], samples: &mut Vec<u8>, out: &mut Output<'_>) -> Result<(), End> {
    let parts = Parts::of(body)?;
    let (width, height) = parts.size()?;
    out.begin(width, height, parts.cost())?;
    let picture = picture(&parts, samples)?;
    out.frame(width, height, picture.channels, samples)
}

struct Picture {
    width: u32,
    height: u32,
    channels: usize,
}

/// Decodes a picture into `samples`.
fn picture(parts: &Parts<'_>, samples: &mut Vec<u8>) -> Result<Picture, Reason> {
    let (width, height) = parts.size()?;
    let file = parts.file();
    shield(|| {
        let decoder = WebPDecoder::new(Cursor::new(&file)).map_err(reason)?;
        let channels = usize::from(decoder.color_type().channel_count());
        let picture = Picture { width, height, channels };
        zeros(samples, usize::try_from(decoder.total_bytes()).unwrap_or(0));
        #[cfg(feature = "libwebp")]
        if super::libwebp::decode(&file, to_usize(width) * channels, channels, samples) {
            return Ok(picture);
        }
        // where libwebp fails, this one says why
        decoder.read_image(samples).map_err(reason)?;
        Ok(picture)
    })
}

/// The chunks that make one picture.
struct Parts<'a> {
    lossless: bool,
    data: &'a [u8],
    alpha: Option<&'a [u8]>,
}

impl<'a> Parts<'a> {
    fn of(chunks: &'a [u8]) -> Result<Self, Reason> {
        let mut alpha = None;
        for chunk in Chunks(chunks) {
            match chunk.kind {
                b"ALPH" => alpha = Some(chunk.data),
                b"VP8 " => {
                    return Ok(Self { lossless: false, data: chunk.data, alpha });
                }
                b"VP8L" => {
                    return Ok(Self { lossless: true, data: chunk.data, alpha: None });
                }
                _ => {}
            }
        }
        Err(Reason::undecodable("there is no picture in it"))
    }

    /// Bytes a pixel at the peak.
    fn cost(&self) -> u64 {
        match (self.lossless, self.alpha) {
            // its own buffer and the pixels, or the pixels and the flat ones
            (true, _) => 8,
            // the planes, the pixels
            (false, None) => 5,
            // and the alpha, which is a lossless picture
            (false, Some(_)) => 11,
        }
    }

    /// Width and height, by the header of the data (RFC 6386, 9.1; RFC 9649, 3.4).
    fn size(&self) -> Result<(u32, u32), Reason> {
        let size = match (self.lossless, self.data) {
            (true, &[_, b0, b1, b2, b3, ..]) => {
                let bits = u32::from_le_bytes([b0, b1, b2, b3]);
                Some(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
            }
            (false, &[_, _, _, _, _, _, w0, w1, h0, h1, ..]) => {
                let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
                Some((side(w0, w1), side(h0, h1)))
            }
            _ => None,
        };
        size.ok_or_else(|| Reason::undecodable("the picture is cut off in its header"))
    }

    /// A file of this picture alone.
    fn file(&self) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WEBP".to_vec();
        if let Some(alpha) = self.alpha {
            // sides are stored less one
            let (width, height) = self.size().unwrap_or((1, 1));
            let [w0, w1, w2, _] = width.saturating_sub(1).to_le_bytes();
            let [h0, h1, h2, _] = height.saturating_sub(1).to_le_bytes();
            push(&mut file, b"VP8X", &[0x10, 0, 0, 0, w0, w1, w2, h0, h1, h2]);
            push(&mut file, b"ALPH", alpha);
        }
        push(&mut file, if self.lossless { b"VP8L" } else { b"VP8 " }, self.data);
        let size = u32::try_from(file.len() - 8).unwrap_or(u32::MAX);
        if let Some(stated) = file.get_mut(4..8) {
            stated.copy_from_slice(&size.to_le_bytes());
        }
        file
    }
}

fn push(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    file.extend(kind);
    file.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
    file.extend(data);
    if !data.len().is_multiple_of(2) {
        file.push(0);
    }
}

struct Chunk<'a> {
    kind: &'a [u8; 4],
    data: &'a [u8],
}

/// RIFF chunks; the last one may be cut off.
struct Chunks<'a>(&'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let (kind, rest) = self.0.split_first_chunk::<4>()?;
        let (size, rest) = rest.split_first_chunk::<4>()?;
        let size = to_usize(u32::from_le_bytes(*size));
        let data = rest.get(..size).unwrap_or(rest);
        self.0 = rest.get(size.saturating_add(size % 2)..).unwrap_or_default();
        Some(Chunk { kind, data })
    }
}

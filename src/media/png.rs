//! PNG and APNG: every depth, the default picture and every frame.

use std::io::Cursor;

use png::{BlendOp, DecodingError, DisposeOp, Reader, Transformations};

use super::canvas::{Blend, Canvas, Dispose, Region};
use super::guard::shield;
use super::output::{End, Output, to_usize, zeros};
use super::{Reason, Work, samples};

pub(super) fn decode(bytes: &[u8], work: &mut Work, out: &mut Output<'_>) -> Result<(), End> {
    let limits = png::Limits { bytes: out.limits.memory() };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    // colour profiles and texts can be bombs, and are not looked at
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_ignore_text_chunk(true);
    // damage is found below and reported; the decoder is to go on as viewers do
    decoder.ignore_checksums(true);
    decoder.set_transformations(Transformations::EXPAND);
    let (width, height) = shield(|| Ok(decoder.read_header_info().map_err(reason)?.size()))?;
    // not known before the palette's transparency is: as much as it may be
    const MOST: u64 = 8 + 3;
    out.size = Some((width, height));
    out.limits.check(width, height, 1)?;
    if let Some(damage) = damage(bytes) {
        out.note(Reason::undecodable(damage));
    }
    let mut reader = shield(|| decoder.read_info().map_err(reason))?;
    let info = reader.info();
    let frames = info.animation_control.map(|control| control.num_frames);
    let separate = frames.is_some() && info.frame_control.is_none();
    let (colour, depth) = reader.output_color_type();
    let deep = depth == png::BitDepth::Sixteen;
    let channels = colour.samples();
    let flat = if channels.is_multiple_of(2) { 3 } else { 0 };
    let cost = channels as u64 * if deep { 2 } else { 1 } + flat;

    let Some(frames) = frames else {
        out.begin(width, height, cost)?;
        return still(&mut reader, (width, height, channels, deep), &mut work.samples, out);
    };
    if separate {
        out.begin(width, height, cost)?;
        still(&mut reader, (width, height, channels, deep), &mut work.samples, out)?;
    }
    let Work { samples: data, canvas } = work;
    for number in 0..frames {
        out.begin(width, height, MOST + Canvas::BYTES)?;
        if number == 0 {
            canvas.start(width, height, [0; 3]);
        }
        let result = next(&mut reader, deep, data);
        let Some(control) = reader.info().frame_control else {
            break;
        };
        let region = Region {
            x: control.x_offset,
            y: control.y_offset,
            width: control.width,
            height: control.height,
        };
        let dispose = match control.dispose_op {
            DisposeOp::None => Dispose::Keep,
            DisposeOp::Background => Dispose::Clear,
            DisposeOp::Previous => Dispose::Restore,
        };
        let blend = match control.blend_op {
            BlendOp::Source => Blend::Replace,
            BlendOp::Over => Blend::Over,
        };
        if result.is_ok() || data.iter().any(|&byte| byte != 0) {
            match channels {
                1 => canvas.draw(region, dispose, blend, data, |[g]: [u8; 1]| [g, g, g, 255]),
                2 => canvas.draw(region, dispose, blend, data, |[g, a]: [u8; 2]| [g, g, g, a]),
                3 => canvas.draw(region, dispose, blend, data, |[r, g, b]| [r, g, b, 255]),
                _ => canvas.draw(region, dispose, blend, data, |pixel: [u8; 4]| pixel),
            }
            out.frame(width, height, 4, canvas.bytes())?;
        }
        result?;
    }
    Ok(())
}

fn still(
    reader: &mut Reader<Cursor<&[u8]>>,
    (width, height, channels, deep): (u32, u32, usize, bool),
    data: &mut Vec<u8>,
    out: &mut Output<'_>,
) -> Result<(), End> {
    let result = next(reader, deep, data);
    if result.is_ok() {
        return out.frame(width, height, channels, data);
    }
    out.remains(width, height, channels, data)?;
    Ok(result?)
}

/// The next frame's own pixels, eight bits a sample; with an error, those that were decoded.
fn next(reader: &mut Reader<Cursor<&[u8]>>, deep: bool, data: &mut Vec<u8>) -> Result<(), Reason> {
    // What is not decoded must not be the picture before.
    zeros(data, reader.output_buffer_size().unwrap_or(0));
    let result = shield(|| reader.next_frame(data).map_err(reason));
    if let Ok(info) = &result {
        data.truncate(info.line_size * to_usize(info.height));
    }
    if deep {
        samples::halve(data);
    }
    result.map(|_| ())
}

fn reason(error: DecodingError) -> Reason {
    match error {
        DecodingError::LimitsExceeded => {
            Reason::over_limit("the PNG decoder needs more memory than the limit")
        }
        other => Reason::undecodable(other.to_string()),
    }
}

/// What is wrong with the chunks that make the picture: cut off, or not as they were written.
fn damage(bytes: &[u8]) -> Option<String> {
    let mut rest = bytes.get(8..)?;
    loop {
        let Some((&[l3, l2, l1, l0, k0, k1, k2, k3], body)) = rest.split_first_chunk::<8>() else {
            return Some("the file ends before its end chunk".to_owned());
        };
        let kind = [k0, k1, k2, k3];
        let length = to_usize(u32::from_be_bytes([l3, l2, l1, l0]));
        let name = kind.escape_ascii();
        if &kind == b"IEND" {
            return None;
        }
        let Some((data, after)) = body.split_at_checked(length) else {
            return Some(format!("the file ends inside chunk {name}"));
        };
        let Some((&stated, after)) = after.split_first_chunk::<4>() else {
            return Some(format!("the file ends inside chunk {name}"));
        };
        let mut checksum = crc32fast::Hasher::new();
        checksum.update(&kind);
        checksum.update(data);
        let pictured = [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"acTL", b"fcTL", b"fdAT"];
        if checksum.finalize() != u32::from_be_bytes(stated) && pictured.contains(&&kind) {
            return Some(format!("chunk {name} has a wrong checksum"));
        }
        rest = after;
    }
}

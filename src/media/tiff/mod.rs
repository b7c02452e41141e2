//! TIFF: every page, in the kinds of colour that scanners and editors write.

mod colour;
mod ifd;

use tiff::decoder::{BufferLayoutPreference, Decoder, DecodingResult, Limits};
use tiff::tags::{SampleFormat, Tag};
use tiff::{ColorType, TiffError};

use colour::{Alpha, Colours, Kind};
use ifd::{Directories, Directory, View};

use super::guard::{shield, thousands};
use super::jpeg::Markers;
use super::output::{End, Output, to_usize};
use super::{Reason, samples};

const PHOTOMETRIC: u16 = 262;
const COMPRESSION: u16 = 259;
const FILL_ORDER: u16 = 266;

pub(super) fn decode(bytes: &[u8], out: &mut Output<'_>) -> Result<(), End> {
    let directories = Directories::new(bytes);
    let directories = directories.ok_or_else(|| Reason::undecodable("the header is cut off"))?;
    for (number, directory) in (0_u32..).zip(directories) {
        if number >= out.limits.max_frames {
            let limit = thousands(out.limits.max_frames.into());
            return Err(Reason::over_limit(format!("more pages than the limit of {limit}")).into());
        }
        let directory = directory?;
        match page(bytes, &directory, out) {
            Ok(()) => {}
            Err(End::Failed(reason)) => out.note(reason),
            Err(End::Stopped) => return Err(End::Stopped),
        }
        out.turn_to(number + 1);
    }
    Ok(())
}

fn page(bytes: &[u8], directory: &Directory<'_>, out: &mut Output<'_>) -> Result<(), End> {
    if let (Some(width), Some(height)) = (directory.number(256), directory.number(257)) {
        let side = |side: u64| u32::try_from(side).unwrap_or(u32::MAX);
        out.size.get_or_insert((side(width), side(height)));
        out.limits.check(side(width), side(height), 1)?;
    }
    let photometric = directory.number(PHOTOMETRIC).unwrap_or(1);
    // read as: grey for what is an index, a mask or inverted, RGB for L*a*b*
    let read_as = match photometric {
        0 | 1 | 3 | 4 => 1,
        2 | 8 | 9 => 2,
        5 | 6 => photometric,
        other => {
            let detail = format!("a TIFF of photometric interpretation {other} is not decoded");
            return Err(Reason::unsupported(detail).into());
        }
    };
    let view = directory.view(PHOTOMETRIC, read_as);
    let mut decoder = shield(|| {
        let mut limits = Limits::default();
        limits.decoding_buffer_size = out.limits.memory();
        limits.intermediate_buffer_size = out.limits.memory();
        Ok(Decoder::new(view).map_err(reason)?.with_limits(limits))
    })?;
    let (width, height) = decoder.dimensions().map_err(reason)?;
    let (colour_type, layout) = shield(|| {
        let colour_type = decoder.colortype().map_err(reason)?;
        Ok((colour_type, decoder.image_buffer_layout().map_err(reason)?))
    })?;
    let (bits, samples) = (colour_type.bit_depth(), usize::from(colour_type.num_samples()));
    if !matches!(bits, 1 | 2 | 4 | 8 | 16) || layout.sample_format != SampleFormat::Uint {
        let form = layout.sample_format;
        let detail = format!("a TIFF of {bits}-bit {form:?} samples is not decoded");
        return Err(Reason::unsupported(detail).into());
    }
    let colours = shield(|| colours(&mut decoder, photometric, colour_type))?;
    let jpeg = directory.number(COMPRESSION) == Some(7);
    // the samples as stored, in eight bits each, as channels, flat; a strip of its own for JPEG
    let stored = samples as u64 * u64::from(bits.div_ceil(8));
    let cost = stored + samples as u64 + 4 + 3 + if jpeg { 12 } else { 0 };
    out.begin(width, height, cost)?;
    if jpeg && let Some(damage) = shield(|| check_strips(bytes, &mut decoder, out))? {
        out.note(damage);
    }

    decoder.inner().reversed = directory.number(FILL_ORDER) == Some(2) && !jpeg;
    let mut buffer = DecodingResult::U8(Vec::new());
    let result = shield(|| decoder.read_image_to_buffer(&mut buffer).map_err(reason));
    let shape = Shape { width: to_usize(width), samples, bits: bits.into(), layout };
    let eight = shape.eight_bits(buffer, photometric == 3)?;
    match result {
        Ok(_) => out.frame(width, height, colours.channels(), &colours.convert(eight)),
        Err(reason) => {
            if eight.iter().any(|&byte| byte != 0) {
                out.frame(width, height, colours.channels(), &colours.convert(eight))?;
            }
            Err(reason.into())
        }
    }
}

fn colours(
    decoder: &mut Decoder<View<'_>>,
    photometric: u64,
    colour_type: ColorType,
) -> Result<Colours, Reason> {
    let kind = match photometric {
        3 => {
            let map = decoder.get_tag_u16_vec(Tag::ColorMap).map_err(reason)?;
            // all reds, then all greens, then all blues
            let third = map.len() / 3;
            let (reds, rest) = map.split_at(third);
            let (greens, blues) = rest.split_at(third);
            // the high byte: writers scale by 256 or by 257; some put eight bits where 16 belong
            let narrow = map.iter().all(|&value| value < 256);
            let byte = |value: u16| {
                let [high, low] = value.to_be_bytes();
                if narrow { low } else { high }
            };
            let rgb = reds.iter().zip(greens).zip(blues);
            Kind::Palette(rgb.map(|((&r, &g), &b)| [r, g, b].map(byte)).collect())
        }
        2 => Kind::Rgb,
        5 => Kind::Cmyk,
        6 => Kind::YCbCr,
        8 => Kind::Lab { signed: true },
        9 => Kind::Lab { signed: false },
        _ => Kind::Grey {
            most: u8::MAX >> 8_u8.saturating_sub(colour_type.bit_depth()),
            inverted: photometric == 0,
        },
    };
    let extra = decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples).map_err(reason)?;
    let alpha = match extra.unwrap_or_default().first() {
        Some(1) => Alpha::Associated,
        Some(2) => Alpha::Separate,
        _ => Alpha::None,
    };
    Ok(Colours { kind, samples: colour_type.num_samples().into(), alpha })
}

/// JPEG strips have headers of their own, by which the decoder takes memory, and gaps that it
/// fills: their sizes are checked first, and whether they end.
fn check_strips(
    bytes: &[u8],
    decoder: &mut Decoder<View<'_>>,
    out: &Output<'_>,
) -> Result<Option<Reason>, Reason> {
    let mut list = |strips: Tag, tiles: Tag| {
        let found = decoder.find_tag_unsigned_vec::<u64>(strips).map_err(reason)?;
        match found {
            Some(list) => Ok(list),
            None => decoder.get_tag_u64_vec(tiles).map_err(reason),
        }
    };
    let offsets = list(Tag::StripOffsets, Tag::TileOffsets)?;
    let lengths = list(Tag::StripByteCounts, Tag::TileByteCounts)?;
    let mut damage = None;
    let mut pixels = 0_u64;
    for (offset, length) in offsets.into_iter().zip(lengths) {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let end = place(offset.saturating_add(length)).min(bytes.len());
        let strip = bytes.get(place(offset)..end).unwrap_or_default();
        let markers = Markers::read(strip)?;
        let (width, height) = (markers.width.into(), markers.height.into());
        out.limits.check(width, height, 4 + markers.coefficients())?;
        pixels += u64::from(width) * u64::from(height);
        if pixels > out.limits.max_pixels {
            let limit = thousands(out.limits.max_pixels);
            let detail =
                format!("strips of {} pixels, over the limit of {limit}", thousands(pixels));
            return Err(Reason::over_limit(detail));
        }
        if !markers.ended {
            damage = Some(Reason::undecodable("a strip ends before its end marker"));
        }
    }
    Ok(damage)
}

/// How the decoder lays out the samples of a page.
struct Shape {
    width: usize,
    samples: usize,
    bits: u32,
    layout: BufferLayoutPreference,
}

impl Shape {
    /// The samples in eight bits each, interleaved; those of less than eight are not scaled.
    fn eight_bits(&self, buffer: DecodingResult, palette: bool) -> Result<Vec<u8>, Reason> {
        let planes = self.layout.planes.max(1);
        let data = match buffer {
            DecodingResult::U8(data) if self.bits == 8 => data,
            DecodingResult::U8(data) => {
                let stride = self.layout.row_stride.map_or(1, usize::from);
                let count = self.width * self.samples / planes;
                data.chunks_exact(stride)
                    .flat_map(|row| samples::unpack(row, self.bits, count))
                    .collect()
            }
            DecodingResult::U16(data) if !palette => {
                data.into_iter().map(samples::to_eight).collect()
            }
            _ => {
                return Err(Reason::unsupported("a TIFF palette of 16 bits is not decoded"));
            }
        };
        if planes == 1 {
            return Ok(data);
        }
        let mut pixels = vec![0; data.len()];
        for (at, plane) in data.chunks_exact((data.len() / planes).max(1)).enumerate() {
            for (pixel, &sample) in pixels.chunks_exact_mut(planes).zip(plane) {
                if let Some(out) = pixel.get_mut(at) {
                    *out = sample;
                }
            }
        }
        Ok(pixels)
    }
}

fn reason(error: TiffError) -> Reason {
    match error {
        TiffError::LimitsExceeded => {
            Reason::over_limit("the TIFF decoder needs more memory than the limit")
        }
        TiffError::UnsupportedError(error) => Reason::unsupported(error.to_string()),
        other => Reason::undecodable(other.to_string()),
    }
}

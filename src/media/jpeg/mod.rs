//! JPEG: strictly first, so that damage is seen; then as far as it goes.

mod bits;
mod coarse;
mod declined;
mod ending;
mod header;
mod layout;
mod markers;
mod progressive;
mod sampled;
#[cfg(test)]
mod slow;
mod tables;
#[cfg(test)]
#[allow(clippy::cast_possible_truncation, reason = "numbers of a test are small")]
mod tests;
mod values;
mod walk;
#[cfg(test)]
#[allow(clippy::cast_possible_truncation, reason = "numbers of a test are small")]
mod writer;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

pub use coarse::{CoarseDecoder, CoarseLuma};
pub use declined::Declined;
pub(super) use markers::Markers;
use markers::Model;
pub use sampled::{SampleDecoder, SampledLuma};

use super::Reason;
use super::guard::{shield, thousands};
use super::output::{End, Output, to_usize};
use super::samples;

pub(super) fn decode(bytes: &[u8], out: &mut Output<'_>) -> Result<(), End> {
    let markers = Markers::read(bytes)?;
    let (width, height) = (u32::from(markers.width), u32::from(markers.height));
    let channels = if markers.components.len() == 1 { 1 } else { 3 };
    out.begin(width, height, channels + markers.coefficients())?;
    let plan = Plan::of(&markers)?;

    if !markers.ended {
        out.note(Reason::undecodable("the file ends before its end marker"));
    } else if markers.data < markers.least_data() {
        let data = thousands(markers.data);
        let detail =
            format!("{data} bytes of image data are too few for {width} x {height} pixels");
        out.note(Reason::undecodable(detail));
    }
    if !markers.usual_sampling() {
        let detail = "the components are sampled in an unusual way: the picture may be wrong";
        out.note(Reason::unsupported(detail));
    }
    let bytes = &plan.copy(bytes, &markers);

    let mut pixels = vec![0; to_usize(width) * to_usize(height) * plan.channels()];
    let mut decoded = shield(|| plan.decode(bytes, true, &mut pixels));
    if let Err(damage) = decoded {
        out.note(damage);
        pixels.fill(0);
        decoded = shield(|| plan.decode(bytes, false, &mut pixels));
    }
    if plan.convert {
        for pixel in pixels.as_chunks_mut::<3>().0 {
            *pixel = samples::ycbcr(*pixel);
        }
    }
    match decoded {
        Ok(()) => out.frame(width, height, plan.channels(), &pixels),
        Err(reason) => {
            out.remains(width, height, plan.channels(), &pixels)?;
            Err(reason.into())
        }
    }
}

/// How the decoder is brought to give the colours of the file's [`Model`].
///
/// It takes every Adobe segment at its word, so that three components of "no transform" (an RGB
/// file) are an error to it, and ranks names of components above JFIF. A copy of the file with
/// another transform stated makes it read what libjpeg, and so every viewer, reads.
struct Plan {
    /// The transform to state.
    transform: u8,
    /// The colour space to ask for.
    colours: ColorSpace,
    /// Whether what it then gives is still YCbCr.
    convert: bool,
}

impl Plan {
    fn of(markers: &Markers) -> Result<Self, Reason> {
        if markers.frame > 2 {
            let kind = match markers.frame {
                3 => "a lossless JPEG",
                9..=11 => "an arithmetic-coded JPEG",
                _ => "a hierarchical JPEG",
            };
            return Err(Reason::unsupported(format!("{kind} is not decoded")));
        }
        if markers.precision != 8 {
            let detail = format!("a JPEG of {} bits a sample is not decoded", markers.precision);
            return Err(Reason::unsupported(detail));
        }
        let named = markers.named_rgb();
        let (transform, colours, convert) = match markers.model() {
            Some(Model::Grey) => (1, ColorSpace::Luma, false),
            Some(Model::YCbCr) if named => (1, ColorSpace::RGB, true),
            Some(Model::YCbCr) => (1, ColorSpace::RGB, false),
            Some(Model::Rgb) if named => (1, ColorSpace::RGB, false),
            // asked for what it believes to have, it hands the components over as they are
            Some(Model::Rgb) => (1, ColorSpace::YCbCr, false),
            Some(Model::Cmyk) => (0, ColorSpace::RGB, false),
            Some(Model::Ycck) => (2, ColorSpace::RGB, false),
            None => {
                let count = markers.components.len();
                let detail = format!("a JPEG of {count} components is not decoded");
                return Err(Reason::unsupported(detail));
            }
        };
        Ok(Self { transform, colours, convert })
    }

    fn channels(&self) -> usize {
        self.colours.num_components()
    }

    /// The file as the decoder is to see it.
    ///
    /// A picture in one scan goes without its end marker: from there on the decoder would make up
    /// data without a word, whereas it reports that the bytes run out. As it looks ahead, a few
    /// follow that it need not reach.
    fn copy(&self, bytes: &[u8], markers: &Markers) -> Vec<u8> {
        let mut copy = bytes.get(..markers.end).unwrap_or(bytes).to_vec();
        for &(at, _) in &markers.adobe {
            if let Some(transform) = copy.get_mut(at) {
                *transform = self.transform;
            }
        }
        if !markers.buffered() {
            copy.extend([0; 16]);
        } else if markers.ended {
            copy.extend([0xFF, 0xD9]);
        }
        copy
    }

    fn decode(&self, bytes: &[u8], strict: bool, pixels: &mut [u8]) -> Result<(), Reason> {
        let options = DecoderOptions::default()
            .jpeg_set_out_colorspace(self.colours)
            .set_strict_mode(strict)
            .set_max_width(usize::from(u16::MAX))
            .set_max_height(usize::from(u16::MAX));
        JpegDecoder::new_with_options(ZCursor::new(bytes), options)
            .decode_into(pixels)
            .map_err(|error| Reason::undecodable(error.to_string().trim_matches('"')))
    }
}

//! Windows bitmaps.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::{ImageDecoder, ImageError};

use super::guard::shield;
use super::output::{End, Output, zeros};
use super::{Reason, Work};

pub(super) fn decode(bytes: &[u8], work: &mut Work, out: &mut Output<'_>) -> Result<(), End> {
    let decoder = shield(|| BmpDecoder::new(Cursor::new(bytes)).map_err(reason))?;
    let (width, height) = decoder.dimensions();
    let channels = usize::from(decoder.color_type().channel_count());
    let flat = if channels == 4 { 3 } else { 0 };
    out.begin(width, height, channels as u64 + flat)?;
    let data = &mut work.samples;
    zeros(data, usize::try_from(decoder.total_bytes()).unwrap_or(0));
    match shield(|| decoder.read_image(data).map_err(reason)) {
        Ok(()) => out.frame(width, height, channels, data),
        Err(reason) => {
            out.remains(width, height, channels, data)?;
            Err(reason.into())
        }
    }
}

/// An error of the `image` crate, sorted.
pub(super) fn reason(error: ImageError) -> Reason {
    match error {
        ImageError::Limits(error) => Reason::over_limit(error.to_string()),
        ImageError::Unsupported(error) => Reason::unsupported(error.to_string()),
        other => Reason::undecodable(other.to_string()),
    }
}

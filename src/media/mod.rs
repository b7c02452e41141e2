//! Bytes to pixels, within limits: what a file is, by its content, and each of its pictures in the
//! colours that a person sees.
//!
//! [`sniff()`] tells the format, [`decode`] hands over the frames. Nothing here knows of hashes'
//! lists, and nothing trusts a file: sizes are checked against [`Limits`] before memory is taken,
//! and a decoder that panics has found an undecodable file. (A program that does not want the
//! panic's message on its standard error sets a hook; this library does not.)
//!
//! # What is decoded, and how
//!
//! - **Formats**: JPEG, PNG and APNG, GIF, WebP, BMP, TIFF, recognised by their first bytes.
//! - **Colours**: grey stays grey; palettes, 1 to 16 bits, CMYK, YCCK, YCbCr and L\*a\*b\* become
//!   eight-bit grey or RGB. 16 bits are rounded to 8. Ink is turned to light by the formula of
//!   `Pillow`'s `convert("RGB")`; the ink of JPEG files is taken as inverted, as all writers store
//!   it. Colour profiles are not applied: the reference's tools do not apply them either.
//! - **Transparency**: the first [`Rendering`] of a frame is always [`Rendering::Stored`], the
//!   colours as they are in the file, alpha ignored. That is what the reference's users hash, so it
//!   is what lists contain. A picture can hide in them what nobody sees, and show what they do not
//!   contain: so a frame whose transparency changes any colour is handed over twice more, over white
//!   and over black, the two grounds of viewers. More renderings can only find more.
//! - **Animation**: every frame as the whole canvas that a viewer shows at that moment, the default
//!   picture of an APNG, and every page of a TIFF.
//! - **Orientation**: the EXIF tag is ignored, as the reference's tools do. Matching in all eight
//!   orientations covers what it says, and files that lost it.
//! - **Damage**: what a decoder can still make of a damaged file is handed over, as a match of it is
//!   a match; and [`Decoded::problem`] says that it is not all. A file that ends early is reported
//!   even where the decoder fills in the rest. Bytes after the end of the picture are no damage.
//!   One thing cannot be told: a JPEG of several scans cut short to which somebody appended an end
//!   marker, unless far too little data is left.

#![deny(clippy::indexing_slicing, clippy::cast_possible_truncation)]
#![allow(clippy::big_endian_bytes, reason = "JPEG, PNG and half of all TIFF files are big-endian")]
#![cfg_attr(test, allow(clippy::indexing_slicing, reason = "a test may panic"))]

mod bmp;
mod canvas;
mod gif;
mod guard;
mod jpeg;
#[cfg(feature = "libwebp")]
mod libwebp;
mod output;
mod png;
mod samples;
mod sniff;
mod tiff;
mod webp;

use std::ops::ControlFlow;

pub use jpeg::{CoarseDecoder, CoarseLuma, Declined, SampleDecoder, SampledLuma};
pub use sniff::{SNIFF_BYTES, sniff};

use crate::hash::Pixels;
use canvas::Canvas;
use guard::thousands;
use output::{End, Output};

/// A picture format that is decoded here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG, APNG.
    Png,
    /// GIF.
    Gif,
    /// WebP.
    WebP,
    /// Windows bitmap.
    Bmp,
    /// TIFF.
    Tiff,
}

/// Bounds on what one file may cost. Every one is checked before the memory is taken.
///
/// ```
/// use tutela::media::Limits;
///
/// let mut limits = Limits::default();
/// limits.max_pixels = 50_000_000;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a file that is decoded (larger ones still get their digests).
    pub max_bytes: u64,
    /// Pixels of a frame.
    pub max_pixels: u64,
    /// Pixels of all frames together: a bound on the time that an animation takes.
    pub max_total_pixels: u64,
    /// Pixels of a side.
    pub max_side: u32,
    /// Estimated bytes of memory that decoding takes, beside the file itself.
    pub max_memory: u64,
    /// Frames of an animation, pages of a document.
    pub max_frames: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 512 << 20,
            max_pixels: 200_000_000,
            max_total_pixels: 4_000_000_000,
            max_side: 65_535,
            max_memory: 1 << 30,
            max_frames: 1_000,
        }
    }
}

/// Why a file could not be judged, as a code that programs can count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReasonCode {
    /// A known format, but damaged.
    Undecodable,
    /// Over one of the [`Limits`].
    OverLimit,
    /// Too little structure for a perceptual hash to mean anything.
    LowQuality,
    /// Not a format, or not a kind of file, that is examined.
    Unsupported,
    /// The operating system did not give its bytes.
    Unreadable,
}

impl ReasonCode {
    /// The name used in findings and summaries.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Undecodable => "undecodable",
            Self::OverLimit => "over_limit",
            Self::LowQuality => "low_quality",
            Self::Unsupported => "unsupported",
            Self::Unreadable => "unreadable",
        }
    }
}

/// Why a file, or a part of it, could not be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("{}: {detail}", code.name())]
pub struct Reason {
    /// The kind.
    pub code: ReasonCode,
    /// The particulars, for a person.
    pub detail: String,
}

impl Reason {
    pub(crate) fn undecodable(detail: impl Into<String>) -> Self {
        Self::new(ReasonCode::Undecodable, detail)
    }

    pub(crate) fn over_limit(detail: impl Into<String>) -> Self {
        Self::new(ReasonCode::OverLimit, detail)
    }

    pub(crate) fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(ReasonCode::Unsupported, detail)
    }

    fn new(code: ReasonCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// How transparency was turned into colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rendering {
    /// Alpha ignored: the colours as stored.
    #[default]
    Stored,
    /// Laid over white.
    OverWhite,
    /// Laid over black.
    OverBlack,
}

/// One frame of a picture, ready to be hashed.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Its number, from 0; the renderings of a frame share it, a frame that is lost keeps it.
    pub number: u32,
    /// How its transparency was treated.
    pub rendering: Rendering,
    /// Its pixels.
    pub pixels: Pixels<'a>,
}

/// What a file turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The format, by content.
    pub format: Format,
    /// Pixels a row, of the whole canvas, as stored.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Frames given to the sink, however many their renderings.
    pub frames: u32,
    /// Why not all of the file was decoded, if so. Frames before that were given to the sink.
    pub problem: Option<Reason>,
}

/// Decodes one file after the other; keeps its buffers, up to a size, for the next.
///
/// ```
/// use std::ops::ControlFlow;
/// use tutela::media::{Decoder, Limits, ReasonCode};
///
/// let mut decoder = Decoder::new();
/// let result = decoder.decode(b"no picture", &Limits::default(), &mut |_| ControlFlow::Break(()));
/// assert_eq!(result.unwrap_err().code, ReasonCode::Unsupported);
/// ```
#[derive(Debug, Default)]
pub struct Decoder {
    work: Work,
    /// A frame without its alpha.
    flat: Vec<u8>,
}

/// What the decoders of single formats put into.
#[derive(Debug, Default)]
struct Work {
    /// A frame's samples, as they are stored.
    samples: Vec<u8>,
    canvas: Canvas,
}

/// Bytes of a buffer that is kept: what one large picture took is given back.
const KEPT: usize = 16 << 20;

/// Decodes a file and hands each of its frames to `sink`, which may stop it.
///
/// The renderings of a frame come one after the other, [`Rendering::Stored`] first.
///
/// # Errors
/// A [`Reason`] if the format or the size of the picture cannot even be told, or if the file is
/// larger than [`Limits::max_bytes`]. All else is [`Decoded::problem`].
///
/// ```
/// use std::ops::ControlFlow;
/// use tutela::media::{Format, Limits, decode};
///
/// let gif = b"GIF89a\x01\0\x01\0\x80\0\0\xFF\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
/// let mut colours = Vec::new();
/// let decoded = decode(gif, &Limits::default(), &mut |frame| {
///     colours.push(frame.pixels.data().to_vec());
///     ControlFlow::Continue(())
/// });
/// let decoded = decoded.unwrap();
/// assert_eq!((decoded.format, decoded.frames, decoded.problem), (Format::Gif, 1, None));
/// assert_eq!(colours, [[255, 0, 0]]);
/// ```
pub fn decode(
    bytes: &[u8],
    limits: &Limits,
    sink: &mut dyn FnMut(Frame<'_>) -> ControlFlow<()>,
) -> Result<Decoded, Reason> {
    Decoder::new().decode(bytes, limits, sink)
}

impl Decoder {
    /// A decoder with empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// As [`decode`] does.
    ///
    /// # Errors
    /// Those of [`decode`].
    pub fn decode(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        sink: &mut dyn FnMut(Frame<'_>) -> ControlFlow<()>,
    ) -> Result<Decoded, Reason> {
        let decoded = self.frames(bytes, limits, sink);
        for buffer in [&mut self.work.samples, &mut self.flat] {
            if buffer.capacity() > KEPT {
                *buffer = Vec::new();
            }
        }
        self.work.canvas.give_back(KEPT);
        decoded
    }

    fn frames(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        sink: &mut dyn FnMut(Frame<'_>) -> ControlFlow<()>,
    ) -> Result<Decoded, Reason> {
        let format = sniff(bytes)?;
        let length = bytes.len() as u64;
        if length > limits.max_bytes {
            let (length, limit) = (thousands(length), thousands(limits.max_bytes));
            return Err(Reason::over_limit(format!("{length} bytes, over the limit of {limit}")));
        }
        let work = &mut self.work;
        let mut out = Output::new(limits, sink, &mut self.flat);
        let end = match format {
            Format::Jpeg => jpeg::decode(bytes, &mut out),
            Format::Png => png::decode(bytes, work, &mut out),
            Format::Gif => gif::decode(bytes, work, &mut out),
            Format::WebP => webp::decode(bytes, work, &mut out),
            Format::Bmp => bmp::decode(bytes, work, &mut out),
            Format::Tiff => tiff::decode(bytes, &mut out),
        };
        let mut problem = out.problem.take();
        match end {
            // damage found on the way says more than where the decoder then gave up; a limit does not
            Err(End::Failed(reason)) if reason.code == ReasonCode::OverLimit => {
                problem = Some(reason)
            }
            Err(End::Failed(reason)) => problem = problem.or(Some(reason)),
            Ok(()) if out.frames == 0 && problem.is_none() => {
                problem = Some(Reason::undecodable("there is no picture in it"));
            }
            Ok(()) | Err(End::Stopped) => {}
        }
        let frames = out.frames;
        match (out.size, problem) {
            (Some((width, height)), problem) => {
                Ok(Decoded { format, width, height, frames, problem })
            }
            (None, problem) => {
                Err(problem.unwrap_or_else(|| Reason::undecodable("there is no picture in it")))
            }
        }
    }
}

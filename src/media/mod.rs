//! Bytes to pixels, within limits.

use std::ops::ControlFlow;

use crate::hash::Pixels;

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
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a file that is decoded (larger ones still get their digests).
    pub max_bytes: u64,
    /// Pixels of a frame.
    pub max_pixels: u64,
    /// Pixels of a side.
    pub max_side: u32,
    /// Estimated bytes of memory that decoding takes.
    pub max_memory: u64,
    /// Frames of an animation, pages of a document.
    pub max_frames: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 512 << 20,
            max_pixels: 200_000_000,
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
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Reason {
    /// The kind.
    pub code: ReasonCode,
    /// The particulars, for a person.
    pub detail: String,
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
    /// Its number, from 0.
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
    /// Frames given to the sink.
    pub frames: u32,
    /// Why not all of the file was decoded, if so. Frames before that were given to the sink.
    pub problem: Option<Reason>,
}

/// Tells the format by the first bytes; an error says what the file looks like instead.
pub fn sniff(head: &[u8]) -> Result<Format, Reason> {
    unimplemented!("{head:?}")
}

/// Decodes a file and hands each of its frames to `sink`, which may stop it.
///
/// # Errors
/// A [`Reason`] if the format or the size of the picture cannot even be told.
pub fn decode(
    bytes: &[u8],
    limits: &Limits,
    sink: &mut dyn FnMut(Frame<'_>) -> ControlFlow<()>,
) -> Result<Decoded, Reason> {
    let _ = (bytes, limits, sink);
    unimplemented!()
}

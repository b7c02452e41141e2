//! Why a JPEG file does not take the fast path.

/// Why [`CoarseDecoder`](super::super::CoarseDecoder) leaves a file to [`decode`](super::super::decode).
///
/// None of them is a verdict: the full decoder may still make a picture of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Declined {
    /// The first bytes are not those of a JPEG file.
    NotJpeg,
    /// So few pixels that the low frequencies of its fields do not tell the picture.
    Small,
    /// Progressive, and its first scan is not the upper bits of all brightness.
    Progressive,
    /// Neither grey nor YCbCr.
    Colours,
    /// Arithmetic coding, lossless, hierarchical, more than 8 bits a sample, or a height that
    /// is only told after the first scan.
    Coding,
    /// The brightness is sampled less often than another component, or the blocks of a unit are
    /// more than ITU-T T.81 allows.
    Sampling,
    /// Baseline in several scans.
    Scans,
    /// Its markers, up to the first scan, are not as ITU-T T.81 says.
    Markers,
    /// Its data, or what follows them, are not what the picture needs: some are missing, wrong or too
    /// many.
    Damaged,
    /// Over one of the [`Limits`](super::super::Limits).
    Limit,
}

impl Declined {
    /// The name used in summaries.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotJpeg => "not_jpeg",
            Self::Small => "small",
            Self::Progressive => "progressive",
            Self::Colours => "colours",
            Self::Coding => "coding",
            Self::Sampling => "sampling",
            Self::Scans => "scans",
            Self::Markers => "markers",
            Self::Damaged => "damaged",
            Self::Limit => "limit",
        }
    }
}

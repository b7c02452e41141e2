//! How exactly pictures are hashed.

/// How exactly a picture is hashed: three ways of different cost to one verdict.
///
/// ```
/// use tutela::scan::{Accuracy, Scan};
///
/// let mut scan = Scan::default();
/// assert_eq!(scan.accuracy, Accuracy::Screen);
/// scan.accuracy = Accuracy::Reference; // each file as exactly as a match
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Accuracy {
    /// From the lowest frequencies of a JPEG file alone. Bits that these do not settle are searched
    /// both ways, and whatever may be near an entry is hashed again as [`Accuracy::Reference`].
    #[default]
    Screen,
    /// From the brightness of the very pixels that the reference implementation samples. This
    /// decides every match of a JPEG file.
    Reference,
    /// From all pixels in colour, in the reference's order of sums: its hash bit for bit, if the
    /// decoder gives the same pixels.
    Full,
}

impl Accuracy {
    /// The name used in findings and options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Reference => "reference",
            Self::Full => "full",
        }
    }
}

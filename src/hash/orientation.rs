//! The eight ways in which a picture can be turned and mirrored.

/// One of the eight symmetries of the square, named as the reference implementation names them.
///
/// It says what was done to the examined picture before its hash was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Orientation {
    /// As it is stored.
    #[default]
    Original,
    /// Turned by 90 degrees.
    Rotate90,
    /// Turned by 180 degrees.
    Rotate180,
    /// Turned by 270 degrees.
    Rotate270,
    /// Mirrored top to bottom (about the horizontal axis).
    FlipX,
    /// Mirrored left to right (about the vertical axis).
    FlipY,
    /// Mirrored about the main diagonal.
    FlipPlus1,
    /// Mirrored about the other diagonal.
    FlipMinus1,
}

impl Orientation {
    /// All eight, the original first, in the reference's order.
    pub const ALL: [Self; 8] = [
        Self::Original,
        Self::Rotate90,
        Self::Rotate180,
        Self::Rotate270,
        Self::FlipX,
        Self::FlipY,
        Self::FlipPlus1,
        Self::FlipMinus1,
    ];

    /// The name, as findings have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Rotate90 => "rotate90",
            Self::Rotate180 => "rotate180",
            Self::Rotate270 => "rotate270",
            Self::FlipX => "flipx",
            Self::FlipY => "flipy",
            Self::FlipPlus1 => "flipplus1",
            Self::FlipMinus1 => "flipminus1",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_findings() {
        for orientation in Orientation::ALL {
            let json = serde_json::to_string(&orientation).unwrap();
            assert_eq!(json, format!("\"{}\"", orientation.name()));
        }
    }
}

//! A borrowed picture by its low frequencies: what a JPEG file holds, without its pixels.

/// The side of a field, in pixels.
const FIELD: usize = 8;

/// The brightness of a picture by the lowest frequencies of each of its fields of 8 x 8 pixels.
///
/// The fields' `kept x kept` coefficients lie in one plane: the one of frequency `(u, v)`, across
/// and down, of the field in column `x` and row `y` is at
/// `(y * kept + v) * columns + x * kept + u`. They are the dequantised coefficients of ITU-T T.81,
/// A.3.3: the first one is eight times the field's mean brightness less 128.
#[derive(Clone, Copy, Debug)]
pub struct Coarse<'a> {
    width: usize,
    height: usize,
    kept: usize,
    data: &'a [f32],
}

impl<'a> Coarse<'a> {
    /// A picture of `width x height` pixels. `None` if `kept` is not 1, 2, 4 or 8, or if `data` is
    /// not exactly the coefficients of all fields, those that the right and the lower edge cut
    /// included.
    pub fn new(width: usize, height: usize, kept: usize, data: &'a [f32]) -> Option<Self> {
        let coarse = Self { width, height, kept, data };
        let length = coarse.columns().checked_mul(coarse.rows())?;
        ([1, 2, 4, 8].contains(&kept) && data.len() == length).then_some(coarse)
    }

    /// Pixels a row of the picture.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows of pixels of the picture.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Coefficients kept along each axis of a field.
    pub fn kept(&self) -> usize {
        self.kept
    }

    /// Coefficients a row.
    pub fn columns(&self) -> usize {
        self.width.div_ceil(FIELD) * self.kept
    }

    /// Rows of coefficients.
    pub fn rows(&self) -> usize {
        self.height.div_ceil(FIELD) * self.kept
    }

    /// The coefficients.
    pub fn data(&self) -> &'a [f32] {
        self.data
    }
}

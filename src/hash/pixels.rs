//! A borrowed picture: eight bits a sample, grey or red-green-blue.

/// A picture in memory, rows from the top, no padding between them.
#[derive(Clone, Copy, Debug)]
pub struct Pixels<'a> {
    width: usize,
    height: usize,
    channels: usize,
    data: &'a [u8],
}

impl<'a> Pixels<'a> {
    /// One byte a pixel. `None` if `data` is not exactly `width * height` bytes.
    pub fn grey(width: usize, height: usize, data: &'a [u8]) -> Option<Self> {
        Self::new(width, height, 1, data)
    }

    /// Three bytes a pixel: red, green, blue. `None` if `data` is not `3 * width * height` bytes.
    pub fn rgb(width: usize, height: usize, data: &'a [u8]) -> Option<Self> {
        Self::new(width, height, 3, data)
    }

    fn new(width: usize, height: usize, channels: usize, data: &'a [u8]) -> Option<Self> {
        let expected = width.checked_mul(height)?.checked_mul(channels)?;
        (data.len() == expected).then_some(Self { width, height, channels, data })
    }

    /// Pixels a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// 1 for grey, 3 for red-green-blue.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The samples.
    pub fn data(&self) -> &'a [u8] {
        self.data
    }
}

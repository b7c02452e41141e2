//! Brightness of a picture's pixels, row by row, sampled first where asked.

use super::{Pixels, Prescale};

/// The side to which [`Prescale::Tool`] samples, and above which it does.
pub(super) const SAMPLED_SIDE: usize = 512;

/// How a picture is mirrored before anything else is done to it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mirror {
    /// Left to right.
    pub(super) across: bool,
    /// Top to bottom.
    pub(super) down: bool,
}

/// The rows of brightness of a picture, each computed when it is asked for.
#[derive(Clone, Copy)]
pub(super) struct Luma<'a> {
    pixels: Pixels<'a>,
    sampled: bool,
    mirror: Mirror,
}

impl<'a> Luma<'a> {
    pub(super) fn new(pixels: Pixels<'a>, prescale: Prescale, mirror: Mirror) -> Self {
        let (width, height) = (pixels.width(), pixels.height());
        Self { pixels, sampled: prescale.samples(width, height), mirror }
    }

    /// Pixels a row, after sampling.
    pub(super) fn width(&self) -> usize {
        if self.sampled { SAMPLED_SIDE } else { self.pixels.width() }
    }

    /// Rows, after sampling.
    pub(super) fn height(&self) -> usize {
        if self.sampled { SAMPLED_SIDE } else { self.pixels.height() }
    }

    /// Fills `line`, `width` long, with row `y`.
    pub(super) fn row(&self, y: usize, line: &mut [f32]) {
        if self.pixels.channels() == 1 {
            self.fill::<1>(y, line, |[grey]| f32::from(grey));
        } else {
            self.fill::<3>(y, line, brightness);
        }
    }

    fn fill<const CHANNELS: usize>(
        &self,
        y: usize,
        line: &mut [f32],
        value: impl Fn([u8; CHANNELS]) -> f32,
    ) {
        let (pixels, _) = self.pixels.data().as_chunks::<CHANNELS>();
        let (width, height) = (self.pixels.width(), self.pixels.height());
        let from_top = if self.sampled { nearest(y, height) } else { y };
        let y = if self.mirror.down { height - 1 - from_top } else { from_top };
        let row = &pixels[y * width..][..width];
        match (self.sampled, self.mirror.across) {
            (false, false) => {
                line.iter_mut().zip(row).for_each(|(sample, pixel)| *sample = value(*pixel));
            }
            (false, true) => {
                let row = row.iter().rev();
                line.iter_mut().zip(row).for_each(|(sample, pixel)| *sample = value(*pixel));
            }
            (true, mirrored) => {
                for (x, sample) in line.iter_mut().enumerate() {
                    let from_left = nearest(x, width);
                    *sample = value(row[if mirrored { width - 1 - from_left } else { from_left }]);
                }
            }
        }
    }
}

/// The weights of ITU-R BT.601, each step rounded to single precision, in the reference's order.
#[inline]
fn brightness([red, green, blue]: [u8; 3]) -> f32 {
    0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue)
}

/// The sample that stands at `index` of [`SAMPLED_SIDE`], out of `length`.
#[inline]
pub(super) fn nearest(index: usize, length: usize) -> usize {
    (index as u64 * length as u64 / SAMPLED_SIDE as u64) as usize
}

//! The samples of a TIFF page to colours.

use crate::media::samples;

/// What the samples of a page stand for.
pub(super) struct Colours {
    pub(super) kind: Kind,
    /// Samples a pixel.
    pub(super) samples: usize,
    /// How the sample after the colours is to be read.
    pub(super) alpha: Alpha,
}

pub(super) enum Kind {
    /// The largest value, and whether it is black.
    Grey {
        most: u8,
        inverted: bool,
    },
    /// Red-green-blue of each index.
    Palette(Vec<[u8; 3]>),
    Rgb,
    Cmyk,
    YCbCr,
    /// Whether the two colour axes are signed.
    Lab {
        signed: bool,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Alpha {
    None,
    Separate,
    /// The colours are multiplied by it.
    Associated,
}

impl Colours {
    /// Samples that the colours take, alpha not counted.
    fn coloured(&self) -> usize {
        match self.kind {
            Kind::Grey { .. } | Kind::Palette(_) => 1,
            Kind::Rgb | Kind::YCbCr | Kind::Lab { .. } => 3,
            Kind::Cmyk => 4,
        }
    }

    /// Channels that [`convert`](Self::convert) gives: see [`Output::frame`](super::Output::frame).
    pub(super) fn channels(&self) -> usize {
        let coloured = if matches!(self.kind, Kind::Grey { .. }) { 1 } else { 3 };
        coloured + usize::from(self.has_alpha())
    }

    fn has_alpha(&self) -> bool {
        self.alpha != Alpha::None && self.samples > self.coloured()
    }

    /// Whether the samples are the channels already.
    fn plain(&self) -> bool {
        let stored = matches!(self.kind, Kind::Rgb | Kind::Grey { most: 255, inverted: false });
        stored && self.samples == self.channels() && self.alpha != Alpha::Associated
    }

    /// Eight-bit samples, interleaved, to channels.
    pub(super) fn convert(&self, data: Vec<u8>) -> Vec<u8> {
        if self.plain() || self.samples < self.coloured() {
            return data;
        }
        let mut out = Vec::with_capacity(data.len() / self.samples * self.channels());
        for pixel in data.chunks_exact(self.samples) {
            let start = out.len();
            match (&self.kind, pixel) {
                (&Kind::Grey { most, inverted }, &[value, ..]) => {
                    // at most 255
                    let grey = (u16::from(value) * 255 / u16::from(most.max(1))).min(255);
                    let grey = u8::try_from(grey).unwrap_or(u8::MAX);
                    out.push(if inverted { 255 - grey } else { grey });
                }
                (Kind::Palette(colours), &[index, ..]) => {
                    out.extend(colours.get(usize::from(index)).copied().unwrap_or_default());
                }
                (Kind::Rgb, &[r, g, b, ..]) => out.extend([r, g, b]),
                (Kind::YCbCr, &[y, cb, cr, ..]) => out.extend(samples::ycbcr([y, cb, cr])),
                (Kind::Cmyk, &[c, m, y, k, ..]) => out.extend(samples::cmyk([c, m, y, k])),
                (&Kind::Lab { signed }, &[l, a, b, ..]) => {
                    let axis = |value: u8| {
                        f32::from(if signed { value } else { value ^ 0x80 }.cast_signed())
                    };
                    out.extend(samples::lab(f32::from(l) * 100.0 / 255.0, axis(a), axis(b)));
                }
                _ => {}
            }
            if let (true, Some(&alpha)) = (self.has_alpha(), pixel.get(self.coloured())) {
                if self.alpha == Alpha::Associated {
                    out.iter_mut().skip(start).for_each(|colour| *colour = divide(*colour, alpha));
                }
                out.push(alpha);
            }
        }
        out
    }
}

/// A colour that was multiplied by its alpha, as it was before.
fn divide(colour: u8, alpha: u8) -> u8 {
    match alpha {
        0 => colour,
        _ => {
            let (colour, alpha) = (u16::from(colour), u16::from(alpha));
            u8::try_from((colour * 255 + alpha / 2) / alpha).unwrap_or(u8::MAX)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(kind: Kind, samples: usize, alpha: Alpha, data: &[u8]) -> Vec<u8> {
        Colours { kind, samples, alpha }.convert(data.to_vec())
    }

    #[test]
    fn every_kind_of_sample_becomes_the_colour_it_stands_for() {
        let none = Alpha::None;
        let grey = |most, inverted| Kind::Grey { most, inverted };
        assert_eq!(convert(grey(1, false), 1, none, &[0, 1]), [0, 255]);
        assert_eq!(convert(grey(3, true), 1, none, &[0, 1, 3]), [255, 170, 0]);
        assert_eq!(convert(grey(255, false), 2, Alpha::Separate, &[7, 8]), [7, 8]);
        assert_eq!(convert(grey(255, false), 2, none, &[7, 8, 9, 1]), [7, 9]);
        let palette = Kind::Palette(vec![[1, 2, 3], [4, 5, 6]]);
        assert_eq!(convert(palette, 1, none, &[1, 0, 9]), [4, 5, 6, 1, 2, 3, 0, 0, 0]);
        assert_eq!(convert(Kind::Cmyk, 5, none, &[0, 255, 255, 0, 9]), [255, 0, 0]);
        assert_eq!(convert(Kind::YCbCr, 3, none, &[76, 85, 255]), [254, 0, 0]);
        assert_eq!(convert(Kind::Lab { signed: true }, 3, none, &[255, 0, 0]), [255; 3]);
        assert_eq!(convert(Kind::Lab { signed: false }, 3, none, &[255, 128, 128]), [255; 3]);
        let shared = Alpha::Associated;
        assert_eq!(convert(Kind::Rgb, 4, shared, &[64, 128, 0, 128]), [128, 255, 0, 128]);
        assert_eq!(convert(Kind::Rgb, 4, Alpha::Separate, &[1, 2, 3, 4]), [1, 2, 3, 4]);
    }
}

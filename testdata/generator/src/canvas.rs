//! A picture that is drawn in whole numbers, so that it is the same on every machine.

use crate::noise::Noise;

/// Red, green, blue.
pub(crate) type Colour = [u8; 3];

/// A picture of 8-bit colours, rows from the top.
#[derive(Clone, Debug)]
pub(crate) struct Canvas {
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) pixels: Vec<Colour>,
}

impl Canvas {
    pub(crate) fn new(width: i32, height: i32) -> Self {
        let pixels = vec![[0; 3]; (width * height) as usize];
        Self {
            width,
            height,
            pixels,
        }
    }

    /// The pixel at this place, which must be inside.
    pub(crate) fn at(&self, x: i32, y: i32) -> Colour {
        self.pixels[(y * self.width + x) as usize]
    }

    /// Gives each pixel of a rectangle the colour that `paint` makes from its place and old colour.
    pub(crate) fn paint(
        &mut self,
        (left, top): (i32, i32),
        (right, bottom): (i32, i32),
        mut paint: impl FnMut(i32, i32, Colour) -> Colour,
    ) {
        for y in top.max(0)..bottom.min(self.height) {
            for x in left.max(0)..right.min(self.width) {
                let pixel = &mut self.pixels[(y * self.width + x) as usize];
                *pixel = paint(x, y, *pixel);
            }
        }
    }

    /// Paints all of the picture.
    pub(crate) fn paint_all(&mut self, paint: impl FnMut(i32, i32, Colour) -> Colour) {
        self.paint((0, 0), (self.width, self.height), paint);
    }

    /// A filled ellipse, lit from the upper left by `shade` (0: flat, 256: a ball).
    pub(crate) fn ellipse(
        &mut self,
        (x0, y0): (i32, i32),
        (rx, ry): (i32, i32),
        colour: Colour,
        shade: i32,
    ) {
        self.paint((x0 - rx, y0 - ry), (x0 + rx, y0 + ry), |x, y, old| {
            // Thousandths of the radius.
            let (u, v) = ((x - x0) * 1000 / rx.max(1), (y - y0) * 1000 / ry.max(1));
            if u * u + v * v >= 1_000_000 {
                return old;
            }
            let light = 256 - shade * ((u + 450).pow(2) + (v + 450).pow(2)).isqrt() / 2000;
            scale(colour, light)
        });
    }

    /// A filled rectangle.
    pub(crate) fn rectangle(&mut self, from: (i32, i32), to: (i32, i32), colour: Colour) {
        self.paint(from, to, |_, _, _| colour);
    }

    /// Capital letters and digits of 3 x 5 blocks, each `size` pixels wide.
    pub(crate) fn text(&mut self, (x, y): (i32, i32), size: i32, text: &str, colour: Colour) {
        for (column, letter) in (0..).zip(text.bytes()) {
            let glyph = glyph(letter);
            for bit in (0..15).filter(|bit| glyph >> (14 - bit) & 1 == 1) {
                let left = x + (column * 4 + bit % 3) * size;
                let top = y + bit / 3 * size;
                self.rectangle((left, top), (left + size, top + size), colour);
            }
        }
    }

    /// Adds grain and uneven light, as a camera does.
    pub(crate) fn grain(&mut self, seed: u64) {
        let light = Noise::new(seed);
        self.paint_all(|x, y, old| {
            let by = light.layers(x, y, 200, 2) / 4 - 32 + light.point(x, y) % 7 - 3;
            old.map(|sample| (i32::from(sample) + by).clamp(0, 255) as u8)
        });
    }

    /// Reduced by a whole factor, each pixel the mean of a square.
    pub(crate) fn reduced(&self, factor: i32) -> Self {
        let mut small = Self::new(self.width / factor, self.height / factor);
        small.paint_all(|x, y, _| {
            let mut sum = [0_i32; 3];
            for dy in 0..factor {
                for dx in 0..factor {
                    let pixel = self.at(x * factor + dx, y * factor + dy);
                    for (sum, sample) in sum.iter_mut().zip(pixel) {
                        *sum += i32::from(sample);
                    }
                }
            }
            sum.map(|sum| (sum / (factor * factor)) as u8)
        });
        small
    }

    /// Turned by a quarter, clockwise.
    pub(crate) fn turned(&self) -> Self {
        let mut turned = Self::new(self.height, self.width);
        turned.paint_all(|x, y, _| self.at(y, self.height - 1 - x));
        turned
    }

    /// Left and right exchanged.
    pub(crate) fn mirrored(&self) -> Self {
        let mut mirrored = Self::new(self.width, self.height);
        mirrored.paint_all(|x, y, _| self.at(self.width - 1 - x, y));
        mirrored
    }

    /// The samples one after the other.
    pub(crate) fn samples(&self) -> Vec<u8> {
        self.pixels.concat()
    }

    /// One sample a pixel.
    pub(crate) fn greys(&self) -> Vec<u8> {
        self.pixels.iter().map(|&pixel| grey(pixel)).collect()
    }
}

/// The brightness of a colour.
pub(crate) fn grey(colour: Colour) -> u8 {
    let [red, green, blue] = colour.map(u32::from);
    ((red * 77 + green * 150 + blue * 29) >> 8) as u8
}

/// A colour times `light` / 256.
pub(crate) fn scale(colour: Colour, light: i32) -> Colour {
    colour.map(|sample| (i32::from(sample) * light / 256).clamp(0, 255) as u8)
}

/// The colour at `part` / `whole` of the way from one to another.
pub(crate) fn mix(from: Colour, to: Colour, part: i32, whole: i32) -> Colour {
    let part = part.clamp(0, whole);
    let mut colour = from;
    for (sample, end) in colour.iter_mut().zip(to) {
        let step = (i32::from(end) - i32::from(*sample)) * part / whole;
        *sample = (i32::from(*sample) + step) as u8;
    }
    colour
}

/// The blocks of a letter, row by row from the top, in 15 bits.
fn glyph(letter: u8) -> u16 {
    match letter {
        b'A' => 0b010_101_111_101_101,
        b'B' => 0b110_101_110_101_110,
        b'C' => 0b011_100_100_100_011,
        b'D' => 0b110_101_101_101_110,
        b'E' => 0b111_100_110_100_111,
        b'G' => 0b011_100_101_101_011,
        b'H' => 0b101_101_111_101_101,
        b'I' => 0b111_010_010_010_111,
        b'K' => 0b101_101_110_101_101,
        b'L' => 0b100_100_100_100_111,
        b'M' => 0b101_111_111_101_101,
        b'N' => 0b110_101_101_101_101,
        b'O' => 0b111_101_101_101_111,
        b'P' => 0b110_101_110_100_100,
        b'R' => 0b110_101_110_101_101,
        b'S' => 0b011_100_010_001_110,
        b'T' => 0b111_010_010_010_010,
        b'U' => 0b101_101_101_101_111,
        b'V' => 0b101_101_101_101_010,
        b'W' => 0b101_101_111_111_101,
        b'Y' => 0b101_101_010_010_010,
        b'0' => 0b111_101_101_101_111,
        b'2' => 0b110_001_010_100_111,
        b'5' => 0b111_100_110_001_110,
        b'7' => 0b111_001_010_010_010,
        _ => 0,
    }
}

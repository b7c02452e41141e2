//! The slow twin: bit by bit, and the transform by its definition (T.81, annexes F and A.3.3).
#![allow(clippy::cast_possible_truncation, reason = "a test may panic")]

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use super::super::header::{Header, Huffman};

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    bit: u32,
}

impl Reader<'_> {
    fn bit(&mut self) -> u32 {
        let bit = u32::from(self.bytes[self.at]) >> (7 - self.bit) & 1;
        self.bit += 1;
        if self.bit == 8 {
            self.at += if self.bytes[self.at] == 0xFF { 2 } else { 1 };
            self.bit = 0;
        }
        bit
    }

    fn restart(&mut self) {
        if self.bit > 0 {
            self.at += if self.bytes[self.at] == 0xFF { 2 } else { 1 };
            self.bit = 0;
        }
        assert!(self.bytes[self.at] == 0xFF && self.bytes[self.at + 1] & 0xF8 == 0xD0);
        self.at += 2;
    }

    fn symbol(&mut self, codes: &Huffman) -> u8 {
        let (mut code, mut first, mut index) = (0, 0, 0);
        for &count in &codes.counts {
            code = code << 1 | self.bit();
            let count = u32::from(count);
            if code < first + count {
                return codes.values()[(index + code - first) as usize];
            }
            index += count;
            first = (first + count) << 1;
        }
        panic!("no code");
    }

    fn value(&mut self, size: u8) -> i32 {
        let value = (0..size).fold(0, |value, _| value << 1 | self.bit().cast_signed());
        if size > 0 && value < 1 << (size - 1) { value - (1 << size) + 1 } else { value }
    }
}

/// The dequantised brightness of each block of a baseline picture, in rows of blocks.
pub(super) fn blocks(bytes: &[u8]) -> Vec<Vec<[f64; 64]>> {
    let header = Header::read(bytes).unwrap();
    let parts = header.scan.parts();
    let grey = parts.len() == 1;
    let factors: Vec<[usize; 2]> = header
        .components()
        .iter()
        .map(|part| if grey { [1, 1] } else { [part.across.into(), part.down.into()] })
        .collect();
    let [across, down] = factors[0];
    let columns = usize::from(header.width).div_ceil(8 * across);
    let rows = usize::from(header.height).div_ceil(8 * down);
    let mut blocks = vec![vec![[0.0; 64]; columns * across]; rows * down];
    let mut reader = Reader { bytes, at: header.data, bit: 0 };
    let mut levels = [0; 3];
    for unit in 0..columns * rows {
        if header.restart > 0 && unit > 0 && unit % usize::from(header.restart) == 0 {
            reader.restart();
            levels = [0; 3];
        }
        for (index, &part) in parts.iter().enumerate() {
            let [across, down] = factors[index];
            for block in 0..across * down {
                let mut values = [0; 64];
                let size = reader.symbol(header.dc(part));
                levels[index] += reader.value(size);
                values[0] = levels[index];
                let mut next = 1;
                while next < 64 {
                    let symbol = reader.symbol(header.ac(part));
                    match symbol {
                        0 => break,
                        0xF0 => next += 16,
                        _ => {
                            next += usize::from(symbol >> 4);
                            values[next] = reader.value(symbol & 15);
                            next += 1;
                        }
                    }
                }
                if index == 0 {
                    let (x, y) = (unit % columns * across, unit / columns * down);
                    let (x, y) = (x + block % across, y + block / across);
                    for (at, place) in order().enumerate() {
                        let quantiser = f64::from(header.quantiser()[at]);
                        blocks[y][x][place] = f64::from(values[at]) * quantiser;
                    }
                }
            }
        }
    }
    blocks
}

/// Places along the diagonals, turning at each end (T.81, figure 5).
fn order() -> impl Iterator<Item = usize> {
    let mut places: Vec<(usize, usize)> = (0..64).map(|place| (place / 8, place % 8)).collect();
    places.sort_by_key(|&(down, across)| {
        (down + across, if (down + across) % 2 == 0 { across } else { down })
    });
    places.into_iter().map(|(down, across)| 8 * down + across)
}

/// Every pixel of a baseline picture.
pub(super) fn pixels(bytes: &[u8]) -> (usize, usize, Vec<u8>) {
    let header = Header::read(bytes).unwrap();
    let (width, height) = (usize::from(header.width), usize::from(header.height));
    let blocks = blocks(bytes);
    let basis = |at: usize, of: usize| {
        let scale = if of == 0 { FRAC_1_SQRT_2 / 2.0 } else { 0.5 };
        scale * ((2 * at + 1) as f64 * of as f64 * PI / 16.0).cos()
    };
    let basis: [[f64; 8]; 8] = std::array::from_fn(|at| std::array::from_fn(|of| basis(at, of)));
    let mut pixels = vec![0; width * height];
    for (at, pixel) in pixels.iter_mut().enumerate() {
        let (x, y) = (at % width, at / width);
        let block = &blocks[y / 8][x / 8];
        let sum: f64 =
            (0..64).map(|of| block[of] * basis[y % 8][of / 8] * basis[x % 8][of % 8]).sum();
        #[expect(clippy::cast_possible_truncation, reason = "it is clamped")]
        let rounded = (sum + 128.0 + 1e-6).round().clamp(0.0, 255.0) as u8;
        *pixel = rounded;
    }
    (width, height, pixels)
}

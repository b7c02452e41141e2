//! Pictures that are as uneven as photographs, the same on every machine.

use image::imageops::{FilterType, resize};
use image::{Rgb, RgbImage};

use crate::support::mix;

/// Numbers drawn from a seed.
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// A number of 0 to `end` - 1.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(1);
        (mix(self.0) >> 32) as u32 % end
    }

    /// A number of `least` to `most`.
    pub(super) fn between(&mut self, least: u32, most: u32) -> u32 {
        least + self.below(most - least + 1)
    }

    /// So many hundredths of a length, drawn between two.
    pub(super) fn part(&mut self, length: u32, least: u32, most: u32) -> u32 {
        length * self.between(100 * least, 100 * most) / 10_000
    }

    pub(super) fn coin(&mut self) -> bool {
        self.below(2) == 1
    }

    pub(super) fn colour(&mut self) -> Rgb<u8> {
        Rgb([0; 3].map(|_| self.below(256) as u8))
    }

    pub(super) fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u32) as usize]
    }
}

/// Soft light, shapes before it, texture and grain.
pub(super) fn photograph(seed: u64, width: u32, height: u32) -> RgbImage {
    let draw = &mut Draw::new(seed);
    let mut picture = blots(draw, 5, 4, width, height);
    for (across, weight) in [(13, 3), (37, 2)] {
        let layer = blots(draw, across, across * 3 / 4, width, height);
        for (pixel, other) in picture.pixels_mut().zip(layer.pixels()) {
            for (value, other) in pixel.0.iter_mut().zip(other.0) {
                let (value_, other) = (u32::from(*value), u32::from(other));
                *value = ((value_ * (6 - weight) + other * weight) / 6) as u8;
            }
        }
    }
    for _ in 0..draw.between(5, 11) {
        shape(draw, &mut picture);
    }
    for pixel in picture.pixels_mut() {
        let grain = draw.below(9) as i16 - 4;
        pixel.0 = pixel.0.map(|value| (i16::from(value) + grain).clamp(0, 255) as u8);
    }
    picture
}

fn blots(draw: &mut Draw, across: u32, down: u32, width: u32, height: u32) -> RgbImage {
    let small = RgbImage::from_fn(across, down, |_, _| draw.colour());
    resize(&small, width, height, FilterType::CatmullRom)
}

/// An ellipse or a rectangle, lit from one side, which lets some of what is behind it through.
fn shape(draw: &mut Draw, picture: &mut RgbImage) {
    let (width, height) = picture.dimensions();
    let (across, down) = (draw.part(width, 5, 30) + 1, draw.part(height, 5, 30) + 1);
    let (left, top) = (draw.below(width), draw.below(height));
    let (colour, round) = (draw.colour(), draw.coin());
    for y in top..(top + down).min(height) {
        for x in left..(left + across).min(width) {
            let (u, v) = ((x - left) as f32 / across as f32, (y - top) as f32 / down as f32);
            if round && (u - 0.5).powi(2) + (v - 0.5).powi(2) > 0.25 {
                continue;
            }
            let light = 1.1 - 0.5 * u - 0.3 * v;
            let pixel = picture.get_pixel_mut(x, y);
            for (value, ink) in pixel.0.iter_mut().zip(colour.0) {
                *value = (f32::from(ink) * light * 0.8 + f32::from(*value) * 0.2).min(255.0) as u8;
            }
        }
    }
}

//! The sheet of a picture of which only the low frequencies are known.

use std::f32::consts::FRAC_1_SQRT_2;

use super::Sheet;
use super::ground::byte;
use crate::hash::Coarse;

/// The most frequencies of a field along an axis.
const MOST: usize = 8;

/// By position and frequency: the mean of the cosine over an equal part of a field.
type Means = [[f32; MOST]; MOST];

impl Sheet {
    /// Takes the brightness of a picture by its low frequencies: for each that is kept of a field, the mean
    /// of a part of the field.
    pub fn fill_coarse(&mut self, picture: Coarse<'_>) {
        self.ground.forget();
        let kept = picture.kept();
        let means = means(kept);
        let side = |pixels: usize| (pixels * kept).div_ceil(MOST);
        (self.width, self.height) = (side(picture.width()), side(picture.height()));
        self.scale = [
            picture.width() as f64 / self.width as f64,
            picture.height() as f64 / self.height as f64,
        ];
        self.grey.clear();
        self.grey.resize(self.width * self.height, 0);
        let columns = picture.columns();
        // the fields of a row of fields, transformed down
        self.line.resize(columns * kept, 0.0);
        let rows = picture.data().chunks_exact(columns * kept);
        for (field_row, lines) in rows.zip(self.grey.chunks_mut(self.width * kept)) {
            for (at, line) in self.line.chunks_exact_mut(columns).enumerate() {
                line.fill(0.0);
                for (values, weight) in field_row.chunks_exact(columns).zip(means[at]) {
                    for (sum, value) in line.iter_mut().zip(values) {
                        *sum += weight * value;
                    }
                }
            }
            for (line, values) in
                lines.chunks_exact_mut(self.width).zip(self.line.chunks_exact(columns))
            {
                across(values, kept, &means, line);
            }
        }
    }
}

/// Transforms a line of coefficients across, and makes pixels of it.
fn across(values: &[f32], kept: usize, means: &Means, line: &mut [u8]) {
    let pixel = |sum: f32| byte(sum + 128.0);
    match kept {
        1 => {
            line.iter_mut().zip(values).for_each(|(slot, value)| *slot = pixel(means[0][0] * value))
        }
        2 => {
            let (pixels, last) = line.as_chunks_mut();
            let mut fields = values.as_chunks::<2>().0.iter();
            let two = |values: &[f32; 2]| {
                let (even, odd) = (means[0][0] * values[0], means[0][1] * values[1]);
                [pixel(even + odd), pixel(even - odd)]
            };
            pixels.iter_mut().zip(&mut fields).for_each(|(pixels, field)| *pixels = two(field));
            last.iter_mut().zip(fields).for_each(|(pixel, field)| *pixel = two(field)[0]);
        }
        _ => values.chunks_exact(kept).zip(line.chunks_mut(kept)).for_each(|(values, pixels)| {
            for (slot, weights) in pixels.iter_mut().zip(means) {
                let terms = values.iter().zip(weights).map(|(value, weight)| value * weight);
                *slot = pixel(terms.sum());
            }
        }),
    }
}

fn means(kept: usize) -> Means {
    let mut means = [[0.0; MOST]; MOST];
    let part = MOST / kept;
    for (at, row) in means.iter_mut().enumerate().take(kept) {
        for (frequency, mean) in row.iter_mut().enumerate().take(kept) {
            let scale = if frequency == 0 { FRAC_1_SQRT_2 } else { 1.0 };
            let cosine = |pixel: usize| {
                let angle = ((2 * pixel + 1) * frequency) as f32 * std::f32::consts::PI / 16.0;
                scale / 2.0 * angle.cos()
            };
            *mean = (at * part..(at + 1) * part).map(cosine).sum::<f32>() / part as f32;
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pixels of a field by T.81, A.3.3.
    fn pixel(coefficients: &[[f32; 8]; 8], x: usize, y: usize) -> f32 {
        let mut sum = 128.0;
        for (v, row) in coefficients.iter().enumerate() {
            for (u, value) in row.iter().enumerate() {
                let term = |frequency: usize, at: usize| {
                    let scale = if frequency == 0 { FRAC_1_SQRT_2 } else { 1.0 };
                    scale * ((2 * at + 1) as f32 * frequency as f32 * 0.196_349_54).cos() / 2.0
                };
                sum += value * term(u, x) * term(v, y);
            }
        }
        sum
    }

    #[test]
    fn each_pixel_is_the_mean_of_what_the_kept_frequencies_make_of_it() {
        let (width, height) = (37, 21);
        for kept in [1, 2, 4, 8] {
            let (columns, rows) = (5 * kept, 3 * kept);
            let data: Vec<f32> = (0..columns * rows)
                .map(|at| ((at * at * 31 + at * 7) % 401) as f32 - 200.0)
                .collect();
            let mut sheet = Sheet::default();
            sheet.fill_coarse(Coarse::new(width, height, kept, &data).unwrap());
            let grey = sheet.grey();
            assert_eq!(grey.width(), (width * kept).div_ceil(8));
            assert_eq!(grey.height(), (height * kept).div_ceil(8));
            assert_eq!(sheet.scale()[0], width as f64 / grey.width() as f64);
            let part = 8 / kept;
            for y in 0..grey.height() {
                for x in 0..grey.width() {
                    let mut field = [[0.0; 8]; 8];
                    for (v, row) in field.iter_mut().enumerate().take(kept) {
                        for (u, value) in row.iter_mut().enumerate().take(kept) {
                            *value = data[(y / kept * kept + v) * columns + x / kept * kept + u];
                        }
                    }
                    let mut mean = 0.0;
                    for down in 0..part {
                        for right in 0..part {
                            let (at_x, at_y) = (x % kept * part + right, y % kept * part + down);
                            mean += pixel(&field, at_x, at_y) / (part * part) as f32;
                        }
                    }
                    let found = f32::from(grey.data()[y * grey.width() + x]);
                    assert!((found - mean.clamp(0.0, 255.0)).abs() <= 0.51, "{kept}: {x}, {y}");
                }
            }
        }
    }
}

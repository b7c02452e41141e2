//! PDQ once more, slowly, straight from its definition: what the fast way must equal.

use super::{Hash256, Pixels, Prescale};

/// Whole pictures of single precision, row by row.
type Picture = Vec<Vec<f32>>;

/// The eight hashes in the order of [`super::Orientation::ALL`], and the quality.
pub(super) fn pdq(pixels: Pixels<'_>, prescale: Prescale) -> ([Hash256; 8], u8) {
    let luma = luma(pixels, prescale);
    let (height, width) = (luma.len(), luma.first().map_or(0, Vec::len));
    if width < 5 || height < 5 {
        return ([Hash256::default(); 8], 0);
    }
    let mut small = luma;
    if (width, height) != (64, 64) {
        for _ in 0..2 {
            small = small.iter().map(|row| box_filter(row)).collect();
            small = transpose(&small);
            small = small.iter().map(|column| box_filter(column)).collect();
            small = transpose(&small);
        }
        let middle =
            |field: usize, length: usize| ((field as f64 + 0.5) * length as f64 / 64.0) as usize;
        small = (0..64)
            .map(|i| {
                (0..64)
                    .map(|j| small[middle(i, height)][middle(j, width)])
                    .collect()
            })
            .collect();
    }
    let spectrum = spectrum(&small);
    let signed = |rows: f32, columns: f32| -> Picture {
        let sign = |index: usize, even: f32| if index.is_multiple_of(2) { even } else { 1.0 };
        (0..16)
            .map(|i| {
                (0..16)
                    .map(|j| spectrum[i][j] * sign(i, rows) * sign(j, columns))
                    .collect()
            })
            .collect()
    };
    let hashes = [
        signed(1.0, 1.0),
        transpose(&signed(1.0, -1.0)),
        signed(-1.0, -1.0),
        transpose(&signed(-1.0, 1.0)),
        signed(-1.0, 1.0),
        signed(1.0, -1.0),
        transpose(&signed(1.0, 1.0)),
        transpose(&signed(-1.0, -1.0)),
    ];
    (hashes.map(|spectrum| bits(&spectrum)), quality(&small))
}

fn luma(pixels: Pixels<'_>, prescale: Prescale) -> Picture {
    let (width, height, channels) = (pixels.width(), pixels.height(), pixels.channels());
    let value = |x: usize, y: usize| {
        let pixel = &pixels.data()[(y * width + x) * channels..][..channels];
        match *pixel {
            [red, green, blue] => {
                let red = 0.299_f32 * f32::from(red);
                let green = 0.587_f32 * f32::from(green);
                let blue = 0.114_f32 * f32::from(blue);
                (red + green) + blue
            }
            _ => f32::from(pixel[0]),
        }
    };
    let rows = |xs: &[usize], ys: &[usize]| -> Picture {
        ys.iter()
            .map(|&y| xs.iter().map(|&x| value(x, y)).collect())
            .collect()
    };
    if prescale == Prescale::Tool && width.max(height) > 512 && width.min(height) > 0 {
        let sampled = |length: usize| (0..512).map(|i| i * length / 512).collect::<Vec<_>>();
        rows(&sampled(width), &sampled(height))
    } else {
        rows(
            &(0..width).collect::<Vec<_>>(),
            &(0..height).collect::<Vec<_>>(),
        )
    }
}

/// The reference's four phases: fill, grow, slide, shrink.
fn box_filter(line: &[f32]) -> Vec<f32> {
    let window = line.len().div_ceil(128);
    let half = (window + 2) / 2;
    let (mut sum, mut count) = (0.0, 0);
    let (mut entering, mut leaving) = (line.iter(), line.iter());
    let mut means = Vec::new();
    for _ in 0..half - 1 {
        sum += entering.next().unwrap();
        count += 1;
    }
    for _ in 0..window - half + 1 {
        sum += entering.next().unwrap();
        count += 1;
        means.push(sum / count as f32);
    }
    for _ in 0..line.len() - window {
        sum += entering.next().unwrap();
        sum -= leaving.next().unwrap();
        means.push(sum / count as f32);
    }
    for _ in 0..half - 1 {
        sum -= leaving.next().unwrap();
        count -= 1;
        means.push(sum / count as f32);
    }
    assert_eq!(means.len(), line.len());
    means
}

fn transpose(picture: &Picture) -> Picture {
    (0..picture[0].len())
        .map(|column| picture.iter().map(|row| row[column]).collect())
        .collect()
}

fn spectrum(small: &Picture) -> Picture {
    let scale = (2.0_f64 / 64.0).sqrt() as f32;
    let cosine = |frequency: usize, position: usize| {
        let angle =
            std::f64::consts::PI / 2.0 / 64.0 * (frequency + 1) as f64 * (2 * position + 1) as f64;
        (f64::from(scale) * angle.cos()) as f32
    };
    let mut spectrum = vec![vec![0.0; 16]; 16];
    for (i, row) in spectrum.iter_mut().enumerate() {
        let line: Vec<f32> = (0..64)
            .map(|j| (0..64).fold(0.0, |sum, k| sum + cosine(i, k) * small[k][j]))
            .collect();
        for (j, value) in row.iter_mut().enumerate() {
            *value = (0..64).fold(0.0, |sum, k| sum + line[k] * cosine(j, k));
        }
    }
    spectrum
}

fn bits(spectrum: &Picture) -> Hash256 {
    let median = torben(&spectrum.concat());
    let mut bytes = [0; 32];
    for (bit, value) in spectrum.concat().into_iter().enumerate() {
        if value > median {
            bytes[31 - bit / 8] |= 1 << (bit % 8);
        }
    }
    Hash256::from_bytes(bytes)
}

/// Torben's median: narrows an interval of values until at most half are on either side of a guess.
pub(super) fn torben(values: &[f32]) -> f32 {
    let half = values.len().div_ceil(2);
    let mut low = values.iter().copied().fold(f32::INFINITY, f32::min);
    let mut high = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    loop {
        let guess = (low + high) / 2.0;
        let below: Vec<f32> = values
            .iter()
            .copied()
            .filter(|value| *value < guess)
            .collect();
        let above: Vec<f32> = values
            .iter()
            .copied()
            .filter(|value| *value > guess)
            .collect();
        let greatest_below = below.iter().copied().fold(low, f32::max);
        let least_above = above.iter().copied().fold(high, f32::min);
        if below.len() <= half && above.len() <= half {
            return if below.len() >= half {
                greatest_below
            } else if values.len() - above.len() >= half {
                guess
            } else {
                least_above
            };
        }
        if below.len() > above.len() {
            high = greatest_below;
        } else {
            low = least_above;
        }
    }
}

fn quality(small: &Picture) -> u8 {
    let mut sum = 0;
    for i in 0..64 {
        for j in 0..64 {
            let mut step = |to: f32| sum += (((small[i][j] - to) * 100.0 / 255.0) as i32).abs();
            if i < 63 {
                step(small[i + 1][j]);
            }
            if j < 63 {
                step(small[i][j + 1]);
            }
        }
    }
    (sum / 90).min(100) as u8
}

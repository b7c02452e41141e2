//! How much of a picture its low frequencies leave out, where they tell at all.

use crate::hash::Coarse;
use crate::media::CoarseLuma;

/// With coarser means than this, in steps of brightness, whole areas are off by as much, and no average
/// takes that away.
const COARSEST: f32 = 8.0;
/// The furthest from the middle grey that a mean can be, but for rounding: what lies beyond is cut off
/// in the pixels, which the frequencies do not show.
const FURTHEST: f32 = 136.0;
/// The most steps of brightness by which means bend: of 305 photographs, the greatest was 50.
const MOST_BEND: f32 = 64.0;
/// The least detail for each step of brightness by which means bend, where one coefficient of a field is
/// kept and where 2 x 2 are.
///
/// With less, the edges of what is shown lie on those of the fields (a mosaic, a printed code, a
/// coarsely compressed file), and the detail does not tell how far the reference's samples are from
/// the means. Of 253 photographs by one coefficient, the least was 0.338; of 52 by 2 x 2, 0.234.
const LEAST_DETAIL: [f32; 2] = [0.33, 0.22];

/// The root mean square of the detail that the coefficients leave out, in steps of brightness; `None` if
/// that does not tell how far the reference's coefficients can be: the picture is to be hashed exactly.
///
/// Of a progressive file the detail is not read. It is estimated, rather too high, from the steps
/// between neighbouring fields and from the length of the file: the greatest ratio of the two, of 253
/// photographs, to their detail was 1.05.
pub(super) fn detail(luma: &CoarseLuma<'_>, bytes: usize) -> Option<f32> {
    let Texture { steps, bend, furthest } = texture(luma.coarse);
    if luma.step > COARSEST || furthest > FURTHEST || bend > MOST_BEND {
        return None;
    }
    if let Some(left_out) = luma.left_out {
        let [one, more] = LEAST_DETAIL;
        let least = if luma.coarse.kept() == 1 { one } else { more };
        let detail = left_out.max(0.0).sqrt();
        return (detail >= least * bend).then_some(detail);
    }
    let bits = 8.0 * bytes as f64 / luma.fields.max(1) as f64;
    Some((1.4 * f64::from(steps) + 0.02 * bits) as f32)
}

/// How the means of the fields differ, in steps of brightness.
struct Texture {
    /// The root mean square of the first differences, across and down.
    steps: f32,
    /// The same of the second differences.
    bend: f32,
    /// The furthest of them from the middle grey.
    furthest: f32,
}

fn texture(coarse: Coarse<'_>) -> Texture {
    let kept = coarse.kept();
    let (columns, rows) = (coarse.columns() / kept, coarse.rows() / kept);
    let means = |row: usize, into: &mut Vec<f32>| {
        let row = coarse.data().get(row * kept * coarse.columns()..).unwrap_or_default();
        into.clear();
        into.extend(row.iter().step_by(kept).take(columns).map(|value| value / 8.0));
    };
    let (mut above, mut middle, mut below) = (Vec::new(), Vec::new(), Vec::new());
    let (mut steps, mut bends, mut furthest) = (0.0, 0.0, 0.0_f32);
    means(0, &mut middle);
    for row in 0..rows {
        let (after, beyond) = (from(&middle, 1), from(&middle, 2));
        steps += sum(&middle, after, after, |mean, next, _| (next - mean).powi(2));
        bends += sum(&middle, after, beyond, |a, b, c| (a - 2.0 * b + c).powi(2));
        furthest = middle.iter().fold(furthest, |most, mean| most.max(mean.abs()));
        if row + 1 < rows {
            means(row + 1, &mut below);
            steps += sum(&middle, &below, &below, |mean, next, _| (next - mean).powi(2));
            if row > 0 {
                bends += sum(&above, &middle, &below, |a, b, c| (a - 2.0 * b + c).powi(2));
            }
        }
        std::mem::swap(&mut above, &mut middle);
        std::mem::swap(&mut middle, &mut below);
    }
    // as many as there are, across and down
    let count = |less: usize| {
        let across = columns.saturating_sub(less) * rows;
        (across + columns * rows.saturating_sub(less)).max(1) as f64
    };
    let root = |sum: f64, less| (sum / count(less)).sqrt() as f32;
    Texture { steps: root(steps, 1), bend: root(bends, 2), furthest }
}

fn from(row: &[f32], at: usize) -> &[f32] {
    row.get(at..).unwrap_or_default()
}

/// Sums up what `term` makes of three rows, as far as the shortest goes; side by side, so that the
/// processor can.
#[inline(always)]
fn sum(a: &[f32], b: &[f32], c: &[f32], term: impl Fn(f32, f32, f32) -> f32) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0; LANES];
    let length = a.len().min(b.len()).min(c.len());
    let [(a, a_rest), (b, b_rest), (c, c_rest)] =
        [a, b, c].map(|row| row.get(..length).unwrap_or_default().as_chunks::<LANES>());
    for ((a, b), c) in a.iter().zip(b).zip(c) {
        for (sum, ((&a, &b), &c)) in sums.iter_mut().zip(a.iter().zip(b).zip(c)) {
            *sum += term(a, b, c);
        }
    }
    let rest = a_rest.iter().zip(b_rest).zip(c_rest);
    let rest: f32 = rest.map(|((&a, &b), &c)| term(a, b, c)).sum();
    f64::from(rest + sums.iter().sum::<f32>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Means of fields, with nothing beside them.
    fn of(columns: usize, means: &[f32], kept: usize) -> Texture {
        let rows = means.len() / columns;
        let mut data = vec![0.0; means.len() * kept * kept];
        for (at, mean) in means.iter().enumerate() {
            data[(at / columns * kept * columns + at % columns) * kept] = mean * 8.0;
        }
        texture(Coarse::new(columns * 8, rows * 8, kept, &data).unwrap())
    }

    #[test]
    fn differences_of_means_are_those_by_definition() {
        for (columns, rows, kept) in [(1, 1, 1), (3, 2, 1), (19, 23, 2), (40, 17, 4)] {
            let means: Vec<f32> =
                (0..columns * rows).map(|at| (at * at * 7 % 101) as f32 - 50.0).collect();
            let mean = |x: usize, y: usize| means[y * columns + x];
            let (mut first, mut second) = (Vec::new(), Vec::new());
            for y in 0..rows {
                for x in 0..columns {
                    if x + 1 < columns {
                        first.push(mean(x + 1, y) - mean(x, y));
                    }
                    if y + 1 < rows {
                        first.push(mean(x, y + 1) - mean(x, y));
                    }
                    if x + 2 < columns {
                        second.push(mean(x + 2, y) - 2.0 * mean(x + 1, y) + mean(x, y));
                    }
                    if y + 2 < rows {
                        second.push(mean(x, y + 2) - 2.0 * mean(x, y + 1) + mean(x, y));
                    }
                }
            }
            let root = |values: &[f32]| {
                let squares: f32 = values.iter().map(|value| value * value).sum();
                (squares / values.len().max(1) as f32).sqrt()
            };
            let texture = of(columns, &means, kept);
            assert!((texture.steps - root(&first)).abs() < 1e-3, "{columns} x {rows}");
            assert!((texture.bend - root(&second)).abs() < 1e-3, "{columns} x {rows}");
            let furthest = means.iter().fold(0.0_f32, |most, mean| most.max(mean.abs()));
            assert!((texture.furthest - furthest).abs() < 1e-3);
        }
    }
}

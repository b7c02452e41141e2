//! A picture that goes on beyond its edges, and over what covers it, at a reduced size.
//!
//! What was cut off or covered is unknown; the best guess is near the pixels next to it, and the further
//! away the nearer to the mean of its line. So a line goes on from the mean of its last few samples and
//! fades to its own mean.

use super::super::screen::{Images, Turn};
use super::super::{Pixels, Screen, Screener};
use super::{Area, View};

/// The side to which what is kept is reduced, if it is longer: a quarter of that which the reference
/// samples, whose filter averages more than that.
const SIDE: usize = 128;
/// How far it goes on beyond each edge, as a part of the side; further out the last sample is repeated.
const BEYOND: f64 = 0.18;
/// The part of the side over which the difference to the mean falls to 1 / e.
const FADE: f32 = 0.1;
/// The part of the side at each end that is taken as the edge.
const EDGE: f32 = 0.02;

/// Samples of one byte.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) data: Vec<u8>,
}

impl Plane {
    pub(super) fn resize(&mut self, width: usize, height: usize) {
        (self.width, self.height) = (width, height);
        self.data.clear();
        self.data.resize(width * height, 0);
    }

    pub(super) fn pixels(&self) -> Option<Pixels<'_>> {
        Pixels::grey(self.width, self.height, &self.data)
    }
}

/// The last such picture, and the buffers that make it.
#[derive(Clone, Debug, Default)]
pub(super) struct Ground {
    kept: Option<Area>,
    small: Plane,
    filled: Plane,
    /// What is covered in `grown`, if that is made.
    grown_of: Option<Option<Area>>,
    grown: Plane,
}

impl Ground {
    /// The picture is another one now.
    pub(super) fn forget(&mut self) {
        self.kept = None;
    }

    /// The hashes of a view of a sheet, of which each pixel stands for as many as `scale` says.
    pub(super) fn screen(
        &mut self,
        grey: Pixels<'_>,
        scale: [f64; 2],
        view: &View,
        screener: &mut Screener,
    ) -> Option<Screen> {
        let kept = within(view.kept.unwrap_or_else(|| whole(grey)), grey)?;
        if self.kept != Some(kept) {
            shrink(grey, kept, &mut self.small);
            (self.kept, self.grown_of) = (Some(kept), None);
        }
        let small = &self.small;
        let [across, down] = [small.width as f64 / kept.width, small.height as f64 / kept.height];
        let onto = |area: &Area| {
            let moved = Area { left: area.left - kept.left, top: area.top - kept.top, ..*area };
            moved.scaled(across, down)
        };
        let margin = [small.width, small.height].map(beyond);
        if self.grown_of != Some(view.fill) {
            self.filled.clone_from(small);
            if let Some(fill) = &view.fill {
                cover(&mut self.filled, onto(fill));
            }
            grow(&self.filled, margin, &mut self.grown);
            self.grown_of = Some(view.fill);
        }
        let mut area = onto(&view.area);
        (area.left, area.top) = (area.left + margin[0] as f64, area.top + margin[1] as f64);
        let grown = self.grown.pixels()?;
        if view.angle == 0.0 {
            return screener.part(grown, area, Images::Across);
        }
        let sides = [scale[0] / across, scale[1] / down];
        screener.turned(grown, area, Turn { angle: view.angle, sides })
    }
}

/// All of a sheet.
pub(super) fn whole(grey: Pixels<'_>) -> Area {
    Area { left: 0.0, top: 0.0, width: grey.width() as f64, height: grey.height() as f64 }
}

/// What of an area is in the sheet, if it is a pixel or more.
fn within(area: Area, grey: Pixels<'_>) -> Option<Area> {
    let side = |start: f64, span: f64, length: usize| {
        let (from, to) = (start.max(0.0), (start + span).min(length as f64));
        (to - from >= 1.0).then_some((from, to - from))
    };
    let (left, width) = side(area.left, area.width, grey.width())?;
    let (top, height) = side(area.top, area.height, grey.height())?;
    Some(Area { left, top, width, height })
}

/// How many samples a side goes on beyond each of its ends.
pub(super) fn beyond(side: usize) -> usize {
    (side as f64 * BEYOND).ceil() as usize
}

/// Reduces a part of a sheet by means of areas.
pub(super) fn shrink(grey: Pixels<'_>, kept: Area, out: &mut Plane) {
    let side = |span: f64| (span.round() as usize).clamp(2, SIDE);
    out.resize(side(kept.width), side(kept.height));
    let columns = spans(kept.left, kept.width, out.width, grey.width());
    let rows = spans(kept.top, kept.height, out.height, grey.height());
    let mut line = vec![0.0_f32; grey.width()];
    for ((first, weights), out) in rows.iter().zip(out.data.chunks_exact_mut(out.width)) {
        line.fill(0.0);
        for (row, weight) in
            grey.data()[first * grey.width()..].chunks_exact(grey.width()).zip(weights)
        {
            for (sum, sample) in line.iter_mut().zip(row) {
                *sum += weight * f32::from(*sample);
            }
        }
        for ((first, weights), out) in columns.iter().zip(out) {
            let sum: f32 = line[*first..].iter().zip(weights).map(|(a, b)| a * b).sum();
            *out = byte(sum);
        }
    }
}

/// Which samples each of `count` fields of a side covers, from the first on, with what weights.
fn spans(start: f64, span: f64, count: usize, length: usize) -> Vec<(usize, Vec<f32>)> {
    let step = span / count as f64;
    let field = |at: usize| {
        let (from, to) = (start + at as f64 * step, start + (at + 1) as f64 * step);
        let first = (from as usize).min(length - 1);
        let last = (to.ceil() as usize).clamp(first + 1, length);
        let covered = |at: usize| (to.min((at + 1) as f64) - from.max(at as f64)).max(0.0) / step;
        (first, (first..last).map(|at| covered(at) as f32).collect())
    };
    (0..count).map(field).collect()
}

/// By how much the difference to the mean is still there, one sample away and further.
fn fading(side: usize, count: usize) -> Vec<f32> {
    let fade = FADE * side as f32;
    (1..=count).map(|away| (-(away as f32) / fade).exp()).collect()
}

/// How many samples at each end of a side are its edge.
pub(super) fn edge(side: usize) -> usize {
    ((EDGE * side as f32).round() as usize).max(1)
}

/// The plane with what may have been around it, so many samples at each side: first its rows go on, then
/// the columns of that.
pub(super) fn grow(from: &Plane, [across, down]: [usize; 2], out: &mut Plane) {
    let (width, height) = (from.width, from.height);
    out.resize(width + 2 * across, height + 2 * down);
    let wide = out.width;
    let (fades, few) = (fading(width, across), edge(width));
    for (row, out) in from.data.chunks_exact(width).zip(out.data.chunks_exact_mut(wide).skip(down))
    {
        out[across..][..width].copy_from_slice(row);
        let all = mean(row);
        let (first, last) = (mean(&row[..few]) - all, mean(&row[width - few..]) - all);
        for (away, fade) in fades.iter().enumerate() {
            out[across - 1 - away] = byte(all + first * fade);
            out[across + width + away] = byte(all + last * fade);
        }
    }
    let (fades, few) = (fading(height, down), edge(height));
    let rows = |data: &[u8], from: usize, count: usize| {
        let mut sums = vec![0_u32; wide];
        for row in data[from * wide..][..count * wide].chunks_exact(wide) {
            for (sum, sample) in sums.iter_mut().zip(row) {
                *sum += u32::from(*sample);
            }
        }
        sums.iter().map(|sum| *sum as f32 / count as f32).collect::<Vec<_>>()
    };
    let all = rows(&out.data, down, height);
    let ends = [rows(&out.data, down, few), rows(&out.data, down + height - few, few)];
    for (away, fade) in fades.iter().enumerate() {
        for (at, end) in [down - 1 - away, down + height + away].into_iter().zip(&ends) {
            let row = &mut out.data[at * wide..][..wide];
            for ((sample, all), end) in row.iter_mut().zip(&all).zip(end) {
                *sample = byte(all + (end - all) * fade);
            }
        }
    }
}

/// The nearest byte. The steps of a cast, which minds numbers that are none, are not done side by side.
#[inline(always)]
pub(super) fn byte(value: f32) -> u8 {
    /// Numbers of this size have no fraction, and end in those of their last byte.
    const WHOLE: f32 = (1 << 23) as f32;
    let [byte, ..] = (value.clamp(0.0, 255.0) + WHOLE).to_bits().to_le_bytes();
    byte
}

fn mean(samples: &[u8]) -> f32 {
    let sum: u32 = samples.iter().map(|sample| u32::from(*sample)).sum();
    sum as f32 / samples.len().max(1) as f32
}

/// Replaces a part of a plane by what is around it: from each side that is not the plane's own end the
/// lines go on as they do beyond it, and the nearer side counts more.
pub(super) fn cover(plane: &mut Plane, area: Area) {
    let (width, height) = (plane.width, plane.height);
    let limits = |start: f64, span: f64, length: usize| {
        let from = (start.floor().max(0.0) as usize).min(length);
        (from, ((start + span).ceil().max(0.0) as usize).clamp(from, length))
    };
    let (left, right) = limits(area.left, area.width, width);
    let (top, bottom) = limits(area.top, area.height, height);
    let (across, down) = (right - left, bottom - top);
    let rows = (top..bottom).map(|y| {
        let row = &plane.data[y * width..][..width];
        Sides::new(|at| row[at], width, left, right)
    });
    let rows: Vec<_> = rows.collect();
    let columns =
        (left..right).map(|x| Sides::new(|at| plane.data[at * width + x], height, top, bottom));
    let columns: Vec<_> = columns.collect();
    let fades = [fading(width, across), fading(height, down)];
    for (y, row) in rows.iter().enumerate() {
        for (x, column) in columns.iter().enumerate() {
            let (mut sum, mut weights) = (0.0, 0.0);
            for (sides, fades, at, span) in
                [(row, &fades[0], x, across), (column, &fades[1], y, down)]
            {
                for (edge, away) in sides.edges.iter().zip([at, span - 1 - at]) {
                    let Some(edge) = edge else { continue };
                    let weight = 1.0 / (away as f32 + 1.5);
                    sum += weight * (sides.mean + (edge - sides.mean) * fades[away]);
                    weights += weight;
                }
            }
            if weights > 0.0 {
                plane.data[(top + y) * width + left + x] = byte(sum / weights);
            }
        }
    }
}

/// A line without what is covered of it.
struct Sides {
    mean: f32,
    /// Before and after what is covered.
    edges: [Option<f32>; 2],
}

impl Sides {
    fn new(line: impl Fn(usize) -> u8, length: usize, from: usize, to: usize) -> Self {
        let few = edge(length);
        let mean = |first: std::ops::Range<usize>, then: std::ops::Range<usize>| {
            let count = first.len() + then.len();
            let sum: u32 = first.chain(then).map(|at| u32::from(line(at))).sum();
            (count > 0).then(|| sum as f32 / count as f32)
        };
        let before = mean(from.saturating_sub(few)..from, 0..0);
        let after = mean(to..(to + few).min(length), 0..0);
        Self { mean: mean(0..from, to..length).unwrap_or(0.0), edges: [before, after] }
    }
}

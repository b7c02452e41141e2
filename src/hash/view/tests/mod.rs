//! Views against their slow twins, and what they find.

mod guesses;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::super::filter::Window;
use super::super::{Hasher, Orientation, Pixels, Prescale, Screener};
use super::{Area, Effort, Family, Sheet};

/// A picture of soft shapes with a little grain.
fn photograph(seed: u64, width: usize, height: usize) -> Vec<u8> {
    let mut random = StdRng::seed_from_u64(seed);
    let knots: Vec<f64> = (0..26 * 20).map(|_| random.random_range(10.0..245.0)).collect();
    let knot = |x: usize, y: usize| knots[y * 26 + x];
    let mut grey = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (x as f64 * 24.0 / width as f64, y as f64 * 18.0 / height as f64);
            let (i, j, u, v) = (u as usize, v as usize, u.fract(), v.fract());
            let upper = knot(i, j) * (1.0 - u) + knot(i + 1, j) * u;
            let lower = knot(i, j + 1) * (1.0 - u) + knot(i + 1, j + 1) * u;
            grey.push((upper * (1.0 - v) + lower * v) as u8 + random.random_range(0..6));
        }
    }
    grey
}

/// A canvas of one brightness with a picture in it.
fn mounted(
    picture: &[u8],
    width: usize,
    [left, top, right, bottom]: [usize; 4],
    shade: u8,
) -> (Vec<u8>, usize, usize) {
    let height = picture.len() / width;
    let (across, down) = (left + width + right, top + height + bottom);
    let mut canvas = vec![shade; across * down];
    for (y, row) in picture.chunks_exact(width).enumerate() {
        canvas[(top + y) * across + left..][..width].copy_from_slice(row);
    }
    (canvas, across, down)
}

fn sheet(grey: &[u8], width: usize, height: usize) -> Sheet {
    let mut sheet = Sheet::default();
    sheet.fill(Pixels::grey(width, height, grey).unwrap());
    sheet
}

#[test]
fn the_whole_is_hashed_as_the_tool_does() {
    let mut screener = Screener::new();
    for (seed, (width, height)) in (0..).zip([(512, 512), (900, 700), (1300, 600), (513, 2000)]) {
        let grey = photograph(seed, width, height);
        let sheet = sheet(&grey, width, height);
        let whole = sheet.views(Effort::Fast)[0];
        assert_eq!(whole.family, Family::Whole);
        let found = screener.area(sheet.grey(), whole.area).unwrap().orientations();
        let pixels = Pixels::grey(width, height, &grey).unwrap();
        let exact = Hasher::new().turned(pixels, Prescale::Tool);
        for ((orientation, found), (_, exact)) in found.iter().zip(exact.iter()) {
            // mirrored, the tool takes other samples than those of the sheet
            let most = if orientation == Orientation::Original { 2 } else { 10 };
            let distance = found.distance(&exact);
            assert!(distance <= most, "{width} x {height}, {orientation:?}: {distance}");
        }
        assert!(found.quality.abs_diff(exact.quality) <= 2);
    }
}

/// The reduced picture of an area, sample by sample.
fn naive(grey: Pixels<'_>, area: Area, mirrored: [bool; 2]) -> [[f64; 64]; 64] {
    let window = Window::new(512);
    let samples = |start: f64, span: f64, mirrored: bool, field: usize| {
        let mut samples = Vec::new();
        let outer = window.inside(window.middle(field));
        for middle in outer.clone() {
            let inner = window.inside(middle);
            for sample in inner.clone() {
                let step = span / 512.0;
                let place = (sample as f64 + 0.5) * step;
                let place = if mirrored { start + span - place } else { start + place };
                samples.push((place, 1.0 / (outer.len() * inner.len()) as f64));
            }
        }
        samples
    };
    // the mean around a place, from the pixels that it touches
    let mean = |(at, reach): (f64, f64), length: usize| {
        let (from, to) = (at - reach, at + reach);
        let pixels = from.floor() as i64..=to.floor() as i64;
        pixels.map(move |pixel| {
            let covered = to.min(pixel as f64 + 1.0) - from.max(pixel as f64);
            (pixel.clamp(0, length as i64 - 1) as usize, covered / (2.0 * reach))
        })
    };
    let (width, height) = (grey.width(), grey.height());
    let reach = |span: f64| (span / 512.0).max(1.0) / 2.0;
    let mut grid = [[0.0; 64]; 64];
    let mut columns = vec![[0.0; 64]; height];
    for (y, line) in columns.iter_mut().enumerate() {
        for (field, value) in line.iter_mut().enumerate() {
            for (at, weight) in samples(area.left, area.width, mirrored[0], field) {
                for (pixel, part) in mean((at, reach(area.width)), width) {
                    *value += weight * part * f64::from(grey.data()[y * width + pixel]);
                }
            }
        }
    }
    for (field, row) in grid.iter_mut().enumerate() {
        for (at, weight) in samples(area.top, area.height, mirrored[1], field) {
            for (pixel, part) in mean((at, reach(area.height)), height) {
                for (value, column) in row.iter_mut().zip(&columns[pixel]) {
                    *value += weight * part * column;
                }
            }
        }
    }
    grid
}

#[test]
fn an_area_is_what_its_samples_make_one_by_one() {
    let mut screener = Screener::new();
    let (width, height) = (150, 117);
    let grey = photograph(9, width, height);
    let pixels = Pixels::grey(width, height, &grey).unwrap();
    let areas = [
        (0.0, 0.0, 150.0, 117.0),
        (20.0, 10.5, 99.25, 80.0),
        (-8.0, -11.0, 170.0, 140.0),
        (75.0, 0.0, 75.0, 58.5),
        (149.0, 116.0, 1.0, 1.0),
    ];
    for (left, top, width, height) in areas {
        let area = Area { left, top, width, height };
        let margins = screener.area(pixels, area).unwrap().margins();
        for (index, margins) in margins.iter().enumerate() {
            let grid = naive(pixels, area, [index & 1 == 1, index & 2 == 2]);
            let mut values = Vec::new();
            for down in 1..=16 {
                for across in 1..=16 {
                    let wave = |at: usize, of: usize| {
                        ((2 * at + 1) as f64 * of as f64 * std::f64::consts::PI / 128.0).cos()
                    };
                    let mut sum = 0.0;
                    for (y, row) in grid.iter().enumerate() {
                        for (x, value) in row.iter().enumerate() {
                            sum += value * wave(y, down) * wave(x, across) / 32.0;
                        }
                    }
                    values.push(sum);
                }
            }
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            // the screener's margins are in the same order or turned; either way of the same values
            let mut found: Vec<f64> = margins.iter().map(|value| f64::from(*value)).collect();
            found.sort_by(f64::total_cmp);
            let shift = found[128] - sorted[128];
            for (found, wanted) in found.iter().zip(&sorted) {
                assert!(
                    (found - wanted - shift).abs() < 0.05,
                    "{area:?} {index}: {found} {wanted}"
                );
            }
        }
    }
}

#[test]
fn a_picture_in_a_frame_is_found_where_it_is() {
    let mut screener = Screener::new();
    for seed in 0..12 {
        let (width, height) = (300, 220);
        let picture = photograph(seed, width, height);
        let shade = if seed % 2 == 0 { 0 } else { 255 };
        let edges = [[30, 12, 5, 40], [0, 60, 0, 0], [0, 33, 0, 33], [70, 0, 70, 0]];
        let edges = edges[seed as usize % 4];
        let (canvas, across, down) = mounted(&picture, width, edges, shade);
        let sheet = sheet(&canvas, across, down);
        let original = Pixels::grey(width, height, &picture).unwrap();
        let wanted = Hasher::new().turned(original, Prescale::Tool).original().hash;
        let (x, y) = (
            across as f64 / sheet.grey().width() as f64,
            down as f64 / sheet.grey().height() as f64,
        );
        let nearest = sheet.views(Effort::Fast).into_iter().filter_map(|view| {
            let found = screener.area(sheet.grey(), view.area)?.orientations().original().hash;
            Some((found.distance(&wanted), view.family, view.area.scaled(x, y)))
        });
        let (distance, family, area) = nearest.min_by_key(|(distance, ..)| *distance).unwrap();
        assert!(distance <= 20, "{seed}: {distance} by {family} {area:?}");
        assert_eq!(family, Family::Frame);
        let off = [
            area.left - edges[0] as f64,
            area.top - edges[1] as f64,
            area.width - width as f64,
            area.height - height as f64,
        ];
        assert!(off.iter().all(|off| off.abs() <= 3.0), "{seed}: {area:?}");
    }
}

#[test]
fn each_effort_takes_the_views_of_the_lesser_ones_first() {
    for seed in 0..6 {
        let picture = photograph(seed, 300, 220);
        let (canvas, across, down) = mounted(&picture, 300, [20, 30, 20, 30], 255);
        let sheet = sheet(&canvas, across, down);
        let [plain, fast, deep] =
            [Effort::Plain, Effort::Fast, Effort::Deep].map(|effort| sheet.views(effort));
        assert!(plain.is_empty());
        assert!(deep.starts_with(&fast) && deep.len() > fast.len());
        assert_eq!(fast.iter().filter(|view| view.family == Family::Part).count(), 8);
        assert_eq!(sheet.views(Effort::Deep), deep);
    }
}

#[test]
fn pads_hold_what_they_are_around_and_parts_make_up_the_whole() {
    let sheet = sheet(&photograph(1, 100, 80), 100, 80);
    let views = sheet.views(Effort::Deep);
    let inner = views.iter().filter(|view| matches!(view.family, Family::Whole | Family::Frame));
    let inner: Vec<Area> = inner.map(|view| view.area).collect();
    let (mut covered, mut around) = (0.0, [0; 2]);
    for view in &views {
        let Area { left, top, width, height } = view.area;
        let holds = |inner: &Area| {
            left <= inner.left + 1e-9
                && top <= inner.top + 1e-9
                && left + width >= inner.left + inner.width - 1e-9
                && top + height >= inner.top + inner.height - 1e-9
                && width * height > inner.width * inner.height
        };
        match view.family {
            Family::Pad => {
                let number = inner.iter().take(2).position(holds);
                around[number.unwrap_or_else(|| panic!("{view:?}"))] += 1;
            }
            Family::Part => covered += width * height,
            _ => {}
        }
    }
    assert!(around[0] >= 50, "{around:?}");
    // two ways into halves, one into quarters
    assert!((covered - 3.0 * 8000.0).abs() < 1e-6);
}

#[test]
fn flat_and_tiny_pictures_have_views_without_trouble() {
    for (width, height) in [(1, 1), (5, 700), (31, 31), (32, 32), (700, 33), (512, 512)] {
        for shade in [0, 128, 255] {
            let sheet = sheet(&vec![shade; width * height], width, height);
            for view in sheet.views(Effort::Deep) {
                let screen = Screener::new().area(sheet.grey(), view.area);
                assert!(screen.is_none_or(|screen| screen.quality() == 0));
            }
        }
    }
}

#[test]
fn areas_that_make_no_sense_are_refused() {
    let grey = [7; 64];
    let pixels = Pixels::grey(8, 8, &grey).unwrap();
    let mut screener = Screener::new();
    for (left, width) in
        [(0.0, 0.5), (0.0, f64::NAN), (f64::INFINITY, 8.0), (0.0, 1e9), (-1e9, 8.0)]
    {
        assert!(screener.area(pixels, Area { left, top: 0.0, width, height: 8.0 }).is_none());
    }
    assert!(screener.area(pixels, Area { left: 7.0, top: 7.0, width: 1.0, height: 1.0 }).is_some());
}

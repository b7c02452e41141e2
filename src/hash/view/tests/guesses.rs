//! Turned, padded and filled pictures.

use super::super::ground::{Plane, beyond, grow};
use super::super::{Effort, Family, View};
use super::{photograph, sheet};
use crate::hash::{Hasher, Orientations, Pixels, Prescale, Screener};

/// A picture turned counter-clockwise about its middle, sample by sample; its edges go on.
fn turned(grey: &[u8], width: usize, height: usize, angle: f64) -> Vec<u8> {
    let (sin, cos) = angle.to_radians().sin_cos();
    let middle = [width as f64 / 2.0, height as f64 / 2.0];
    let mut out = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let (x, y) = (x as f64 + 0.5 - middle[0], y as f64 + 0.5 - middle[1]);
            let from_x = (cos * x - sin * y + middle[0]).clamp(0.0, width as f64 - 1.0);
            let from_y = (sin * x + cos * y + middle[1]).clamp(0.0, height as f64 - 1.0);
            out.push(grey[from_y as usize * width + from_x as usize]);
        }
    }
    out
}

#[test]
fn a_picture_is_turned_about_its_middle_as_a_person_sees_it() {
    let mut screener = Screener::new();
    // one that the sheet has all of, and two of which it samples
    for (seed, (width, height)) in (40..).zip([(400, 300), (1000, 500), (600, 900)]) {
        let grey = photograph(seed, width, height);
        let mut sheet = sheet(&grey, width, height);
        let whole = sheet.views(Effort::Fast)[0];
        for angle in [-7.0, -2.5, 2.5, 7.0] {
            let by_hand = turned(&grey, width, height, angle);
            let by_hand = Pixels::grey(width, height, &by_hand).unwrap();
            let wanted = Hasher::new().turned(by_hand, Prescale::Tool);
            let mut distances = |angle: f64| {
                let view = View { angle, ..View::new(Family::Turn, whole.area) };
                let found = sheet.screen(&view, &mut screener).unwrap().orientations();
                Family::Turn.orientations().iter().map(move |&orientation| {
                    let hash = |of: &Orientations| of.some(&[orientation]).next().unwrap();
                    hash(&found).distance(&hash(&wanted))
                })
            };
            // as it lies and mirrored
            let near: Vec<_> = distances(angle).collect();
            assert!(near.iter().all(|distance| *distance <= 28), "{width}, {angle}: {near:?}");
            assert!(distances(-angle).all(|distance| distance > 60), "{width}, {angle}");
        }
    }
}

#[test]
fn what_is_beyond_an_edge_goes_on_from_it_and_fades_to_the_mean_of_its_line() {
    let (width, height) = (100, 60);
    let mut plane = Plane::default();
    plane.resize(width, height);
    // dark at the left, bright at the right
    for row in plane.data.chunks_exact_mut(width) {
        row[..50].fill(40);
        row[50..].fill(200);
    }
    let margin = [beyond(width), beyond(height)];
    let mut grown = Plane::default();
    grow(&plane, margin, &mut grown);
    assert_eq!((grown.width, grown.height), (width + 2 * margin[0], height + 2 * margin[1]));
    for (y, row) in grown.data.chunks_exact(grown.width).enumerate() {
        assert_eq!(row[margin[0]..][..width], plane.data[..width], "{y}");
        let (before, after) = (&row[..margin[0]], &row[margin[0] + width..]);
        assert!(before.is_sorted_by(|a, b| a >= b) && after.is_sorted_by(|a, b| a >= b));
        assert!(before[margin[0] - 1] < 60 && (80..=120).contains(&before[0]), "{before:?}");
        assert!(after[0] > 180 && (120..=160).contains(&after[margin[0] - 1]), "{after:?}");
    }
}

#[test]
fn a_covered_corner_is_found_and_filled_from_what_is_around_it() {
    let mut screener = Screener::new();
    let (mut with, mut without) = (0, 0);
    for seed in 0..8 {
        let (width, height) = (400, 300);
        let picture = photograph(seed, width, height);
        let mut covered = picture.clone();
        let side = 60;
        let (left, top) =
            [(0, 0), (width - side, 0), (0, height - side), (width - side, height - side)]
                [seed as usize % 4];
        for y in top..top + side {
            covered[y * width + left..][..side].fill(if seed < 4 { 250 } else { 3 });
        }
        let mut sheet = sheet(&covered, width, height);
        let fast = sheet.views(Effort::Fast);
        let fill = fast.iter().find(|view| view.family == Family::Fill).copied().expect("a patch");
        let area = fill.fill.unwrap();
        let off = [
            area.left - left as f64,
            area.top - top as f64,
            area.width - side as f64,
            area.height - side as f64,
        ];
        assert!(off.iter().all(|off| off.abs() <= 4.0), "{seed}: {area:?}");
        let original = Pixels::grey(width, height, &picture).unwrap();
        let wanted = Hasher::new().turned(original, Prescale::Tool).original().hash;
        let mut distance = |view: &View| {
            let screen = sheet.screen(view, &mut screener).unwrap();
            screen.orientations().original().hash.distance(&wanted)
        };
        with += distance(&fill);
        without += distance(&fast[0]);
    }
    assert!(5 * with < 4 * without, "{with} {without}");
}

#[test]
fn halves_and_quarters_are_taken_on_either_side_of_a_gap() {
    let (width, height, gap) = (200, 150, 12);
    let (across, down) = (2 * width + gap, 2 * height + gap);
    let mut canvas = vec![255; across * down];
    for number in 0..4 {
        let picture = photograph(20 + number as u64, width, height);
        let (left, top) = (number % 2 * (width + gap), number / 2 * (height + gap));
        for (y, row) in picture.chunks_exact(width).enumerate() {
            canvas[(top + y) * across + left..][..width].copy_from_slice(row);
        }
    }
    let views = sheet(&canvas, across, down).views(Effort::Fast);
    let parts: Vec<_> = views.iter().filter(|view| view.family == Family::Part).collect();
    let quarter = |view: &&&View| (view.area.width - 200.0).abs() <= 1.0;
    let quarters =
        parts.iter().filter(quarter).filter(|view| (view.area.height - 150.0).abs() <= 1.0);
    assert_eq!(quarters.count(), 4, "{parts:?}");
}

#[test]
fn a_view_is_the_same_whatever_was_looked_at_before() {
    let picture = photograph(31, 420, 310);
    let mut one = sheet(&picture, 420, 310);
    let mut screener = Screener::new();
    let views = one.views(Effort::Deep);
    let inorder: Vec<_> = views.iter().map(|view| one.screen(view, &mut screener)).collect();
    for (view, before) in views.iter().zip(&inorder).rev() {
        assert_eq!(one.screen(view, &mut screener), *before, "{view:?}");
    }
    // a sheet that held another picture
    let mut other = sheet(&photograph(32, 300, 300), 300, 300);
    other.screen(views.last().unwrap(), &mut screener);
    other.fill(Pixels::grey(420, 310, &picture).unwrap());
    for (view, before) in views.iter().zip(&inorder) {
        assert_eq!(other.screen(view, &mut screener), *before, "{view:?}");
    }
}

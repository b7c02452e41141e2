//! Turned, padded and filled pictures.

use super::super::ground::{Plane, beyond, grow};
use super::super::turn::{Turn, turn};
use super::super::{Area, Effort, Family, View};
use super::{photograph, sheet};
use crate::hash::{Hasher, Pixels, Prescale, Screener};

#[test]
fn a_picture_is_turned_about_its_middle_as_a_person_sees_it() {
    // a bright spot right of the middle, of a picture twice as wide as high
    let (width, height) = (400, 200);
    let mut plane = Plane::default();
    plane.resize(width, height);
    plane.data.fill(20);
    for y in 95..105 {
        for x in 315..325 {
            plane.data[y * width + x] = 250;
        }
    }
    for (angle, sides) in
        [(0.0, [1.0, 1.0]), (20.0, [1.0, 1.0]), (-30.0, [1.0, 1.0]), (20.0, [1.5, 3.0])]
    {
        let area = Area { left: 0.0, top: 0.0, width: 400.0, height: 200.0 };
        let mut turned = Plane::default();
        let place = turn(&plane, &Turn { angle, sides, area }, &mut turned).unwrap();
        assert_eq!((place.left, place.top, turned.width, turned.height), (0.0, 0.0, width, height));
        let (mut sum, mut x, mut y) = (0.0, 0.0, 0.0);
        for (at, &value) in turned.data.iter().enumerate().filter(|(_, value)| **value > 100) {
            sum += f64::from(value);
            x += f64::from(value) * ((at % width) as f64 + 0.5);
            y += f64::from(value) * ((at / width) as f64 + 0.5);
        }
        // counter-clockwise: what is at the right goes up; in pixels of the picture
        let reach = 120.0 * sides[0];
        let (sin, cos) = f64::to_radians(angle).sin_cos();
        let seen = [
            (x / sum - 200.0) * sides[0] - reach * cos,
            (y / sum - 100.0) * sides[1] + reach * sin,
        ];
        assert!(seen.iter().all(|off| off.abs() < 2.0), "{angle} {sides:?}: {seen:?}");
        // the slow twin: between the four samples next to each place
        for (at, &found) in turned.data.iter().enumerate() {
            let (x, y) = ((at % width) as f64 + 0.5 - 200.0, (at / width) as f64 + 0.5 - 100.0);
            let ratio = sides[1] / sides[0];
            let from_x = (cos * x - sin * ratio * y + 199.5).clamp(0.0, width as f64 - 1.0);
            let from_y = (sin / ratio * x + cos * y + 99.5).clamp(0.0, height as f64 - 1.0);
            let sample = |x: f64, y: f64| {
                let (x, y) = (x.min(width as f64 - 1.0), y.min(height as f64 - 1.0));
                f64::from(plane.data[y as usize * width + x as usize])
            };
            let (left, top) = (from_x.floor(), from_y.floor());
            let (part, low) = (from_x - left, from_y - top);
            let above = sample(left, top) * (1.0 - part) + sample(left + 1.0, top) * part;
            let below =
                sample(left, top + 1.0) * (1.0 - part) + sample(left + 1.0, top + 1.0) * part;
            let wanted = above * (1.0 - low) + below * low;
            assert!((f64::from(found) - wanted).abs() <= 4.0, "{at}: {found} {wanted}");
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

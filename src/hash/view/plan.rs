//! Which views are taken of a picture, at which effort.

use super::super::Pixels;
use super::frames::frames;
use super::{Area, Family, View};

/// How many views are taken of each picture. Each effort takes those of the lesser ones as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effort {
    /// None: the picture as it is, in eight orientations.
    #[default]
    Plain,
    /// The whole at the reference's size, what is inside frames, halves and quarters; and each view's
    /// negative.
    Fast,
    /// And what may have been around the picture, or around its largest frame, and the picture turned back
    /// by up to eight degrees.
    Deep,
}

impl Effort {
    /// The name used on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Fast => "fast",
            Self::Deep => "deep",
        }
    }
}

/// The least side of a picture of which views are taken.
const LEAST: usize = 32;

/// What may be cut off all around: a part of the side, at each end.
const AROUND: [f64; 6] = [0.01, 0.02, 0.03, 0.045, 0.06, 0.08];
/// What may be cut off at one side or at one corner.
const AT_ONE: [f64; 4] = [0.025, 0.05, 0.075, 0.1];

/// By how many degrees a picture is turned back.
const ANGLES: [f64; 12] = [-1.3, 1.3, -2.6, 2.6, -3.9, 3.9, -5.2, 5.2, -6.5, 6.5, -7.8, 7.8];

/// The views of a sheet.
pub(super) fn views(grey: Pixels<'_>, effort: Effort) -> Vec<View> {
    let mut views = Vec::new();
    let (width, height) = (grey.width(), grey.height());
    if effort == Effort::Plain || width.min(height) < LEAST {
        return views;
    }
    let whole = Area { left: 0.0, top: 0.0, width: width as f64, height: height as f64 };
    views.push(View::upright(Family::Whole, whole));
    let frames = frames(grey);
    views.extend(frames.iter().map(|&area| View::upright(Family::Frame, area)));
    views.extend(parts(whole).map(|area| View::upright(Family::Part, area)));
    if effort == Effort::Deep {
        let turned = |&angle: &f64| View { family: Family::Turn, area: whole, angle };
        views.extend(ANGLES.iter().map(turned));
        for area in std::iter::once(&whole).chain(frames.first()) {
            views.extend(pads(*area).map(|area| View::upright(Family::Pad, area)));
        }
    }
    views
}

/// Halves and quarters.
fn parts(whole: Area) -> impl Iterator<Item = Area> {
    [(0.5, 1.0), (1.0, 0.5), (0.5, 0.5)].into_iter().flat_map(move |(across, down)| {
        let steps = |size: f64| if size < 1.0 { 2 } else { 1 };
        (0..steps(down)).flat_map(move |row| {
            (0..steps(across)).map(move |column| Area {
                left: whole.left + f64::from(column) * 0.5 * whole.width,
                top: whole.top + f64::from(row) * 0.5 * whole.height,
                width: whole.width * across,
                height: whole.height * down,
            })
        })
    })
}

/// The picture before something was cut off around it.
fn pads(area: Area) -> impl Iterator<Item = Area> {
    let grown = move |[left, top, right, bottom]: [f64; 4]| {
        // what was cut is a part of what was there
        let (width, height) =
            (area.width / (1.0 - left - right), area.height / (1.0 - top - bottom));
        Area { left: area.left - left * width, top: area.top - top * height, width, height }
    };
    let around = AROUND.iter().map(|&part| [part; 4]);
    let axes = AROUND.iter().flat_map(|&part| [[part, 0.0, part, 0.0], [0.0, part, 0.0, part]]);
    let sides = AT_ONE.iter().flat_map(|&part| {
        (0..4).map(move |side| {
            let mut cut = [0.0; 4];
            cut[side] = part;
            cut
        })
    });
    let corners = AT_ONE.iter().flat_map(|&part| {
        (0..4).map(move |corner| {
            let mut cut = [0.0; 4];
            cut[corner] = part;
            cut[(corner + 1) % 4] = part;
            cut
        })
    });
    around.chain(axes).chain(sides).chain(corners).map(grown)
}

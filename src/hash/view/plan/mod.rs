//! Which views are taken of a picture, at which effort.

mod pads;

use super::super::Pixels;
use super::frames::{Layout, frames};
use super::ground::whole;
use super::patch::patch;
use super::{Area, Family, View};
use pads::{grown, pads};

/// How many views are taken of each picture. Each effort takes those of the lesser ones as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effort {
    /// None: the picture as it is, in eight orientations.
    #[default]
    Plain,
    /// The whole at the reference's size, what is inside frames, halves and quarters; the likeliest of
    /// what `Deep` takes; and each view's negative.
    Fast,
    /// And what may have been around the picture, or around its first frame, the picture turned back by up
    /// to eight degrees, and without what may cover its corners and ends.
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

/// Pads of the whole, of the first frame, and of the picture without the patch in its corner: in `fast`
/// and in `deep`.
const PADS: [(usize, usize); 3] = [(1, 84), (5, 28), (0, 28)];

/// By how many degrees a picture is turned back, those of `fast` first.
const ANGLES: [f64; 12] = [-2.6, 2.6, -1.3, 1.3, -3.9, 3.9, -5.2, 5.2, -6.5, 6.5, -7.8, 7.8];
/// How many of them `fast` takes.
const FAST_ANGLES: usize = 2;
/// The greatest angle after which the corners that came in may have been cut off.
const CUT_ANGLE: f64 = 5.5;
/// What is then cut off at each end, as a part of what the sides turn in by.
const CUT: f64 = 0.6;

/// The sides of corners that may be covered, as parts of the shorter side.
const CORNERS: [f64; 3] = [0.15, 0.21, 0.28];
/// The heights of bars that may cover the upper or lower end.
const BARS: [f64; 2] = [0.1, 0.2];

/// The views of a sheet, of which each pixel stands for as many as `scale` says.
pub(super) fn views(grey: Pixels<'_>, scale: [f64; 2], effort: Effort) -> Vec<View> {
    let mut views = Vec::new();
    if effort == Effort::Plain || grey.width().min(grey.height()) < LEAST {
        return views;
    }
    let whole = whole(grey);
    let Layout { frames, gaps } = frames(grey);
    let (first, patch) = (frames.first().copied(), patch(grey));
    let padded = |of: usize, deep: bool| {
        let view = match of {
            0 => Some(View::new(Family::Pad, whole)),
            1 => first.map(|area| View { kept: Some(area), ..View::new(Family::Pad, area) }),
            _ => patch.map(|fill| View { fill: Some(fill), ..View::new(Family::Fill, whole) }),
        };
        let (from, to) = if deep { PADS[of] } else { (0, PADS[of].0) };
        view.into_iter().flat_map(move |view| {
            pads(view.area).take(to).skip(from).map(move |area| View { area, ..view })
        })
    };
    let filled = |fill: Area| View { fill: Some(fill), ..View::new(Family::Fill, whole) };
    let turned = |angle: &f64| View { angle: *angle, ..View::new(Family::Turn, whole) };

    views.push(View::new(Family::Whole, whole));
    views.extend(frames.iter().map(|&area| View::new(Family::Frame, area)));
    views.extend(parts(whole, gaps).map(|area| View::new(Family::Part, area)));
    views.extend(padded(0, false));
    views.extend(ANGLES[..FAST_ANGLES].iter().map(turned));
    views.extend(patch.map(filled));
    views.extend(padded(1, false));
    if effort == Effort::Deep {
        views.extend(padded(0, true));
        views.extend(ANGLES[FAST_ANGLES..].iter().map(turned));
        let cut = ANGLES.iter().filter(|angle| angle.abs() <= CUT_ANGLE);
        views.extend(cut.map(|angle| {
            let area = before_turning(whole, scale, *angle);
            View { area, ..turned(angle) }
        }));
        views.extend(padded(1, true));
        views.extend(padded(2, true));
        views.extend(corners(whole).chain(bars(whole)).map(filled));
    }
    views
}

/// Halves and quarters, on either side of a gap: so much before and after the middle belongs to it,
/// across and down.
fn parts(whole: Area, [across, down]: [f64; 2]) -> impl Iterator<Item = Area> {
    // what is left of a side, from where on
    let side = |length: f64, gap: f64| {
        let half = (length - gap) / 2.0;
        [(0.0, length), (0.0, half), (length - half, half)]
    };
    let (columns, rows) = (side(whole.width, across), side(whole.height, down));
    let order = [(1, 0), (2, 0), (0, 1), (0, 2), (1, 1), (2, 1), (1, 2), (2, 2)];
    order.into_iter().map(move |(column, row)| {
        let ((left, width), (top, height)) = (columns[column], rows[row]);
        Area { left: whole.left + left, top: whole.top + top, width, height }
    })
}

/// The picture before it was turned by an angle and then cut, so that its corners do not show.
fn before_turning(whole: Area, [across, down]: [f64; 2], angle: f64) -> Area {
    let (width, height) = (whole.width * across, whole.height * down);
    let ratio = (width / height).max(height / width);
    let part = CUT * angle.to_radians().sin().abs() * ratio;
    grown(whole, [part.min(0.15); 4])
}

/// Corners, each in several sizes.
fn corners(whole: Area) -> impl Iterator<Item = Area> {
    CORNERS.into_iter().flat_map(move |part| {
        let side = part * whole.width.min(whole.height);
        let ends = move |length: f64| [0.0, length - side];
        ends(whole.height).into_iter().flat_map(move |top| {
            ends(whole.width).map(move |left| Area { left, top, width: side, height: side })
        })
    })
}

/// Bars above and below, in several heights.
fn bars(whole: Area) -> impl Iterator<Item = Area> {
    BARS.into_iter().flat_map(move |part| {
        let height = part * whole.height;
        [0.0, whole.height - height].map(|top| Area { top, height, ..whole })
    })
}

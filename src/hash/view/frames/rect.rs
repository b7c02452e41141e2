//! Boxes in whole pixels, and their lines.

use super::super::Area;

/// The least side of a box, as a part of the sheet's.
const LEAST_SIDE: f64 = 0.12;
/// The least area of a box, as a part of the sheet's.
const LEAST_AREA: f64 = 0.03;

/// A box in whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) right: usize,
    pub(super) bottom: usize,
}

impl Rect {
    pub(super) fn width(&self) -> usize {
        self.right - self.left
    }

    pub(super) fn height(&self) -> usize {
        self.bottom - self.top
    }

    pub(super) fn area(&self) -> usize {
        self.width() * self.height()
    }

    pub(super) fn area_of(self) -> Area {
        Area {
            left: self.left as f64,
            top: self.top as f64,
            width: self.width() as f64,
            height: self.height() as f64,
        }
    }

    /// Where its lines begin and end.
    pub(super) fn span(&self, lines: Lines) -> (usize, usize) {
        match lines {
            Lines::Rows => (self.top, self.bottom),
            Lines::Columns => (self.left, self.right),
        }
    }

    /// Of its lines only these.
    pub(super) fn only(self, lines: Lines, (from, to): (usize, usize)) -> Self {
        match lines {
            Lines::Rows => Self { top: from, bottom: to, ..self },
            Lines::Columns => Self { left: from, right: to, ..self },
        }
    }

    /// Whether it is large enough to be a picture.
    pub(super) fn counts(&self, whole: Self) -> bool {
        self.width() as f64 >= LEAST_SIDE * whole.width() as f64
            && self.height() as f64 >= LEAST_SIDE * whole.height() as f64
            && self.area() as f64 >= LEAST_AREA * whole.area() as f64
    }
}

/// A direction: rows from the top, or columns from the left.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    Rows,
    Columns,
}

impl Lines {
    /// The other direction.
    pub(super) fn across(self) -> Self {
        match self {
            Self::Rows => Self::Columns,
            Self::Columns => Self::Rows,
        }
    }
}

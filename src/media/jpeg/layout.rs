//! Where the blocks of a scan lie in the picture.

use super::header::Header;

/// The fields of the brightness, and how the units (MCUs) of a scan hold them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Layout {
    /// Pixels.
    pub(super) width: usize,
    pub(super) height: usize,
    /// Fields of 8 x 8 pixels.
    pub(super) columns: usize,
    pub(super) rows: usize,
    /// Fields of a unit, across and down.
    pub(super) across: usize,
    pub(super) down: usize,
    /// Blocks of a unit, those of other components included. The brightness comes first.
    pub(super) blocks: usize,
    /// Units a row.
    pub(super) units_across: usize,
    /// Units of the scan.
    pub(super) units: usize,
}

impl Layout {
    pub(super) fn of(header: &Header) -> Self {
        let (width, height) = (usize::from(header.width), usize::from(header.height));
        let (columns, rows) = (width.div_ceil(8), height.div_ceil(8));
        let parts = header.scan.parts();
        // a component alone is not interleaved: its unit is a block (T.81, A.2.2)
        let (across, down, blocks) = match parts {
            [first, _, ..] => {
                let [across, down] = header.factors(*first);
                let blocks =
                    parts.iter().map(|part| header.factors(*part).iter().product::<usize>());
                (across, down, blocks.sum())
            }
            _ => (1, 1, 1),
        };
        let units_across = columns.div_ceil(across);
        let units = units_across * rows.div_ceil(down);
        Self { width, height, columns, rows, across, down, blocks, units_across, units }
    }
}

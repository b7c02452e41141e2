//! What is made of a picture's blocks: the pixels that are looked at, and the low frequencies.

use std::ops::Range;

use super::axis::{Axis, SAMPLED};
use super::field::{Band, Columns};

/// Rows of blocks that a scan may hold at once.
const BANDS: usize = 4;

/// The larger side up to which all pixels of a block are computed: all or nearly all of them are
/// looked at, and half of the work then serves two pixels.
const DENSE: usize = 1024;

/// A row of what is looked at: all pixels, or 512 from either end.
type Line = [u8; DENSE];

/// The pixels and frequencies of one picture, filled block by block, in rows from the top.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Whether 512 x 512 pixels are looked at, in four mirrorings.
    pub(super) sampled: bool,
    /// One quantiser for each frequency, in rows.
    pub(super) quantisers: [f32; 64],
    pub(super) planes: [Vec<u8>; 4],
    pub(super) coarse: Vec<f32>,
    pub(super) kept: usize,
    columns: Columns,
    across: Axis,
    down: Axis,
    bands: [Band; BANDS],
    /// A row of a band.
    line: Line,
}

impl Picture {
    pub(super) fn new() -> Self {
        Self {
            width: 0,
            height: 0,
            sampled: false,
            quantisers: [0.0; 64],
            planes: Default::default(),
            coarse: Vec::new(),
            kept: 1,
            columns: Columns::new(),
            across: Axis::default(),
            down: Axis::default(),
            bands: Default::default(),
            line: [0; DENSE],
        }
    }

    /// Whether the reference's tool samples a picture of this size.
    pub(super) fn is_sampled(width: usize, height: usize) -> bool {
        width.max(height) > SAMPLED
    }

    /// How many frequencies are kept along each axis: so many that 256 of them are left along the
    /// smaller side, where it has them.
    pub(super) fn kept(width: usize, height: usize) -> usize {
        match width.min(height) {
            2048.. => 1,
            1024.. => 2,
            512.. => 4,
            _ => 8,
        }
    }

    /// Bytes of the memory that a picture of this size takes here.
    pub(super) fn memory(width: usize, height: usize) -> u64 {
        let kept = Self::kept(width, height);
        let coarse = (width.div_ceil(8) * kept) as u64 * (height.div_ceil(8) * kept) as u64 * 4;
        coarse + (4 * SAMPLED * SAMPLED + 64 * (width + height)) as u64
    }

    /// For a picture of this size.
    pub(super) fn begin(&mut self, width: usize, height: usize) {
        (self.width, self.height) = (width, height);
        self.sampled = Self::is_sampled(width, height);
        self.kept = Self::kept(width, height);
        let dense = width.max(height) <= DENSE;
        self.across.plan(width, self.sampled, dense);
        self.down.plan(height, self.sampled, dense);
        let size = if self.sampled { SAMPLED * SAMPLED } else { width * height };
        let (first, others) = self.planes.split_at_mut(1);
        first.iter_mut().for_each(|plane| plane.resize(size, 0));
        others.iter_mut().for_each(|plane| plane.resize(if self.sampled { size } else { 0 }, 0));
        let (columns, rows) = (self.across.masks.len(), self.down.masks.len());
        self.coarse.resize(columns * self.kept * rows * self.kept, 0.0);
        self.bands.iter_mut().for_each(|band| band.widen(self.across.total(), dense));
    }

    /// Blocks across and down, without those that only fill up the last units of a scan.
    pub(super) fn blocks(&self) -> (usize, usize) {
        (self.across.masks.len(), self.down.masks.len())
    }

    /// Before the blocks of rows from `first` on.
    pub(super) fn open(&mut self, first: usize) {
        for (band, mask) in self.bands.iter_mut().zip(self.down.masks.iter().skip(first)) {
            band.begin(*mask);
        }
    }

    /// The block in column `x` of row `y`, in the `band`-th of the rows that are open.
    ///
    /// Up to the place `last` in the order of the file its coefficients may not be zero.
    #[inline(always)]
    pub(super) fn block(&mut self, [x, y]: [usize; 2], band: usize, last: u32, block: &[i32; 64]) {
        let (Some(&mask), Some(&before), Some(band)) =
            (self.across.masks.get(x), self.across.before.get(x), self.bands.get_mut(band))
        else {
            return;
        };
        let [lowest, ..] = *block;
        let [quantiser, ..] = self.quantisers;
        let lowest = lowest as f32 * quantiser;
        if last == 0 {
            band.flat(lowest, before as usize);
        } else {
            band.fill(block, &self.quantisers, last, &self.columns, mask, before as usize);
        }
        let columns = self.across.masks.len();
        match self.kept {
            1 => {
                if let Some(out) = self.coarse.get_mut(y * columns + x) {
                    *out = lowest;
                }
            }
            2 => self.keep::<2>(x, y, block),
            4 => self.keep::<4>(x, y, block),
            _ => self.keep::<8>(x, y, block),
        }
    }

    #[inline(always)]
    fn keep<const KEPT: usize>(&mut self, x: usize, y: usize, block: &[i32; 64]) {
        let columns = self.across.masks.len() * KEPT;
        let rows = self.coarse.chunks_exact_mut(columns).skip(y * KEPT);
        let frequencies = block.chunks_exact(8).zip(self.quantisers.chunks_exact(8));
        for (row, (block, quantisers)) in rows.zip(frequencies.take(KEPT)) {
            let Some(out) = row.get_mut(x * KEPT..).and_then(|row| row.first_chunk_mut::<KEPT>())
            else {
                return;
            };
            for ((out, &value), quantiser) in out.iter_mut().zip(block).zip(quantisers) {
                *out = value as f32 * quantiser;
            }
        }
    }

    /// After the blocks of `count` rows from `first` on.
    pub(super) fn close(&mut self, first: usize, count: usize) {
        let befores = self.down.before.windows(2).skip(first);
        for (band, before) in self.bands.iter().zip(befores).take(count) {
            let &[start, end] = before else {
                continue;
            };
            let [original, across, down, both] = &mut self.planes;
            if !self.sampled {
                let rows = original.chunks_exact_mut(self.width).skip(start as usize);
                for (row, out) in (0..end - start).zip(rows) {
                    band.row(row as usize, out);
                }
                continue;
            }
            let (line, columns) = (&mut self.line, &self.across);
            spread(band, start..end, &self.down.samples, columns, line, [original, across]);
            spread(band, start..end, &self.down.mirrored, columns, line, [down, both]);
        }
    }
}

/// Copies the rows of a band to those rows of a plane, and of its mirror image, that show them.
///
/// `samples` says for each row of the planes which one it shows; these go up or down evenly.
fn spread(
    band: &Band,
    rows: Range<u32>,
    samples: &[u32],
    across: &Axis,
    line: &mut Line,
    [plane, mirrored]: [&mut Vec<u8>; 2],
) {
    let down = samples.first() > samples.last();
    // where they go down, the first row that shows any of these shows the last of them
    let from =
        samples.partition_point(|&row| if down { row >= rows.end } else { row < rows.start });
    let shown = samples.iter().skip(from).take_while(|row| rows.contains(row));
    let planes = plane.chunks_exact_mut(SAMPLED).zip(mirrored.chunks_exact_mut(SAMPLED));
    for (row, (out, out_mirrored)) in shown.zip(planes.skip(from)) {
        band.row((row - rows.start) as usize, line);
        gather(out, &across.samples, line);
        gather(out_mirrored, &across.mirrored, line);
    }
}

#[expect(clippy::indexing_slicing, reason = "the index is masked")]
fn gather(out: &mut [u8], samples: &[u32], pixels: &Line) {
    for (out, &sample) in out.iter_mut().zip(samples) {
        *out = pixels[sample as usize % DENSE];
    }
}

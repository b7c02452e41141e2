//! The values of the brightness, read where the walk found its blocks.
#![allow(clippy::cast_possible_truncation, reason = "a rounding of an estimate")]

use super::bits::{extend, word};
use super::layout::Layout;
use super::tables::Pair;

/// Blocks that are looked at in full, at most.
pub(super) const SAMPLES: usize = 512;

/// The place in a field (8 x its row + its column) of each coefficient in zigzag order (T.81,
/// figure A.6).
#[rustfmt::skip]
pub(super) const ZIGZAG: [u8; 64] = [
     0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// The quantised DC coefficients that eight bits a sample can have.
const DC: std::ops::RangeInclusive<i32> = -2048..=2047;

/// Bits of a word, at least.
const WORD: u32 = 57;
/// Bits of a coefficient with its code, at most.
const LONGEST: u32 = 16 + 15;

/// Where values go, and what is known of those that are left out.
#[derive(Debug, Default)]
pub(super) struct Values {
    layout: Layout,
    kept: usize,
    /// Of how many the rest is told, and how many are in `fewer`.
    few: usize,
    /// The step of the DC coefficient.
    pub(super) step: f32,
    /// Dequantisation in zigzag order.
    factors: Factors,
    /// Where in a plane each coefficient of a field goes, in zigzag order; those not kept, to the first.
    slots: Slots,
    plane: Vec<f32>,
    /// The lowest coefficients of the plane, if they are fewer.
    fewer: Vec<f32>,
    /// The DC coefficient before, quantised.
    last: i32,
    /// The next unit, its column and its row.
    column: usize,
    row: usize,
    /// Bits of AC coefficients of the brightness.
    pub(super) bits: u64,
    samples: Samples,
}

#[derive(Debug)]
struct Factors([f32; 64]);

#[derive(Debug)]
struct Slots([u32; 64]);

impl Default for Slots {
    fn default() -> Self {
        Self([0; 64])
    }
}

impl Default for Factors {
    fn default() -> Self {
        Self([0.0; 64])
    }
}

/// One block in each run of blocks, at a place in it that follows no pattern of the picture.
#[derive(Debug, Default)]
struct Samples {
    /// Length of a run.
    run: usize,
    /// Blocks up to the next one.
    wait: usize,
    /// Blocks after that up to the end of the run.
    after: usize,
    random: u32,
    count: u32,
    energy: f64,
}

impl Samples {
    fn new(blocks: usize) -> Self {
        let run = blocks.div_ceil(SAMPLES).max(1);
        let mut samples = Self { run, random: 1, ..Self::default() };
        samples.choose();
        samples
    }

    fn choose(&mut self) {
        self.random = self.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let place = (self.random >> 16) as usize % self.run;
        self.wait += self.after + place;
        self.after = self.run - 1 - place;
    }

    /// Whether the next block is one.
    #[inline(always)]
    fn next(&mut self) -> bool {
        if self.wait > 0 {
            self.wait -= 1;
            return false;
        }
        self.choose();
        true
    }
}

impl Values {
    /// Begins a picture of `kept` coefficients along each axis of a field, the `few` lowest of which are
    /// wanted by themselves. Where one is, of two those along one axis are enough.
    pub(super) fn begin(
        &mut self,
        layout: Layout,
        (few, kept): (usize, usize),
        quantiser: &[u16; 64],
    ) {
        let Layout { columns, rows, .. } = layout;
        self.plane.clear();
        self.plane.resize(columns * rows * kept * kept, 0.0);
        for (factor, &step) in self.factors.0.iter_mut().zip(quantiser) {
            *factor = step.into();
        }
        [self.step, ..] = self.factors.0;
        for (slot, at) in self.slots.0.iter_mut().zip(ZIGZAG.map(usize::from)) {
            let (u, v) = (at % 8, at / 8);
            *slot = if u < kept && v < kept { (v * columns * kept + u) as u32 } else { 0 };
        }
        self.samples = Samples::new(columns * rows);
        (self.layout, self.kept, self.few) = (layout, kept, few);
        (self.last, self.column, self.row, self.bits) = (0, 0, 0, 0);
    }

    /// The coefficients so far.
    pub(super) fn plane(&self) -> &[f32] {
        &self.plane
    }

    /// Takes the lowest of all the coefficients apart.
    pub(super) fn finish(&mut self) {
        self.fewer.clear();
        if self.few == self.kept {
            return;
        }
        let wide = self.layout.columns * self.kept;
        for lines in self.plane.chunks_exact(wide * self.kept) {
            for line in lines.chunks_exact(wide).take(self.few) {
                let fields = line.chunks_exact(self.kept);
                self.fewer.extend(fields.flat_map(|field| field.iter().take(self.few)));
            }
        }
    }

    /// The lowest coefficients, once all are there.
    pub(super) fn few(&self) -> &[f32] {
        if self.few == self.kept { &self.plane } else { &self.fewer }
    }

    /// The mean of the squares of the coefficients that are not among the few, a pixel.
    #[expect(clippy::cast_possible_truncation, reason = "an estimate is rounded")]
    pub(super) fn left_out(&self) -> f32 {
        (self.samples.energy / f64::from(self.samples.count.max(1)) / 64.0) as f32
    }

    /// A restart marker: prediction begins again.
    pub(super) fn restart(&mut self) {
        self.last = 0;
    }

    /// Takes the DC coefficient of a block; `None` if it is none of eight-bit samples.
    #[inline(always)]
    pub(super) fn put(&mut self, x: usize, y: usize, difference: i32, low: u8) -> Option<()> {
        self.last += difference;
        // one comparison for both ends
        if !DC.contains(&(self.last << low)) {
            return None;
        }
        let Layout { columns, rows, .. } = self.layout;
        if x < columns && y < rows {
            let place = (y * columns * self.kept + x) * self.kept;
            *self.plane.get_mut(place)? = (self.last << low) as f32 * self.step;
        }
        Some(())
    }

    /// Adds a lower bit to the DC coefficient of a block.
    #[inline(always)]
    pub(super) fn add(&mut self, x: usize, y: usize, bit: bool, low: u8) -> Option<()> {
        let Layout { columns, rows, .. } = self.layout;
        if bit && x < columns && y < rows {
            let place = (y * columns * self.kept + x) * self.kept;
            *self.plane.get_mut(place)? += (1 << low) as f32 * self.step;
        }
        Some(())
    }

    /// Back to the first unit, for a scan of this layout.
    pub(super) fn rewind(&mut self, layout: Layout) {
        self.layout = layout;
        (self.last, self.column, self.row) = (0, 0, 0);
    }

    /// The field of block `number` of the next unit.
    #[inline(always)]
    pub(super) fn place(&self, across: usize, down: usize) -> (usize, usize) {
        (self.column * self.layout.across + across, self.row * self.layout.down + down)
    }

    /// On to the next unit.
    #[inline(always)]
    pub(super) fn advance(&mut self) {
        self.column += 1;
        if self.column == self.layout.units_across {
            self.column = 0;
            self.row += 1;
        }
    }

    /// Takes the blocks of whole units whose places, and the end of the last, are in `at`.
    pub(super) fn take(&mut self, data: &[u8], at: &[u32], pair: &Pair) -> Option<()> {
        let Layout { across, down, blocks, columns, rows, .. } = self.layout;
        let mut units = at;
        while let [_, _, ..] = units {
            let mut next = units;
            for y in 0..down {
                for x in 0..across {
                    let &[from, to, ..] = next else { return None };
                    next = next.get(1..)?;
                    let (difference, length) = pair.dc.get(word(data, from))?;
                    let (x, y) = self.place(x, y);
                    let begin = from + length;
                    self.bits += u64::from(to.saturating_sub(begin));
                    if x < columns && y < rows {
                        match (self.few, self.kept) {
                            (1, 1) => {}
                            (1, 2) => self.lowest(data, begin, pair, (x, y))?,
                            _ => self.low(data, begin, pair, (x, y))?,
                        }
                        if self.samples.next() {
                            self.sample(data, begin, pair)?;
                        }
                    }
                    // where those not kept went
                    self.put(x, y, difference, 0)?;
                }
            }
            self.advance();
            units = units.get(blocks..)?;
        }
        Some(())
    }

    /// Reads the lowest AC coefficient along each axis: two symbols without a branch, of which one after the
    /// end of the block counts for nothing.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "four places are indexed by at most 3")]
    fn lowest(&mut self, data: &[u8], from: u32, pair: &Pair, at: (usize, usize)) -> Option<()> {
        let mut values = [0; 4];
        let (mut bits, mut place, mut long) = (word(data, from), 1, false);
        for _ in 0..2 {
            let (length, symbol) = pair.ac.short(bits);
            let size = u32::from(symbol & 15);
            long |= length == 0;
            place += if symbol == 0 { 64 } else { usize::from(symbol >> 4) };
            values[place.min(3)] = extend(bits << length, size);
            place += 1;
            bits <<= length + size;
        }
        if long {
            return self.low(data, from, pair, at);
        }
        let ((x, y), columns) = (at, 2 * self.layout.columns);
        let [_, right, below, ..] = &self.factors.0;
        let rows = self.plane.get_mut(2 * y * columns + 2 * x..)?;
        *rows.get_mut(1)? = values[1] as f32 * right;
        *rows.get_mut(columns)? = values[2] as f32 * below;
        Some(())
    }

    /// Reads the AC coefficients to be kept.
    #[inline(always)]
    fn low(&mut self, data: &[u8], from: u32, pair: &Pair, (x, y): (usize, usize)) -> Option<()> {
        let Self { few, kept, layout, plane, factors, slots, .. } = self;
        // the place of the last one kept in zigzag order
        let last = match (few, &kept) {
            (1, 2) => 2,
            (_, 2) => 4,
            (_, 4) => 24,
            _ => 63,
        };
        let field = plane.get_mut((y * layout.columns * *kept + x) * *kept..)?;
        each(data, from, pair, last, |place, value| {
            // those not kept go where the DC coefficient will be
            let slot = *slots.0.get(place)?;
            *field.get_mut(slot as usize)? = value as f32 * factors.0.get(place)?;
            Some(())
        })
    }

    /// Sums up the squares of the AC coefficients that are not among the few.
    #[cold]
    fn sample(&mut self, data: &[u8], from: u32, pair: &Pair) -> Option<()> {
        let (few, factors) = (self.few, &self.factors.0);
        let mut energy = 0.0;
        each(data, from, pair, 63, |place, value| {
            let at = usize::from(*ZIGZAG.get(place)?);
            if at % 8 >= few || at / 8 >= few {
                energy += f64::from(value as f32 * factors.get(place)?).powi(2);
            }
            Some(())
        })?;
        self.samples.count += 1;
        self.samples.energy += energy;
        Some(())
    }
}

/// Reads AC coefficients from a bit on, up to place `last` in zigzag order or the end of the block.
#[inline(always)]
fn each(
    data: &[u8],
    from: u32,
    pair: &Pair,
    last: usize,
    mut found: impl FnMut(usize, i32) -> Option<()>,
) -> Option<()> {
    let (mut bit, mut place) = (from, 1);
    let (mut bits, mut used) = (word(data, bit), 0);
    while place <= last {
        if used > WORD - LONGEST {
            bit += used;
            (bits, used) = (word(data, bit), 0);
        }
        let (length, symbol) = pair.ac.read(bits)?;
        let size = u32::from(symbol & 15);
        if symbol == 0 {
            break;
        }
        place += usize::from(symbol >> 4);
        if size > 0 && place <= last {
            found(place, extend(bits << length, size))?;
        }
        place += 1;
        bits <<= length + size;
        used += length + size;
    }
    Some(())
}

//! Which columns, or rows, of a picture are looked at.

/// The side that the reference's tool samples, and above which it does.
pub(super) const SAMPLED: usize = 512;

/// The places that are looked at along one side, by blocks of eight.
#[derive(Debug, Default)]
pub(super) struct Axis {
    /// For each block the places in it, the first in the lowest bit.
    pub(super) masks: Vec<u8>,
    /// For each block how many places there are before it, and at the end of all of them.
    pub(super) before: Vec<u32>,
    /// For each sample of the picture which of the places it is; empty if it is not sampled.
    pub(super) samples: Vec<u32>,
    /// The same of the mirrored picture.
    pub(super) mirrored: Vec<u32>,
}

impl Axis {
    /// Plans for a side of `length` pixels to look at 512 of them and at as many from the other end,
    /// or at `all`; the samples are planned in any case if the picture is `sampled`.
    pub(super) fn plan(&mut self, length: usize, sampled: bool, all: bool) {
        self.masks.clear();
        self.masks.resize(length.div_ceil(8), 0);
        let places = || (0..SAMPLED).map(|index| index * length / SAMPLED);
        let mark = |masks: &mut [u8], place: usize| {
            if let Some(mask) = masks.get_mut(place / 8) {
                *mask |= 1 << (place % 8);
            }
        };
        if all {
            (0..length).for_each(|place| mark(&mut self.masks, place));
        } else {
            for place in places() {
                mark(&mut self.masks, place);
                mark(&mut self.masks, length - 1 - place);
            }
        }
        let mut total = 0;
        self.before.clear();
        self.before.push(0);
        self.before.extend(self.masks.iter().map(|mask| {
            total += mask.count_ones();
            total
        }));
        self.samples.clear();
        self.mirrored.clear();
        if sampled {
            self.samples.extend(places().map(|place| index(&self.masks, &self.before, place)));
            self.mirrored
                .extend(places().map(|place| index(&self.masks, &self.before, length - 1 - place)));
        }
    }

    /// How many places there are.
    pub(super) fn total(&self) -> usize {
        self.before.last().map_or(0, |&total| total as usize)
    }
}

/// How many of the places are before this one.
fn index(masks: &[u8], before: &[u32], place: usize) -> u32 {
    let lower = masks.get(place / 8).map_or(0, |mask| mask & ((1 << (place % 8)) - 1));
    before.get(place / 8).copied().unwrap_or(0) + lower.count_ones()
}

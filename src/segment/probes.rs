//! What a query asks of the tables: the buckets to visit, and how near the next chunk must be.

use super::arrange::{Arranged, arrange, chunk};
use super::layout::{BUCKETS, CHUNKS};
use crate::hamming::{Asker, distance_within};
use crate::hash::PartialHash;

/// A query in the stored order of bits, with its number among those asked together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Query {
    pub(super) number: u32,
    bits: Arranged,
    known: Arranged,
}

impl Query {
    pub(super) fn new(number: u32, hash: impl Into<PartialHash>) -> Self {
        let partial = hash.into();
        let mut known = arrange(&partial.unknown());
        known.iter_mut().for_each(|byte| *byte = !*byte);
        Self { number, bits: arrange(&partial.hash()), known }
    }

    /// The bits that it has, and what stands at those that it does not know.
    pub(super) fn bits(&self) -> &Arranged {
        &self.bits
    }

    /// The number of bits that are not known.
    pub(super) fn unknown(&self) -> u32 {
        self.known.iter().map(|byte| byte.count_zeros()).sum()
    }

    /// The number of known bits in which a row differs.
    #[inline(always)]
    pub(super) fn distance(&self, row: &Arranged) -> u32 {
        distance_within(row, &self.bits, &self.known)
    }
}

/// All 16-bit masks of at most two bits, fewest bits first.
const MASKS: [u16; 137] = {
    let mut masks = [0; 137];
    let (mut single, mut at) = (0, 1);
    while single < 16 {
        masks[at] = 1 << single;
        (single, at) = (single + 1, at + 1);
    }
    let mut low = 0;
    while low < 16 {
        let mut high = low + 1;
        while high < 16 {
            masks[at] = 1 << low | 1 << high;
            (high, at) = (high + 1, at + 1);
        }
        low += 1;
    }
    masks
};

/// What a radius asks of the tables.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) radius: u32,
    /// By which known bits a visited chunk differs from the query's own.
    masks: &'static [u16],
    /// The most known bits in which a chunk and the next may differ together.
    pair_limit: u16,
}

impl Plan {
    /// The plan for this radius; `None` where comparing all hashes is always better.
    pub(super) fn new(radius: u32) -> Option<Self> {
        let masks = match radius / CHUNKS as u32 {
            0 => &MASKS[..1],
            1 => &MASKS[..17],
            2 => &MASKS[..],
            // Buckets three bits away are so many that a flat scan is the better plan.
            _ => return None,
        };
        Some(Self { radius, masks, pair_limit: (2 * radius / CHUNKS as u32) as u16 })
    }

    /// Whether the tables cost this query less than comparing this many hashes.
    pub(super) fn pays(self, query: &Query, hashes: usize) -> bool {
        // In units of one full comparison: a bucket costs its misses in the cache, a word of it
        // far less than a whole hash.
        let probes = self.count(query);
        let words = (hashes / BUCKETS).saturating_mul(probes);
        probes.saturating_mul(30).saturating_add(words / 4) < hashes
    }

    /// The buckets that this query visits in all tables.
    pub(super) fn count(self, query: &Query) -> usize {
        let of_chunk = |number| {
            let known = chunk(&query.known, number);
            let flips = self.masks.iter().filter(|mask| **mask & !known == 0).count();
            flips << known.count_zeros()
        };
        (0..CHUNKS).map(of_chunk).sum()
    }

    /// Visits each bucket of a table in which something near the query can be: `visit` gets its
    /// number, and who asks there.
    ///
    /// An entry that is near some hash for which the query stands has, in some chunk, the query's
    /// known bits but for a few, and any of the others.
    #[inline(always)]
    pub(super) fn probe(self, query: &Query, table: usize, mut visit: impl FnMut(u16, Asker)) {
        let (own, known) = (chunk(&query.bits, table), chunk(&query.known, table));
        let (word, known_next) = (chunk(&query.bits, table + 1), chunk(&query.known, table + 1));
        for mask in self.masks {
            if mask & !known != 0 {
                continue;
            }
            let limit = self.pair_limit - mask.count_ones() as u16;
            let asker = Asker { word, known: known_next, limit, tag: 0 };
            let mut guess = !known;
            loop {
                visit(own ^ mask ^ guess, asker);
                if guess == 0 {
                    break;
                }
                guess = (guess - 1) & !known;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Hash256;

    #[test]
    fn a_table_is_probed_at_every_chunk_within_the_known_bits_reach_and_once() {
        let mut unknown = [0; 32];
        for known_bits in [0xffff_u16, 0xfffe, 0x0ff0, 0x1234, 0] {
            unknown[..2].copy_from_slice(&(!known_bits).to_le_bytes());
            let mut query = Query::new(0, Hash256::from_bytes([0x5a; 32]));
            query.known = unknown.map(|byte: u8| !byte);
            let own = chunk(&query.bits, 0);
            for (radius, reach) in [(0, 0), (15, 0), (16, 1), (31, 1), (32, 2), (47, 2)] {
                let plan = Plan::new(radius).unwrap();
                let mut probed = Vec::new();
                plan.probe(&query, 0, |bucket, asker| {
                    let differing = ((bucket ^ own) & known_bits).count_ones();
                    assert_eq!(differing + u32::from(asker.limit), 2 * radius / 16);
                    probed.push(bucket);
                });
                probed.sort_unstable();
                let near = |bucket: &u16| ((bucket ^ own) & known_bits).count_ones() <= reach;
                let wanted: Vec<u16> = (0..=u16::MAX).filter(near).collect();
                assert_eq!(probed, wanted, "known {known_bits:x}, radius {radius}");
                let others = 15 * plan.masks.len();
                assert_eq!(plan.count(&query), probed.len() + others);
            }
        }
    }
}

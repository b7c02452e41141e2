//! What a query asks of the tables: the buckets to visit, and how near the next chunk must be.

use super::arrange::{Arranged, arrange, chunk};
use super::layout::{BUCKETS, CHUNKS};
use crate::hamming::{Asker, distance_within};
use crate::hash::{PartialHash, Radius};

/// A query in the stored order of bits, with its number among those asked together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Query {
    pub(super) number: u32,
    pub(super) radius: u32,
    bits: Arranged,
    known: Arranged,
    /// One more than the known bits in which a visited chunk may differ; 0 for a table that is not
    /// visited. `None` where comparing all hashes is always better.
    reaches: Option<[u8; CHUNKS]>,
}

impl Query {
    pub(super) fn new(number: u32, hash: impl Into<PartialHash>, radius: Radius) -> Self {
        let partial = hash.into();
        let mut known = arrange(&partial.unknown());
        known.iter_mut().for_each(|byte| *byte = !*byte);
        let radius = radius.get();
        let reaches = reaches(radius, &known);
        Self { number, radius, bits: arrange(&partial.hash()), known, reaches }
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

/// All 16-bit masks of at most three bits, fewest bits first.
const MASKS: [u16; 697] = {
    let mut masks = [0; 697];
    let (mut bits, mut at) = (0, 0);
    while bits < MOST_REACH {
        let mut mask = 0;
        while mask < BUCKETS {
            if mask.count_ones() == bits {
                masks[at] = mask as u16;
                at += 1;
            }
            mask += 1;
        }
        bits += 1;
    }
    masks
};

/// How many of the [`MASKS`] have fewer bits than this.
const MASKS_WITHIN: [usize; MOST_REACH as usize + 1] = [0, 1, 17, 137, 697];

/// How far to look around each chunk, so that nothing within the radius is missed at the least cost.
///
/// If two hashes differ in at most `r` bits, and a reach is given to each chunk so that the reaches
/// are `r + 1` together, then some chunk differs in fewer bits than its reach, and it and the next one
/// together in fewer than the sum of both. (The cycle lemma, see `docs/design.md`.) So a chunk of
/// which much is unknown, which has many buckets to visit, is left out, and others reach farther.
fn reaches(radius: u32, known: &Arranged) -> Option<[u8; CHUNKS]> {
    let wanted = radius + 1;
    if wanted > MOST_REACH * CHUNKS as u32 {
        // Buckets four bits away are so many that a flat scan is the better plan.
        return None;
    }
    let mut reaches = [0; CHUNKS];
    // What the next step of each chunk adds: buckets.
    let mut steps: [u32; CHUNKS] = std::array::from_fn(|number| buckets(chunk(known, number), 0));
    for _ in 0..wanted {
        let cheapest = (0..CHUNKS).min_by_key(|number| steps[*number])?;
        reaches[cheapest] += 1;
        let reach = reaches[cheapest];
        let full = u32::from(reach) == MOST_REACH;
        steps[cheapest] = if full { u32::MAX } else { buckets(chunk(known, cheapest), reach) };
    }
    Some(reaches)
}

/// The farthest reach of a chunk.
const MOST_REACH: u32 = 4;

/// How many values of a chunk differ from one in so many of the known bits, at most three.
fn buckets(known: u16, bits: u8) -> u32 {
    let count = known.count_ones();
    let choices = match bits {
        0 => 1,
        1 => count,
        2 => count * count.saturating_sub(1) / 2,
        _ => count * count.saturating_sub(1) * count.saturating_sub(2) / 6,
    };
    choices << known.count_zeros()
}

impl Query {
    /// What the tables of this many hashes cost, in units of one full comparison: a bucket costs its
    /// misses in the cache, a word of it far less than a whole hash. `None` if they are of no use.
    pub(super) fn cost(&self, hashes: usize) -> Option<usize> {
        let probes = self.count()?;
        let words = (hashes / BUCKETS).saturating_mul(probes);
        Some(probes.saturating_mul(30).saturating_add(words / 4))
    }

    /// The buckets to visit in all tables.
    pub(super) fn count(&self) -> Option<usize> {
        let reaches = self.reaches.as_ref()?;
        let of_chunk = |(number, reach): (usize, &u8)| {
            (0..*reach)
                .map(|bits| buckets(chunk(&self.known, number), bits) as usize)
                .sum::<usize>()
        };
        Some(reaches.iter().enumerate().map(of_chunk).sum())
    }

    /// Visits each bucket of a table in which something near can be: `visit` gets its number, and
    /// who asks there.
    ///
    /// An entry that is near some hash for which the query stands has, in some chunk, the query's
    /// known bits but for a few, and any of the others.
    #[inline(always)]
    pub(super) fn probe(&self, table: usize, mut visit: impl FnMut(u16, Asker)) {
        let reaches = self.reaches.unwrap_or_default();
        let (reach, next) = (reaches[table], reaches[(table + 1) % CHUNKS]);
        let (own, known) = (chunk(&self.bits, table), chunk(&self.known, table));
        let (word, known_next) = (chunk(&self.bits, table + 1), chunk(&self.known, table + 1));
        for mask in &MASKS[..MASKS_WITHIN[usize::from(reach)]] {
            if mask & !known != 0 {
                continue;
            }
            let limit = u16::from(reach + next) - 1 - mask.count_ones() as u16;
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
            for radius in [0, 15, 16, 20, 31, 32, 47, 48, 63] {
                let hash = Hash256::from_bytes([0x5a; 32]);
                let mut query = Query::new(0, hash, Radius::new(radius).unwrap());
                query.known = unknown.map(|byte: u8| !byte);
                query.reaches = reaches(radius, &query.known);
                let reaches = query.reaches.unwrap();
                assert_eq!(reaches.iter().map(|reach| u32::from(*reach)).sum::<u32>(), radius + 1);
                let mut probes = 0;
                for table in 0..CHUNKS {
                    let own = chunk(&query.bits, table);
                    let known = chunk(&query.known, table);
                    let (reach, next) = (reaches[table], reaches[(table + 1) % CHUNKS]);
                    let mut probed = Vec::new();
                    query.probe(table, |bucket, asker| {
                        let differing = ((bucket ^ own) & known).count_ones();
                        assert_eq!(differing + u32::from(asker.limit) + 1, u32::from(reach + next));
                        probed.push(bucket);
                    });
                    probed.sort_unstable();
                    let near = |bucket: &u16| ((bucket ^ own) & known).count_ones() < reach.into();
                    let wanted: Vec<u16> = (0..=u16::MAX).filter(near).collect();
                    assert_eq!(probed, wanted, "known {known_bits:x}, radius {radius}");
                    probes += probed.len();
                }
                assert_eq!(query.count(), Some(probes));
            }
        }
    }

    #[test]
    fn unknown_chunks_are_left_to_the_others() {
        let unknown = Hash256::from_bytes([0x0f; 32]);
        let query = Query::new(0, PartialHash::new(unknown, unknown), Radius::default());
        let even = 16 * (1 + 8) * 256;
        assert!(query.count().unwrap() <= even, "{:?}", query.reaches);
        let mut known = [0xff; 32];
        known[..2].fill(0);
        assert_eq!(reaches(31, &known).unwrap()[0], 0);
        assert_eq!(reaches(64, &known), None);
    }
}

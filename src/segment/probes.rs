//! What a query asks of the tables: the buckets to visit, and how near the next chunk must be.

use std::sync::LazyLock;

use super::arrange::{arrange, chunk};
use super::layout::CHUNKS;
use crate::hamming::{Asker, Wanted, distance_within};
use crate::hash::{Hash256, PartialHash, Radius};

/// A query in the stored order of bits, with its number among those asked together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Query {
    pub(super) number: u32,
    pub(super) wanted: Wanted,
    /// `None` where comparing all hashes is always better.
    reaches: Option<Reaches>,
}

impl Query {
    pub(super) fn new(
        number: u32,
        hash: impl Into<PartialHash>,
        radius: Radius,
        tables: u16,
    ) -> Self {
        let partial = hash.into();
        let unknown = partial.unknown();
        let mut known = [0xff; 32];
        if unknown != Hash256::default() {
            known = arrange(&unknown).map(|byte| !byte);
        }
        let radius = radius.get();
        let reaches = Reaches::new(radius, &known, tables);
        Self { number, wanted: Wanted { bits: arrange(&partial.hash()), known, radius }, reaches }
    }

    /// This query for another hash, if all bits of both are known: what it asks is then planned already.
    pub(super) fn for_another(&self, number: u32, hash: &PartialHash) -> Option<Self> {
        let known = hash.unknown() == Hash256::default();
        let bits = arrange(&hash.hash());
        known.then_some(Self { number, wanted: Wanted { bits, ..self.wanted }, ..*self })
    }

    /// The number of bits that are not known.
    pub(super) fn unknown(&self) -> u32 {
        self.wanted.known.iter().map(|byte| byte.count_zeros()).sum()
    }

    /// The number of known bits in which a row differs.
    #[inline(always)]
    pub(super) fn distance(&self, row: &[u8; 32]) -> u32 {
        distance_within(row, &self.wanted.bits, &self.wanted.known)
    }
}

/// The farthest reach of a chunk: with farther ones so many buckets are visited that comparing all hashes
/// is better, but for the largest of segments.
pub(super) const MOST_REACH: u32 = 6;

/// How many of the [`MASKS`] have fewer bits than this.
const MASKS_WITHIN: [usize; MOST_REACH as usize + 1] = [0, 1, 17, 137, 697, 2517, 6885];

/// All 16-bit masks of fewer bits than the farthest reach, fewest bits first.
static MASKS: LazyLock<Box<[u16]>> = LazyLock::new(|| {
    let of_bits = |bits| (0..=u16::MAX).filter(move |mask| mask.count_ones() == bits);
    (0..MOST_REACH).flat_map(of_bits).collect()
});

/// The masks with fewer bits than a reach.
pub(super) fn masks(reach: u16) -> &'static [u16] {
    &MASKS[..MASKS_WITHIN[usize::from(reach).min(MOST_REACH as usize)]]
}

/// The same by how many bits they have.
#[inline(always)]
pub(super) fn masks_by_bits(reach: u16) -> impl Iterator<Item = (&'static [u16], u16)> {
    let all = masks(reach);
    (0..reach).map(|bits| {
        let [start, end] = [bits, bits + 1].map(|bits| MASKS_WITHIN[usize::from(bits)]);
        (&all[start..end], bits)
    })
}

/// How far to look around each chunk, so that nothing within the radius is missed at the least cost.
///
/// If two hashes differ in at most `r` bits, and a reach is given to each chunk so that the reaches
/// are `r + 1` together, then some chunk differs in fewer bits than its reach, and it and the next one
/// together in fewer than the sum of both. (The cycle lemma, see `docs/design.md`.) So a chunk of
/// which much is unknown, which has many buckets to visit, is left out, and others reach farther.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reaches {
    /// One more than the known bits in which a visited chunk may differ; 0 for a table that is not
    /// visited.
    each: [u8; CHUNKS],
    /// The buckets to visit, all together.
    buckets: u32,
}

impl Reaches {
    /// Lets a table reach one bit farther; how far it then does.
    pub(super) fn extend(&mut self, number: usize, query: &Query) -> u16 {
        let reach = self.each[number];
        self.buckets += buckets(chunk(&query.wanted.known, number), reach);
        self.each[number] = reach + 1;
        u16::from(reach + 1)
    }

    /// `None` where the tables that there are would have to reach farther than they can.
    fn new(radius: u32, known: &[u8; 32], tables: u16) -> Option<Self> {
        let wanted = radius + 1;
        if wanted > MOST_REACH * tables.count_ones() {
            return None;
        }
        let has = |number: &usize| tables >> number & 1 == 1;
        let mut reaches = Self { each: [0; CHUNKS], buckets: 0 };
        if *known == [0xff; 32] {
            // All chunks are alike: the steps below would come to this.
            // The first tables get the shorter reaches: in the lean format they sift least.
            let (even, more) = (wanted / tables.count_ones(), wanted % tables.count_ones());
            for (place, number) in (0..CHUNKS).rev().filter(has).enumerate() {
                let reach = even as u8 + u8::from(place < more as usize);
                reaches.each[number] = reach;
                reaches.buckets += masks(reach.into()).len() as u32;
            }
            return Some(reaches);
        }
        // What the next step of each chunk adds: buckets.
        let mut steps: [u32; CHUNKS] =
            std::array::from_fn(|number| buckets(chunk(known, number), 0));
        for _ in 0..wanted {
            let cheapest = (0..CHUNKS).filter(has).min_by_key(|number| steps[*number])?;
            reaches.each[cheapest] += 1;
            reaches.buckets += steps[cheapest];
            let reach = reaches.each[cheapest];
            let full = u32::from(reach) == MOST_REACH;
            steps[cheapest] = if full { u32::MAX } else { buckets(chunk(known, cheapest), reach) };
        }
        Some(reaches)
    }
}

/// How many values of a chunk differ from one in so many of the known bits.
fn buckets(known: u16, bits: u8) -> u32 {
    let count = known.count_ones();
    let choices = (0..u32::from(bits))
        .fold(1, |choices, taken| choices * count.saturating_sub(taken) / (taken + 1));
    choices << known.count_zeros()
}

impl Query {
    /// The same query with other reaches, which must be one more than the radius together.
    pub(super) fn with_reaches(&self, reaches: Reaches) -> Self {
        debug_assert_eq!(
            reaches.each.iter().map(|reach| u32::from(*reach)).sum::<u32>(),
            self.wanted.radius + 1
        );
        Self { reaches: Some(reaches), ..*self }
    }

    /// The buckets to visit in all tables.
    pub(super) fn count(&self) -> Option<usize> {
        self.reaches.map(|reaches| reaches.buckets as usize)
    }

    /// Calls `ask` with what it asks of one table: mostly once, and once for each value of the bits of
    /// its chunk that it does not know.
    ///
    /// An entry that is near some hash for which the query stands has, in some chunk, the query's
    /// known bits but for a few, and any of the others.
    #[inline(always)]
    pub(super) fn ask(&self, table: usize, tag: u32, mut ask: impl FnMut(Asker)) {
        let Some(Reaches { each, .. }) = &self.reaches else { return };
        let (reach, next) = (u16::from(each[table]), u16::from(each[(table + 1) % CHUNKS]));
        if reach > 0 {
            self.ask_as(table, tag, (reach, next), &mut ask);
        }
    }

    /// What it would ask of a table with these reaches for its chunk and the next one.
    #[inline(always)]
    pub(super) fn ask_as(
        &self,
        table: usize,
        tag: u32,
        (reach, next): (u16, u16),
        mut ask: impl FnMut(Asker),
    ) {
        let Wanted { bits, known, .. } = &self.wanted;
        let (own, settled) = (chunk(bits, table), chunk(known, table));
        let (word, known) = (chunk(bits, table + 1), chunk(known, table + 1));
        let mut guess = !settled;
        loop {
            let (bucket, limit) = (own ^ guess, reach + next - 1);
            ask(Asker { bucket, settled, reach, word, known, limit, tag });
            if guess == 0 {
                break;
            }
            guess = (guess - 1) & !settled;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_probed_at_every_chunk_within_the_known_bits_reach_and_once() {
        let mut unknown = [0; 32];
        for known_bits in [0xffff_u16, 0xfffe, 0x0ff0, 0x1234, 0] {
            unknown[..2].copy_from_slice(&(!known_bits).to_le_bytes());
            for (radius, tables) in [0, 15, 16, 20, 31, 32, 40, 47]
                .into_iter()
                .flat_map(|radius| [(radius, 0xffff), (radius, 0x5557)])
            {
                let hash = Hash256::from_bytes([0x5a; 32]);
                let mut query = Query::new(0, hash, Radius::new(radius).unwrap(), tables);
                let known = unknown.map(|byte: u8| !byte);
                query.wanted.known = known;
                query.reaches = Reaches::new(radius, &known, tables);
                let reaches = query.reaches.unwrap().each;
                assert_eq!(reaches.iter().map(|reach| u32::from(*reach)).sum::<u32>(), radius + 1);
                let mut probes = 0;
                for table in 0..CHUNKS {
                    let own = chunk(&query.wanted.bits, table);
                    let known = chunk(&known, table);
                    let (reach, next) = (reaches[table], reaches[(table + 1) % CHUNKS]);
                    let mut probed = Vec::new();
                    query.ask(table, 9, |asker| {
                        assert_eq!(asker.limit + 1, u16::from(reach + next));
                        assert_eq!((asker.reach, asker.tag), (reach.into(), 9));
                        let masks = masks(asker.reach).iter();
                        let masks = masks.filter(|mask| **mask & !asker.settled == 0);
                        probed.extend(masks.map(|mask| asker.bucket ^ mask));
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
        let query = Query::new(0, PartialHash::new(unknown, unknown), Radius::default(), 0xffff);
        let even = 16 * (1 + 8) * 256;
        assert!(query.count().unwrap() <= even, "{:?}", query.reaches);
        let mut known = [0xff; 32];
        known[..2].fill(0);
        assert_eq!(Reaches::new(31, &known, 0xffff).unwrap().each[0], 0);
        assert!(Reaches::new(95, &known, 0xffff).is_some());
        assert!(Reaches::new(96, &known, 0xffff).is_none());
        assert!(Reaches::new(0, &known, 0).is_none());
    }
}

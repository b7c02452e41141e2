//! The kernels without intrinsics: the fallback, and the oracle of all others.

use super::{Asker, Buckets, Near, Passed, Wanted};

/// The number of bits in which two hashes differ, among these.
#[inline(always)]
pub(crate) fn distance_within(a: &[u8; 32], b: &[u8; 32], known: &[u8; 32]) -> u32 {
    let words = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0).zip(known.as_chunks::<8>().0);
    let differing = words.map(|((a, b), known)| {
        (u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b)) & u64::from_le_bytes(*known)
    });
    differing.map(u64::count_ones).sum()
}

/// The number of bits in which two hashes differ.
#[inline(always)]
pub(crate) fn distance(a: &[u8; 32], b: &[u8; 32]) -> u32 {
    let words = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0);
    words.map(|(a, b)| (u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b)).count_ones()).sum()
}

#[inline(always)]
pub(super) fn scan(hashes: &[[u8; 32]], query: &[u8; 32], radius: u32, near: &mut Vec<Near>) {
    for (row, hash) in hashes.iter().enumerate() {
        let distance = distance(hash, query);
        if distance <= radius {
            near.push(Near { row: row as u32, distance });
        }
    }
}

#[inline(always)]
pub(super) fn filter(buckets: Buckets<'_>, askers: &[Asker], flip: u16, passed: &mut Vec<Passed>) {
    for (asker, limit, first, words) in buckets.asked(askers, flip) {
        filter_words(words, first, asker, limit, passed);
    }
}

#[inline(always)]
pub(super) fn filter_words(
    words: &[[u8; 2]],
    first: u32,
    asker: &Asker,
    limit: u16,
    passed: &mut Vec<Passed>,
) {
    for (word, position) in words.iter().zip(first..) {
        let differing = (u16::from_le_bytes(*word) ^ asker.word) & asker.known;
        if differing.count_ones() <= u32::from(limit) {
            passed.push(Passed { position, tag: asker.tag });
        }
    }
}

#[inline(always)]
pub(super) fn compare(
    hashes: &[[u8; 32]],
    candidates: &[Passed],
    wanted: &[Wanted],
    near: &mut Vec<(u32, Near)>,
) {
    for candidate in candidates {
        let (row, tag) = (candidate.position, candidate.tag);
        let (Some(hash), Some(wanted)) = (hashes.get(row as usize), wanted.get(tag as usize))
        else {
            continue;
        };
        let distance = distance_within(hash, &wanted.bits, &wanted.known);
        if distance <= wanted.radius {
            near.push((tag, Near { row, distance }));
        }
    }
}

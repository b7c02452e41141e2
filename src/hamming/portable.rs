//! The kernels without intrinsics: the fallback, and the oracle of all others.

use super::{Near, Passed, Run, Wanted};

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
pub(super) fn filter(words: &[[u8; 2]], runs: &[Run], passed: &mut Vec<Passed>) {
    for run in runs {
        filter_words(run.of(words), run.first, run, passed);
    }
}

/// Words of a run, of which the first is at this place.
#[inline(always)]
pub(super) fn filter_words(words: &[[u8; 2]], first: u32, run: &Run, passed: &mut Vec<Passed>) {
    for (word, position) in words.iter().zip(first..) {
        let differing = (u16::from_le_bytes(*word) ^ run.word) & run.known;
        if differing.count_ones() <= u32::from(run.limit) {
            passed.push(Passed { position, tag: run.tag });
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

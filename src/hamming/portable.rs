//! The kernels without intrinsics: the fallback, and the oracle of all others.

use super::{Asker, Bucket, Near, Passed, asked};

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
pub(super) fn filter(
    words: &[[u8; 2]],
    buckets: &[Bucket],
    askers: &[Asker],
    passed: &mut Vec<Passed>,
) {
    for (bucket, first, askers) in asked(words, buckets, askers) {
        filter_bucket(bucket, first, askers, passed);
    }
}

#[inline(always)]
pub(super) fn filter_bucket(
    bucket: &[[u8; 2]],
    first: u32,
    askers: &[Asker],
    passed: &mut Vec<Passed>,
) {
    for asker in askers {
        for (place, word) in bucket.iter().enumerate() {
            let differing = (u16::from_le_bytes(*word) ^ asker.word) & asker.known;
            let distance = differing.count_ones();
            if distance <= u32::from(asker.limit) {
                passed.push(Passed { position: first + place as u32, tag: asker.tag });
            }
        }
    }
}

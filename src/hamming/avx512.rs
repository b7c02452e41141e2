//! AVX-512: 64-bit population counts for whole hashes, 16-bit ones for words.
#![allow(unsafe_code, reason = "SIMD intrinsics")]

use std::arch::x86_64::{
    __m512i, _mm256_loadu_si256, _mm512_add_epi64, _mm512_and_si512, _mm512_broadcast_i64x4,
    _mm512_loadu_si512, _mm512_mask_cmple_epu16_mask, _mm512_mask_cmple_epu64_mask,
    _mm512_maskz_loadu_epi16, _mm512_permutex_epi64, _mm512_popcnt_epi16, _mm512_popcnt_epi64,
    _mm512_set1_epi16, _mm512_set1_epi64, _mm512_unpackhi_epi64, _mm512_unpacklo_epi64,
    _mm512_xor_si512,
};

use super::avx2::collect;
use super::{Near, Passed, Run};

/// Whether this processor has all that the functions of this file use. True is a guarantee.
pub(super) fn is_available() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vpopcntdq")
        && is_x86_feature_detected!("avx512bitalg")
        && is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("popcnt")
}

/// Rows handled in one round of [`scan`].
const ROWS: usize = 4;

#[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq,avx2,popcnt")]
pub(super) fn scan(hashes: &[[u8; 32]], query: &[u8; 32], radius: u32, near: &mut Vec<Near>) {
    // SAFETY: `query` is 32 readable bytes.
    let query_twice = _mm512_broadcast_i64x4(unsafe { _mm256_loadu_si256(query.as_ptr().cast()) });
    let limit = _mm512_set1_epi64(i64::from(radius));
    let count = |two_rows: &[[u8; 32]; 2]| -> __m512i {
        // SAFETY: two rows are 64 readable bytes.
        let rows = unsafe { _mm512_loadu_si512(two_rows.as_ptr().cast()) };
        _mm512_popcnt_epi64(_mm512_xor_si512(rows, query_twice))
    };
    let (rounds, rest) = hashes.as_chunks::<ROWS>();
    for (round, [a, b, c, d]) in rounds.iter().enumerate() {
        let (ab, cd) = (count(&[*a, *b]), count(&[*c, *d]));
        // The four counts of a row are side by side: add neighbours, then the two halves.
        let pairs = _mm512_add_epi64(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
        let sums = _mm512_add_epi64(pairs, _mm512_permutex_epi64::<0b01_00_11_10>(pairs));
        // Lanes 0, 1, 4, 5 now hold the distances of rows a, c, b, d.
        if _mm512_mask_cmple_epu64_mask(0b0011_0011, sums, limit) != 0 {
            collect(&hashes[round * ROWS..][..ROWS], round * ROWS, query, radius, near);
        }
    }
    collect(rest, rounds.len() * ROWS, query, radius, near);
}

/// Words in one register.
const LANES: usize = 32;

#[target_feature(enable = "avx512f,avx512bw,avx512bitalg")]
pub(super) fn filter(words: &[[u8; 2]], runs: &[Run], passed: &mut Vec<Passed>) {
    for run in runs {
        let words = run.of(words);
        let word = _mm512_set1_epi16(run.word.cast_signed());
        let known = _mm512_set1_epi16(run.known.cast_signed());
        let limit = _mm512_set1_epi16(run.limit.cast_signed());
        let near = |lanes: &[[u8; 2]]| -> u64 {
            let used = u32::MAX >> (LANES - lanes.len());
            // SAFETY: the mask loads exactly the words of `lanes`.
            let words = unsafe { _mm512_maskz_loadu_epi16(used, lanes.as_ptr().cast()) };
            let differing = _mm512_and_si512(_mm512_xor_si512(words, word), known);
            let distances = _mm512_popcnt_epi16(differing);
            u64::from(_mm512_mask_cmple_epu16_mask(used, distances, limit))
        };
        if !words.is_empty() && words.len() <= LANES {
            // Most buckets of a million hashes.
            let hits = near(words);
            if hits != 0 {
                pass(hits, run.first, run.tag, passed);
            }
            continue;
        }
        let (pairs, rest) = words.as_chunks::<{ 2 * LANES }>();
        let mut position = run.first;
        for pair in pairs {
            let hits = near(&pair[..LANES]) | near(&pair[LANES..]) << LANES;
            if hits != 0 {
                pass(hits, position, run.tag, passed);
            }
            position += 2 * LANES as u32;
        }
        for lanes in rest.chunks(LANES) {
            let hits = near(lanes);
            if hits != 0 {
                pass(hits, position, run.tag, passed);
            }
            position += LANES as u32;
        }
    }
}

/// Appends the words whose bits are set. Apart, so that the loops above keep their registers.
#[cold]
#[inline(never)]
fn pass(mut hits: u64, first: u32, tag: u32, passed: &mut Vec<Passed>) {
    while hits != 0 {
        passed.push(Passed { position: first + hits.trailing_zeros(), tag });
        hits &= hits - 1;
    }
}

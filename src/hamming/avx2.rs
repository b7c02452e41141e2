//! AVX2: nibble look-ups count the bits of words; whole hashes are counted by `popcnt`, which is
//! faster than any AVX2 sequence for four words.
#![allow(unsafe_code, reason = "SIMD intrinsics")]

use std::arch::x86_64::{
    __m256i, _mm256_add_epi8, _mm256_and_si256, _mm256_cmpgt_epi16, _mm256_loadu_si256,
    _mm256_maddubs_epi16, _mm256_movemask_epi8, _mm256_set1_epi8, _mm256_set1_epi16,
    _mm256_setr_epi8, _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_xor_si256,
};

use super::{Asker, Buckets, Near, Passed, Wanted, portable};

/// Whether this processor has all that the functions of this file use. True is a guarantee.
pub(super) fn is_available() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt")
}

#[target_feature(enable = "popcnt")]
pub(super) fn scan(hashes: &[[u8; 32]], query: &[u8; 32], radius: u32, near: &mut Vec<Near>) {
    portable::scan(hashes, query, radius, near);
}

/// Words in one register.
const LANES: usize = 16;

#[target_feature(enable = "popcnt")]
pub(super) fn compare(
    hashes: &[[u8; 32]],
    candidates: &[Passed],
    wanted: &[Wanted],
    near: &mut Vec<(u32, Near)>,
) {
    portable::compare(hashes, candidates, wanted, near);
}

#[target_feature(enable = "avx2")]
pub(super) fn filter(buckets: Buckets<'_>, askers: &[Asker], flip: u16, passed: &mut Vec<Passed>) {
    for (asker, limit, first, words) in buckets.asked(askers, flip) {
        let mut position = first;
        for part in words.chunks(LANES) {
            let used = u32::MAX >> (32 - 2 * part.len());
            let from = buckets.words.get(position as usize..).unwrap_or_default();
            // What follows the bucket is read along, and its answers are dropped.
            match from.first_chunk() {
                Some(lanes) => filter_lanes(lanes, used, position, asker, limit, passed),
                None => {
                    let mut lanes = [[0; 2]; LANES];
                    lanes[..part.len()].copy_from_slice(part);
                    filter_lanes(&lanes, used, position, asker, limit, passed);
                }
            }
            position += part.len() as u32;
        }
    }
}

/// Of the answers, those whose bits are set in `used` count: two a word.
#[target_feature(enable = "avx2")]
#[inline]
fn filter_lanes(
    lanes: &[[u8; 2]; LANES],
    used: u32,
    position: u32,
    asker: &Asker,
    limit: u16,
    passed: &mut Vec<Passed>,
) {
    // SAFETY: sixteen words are 32 readable bytes.
    let words = unsafe { _mm256_loadu_si256(lanes.as_ptr().cast()) };
    let word = _mm256_set1_epi16(asker.word.cast_signed());
    let limit = _mm256_set1_epi16(limit.min(16).cast_signed());
    let known = _mm256_set1_epi16(asker.known.cast_signed());
    let differing = _mm256_and_si256(_mm256_xor_si256(words, word), known);
    let distances = count_words(differing);
    let far = _mm256_movemask_epi8(_mm256_cmpgt_epi16(distances, limit));
    // Two mask bits a word: keep the lower.
    let mut hits = !far.cast_unsigned() & used & 0x5555_5555;
    while hits != 0 {
        let lane = hits.trailing_zeros() / 2;
        passed.push(Passed { position: position + lane, tag: asker.tag });
        hits &= hits - 1;
    }
}

/// The number of bits set in each 16-bit lane.
#[target_feature(enable = "avx2")]
#[inline]
fn count_words(words: __m256i) -> __m256i {
    let bits_of_nibble = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3,
        3, 4,
    );
    let low = _mm256_set1_epi8(0x0f);
    let in_low = _mm256_shuffle_epi8(bits_of_nibble, _mm256_and_si256(words, low));
    let high_nibbles = _mm256_and_si256(_mm256_srli_epi16::<4>(words), low);
    let in_high = _mm256_shuffle_epi8(bits_of_nibble, high_nibbles);
    _mm256_maddubs_epi16(_mm256_add_epi8(in_low, in_high), _mm256_set1_epi8(1))
}

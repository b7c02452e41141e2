//! AVX2: nibble look-ups count the bits of words; whole hashes are counted by `popcnt`, which is
//! faster than any AVX2 sequence for four words.
#![allow(unsafe_code, reason = "SIMD intrinsics")]

use std::arch::x86_64::{
    __m256i, _mm256_add_epi8, _mm256_and_si256, _mm256_cmpgt_epi16, _mm256_loadu_si256,
    _mm256_maddubs_epi16, _mm256_movemask_epi8, _mm256_set1_epi8, _mm256_set1_epi16,
    _mm256_setr_epi8, _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_xor_si256,
};

use super::{Near, Passed, Run, Wanted, portable};

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
pub(super) fn filter(words: &[[u8; 2]], runs: &[Run], passed: &mut Vec<Passed>) {
    for run in runs {
        let mut place = run.first as usize;
        let end = place.saturating_add(run.len as usize).min(words.len());
        // A run mostly fits a pair of registers; whether it fits one is hard to predict. What follows it is
        // read along, and the answers are dropped.
        while place < end {
            match words.get(place..).and_then(<[_]>::first_chunk) {
                Some(lanes) => filter_lanes(lanes, end - place, place, run, passed),
                None => filter_last(&words[place..], end - place, place, run, passed),
            }
            place += 2 * LANES;
        }
    }
}

/// The end of all words, of which there are not enough for a pair of registers.
#[target_feature(enable = "avx2")]
#[cold]
#[inline(never)]
fn filter_last(words: &[[u8; 2]], len: usize, place: usize, run: &Run, passed: &mut Vec<Passed>) {
    let mut lanes = [[0; 2]; 2 * LANES];
    lanes[..words.len()].copy_from_slice(words);
    filter_lanes(&lanes, len, place, run, passed);
}

/// Of the answers, those of the first `len` words count.
#[target_feature(enable = "avx2")]
#[inline]
fn filter_lanes(
    lanes: &[[u8; 2]; 2 * LANES],
    len: usize,
    place: usize,
    run: &Run,
    passed: &mut Vec<Passed>,
) {
    let word = _mm256_set1_epi16(run.word.cast_signed());
    let limit = _mm256_set1_epi16(run.limit.min(16).cast_signed());
    let known = _mm256_set1_epi16(run.known.cast_signed());
    let far = |place: usize| {
        // SAFETY: sixteen words from either place on are 32 readable bytes.
        let words = unsafe { _mm256_loadu_si256(lanes.as_ptr().add(place).cast()) };
        let differing = _mm256_and_si256(_mm256_xor_si256(words, word), known);
        let distances = count_words(differing);
        let far = _mm256_movemask_epi8(_mm256_cmpgt_epi16(distances, limit));
        u64::from(far.cast_unsigned())
    };
    // Two mask bits a word: keep the lower.
    let used = u64::MAX >> (64 - 2 * len.min(2 * LANES));
    let hits = !(far(0) | far(LANES) << 32) & used & 0x5555_5555_5555_5555;
    if hits != 0 {
        pass(hits, place as u32, run.tag, passed);
    }
}

/// Appends the words whose bits are set, two a word. Apart, so that the loop above keeps its registers.
#[cold]
#[inline(never)]
fn pass(mut hits: u64, first: u32, tag: u32, passed: &mut Vec<Passed>) {
    while hits != 0 {
        passed.push(Passed { position: first + hits.trailing_zeros() / 2, tag });
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

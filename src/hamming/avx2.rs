//! AVX2: nibble look-ups count the bits of words, and of the first half of each hash, which rules out
//! almost all of them; what is left is counted by `popcnt`.
#![allow(unsafe_code, reason = "SIMD intrinsics")]

use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_add_epi8, _mm256_and_si256, _mm256_broadcastsi128_si256,
    _mm256_cmpgt_epi16, _mm256_cmpgt_epi64, _mm256_loadu_si256, _mm256_maddubs_epi16,
    _mm256_movemask_epi8, _mm256_sad_epu8, _mm256_set_m128i, _mm256_set1_epi8, _mm256_set1_epi16,
    _mm256_set1_epi64x, _mm256_setr_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8,
    _mm256_srli_epi16, _mm256_unpackhi_epi64, _mm256_unpacklo_epi64, _mm256_xor_si256,
};

use super::{Near, Passed, Run, Wanted, portable};

/// Whether this processor has all that the functions of this file use. True is a guarantee.
pub(super) fn is_available() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt")
}

/// Rows handled in one round of [`scan`].
const ROWS: usize = 4;
/// Up to this radius half of a hash rules out most: unlike halves differ in 64 bits, give or take 6.
const TELLING: u32 = 44;

#[target_feature(enable = "avx2,popcnt")]
pub(super) fn scan(hashes: &[[u8; 32]], query: &[u8; 32], radius: u32, near: &mut Vec<Near>) {
    if radius > TELLING {
        return collect(hashes, 0, query, radius, near);
    }
    // SAFETY: `query` is 32 readable bytes, of which 16 are read.
    let half_twice = _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(query.as_ptr().cast()) });
    let limit = _mm256_set1_epi64x(i64::from(radius));
    let half = |row: &[u8; 32]| {
        // SAFETY: a row is 32 readable bytes, of which 16 are read.
        unsafe { _mm_loadu_si128(row.as_ptr().cast()) }
    };
    let count =
        |a, b| count_bytes(_mm256_xor_si256(_mm256_set_m128i(half(b), half(a)), half_twice));
    let (rounds, rest) = hashes.as_chunks::<ROWS>();
    for (round, [a, b, c, d]) in rounds.iter().enumerate() {
        let (ab, cd) = (count(a, b), count(c, d));
        // The two words of a half are side by side: lanes become those of rows a, c, b, d.
        let pairs = _mm256_add_epi8(_mm256_unpacklo_epi64(ab, cd), _mm256_unpackhi_epi64(ab, cd));
        let distances = _mm256_sad_epu8(pairs, _mm256_setzero_si256());
        if _mm256_movemask_epi8(_mm256_cmpgt_epi64(distances, limit)) != -1 {
            collect(&hashes[round * ROWS..][..ROWS], round * ROWS, query, radius, near);
        }
    }
    collect(rest, rounds.len() * ROWS, query, radius, near);
}

/// Tests rows one by one: those of a round in which one may be near, and the last few.
#[target_feature(enable = "popcnt")]
pub(super) fn collect(
    rows: &[[u8; 32]],
    first: usize,
    query: &[u8; 32],
    radius: u32,
    near: &mut Vec<Near>,
) {
    for (row, hash) in (first..).zip(rows) {
        let distance = portable::distance(hash, query);
        if distance <= radius {
            near.push(Near { row: row as u32, distance });
        }
    }
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
    _mm256_maddubs_epi16(count_bytes(words), _mm256_set1_epi8(1))
}

/// The number of bits set in each byte.
#[target_feature(enable = "avx2")]
#[inline]
fn count_bytes(bytes: __m256i) -> __m256i {
    let bits_of_nibble = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3,
        3, 4,
    );
    let low = _mm256_set1_epi8(0x0f);
    let in_low = _mm256_shuffle_epi8(bits_of_nibble, _mm256_and_si256(bytes, low));
    let high_nibbles = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), low);
    let in_high = _mm256_shuffle_epi8(bits_of_nibble, high_nibbles);
    _mm256_add_epi8(in_low, in_high)
}

//! NEON, which every 64-bit ARM processor has: byte counts, added in pairs.
#![allow(unsafe_code, reason = "SIMD intrinsics")]

use std::arch::aarch64::{
    vaddlvq_u8, vaddq_u8, vandq_u16, vcleq_u16, vcntq_u8, vdupq_n_u16, veorq_u8, veorq_u16,
    vget_lane_u64, vld1q_u8, vpaddlq_u8, vreinterpret_u64_u8, vreinterpretq_u8_u16,
    vreinterpretq_u16_u8, vshrn_n_u16,
};

use super::{Near, Passed, Run, portable};

pub(super) fn scan(hashes: &[[u8; 32]], query: &[u8; 32], radius: u32, near: &mut Vec<Near>) {
    // SAFETY: a hash is two times 16 readable bytes; NEON is part of the target.
    let halves =
        |hash: &[u8; 32]| unsafe { (vld1q_u8(hash.as_ptr()), vld1q_u8(hash.as_ptr().add(16))) };
    let (query_low, query_high) = halves(query);
    for (row, hash) in hashes.iter().enumerate() {
        let (low, high) = halves(hash);
        // SAFETY: arithmetic on registers; NEON is part of the target.
        let distance = u32::from(unsafe {
            let low = vcntq_u8(veorq_u8(low, query_low));
            let high = vcntq_u8(veorq_u8(high, query_high));
            vaddlvq_u8(vaddq_u8(low, high))
        });
        if distance <= radius {
            near.push(Near { row: row as u32, distance });
        }
    }
}

/// Words in one register.
const LANES: usize = 8;

pub(super) fn filter(words: &[[u8; 2]], runs: &[Run], passed: &mut Vec<Passed>) {
    for run in runs {
        let (rounds, rest) = run.of(words).as_chunks::<LANES>();
        let mut position = run.first;
        for lanes in rounds {
            // SAFETY: eight words are 16 readable bytes; the rest is arithmetic on registers; NEON is
            // part of the target.
            let mut hits = unsafe {
                let words = vreinterpretq_u16_u8(vld1q_u8(lanes.as_ptr().cast()));
                let differing = veorq_u16(words, vdupq_n_u16(run.word));
                let differing = vandq_u16(differing, vdupq_n_u16(run.known));
                let distances = vpaddlq_u8(vcntq_u8(vreinterpretq_u8_u16(differing)));
                let near = vcleq_u16(distances, vdupq_n_u16(run.limit));
                // A byte a word, all ones where it passes; one bit of each is enough.
                vget_lane_u64::<0>(vreinterpret_u64_u8(vshrn_n_u16::<4>(near)))
            } & 0x0101_0101_0101_0101;
            while hits != 0 {
                let lane = hits.trailing_zeros() / 8;
                passed.push(Passed { position: position + lane, tag: run.tag });
                hits &= hits - 1;
            }
            position += LANES as u32;
        }
        portable::filter_words(rest, position, run, passed);
    }
}

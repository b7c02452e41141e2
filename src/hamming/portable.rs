//! The kernels without intrinsics: the fallback, and the oracle of all others.

use super::{Near, Passed, Probe};

pub(super) fn distance(a: &[u8; 32], b: &[u8; 32]) -> u32 {
    let words = |bytes: &[u8; 32]| {
        let (words, _) = bytes.as_chunks::<8>();
        [words[0], words[1], words[2], words[3]].map(u64::from_le_bytes)
    };
    let (a, b) = (words(a), words(b));
    (a[0] ^ b[0]).count_ones()
        + (a[1] ^ b[1]).count_ones()
        + (a[2] ^ b[2]).count_ones()
        + (a[3] ^ b[3]).count_ones()
}

#[inline(always)]
pub(super) fn scan(hashes: &[[u8; 32]], query: &[u8; 32], radius: u32, near: &mut Vec<Near>) {
    for (row, hash) in hashes.iter().enumerate() {
        let distance = distance(hash, query);
        if distance <= radius {
            near.push(Near {
                row: row as u32,
                distance,
            });
        }
    }
}

#[inline(always)]
pub(super) fn filter(words: &[[u8; 2]], probes: &[Probe], passed: &mut Vec<Passed>) {
    for probe in probes {
        filter_run(probe.run(words), probe.start, probe, passed);
    }
}

/// Filters one run whose first word is at `start`.
#[inline(always)]
pub(super) fn filter_run(run: &[[u8; 2]], start: u32, probe: &Probe, passed: &mut Vec<Passed>) {
    for (lane, word) in run.iter().enumerate() {
        let distance = (u16::from_le_bytes(*word) ^ probe.word).count_ones();
        if distance <= u32::from(probe.limit) {
            passed.push(Passed {
                position: start + lane as u32,
                tag: probe.tag,
            });
        }
    }
}

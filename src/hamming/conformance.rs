//! What every kernel must do, tried on every kernel that this processor has.
//!
//! The oracles here are written from the definitions, bit by bit, and share no code with the kernels.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Kernel, Near, Passed, Probe};

fn naive_distance(a: &[u8], b: &[u8]) -> u32 {
    let mut differing = 0;
    for (x, y) in a.iter().zip(b) {
        for bit in 0..8 {
            differing += u32::from((x >> bit) & 1 != (y >> bit) & 1);
        }
    }
    differing
}

fn naive_scan(hashes: &[[u8; 32]], query: &[u8; 32], radius: u32) -> Vec<Near> {
    let all = (0..)
        .zip(hashes)
        .map(|(row, hash)| (row, naive_distance(hash, query)));
    all.filter(|(_, distance)| *distance <= radius)
        .map(|(row, distance)| Near { row, distance })
        .collect()
}

fn naive_filter(words: &[[u8; 2]], probes: &[Probe]) -> Vec<Passed> {
    let mut passed = Vec::new();
    for probe in probes {
        for position in probe.start..probe.start.saturating_add(probe.len) {
            let Some(word) = words.get(position as usize) else {
                break;
            };
            if naive_distance(word, &probe.word.to_le_bytes()) <= u32::from(probe.limit) {
                passed.push(Passed {
                    position,
                    tag: probe.tag,
                });
            }
        }
    }
    passed
}

/// Hashes around a centre: few bits flipped, so that every radius has hits.
fn hashes_near(rng: &mut StdRng, centre: &[u8; 32], count: usize) -> Vec<[u8; 32]> {
    let mut hashes = vec![*centre; count];
    for hash in &mut hashes {
        for _ in 0..rng.random_range(0..400) {
            let bit = rng.random_range(0..256);
            hash[bit / 8] ^= 1 << (bit % 8);
        }
    }
    hashes
}

#[test]
fn every_kernel_scans_as_the_naive_loop_does() {
    let mut rng = StdRng::seed_from_u64(1);
    let mut kernels = 0;
    for kernel in Kernel::available() {
        kernels += 1;
        for count in (0..20).chain([31, 32, 33, 63, 64, 65, 127, 128, 129, 1000]) {
            let query: [u8; 32] = rng.random();
            let hashes = hashes_near(&mut rng, &query, count);
            for radius in [0, 1, 15, 16, 31, 32, 47, 48, 128, 255, 256] {
                let mut near = Vec::new();
                kernel.scan(&hashes, &query, radius, &mut near);
                assert_eq!(
                    near,
                    naive_scan(&hashes, &query, radius),
                    "{kernel:?} {count} {radius}"
                );
            }
        }
    }
    assert!(kernels >= 1);
    println!(
        "kernels: {:?}",
        Kernel::available().map(Kernel::name).collect::<Vec<_>>()
    );
}

#[test]
fn every_kernel_finds_all_256_bits_differing() {
    for kernel in Kernel::available() {
        let mut near = Vec::new();
        kernel.scan(&[[0xff; 32]; 9], &[0; 32], 256, &mut near);
        assert_eq!(near.len(), 9, "{kernel:?}");
        assert!(near.iter().all(|hit| hit.distance == 256));
        near.clear();
        kernel.scan(&[[0xff; 32]; 9], &[0; 32], 255, &mut near);
        assert!(near.is_empty(), "{kernel:?}");
    }
}

#[test]
fn every_kernel_filters_as_the_naive_loop_does() {
    let mut rng = StdRng::seed_from_u64(2);
    for kernel in Kernel::available() {
        for count in (0..70).chain([100, 127, 128, 129, 500]) {
            let words: Vec<[u8; 2]> = (0..count).map(|_| rng.random()).collect();
            let probes: Vec<Probe> = (0..20)
                .map(|tag| {
                    let start = rng.random_range(0..=count);
                    let len = rng.random_range(0..=count - start);
                    let word = words
                        .get(start as usize)
                        .map_or(7, |word| u16::from_le_bytes(*word));
                    Probe {
                        start,
                        len,
                        word,
                        limit: tag as u16 % 18,
                        tag,
                    }
                })
                .collect();
            let mut passed = Vec::new();
            kernel.filter(&words, &probes, &mut passed);
            assert_eq!(passed, naive_filter(&words, &probes), "{kernel:?} {count}");
        }
    }
}

#[test]
fn a_run_beyond_the_end_is_cut_there() {
    let words = [[0, 0]; 40];
    for kernel in Kernel::available() {
        for (start, len) in [
            (39, 40),
            (40, 1),
            (41, 1),
            (u32::MAX, u32::MAX),
            (0, u32::MAX),
        ] {
            let probes = [Probe {
                start,
                len,
                word: 0,
                limit: 16,
                tag: 5,
            }];
            let mut passed = Vec::new();
            kernel.filter(&words, &probes, &mut passed);
            assert_eq!(
                passed.len(),
                40_usize.saturating_sub(start as usize),
                "{kernel:?}"
            );
        }
    }
}

#[test]
fn every_distance_of_two_words_is_told_from_its_neighbours() {
    let words: Vec<[u8; 2]> = (0..=u16::MAX).map(u16::to_le_bytes).collect();
    for kernel in Kernel::available() {
        for limit in 0..=16 {
            let probes = [Probe {
                start: 0,
                len: 65_536,
                word: 0xa5c3,
                limit,
                tag: 0,
            }];
            let mut passed = Vec::new();
            kernel.filter(&words, &probes, &mut passed);
            assert_eq!(passed, naive_filter(&words, &probes), "{kernel:?} {limit}");
        }
    }
}

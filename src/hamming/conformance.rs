//! What every kernel must do, tried on every kernel that this processor has.
//!
//! The oracles here are written from the definitions, bit by bit, and share no code with the kernels.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Asker, Buckets, Kernel, Near, Passed, Wanted};

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
    let all = (0..).zip(hashes).map(|(row, hash)| (row, naive_distance(hash, query)));
    all.filter(|(_, distance)| *distance <= radius)
        .map(|(row, distance)| Near { row, distance })
        .collect()
}

/// One bucket after another: those of each asker, in the order of all words.
fn naive_filter(offsets: &[u32], words: &[[u8; 2]], askers: &[Asker], flip: u16) -> Vec<Passed> {
    let mut passed = Vec::new();
    for asker in askers {
        let (mut flipped, mut unsettled) = (0, 0);
        for bit in 0..16 {
            flipped += (flip >> bit) & 1;
            unsettled += (flip >> bit) & (!asker.settled >> bit) & 1;
        }
        let bucket = usize::from(asker.bucket ^ flip);
        if flipped >= asker.reach || unsettled > 0 || bucket + 1 >= offsets.len() {
            continue;
        }
        for position in offsets[bucket]..offsets[bucket + 1] {
            let Some(word) = words.get(position as usize) else { break };
            let compared = |word: u16| (word & asker.known).to_le_bytes();
            let word = u16::from_le_bytes(*word);
            let distance = naive_distance(&compared(word), &compared(asker.word));
            if distance + u32::from(flipped) <= u32::from(asker.limit) {
                passed.push(Passed { position, tag: asker.tag });
            }
        }
    }
    passed
}

fn filtered(
    kernel: Kernel,
    offsets: &[u32],
    words: &[[u8; 2]],
    askers: &[Asker],
    flip: u16,
) -> Vec<Passed> {
    let offsets: Vec<[u8; 4]> = offsets.iter().map(|offset| offset.to_le_bytes()).collect();
    let mut passed = Vec::new();
    kernel.filter(Buckets { offsets: &offsets, words }, askers, flip, &mut passed);
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
#[allow(clippy::print_stdout, reason = "the log must tell which kernels a machine has tried")]
fn every_kernel_scans_as_the_naive_loop_does() {
    let mut rng = StdRng::seed_from_u64(1);
    let mut kernels = 0;
    for kernel in Kernel::available() {
        kernels += 1;
        for count in (0..20).chain([31, 32, 33, 63, 64, 65, 127, 128, 129, 1000]) {
            let query: [u8; 32] = rng.random();
            let hashes = hashes_near(&mut rng, &query, count);
            for radius in [0, 1, 15, 16, 31, 32, 44, 45, 47, 48, 128, 255, 256] {
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
    println!("kernels: {:?}", Kernel::available().map(Kernel::name).collect::<Vec<_>>());
}

#[test]
fn every_kernel_scans_right_where_all_that_differs_lies_together() {
    let query: [u8; 32] = StdRng::seed_from_u64(5).random();
    // Of row `first * 64 + count - 1`, so many bits from that one on differ, around the end.
    let mut hashes = vec![query; 256 * 64];
    for (row, hash) in hashes.iter_mut().enumerate() {
        for bit in (row / 64..).take(row % 64 + 1).map(|bit| bit % 256) {
            hash[bit / 8] ^= 1 << (bit % 8);
        }
    }
    for kernel in Kernel::available() {
        for radius in [0, 1, 30, 31, 32, 44, 45, 64] {
            let mut near = Vec::new();
            kernel.scan(&hashes, &query, radius, &mut near);
            assert_eq!(near.len(), 256 * radius as usize, "{kernel:?} {radius}");
            assert_eq!(near, naive_scan(&hashes, &query, radius), "{kernel:?} {radius}");
        }
    }
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
    let mut total = 0;
    for kernel in Kernel::available() {
        for count in (0..70).chain([100, 127, 128, 129, 500]) {
            let words: Vec<[u8; 2]> = (0..count).map(|_| rng.random()).collect();
            let mut offsets: Vec<u32> = (0..15).map(|_| rng.random_range(0..=count)).collect();
            offsets.extend([0, count]);
            offsets.sort_unstable();
            for asker_count in [0, 1, 2, 5, 20] {
                let askers: Vec<Asker> = (0..asker_count)
                    .map(|tag| {
                        let near = words.first().map_or(7, |word| u16::from_le_bytes(*word));
                        Asker {
                            bucket: rng.random_range(0..18),
                            settled: if tag % 4 == 0 { rng.random() } else { u16::MAX },
                            reach: rng.random_range(0..6),
                            word: near ^ (1 << rng.random_range(0..16)),
                            known: if tag % 3 == 0 { rng.random() } else { u16::MAX },
                            limit: rng.random_range(0..18),
                            tag: tag << 20,
                        }
                    })
                    .collect();
                for flip in [0, 1, 4, 9, 15, 0x8001] {
                    let passed = filtered(kernel, &offsets, &words, &askers, flip);
                    assert_eq!(passed, naive_filter(&offsets, &words, &askers, flip), "{kernel:?}");
                    total += passed.len();
                }
            }
        }
    }
    assert!(total > 1000);
}

#[test]
fn every_distance_of_two_words_is_told_from_its_neighbours() {
    let words: Vec<[u8; 2]> = (0..=u16::MAX).map(u16::to_le_bytes).collect();
    let offsets = [0, 0, 1 << 16];
    for kernel in Kernel::available() {
        for limit in 0..=16 {
            for known in [u16::MAX, 0x7ffe, 0x0ff0, 0x8001, 0] {
                let asker =
                    Asker { bucket: 1, settled: 1, reach: 1, word: 0xa5c3, known, limit, tag: 7 };
                let passed = filtered(kernel, &offsets, &words, &[asker], 0);
                let wanted = naive_filter(&offsets, &words, &[asker], 0);
                assert_eq!(passed, wanted, "{kernel:?} {limit}");
            }
        }
    }
}

#[test]
fn a_bucket_beyond_the_words_ends_with_them() {
    let words = [[0, 0]; 40];
    let asker =
        Asker { settled: 0, reach: 1, known: u16::MAX, limit: 16, tag: 5, ..Asker::default() };
    for kernel in Kernel::available() {
        for (start, end) in
            [(39, 79), (40, 41), (41, 42), (7, 3), (u32::MAX, u32::MAX), (0, u32::MAX)]
        {
            let passed = filtered(kernel, &[start, end], &words, &[asker], 0);
            let wanted = (end as usize).min(40).saturating_sub(start as usize);
            assert_eq!(passed.len(), wanted, "{kernel:?} {start} {end}");
        }
        let beyond = Asker { bucket: 1, ..asker };
        assert_eq!(filtered(kernel, &[0, 40], &words, &[beyond], 0), []);
        assert_eq!(filtered(kernel, &[], &words, &[asker], 0), []);
    }
}

#[test]
fn every_kernel_compares_as_the_naive_loop_does() {
    let mut rng = StdRng::seed_from_u64(4);
    let centre: [u8; 32] = rng.random();
    let hashes = hashes_near(&mut rng, &centre, 100);
    for kernel in Kernel::available() {
        for radius in [0, 31, 100, 256] {
            let wanted = [[0xff; 32], rng.random(), [0; 32]].map(|known| {
                let bits = hashes_near(&mut rng, &centre, 1)[0];
                Wanted { bits, known, radius }
            });
            let candidates: Vec<Passed> = (0..300)
                .map(|_| Passed { position: rng.random_range(0..110), tag: rng.random_range(0..4) })
                .collect();
            let (mut near, mut naive) = (Vec::new(), Vec::new());
            kernel.compare(&hashes, &candidates, &wanted, &mut near);
            for Passed { position, tag } in candidates {
                let Some(hash) = hashes.get(position as usize) else { continue };
                let Some(Wanted { bits, known, .. }) = wanted.get(tag as usize) else { continue };
                let masked = |hash: &[u8; 32]| -> Vec<u8> {
                    hash.iter().zip(known).map(|(byte, known)| byte & known).collect()
                };
                let distance = naive_distance(&masked(hash), &masked(bits));
                if distance <= radius {
                    naive.push((tag, Near { row: position, distance }));
                }
            }
            assert_eq!(near, naive, "{kernel:?} {radius}");
        }
    }
}

//! What every kernel must do, tried on every kernel that this processor has.
//!
//! The oracles here are written from the definitions, bit by bit, and share no code with the kernels.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Asker, Bucket, Kernel, Near, Passed};

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

fn naive_filter(bucket: &[[u8; 2]], first: u32, askers: &[Asker]) -> Vec<Passed> {
    let mut passed = Vec::new();
    for asker in askers {
        for (position, word) in (first..).zip(bucket) {
            let compared = |word: u16| (word & asker.known).to_le_bytes();
            let word = u16::from_le_bytes(*word);
            let distance = naive_distance(&compared(word), &compared(asker.word));
            if distance <= u32::from(asker.limit) {
                passed.push(Passed { position, tag: asker.tag });
            }
        }
    }
    passed
}

/// What a kernel lets pass, asker by asker. Tags are in the order of askers.
fn filtered(kernel: Kernel, words: &[[u8; 2]], first: u32, askers: &[Asker]) -> Vec<Passed> {
    let mut passed = Vec::new();
    let count = askers.len() as u32;
    let buckets = [Bucket { start: first, end: words.len() as u32, askers: count }];
    kernel.filter(words, &buckets, askers, &mut passed);
    passed.sort_by_key(|passed| passed.tag);
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
    println!("kernels: {:?}", Kernel::available().map(Kernel::name).collect::<Vec<_>>());
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
            let bucket: Vec<[u8; 2]> = (0..count).map(|_| rng.random()).collect();
            for asker_count in [0, 1, 2, 5, 20] {
                let askers: Vec<Asker> = (0..asker_count)
                    .map(|tag| {
                        let near = bucket.first().map_or(7, |word| u16::from_le_bytes(*word));
                        let word = near ^ (1 << rng.random_range(0..16));
                        let known = if tag % 3 == 0 { rng.random() } else { u16::MAX };
                        Asker { word, known, limit: tag % 18, tag }
                    })
                    .collect();
                let first = rng.random_range(0..=count);
                let wanted = naive_filter(&bucket[first..], first as u32, &askers);
                let passed = filtered(kernel, &bucket, first as u32, &askers);
                assert_eq!(passed, wanted, "{kernel:?} {count}");
            }
        }
    }
}

#[test]
fn every_distance_of_two_words_is_told_from_its_neighbours() {
    let words: Vec<[u8; 2]> = (0..=u16::MAX).map(u16::to_le_bytes).collect();
    for kernel in Kernel::available() {
        for limit in 0..=16 {
            for known in [u16::MAX, 0x7ffe, 0x0ff0, 0x8001, 0] {
                let askers = [Asker { word: 0xa5c3, known, limit, tag: 0 }];
                let passed = filtered(kernel, &words, 0, &askers);
                assert_eq!(passed, naive_filter(&words, 0, &askers), "{kernel:?} {limit}");
            }
        }
    }
}

#[test]
fn each_bucket_meets_its_own_askers() {
    let mut rng = StdRng::seed_from_u64(3);
    let words: Vec<[u8; 2]> = (0..300).map(|_| rng.random()).collect();
    let mut buckets = Vec::new();
    let (mut askers, mut wanted) = (Vec::new(), Vec::new());
    for tag in 0..100_u16 {
        let start = rng.random_range(0..300);
        let end = rng.random_range(start..=300);
        let new: Vec<Asker> = (0..rng.random_range(0..4))
            .map(|number| {
                let known = rng.random::<u16>() | 0x0f0f;
                Asker { word: rng.random(), known, limit: 7, tag: tag * 4 + number }
            })
            .collect();
        buckets.push(Bucket { start, end, askers: new.len() as u32 });
        wanted.extend(naive_filter(&words[start as usize..end as usize], start, &new));
        askers.extend(new);
    }
    assert!(wanted.len() > 1000);
    for kernel in Kernel::available() {
        let mut passed = Vec::new();
        kernel.filter(&words, &buckets, &askers, &mut passed);
        passed.sort_by_key(|passed| passed.tag);
        assert_eq!(passed, wanted, "{kernel:?}");
    }
}

#[test]
fn a_bucket_beyond_the_words_ends_with_them() {
    let words = [[0, 0]; 40];
    let askers = [Asker { word: 0, known: u16::MAX, limit: 16, tag: 5 }];
    for kernel in Kernel::available() {
        for (start, end) in
            [(39, 79), (40, 41), (41, 42), (7, 3), (u32::MAX, u32::MAX), (0, u32::MAX)]
        {
            let mut passed = Vec::new();
            kernel.filter(&words, &[Bucket { start, end, askers: 9 }], &askers, &mut passed);
            let wanted = (end as usize).min(40).saturating_sub(start as usize);
            assert_eq!(passed.len(), wanted, "{kernel:?} {start} {end}");
        }
    }
}

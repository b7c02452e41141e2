//! Segments against brute force, at every radius that matters, on every kernel; and damaged ones.

mod contents;
mod hostile;

use std::sync::atomic::AtomicBool;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::arrange::{arrange, restore};
use super::layout::TABLES_FROM;
use super::*;
use crate::hamming::Kernel;
use crate::hash::{Hash256, PartialHash, Radius, Signals};

const RADII: [u32; 12] = [0, 1, 15, 16, 31, 32, 47, 48, 63, 64, 128, 256];

fn build(hashes: &[Hash256]) -> Vec<u8> {
    build_as(Format::Full, hashes)
}

fn build_as(format: Format, hashes: &[Hash256]) -> Vec<u8> {
    // The lean ones with rows numbered as wide as those of very large segments.
    let mut builder = SegmentBuilder::default();
    builder.wide_rows = format == Format::Lean;
    builder.set_format(format);
    for (number, hash) in hashes.iter().enumerate() {
        let signals = Signals { pdq: Some(*hash), ..Signals::default() };
        let id = number.to_string();
        builder.add(&NewEntry { bank: "B", id: &id, category: None, tags: &[], signals }).unwrap();
    }
    let mut bytes = Vec::new();
    builder.write(&mut bytes, &AtomicBool::new(false)).unwrap();
    bytes
}

fn brute_force(hashes: &[Hash256], query: &Hash256, radius: u32) -> Vec<NearEntry> {
    let all =
        (0..).zip(hashes).map(|(entry, hash)| NearEntry { entry, distance: hash.distance(query) });
    all.filter(|near| near.distance <= radius).collect()
}

fn flip(rng: &mut StdRng, hash: &Hash256, bits: usize) -> Hash256 {
    let mut bytes = *hash.as_bytes();
    for _ in 0..bits {
        let bit = rng.random_range(0..256);
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    Hash256::from_bytes(bytes)
}

fn uniform(rng: &mut StdRng, count: usize) -> Vec<Hash256> {
    (0..count).map(|_| Hash256::from_bytes(rng.random())).collect()
}

/// A few families of near-equal hashes, with many exact duplicates.
fn clustered(rng: &mut StdRng, count: usize) -> Vec<Hash256> {
    let centres = uniform(rng, 5);
    (0..count)
        .map(|number| {
            let bits = [0, 3, 20, 60][number % 4];
            flip(rng, &centres[number % 5], bits)
        })
        .collect()
}

/// Queries at every distance from listed hashes, and some far from all.
fn queries(rng: &mut StdRng, hashes: &[Hash256]) -> Vec<Hash256> {
    let mut queries = uniform(rng, 4);
    for bits in [0, 1, 8, 15, 16, 17, 30, 31, 32, 33, 47, 48, 49, 60] {
        if !hashes.is_empty() {
            let near = hashes[rng.random_range(0..hashes.len())];
            queries.push(flip(rng, &near, bits));
        }
    }
    queries
}

/// Compares one by one and as a batch with brute force; how many hits there were.
fn assert_exact(hashes: &[Hash256], queries: &[Hash256], radii: &[u32]) -> usize {
    let full = Segment::from_bytes(build(hashes)).unwrap();
    let hits = assert_exact_in(&full, hashes, queries, radii);
    if full.format().is_some() {
        let lean = Segment::from_bytes(build_as(Format::Lean, hashes)).unwrap();
        assert_eq!([full.format(), lean.format()], [Some(Format::Full), Some(Format::Lean)]);
        let saved = 28 * full.rows();
        assert!((full.bytes().len() as u64 - lean.bytes().len() as u64) >= saved);
        assert_eq!(assert_exact_in(&lean, hashes, queries, radii), hits);
    }
    hits
}

fn assert_exact_in(
    segment: &Segment<Vec<u8>>,
    hashes: &[Hash256],
    queries: &[Hash256],
    radii: &[u32],
) -> usize {
    let mut scratch = Scratch::default();
    let mut hits = 0;
    for kernel in Kernel::available() {
        for radius in radii {
            let wanted: Vec<_> =
                queries.iter().map(|query| brute_force(hashes, query, *radius)).collect();
            let radius = Radius::new(*radius).unwrap();
            for (query, wanted) in queries.iter().zip(&wanted) {
                let mut found = Vec::new();
                segment.within(kernel, query, radius, &mut scratch, &mut found).unwrap();
                found.sort_unstable();
                assert_eq!(&found, wanted, "{kernel:?} {radius:?} {} hashes", hashes.len());
                hits += found.len();
            }
            assert_tables(segment, kernel, queries, radius, &wanted);
            let asked: Vec<_> = queries.iter().map(|query| PartialHash::from(*query)).collect();
            for threads in [Threads::One, Threads::Pool] {
                let batch = many(segment, kernel, &asked, radius, threads, &mut scratch);
                assert_eq!(batch, wanted, "{kernel:?} {radius:?} {} hashes", hashes.len());
            }
        }
    }
    hits
}

/// Compares what the tables find with what is wanted, whether they would be chosen or not.
fn assert_tables(
    segment: &Segment<Vec<u8>>,
    kernel: Kernel,
    queries: &[Hash256],
    radius: Radius,
    wanted: &[Vec<NearEntry>],
) {
    let queries: Vec<_> =
        (0..).zip(queries).map(|(at, hash)| segment.query(at, (*hash).into(), radius)).collect();
    if queries.iter().any(|query| query.count().is_none()) || segment.format().is_none() {
        return;
    }
    let (tables, mut scratch) = (segment.tables().unwrap(), Scratch::default());
    let mut batch = Vec::new();
    segment.probe_many(kernel, &queries, Threads::One, &mut scratch, &mut batch).unwrap();
    let mut single = Vec::new();
    for (query, wanted) in queries.iter().zip(wanted) {
        let first = single.len();
        tables.near(kernel, query, usize::MAX, &mut scratch, &mut single).unwrap();
        let mut found = Vec::new();
        for (_, hit) in &single[first..] {
            let (entries, distance) = (segment.pdq_entries(hit.row).unwrap(), hit.distance);
            found.extend(entries.map(|entry| NearEntry { entry, distance }));
        }
        found.sort_unstable();
        assert_eq!(&found, wanted, "{kernel:?} {radius:?}");
    }
    assert_eq!(single, batch, "{kernel:?} {radius:?}");
}

/// The answers of a batch.
fn many<B: AsRef<[u8]> + Sync>(
    segment: &Segment<B>,
    kernel: Kernel,
    asked: &[PartialHash],
    radius: Radius,
    threads: Threads,
    scratch: &mut Scratch,
) -> Vec<Vec<NearEntry>> {
    let mut batch = vec![Vec::new(); asked.len()];
    let asked = asked.iter().copied();
    segment
        .within_many(kernel, asked, radius, threads, scratch, &mut |query, near| {
            batch[query].push(near);
        })
        .unwrap();
    batch.iter_mut().for_each(|found| found.sort_unstable());
    batch
}

#[test]
fn unknown_bits_are_found_whatever_stands_there() {
    let mut rng = StdRng::seed_from_u64(9);
    for count in [5, 700, 100_000] {
        let mut hashes = uniform(&mut rng, count / 5 * 4);
        hashes.extend(clustered(&mut rng, count / 5));
        let segment = Segment::from_bytes(build(&hashes)).unwrap();
        let mut asked = Vec::new();
        for unknown_bits in [0, 1, 5, 12, 20, 40, 90] {
            // More than are searched one by one, and a chunk of which nothing is known.
            for number in 0..15 {
                let mut unknown = flip(&mut rng, &Hash256::default(), unknown_bits);
                if number == 0 {
                    unknown =
                        restore(&[[0xff; 2].as_slice(), &[0; 30]].concat().try_into().unwrap());
                }
                let bits = rng.random_range(20..40);
                let listed = hashes[rng.random_range(0..hashes.len())];
                let near = flip(&mut rng, &listed, bits);
                let garbage = unknown.as_bytes().map(|byte| byte & rng.random::<u8>());
                let bytes = std::array::from_fn(|at| near.as_bytes()[at] ^ garbage[at]);
                asked.push(PartialHash::new(Hash256::from_bytes(bytes), unknown));
            }
        }
        let mut scratch = Scratch::default();
        let mut hits = 0;
        for kernel in Kernel::available() {
            for radius in [0, 15, 31, 40] {
                for part in [&asked[..], &asked[..20]] {
                    let radius = Radius::new(radius).unwrap();
                    let found = many(&segment, kernel, part, radius, Threads::One, &mut scratch);
                    for (partial, found) in part.iter().zip(found) {
                        let all = (0..).zip(&hashes).map(|(entry, hash)| NearEntry {
                            entry,
                            distance: partial.distance(hash),
                        });
                        let wanted: Vec<_> =
                            all.filter(|near| near.distance <= radius.get()).collect();
                        assert_eq!(found, wanted, "{kernel:?} {radius:?} {partial:?}");
                        hits += wanted.len();
                    }
                }
            }
        }
        assert!(hits > 100, "{hits} among {count}");
    }
}

#[test]
fn a_batch_of_two_after_a_single_search_is_answered_as_ever() {
    let mut rng = StdRng::seed_from_u64(10);
    let hashes = uniform(&mut rng, 300_000);
    let segment = Segment::from_bytes(build(&hashes)).unwrap();
    let (radius, kernel) = (Radius::default(), Kernel::detect());
    let mut scratch = Scratch::default();
    for hash in &hashes[..20] {
        let mut single = Vec::new();
        segment.within(kernel, hash, radius, &mut scratch, &mut single).unwrap();
        single.sort_unstable();
        let unknown = flip(&mut rng, &Hash256::default(), 78);
        let two = [PartialHash::new(*hash, unknown), PartialHash::from(*hash)];
        let found = many(&segment, kernel, &two, radius, Threads::One, &mut scratch);
        assert_eq!(found[1], single);
        let wanted = hashes.iter().filter(|hash| two[0].distance(hash) <= radius.get()).count();
        assert_eq!(found[0].len(), wanted);
    }
}

#[test]
fn small_segments_equal_brute_force_at_every_radius() {
    let mut rng = StdRng::seed_from_u64(1);
    for count in [0, 1, 2, 3, 4, 5, 31, 32, 33, 63, 64, 65, 511, 512, 513, 1025] {
        let uniform = uniform(&mut rng, count);
        let mut hits = assert_exact(&uniform, &queries(&mut rng, &uniform), &RADII);
        let clustered = clustered(&mut rng, count);
        hits += assert_exact(&clustered, &queries(&mut rng, &clustered), &RADII);
        assert!(hits >= count, "{count}");
    }
}

#[test]
fn segments_around_the_tables_threshold_equal_brute_force() {
    let mut rng = StdRng::seed_from_u64(2);
    let from = TABLES_FROM as usize;
    for count in [from - 1, from, from + 1, from + 63] {
        let hashes = uniform(&mut rng, count);
        let queries = queries(&mut rng, &hashes);
        assert!(assert_exact(&hashes, &queries, &[0, 15, 16, 31, 32, 47, 48]) > 0);
    }
}

#[test]
fn tables_of_clustered_hashes_equal_brute_force() {
    let mut rng = StdRng::seed_from_u64(3);
    let mut hashes = uniform(&mut rng, 80_000);
    hashes.extend(clustered(&mut rng, 20_000));
    let mut asked = queries(&mut rng, &hashes);
    for _ in 0..100 {
        let listed = hashes[rng.random_range(0..hashes.len())];
        let bits = rng.random_range(0..50);
        asked.push(flip(&mut rng, &listed, bits));
    }
    assert!(assert_exact(&hashes, &asked, &[0, 15, 16, 31, 32, 47, 48]) > 10_000);
}

#[test]
fn lists_of_the_worst_kinds_equal_brute_force() {
    let mut rng = StdRng::seed_from_u64(8);
    let centre = Hash256::from_bytes(rng.random());
    let count = 50_000;
    // All in one bucket of all tables but two; all within 31 bits of each other; all equal but few; one
    // half crowded, the other not.
    let one_bucket: Vec<Hash256> = (0..count)
        .map(|number: u32| {
            let mut arranged = arrange(&centre);
            arranged[10..12].copy_from_slice(&(number as u16).to_le_bytes());
            restore(&arranged)
        })
        .collect();
    let family: Vec<Hash256> = (0..count)
        .map(|_| {
            let bits = rng.random_range(0..16);
            flip(&mut rng, &centre, bits)
        })
        .collect();
    let mut equal = vec![centre; count as usize];
    equal.extend(uniform(&mut rng, 20));
    let half = [&uniform(&mut rng, 40_000)[..], &family[..20_000]].concat();
    let mut asked = uniform(&mut rng, 3);
    asked.extend([centre, flip(&mut rng, &centre, 20), flip(&mut rng, &centre, 45)]);
    // In the crowd with a few chunks only.
    let mut arranged = arrange(&asked[0]);
    arranged[6..12].copy_from_slice(&arrange(&centre)[6..12]);
    asked.push(restore(&arranged));
    for hashes in [&one_bucket, &family, &equal, &half] {
        assert!(assert_exact(hashes, &asked, &[0, 31, 40]) > 1000);
        // More at once than are asked one by one.
        let segment = Segment::from_bytes(build(hashes)).unwrap();
        let many_asked: Vec<_> = asked.iter().cycle().take(40).map(|hash| (*hash).into()).collect();
        let (radius, kernel) = (Radius::default(), Kernel::detect());
        let mut scratch = Scratch::default();
        let found = many(&segment, kernel, &many_asked, radius, Threads::Pool, &mut scratch);
        for (asked, found) in asked.iter().cycle().zip(found) {
            assert_eq!(found, brute_force(hashes, asked, 31));
        }
    }
}

#[test]
fn the_worst_splits_of_the_differing_bits_over_the_chunks_are_found() {
    // Exactly `radius` bits, placed so that as few chunks as possible pass: all in one chunk, or
    // spread evenly from every start.
    let mut rng = StdRng::seed_from_u64(4);
    let hashes = uniform(&mut rng, TABLES_FROM as usize);
    let segment = Segment::from_bytes(build(&hashes)).unwrap();
    let mut scratch = Scratch::default();
    for radius in [15_u32, 16, 31, 32, 47] {
        for trial in 0..200 {
            let target = rng.random_range(0..hashes.len());
            let mut arranged = arrange(&hashes[target]);
            let mut left = radius;
            let mut at = rng.random_range(0..256);
            let step = [1, 8, 16, 17, 15, 7][trial % 6];
            while left > 0 {
                let (byte, bit) = (at / 8, 1 << (at % 8));
                let fresh = (arranged[byte] ^ arrange(&hashes[target])[byte]) & bit == 0;
                if fresh {
                    arranged[byte] ^= bit;
                    left -= 1;
                }
                at = (at + if fresh { step } else { 1 }) % 256;
            }
            let query = restore(&arranged);
            assert_eq!(query.distance(&hashes[target]), radius);
            let mut found = Vec::new();
            let bits = Radius::new(radius).unwrap();
            segment.within(Kernel::detect(), &query, bits, &mut scratch, &mut found).unwrap();
            assert!(found.iter().any(|near| near.entry as usize == target), "{radius} {trial}");
        }
    }
}

//! Seeded data that several benches share.
#![allow(dead_code, reason = "each bench uses a part of it")]

use std::path::Path;
use std::sync::atomic::AtomicBool;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tutela::hash::{Hash256, Signals};
use tutela::index::{IndexWriter, NewEntry};

/// Hashes with every bit random: the distances of unrelated pictures.
pub(crate) fn uniform(count: usize) -> Vec<Hash256> {
    let mut rng = StdRng::seed_from_u64(1);
    (0..count).map(|_| Hash256::from_bytes(rng.random())).collect()
}

/// Nine of ten queries match nothing; each tenth lies 0 to 31 bits from a listed hash.
pub(crate) fn queries(hashes: &[Hash256], count: usize) -> Vec<Hash256> {
    let mut rng = StdRng::seed_from_u64(2);
    let planted = |rng: &mut StdRng, bits: usize| {
        let mut bytes = *hashes[rng.random_range(0..hashes.len())].as_bytes();
        for bit in rand::seq::index::sample(rng, 256, bits) {
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        Hash256::from_bytes(bytes)
    };
    (0..count)
        .map(|number| match number % 10 {
            0 => planted(&mut rng, number / 10 % 32),
            _ => Hash256::from_bytes(rng.random()),
        })
        .collect()
}

/// Adds hashes to the index in a folder, under their numbers as ids, and commits.
pub(crate) fn build(dir: &Path, hashes: &[Hash256]) {
    let mut writer = IndexWriter::open_or_create(dir).expect("a folder to write to");
    for (number, hash) in hashes.iter().enumerate() {
        let signals = Signals { pdq: Some(*hash), ..Signals::default() };
        let id = number.to_string();
        let entry = NewEntry { bank: "BENCH", id: &id, category: None, tags: &[], signals };
        writer.add(&entry).expect("room for the entry");
    }
    let commit = writer.commit(&AtomicBool::new(false)).expect("a disk with room");
    assert_eq!(commit.added, hashes.len() as u64);
}

/// The middle of some measurements.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

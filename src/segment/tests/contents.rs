//! What segments hold besides neighbours: digests, entries; and damage anywhere.

use std::sync::atomic::AtomicBool;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{brute_force, build, uniform};
use crate::hamming::Kernel;
use crate::hash::{Hash256, Radius, Signals};
use crate::segment::layout::TABLES_FROM;
use crate::segment::*;

fn mixed_entries(count: usize) -> Vec<Signals> {
    let mut rng = StdRng::seed_from_u64(5);
    let mut all = Vec::new();
    for number in 0..count {
        all.push(Signals {
            pdq: (number % 2 == 0).then(|| Hash256::from_bytes(rng.random())),
            // Every fourth repeats an earlier digest, and some share their first bytes.
            md5: (number % 3 == 0).then(|| [if number % 4 == 0 { 9 } else { rng.random() }; 16]),
            sha1: (number % 5 == 0).then(|| rng.random()),
            sha256: (number % 2 == 1).then(|| rng.random()),
        });
    }
    all
}

fn build_mixed(entries: &[Signals]) -> Vec<u8> {
    let mut builder = SegmentBuilder::default();
    let tags = ["one".to_owned(), "two".to_owned()];
    for (number, signals) in entries.iter().enumerate() {
        let id = format!("id-{number}");
        let bank = ["A", "B", "C"][number % 3];
        let category = (number % 2 == 0).then_some("A1");
        let tags = &tags[..number % 3];
        builder.add(&NewEntry { bank, id: &id, category, tags, signals: *signals }).unwrap();
    }
    let mut bytes = Vec::new();
    builder.write(&mut bytes, &AtomicBool::new(false)).unwrap();
    bytes
}

#[test]
fn exact_digests_equal_brute_force() {
    let entries = mixed_entries(5_000);
    let segment = Segment::from_bytes(build_mixed(&entries)).unwrap();
    segment.verify().unwrap();
    let mut scratch = Scratch::default();
    let mut asked = 0;
    for (number, signals) in entries.iter().enumerate() {
        assert_eq!(segment.entry(number as u32).unwrap().id, format!("id-{number}"));
        for (signal, value) in signals.iter() {
            let mut found = Vec::new();
            segment.exact(Kernel::detect(), signal, value, &mut scratch, &mut found).unwrap();
            found.sort_unstable();
            let wanted: Vec<u32> = (0..)
                .zip(&entries)
                .filter(|(_, other)| other.get(signal) == Some(value))
                .map(|(entry, _)| entry)
                .collect();
            assert_eq!(found, wanted, "{signal:?}");
            let mut other = value.to_vec();
            other[0] ^= 1;
            found.clear();
            segment.exact(Kernel::detect(), signal, &other, &mut scratch, &mut found).unwrap();
            assert!(found.iter().all(|e| entries[*e as usize].get(signal) == Some(&other[..])));
            asked += 1;
        }
    }
    assert!(asked > 5_000);
    let map = segment.signal_map().unwrap();
    for (number, signals) in (0..).zip(&entries) {
        assert_eq!(map.of(number).unwrap(), *signals);
    }
}

/// Everything that a segment can be asked, as one value.
fn ask_all(bytes: &[u8], entries: &[Signals]) -> Result<Vec<Vec<u32>>, Corruption> {
    let segment = Segment::from_bytes(bytes)?;
    let mut scratch = Scratch::default();
    let mut answers = Vec::new();
    for signals in entries {
        for (signal, value) in signals.iter() {
            let mut found = Vec::new();
            segment.exact(Kernel::detect(), signal, value, &mut scratch, &mut found)?;
            for entry in &found {
                let entry = segment.entry(*entry)?;
                answers.push(entry.id.bytes().chain(entry.bank.bytes()).map(u32::from).collect());
            }
            answers.push(found);
        }
    }
    Ok(answers)
}

#[test]
fn every_changed_bit_is_an_error_or_changes_no_answer() {
    let entries = mixed_entries(60);
    let bytes = build_mixed(&entries);
    let wanted = ask_all(&bytes, &entries).unwrap();
    let mut errors = 0;
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        match ask_all(&damaged, &entries) {
            Ok(answers) => assert_eq!(answers, wanted, "bit {bit}"),
            Err(_) => errors += 1,
        }
        let opened = Segment::from_bytes(&damaged[..]);
        assert!(opened.and_then(|segment| segment.verify()).is_err(), "bit {bit} passes verify");
    }
    assert!(errors > bytes.len(), "{errors}");
}

#[test]
fn a_segment_cut_or_extended_at_any_place_does_not_open() {
    let bytes = build_mixed(&mixed_entries(60));
    for len in 0..bytes.len() {
        assert!(Segment::from_bytes(&bytes[..len]).is_err(), "{len}");
    }
    let mut longer = bytes;
    longer.push(0);
    assert!(Segment::from_bytes(longer).is_err());
}

#[test]
fn damaged_tables_are_an_error_where_they_are_touched() {
    let mut rng = StdRng::seed_from_u64(6);
    let hashes = uniform(&mut rng, TABLES_FROM as usize);
    let bytes = build(&hashes);
    let query = hashes[7];
    for _ in 0..300 {
        let mut damaged = bytes.clone();
        let at = rng.random_range(0..bytes.len());
        let value: u8 = rng.random_range(1..=255);
        damaged[at] ^= value;
        let Ok(segment) = Segment::from_bytes(damaged) else {
            continue;
        };
        let mut found = Vec::new();
        let mut scratch = Scratch::default();
        let radius = Radius::default();
        let asked = segment.within(Kernel::detect(), &query, radius, &mut scratch, &mut found);
        if asked.is_ok() {
            found.sort_unstable();
            assert_eq!(found, brute_force(&hashes, &query, 31), "byte {at}");
        }
        assert!(segment.verify().is_err());
    }
}

//! No edit is seen through less often than before, by more than two points.

use std::collections::BTreeMap;
use std::path::Path;

use image::RgbImage;

use super::edits::EDITS;
use super::pictures::{Draw, photograph};
use super::{EFFORTS, entries, examined, jpeg, listed};
use crate::support::index;

/// Copies that are found, by edit and effort.
type Found = BTreeMap<String, BTreeMap<String, u32>>;

const PICTURES: u64 = 50;
/// Copies by which an edit may fall: two in a hundred.
const SLACK: u32 = 1;
const RATCHET: &str = include_str!("ratchet.json");

/// Copies found of the listed pictures, and that more effort finds all that less does and no strangers.
fn measured() -> Found {
    let pictures: Vec<RgbImage> = (0..PICTURES).map(|seed| photograph(seed, 400, 300)).collect();
    let others: Vec<RgbImage> = (100..106).map(|seed| photograph(seed, 320, 256)).collect();
    let index = index(&pictures.iter().map(listed).collect::<Vec<_>>());
    let mut found = Found::new();
    for (edit, make) in EDITS {
        let mut draw = Draw::new(1);
        for (number, picture) in pictures.iter().enumerate() {
            let copy = make(&mut draw, picture, &others);
            let file = jpeg(&copy.picture, copy.quality);
            let mut before = false;
            for effort in EFFORTS {
                let entries = entries(&examined(&index, effort, &file));
                let right = entries == [number];
                assert!(right || entries.is_empty(), "{edit} {number} is not of {entries:?}");
                assert!(right || !before, "{edit} {number}: not found by {}", effort.name());
                before = right;
                let counts = found.entry(edit.to_owned()).or_default();
                *counts.entry(effort.name().to_owned()).or_default() += u32::from(right);
            }
        }
    }
    found
}

#[test]
fn no_edit_is_seen_through_less_often_than_before() {
    let floors: Found = serde_json::from_str(RATCHET).unwrap();
    let found = measured();
    let mut fallen = Vec::new();
    for (edit, floors) in &floors {
        for (effort, floor) in floors {
            let count = found.get(edit).and_then(|found| found.get(effort)).copied().unwrap_or(0);
            if count + SLACK < *floor {
                fallen.push(format!(
                    "{edit}, {effort}: {count} of {PICTURES}, at most {floor} before"
                ));
            }
        }
    }
    assert!(fallen.is_empty(), "{}", fallen.join("\n"));
    let kept: Vec<_> = floors.keys().collect();
    assert_eq!(kept, found.keys().collect::<Vec<_>>(), "edits and the ratchet's differ");
    assert!(floors.values().all(|floors| floors.len() == EFFORTS.len()));
}

/// Raises the floors to what is found now: `cargo test --test it raise_the_ratchet -- --ignored`.
#[test]
#[ignore = "writes ratchet.json"]
fn raise_the_ratchet() {
    let mut floors: Found = serde_json::from_str(RATCHET).unwrap();
    for (edit, found) in measured() {
        let floors = floors.entry(edit).or_default();
        for (effort, count) in found {
            let floor = floors.entry(effort).or_default();
            *floor = count.max(*floor);
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/quality/ratchet.json");
    std::fs::write(path, serde_json::to_string_pretty(&floors).unwrap() + "\n").unwrap();
}

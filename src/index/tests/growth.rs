//! Imports larger than memory, and merging in the background.

use std::fs;
use std::path::Path;

use tempfile::tempdir;

use super::model::{GO, item};
use crate::hash::{Hash256, Radius, Signals};
use crate::index::{Index, IndexWriter, NewEntry};

fn hash(number: u32) -> Hash256 {
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = (number.wrapping_mul(0x9e37_79b1).rotate_left(place as u32) >> 8) as u8;
    }
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    Hash256::from_bytes(bytes)
}

fn add(writer: &mut IndexWriter, number: u32) {
    let id = number.to_string();
    let signals = Signals { pdq: Some(hash(number)), ..Signals::default() };
    writer.add(&NewEntry { bank: "A", id: &id, category: None, tags: &[], signals }).unwrap();
}

/// Exactly these entries are found by their hashes, each once.
fn assert_has(dir: &Path, there: impl Iterator<Item = u32>, gone: impl Iterator<Item = u32>) {
    let index = Index::open(dir).unwrap();
    index.verify().unwrap();
    let mut searcher = index.searcher();
    for number in there {
        let hits = searcher.within(&hash(number), Radius::EXACT).unwrap();
        assert_eq!(hits.len(), 1, "{number}");
        assert_eq!(searcher.entry(hits[0].entry).unwrap().id, number.to_string());
    }
    for number in gone {
        assert_eq!(searcher.within(&hash(number), Radius::EXACT).unwrap(), [], "{number}");
    }
}

fn segments(dir: &Path) -> usize {
    Index::open(dir).unwrap().stats().unwrap().segments as usize
}

fn files(dir: &Path) -> usize {
    fs::read_dir(dir).unwrap().count()
}

#[test]
fn an_import_larger_than_memory_is_one_commit_without_repeats() {
    let dir = tempdir().unwrap();
    let mut writer = IndexWriter::open_or_create(dir.path()).unwrap();
    writer.set_memory(100_000);
    // Some come twice: in the same segment, in neighbours, and far apart.
    let order = (0..5000).chain(4990..5000).chain(0..10).chain(2000..2010).chain(5000..6000);
    for number in order {
        add(&mut writer, number);
    }
    assert!(Index::open(dir.path()).is_err());
    let commit = writer.commit(&GO).unwrap();
    assert_eq!((commit.added, commit.unchanged), (6000, 30));
    assert!(segments(dir.path()) > 3);
    assert_has(dir.path(), 0..6000, 6000..6100);
    writer.set_memory(10 << 20);
    writer.compact(&GO).unwrap();
    assert_eq!(segments(dir.path()), 1);
    assert_has(dir.path(), 0..6000, 6000..6100);
}

#[test]
fn an_import_that_is_given_up_leaves_nothing_behind() {
    let dir = tempdir().unwrap();
    let mut writer = IndexWriter::open_or_create(dir.path()).unwrap();
    add(&mut writer, 0);
    writer.commit(&GO).unwrap();
    let before = files(dir.path());
    writer.set_memory(20_000);
    (1..2000).for_each(|number| add(&mut writer, number));
    assert!(files(dir.path()) > before);
    drop(writer);
    assert_eq!(files(dir.path()), before);
    assert_has(dir.path(), 0..1, 1..2000);
}

#[test]
fn what_is_removed_while_segments_are_merged_stays_removed() {
    let dir = tempdir().unwrap();
    let mut writer = IndexWriter::open_or_create(dir.path()).unwrap();
    for commit in 0..3 {
        (commit * 9000..(commit + 1) * 9000).for_each(|number| add(&mut writer, number));
        writer.commit(&GO).unwrap();
    }
    assert!(segments(dir.path()) > 1);
    // Whether the merge has ended by now or not, and was begun before these removals or after.
    for number in [5, 9005, 18_005, 8999] {
        assert_eq!(writer.remove_id("A", &number.to_string()).unwrap(), 1);
        writer.commit(&GO).unwrap();
        assert_has(dir.path(), 10..20, number..number + 1);
    }
    let many: Vec<String> = (100..200).map(|number| number.to_string()).collect();
    for id in &many {
        assert_eq!(writer.remove_id("A", id).unwrap(), 1, "{id}");
        assert_eq!(writer.remove_id("A", id).unwrap(), 0, "{id}");
    }
    writer.commit(&GO).unwrap();
    writer.finish_merges(&GO).unwrap();
    assert_eq!(segments(dir.path()), 1);
    let gone = [5, 9005, 18_005, 8999].into_iter().chain(100..200);
    assert_has(dir.path(), (200..27_000).step_by(7).filter(|n| ![8999, 9005].contains(n)), gone);
    drop(writer);
    assert_eq!(IndexWriter::open(dir.path()).unwrap().commit(&GO).unwrap(), Default::default());
    // The segment, its bitmap if there is one, manifest, lock.
    assert!(files(dir.path()) <= 4);
}

#[test]
fn large_segments_are_merged_and_most_dead_ones_shrink() {
    let dir = tempdir().unwrap();
    let mut writer = IndexWriter::open_or_create(dir.path()).unwrap();
    for commit in 0..2 {
        (commit * 270_000..(commit + 1) * 270_000).for_each(|number| add(&mut writer, number));
        writer.commit(&GO).unwrap();
    }
    writer.finish_merges(&GO).unwrap();
    assert_eq!(segments(dir.path()), 1);
    let (dead, live) = (400_000, 540_000);
    for number in 0..dead {
        writer.remove_id("A", &number.to_string()).unwrap();
    }
    writer.commit(&GO).unwrap();
    writer.finish_merges(&GO).unwrap();
    let stats = Index::open(dir.path()).unwrap().stats().unwrap();
    assert_eq!((stats.entries, stats.dead), (140_000, 0));
    assert_has(dir.path(), (dead..live).step_by(101), (0..dead).step_by(101));
}

#[test]
fn a_writer_that_goes_while_segments_are_merged_leaves_the_index_as_it_was() {
    let dir = tempdir().unwrap();
    let mut writer = IndexWriter::open_or_create(dir.path()).unwrap();
    for commit in 0..2 {
        (commit * 40_000..(commit + 1) * 40_000).for_each(|number| add(&mut writer, number));
        writer.commit(&GO).unwrap();
    }
    drop(writer);
    assert_eq!(segments(dir.path()), 2);
    // Two segments, manifest, lock: nothing half done.
    assert_eq!(files(dir.path()), 4);
    assert_has(dir.path(), (0..80_000).step_by(57), 80_000..80_100);
    let mut writer = IndexWriter::open(dir.path()).unwrap();
    item(1).add_to(&mut writer);
    writer.commit(&GO).unwrap();
}

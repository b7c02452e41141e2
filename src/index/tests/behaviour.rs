//! What a user relies on: adding twice, replacing, two writers, snapshots, cancelling.

use std::fs;
use std::sync::atomic::AtomicBool;

use tempfile::tempdir;

use super::model::{GO, assert_holds, item, model_commit, small_index};
use crate::Error;
use crate::hash::{Hash256, Signals};
use crate::index::{Commit, Index, IndexWriter, MemoryIndex, NewEntry, Searcher};

#[test]
fn an_empty_index_of_any_kind_answers() {
    let dir = tempdir().unwrap();
    let mut writer = IndexWriter::open_or_create(dir.path()).unwrap();
    assert!(matches!(Index::open(dir.path()), Err(Error::NotAnIndex { .. })));
    assert_eq!(writer.commit(&GO).unwrap(), Commit::default());
    writer.compact(&GO).unwrap();
    let on_disk = Index::open(dir.path()).unwrap();
    for index in [on_disk, MemoryIndex::default().finish().unwrap()] {
        assert_holds(&index, &[]);
        index.verify().unwrap();
    }
}

#[test]
fn adding_a_list_twice_changes_nothing() {
    let dir = tempdir().unwrap();
    let model = small_index(dir.path());
    let before = Index::open(dir.path()).unwrap();
    let mut writer = IndexWriter::open(dir.path()).unwrap();
    for item in model.iter().chain(&model) {
        item.add_to(&mut writer);
    }
    let commit = writer.commit(&GO).unwrap();
    assert_eq!((commit.added, commit.replaced), (0, 0));
    assert_eq!(commit.unchanged, 2 * model.len() as u64);
    assert_eq!(Index::open(dir.path()).unwrap().digest(), before.digest());
}

#[test]
fn an_entry_with_other_tags_takes_the_place_of_the_old() {
    let dir = tempdir().unwrap();
    let mut model = small_index(dir.path());
    let mut writer = IndexWriter::open(dir.path()).unwrap();
    model[3].tags = vec!["new".to_owned()];
    model[3].add_to(&mut writer);
    assert_eq!(writer.commit(&GO).unwrap().replaced, 1);
    assert_holds(&Index::open(dir.path()).unwrap(), &model);
}

#[test]
fn many_small_commits_leave_few_segments() {
    let dir = tempdir().unwrap();
    let mut writer = IndexWriter::open_or_create(dir.path()).unwrap();
    let mut model = Vec::new();
    for seed in 0..50 {
        item(seed).add_to(&mut writer);
        model_commit(&mut model, vec![item(seed)]);
        writer.commit(&GO).unwrap();
    }
    let index = Index::open(dir.path()).unwrap();
    assert!(index.stats().unwrap().segments <= 9);
    assert_holds(&index, &model);
    let files = fs::read_dir(dir.path()).unwrap().count();
    assert!(files <= 9 * 2 + 2, "{files} files");
}

#[test]
fn a_second_writer_is_refused_and_readers_are_not() {
    let dir = tempdir().unwrap();
    let model = small_index(dir.path());
    let writer = IndexWriter::open(dir.path()).unwrap();
    assert!(matches!(IndexWriter::open(dir.path()), Err(Error::Locked { .. })));
    assert!(matches!(IndexWriter::open_or_create(dir.path()), Err(Error::Locked { .. })));
    assert_holds(&Index::open(dir.path()).unwrap(), &model);
    drop(writer);
    IndexWriter::open(dir.path()).unwrap();
}

#[test]
fn a_long_lived_reader_sees_a_commit_when_it_reloads() {
    let dir = tempdir().unwrap();
    let mut model = small_index(dir.path());
    let mut reader = Index::open(dir.path()).unwrap();
    assert!(!reader.reload().unwrap());
    let mut writer = IndexWriter::open(dir.path()).unwrap();
    item(150).add_to(&mut writer);
    writer.commit(&GO).unwrap();
    assert_holds(&reader, &model);
    model_commit(&mut model, vec![item(150)]);
    assert!(reader.reload().unwrap());
    assert_holds(&reader, &model);
}

#[test]
fn a_cancelled_commit_changes_nothing() {
    let dir = tempdir().unwrap();
    let model = small_index(dir.path());
    let mut writer = IndexWriter::open(dir.path()).unwrap();
    for number in 0..40_000_u32 {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        let signals = Signals { pdq: Some(Hash256::from_bytes(bytes)), ..Signals::default() };
        let id = number.to_string();
        writer.add(&NewEntry { bank: "A", id: &id, category: None, tags: &[], signals }).unwrap();
    }
    assert!(matches!(writer.commit(&AtomicBool::new(true)), Err(Error::Cancelled)));
    assert_holds(&Index::open(dir.path()).unwrap(), &model);
    // The writer goes on from what is committed.
    assert_eq!(writer.commit(&GO).unwrap(), Commit::default());
}

#[test]
fn indexes_and_searchers_go_between_threads() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<Index>();
    assert_send_sync::<Searcher>();
    assert_send_sync::<IndexWriter>();
    assert_send_sync::<MemoryIndex>();
}

#[test]
fn thousands_of_entries_with_one_hash_are_added_again_in_linear_time() {
    let dir = tempdir().unwrap();
    let mut writer = IndexWriter::open_or_create(dir.path()).unwrap();
    let signals = Signals { pdq: Some(Hash256::from_bytes([0; 32])), ..Signals::default() };
    for again in [0, 30_000] {
        for number in 0..30_000_u32 {
            let id = number.to_string();
            let entry = NewEntry { bank: "A", id: &id, category: None, tags: &[], signals };
            writer.add(&entry).unwrap();
        }
        // One by one, the second round would look at 9 * 10^8 entries.
        assert_eq!(writer.commit(&GO).unwrap().unchanged, again);
    }
}

//! The index against a model, over adding, removing, compacting and reopening; damaged files; two
//! writers; commits that fail.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::tempdir;

use super::*;
use crate::hamming::Kernel;
use crate::hash::{Hash256, Radius, Signal, Signals};
use crate::{Damage, Error};

const GO: AtomicBool = AtomicBool::new(false);

/// What the index should hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    bank: String,
    id: String,
    category: Option<String>,
    tags: Vec<String>,
    pdq: Option<Hash256>,
    sha1: Option<[u8; 20]>,
}

impl Item {
    fn signals(&self) -> Signals {
        Signals {
            pdq: self.pdq,
            sha1: self.sha1,
            ..Signals::default()
        }
    }

    fn add_to(&self, writer: &mut IndexWriter) {
        let (bank, id, category) = (&*self.bank, &*self.id, self.category.as_deref());
        let signals = self.signals();
        writer
            .add(&NewEntry {
                bank,
                id,
                category,
                tags: &self.tags,
                signals,
            })
            .unwrap();
    }
}

/// An item from a small world, so that equal ids, hashes and near hashes are common.
fn item(seed: u64) -> Item {
    let mut rng = StdRng::seed_from_u64(seed % 200);
    let mut pdq = [rng.random_range(0..4_u8) * 0x55; 32];
    for _ in 0..rng.random_range(0..40) {
        let bit = rng.random_range(0..256);
        pdq[bit / 8] ^= 1 << (bit % 8);
    }
    let kind = rng.random_range(0..3);
    Item {
        bank: ["A", "B"][rng.random_range(0..2)].to_owned(),
        id: rng.random_range(0..60).to_string(),
        category: [None, Some("A1".to_owned())][rng.random_range(0..2)].clone(),
        tags: vec!["t".to_owned(); rng.random_range(0..3)],
        pdq: (kind != 0).then_some(Hash256::from_bytes(pdq)),
        sha1: (kind != 1).then_some([rng.random_range(0..9); 20]),
    }
}

/// What a commit makes of the items added since the last: bank, id and signals are the key; a key's
/// new categories and tags take the place of the old ones.
fn model_commit(model: &mut Vec<Item>, added: Vec<Item>) {
    let key = |item: &Item| (item.bank.clone(), item.id.clone(), item.pdq, item.sha1);
    model.retain(|old| added.iter().all(|new| key(new) != key(old)));
    for item in added {
        if !model.contains(&item) {
            model.push(item);
        }
    }
}

/// Asks the index for everything in several ways and compares with the model.
fn assert_holds(index: &Index, model: &[Item]) {
    let stats = index.stats().unwrap();
    assert_eq!(stats.entries, model.len() as u64);
    let mut queries: Vec<Hash256> = model.iter().filter_map(|item| item.pdq).take(20).collect();
    queries.push(Hash256::from_bytes([0x0f; 32]));
    for kernel in Kernel::available() {
        let mut searcher = index.searcher().with_kernel(kernel);
        for radius in [0, 15, 16, 31, 32, 47, 48, 256].map(|bits| Radius::new(bits).unwrap()) {
            let batch = searcher.within_many(&queries, radius).unwrap();
            for (query, hits) in queries.iter().zip(batch) {
                assert_eq!(searcher.within(query, radius).unwrap(), hits);
                let mut found: Vec<(u32, Item)> = hits
                    .iter()
                    .map(|hit| (hit.distance, described(&searcher, hit.entry)))
                    .collect();
                let mut wanted: Vec<(u32, Item)> = model
                    .iter()
                    .filter_map(|item| Some((item.pdq?.distance(query), item)))
                    .filter(|(distance, _)| *distance <= radius.get())
                    .map(|(distance, item)| (distance, nameless(item)))
                    .collect();
                found.sort();
                wanted.sort();
                assert_eq!(found, wanted);
            }
        }
        for digest in (0..9).map(|value| [value; 20]) {
            let hits = searcher.exact(Signal::Sha1, &digest).unwrap();
            let mut found: Vec<Item> = hits.iter().map(|hit| described(&searcher, *hit)).collect();
            let of_digest = model.iter().filter(|item| item.sha1 == Some(digest));
            let mut wanted: Vec<Item> = of_digest.map(nameless).collect();
            found.sort();
            wanted.sort();
            assert_eq!(found, wanted);
        }
    }
}

/// An item without its signals: what a search tells of it.
fn nameless(item: &Item) -> Item {
    Item {
        pdq: None,
        sha1: None,
        ..item.clone()
    }
}

fn described(searcher: &Searcher, entry: EntryRef) -> Item {
    let entry = searcher.entry(entry).unwrap();
    Item {
        bank: entry.bank.to_owned(),
        id: entry.id.to_owned(),
        category: entry.category.map(str::to_owned),
        tags: entry.tags.iter().map(|tag| (*tag).to_owned()).collect(),
        pdq: None,
        sha1: None,
    }
}

#[derive(Clone, Debug)]
enum Step {
    Add(u64),
    RemoveId(bool, u8),
    RemoveSignals(u64),
    RemoveBank(bool),
    Commit,
    Compact,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => any::<u64>().prop_map(Step::Add),
        3 => (any::<bool>(), 0..60_u8).prop_map(|(bank, id)| Step::RemoveId(bank, id)),
        2 => any::<u64>().prop_map(Step::RemoveSignals),
        1 => any::<bool>().prop_map(Step::RemoveBank),
        4 => Just(Step::Commit),
        1 => Just(Step::Compact),
        1 => Just(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_sequence_of_steps_holds_what_the_model_holds(steps in prop::collection::vec(step(), 1..80)) {
        let dir = tempdir().unwrap();
        let mut writer = IndexWriter::open_or_create(dir.path()).unwrap();
        // Removals act on what is committed, so the model keeps the two apart.
        let (mut committed, mut added) = (Vec::<Item>::new(), Vec::<Item>::new());
        let bank = |first: bool| if first { "A" } else { "B" };
        for step in steps {
            match step {
                Step::Add(seed) => {
                    item(seed).add_to(&mut writer);
                    added.push(item(seed));
                }
                Step::RemoveId(first, id) => {
                    let goes = |item: &Item| item.bank == bank(first) && item.id == id.to_string();
                    let wanted = committed.iter().filter(|item| goes(item)).count();
                    let removed = writer.remove_id(bank(first), &id.to_string()).unwrap();
                    // What an addition has replaced meanwhile is gone already.
                    prop_assert!(removed as usize <= wanted);
                    committed.retain(|item| !goes(item));
                }
                Step::RemoveSignals(seed) => {
                    let Item { bank, pdq, sha1, .. } = item(seed);
                    let signals = Signals { pdq, sha1, ..Signals::default() };
                    writer.remove_signals(&bank, &signals).unwrap();
                    committed.retain(|item| {
                        item.bank != bank
                            || pdq.is_some() && item.pdq != pdq
                            || sha1.is_some() && item.sha1 != sha1
                    });
                }
                Step::RemoveBank(first) => {
                    writer.remove_bank(bank(first)).unwrap();
                    committed.retain(|item| item.bank != bank(first));
                }
                Step::Commit | Step::Compact | Step::Reopen => {
                    writer.commit(&GO).unwrap();
                    model_commit(&mut committed, std::mem::take(&mut added));
                    if matches!(step, Step::Compact) {
                        writer.compact(&GO).unwrap();
                    }
                    if matches!(step, Step::Reopen) {
                        drop(writer);
                        writer = IndexWriter::open(dir.path()).unwrap();
                    }
                }
            }
        }
        writer.commit(&GO).unwrap();
        model_commit(&mut committed, std::mem::take(&mut added));
        let index = Index::open(dir.path()).unwrap();
        index.verify().unwrap();
        assert_holds(&index, &committed);
        writer.compact(&GO).unwrap();
        let compacted = Index::open(dir.path()).unwrap();
        prop_assert!(compacted.stats().unwrap().dead == 0);
        assert_holds(&compacted, &committed);
        // The older snapshot is not disturbed by what came after it.
        assert_holds(&index, &committed);
    }
}

fn small_index(dir: &Path) -> Vec<Item> {
    let mut writer = IndexWriter::open_or_create(dir).unwrap();
    let mut model = Vec::new();
    for seeds in [0..10, 10..20, 20..25] {
        for seed in seeds {
            item(seed).add_to(&mut writer);
            model_commit(&mut model, vec![item(seed)]);
        }
        writer.commit(&GO).unwrap();
    }
    let first = model.remove(0);
    writer.remove_id(&first.bank, &first.id).unwrap();
    model.retain(|item| (&item.bank, &item.id) != (&first.bank, &first.id));
    writer.commit(&GO).unwrap();
    model
}

#[test]
fn an_empty_index_of_any_kind_answers() {
    let dir = tempdir().unwrap();
    let mut writer = IndexWriter::open_or_create(dir.path()).unwrap();
    assert!(matches!(
        Index::open(dir.path()),
        Err(Error::NotAnIndex { .. })
    ));
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
    assert!(matches!(
        IndexWriter::open(dir.path()),
        Err(Error::Locked { .. })
    ));
    assert!(matches!(
        IndexWriter::open_or_create(dir.path()),
        Err(Error::Locked { .. })
    ));
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
        let signals = Signals {
            pdq: Some(Hash256::from_bytes(bytes)),
            ..Signals::default()
        };
        let id = number.to_string();
        writer
            .add(&NewEntry {
                bank: "A",
                id: &id,
                category: None,
                tags: &[],
                signals,
            })
            .unwrap();
    }
    assert!(matches!(
        writer.commit(&AtomicBool::new(true)),
        Err(Error::Cancelled)
    ));
    assert_holds(&Index::open(dir.path()).unwrap(), &model);
    // The writer goes on from what is committed.
    assert_eq!(writer.commit(&GO).unwrap(), Commit::default());
}

/// Opens, verifies and asks: everything that a user would do.
fn use_index(dir: &Path) -> crate::Result<(Vec<Vec<Hit>>, Stats)> {
    let index = Index::open(dir)?;
    index.verify()?;
    let queries: Vec<Hash256> = (0..30).filter_map(|seed| item(seed).pdq).collect();
    let hits = index.searcher().within_many(&queries, Radius::default())?;
    Ok((hits, index.stats()?))
}

#[test]
fn every_file_changed_at_any_byte_or_cut_is_an_error_that_names_it() {
    let dir = tempdir().unwrap();
    small_index(dir.path());
    let wanted = use_index(dir.path()).unwrap();
    let mut damaged = 0;
    for entry in fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let good = fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name == "lock" {
            continue;
        }
        // Written as a new file each time: a segment that is mapped must never change.
        let mut try_with = |bytes: &[u8]| {
            fs::remove_file(&path).unwrap();
            fs::write(&path, bytes).unwrap();
            let error = use_index(dir.path()).unwrap_err();
            assert!(error.to_string().contains(&name), "{error}");
            damaged += 1;
        };
        for at in 0..good.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 0x10;
            try_with(&bytes);
        }
        for len in (0..good.len()).step_by(7) {
            try_with(&good[..len]);
        }
        fs::write(&path, &good).unwrap();
        assert_eq!(use_index(dir.path()).unwrap(), wanted);
        let aside = path.with_extension("aside");
        fs::rename(&path, &aside).unwrap();
        use_index(dir.path()).unwrap_err();
        fs::rename(&aside, &path).unwrap();
    }
    assert!(damaged > 3_000, "{damaged}");
}

#[test]
fn segments_that_changed_places_are_noticed() {
    let dir = tempdir().unwrap();
    small_index(dir.path());
    let segments: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "segment")
        })
        .collect();
    fs::copy(&segments[0], dir.path().join("aside")).unwrap();
    fs::remove_file(&segments[0]).unwrap();
    fs::rename(&segments[1], &segments[0]).unwrap();
    fs::rename(dir.path().join("aside"), &segments[1]).unwrap();
    assert!(matches!(
        Index::open(dir.path()),
        Err(Error::Corrupt { .. })
    ));
}

#[test]
fn an_index_of_a_newer_version_says_so() {
    let dir = tempdir().unwrap();
    small_index(dir.path());
    let path = dir.path().join("0000000001.segment");
    let mut bytes = fs::read(&path).unwrap();
    bytes[8] = 2;
    fs::remove_file(&path).unwrap();
    fs::write(&path, bytes).unwrap();
    let error = Index::open(dir.path()).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Version {
                found: 2,
                supported: 1,
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("upgrade"));
}

#[test]
fn what_a_crash_leaves_behind_is_ignored_and_then_removed() {
    let dir = tempdir().unwrap();
    let model = small_index(dir.path());
    // A crash after the new files were written and before the manifest was replaced.
    let orphans = [".tmp-abc", "0000000009.segment", "0000000009-0.dead"];
    for name in orphans {
        fs::write(dir.path().join(name), b"half").unwrap();
    }
    assert_holds(&Index::open(dir.path()).unwrap(), &model);
    let mut writer = IndexWriter::open(dir.path()).unwrap();
    item(150).add_to(&mut writer);
    writer.commit(&GO).unwrap();
    for name in orphans {
        assert!(!dir.path().join(name).exists(), "{name}");
    }
}

#[test]
fn damage_found_during_a_search_is_an_error_and_never_an_empty_answer() {
    let dir = tempdir().unwrap();
    let mut writer = IndexWriter::open_or_create(dir.path()).unwrap();
    item(1).add_to(&mut writer);
    let signals = Signals {
        pdq: Some(Hash256::from_bytes([3; 32])),
        ..Signals::default()
    };
    writer
        .add(&NewEntry {
            bank: "A",
            id: "x",
            category: None,
            tags: &[],
            signals,
        })
        .unwrap();
    writer.commit(&GO).unwrap();
    let path = dir.path().join("0000000001.segment");
    let mut bytes = fs::read(&path).unwrap();
    bytes[330] ^= 1;
    fs::remove_file(&path).unwrap();
    fs::write(&path, bytes).unwrap();
    // Opening does not read the hashes; asking does.
    let index = Index::open(dir.path()).unwrap();
    let error = index
        .searcher()
        .within(&Hash256::from_bytes([3; 32]), Radius::default());
    match error {
        Err(Error::Corrupt { source, .. }) => assert_eq!(source.what, Damage::Checksum),
        other => panic!("{other:?}"),
    }
}

#[test]
fn indexes_and_searchers_go_between_threads() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<Index>();
    assert_send_sync::<Searcher>();
    assert_send_sync::<IndexWriter>();
    assert_send_sync::<MemoryIndex>();
}

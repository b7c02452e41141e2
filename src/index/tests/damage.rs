//! Files that are changed, cut, gone, newer or left over.

use std::fs;
use std::path::Path;

use tempfile::tempdir;

use super::model::{GO, assert_holds, item, small_index};
use crate::hash::{Hash256, Radius, Signals};
use crate::index::{Hit, Index, IndexWriter, NewEntry, Stats};
use crate::{Damage, Error};

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
        .filter(|path| path.extension().is_some_and(|extension| extension == "segment"))
        .collect();
    fs::copy(&segments[0], dir.path().join("aside")).unwrap();
    fs::remove_file(&segments[0]).unwrap();
    fs::rename(&segments[1], &segments[0]).unwrap();
    fs::rename(dir.path().join("aside"), &segments[1]).unwrap();
    assert!(matches!(Index::open(dir.path()), Err(Error::Corrupt { .. })));
}

#[test]
fn an_index_of_a_newer_version_says_so() {
    let dir = tempdir().unwrap();
    small_index(dir.path());
    let path = dir.path().join("0000000001.segment");
    let mut bytes = fs::read(&path).unwrap();
    bytes[8] = 3;
    fs::remove_file(&path).unwrap();
    fs::write(&path, bytes).unwrap();
    let error = Index::open(dir.path()).unwrap_err();
    assert!(matches!(error, Error::Version { found: 3, supported: 2, .. }), "{error}");
    assert!(error.to_string().contains("upgrade"));
}

#[test]
fn what_a_crash_leaves_behind_is_ignored_and_then_removed() {
    let dir = tempdir().unwrap();
    let model = small_index(dir.path());
    // A crash after the new files were written and before the manifest was replaced.
    let orphans = [".tutela-tmp-abc", "0000000009.segment", "0000000009-0.dead"];
    for name in orphans {
        fs::write(dir.path().join(name), b"half").unwrap();
    }
    // Not of our forms: whoever put them there wants them.
    let foreign = ["notes.segment", "a-1.dead", "1-1.dead", ".tmp-abc", "0000000009.dead"];
    for name in foreign {
        fs::write(dir.path().join(name), b"theirs").unwrap();
    }
    assert_holds(&Index::open(dir.path()).unwrap(), &model);
    let mut writer = IndexWriter::open(dir.path()).unwrap();
    item(150).add_to(&mut writer);
    writer.commit(&GO).unwrap();
    for name in orphans {
        assert!(!dir.path().join(name).exists(), "{name}");
    }
    for name in foreign {
        assert!(dir.path().join(name).exists(), "{name}");
    }
}

#[test]
fn damage_found_during_a_search_is_an_error_and_never_an_empty_answer() {
    let dir = tempdir().unwrap();
    let mut writer = IndexWriter::open_or_create(dir.path()).unwrap();
    item(1).add_to(&mut writer);
    let signals = Signals { pdq: Some(Hash256::from_bytes([3; 32])), ..Signals::default() };
    writer.add(&NewEntry { bank: "A", id: "x", category: None, tags: &[], signals }).unwrap();
    writer.commit(&GO).unwrap();
    let path = dir.path().join("0000000001.segment");
    let mut bytes = fs::read(&path).unwrap();
    bytes[394] ^= 1;
    fs::remove_file(&path).unwrap();
    fs::write(&path, bytes).unwrap();
    // Opening does not read the hashes; asking does.
    let index = Index::open(dir.path()).unwrap();
    let error = index.searcher().within(&Hash256::from_bytes([3; 32]), Radius::default());
    match error {
        Err(Error::Corrupt { source, .. }) => assert_eq!(source.what, Damage::Checksum),
        other => panic!("{other:?}"),
    }
}

#[test]
fn segments_without_their_manifest_are_kept_and_other_peoples_files_as_well() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("video-0001.segment"), "mine").unwrap();
    small_index(dir.path());
    assert!(dir.path().join("video-0001.segment").exists());
    assert!(!dir.path().join(".tutela-tmp-first").exists());

    let (manifest, aside) = (dir.path().join("manifest.json"), dir.path().join("aside"));
    fs::rename(&manifest, &aside).unwrap();
    let refused = IndexWriter::open_or_create(dir.path());
    assert!(matches!(refused, Err(Error::ManifestLost { .. })), "{refused:?}");
    fs::rename(&aside, &manifest).unwrap();
    Index::open(dir.path()).unwrap().verify().unwrap();
}

#[test]
fn a_crash_in_the_first_commit_leaves_a_folder_that_can_be_used() {
    let dir = tempdir().unwrap();
    // What is there between the segment and the manifest.
    fs::write(dir.path().join(".tutela-tmp-first"), "").unwrap();
    fs::write(dir.path().join("0000000001.segment"), "unfinished").unwrap();
    let model = small_index(dir.path());
    assert_holds(&Index::open(dir.path()).unwrap(), &model);
}

//! Files in an index folder that no manifest names: those of older commits and of crashes.

use std::fs::{self, File};
use std::path::Path;

use super::manifest::SegmentFiles;
use super::publish::{TEMPORARY, sync_dir};
use super::snapshot::Index;
use crate::{Error, Result};

/// While it exists, segments without a manifest are what a crash left of an index's first commit.
const FIRST_COMMIT: &str = ".tutela-tmp-first";

/// Says that segments without a manifest are to be expected, from now to the first commit's end.
pub(super) fn mark_first_commit(dir: &Path) -> Result<()> {
    let path = dir.join(FIRST_COMMIT);
    File::create(&path).map_err(Error::io("create", &path))?;
    sync_dir(dir)
}

/// Refuses a folder whose segments have lost their manifest: a new index in it would delete them.
pub(super) fn refuse_lost_manifest(dir: &Path) -> Result<()> {
    if dir.join(FIRST_COMMIT).exists() {
        return Ok(());
    }
    for entry in fs::read_dir(dir).map_err(Error::io("read", dir))? {
        let name = entry.map_err(Error::io("read", dir))?.file_name();
        if name.to_str().is_some_and(is_segment) {
            return Err(Error::ManifestLost { path: dir.to_owned() });
        }
    }
    Ok(())
}

/// Deletes files of ours that no manifest names. A file that cannot be deleted now is left for the
/// next commit.
pub(super) fn remove_unused(dir: &Path, index: &Index) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let named = |files: &SegmentFiles| {
            files.dead.iter().chain([&files.segment]).any(|file| file.file == name)
        };
        let used = index.parts.iter().any(|part| named(&part.files));
        if is_ours(name) && !used {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether a commit makes files of this name. Others may share the folder, and are not touched.
fn is_ours(name: &str) -> bool {
    name.starts_with(TEMPORARY)
        || is_segment(name)
        || name.strip_suffix(".dead").is_some_and(is_part)
}

fn is_segment(name: &str) -> bool {
    let stem = name.strip_suffix(".segment");
    stem.is_some_and(|stem| is_commit(stem) || is_part(stem))
}

/// A commit's number, and that of one of its files.
fn is_part(stem: &str) -> bool {
    stem.split_once('-').is_some_and(|(commit, part)| is_commit(commit) && is_number(part))
}

fn is_commit(text: &str) -> bool {
    text.len() >= 10 && is_number(text)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_a_commit_gives_are_ours() {
        for name in
            ["0000000001.segment", "0000000003-1.segment", "0000000002-13.dead", ".tutela-tmp-a"]
        {
            assert!(is_ours(name), "{name}");
        }
        for name in [
            "video-0001.segment",
            "1.segment",
            ".segment",
            "x.dead",
            "0000000001.dead",
            "0000000001-.dead",
            "0000000001-a.segment",
            ".tmp-a",
            "lock",
            "manifest.json",
        ] {
            assert!(!is_ours(name), "{name}");
        }
    }
}

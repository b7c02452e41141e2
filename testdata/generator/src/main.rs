//! Makes every file under `testdata/`, but for the README: the same bytes on every machine.
//!
//! `cargo run --release -p tutela-testdata` writes them; with `-- --check` it compares them with
//! those that are there and fails on any difference. Pictures are drawn in whole numbers only.

#![allow(
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a tool for this repository; sizes and samples are its own"
)]

mod canvas;
mod files;
mod formats;
mod list;
mod noise;
mod scenes;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// All of `testdata` that is in the repository stays below.
const LIMIT: usize = 3_000_000;

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let made = make()?;
    let bytes: usize = made.values().map(Vec::len).sum();
    if bytes > LIMIT {
        return Err(format!("{bytes} bytes, more than {LIMIT}").into());
    }
    match std::env::args().nth(1).as_deref() {
        None => write(&root, &made)?,
        Some("--check") => check(&root, &made)?,
        Some(other) => return Err(format!("{other}: the only argument is --check").into()),
    }
    println!("{} files, {bytes} bytes", made.len());
    Ok(())
}

/// Every file by its path under `testdata`.
fn make() -> Result<BTreeMap<String, Vec<u8>>> {
    let originals = files::originals()?;
    let mut made = BTreeMap::from([list::known(&originals)?]);
    made.extend(files::copies(&originals)?);
    made.extend(files::unrelated()?);
    made.extend(files::broken(&originals)?);
    made.extend(originals.into_iter().map(|(_, file)| file));
    Ok(made)
}

fn write(root: &Path, made: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    if root.join("media").exists() {
        fs::remove_dir_all(root.join("media"))?;
    }
    for (name, bytes) in made {
        let path = root.join(name);
        fs::create_dir_all(path.parent().ok_or("a file without a folder")?)?;
        fs::write(path, bytes)?;
    }
    Ok(())
}

fn check(root: &Path, made: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    let differing = made
        .iter()
        .filter(|(name, bytes)| fs::read(root.join(name)).ok().as_ref() != Some(bytes))
        .map(|(name, _)| name.clone());
    let unknown = media_files(root)?
        .into_iter()
        .filter(|name| !made.contains_key(name));
    let names: Vec<_> = differing.chain(unknown).collect();
    if names.is_empty() {
        return Ok(());
    }
    Err(format!("missing, different or unknown: {}", names.join(", ")).into())
}

/// The files under `media`, as they are named in [`make`].
fn media_files(root: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for folder in fs::read_dir(root.join("media"))? {
        let folder = folder?;
        for file in fs::read_dir(folder.path())? {
            let parts: PathBuf = Path::new("media").join(folder.file_name());
            let name = parts.join(file?.file_name());
            names.push(name.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(names)
}

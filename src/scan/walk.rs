//! Files and folders, one by one: everything that is there is either a file or has a reason.

use std::fs::FileType;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use walkdir::WalkDir;

use crate::media::{Reason, ReasonCode};

/// One thing that was met.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// A regular file.
    File(PathBuf),
    /// Something that is not opened, and why.
    Refused(PathBuf, Reason),
}

/// Walks sources in their order, folders in the order in which the system lists them.
///
/// Hidden files count, ignore files do not. A source that is a symbolic link is followed, one
/// inside a folder never is: if its target is inside a source it is met there, and the link is only
/// counted; otherwise it is refused, so that nobody believes it was scanned.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    sources: std::slice::Iter<'a, PathBuf>,
    roots: Vec<PathBuf>,
    tree: Option<(PathBuf, walkdir::IntoIter)>,
    links: u64,
}

impl<'a> Walk<'a> {
    pub(super) fn new(sources: &'a [PathBuf]) -> Self {
        Self {
            sources: sources.iter(),
            roots: sources.iter().filter_map(|source| source.canonicalize().ok()).collect(),
            tree: None,
            links: 0,
        }
    }

    /// Links met so far whose targets are inside the sources.
    pub(super) fn links(&self) -> u64 {
        self.links
    }

    /// A path that the caller named.
    fn source(&mut self, path: PathBuf) -> Option<Item> {
        match path.metadata() {
            Err(error) => Some(refused(path, ReasonCode::Unreadable, error.to_string())),
            Ok(metadata) if metadata.is_dir() => {
                // The folder itself is no file; an error in reading it still comes.
                let walk = WalkDir::new(&path).min_depth(1);
                self.tree = Some((path, walk.into_iter()));
                None
            }
            Ok(metadata) => self.entry(path, metadata.file_type()),
        }
    }

    /// What the entry is; `None` for what needs no report.
    fn entry(&mut self, path: PathBuf, kind: FileType) -> Option<Item> {
        if kind.is_file() {
            Some(Item::File(path))
        } else if kind.is_dir() {
            None
        } else if kind.is_symlink() {
            self.link(path)
        } else {
            Some(Item::Refused(path, special_file(kind)))
        }
    }

    fn link(&mut self, path: PathBuf) -> Option<Item> {
        match path.canonicalize() {
            Ok(target) if self.roots.iter().any(|root| target.starts_with(root)) => {
                self.links += 1;
                None
            }
            Ok(_) => Some(refused(
                path,
                ReasonCode::Unsupported,
                "symbolic link out of the scanned folders, not followed: \
                 name its target to scan it"
                    .to_owned(),
            )),
            Err(error) => Some(refused(
                path,
                ReasonCode::Unreadable,
                format!("symbolic link that leads nowhere: {error}"),
            )),
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            let item = match &mut self.tree {
                Some((root, tree)) => match tree.next() {
                    Some(Ok(entry)) => {
                        let kind = entry.file_type();
                        self.entry(entry.into_path(), kind)
                    }
                    Some(Err(error)) => {
                        let path = error.path().unwrap_or(root).to_owned();
                        let detail = match error.io_error() {
                            Some(cause) => cause.to_string(),
                            None => error.to_string(),
                        };
                        Some(refused(path, ReasonCode::Unreadable, detail))
                    }
                    None => {
                        self.tree = None;
                        None
                    }
                },
                None => {
                    let path = self.sources.next()?.clone();
                    self.source(path)
                }
            };
            if item.is_some() {
                return item;
            }
        }
    }
}

/// How many files a scan of these sources would report, by a walk that opens none of them.
///
/// For progress bars: a folder that changes meanwhile gives another number. Setting `cancel` ends
/// the count early.
pub fn count(sources: &[PathBuf], cancel: &AtomicBool) -> u64 {
    Walk::new(sources).take_while(|_| !cancel.load(Ordering::Relaxed)).map(|_| 1).sum()
}

/// Why a file of this type is not opened: reading from it might never end, or do something.
pub(super) fn special_file(kind: FileType) -> Reason {
    Reason { code: ReasonCode::Unsupported, detail: format!("{}, not opened", name(kind)) }
}

#[cfg(unix)]
fn name(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else if kind.is_block_device() || kind.is_char_device() {
        "a device"
    } else {
        "not a regular file"
    }
}

#[cfg(not(unix))]
fn name(_: FileType) -> &'static str {
    "not a regular file"
}

fn refused(path: PathBuf, code: ReasonCode, detail: String) -> Item {
    Item::Refused(path, Reason { code, detail })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    /// Names relative to the folder, sorted; reasons as `name: code`.
    fn walked(dir: &std::path::Path, sources: &[PathBuf]) -> (Vec<String>, u64) {
        let mut walk = Walk::new(sources);
        let name = |path: PathBuf| path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
        let mut names: Vec<_> = walk
            .by_ref()
            .map(|item| match item {
                Item::File(path) => name(path),
                Item::Refused(path, reason) => format!("{}: {:?}", name(path), reason.code),
            })
            .collect();
        names.sort();
        (names, walk.links())
    }

    #[test]
    fn hidden_and_ignored_files_are_met_and_folders_are_not_reported() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join(".git/empty")).unwrap();
        for name in ["a", ".b", ".git/c", ".gitignore"] {
            fs::write(dir.path().join(name), "*").unwrap();
        }
        let sources = [dir.path().to_owned()];
        let (names, links) = walked(dir.path(), &sources);
        assert_eq!(names, [".b", ".git/c", ".gitignore", "a"]);
        assert_eq!(links, 0);
        assert_eq!(count(&sources, &AtomicBool::new(false)), 4);
        assert_eq!(count(&sources, &AtomicBool::new(true)), 0);
    }

    #[test]
    fn links_are_counted_when_their_target_is_met_and_refused_otherwise() {
        let dir = tempfile::tempdir().unwrap();
        let inside = dir.path().join("inside");
        fs::create_dir_all(inside.join("folder")).unwrap();
        fs::write(inside.join("file"), "").unwrap();
        fs::write(dir.path().join("outside"), "").unwrap();
        for (target, link) in [
            ("file", "to-file"),
            (".", "to-itself"),
            ("folder", "to-folder"),
            ("../outside", "to-outside"),
            ("nowhere", "dangling"),
            ("loop-b", "loop-a"),
            ("loop-a", "loop-b"),
        ] {
            symlink(target, inside.join(link)).unwrap();
        }
        let (names, links) = walked(&inside, std::slice::from_ref(&inside));
        assert_eq!(
            names,
            [
                "dangling: Unreadable",
                "file",
                "loop-a: Unreadable",
                "loop-b: Unreadable",
                "to-outside: Unsupported",
            ]
        );
        assert_eq!(links, 3);

        let both = [inside.clone(), dir.path().join("outside")];
        let (names, links) = walked(dir.path(), &both);
        assert!(!names.iter().any(|name| name.contains("to-outside")), "{names:?}");
        assert_eq!(links, 4);
    }

    #[test]
    fn a_source_that_is_a_link_is_followed() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("folder")).unwrap();
        fs::write(dir.path().join("folder/file"), "").unwrap();
        symlink("folder", dir.path().join("to-folder")).unwrap();
        symlink("folder/file", dir.path().join("to-file")).unwrap();
        let sources = ["to-folder", "to-file"].map(|name| dir.path().join(name));
        let (names, links) = walked(dir.path(), &sources);
        assert_eq!(names, ["to-file", "to-folder/file"]);
        assert_eq!(links, 0);
    }

    #[test]
    fn what_is_no_file_has_a_reason() {
        let dir = tempfile::tempdir().unwrap();
        let _socket = UnixListener::bind(dir.path().join("socket")).unwrap();
        let gone = dir.path().join("gone");
        let (names, _) = walked(dir.path(), &[dir.path().to_owned(), gone]);
        assert_eq!(names, ["gone: Unreadable", "socket: Unsupported"]);
    }
}

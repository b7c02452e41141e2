//! Entries that match far too many files: a wrong entry, or one that half the world has.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU64;

use super::{Finding, Match};

/// An entry that has matched as many different files as a flood has.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Flood {
    /// The bank.
    pub bank: String,
    /// The entry's id at its source.
    pub entry: String,
    /// Files that matched it, equal ones as well.
    pub files: u64,
}

/// Counts the different files that each entry matches.
#[derive(Debug)]
pub(super) struct Floods {
    most: NonZeroU64,
    /// By bank and entry.
    entries: BTreeMap<(String, String), Files>,
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct Files {
    count: u64,
    /// Different ones, until there are enough.
    different: HashSet<u64>,
    flood: bool,
}

impl Floods {
    /// `most` different files make a flood.
    pub(super) fn new(most: NonZeroU64) -> Self {
        Self { most, entries: BTreeMap::new(), hasher: RandomState::new() }
    }

    /// Counts the entries that a file matches, and marks those whose flood has begun.
    pub(super) fn watch(&mut self, finding: &mut Finding) {
        if finding.matches.is_empty() {
            return;
        }
        // Equal files are one picture, however often it is stored.
        let known = finding.fingerprint.map(|known| (known.digests, known.pdq));
        let file = self.hasher.hash_one((known, finding.bytes()));
        let named = |found: &Match| (found.bank.clone(), found.entry.clone());
        let entries: BTreeSet<_> = finding.matches.iter().map(named).collect();
        let floods: BTreeSet<_> =
            entries.into_iter().filter(|entry| self.count(entry, file)).collect();
        if !floods.is_empty() {
            finding
                .matches
                .iter_mut()
                .for_each(|found| found.flood = floods.contains(&named(found)));
        }
    }

    /// Counts a file that matches an entry; whether that entry has a flood.
    fn count(&mut self, entry: &(String, String), file: u64) -> bool {
        let files = match self.entries.get_mut(entry) {
            Some(files) => files,
            None => self.entries.entry(entry.clone()).or_default(),
        };
        files.count += 1;
        if !files.flood {
            files.different.insert(file);
            files.flood = files.different.len() as u64 >= self.most.get();
        }
        if files.flood {
            files.different = HashSet::new();
        }
        files.flood
    }

    /// The entries with a flood, those with the most files first.
    pub(super) fn into_list(self) -> Vec<Flood> {
        let flooded = self.entries.into_iter().filter(|(_, files)| files.flood);
        let mut list: Vec<_> = flooded
            .map(|((bank, entry), files)| Flood { bank, entry, files: files.count })
            .collect();
        list.sort_by_key(|flood| std::cmp::Reverse(flood.files));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{Digests, Prescale, Signal};
    use crate::media::Rendering;
    use crate::scan::{Fingerprint, Verdict};

    /// A file with this content that matches these entries of a bank.
    fn finding(content: u8, entries: &[&str]) -> Finding {
        let mut finding = Finding::new(Default::default(), String::new(), Verdict::Match, None);
        let digests = Digests { md5: Some([content; 16]), ..Digests::default() };
        finding.fingerprint = Some(Fingerprint { digests, pdq: None, accuracy: None });
        let found = |entry: &&str| Match {
            bank: "b".into(),
            entry: (*entry).into(),
            signal: Signal::Pdq,
            distance: 0,
            orientation: None,
            prescale: Prescale::Tool,
            view: None,
            frame: 0,
            rendering: Rendering::Stored,
            category: None,
            tags: Vec::new(),
            template_suspect: false,
            flood: false,
        };
        finding.matches = entries.iter().map(found).collect();
        finding
    }

    fn watched(floods: &mut Floods, content: u8, entries: &[&str]) -> Vec<bool> {
        let mut finding = finding(content, entries);
        floods.watch(&mut finding);
        finding.matches.iter().map(|found| found.flood).collect()
    }

    #[test]
    fn an_entry_that_matches_many_different_files_is_marked_from_then_on() {
        let mut floods = Floods::new(NonZeroU64::new(3).unwrap());
        assert_eq!(watched(&mut floods, 1, &["a", "b"]), [false, false]);
        assert_eq!(watched(&mut floods, 2, &["a"]), [false]);
        // the same file again, and an entry that matches it twice
        assert_eq!(watched(&mut floods, 2, &["a", "a"]), [false, false]);
        assert_eq!(watched(&mut floods, 3, &["b", "a", "a"]), [false, true, true]);
        assert_eq!(watched(&mut floods, 3, &["a"]), [true]);
        let flood = Flood { bank: "b".into(), entry: "a".into(), files: 5 };
        assert_eq!(floods.into_list(), [flood]);
    }
}

//! Telling entries apart: which of those added were added before, together or in earlier commits.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use rayon::prelude::*;

use super::dead::Dead;
use super::part::Part;
use super::search::EntryRef;
use crate::Result;
use crate::hash::Signals;
use crate::segment::NewEntry;

/// Makes keyed 128-bit hashes of what tells entries apart.
#[derive(Default)]
pub(super) struct Keys {
    halves: [RandomState; 2],
    identity: Vec<u8>,
}

impl Keys {
    /// The key of these texts and signals. The number of texts must be part of them, or fixed.
    pub(super) fn key<'a>(
        &mut self,
        texts: impl IntoIterator<Item = &'a str>,
        signals: &Signals,
    ) -> u128 {
        self.identity.clear();
        for (signal, value) in signals.iter() {
            self.identity.push(signal as u8);
            self.identity.extend_from_slice(value);
        }
        for text in texts {
            self.identity.extend_from_slice(&(text.len() as u64).to_le_bytes());
            self.identity.extend_from_slice(text.as_bytes());
        }
        let [high, low] = self.halves.each_ref().map(|half| half.hash_one(&self.identity));
        u128::from(high) << 64 | u128::from(low)
    }
}

impl fmt::Debug for Keys {
    /// Without the identity at hand: it holds an entry's hashes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

/// What tells an entry apart from all others: a keyed 96-bit hash, and the entry's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity(u128);

impl Identity {
    /// Equal for equal entries. Two different ones share it with a chance below 2^-44 in a list of 10^8.
    pub(super) fn key(self) -> u128 {
        self.0 >> 32
    }

    /// The entry's number in its segment.
    pub(super) fn entry(self) -> u32 {
        self.0 as u32
    }

    pub(super) fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    pub(super) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_le_bytes(bytes))
    }
}

/// The identities of entries in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Identities {
    identities: Vec<Identity>,
    hasher: Keys,
}

impl Identities {
    /// Adds the identity of the next entry.
    pub(super) fn push(&mut self, new: &NewEntry<'_>) {
        // Tags come last and a category after its sign, so equal texts mean equal entries.
        let category = new.category.map_or(["-", ""], |category| ["+", category]);
        let texts = [new.bank, new.id].into_iter().chain(category);
        let key = self.hasher.key(texts.chain(new.tags.iter().map(String::as_str)), &new.signals);
        let number = self.identities.len() as u128 & NUMBER;
        self.identities.push(Identity(key & !NUMBER | number));
    }

    /// Bytes of memory that they take.
    pub(super) fn memory(&self) -> usize {
        self.identities.len() * size_of::<Identity>()
    }

    /// Sorted by what tells them apart, then by number. Those that follow start at number 0 again, and
    /// equal entries still have equal keys.
    pub(super) fn take_sorted(&mut self) -> Vec<Identity> {
        let mut identities = std::mem::take(&mut self.identities);
        identities.par_sort_unstable();
        identities
    }

    /// The entries that are equal to an earlier one, among `entries` of which these are the first.
    pub(super) fn repeated(mut self, entries: u32) -> Option<Dead> {
        let mut repeated = Dead::none(entries);
        for pair in self.take_sorted().windows(2) {
            if pair[0].key() == pair[1].key() {
                repeated.insert(pair[1].entry());
            }
        }
        (repeated.count() > 0).then_some(repeated)
    }
}

/// The bits of an identity that number its entry.
const NUMBER: u128 = u32::MAX as u128;

/// All live entries of some segments by bank, id and signals. 32 bytes an entry.
#[derive(Debug)]
pub(super) struct Known {
    hasher: Keys,
    entries: Vec<(u128, EntryRef)>,
}

impl Known {
    /// Reads all entries.
    pub(super) fn of(parts: &[Arc<Part>]) -> Result<Self> {
        let mut hasher = Keys::default();
        let mut entries = Vec::new();
        for (number, part) in (0..).zip(parts) {
            let all = part.segment.signal_map().map_err(|damage| part.corrupt(damage))?;
            for entry in part.live() {
                let signals = all.of(entry).map_err(|damage| part.corrupt(damage))?;
                let known = part.segment.entry(entry).map_err(|damage| part.corrupt(damage))?;
                let key = hasher.key([known.bank, known.id], &signals);
                entries.push((key, EntryRef { part: number, entry }));
            }
        }
        entries.par_sort_unstable();
        Ok(Self { hasher, entries })
    }

    /// The entries with this bank, id and these signals, no more and no fewer.
    pub(super) fn equal(&mut self, new: &NewEntry<'_>) -> Vec<EntryRef> {
        let key = self.hasher.key([new.bank, new.id], &new.signals);
        let first = self.entries.partition_point(|(other, _)| *other < key);
        let equal = self.entries[first..].iter().take_while(|(other, _)| *other == key);
        equal.map(|(_, entry)| *entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Hash256;

    #[test]
    fn only_entries_equal_in_everything_are_repeated() {
        let tags = ["t".to_owned(), "u".to_owned()];
        let pdq =
            |byte| Signals { pdq: Some(Hash256::from_bytes([byte; 32])), ..Signals::default() };
        let sha256 = Signals { sha256: Some([1; 32]), ..Signals::default() };
        let entry =
            |bank, id, category, tags, signals| NewEntry { bank, id, category, tags, signals };
        let different = [
            entry("A", "1", None, &tags[..0], pdq(1)),
            entry("A1", "", None, &[], pdq(1)),
            entry("A", "1", None, &[], pdq(2)),
            entry("A", "1", None, &[], sha256),
            entry("A", "1", Some("t"), &[], pdq(1)),
            entry("A", "1", None, &tags[..1], pdq(1)),
            entry("A", "1", Some(""), &[], pdq(1)),
            entry("A", "1", None, &tags, pdq(1)),
            entry("A", "1", Some("u"), &tags[..1], pdq(1)),
        ];
        let mut identities = Identities::default();
        different.iter().for_each(|entry| identities.push(entry));
        assert_eq!(identities.repeated(9), None);

        let mut identities = Identities::default();
        different.iter().chain(&different[3..5]).for_each(|entry| identities.push(entry));
        let repeated = identities.repeated(20).unwrap();
        let numbers: Vec<u32> = (0..20).filter(|number| repeated.contains(*number)).collect();
        assert_eq!(numbers, [9, 10]);
    }
}

//! Telling entries apart: which of those added together were added before.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

use rayon::prelude::*;

use super::dead::Dead;
use crate::segment::NewEntry;

/// The identities of entries in the order in which they were added: keyed 96-bit hashes of all that
/// tells entries apart. Two different entries share one with a chance below 2^-50 in a list of 10^7.
#[derive(Default)]
pub(super) struct Identities {
    /// A hash, and in the lowest 32 bits the entry's number.
    keys: Vec<u128>,
    halves: [RandomState; 2],
    identity: Vec<u8>,
}

impl Identities {
    /// Adds the identity of the next entry.
    pub(super) fn push(&mut self, new: &NewEntry<'_>) {
        self.identity.clear();
        self.identity.extend_from_slice(&(new.tags.len() as u64).to_le_bytes());
        let texts = [new.bank, new.id].into_iter().chain(new.tags.iter().map(String::as_str));
        for text in texts.chain(new.category) {
            self.identity.extend_from_slice(&(text.len() as u64).to_le_bytes());
            self.identity.extend_from_slice(text.as_bytes());
        }
        self.identity.push(u8::from(new.category.is_some()));
        for (signal, value) in new.signals.iter() {
            self.identity.push(signal as u8);
            self.identity.extend_from_slice(value);
        }
        let [high, low] = self.halves.each_ref().map(|half| half.hash_one(&self.identity));
        let number = self.keys.len() as u128 & u128::from(u32::MAX);
        self.keys.push(u128::from(high) << 64 | u128::from(low) & !u128::from(u32::MAX) | number);
    }

    /// The entries that are equal to an earlier one, among `entries` of which these are the first.
    pub(super) fn repeated(mut self, entries: u32) -> Option<Dead> {
        self.keys.par_sort_unstable();
        let mut repeated = Dead::none(entries);
        for pair in self.keys.windows(2) {
            if pair[0] >> 32 == pair[1] >> 32 {
                repeated.insert(pair[1] as u32);
            }
        }
        (repeated.count() > 0).then_some(repeated)
    }
}

impl fmt::Debug for Identities {
    /// Without the identity at hand: it holds an entry's hashes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identities").field("entries", &self.keys.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{Hash256, Signals};

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

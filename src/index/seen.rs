//! Which entries an open transaction has added already.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

use crate::segment::NewEntry;

/// Which entries have been added since the last commit, by a keyed 128-bit hash of all that tells
/// entries apart: two different entries share one with a chance below 2^-80 in a list of 10^7.
#[derive(Debug, Default)]
pub(super) struct Seen {
    keys: HashSet<u128, BuildHasherDefault<LowHalf>>,
    halves: [RandomState; 2],
    identity: Vec<u8>,
}

impl Seen {
    /// False if an equal entry was there.
    pub(super) fn insert(&mut self, new: &NewEntry<'_>) -> bool {
        self.identity.clear();
        let category = new.category.into_iter();
        let texts = [new.bank, new.id].into_iter().chain(new.tags.iter().map(String::as_str));
        for text in texts.chain(category) {
            self.identity.extend_from_slice(&(text.len() as u64).to_le_bytes());
            self.identity.extend_from_slice(text.as_bytes());
        }
        self.identity.push(u8::from(new.category.is_some()));
        for (signal, value) in new.signals.iter() {
            self.identity.push(signal as u8);
            self.identity.extend_from_slice(value);
        }
        let [high, low] = self.halves.each_ref().map(|half| half.hash_one(&self.identity));
        self.keys.insert(u128::from(high) << 64 | u128::from(low))
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Takes a key's lower half as its hash: keys are random already.
#[derive(Debug, Default)]
struct LowHalf(u64);

impl Hasher for LowHalf {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
}

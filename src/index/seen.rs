//! Which entries an open transaction has added already.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use crate::segment::NewEntry;

/// Which entries have been added since the last commit, by a keyed 128-bit hash of all that tells
/// entries apart: two different entries share one with a chance below 2^-80 in a list of 10^7.
#[derive(Debug, Default)]
pub(super) struct Seen {
    first: RandomState,
    second: RandomState,
    keys: HashSet<u128>,
}

impl Seen {
    /// False if an equal entry was there.
    pub(super) fn insert(&mut self, new: &NewEntry<'_>) -> bool {
        let identity = (new.bank, new.id, new.category, new.tags, &new.signals);
        let key = u128::from(self.first.hash_one(identity)) << 64
            | u128::from(self.second.hash_one(identity));
        self.keys.insert(key)
    }
}

//! Lists and queries made of a few bytes: the index finds what brute force finds.
#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use tutela::hash::{Hash256, Radius, Signals};
use tutela::index::{MemoryIndex, NewEntry};

#[derive(Debug, Arbitrary)]
struct Input {
    radius: u8,
    hashes: Vec<Sparse>,
    queries: Vec<Sparse>,
}

/// A hash by the bits that it flips in a common one, so that near hashes are common.
type Sparse = Vec<u8>;

fn hash(flipped: &Sparse) -> Hash256 {
    let mut bytes = [0x3c; 32];
    for bit in flipped {
        bytes[usize::from(bit / 8)] ^= 1 << (bit % 8);
    }
    Hash256::from_bytes(bytes)
}

fuzz_target!(|input: Input| {
    let mut building = MemoryIndex::default();
    let hashes: Vec<Hash256> = input.hashes.iter().map(hash).collect();
    for (number, hash) in hashes.iter().enumerate() {
        let id = number.to_string();
        let signals = Signals { pdq: Some(*hash), ..Signals::default() };
        let entry = NewEntry { bank: "B", id: &id, category: None, tags: &[], signals };
        building.add(&entry).expect("room");
    }
    let mut searcher = building.finish().expect("an index").searcher();
    let radius = Radius::new(u32::from(input.radius)).expect("a radius");
    let queries: Vec<Hash256> = input.queries.iter().map(hash).collect();
    let answers = searcher.within_many(&queries, radius).expect("answers");
    for (query, hits) in queries.iter().zip(answers) {
        let wanted = hashes.iter().filter(|hash| hash.distance(query) <= radius.get()).count();
        assert_eq!(hits.len(), wanted);
        assert_eq!(searcher.within(query, radius).expect("an answer"), hits);
    }
});

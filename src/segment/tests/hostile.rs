//! Segments with good checksums and wrong contents: somebody else's writer, or malice.

use std::sync::atomic::AtomicBool;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use zerocopy::IntoBytes;

use crate::hamming::Kernel;
use crate::hash::{Hash256, PartialHash, Radius, Signals};
use crate::segment::layout::{BLOCK, HEADER_LEN, SECTIONS, TABLES_FROM};
use crate::segment::*;

fn good(rng: &mut StdRng, count: u32) -> Vec<u8> {
    let mut builder = SegmentBuilder::default();
    let tags = ["t".to_owned()];
    for number in 0..count {
        let signals = Signals {
            pdq: Some(Hash256::from_bytes(rng.random())),
            md5: (number % 8 == 0).then(|| rng.random()),
            sha1: (number % 16 == 1).then(|| rng.random()),
            sha256: (number % 32 == 2).then(|| rng.random()),
        };
        let id = number.to_string();
        let category = (number % 3 == 0).then_some("A1");
        builder.add(&NewEntry { bank: "B", id: &id, category, tags: &tags, signals }).unwrap();
    }
    let mut bytes = Vec::new();
    builder.write(&mut bytes, &AtomicBool::new(false)).unwrap();
    bytes
}

/// Makes all checksums fit the bytes.
fn seal(bytes: &mut [u8], checksums_at: usize) {
    let crc = crc32fast::hash(&bytes[..HEADER_LEN - 4]);
    bytes[HEADER_LEN - 4..HEADER_LEN].copy_from_slice(&crc.to_le_bytes());
    let (content, table) = bytes.split_at_mut(checksums_at);
    let mut at = 0;
    for block in content.chunks(BLOCK as usize) {
        table[at..at + 4].copy_from_slice(&crc32fast::hash(block).to_le_bytes());
        at += 4;
    }
    let crc = crc32fast::hash(&table[..at]);
    table[at..].copy_from_slice(&crc.to_le_bytes());
}

/// All that can be asked; how many answers were errors.
fn ask(bytes: &[u8], queries: &[Hash256]) -> usize {
    let Ok(segment) = Segment::from_bytes(bytes) else {
        return 1;
    };
    let mut errors = usize::from(segment.verify().is_err());
    let (mut scratch, mut near, mut entries) = (Scratch::default(), Vec::new(), Vec::new());
    let kernel = Kernel::detect();
    for radius in [0, 31, 256].map(|radius| Radius::new(radius).unwrap()) {
        for query in &queries[..2] {
            near.clear();
            let done = segment.within(kernel, query, radius, &mut scratch, &mut near);
            errors += usize::from(done.is_err());
        }
        let few = if radius.get() > 31 { &queries[..1] } else { queries };
        let queries = few.iter().map(|hash| PartialHash::from(*hash));
        let done = segment.within_many(
            kernel,
            queries,
            radius,
            Threads::Pool,
            &mut scratch,
            &mut |_, _| {},
        );
        errors += usize::from(done.is_err());
    }
    for signal in Signal::ALL {
        for query in queries {
            let value = &query.as_bytes()[..signal.width()];
            let done = segment.exact(kernel, signal, value, &mut scratch, &mut entries);
            errors += usize::from(done.is_err());
        }
    }
    errors += entries.iter().filter(|entry| segment.entry(**entry).is_err()).count();
    let all = segment
        .signal_map()
        .and_then(|map| (0..segment.len()).try_for_each(|n| map.of(n).map(drop)));
    errors + usize::from(all.is_err())
}

#[test]
fn wrong_contents_under_good_checksums_are_answered_or_refused() {
    let mut rng = StdRng::seed_from_u64(7);
    let queries: Vec<_> = (0..80).map(|_| Hash256::from_bytes(rng.random())).collect();
    let mut refused = 0;
    for (count, rounds) in [(50, 3000), (TABLES_FROM as u32, 60)] {
        let good = good(&mut rng, count);
        assert_eq!(ask(&good, &queries), 0);
        let layout = Layout::parse(&good).unwrap();
        let checksums_at = layout.checksums_at as usize;
        let places = (0..SECTIONS).map(|number| 88 + number * 16);
        for round in 0..rounds {
            let mut bytes = good.clone();
            // One section is overwritten at random places, or a header field is.
            let section = round % (SECTIONS + 1);
            let range = match places.clone().nth(section) {
                Some(at) => {
                    let field =
                        |at| u64::from_le_bytes(*good[at..].first_chunk().unwrap()) as usize;
                    field(at)..field(at) + field(at + 8)
                }
                None => 8..HEADER_LEN - 4,
            };
            for _ in 0..rng.random_range(1..1 + range.len() / 64 + 1) {
                if range.len() < 4 {
                    break;
                }
                let at = range.start + rng.random_range(0..=(range.len() - 4) / 4) * 4;
                let small: u32 = rng.random_range(0..count + 2);
                let value = [0, small, u32::MAX, rng.random()][rng.random_range(0..4)];
                bytes[at..at + 4].copy_from_slice(value.as_bytes());
            }
            seal(&mut bytes, checksums_at);
            refused += usize::from(ask(&bytes, &queries) > 0);
        }
    }
    assert!(refused > 1000, "{refused}");
}

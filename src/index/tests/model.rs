//! What an index should hold, as a plain list, and asking an index for all of it.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::hamming::Kernel;
use crate::hash::{Hash256, Radius, Signal, Signals};
use crate::index::{EntryRef, Hit, Index, IndexWriter, NewEntry, Searcher};

/// Nobody cancels.
pub(super) static GO: AtomicBool = AtomicBool::new(false);

/// What the index should hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Item {
    pub(super) bank: String,
    pub(super) id: String,
    pub(super) category: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) pdq: Option<Hash256>,
    pub(super) sha1: Option<[u8; 20]>,
}

impl Item {
    pub(super) fn signals(&self) -> Signals {
        Signals { pdq: self.pdq, sha1: self.sha1, ..Signals::default() }
    }

    pub(super) fn add_to(&self, writer: &mut IndexWriter) {
        let (bank, id, category) = (&*self.bank, &*self.id, self.category.as_deref());
        let signals = self.signals();
        writer.add(&NewEntry { bank, id, category, tags: &self.tags, signals }).unwrap();
    }
}

/// An item from a small world, so that equal ids, hashes and near hashes are common.
pub(super) fn item(seed: u64) -> Item {
    let mut rng = StdRng::seed_from_u64(seed % 200);
    let mut pdq = [rng.random_range(0..4_u8) * 0x55; 32];
    for _ in 0..rng.random_range(0..40) {
        let bit = rng.random_range(0..256);
        pdq[bit / 8] ^= 1 << (bit % 8);
    }
    let kind = rng.random_range(0..3);
    Item {
        bank: ["A", "B"][rng.random_range(0..2)].to_owned(),
        id: rng.random_range(0..60).to_string(),
        category: [None, Some("A1".to_owned())][rng.random_range(0..2)].clone(),
        tags: vec!["t".to_owned(); rng.random_range(0..3)],
        pdq: (kind != 0).then_some(Hash256::from_bytes(pdq)),
        sha1: (kind != 1).then_some([rng.random_range(0..9); 20]),
    }
}

/// What a commit makes of the items added since the last: bank, id and signals are the key; a key's
/// new categories and tags take the place of the old ones.
pub(super) fn model_commit(model: &mut Vec<Item>, added: Vec<Item>) {
    let key = |item: &Item| (item.bank.clone(), item.id.clone(), item.pdq, item.sha1);
    model.retain(|old| added.iter().all(|new| key(new) != key(old)));
    for item in added {
        if !model.contains(&item) {
            model.push(item);
        }
    }
}

/// Asks the index for everything in several ways and compares with the model.
pub(super) fn assert_holds(index: &Index, model: &[Item]) {
    let stats = index.stats().unwrap();
    assert_eq!(stats.entries, model.len() as u64);
    let mut queries: Vec<Hash256> = model.iter().filter_map(|item| item.pdq).take(20).collect();
    queries.push(Hash256::from_bytes([0x0f; 32]));
    assert!(!index.searcher().has(EntryRef::from_number(u64::MAX)));
    for kernel in Kernel::available() {
        let mut searcher = index.searcher().with_kernel(kernel);
        for radius in [0, 15, 16, 31, 32, 47, 48, 256].map(|bits| Radius::new(bits).unwrap()) {
            let batch = searcher.within_many(&queries, radius).unwrap();
            for (query, hits) in queries.iter().zip(batch) {
                assert_eq!(searcher.within(query, radius).unwrap(), hits);
                for Hit { entry, .. } in &hits {
                    assert!(searcher.has(*entry));
                    assert_eq!(EntryRef::from_number(entry.number()), *entry);
                }
                let mut found: Vec<(u32, Item)> = hits
                    .iter()
                    .map(|hit| (hit.distance, described(&searcher, hit.entry)))
                    .collect();
                let mut wanted: Vec<(u32, Item)> = model
                    .iter()
                    .filter_map(|item| Some((item.pdq?.distance(query), item)))
                    .filter(|(distance, _)| *distance <= radius.get())
                    .map(|(distance, item)| (distance, nameless(item)))
                    .collect();
                found.sort();
                wanted.sort();
                assert_eq!(found, wanted);
            }
        }
        for query in &queries {
            assert_tells_the_nearest(&mut searcher, query);
        }
        for digest in (0..9).map(|value| [value; 20]) {
            let hits = searcher.exact(Signal::Sha1, &digest).unwrap();
            let mut found: Vec<Item> = hits.iter().map(|hit| described(&searcher, *hit)).collect();
            let of_digest = model.iter().filter(|item| item.sha1 == Some(digest));
            let mut wanted: Vec<Item> = of_digest.map(nameless).collect();
            found.sort();
            wanted.sort();
            assert_eq!(found, wanted);
        }
    }
}

/// The nearest are the first ones of all.
fn assert_tells_the_nearest(searcher: &mut Searcher, query: &Hash256) {
    let all = searcher.within(query, Radius::new(256).unwrap()).unwrap();
    let least = all.first().map(|hit| hit.distance);
    assert_eq!(searcher.least_distance(&[*query]).unwrap(), least);
    for k in [0, 1, 2, 7, 1000] {
        assert_eq!(searcher.nearest(query, k).unwrap(), all[..k.min(all.len())]);
        let of_bank: Vec<Hit> = all
            .iter()
            .filter(|hit| searcher.entry(hit.entry).unwrap().bank == "B")
            .copied()
            .take(k)
            .collect();
        let found = searcher.nearest_of(query, k, &|entry| entry.bank == "B").unwrap();
        assert_eq!(found, of_bank);
    }
}

/// An item without its signals: what a search tells of it.
fn nameless(item: &Item) -> Item {
    Item { pdq: None, sha1: None, ..item.clone() }
}

fn described(searcher: &Searcher, entry: EntryRef) -> Item {
    let entry = searcher.entry(entry).unwrap();
    Item {
        bank: entry.bank.to_owned(),
        id: entry.id.to_owned(),
        category: entry.category.map(str::to_owned),
        tags: entry.tags.iter().map(|tag| (*tag).to_owned()).collect(),
        pdq: None,
        sha1: None,
    }
}

/// Two segments and a removal.
pub(super) fn small_index(dir: &Path) -> Vec<Item> {
    let mut writer = IndexWriter::open_or_create(dir).unwrap();
    let mut model = Vec::new();
    for seeds in [0..12, 12..25] {
        for seed in seeds {
            item(seed).add_to(&mut writer);
            model_commit(&mut model, vec![item(seed)]);
        }
        writer.commit(&GO).unwrap();
    }
    let first = model.remove(0);
    writer.remove_id(&first.bank, &first.id).unwrap();
    model.retain(|item| (&item.bank, &item.id) != (&first.bank, &first.id));
    writer.commit(&GO).unwrap();
    model
}

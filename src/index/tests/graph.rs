//! The approximate graph: what it says is true, and it says how much it leaves out.

use std::sync::atomic::AtomicBool;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::tempdir;

use super::model::{GO, assert_holds, item, model_commit};
use crate::Error;
use crate::hash::{Hash256, Signals};
use crate::index::{Graph, Index, IndexWriter, MemoryIndex, NewEntry};

fn random(rng: &mut StdRng, count: u32) -> (Index, Vec<Hash256>) {
    let mut index = MemoryIndex::default();
    let mut hashes = Vec::new();
    for number in 0..count {
        let hash = Hash256::from_bytes(rng.random());
        let signals = Signals { pdq: Some(hash), ..Signals::default() };
        let id = number.to_string();
        index.add(&NewEntry { bank: "A", id: &id, category: None, tags: &[], signals }).unwrap();
        hashes.push(hash);
    }
    (index.finish().unwrap(), hashes)
}

#[test]
fn it_names_live_entries_with_their_distances_and_finds_near_ones() {
    let rng = &mut StdRng::seed_from_u64(5);
    let (index, hashes) = random(rng, 3000);
    let graph = Graph::build(&index, &GO).unwrap();
    let searcher = index.searcher();
    assert!(graph.recall().near > 0.9 && graph.recall().far > 0.1, "{:?}", graph.recall());
    for listed in hashes.iter().step_by(97) {
        let mut bytes = *listed.as_bytes();
        bytes[rng.random_range(0..32)] ^= 3;
        let query = Hash256::from_bytes(bytes);
        let answer = graph.nearest(&query, 5).unwrap();
        assert_eq!((answer.hits.len(), answer.recall), (5, graph.recall()));
        assert!(answer.hits.is_sorted());
        assert_eq!(answer.hits[0].distance, 2);
        for hit in answer.hits {
            let id: usize = searcher.entry(hit.entry).unwrap().id.parse().unwrap();
            assert_eq!(hashes[id].distance(&query), hit.distance);
        }
    }
    let told = graph.recall().to_string();
    assert!(told.starts_with("approximate: finds ") && told.contains('%'), "{told}");
}

#[test]
fn the_recall_is_the_share_of_the_exact_answer() {
    let (index, _) = random(&mut StdRng::seed_from_u64(6), 8000);
    let graph = Graph::build(&index, &GO).unwrap();
    // Asked in the same way by other queries, it does as well as it says, within what chance allows.
    let rng = &mut StdRng::seed_from_u64(7);
    let mut searcher = index.searcher();
    let (mut found, queries) = (0, 100);
    for _ in 0..queries {
        let query = Hash256::from_bytes(rng.random());
        let exact = searcher.nearest(&query, 10).unwrap();
        let worst = exact[9].distance;
        let hits = graph.nearest(&query, 10).unwrap().hits;
        assert!(hits.iter().zip(&exact).all(|(hit, exact)| hit.distance >= exact.distance));
        found += hits.iter().filter(|hit| hit.distance <= worst).count();
    }
    let measured = found as f64 / f64::from(queries * 10);
    assert!((measured - graph.recall().far).abs() < 0.2, "{measured}, {:?}", graph.recall());
    assert!(graph.recall().far < 1.0, "random bits have no such structure");
}

#[test]
fn removed_entries_are_not_named_and_equal_ones_all() {
    let dir = tempdir().unwrap();
    let mut model = Vec::new();
    let mut writer = IndexWriter::open_or_create(dir.path()).unwrap();
    for round in 0..4 {
        let items: Vec<_> = (0..60).map(|number| item(round * 60 + number)).collect();
        items.iter().for_each(|item| item.add_to(&mut writer));
        model_commit(&mut model, items);
        writer.commit(&GO).unwrap();
    }
    model.retain(|item| item.id != "7");
    writer.remove_id("A", "7").unwrap();
    writer.remove_id("B", "7").unwrap();
    writer.commit(&GO).unwrap();
    let index = Index::open(dir.path()).unwrap();
    assert_holds(&index, &model);
    let graph = Graph::build(&index, &GO).unwrap();
    let mut searcher = index.searcher();
    for item in &model {
        let Some(hash) = item.pdq else { continue };
        // So few hashes are all looked at.
        let exact = searcher.nearest(&hash, 30).unwrap();
        assert_eq!(graph.nearest(&hash, 30).unwrap().hits, exact);
    }
}

#[test]
fn an_empty_index_has_no_nearest_and_a_build_can_be_cancelled() {
    let (index, _) = random(&mut StdRng::seed_from_u64(8), 0);
    let graph = Graph::build(&index, &GO).unwrap();
    assert!(graph.nearest(&Hash256::default(), 3).unwrap().hits.is_empty());
    let (index, _) = random(&mut StdRng::seed_from_u64(9), 10);
    assert!(matches!(Graph::build(&index, &AtomicBool::new(true)), Err(Error::Cancelled)));
}

//! A graph of neighbours that answers at once, and not always rightly (feature `hnsw`).
//!
//! A hierarchical navigable small world (Malkov and Yashunin, arXiv:1603.09320), as the crate `hnsw_rs`
//! builds it. Of random bits, nearly all pairs are equally far, so such a graph misses much; how much is
//! measured against [`Searcher::nearest`] when it is built, and told with each answer. Nothing here
//! decides a match.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use hnsw_rs::prelude::{Distance, Hnsw};
use rayon::prelude::*;

use super::search::{EntryRef, Hit, Searcher};
use super::snapshot::Index;
use crate::hash::Hash256;
use crate::{Error, Result};

/// Links of each hash in the graph.
const LINKS: usize = 16;
/// Layers at most.
const LAYERS: usize = 16;
/// Candidates that are looked at to link a hash.
const BUILDING: usize = 200;
/// Candidates that a search looks at, and so many times what is asked for in any case.
const SEARCHING: (usize, usize) = (256, 4);
/// Hashes that are linked between two looks at the flag that cancels.
const ROUND: usize = 4096;
/// Queries of each kind that measure the recall, and how many neighbours of each are wanted.
const MEASURED: (usize, usize) = (50, 10);

/// An approximate graph of the nearest neighbours in one snapshot, in memory: for exploring what is
/// alike, never for deciding what matches.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use tutela::hash::Hash256;
/// use tutela::index::Graph;
/// use tutela::scan::load_lists;
///
/// let index = load_lists(&["testdata/known.csv"])?;
/// let graph = Graph::build(&index, &AtomicBool::new(false))?;
/// let answer = graph.nearest(&Hash256::from_bytes([0x55; 32]), 3)?;
/// println!("{} entries; {}", answer.hits.len(), answer.recall);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Graph {
    index: Index,
    graph: Hnsw<'static, u64, Bits>,
    /// Of each number in the graph: segment and row.
    rows: Vec<(u32, u32)>,
    recall: Recall,
}

/// The share of the truly nearest that a graph finds, measured on its own data.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Recall {
    /// For listed hashes with 16 bits changed: the share of them whose listed hash is found.
    pub near: f64,
    /// For hashes of no entry: the share of the ten nearest that is found.
    pub far: f64,
}

/// What a graph answers, and how far it is to be trusted.
#[derive(Clone, Debug)]
pub struct Approximate {
    /// Entries nearby, nearest first: perhaps not the nearest ones.
    pub hits: Vec<Hit>,
    /// What such answers leave out.
    pub recall: Recall,
}

impl fmt::Display for Recall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [near, far] = [self.near, self.far].map(|share| share * 100.0);
        write!(
            f,
            "approximate: finds {near:.0} % of near copies and {far:.0} % of the nearest strangers"
        )
    }
}

/// Bits in which two hashes differ.
#[derive(Clone, Copy, Default)]
struct Bits;

impl Distance<u64> for Bits {
    fn eval(&self, a: &[u64], b: &[u64]) -> f32 {
        let bits = a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones());
        bits.sum::<u32>() as f32
    }
}

fn words(hash: &Hash256) -> [u64; 4] {
    let (words, _) = hash.as_bytes().as_chunks::<8>();
    std::array::from_fn(|at| u64::from_le_bytes(words[at]))
}

impl Graph {
    /// Links all hashes of a snapshot on the threads of the current rayon pool, and measures the recall.
    /// Takes minutes for some 100,000 hashes, and about 1 KB of memory for each.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::Corrupt`] if bytes that were read on the way are damaged.
    pub fn build(index: &Index, cancel: &AtomicBool) -> Result<Self> {
        let mut rows = Vec::new();
        for (number, part) in (0..).zip(&*index.parts) {
            rows.extend((0..part.segment.rows() as u32).map(|row| (number, row)));
        }
        let index = index.clone();
        let graph = Hnsw::new(LINKS, rows.len(), LAYERS, BUILDING, Bits);
        let recall = Recall { near: 1.0, far: 1.0 };
        let mut built = Self { index, graph, rows, recall };
        for (start, round) in (0..).step_by(ROUND).zip(built.rows.chunks(ROUND)) {
            if cancel.load(Ordering::Relaxed) {
                return Err(Error::Cancelled);
            }
            let link = |(place, at): (usize, &(u32, u32))| {
                built.graph.insert_slice((&words(&built.hash(*at)?), start + place));
                Ok(())
            };
            round.par_iter().enumerate().try_for_each(link)?;
        }
        built.graph.set_searching_mode(true);
        built.recall = built.measure(&mut built.index.searcher())?;
        Ok(built)
    }

    /// About the `k` entries nearest to a hash.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if bytes that were read on the way are damaged.
    pub fn nearest(&self, hash: &Hash256, k: usize) -> Result<Approximate> {
        let candidates = SEARCHING.0.max(k.saturating_mul(SEARCHING.1)).min(self.rows.len());
        // A hash may belong to removed entries alone.
        let found = self.graph.search(&words(hash), candidates, candidates);
        let mut hits = Vec::new();
        for neighbour in found {
            let (number, row) = self.rows[neighbour.d_id];
            let part = &self.index.parts[number as usize];
            let (listed, entries) =
                part.segment.pdq_row(row).map_err(|damage| part.corrupt(damage))?;
            let distance = listed.distance(hash);
            let live = entries.filter(|entry| !part.is_dead(*entry));
            hits.extend(
                live.map(|entry| Hit { distance, entry: EntryRef { part: number, entry } }),
            );
        }
        hits.sort_unstable();
        hits.truncate(k);
        Ok(Approximate { hits, recall: self.recall })
    }

    /// The share of the truly nearest that it finds.
    pub fn recall(&self) -> Recall {
        self.recall
    }

    /// The snapshot whose entries it names.
    pub fn index(&self) -> &Index {
        &self.index
    }

    fn hash(&self, (number, row): (u32, u32)) -> Result<Hash256> {
        let part = &self.index.parts[number as usize];
        part.segment.pdq_row(row).map(|(hash, _)| hash).map_err(|damage| part.corrupt(damage))
    }

    fn measure(&self, searcher: &mut Searcher) -> Result<Recall> {
        let (queries, k) = MEASURED;
        let step = (self.rows.len() / queries).max(1);
        let (mut near, mut far) = (Share::default(), Share::default());
        for (turn, at) in self.rows.iter().step_by(step).take(queries).enumerate() {
            let listed = self.hash(*at)?;
            let mut bytes = *listed.as_bytes();
            for byte in bytes.iter_mut().step_by(2) {
                *byte ^= 1 << (turn % 8);
            }
            near.add(self.finds(searcher, &Hash256::from_bytes(bytes), 1)?);
            // Far from all entries, but of their kind: its halves are from two of them.
            let other = self.hash(self.rows[(turn * step + step / 2 + 1) % self.rows.len()])?;
            bytes[..16].copy_from_slice(&other.as_bytes()[16..]);
            far.add(self.finds(searcher, &Hash256::from_bytes(bytes), k)?);
        }
        Ok(Recall { near: near.get(), far: far.get() })
    }

    /// How many of the `k` nearest it finds, and how many there are. Others that are as far are as good.
    fn finds(&self, searcher: &mut Searcher, query: &Hash256, k: usize) -> Result<(usize, usize)> {
        let exact = searcher.nearest(query, k)?;
        let Some(farthest) = exact.last().map(|hit| hit.distance) else { return Ok((0, 0)) };
        let found = self.nearest(query, k)?.hits;
        let found = found.iter().filter(|hit| hit.distance <= farthest).count();
        Ok((found, exact.len()))
    }
}

/// What was found of what there was.
#[derive(Default)]
struct Share {
    found: usize,
    all: usize,
}

impl Share {
    fn add(&mut self, (found, all): (usize, usize)) {
        self.found += found;
        self.all += all;
    }

    /// All of nothing is all.
    fn get(&self) -> f64 {
        if self.all == 0 { 1.0 } else { self.found as f64 / self.all as f64 }
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.rows.len();
        f.debug_struct("Graph")
            .field("rows", &rows)
            .field("recall", &self.recall)
            .finish_non_exhaustive()
    }
}

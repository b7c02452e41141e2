//! The index against a model and against what can go wrong.

mod behaviour;
mod damage;
#[cfg(feature = "hnsw")]
mod graph;
mod growth;
mod model;
mod steps;

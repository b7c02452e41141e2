//! The index against a model and against what can go wrong.

mod behaviour;
mod damage;
mod growth;
mod model;
mod steps;

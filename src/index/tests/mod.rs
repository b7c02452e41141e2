//! The index against a model and against what can go wrong.

mod behaviour;
mod damage;
mod model;
mod steps;

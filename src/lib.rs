//! Finds known child sexual abuse material by hashes.

pub mod error;
pub mod hamming;
pub mod hash;
pub mod index;
pub mod list;
pub mod media;
pub mod scan;
pub mod segment;

pub use error::{Corruption, Damage, Error, ListReason, Result};

//! Symbols of progressive scans, one by one.

use super::cache::Table;
use super::codes::{Codes, Symbol};

/// The codes of a scan's coefficients, whatever they stand for.
#[derive(Debug, Default)]
pub(super) struct Symbols(Codes);

impl Table for Symbols {
    fn is_of(&self, counts: &[u8; 16], symbols: &[u8]) -> bool {
        self.0.are_of(counts, symbols)
    }

    fn make(&mut self, counts: &[u8; 16], symbols: &[u8]) -> Option<()> {
        self.0.make(counts, symbols)
    }
}

impl Symbols {
    /// The symbol in front of `bits`, of which there are at least 16.
    #[inline]
    pub(super) fn get(&self, bits: u64) -> Option<Symbol> {
        self.0.symbol(bits)
    }
}

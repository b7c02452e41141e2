//! Tables that are kept from one picture to the next: most files share theirs.

/// How many tables are kept: more than a picture has components.
const KEPT: usize = 4;

/// A table that is made of Huffman codes.
pub(in crate::media::jpeg) trait Table: Default {
    /// Whether it was made of these numbers of codes and these symbols.
    fn is_of(&self, counts: &[u8; 16], symbols: &[u8]) -> bool;

    /// Makes it anew. `None` if there is a code more than can be.
    fn make(&mut self, counts: &[u8; 16], symbols: &[u8]) -> Option<()>;
}

/// The tables that were used last.
#[derive(Debug, Default)]
pub(super) struct Cache<T> {
    /// Each with the number of its last use.
    tables: [(u64, T); KEPT],
    uses: u64,
}

impl<T: Table> Cache<T> {
    /// Finds a table, or makes it in the place of the one that was not used for longest, and gives
    /// its number for [`Cache::get`]. It stays for at least three more calls.
    pub(super) fn find(&mut self, counts: &[u8; 16], symbols: &[u8]) -> Option<usize> {
        self.uses += 1;
        let known = |(used, table): &(u64, T)| *used > 0 && table.is_of(counts, symbols);
        let found = self.tables.iter().position(known).unwrap_or_else(|| {
            let ages = self.tables.iter().enumerate().map(|(number, (used, _))| (*used, number));
            ages.min().map_or(0, |(_, number)| number)
        });
        let (used, table) = self.tables.get_mut(found)?;
        if *used == 0 || !table.is_of(counts, symbols) {
            *used = 0;
            table.make(counts, symbols)?;
        }
        *used = self.uses;
        Some(found)
    }

    pub(super) fn get(&self, number: usize) -> Option<&T> {
        self.tables.get(number).map(|(_, table)| table)
    }
}

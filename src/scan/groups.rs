//! Files in groups: several are decoded, digested and looked up together.

/// The most files of a group.
const MOST: usize = 32;

/// Puts items into groups. The first ones are small, so that every thread soon has work.
pub(super) struct Groups<I> {
    items: I,
    threads: usize,
    number: usize,
}

impl<I: Iterator> Groups<I> {
    pub(super) fn new(items: I, threads: usize) -> Self {
        Self { items, threads, number: 0 }
    }
}

impl<I: Iterator> Iterator for Groups<I> {
    type Item = Vec<I::Item>;

    fn next(&mut self) -> Option<Self::Item> {
        let doublings = (self.number / self.threads).min(MOST.ilog2() as usize);
        self.number += 1;
        let group: Vec<_> = self.items.by_ref().take(1 << doublings).collect();
        (!group.is_empty()).then_some(group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_grow_and_hold_every_item_once_in_order() {
        let groups: Vec<_> = Groups::new(0..100, 2).collect();
        let sizes: Vec<_> = groups.iter().map(Vec::len).collect();
        assert_eq!(sizes, [1, 1, 2, 2, 4, 4, 8, 8, 16, 16, 32, 6]);
        assert_eq!(groups.concat(), (0..100).collect::<Vec<_>>());
    }
}

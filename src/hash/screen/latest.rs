//! The operators that were last needed: pictures of one camera need the same, and so do guesses.

use super::operator::Axis;

/// Keeps so many as were last needed, by what they are of.
#[derive(Debug)]
pub(super) struct Latest<K> {
    keys: Vec<K>,
    kept: Vec<Slot>,
    clock: u64,
    limit: usize,
}

#[derive(Debug, Default)]
struct Slot {
    used: u64,
    axis: Axis,
}

impl<K: Copy + PartialEq> Latest<K> {
    /// Keeps at most `limit`, which is two or more.
    pub(super) fn new(limit: usize) -> Self {
        Self { keys: Vec::new(), kept: Vec::new(), clock: 0, limit }
    }

    /// The operators across and down; `make` makes those that are not there.
    pub(super) fn pair(
        &mut self,
        [across, down]: [K; 2],
        mut make: impl FnMut(&mut Axis, K),
    ) -> (&Axis, &Axis) {
        let (across, down) = (self.find(across, &mut make), self.find(down, &mut make));
        (&self.kept[across].axis, &self.kept[down].axis)
    }

    /// Where the operators of this one are. The one found before is never given away.
    fn find(&mut self, key: K, make: &mut impl FnMut(&mut Axis, K)) -> usize {
        self.clock += 1;
        let found = self.keys.iter().position(|kept| *kept == key);
        let index = found.unwrap_or_else(|| {
            let index = if self.kept.len() < self.limit {
                self.kept.push(Slot::default());
                self.keys.push(key);
                self.kept.len() - 1
            } else {
                let oldest = self.kept.iter().enumerate().min_by_key(|(_, slot)| slot.used);
                oldest.map_or(0, |(index, _)| index)
            };
            self.keys[index] = key;
            make(&mut self.kept[index].axis, key);
            index
        });
        self.kept[index].used = self.clock;
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_needed_last_is_kept_and_no_pair_is_one() {
        let mut latest = Latest::new(3);
        let mut made = Vec::new();
        for pair in [[1, 2], [1, 3], [2, 2], [4, 1], [3, 4], [1, 1]] {
            let (across, down) = latest.pair(pair, |_, key| made.push(key));
            assert_eq!(std::ptr::eq(across, down), pair[0] == pair[1]);
        }
        // 3 is the oldest when 4 comes, then 2 makes room for 1
        assert_eq!(made, [1, 2, 3, 4, 1, 3]);
    }
}

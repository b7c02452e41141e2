//! Any sequence of adding, removing, committing, compacting and reopening.

use proptest::prelude::*;
use tempfile::tempdir;

use super::model::{GO, Item, assert_holds, item, model_commit};
use crate::hash::Signals;
use crate::index::{Index, IndexWriter};

#[derive(Clone, Debug)]
enum Step {
    Add(u64),
    RemoveId(bool, u8),
    RemoveSignals(u64),
    RemoveBank(bool),
    Commit,
    Compact,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => any::<u64>().prop_map(Step::Add),
        3 => (any::<bool>(), 0..60_u8).prop_map(|(bank, id)| Step::RemoveId(bank, id)),
        2 => any::<u64>().prop_map(Step::RemoveSignals),
        1 => any::<bool>().prop_map(Step::RemoveBank),
        4 => Just(Step::Commit),
        1 => Just(Step::Compact),
        1 => Just(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_sequence_of_steps_holds_what_the_model_holds(steps in prop::collection::vec(step(), 1..80)) {
        let dir = tempdir().unwrap();
        let mut writer = IndexWriter::open_or_create(dir.path()).unwrap();
        // Removals act on what is committed, so the model keeps the two apart.
        let (mut committed, mut added) = (Vec::<Item>::new(), Vec::<Item>::new());
        let bank = |first: bool| if first { "A" } else { "B" };
        for step in steps {
            match step {
                Step::Add(seed) => {
                    item(seed).add_to(&mut writer);
                    added.push(item(seed));
                }
                Step::RemoveId(first, id) => {
                    let goes = |item: &Item| item.bank == bank(first) && item.id == id.to_string();
                    let wanted = committed.iter().filter(|item| goes(item)).count();
                    let removed = writer.remove_id(bank(first), &id.to_string()).unwrap();
                    // What an addition has replaced meanwhile is gone already.
                    prop_assert!(removed as usize <= wanted);
                    committed.retain(|item| !goes(item));
                }
                Step::RemoveSignals(seed) => {
                    let Item { bank, pdq, sha1, .. } = item(seed);
                    let signals = Signals { pdq, sha1, ..Signals::default() };
                    writer.remove_signals(&bank, &signals).unwrap();
                    committed.retain(|item| {
                        item.bank != bank
                            || pdq.is_some() && item.pdq != pdq
                            || sha1.is_some() && item.sha1 != sha1
                    });
                }
                Step::RemoveBank(first) => {
                    writer.remove_bank(bank(first)).unwrap();
                    committed.retain(|item| item.bank != bank(first));
                }
                Step::Commit | Step::Compact | Step::Reopen => {
                    writer.commit(&GO).unwrap();
                    model_commit(&mut committed, std::mem::take(&mut added));
                    if matches!(step, Step::Compact) {
                        writer.compact(&GO).unwrap();
                    }
                    if matches!(step, Step::Reopen) {
                        drop(writer);
                        writer = IndexWriter::open(dir.path()).unwrap();
                    }
                }
            }
        }
        writer.commit(&GO).unwrap();
        model_commit(&mut committed, std::mem::take(&mut added));
        let index = Index::open(dir.path()).unwrap();
        index.verify().unwrap();
        assert_holds(&index, &committed);
        writer.compact(&GO).unwrap();
        let compacted = Index::open(dir.path()).unwrap();
        prop_assert!(compacted.stats().unwrap().dead == 0);
        assert_holds(&compacted, &committed);
        // The older snapshot is not disturbed by what came after it.
        assert_holds(&index, &committed);
    }
}

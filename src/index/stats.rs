//! What an index holds, and how it is searched.

use std::collections::BTreeMap;

use super::dead::Dead;
use super::policy::Policy;
use super::snapshot::Index;
use crate::Result;
use crate::hamming::Kernel;
use crate::hash::{Radius, Signal};
use crate::segment::{Costs, Format};

impl Index {
    /// Counts of what is in it. Reads every entry's label.
    ///
    /// # Errors
    /// [`Error::Corrupt`](crate::Error::Corrupt) if an entry is damaged.
    pub fn stats(&self) -> Result<Stats> {
        let mut stats = Stats { segments: self.parts.len() as u64, ..Stats::default() };
        let mut banks = BTreeMap::<String, u64>::new();
        for part in &*self.parts {
            stats.bytes += part.files.segment.bytes;
            stats.dead += part.dead.as_ref().map_or(0, Dead::count);
            for number in part.live() {
                let entry = part.segment.entry(number).map_err(|damage| part.corrupt(damage))?;
                stats.entries += 1;
                match banks.get_mut(entry.bank) {
                    Some(count) => *count += 1,
                    None => drop(banks.insert(entry.bank.to_owned(), 1)),
                }
                for signal in Signal::ALL {
                    let has = part.segment.has_signal(number, signal);
                    if has.map_err(|damage| part.corrupt(damage))? {
                        *stats.count_mut(signal) += 1;
                    }
                }
            }
            let plan = part.segment.plan(Kernel::detect(), Radius::default());
            if plan.map_err(|damage| part.corrupt(damage))? == "tables" {
                stats.segments_with_tables += 1;
            }
        }
        for (bank, _) in self.policies.iter() {
            banks.entry(bank.to_owned()).or_default();
        }
        let bank = |(bank, entries): (String, u64)| {
            let policy = self.policies.get(&bank).cloned();
            BankStats { bank, entries, policy }
        };
        stats.banks = banks.into_iter().map(bank).collect();
        Ok(stats)
    }

    /// How each segment is searched at a radius, and what that costs on this machine: measured now, if it
    /// has tables, in a millisecond.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] if bytes that were read on the way are damaged.
    pub fn plans(&self, kernel: Kernel, radius: Radius) -> Result<Vec<SegmentPlan>> {
        let mut plans = Vec::new();
        for part in &*self.parts {
            let corrupt = |damage| part.corrupt(damage);
            plans.push(SegmentPlan {
                file: part.files.segment.file.clone(),
                hashes: part.segment.rows(),
                format: part.segment.format(),
                plan: part.segment.plan(kernel, radius).map_err(corrupt)?,
                nanoseconds: part.segment.costs(kernel).map_err(corrupt)?,
            });
        }
        Ok(plans)
    }
}

/// How a segment is searched.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct SegmentPlan {
    /// The segment's file.
    pub file: String,
    /// Its distinct PDQ hashes.
    pub hashes: u64,
    /// Its tables, if it has any.
    pub format: Option<Format>,
    /// "tables" or "flat scan".
    pub plan: &'static str,
    /// What the steps of both cost; `None` without tables.
    pub nanoseconds: Option<Costs>,
}

/// What an index holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Live entries.
    pub entries: u64,
    /// Removed entries that still take room, until the next compaction.
    pub dead: u64,
    /// Live entries by bank, in the order of names.
    pub banks: Vec<BankStats>,
    /// Live entries that have a PDQ hash.
    pub pdq: u64,
    /// Live entries that have an MD5.
    pub md5: u64,
    /// Live entries that have a SHA-1.
    pub sha1: u64,
    /// Live entries that have a SHA-256.
    pub sha256: u64,
    /// Segment files.
    pub segments: u64,
    /// Those of them that are searched through tables at the default radius; the others are so small
    /// that comparing every hash is as fast.
    pub segments_with_tables: u64,
    /// Bytes of the segment files.
    pub bytes: u64,
}

impl Stats {
    fn count_mut(&mut self, signal: Signal) -> &mut u64 {
        match signal {
            Signal::Pdq => &mut self.pdq,
            Signal::Md5 => &mut self.md5,
            Signal::Sha1 => &mut self.sha1,
            Signal::Sha256 => &mut self.sha256,
        }
    }
}

/// What a bank holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BankStats {
    /// Its name.
    pub bank: String,
    /// Live entries.
    pub entries: u64,
    /// Its policy; left out of the JSON if the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
}

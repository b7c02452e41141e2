//! Which hashes each entry has: for merging segments, and for telling entries apart.

use super::Segment;
use super::arrange::restore;
use crate::hash::{Signal, Signals};
use crate::{Corruption, Damage};

/// The rows of a segment by entry: 4 bytes an entry for each signal that any entry has.
pub(crate) struct SignalMap<'a, B> {
    segment: &'a Segment<B>,
    /// By signal, in the order of [`Signal::ALL`].
    rows: [Vec<u32>; 4],
}

/// What stands for a signal that an entry does not have.
const NONE: u32 = u32::MAX;

impl<B: AsRef<[u8]>> Segment<B> {
    /// Finds the rows of all entries. Reads all of them.
    pub(crate) fn signal_map(&self) -> Result<SignalMap<'_, B>, Corruption> {
        let mut rows = [const { Vec::new() }; 4];
        for (signal, rows) in Signal::ALL.into_iter().zip(&mut rows) {
            if self.count(signal) > 0 {
                *rows = vec![NONE; self.len() as usize];
            }
            let mut set = |entry: u32, row: u32| {
                let unknown = Corruption { offset: 0, what: Damage::Range("entry") };
                *rows.get_mut(entry as usize).ok_or(unknown)? = row;
                Ok(())
            };
            match self.digests(signal) {
                Some(digests) => {
                    for row in 0..digests.count as u32 {
                        set(digests.row(row)?.1, row)?;
                    }
                }
                None => {
                    for row in 0..self.rows() as u32 {
                        self.pdq_entries(row)?.try_for_each(|entry| set(entry, row))?;
                    }
                }
            }
        }
        self.checked_hashes()?;
        Ok(SignalMap { segment: self, rows })
    }
}

impl<B: AsRef<[u8]>> SignalMap<'_, B> {
    /// The signals of an entry.
    pub(crate) fn of(&self, entry: u32) -> Result<Signals, Corruption> {
        let row = |signal: Signal| {
            let row = self.rows[signal as usize].get(entry as usize).copied();
            row.filter(|row| *row != NONE)
        };
        let mut signals = Signals::default();
        if let Some(row) = row(Signal::Pdq) {
            signals.pdq = self.segment.hashes()?.get(row as usize).map(restore);
        }
        for signal in [Signal::Md5, Signal::Sha1, Signal::Sha256] {
            let (Some(row), Some(digests)) = (row(signal), self.segment.digests(signal)) else {
                continue;
            };
            let value = digests.row(row)?.0;
            match signal {
                Signal::Pdq => {}
                Signal::Md5 => signals.md5 = value.try_into().ok(),
                Signal::Sha1 => signals.sha1 = value.try_into().ok(),
                Signal::Sha256 => signals.sha256 = value.try_into().ok(),
            }
        }
        Ok(signals)
    }
}

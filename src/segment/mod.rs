//! One immutable segment: hashes, what is known of them, and the tables that find neighbours.
//!
//! A segment is bytes. [`Segment::from_bytes`] takes anything that derefs to `[u8]`, so tests and
//! fuzzers use a `Vec<u8>` and an index uses a map. Opening checks the structure and costs the header
//! and the checksums' table, whatever the length; every other byte is checked against its checksum
//! when it is first touched, so no answer ever comes from damaged bytes. The layout is specified in
//! `docs/format.md`.
//!
//! Nothing here changes a file that exists: changes are new segments (see [`crate::index`]).
#![deny(clippy::cast_lossless)]

mod arrange;
mod batch;
mod blocks;
mod builder;
mod costs;
mod digests;
mod entries;
mod grouped;
mod layout;
mod map;
mod nearest;
mod plan;
mod probes;
mod search;
mod signals;
mod tables;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::OnceLock;

use zerocopy::FromBytes;
use zerocopy::little_endian::U32;

use crate::hash::Signal;
use crate::{Corruption, Damage};

pub use builder::{Format, SegmentBuilder};
pub use costs::Costs;
pub use entries::{Entry, NewEntry};
pub(crate) use map::Bytes;
pub use search::{NearEntry, Scratch, Threads};

use arrange::Arranged;
use blocks::Blocks;
use digests::Digests;
use entries::{decode_label, signal_bit};
use layout::{ALL_TABLES, EntryRecord, LABEL_BITS, Layout, Section};
use tables::{Fullest, Tables};

/// A segment in some bytes.
pub struct Segment<B> {
    bytes: B,
    layout: Layout,
    blocks: Blocks,
    fullest: Fullest,
    costs: OnceLock<Costs>,
}

impl<B: AsRef<[u8]>> Segment<B> {
    /// Opens a segment.
    ///
    /// # Errors
    /// [`Corruption`] if the header or the checksums' table is not as it was written, or the length
    /// is wrong. Damage elsewhere shows when it is touched, or in [`Segment::verify`].
    pub fn from_bytes(bytes: B) -> Result<Self, Corruption> {
        let layout = Layout::parse(bytes.as_ref())?;
        let blocks = Blocks::open(bytes.as_ref(), layout.checksums_at)?;
        Ok(Self { bytes, layout, blocks, fullest: Fullest::default(), costs: OnceLock::new() })
    }

    /// The bytes that it lies in.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// The same, as they were given.
    pub(crate) fn bytes_held(&self) -> &B {
        &self.bytes
    }

    /// The number of entries, dead or alive.
    pub fn len(&self) -> u32 {
        self.layout.counts.entries as u32
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many signals of one kind there are.
    pub fn count(&self, signal: Signal) -> u64 {
        self.layout.counts.of(signal)
    }

    /// Reads every byte and compares every checksum, on the threads of the current rayon pool. What is
    /// read later needs no check.
    ///
    /// # Errors
    /// The first block found that is not as it was written.
    pub fn preload(&self) -> Result<(), Corruption> {
        self.blocks.verify_all(self.bytes.as_ref())
    }

    /// Reads every byte, compares every checksum and looks at every entry.
    ///
    /// # Errors
    /// The first block that is not as it was written.
    pub fn verify(&self) -> Result<(), Corruption> {
        let bytes = self.bytes.as_ref();
        Layout::parse(bytes)?;
        Blocks::open(bytes, self.layout.checksums_at)?;
        self.blocks.verify_all(bytes)?;
        for entry in 0..self.len() {
            self.entry(entry)?;
        }
        Ok(())
    }

    /// What is known of an entry.
    ///
    /// # Errors
    /// [`Corruption`] if there is no such entry or its bytes are damaged.
    pub fn entry(&self, number: u32) -> Result<Entry<'_>, Corruption> {
        let record = self.record(number)?;
        let id_start = match number.checked_sub(1) {
            Some(before) => self.record(before)?.id_end.get(),
            None => 0,
        };
        let id = self.text(Section::Ids, id_start, record.id_end.get(), "id")?;
        let label = record.signals_and_label.get() & ((1 << LABEL_BITS) - 1);
        let end = self.item::<U32>(Section::LabelEnds, label)?.get();
        let start = match label.checked_sub(1) {
            Some(before) => self.item::<U32>(Section::LabelEnds, before)?.get(),
            None => 0,
        };
        let malformed = |section, what| Corruption {
            offset: self.layout.section(section).start as u64,
            what: Damage::Text(what),
        };
        let id = std::str::from_utf8(id).map_err(|_| malformed(Section::Ids, "id"))?;
        let label = self.text(Section::Labels, start, end, "label")?;
        let (bank, category, tags) =
            decode_label(label).ok_or(malformed(Section::Labels, "label"))?;
        Ok(Entry { bank, id, category, tags })
    }

    /// Which signals an entry has, as a bit each by the order of [`Signal::ALL`].
    pub(crate) fn has_signal(&self, entry: u32, signal: Signal) -> Result<bool, Corruption> {
        let bits = self.record(entry)?.signals_and_label.get() >> LABEL_BITS;
        Ok(bits & signal_bit(signal) != 0)
    }

    /// Calls `found` with each entry that has this id, after the checksums of all ids.
    pub(crate) fn find_id(&self, id: &str, mut found: impl FnMut(u32)) -> Result<(), Corruption> {
        let [entries, ids] = [Section::Entries, Section::Ids].map(|part| self.layout.section(part));
        let damaged = Corruption { offset: entries.start as u64, what: Damage::Range("entries") };
        let bytes = self.bytes.as_ref();
        self.blocks.check(bytes, entries.clone())?;
        self.blocks.check(bytes, ids.clone())?;
        let records = bytes.get(entries).ok_or(damaged)?;
        let records = <[EntryRecord]>::ref_from_bytes(records).map_err(|_| damaged)?;
        let ids = bytes.get(ids).ok_or(damaged)?;
        let mut start = 0;
        for (number, record) in (0..).zip(records) {
            let end = record.id_end.get() as usize;
            // Most ids are told apart by their length, or by what a look at their bytes costs.
            if end.wrapping_sub(start) == id.len() && ids.get(start..end) == Some(id.as_bytes()) {
                found(number);
            }
            start = end;
        }
        Ok(())
    }

    fn record(&self, entry: u32) -> Result<EntryRecord, Corruption> {
        self.item(Section::Entries, entry)
    }

    /// The number of distinct PDQ hashes.
    pub fn rows(&self) -> u64 {
        self.layout.counts.tables.rows
    }

    /// Which tables it has been given; `None` if it has none.
    pub fn format(&self) -> Option<Format> {
        match self.layout.counts.tables.tables {
            0 => None,
            ALL_TABLES => Some(Format::Full),
            _ => Some(Format::Lean),
        }
    }

    /// The entries that have the hash of a row.
    fn pdq_entries(&self, row: u32) -> Result<impl Iterator<Item = u32> + '_, Corruption> {
        let section = Section::PdqEntries;
        let mut numbers = row..row.saturating_add(1);
        if self.rows() != self.count(Signal::Pdq) {
            let start = match row.checked_sub(1) {
                Some(before) => self.item::<U32>(Section::PdqEnds, before)?.get(),
                None => 0,
            };
            numbers = start..self.item::<U32>(Section::PdqEnds, row)?.get();
        }
        let range = self.layout.section(section);
        let damaged = Corruption { offset: range.start as u64, what: Damage::Range("entry") };
        let place =
            range.start + numbers.start as usize * 4..range.start + numbers.end as usize * 4;
        if numbers.is_empty() || place.end > range.end {
            return Err(damaged);
        }
        self.blocks.check(self.bytes.as_ref(), place.clone())?;
        let entries = self.bytes.as_ref().get(place).ok_or(damaged)?;
        let entries = <[U32]>::ref_from_bytes(entries).map_err(|_| damaged)?;
        if entries.iter().any(|entry| entry.get() >= self.len()) {
            return Err(damaged);
        }
        Ok(entries.iter().map(|entry| entry.get()))
    }

    /// One item of a section of equal items.
    fn item<T: FromBytes>(&self, section: Section, number: u32) -> Result<T, Corruption> {
        let range = self.layout.section(section);
        let damaged = Corruption { offset: range.start as u64, what: Damage::Range("item") };
        if number as usize >= range.len() / size_of::<T>() {
            return Err(damaged);
        }
        let start = range.start + number as usize * size_of::<T>();
        let end = start + size_of::<T>();
        self.blocks.check(self.bytes.as_ref(), start..end)?;
        let bytes = self.bytes.as_ref().get(start..end).ok_or(damaged)?;
        T::read_from_bytes(bytes).map_err(|_| damaged)
    }

    /// A part of a section of text.
    fn text(
        &self,
        section: Section,
        start: u32,
        end: u32,
        what: &'static str,
    ) -> Result<&[u8], Corruption> {
        let range = self.layout.section(section);
        let damaged = Corruption { offset: range.start as u64, what: Damage::Range(what) };
        if start > end || end as usize > range.len() {
            return Err(damaged);
        }
        let place = range.start + start as usize..range.start + end as usize;
        self.blocks.check(self.bytes.as_ref(), place.clone())?;
        self.bytes.as_ref().get(place).ok_or(damaged)
    }

    /// All hashes, after all their checksums.
    fn checked_hashes(&self) -> Result<&[Arranged], Corruption> {
        let range = self.layout.section(Section::PdqHashes);
        self.blocks.check(self.bytes.as_ref(), range)?;
        self.hashes()
    }

    fn hashes(&self) -> Result<&[Arranged], Corruption> {
        let range = self.layout.section(Section::PdqHashes);
        let damaged = Corruption { offset: range.start as u64, what: Damage::Range("hashes") };
        let bytes = self.bytes.as_ref().get(range).ok_or(damaged)?;
        Ok(bytes.as_chunks::<32>().0)
    }

    fn tables(&self) -> Result<Tables<'_>, Corruption> {
        Ok(Tables {
            bytes: self.bytes.as_ref(),
            blocks: &self.blocks,
            fullest: &self.fullest,
            hashes: self.hashes()?,
            hashes_at: self.layout.section(Section::PdqHashes).start,
            layout: self.layout.counts.tables,
            tables_at: self.layout.section(Section::PdqTables),
        })
    }

    /// The digests of a kind; `None` for PDQ, which is no digest.
    fn digests(&self, signal: Signal) -> Option<Digests<'_>> {
        let (values, prefixes) = Section::of_digest(signal)?;
        Some(Digests {
            bytes: self.bytes.as_ref(),
            blocks: &self.blocks,
            width: signal.width(),
            count: self.count(signal),
            values_at: self.layout.section(values).start,
            prefixes_at: self.layout.section(prefixes).start,
        })
    }
}

impl<B> fmt::Debug for Segment<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segment").field("counts", &self.layout.counts).finish_non_exhaustive()
    }
}

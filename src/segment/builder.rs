//! Collects entries in memory and writes them as one segment.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use rayon::prelude::*;
use zerocopy::IntoBytes;
use zerocopy::little_endian::U32;

use super::arrange::{Arranged, arrange};
use super::entries::{NewEntry, encode_label, signal_bits};
use super::grouped::{BuiltTable, SortedRows};
use super::layout::{
    ALIGNMENT, ALL_TABLES, BLOCK, CHUNKS, Counts, EntryRecord, HEADER_LEN, Header, LABEL_BITS,
    LEAN_TABLES, MAGIC, NARROW_ROWS, SECTIONS, SectionPlace, TABLES_FROM, TableLayout, VERSION,
    prefix_bits,
};
use crate::{Error, Result};

/// The bytes of ids, and of labels, that one segment can number.
const MAX_TEXT: usize = u32::MAX as usize;
/// The entries that one segment can number.
const MAX_ENTRIES: usize = u32::MAX as usize;

/// A digest and the entry that it belongs to.
type DigestRow<const N: usize> = ([u8; N], u32);

/// A segment in the making. Memory is that of the entries added: about 12 bytes each, their ids and
/// their hashes.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use tutela::hamming::Kernel;
/// use tutela::hash::{Hash256, Radius, Signals};
/// use tutela::segment::{NewEntry, Scratch, Segment, SegmentBuilder};
///
/// let mut builder = SegmentBuilder::default();
/// let hash = Hash256::from_bytes([7; 32]);
/// let signals = Signals { pdq: Some(hash), ..Signals::default() };
/// builder.add(&NewEntry { bank: "B", id: "43-1", category: None, tags: &[], signals })?;
/// let mut bytes = Vec::new();
/// builder.write(&mut bytes, &AtomicBool::new(false))?;
///
/// let segment = Segment::from_bytes(bytes)?;
/// let mut found = Vec::new();
/// let radius = Radius::default();
/// segment.within(Kernel::detect(), &hash, radius, &mut Scratch::default(), &mut found)?;
/// assert_eq!(segment.entry(found[0].entry)?.id, "43-1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct SegmentBuilder {
    entries: Vec<EntryRecord>,
    ids: Vec<u8>,
    label_numbers: HashMap<Vec<u8>, u32>,
    /// The label of the entry before: most often that of the next as well.
    last_label: (Vec<u8>, u32),
    label_ends: Vec<U32>,
    labels: Vec<u8>,
    pdq: Vec<Arranged>,
    pdq_entries: Vec<U32>,
    md5: Vec<DigestRow<16>>,
    sha1: Vec<DigestRow<20>>,
    sha256: Vec<DigestRow<32>>,
    format: Format,
    /// Whether even few rows are numbered as many are: for tests.
    pub(super) wide_rows: bool,
}

/// Which tables a segment has: how much room its PDQ hashes take, and how fast they are searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// All sixteen: about 115 bytes a hash.
    #[default]
    Full,
    /// Nine of them: about 79 bytes a hash. Searches are as exact and take several times as long.
    Lean,
}

impl SegmentBuilder {
    /// Adds an entry; its number is the count of those before it.
    ///
    /// # Errors
    /// [`Error::TooLarge`] where the format's numbers end.
    pub fn add(&mut self, new: &NewEntry<'_>) -> Result<()> {
        let number = self.entries.len();
        let too_large = |what, limit: usize| Error::TooLarge { what, limit: limit as u64 };
        if number >= MAX_ENTRIES {
            return Err(too_large("entries", MAX_ENTRIES));
        }
        if self.ids.len() + new.id.len() > MAX_TEXT {
            return Err(too_large("bytes of ids", MAX_TEXT));
        }
        let label = self.label(new)?;
        let number = number as u32;
        self.ids.extend_from_slice(new.id.as_bytes());
        self.entries.push(EntryRecord {
            id_end: U32::new(self.ids.len() as u32),
            signals_and_label: U32::new(label | signal_bits(&new.signals) << LABEL_BITS),
        });
        if let Some(hash) = &new.signals.pdq {
            self.pdq.push(arrange(hash));
            self.pdq_entries.push(U32::new(number));
        }
        self.md5.extend(new.signals.md5.map(|digest| (digest, number)));
        self.sha1.extend(new.signals.sha1.map(|digest| (digest, number)));
        self.sha256.extend(new.signals.sha256.map(|digest| (digest, number)));
        Ok(())
    }

    fn label(&mut self, new: &NewEntry<'_>) -> Result<u32> {
        let label = encode_label(new)?;
        if label == self.last_label.0 {
            return Ok(self.last_label.1);
        }
        let number = match self.label_numbers.get(&label) {
            Some(number) => *number,
            None => self.new_label(&label)?,
        };
        self.last_label = (label, number);
        Ok(number)
    }

    fn new_label(&mut self, label: &[u8]) -> Result<u32> {
        let number = self.label_ends.len() as u32;
        let limit = 1 << LABEL_BITS;
        if number >= limit {
            return Err(Error::TooLarge { what: "distinct labels", limit: u64::from(limit) });
        }
        if self.labels.len() + label.len() > MAX_TEXT {
            return Err(Error::TooLarge { what: "bytes of labels", limit: MAX_TEXT as u64 });
        }
        self.labels.extend_from_slice(label);
        self.label_ends.push(U32::new(self.labels.len() as u32));
        self.label_numbers.insert(label.to_owned(), number);
        Ok(number)
    }

    /// Which tables the segment gets.
    pub fn set_format(&mut self, format: Format) {
        self.format = format;
    }

    /// The number of PDQ hashes added.
    pub fn hashes(&self) -> usize {
        self.pdq.len()
    }

    /// About the bytes of memory that the entries take until they are written, and while they are.
    pub fn memory(&self) -> usize {
        let texts = self.ids.len() + self.labels.len() * 2;
        let digests = self.md5.len() * 20 + self.sha1.len() * 24 + self.sha256.len() * 36;
        // A hash, its entry, and what sorting takes.
        texts + digests + self.entries.len() * size_of::<EntryRecord>() + self.pdq.len() * (36 + 44)
    }

    /// The number of entries added.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Writes the segment. Takes 44 bytes a hash more while rows are sorted and 11 while tables are built,
    /// which is done on a second thread; all is sorted on the threads of the current rayon pool.
    ///
    /// # Errors
    /// What `to` answers; [`io::ErrorKind::Interrupted`] if `cancel` was set.
    pub fn write(mut self, to: impl Write, cancel: &AtomicBool) -> io::Result<()> {
        self.md5.par_sort_unstable();
        self.sha1.par_sort_unstable();
        self.sha256.par_sort_unstable();
        let rows = SortedRows::new(std::mem::take(&mut self.pdq), &self.pdq_entries);
        let digests = [self.md5.len(), self.sha1.len(), self.sha256.len()];
        let [md5, sha1, sha256] = digests.map(|count| count as u64);
        let counts = Counts {
            entries: self.entries.len() as u64,
            labels: self.label_ends.len() as u64,
            tables: self.tables(rows.hashes.len() as u64),
            signals: [rows.entries.len() as u64, md5, sha1, sha256],
        };
        let mut out = BlockWriter::new(to);
        let header = self.header(&counts);
        out.write_all(header.as_bytes())?;
        out.section(rows.hashes.as_bytes())?;
        out.section(rows.entries.as_bytes())?;
        out.section(rows.ends.as_bytes())?;
        write_tables(&rows.hashes, counts.tables, &mut out, cancel)?;
        drop(rows);
        write_digests(&mut out, &self.md5)?;
        write_digests(&mut out, &self.sha1)?;
        write_digests(&mut out, &self.sha256)?;
        out.section(self.entries.as_bytes())?;
        out.section(&self.ids)?;
        out.section(self.label_ends.as_bytes())?;
        out.section(&self.labels)?;
        out.finish(header.checksums_at.get())
    }

    fn tables(&self, rows: u64) -> TableLayout {
        let tables = match self.format {
            _ if rows < TABLES_FROM => 0,
            Format::Full => ALL_TABLES,
            Format::Lean => LEAN_TABLES,
        };
        let narrow = rows <= NARROW_ROWS && !self.wide_rows;
        TableLayout { rows, tables, row_width: if narrow { 3 } else { 4 } }
    }

    fn header(&self, counts: &Counts) -> Header {
        let mut lens = counts.section_lens();
        lens[super::layout::Section::Ids as usize] = Some(self.ids.len() as u64);
        lens[super::layout::Section::Labels as usize] = Some(self.labels.len() as u64);
        let mut sections = [SectionPlace::default(); SECTIONS];
        let mut at = HEADER_LEN as u64;
        for (place, len) in sections.iter_mut().zip(lens) {
            let len = len.unwrap_or(0);
            *place = SectionPlace { offset: at.into(), len: len.into() };
            at = (at + len).next_multiple_of(ALIGNMENT);
        }
        let [pdq, md5, sha1, sha256] = counts.signals;
        let mut header = Header {
            magic: MAGIC,
            version: VERSION.into(),
            section_count: (SECTIONS as u32).into(),
            file_len: (at + (at.div_ceil(BLOCK) + 1) * 4).into(),
            checksums_at: at.into(),
            entry_count: counts.entries.into(),
            pdq_count: pdq.into(),
            row_count: counts.tables.rows.into(),
            md5_count: md5.into(),
            sha1_count: sha1.into(),
            sha256_count: sha256.into(),
            label_count: counts.labels.into(),
            sections,
            tables: counts.tables.tables.into(),
            row_width: counts.tables.row_width.into(),
            reserved: [0; 64],
            crc: U32::ZERO,
        };
        let bytes = header.as_bytes();
        header.crc = crc32fast::hash(&bytes[..bytes.len() - 4]).into();
        header
    }
}

/// Writes one table while another thread builds the next.
fn write_tables<W: Write>(
    hashes: &[Arranged],
    layout: TableLayout,
    out: &mut BlockWriter<W>,
    cancel: &AtomicBool,
) -> io::Result<()> {
    std::thread::scope(|scope| {
        let (finished, tables) = mpsc::sync_channel(0);
        scope.spawn(move || {
            for number in (0..CHUNKS).filter(|number| layout.has(*number)) {
                // The writer went away if it failed.
                if finished.send(BuiltTable::new(hashes, number, layout)).is_err() {
                    return;
                }
            }
        });
        for table in tables {
            if cancel.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            out.section(table.offsets.as_bytes())?;
            out.section(table.next.as_bytes())?;
            out.section(&table.rows)?;
        }
        Ok(())
    })
}

/// Writes sorted digests with their entries, then where each prefix starts among them.
fn write_digests<const N: usize, W: Write>(
    out: &mut BlockWriter<W>,
    rows: &[DigestRow<N>],
) -> io::Result<()> {
    for (digest, entry) in rows {
        out.write_all(digest)?;
        out.write_all(&entry.to_le_bytes())?;
    }
    out.pad()?;
    if !rows.is_empty() {
        let bits = prefix_bits(rows.len() as u64);
        let mut row = 0;
        for prefix in 0..=1_u32 << bits {
            while rows
                .get(row)
                .is_some_and(|(digest, _)| super::digests::prefix(digest, bits) < prefix)
            {
                row += 1;
            }
            out.write_all(&(row as u32).to_le_bytes())?;
        }
        out.pad()?;
    }
    Ok(())
}

/// Bytes that are written at once, from a multiple of them on: the system can then keep and map the file in
/// pages of this size, and a search waits less for the page table.
const AT_ONCE: usize = 2 << 20;
const _: () = assert!((AT_ONCE as u64).is_multiple_of(BLOCK));

/// Counts and checksums what goes through it, block by block.
struct BlockWriter<W: Write> {
    to: W,
    pending: Vec<u8>,
    at: u64,
    block: crc32fast::Hasher,
    checksums: Vec<U32>,
}

impl<W: Write> BlockWriter<W> {
    fn new(to: W) -> Self {
        let pending = Vec::with_capacity(AT_ONCE);
        Self { to, pending, at: 0, block: crc32fast::Hasher::new(), checksums: Vec::new() }
    }

    fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let room = (BLOCK - self.at % BLOCK) as usize;
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.block.update(now);
            self.pending.extend_from_slice(now);
            if self.pending.len() == AT_ONCE {
                self.flush()?;
            }
            self.at += now.len() as u64;
            if self.at.is_multiple_of(BLOCK) {
                self.end_block();
            }
            bytes = later;
        }
        Ok(())
    }

    fn end_block(&mut self) {
        let block = std::mem::replace(&mut self.block, crc32fast::Hasher::new());
        self.checksums.push(block.finalize().into());
    }

    /// Zeros up to the next section.
    fn pad(&mut self) -> io::Result<()> {
        let len = self.at.next_multiple_of(ALIGNMENT) - self.at;
        self.write_all(&[0; ALIGNMENT as usize][..len as usize])
    }

    fn section(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)?;
        self.pad()
    }

    /// Writes the checksums; the sections must end where the header says.
    fn finish(mut self, checksums_at: u64) -> io::Result<()> {
        if self.at != checksums_at {
            let message = format!("sections end at {}, planned was {checksums_at}", self.at);
            return Err(io::Error::other(message));
        }
        if !self.at.is_multiple_of(BLOCK) {
            self.end_block();
        }
        self.flush()?;
        let table = self.checksums.as_bytes();
        self.to.write_all(table)?;
        self.to.write_all(&crc32fast::hash(table).to_le_bytes())?;
        self.to.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.write_all(&self.pending)?;
        self.pending.clear();
        Ok(())
    }
}

impl fmt::Debug for SegmentBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SegmentBuilder").field("entries", &self.len()).finish_non_exhaustive()
    }
}

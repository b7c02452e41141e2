//! Where everything stands in a segment file; `docs/format.md` says the same in words, and a test
//! holds the two together.

use std::mem::{offset_of, size_of};
use std::ops::Range;

use zerocopy::little_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::hash::Signal;
use crate::{Corruption, Damage};

/// First bytes of a segment. A high bit, a line end of each kind and an end-of-file mark show up
/// what a careless transfer did.
pub(super) const MAGIC: [u8; 8] = [0x89, b'T', b'U', b'T', 0x0d, 0x0a, 0x1a, 0x0a];
/// The version written and read.
pub(super) const VERSION: u32 = 2;
/// Sections start at multiples of this, so that a row of a table never straddles a cache line more
/// than it must.
pub(super) const ALIGNMENT: u64 = 64;
/// Every block of this many bytes has its own checksum.
pub(super) const BLOCK: u64 = 16 * 1024;
/// Chunks of a hash, and tables of a segment.
pub(super) const CHUNKS: usize = 16;
/// Buckets of a table: values of a chunk.
pub(super) const BUCKETS: usize = 1 << 16;
/// The fewest PDQ hashes for which tables pay: below, scanning all of them is as fast, and the
/// tables' 4 MiB of offsets would be most of the file.
pub(super) const TABLES_FROM: u64 = 16_384;
/// The number of sections.
pub(super) const SECTIONS: usize = 14;

/// A section of the file, in the order in which they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    PdqHashes = 0,
    PdqEntries = 1,
    PdqEnds = 2,
    PdqTables = 3,
    Md5Values = 4,
    Md5Prefixes = 5,
    Sha1Values = 6,
    Sha1Prefixes = 7,
    Sha256Values = 8,
    Sha256Prefixes = 9,
    Entries = 10,
    Ids = 11,
    LabelEnds = 12,
    Labels = 13,
}

impl Section {
    /// The sections of an exact digest: its rows, and the table of their prefixes.
    pub(super) fn of_digest(signal: Signal) -> Option<(Self, Self)> {
        match signal {
            Signal::Pdq => None,
            Signal::Md5 => Some((Self::Md5Values, Self::Md5Prefixes)),
            Signal::Sha1 => Some((Self::Sha1Values, Self::Sha1Prefixes)),
            Signal::Sha256 => Some((Self::Sha256Values, Self::Sha256Prefixes)),
        }
    }
}

/// The header, at the start of the file.
#[derive(Clone, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Header {
    pub(super) magic: [u8; 8],
    pub(super) version: U32,
    pub(super) section_count: U32,
    pub(super) file_len: U64,
    pub(super) checksums_at: U64,
    pub(super) entry_count: U64,
    pub(super) pdq_count: U64,
    pub(super) row_count: U64,
    pub(super) md5_count: U64,
    pub(super) sha1_count: U64,
    pub(super) sha256_count: U64,
    pub(super) label_count: U64,
    pub(super) sections: [SectionPlace; SECTIONS],
    pub(super) tables: U16,
    pub(super) row_width: U16,
    pub(super) reserved: [u8; 64],
    pub(super) crc: U32,
}

/// Where a section stands.
#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct SectionPlace {
    pub(super) offset: U64,
    pub(super) len: U64,
}

/// The length of the header.
pub(super) const HEADER_LEN: usize = size_of::<Header>();

const _: () = assert!(HEADER_LEN == 384);
const _: () = assert!(offset_of!(Header, sections) == 88);
const _: () = assert!(offset_of!(Header, crc) == 380);

/// What the index knows of an entry: where its id ends among all ids, its signals and its label.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct EntryRecord {
    pub(super) id_end: U32,
    pub(super) signals_and_label: U32,
}

/// The bits of [`EntryRecord::signals_and_label`] that number the label; the four above tell the
/// signals.
pub(super) const LABEL_BITS: u32 = 28;

/// A bit for each table of the full format.
pub(super) const ALL_TABLES: u16 = 0xffff;
/// The same for the lean one: as many as 80 bytes a hash have room for, and as few as possible whose next
/// chunk has a table as well, because those sift less.
pub(super) const LEAN_TABLES: u16 = 0b0101_0101_0101_0111;

/// Where the tables stand, given their number of rows and which of them there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TableLayout {
    pub(super) rows: u64,
    /// A bit a table.
    pub(super) tables: u16,
    /// The bytes of a row's number: 3 or 4.
    pub(super) row_width: u16,
}

/// The most rows whose numbers fit into three bytes.
pub(super) const NARROW_ROWS: u64 = 1 << 24;

impl TableLayout {
    /// The lengths of offsets, next chunks and rows. Table 0 needs no rows: they are sorted by its chunk.
    pub(super) fn parts(self, number: usize) -> [u64; 3] {
        let rows = if number == 0 { 0 } else { self.rows * u64::from(self.row_width) };
        [(BUCKETS as u64 + 1) * 4, self.rows * 2, rows]
    }

    /// Whether there is this table.
    pub(super) fn has(self, number: usize) -> bool {
        self.tables >> number & 1 == 1
    }

    /// Where this table starts: the length of those before it, each part padded to the alignment.
    pub(super) fn start(self, number: usize) -> u64 {
        let before = (0..number).filter(|number| self.has(*number));
        let parts = before.flat_map(|number| self.parts(number));
        parts.map(|len| len.next_multiple_of(ALIGNMENT)).sum()
    }
}

/// The number of leading bits by which the prefix table of `count` digests is indexed.
///
/// A prefix then stands for about 64 digests; the table is a twentieth of the digests' size at most.
pub(super) fn prefix_bits(count: u64) -> u32 {
    (count / 64).checked_ilog2().unwrap_or(0).min(16)
}

/// A header that was checked against the bytes it came from.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) counts: Counts,
    pub(super) checksums_at: u64,
    sections: [Range<usize>; SECTIONS],
}

/// The numbers of things in a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) entries: u64,
    pub(super) labels: u64,
    /// Of PDQ hashes.
    pub(super) tables: TableLayout,
    /// By [`Signal`], in the order of [`Signal::ALL`].
    pub(super) signals: [u64; 4],
}

impl Counts {
    pub(super) fn of(&self, signal: Signal) -> u64 {
        self.signals[signal as usize]
    }

    /// The length that each section must have; `None` where the content decides.
    pub(super) fn section_lens(&self) -> [Option<u64>; SECTIONS] {
        let digest = |signal: Signal| {
            let count = self.of(signal);
            let prefixes = if count == 0 { 0 } else { (1 << prefix_bits(count)) + 1 };
            [Some(count * (signal.width() as u64 + 4)), Some(prefixes * 4)]
        };
        let (pdq, rows) = (self.of(Signal::Pdq), self.tables.rows);
        let [md5, md5_prefixes] = digest(Signal::Md5);
        let [sha1, sha1_prefixes] = digest(Signal::Sha1);
        let [sha256, sha256_prefixes] = digest(Signal::Sha256);
        [
            Some(rows * 32),
            Some(pdq * 4),
            Some(if rows == pdq { 0 } else { rows * 4 }),
            Some(self.tables.start(CHUNKS)),
            md5,
            md5_prefixes,
            sha1,
            sha1_prefixes,
            sha256,
            sha256_prefixes,
            Some(self.entries * size_of::<EntryRecord>() as u64),
            None,
            Some(self.labels * 4),
            None,
        ]
    }
}

impl Layout {
    /// Reads and checks the header. Costs the header, whatever the file's length.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Corruption> {
        let have = bytes.len() as u64;
        let at = |offset: usize, what| Corruption { offset: offset as u64, what };
        let Ok((header, _)) = Header::ref_from_prefix(bytes) else {
            return Err(at(0, Damage::Length { expected: HEADER_LEN as u64, found: have }));
        };
        if header.magic != MAGIC {
            return Err(at(0, Damage::Magic));
        }
        // The version comes before the checksum: a newer header may be laid out otherwise.
        let version = header.version.get();
        if version != VERSION {
            let what = Damage::Version { found: version, supported: VERSION };
            return Err(at(offset_of!(Header, version), what));
        }
        let crc_at = offset_of!(Header, crc);
        if crc32fast::hash(&header.as_bytes()[..crc_at]) != header.crc.get() {
            return Err(at(crc_at, Damage::Checksum));
        }
        if header.file_len.get() != have {
            let what = Damage::Length { expected: header.file_len.get(), found: have };
            return Err(at(offset_of!(Header, file_len), what));
        }
        // From here on the header is what some writer wrote; these checks stop a writer's mistake
        // or malice from reaching beyond the file.
        let counts = Counts {
            entries: header.entry_count.get(),
            labels: header.label_count.get(),
            tables: TableLayout {
                rows: header.row_count.get(),
                tables: header.tables.get(),
                row_width: header.row_width.get(),
            },
            signals: [
                header.pdq_count.get(),
                header.md5_count.get(),
                header.sha1_count.get(),
                header.sha256_count.get(),
            ],
        };
        let within = |count: u64| count <= u64::from(u32::MAX);
        if ![counts.entries, counts.labels].into_iter().chain(counts.signals).all(within) {
            return Err(at(offset_of!(Header, entry_count), Damage::Range("count")));
        }
        let [fewest, most] = [counts.of(Signal::Pdq).min(1), counts.of(Signal::Pdq)];
        let narrow = counts.tables.row_width == 3 && counts.tables.rows <= NARROW_ROWS;
        if !(fewest..=most).contains(&counts.tables.rows)
            || !(narrow || counts.tables.row_width == 4)
        {
            return Err(at(offset_of!(Header, row_count), Damage::Range("rows")));
        }
        if header.section_count.get() as usize != SECTIONS || header.reserved != [0; 64] {
            return Err(at(offset_of!(Header, section_count), Damage::Range("section count")));
        }
        let checksums_at = header.checksums_at.get();
        let blocks = checksums_at.div_ceil(BLOCK);
        if checksums_at.checked_add((blocks + 1) * 4) != Some(have) {
            return Err(at(offset_of!(Header, checksums_at), Damage::Range("checksums")));
        }
        let mut sections = [const { 0..0 }; SECTIONS];
        for (number, (place, len)) in header.sections.iter().zip(counts.section_lens()).enumerate()
        {
            let range = place.offset.get()..place.offset.get().saturating_add(place.len.get());
            let misplaced = range.start < HEADER_LEN as u64
                || range.end > checksums_at
                || range.start % ALIGNMENT != 0
                || len.is_some_and(|len| len != place.len.get());
            if misplaced {
                let offset = offset_of!(Header, sections) + number * size_of::<SectionPlace>();
                return Err(at(offset, Damage::Range("section")));
            }
            sections[number] = range.start as usize..range.end as usize;
        }
        Ok(Self { counts, checksums_at, sections })
    }

    /// Where a section stands.
    pub(super) fn section(&self, section: Section) -> Range<usize> {
        self.sections[section as usize].clone()
    }
}

#[cfg(test)]
mod tests {
    use zerocopy::FromZeros;

    use super::*;

    /// Fields with their offset and size, as the compiler laid them out.
    macro_rules! fields {
        ($of:ty: $($field:ident),*) => {{
            let whole = <$of as FromZeros>::new_zeroed();
            vec![$((stringify!($field), offset_of!($of, $field), size_of_val(&whole.$field))),*]
        }};
    }

    #[test]
    fn the_header_is_laid_out_as_the_document_says() {
        let document = include_str!("../../docs/format.md");
        let (_, section) = document.split_once("### Header").unwrap();
        let (section, _) = section.split_once("###").unwrap();
        let rows: Vec<(String, usize, usize)> = section
            .lines()
            .filter_map(|line| {
                let cells: Vec<&str> = line.split('|').map(str::trim).collect();
                Some((cells.get(3)?.to_string(), cells[1].parse().ok()?, cells[2].parse().ok()?))
            })
            .collect();
        let fields = fields!(Header: magic, version, section_count, file_len, checksums_at,
            entry_count, pdq_count, row_count, md5_count, sha1_count, sha256_count, label_count,
            sections, tables, row_width, reserved, crc);
        assert_eq!(fields.iter().map(|field| field.2).sum::<usize>(), HEADER_LEN);
        let fields: Vec<_> =
            fields.into_iter().map(|(name, at, size)| (name.to_owned(), at, size)).collect();
        assert_eq!(rows, fields);
    }

    #[test]
    fn the_document_names_every_section_and_constant() {
        let document = include_str!("../../docs/format.md");
        let (_, sections) = document.split_once("### Sections").unwrap();
        let numbered = (0..SECTIONS).filter(|n| sections.contains(&format!("\n| {n} | "))).count();
        assert_eq!(numbered, SECTIONS);
        for wanted in ["blocks of 16,384", "R < 16,384", "65,537 numbers", "multiples of 64"] {
            assert!(document.contains(wanted), "{wanted}");
        }
        assert_eq!((BLOCK, TABLES_FROM, BUCKETS + 1, ALIGNMENT), (16_384, 16_384, 65_537, 64));
        assert!(document.contains("89 54 55 54 0D 0A 1A 0A"));
        assert_eq!(MAGIC, [0x89, 0x54, 0x55, 0x54, 0x0d, 0x0a, 0x1a, 0x0a]);
    }
}

//! The directories of a TIFF file, and a view of the file that starts at one of them.
//!
//! Each page is decoded by itself: a damaged one does not hide the next, and a loop of directories
//! is seen. The view also lets the decoder, which refuses palettes and L*a*b*, read their samples
//! as plain grey or RGB ones.

use std::collections::HashSet;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use crate::media::Reason;

/// Sizes of the fields, by the file's first four bytes (TIFF 6.0; BigTIFF has 43 for 42).
#[derive(Clone, Copy)]
struct Shape {
    big_endian: bool,
    big: bool,
}

impl Shape {
    fn number(self, field: &[u8]) -> u64 {
        let join = |number: u64, &byte: &u8| number << 8 | u64::from(byte);
        if self.big_endian { field.iter().fold(0, join) } else { field.iter().rev().fold(0, join) }
    }

    fn bytes(self, number: u64, length: usize) -> Vec<u8> {
        let mut bytes = number.to_le_bytes().to_vec();
        bytes.truncate(length);
        if self.big_endian {
            bytes.reverse();
        }
        bytes
    }

    /// Bytes of an offset and of an entry's count.
    fn word(self) -> usize {
        if self.big { 8 } else { 4 }
    }
}

/// The directories of a file, in the order of their chain.
pub(super) struct Directories<'a> {
    bytes: &'a [u8],
    shape: Shape,
    next: u64,
    seen: HashSet<u64>,
}

impl<'a> Directories<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let shape = match bytes {
            [b'I', b'I', magic @ (42 | 43), 0, ..] => {
                Shape { big_endian: false, big: *magic == 43 }
            }
            [b'M', b'M', 0, magic @ (42 | 43), ..] => Shape { big_endian: true, big: *magic == 43 },
            _ => return None,
        };
        let word = shape.word();
        let next = shape.number(bytes.get(word..word * 2)?);
        Some(Self { bytes, shape, next, seen: HashSet::new() })
    }
}

impl<'a> Iterator for Directories<'a> {
    type Item = Result<Directory<'a>, Reason>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == 0 {
            return None;
        }
        let offset = std::mem::take(&mut self.next);
        if !self.seen.insert(offset) {
            return Some(Err(Reason::undecodable("the directories form a loop")));
        }
        let Some(directory) = Directory::at(self.bytes, self.shape, offset) else {
            let detail = format!("the directory at byte {offset} is cut off");
            return Some(Err(Reason::undecodable(detail)));
        };
        self.next = directory.next;
        Some(Ok(directory))
    }
}

/// One directory: the description of a page.
pub(super) struct Directory<'a> {
    bytes: &'a [u8],
    shape: Shape,
    offset: u64,
    entries: &'a [u8],
    entries_at: usize,
    next: u64,
}

impl<'a> Directory<'a> {
    fn at(bytes: &'a [u8], shape: Shape, offset: u64) -> Option<Self> {
        let start = usize::try_from(offset).ok()?;
        let counter = if shape.big { 8 } else { 2 };
        let entries_at = start.checked_add(counter)?;
        let count = usize::try_from(shape.number(bytes.get(start..entries_at)?)).ok()?;
        let end = entries_at.checked_add(count.checked_mul(Self::entry(shape))?)?;
        let entries = bytes.get(entries_at..end)?;
        let next = shape.number(bytes.get(end..end.checked_add(shape.word())?)?);
        Some(Self { bytes, shape, offset, entries, entries_at, next })
    }

    fn entry(shape: Shape) -> usize {
        4 + 2 * shape.word()
    }

    /// The place and the length of a tag's single value.
    fn field(&self, tag: u16) -> Option<(usize, usize)> {
        let length = Self::entry(self.shape);
        let entries = self.entries.chunks_exact(length).enumerate();
        for (at, entry) in entries {
            let (Some(name), Some(kind)) = (entry.get(..2), entry.get(2..4)) else {
                continue;
            };
            if self.shape.number(name) == u64::from(tag) {
                let bytes = match self.shape.number(kind) {
                    1 => 1,
                    3 => 2,
                    4 => 4,
                    _ => return None,
                };
                return Some((self.entries_at + at * length + 4 + self.shape.word(), bytes));
            }
        }
        None
    }

    /// The first number of a tag that is stored in the directory itself.
    pub(super) fn number(&self, tag: u16) -> Option<u64> {
        let (at, length) = self.field(tag)?;
        Some(self.shape.number(self.bytes.get(at..at + length)?))
    }

    /// The file as it would be with this directory alone, and another number under `tag`.
    pub(super) fn view(&self, tag: u16, number: u64) -> View<'a> {
        let word = self.shape.word();
        let next = self.entries_at + self.entries.len();
        let mut patches = vec![(word, self.shape.bytes(self.offset, word)), (next, vec![0; word])];
        if let Some((at, length)) = self.field(tag) {
            patches.push((at, self.shape.bytes(number, length)));
        }
        View { cursor: Cursor::new(self.bytes), patches, reversed: false }
    }
}

/// A file with a few bytes replaced.
pub(super) struct View<'a> {
    cursor: Cursor<&'a [u8]>,
    patches: Vec<(usize, Vec<u8>)>,
    /// Whether the bits of each byte are to be turned around, which the decoder does not do for
    /// files that are filled from the low bits (FillOrder 2, common with fax).
    pub(super) reversed: bool,
}

impl Read for View<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(self.cursor.position()).unwrap_or(usize::MAX);
        let count = self.cursor.read(buffer)?;
        for (at, patch) in &self.patches {
            for (place, &byte) in (*at..).zip(patch) {
                if let Some(inside) = place.checked_sub(start).filter(|&inside| inside < count)
                    && let Some(out) = buffer.get_mut(inside)
                {
                    *out = byte;
                }
            }
        }
        if self.reversed {
            let read = buffer.iter_mut().take(count);
            read.for_each(|byte| *byte = byte.reverse_bits());
        }
        Ok(count)
    }
}

impl Seek for View<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.cursor.seek(to)
    }
}

//! The removed entries of one segment: a bitmap in a file of its own, read whole.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use bitvec::prelude::{BitVec, Lsb0};

use super::manifest::FileRef;
use super::publish::publish;
use crate::{Corruption, Damage, Error, Result};

const MAGIC: [u8; 8] = [0x89, b'T', b'U', b'D', 0x0d, 0x0a, 0x1a, 0x0a];
const VERSION: u32 = 1;
/// Magic, version, number of entries; behind them the bits and their checksum.
const HEADER_LEN: usize = 16;

/// A bit an entry: set when it is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dead {
    bits: BitVec<u8, Lsb0>,
    /// The bits that are set: asked for at each entry that is added.
    count: u64,
}

impl Dead {
    /// Nothing is removed.
    pub(super) fn none(entries: u32) -> Self {
        Self { bits: BitVec::repeat(false, entries as usize), count: 0 }
    }

    /// Whether an entry is removed.
    #[inline]
    pub(super) fn contains(&self, entry: u32) -> bool {
        self.bits.get(entry as usize).is_some_and(|bit| *bit)
    }

    /// Removes an entry; false if it was removed before.
    pub(super) fn insert(&mut self, entry: u32) -> bool {
        let new = self.bits.get_mut(entry as usize).is_some_and(|mut bit| !bit.replace(true));
        self.count += u64::from(new);
        new
    }

    /// How many are removed.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Reads the bitmap of a segment with so many entries.
    pub(super) fn read(dir: &Path, file: &FileRef, entries: u32) -> Result<Self> {
        let path = dir.join(&file.file);
        // One byte more than there may be shows that it is too long, whatever its real length.
        let limit = Self::file_len(entries) as u64 + 1;
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(limit).read_to_end(&mut bytes))
            .map_err(Error::io("read", &path))?;
        file.check(&bytes)
            .and_then(|()| Self::parse(&bytes, entries))
            .map_err(|damage| Error::corrupt(&path, damage))
    }

    /// The length of the bitmap's file.
    fn file_len(entries: u32) -> usize {
        HEADER_LEN + (entries as usize).div_ceil(8) + 4
    }

    /// Writes the bitmap as a new file.
    pub(super) fn publish(&self, dir: &Path, name: &str) -> Result<FileRef> {
        publish(dir, name, |file| file.write_all(&self.to_bytes()))
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bits = self.bits.clone();
        bits.set_uninitialized(false);
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&(bits.len() as u32).to_le_bytes());
        bytes.extend_from_slice(bits.as_raw_slice());
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    fn parse(bytes: &[u8], entries: u32) -> std::result::Result<Self, Corruption> {
        let at = |offset: usize, what| Corruption { offset: offset as u64, what };
        let expected = Self::file_len(entries);
        let length = Damage::Length { expected: expected as u64, found: bytes.len() as u64 };
        let (content, crc) = bytes.split_last_chunk::<4>().ok_or(at(0, length))?;
        let (magic, rest) = content.split_first_chunk::<8>().ok_or(at(0, length))?;
        let (version, rest) = rest.split_first_chunk::<4>().ok_or(at(8, length))?;
        if *magic != MAGIC {
            return Err(at(0, Damage::Magic));
        }
        let found = u32::from_le_bytes(*version);
        if found != VERSION {
            return Err(at(8, Damage::Version { found, supported: VERSION }));
        }
        if bytes.len() != expected {
            return Err(at(0, length));
        }
        if crc32fast::hash(content) != u32::from_le_bytes(*crc) {
            return Err(at(content.len(), Damage::Checksum));
        }
        let (count, bits) = rest.split_first_chunk::<4>().ok_or(at(12, length))?;
        if u32::from_le_bytes(*count) != entries {
            return Err(at(12, Damage::Range("entries")));
        }
        let mut bits = BitVec::<u8, Lsb0>::from_slice(bits);
        bits.truncate(entries as usize);
        let count = bits.count_ones() as u64;
        Ok(Self { bits, count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(entries: u32) -> Dead {
        let mut dead = Dead::none(entries);
        for entry in (0..entries).step_by(3) {
            assert!(dead.insert(entry));
            assert!(!dead.insert(entry));
        }
        dead
    }

    #[test]
    fn a_bitmap_comes_back_as_it_was() {
        for entries in [0, 1, 7, 8, 9, 1000] {
            let dead = example(entries);
            let back = Dead::parse(&dead.to_bytes(), entries).unwrap();
            assert_eq!(back, dead);
            assert_eq!(back.count(), u64::from(entries.div_ceil(3)));
            assert!((0..entries).all(|entry| back.contains(entry) == (entry % 3 == 0)));
            assert!(!back.contains(entries));
            assert!(Dead::parse(&dead.to_bytes(), entries + 8).is_err());
        }
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_an_error() {
        let bytes = example(100).to_bytes();
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(Dead::parse(&damaged, 100).is_err(), "bit {bit}");
        }
        for len in 0..bytes.len() {
            assert!(Dead::parse(&bytes[..len], 100).is_err(), "{len}");
        }
    }
}

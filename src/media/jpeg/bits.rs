//! The entropy-coded data of a scan, without its stuffing and its restart markers.

use super::Declined;

/// The data of one scan as plain bits; its buffers are used again.
#[derive(Debug, Default)]
pub(super) struct Entropy {
    bytes: Vec<u8>,
    /// Where each restart interval ends.
    ends: Vec<usize>,
}

impl Entropy {
    /// Takes the data that begins at `start` of the file, up to the marker that ends it, and gives
    /// the place of that marker. Restart markers are expected to count from 0 to 7 and over again.
    pub(super) fn fill(
        &mut self,
        file: &[u8],
        start: usize,
        restarts: bool,
    ) -> Result<usize, Declined> {
        self.bytes.clear();
        self.ends.clear();
        let mut at = start;
        let mut expected = 0xD0;
        loop {
            let rest = file.get(at..).unwrap_or_default();
            let found = memchr::memchr(0xFF, rest).ok_or(Declined::Damaged)?;
            let (run, from) = rest.split_at_checked(found).ok_or(Declined::Damaged)?;
            if let [0xFF, 0, ..] = from {
                self.bytes.extend_from_slice(rest.get(..=found).unwrap_or_default());
                at += found + 2;
                continue;
            }
            self.bytes.extend_from_slice(run);
            self.ends.push(self.bytes.len());
            let fill = from.iter().take_while(|&&byte| byte == 0xFF).count();
            match from.get(fill) {
                Some(&marker @ 0xD0..=0xD7) if restarts && marker == expected => {
                    expected = 0xD0 | (marker + 1) & 7;
                    at += found + fill + 1;
                }
                None | Some(0 | 0xD0..=0xD7) => return Err(Declined::Damaged),
                Some(_) => return Ok(at + found),
            }
        }
    }

    /// The bytes from a place on.
    pub(super) fn from(&self, at: usize) -> &[u8] {
        self.bytes.get(at..).unwrap_or_default()
    }

    /// Where each restart interval ends; one for a scan without restart markers.
    pub(super) fn ends(&self) -> &[usize] {
        &self.ends
    }
}

/// Whether data of `length` bytes end with a bit, but for the bits that fill the last byte.
pub(super) fn ended(length: usize, bit: u32) -> bool {
    // a widening cast
    length == bit.div_ceil(8) as usize
}

/// At least 57 bits from a place on, the first one on top; zeros after the end of the data.
#[inline(always)]
pub(super) fn word(data: &[u8], bit: u32) -> u64 {
    // a widening cast
    let at = (bit >> 3) as usize;
    let word = match data.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        Some(&bytes) => u64::from_be_bytes(bytes),
        None => last(data, at),
    };
    word << (bit & 7)
}

#[cold]
fn last(data: &[u8], at: usize) -> u64 {
    let mut bytes = [0; 8];
    for (into, &byte) in bytes.iter_mut().zip(data.get(at..).unwrap_or_default()) {
        *into = byte;
    }
    u64::from_be_bytes(bytes)
}

/// The number that `size` (at most 16) bits on top of a word stand for (T.81, F.2.2.1, EXTEND).
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "at most 16 bits are left, then one")]
pub(super) fn extend(word: u64, size: u32) -> i32 {
    let bits = (word >> 1 >> (63 - size)) as i32;
    let negative = (word >> 63) as i32 - 1;
    bits + (negative & (1 - (1 << size)))
}

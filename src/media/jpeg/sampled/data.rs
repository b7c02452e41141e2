//! The bytes of a scan without what keeps them apart from markers (T.81, B.1.1.5).

/// Bytes that are looked through at once.
const CHUNK: usize = 32;

/// The bits of a scan, its restart intervals one after the other.
#[derive(Debug, Default)]
pub(super) struct Data {
    bytes: Vec<u8>,
    /// Where each restart interval ends.
    pub(super) ends: Vec<usize>,
}

impl Data {
    /// The bytes, and eight more.
    pub(super) fn bytes(&self) -> &[u8] {
        let end = self.ends.last().map_or(0, |end| end + 8);
        self.bytes.get(..end).unwrap_or(&self.bytes)
    }

    /// Reads a scan from its first byte on, and gives the place of what ends it: another marker, or
    /// its filling bytes. `None` if there is none, or if the restart markers are not in order.
    pub(super) fn read(&mut self, source: &[u8]) -> Option<usize> {
        self.ends.clear();
        if self.bytes.len() < source.len() + CHUNK {
            self.bytes.resize(source.len() + CHUNK, 0);
        }
        let (mut from, mut to) = (0, 0);
        loop {
            (from, to) = self.plain(source, from, to);
            let end = from;
            let mut marker = *source.get(from + 1)?;
            from += 2;
            // a marker may have any number of filling bytes in front
            while marker == 0xFF {
                marker = *source.get(from)?;
                from += 1;
                if marker == 0 {
                    return None;
                }
            }
            match marker {
                0 => {
                    *self.bytes.get_mut(to)? = 0xFF;
                    to += 1;
                }
                0xD0..=0xD7 => {
                    if usize::from(marker & 7) != self.ends.len() % 8 {
                        return None;
                    }
                    self.ends.push(to);
                }
                _ => {
                    self.ends.push(to);
                    self.bytes.get_mut(to..to + 8)?.fill(0);
                    return Some(end);
                }
            }
        }
    }

    /// Copies up to the next byte of eight ones, or to the end.
    fn plain(&mut self, source: &[u8], from: usize, to: usize) -> (usize, usize) {
        let (mut from, mut to) = (from, to);
        while let (Some(chunk), Some(out)) = (
            source.get(from..).and_then(|rest| rest.first_chunk::<CHUNK>()),
            self.bytes.get_mut(to..).and_then(|rest| rest.first_chunk_mut::<CHUNK>()),
        ) {
            *out = *chunk;
            if chunk.iter().fold(false, |found, &byte| found | (byte == 0xFF)) {
                let plain = chunk.iter().position(|&byte| byte == 0xFF).unwrap_or(CHUNK);
                return (from + plain, to + plain);
            }
            from += CHUNK;
            to += CHUNK;
        }
        for (&byte, out) in source.iter().skip(from).zip(self.bytes.iter_mut().skip(to)) {
            if byte == 0xFF {
                break;
            }
            *out = byte;
            from += 1;
            to += 1;
        }
        (from, to)
    }
}

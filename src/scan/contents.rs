//! A file's bytes: its digests, and the bytes themselves if they may be a picture.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::walk::special_file;
use crate::hash::{Digester, Digests, Wanted};
use crate::media::{self, Format, Reason};
use crate::{Error, Result};

/// Bytes read at once; the first piece tells the format.
const PIECE: usize = 64 << 10;
/// A buffer that one large file made is not kept for all the small ones after it.
const KEPT: usize = 16 << 20;

/// What reading a file told.
pub(super) struct Contents<'a> {
    pub(super) length: u64,
    pub(super) digests: Digests,
    pub(super) format: std::result::Result<Format, Reason>,
    /// The bytes, unless they are no picture or more than the limit.
    pub(super) picture: Option<&'a [u8]>,
}

impl<'a> Contents<'a> {
    /// The contents of a file that is in memory.
    pub(super) fn of(bytes: &'a [u8], max_bytes: u64) -> Self {
        let length = bytes.len() as u64;
        Self {
            length,
            digests: Digests::of(bytes),
            format: media::sniff(bytes.get(..PIECE).unwrap_or(bytes)),
            picture: (length <= max_bytes).then_some(bytes),
        }
    }
}

/// The memory that reading takes, kept from file to file.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    piece: Vec<u8>,
    picture: Vec<u8>,
}

impl Buffers {
    /// Reads to the end, whatever length the system states, and keeps what may be decoded.
    ///
    /// # Errors
    /// [`Error::Cancelled`] if `cancel` was set; the inner error is the system's.
    pub(super) fn read(
        &mut self,
        source: &mut impl Read,
        max_bytes: u64,
        cancel: &AtomicBool,
    ) -> Result<io::Result<Contents<'_>>> {
        self.picture.clear();
        self.picture.shrink_to(KEPT);
        self.piece.resize(PIECE, 0);
        let mut digester = Digester::new(Wanted::ALL);
        let mut length = 0;
        let mut format = None;
        let mut keep = false;
        loop {
            if cancel.load(Ordering::Relaxed) {
                return Err(Error::Cancelled);
            }
            let piece = match fill(source, &mut self.piece) {
                Ok(piece) => piece,
                Err(error) => return Ok(Err(error)),
            };
            digester.update(piece);
            length += piece.len() as u64;
            keep = match &format {
                None => format.insert(media::sniff(piece)).is_ok(),
                Some(_) => keep,
            } && length <= max_bytes;
            if keep {
                self.picture.extend_from_slice(piece);
            }
            if piece.len() < PIECE {
                break;
            }
        }
        Ok(Ok(Contents {
            length,
            digests: digester.finish(),
            format: format.unwrap_or_else(|| media::sniff(&[])),
            picture: keep.then_some(self.picture.as_slice()),
        }))
    }
}

/// Opens a regular file; the inner error says what it is instead.
///
/// Looked at before, because opening a device can do something; and after, because it can have
/// been replaced meanwhile.
pub(super) fn open(path: &Path) -> io::Result<std::result::Result<File, Reason>> {
    let before = path.metadata()?.file_type();
    if !before.is_file() {
        return Ok(Err(special_file(before)));
    }
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Neither a pipe put in its place nor files like /proc/kmsg make the scan wait for ever.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(path)?;
    let after = file.metadata()?.file_type();
    Ok(if after.is_file() { Ok(file) } else { Err(special_file(after)) })
}

/// Fills the buffer as far as the source goes: less than all of it means the end.
fn fill<'a>(source: &mut impl Read, buffer: &'a mut [u8]) -> io::Result<&'a [u8]> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(buffer.get(..filled).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes in ever different small pieces, and an interruption now and then.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 += 1;
            if self.1.is_multiple_of(5) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let count = (self.1 % 7 + 1).min(self.0.len()).min(buffer.len());
            let (now, rest) = self.0.split_at(count);
            buffer[..count].copy_from_slice(now);
            self.0 = rest;
            Ok(count)
        }
    }

    #[test]
    fn a_piece_is_filled_from_a_source_that_trickles() {
        let bytes: Vec<u8> = (0..1000_u32).map(|n| (n % 251) as u8).collect();
        let mut source = Trickle(&bytes, 0);
        let mut buffer = [0; 64];
        let mut read = Vec::new();
        loop {
            let piece = fill(&mut source, &mut buffer).unwrap();
            read.extend_from_slice(piece);
            if piece.len() < 64 {
                break;
            }
        }
        assert_eq!(read, bytes);
    }

    #[test]
    fn reading_in_pieces_gives_what_the_bytes_in_memory_give() {
        let mut buffers = Buffers::default();
        let never = AtomicBool::new(false);
        let lengths = [0, 1, 6, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 17];
        for length in lengths {
            for start in [b"GIF89a".as_slice(), b"no picture"] {
                let mut bytes = vec![7; length];
                let head = start.len().min(length);
                bytes[..head].copy_from_slice(&start[..head]);
                for limit in [0, 1, PIECE as u64, length as u64, u64::MAX] {
                    let read = buffers.read(&mut bytes.as_slice(), limit, &never);
                    let read = read.unwrap().unwrap();
                    let whole = Contents::of(&bytes, limit);
                    assert_eq!(read.length, whole.length);
                    assert_eq!(read.digests, whole.digests);
                    assert_eq!(read.format, whole.format);
                    // Bytes of what is no picture are not kept.
                    let kept = whole.picture.filter(|_| whole.format.is_ok());
                    assert_eq!(read.picture, kept);
                }
            }
        }
    }

    #[test]
    fn reading_stops_when_cancelled_and_at_an_error() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::PermissionDenied.into())
            }
        }
        let mut buffers = Buffers::default();
        let cancelled = buffers.read(&mut io::repeat(0), 10, &AtomicBool::new(true));
        assert!(matches!(cancelled, Err(Error::Cancelled)));
        let broken = buffers.read(&mut Broken, 10, &AtomicBool::new(false));
        assert_eq!(broken.unwrap().err().unwrap().kind(), io::ErrorKind::PermissionDenied);
    }
}

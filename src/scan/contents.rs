//! A file's bytes: the bytes themselves if they may be a picture, its digests if not.

use std::borrow::Cow;
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
/// Bytes of all buffers that are kept: what large files made is not kept for the small ones after them.
const KEPT: usize = 16 << 20;

/// What reading a file told.
#[derive(Debug)]
pub(super) struct Contents<'a> {
    pub(super) length: u64,
    /// Those of a file whose bytes are not kept; otherwise, those computed until now.
    pub(super) digests: Digests,
    pub(super) format: std::result::Result<Format, Reason>,
    /// The bytes, unless they are no picture or more than the limit.
    pub(super) picture: Option<Cow<'a, [u8]>>,
}

impl<'a> Contents<'a> {
    /// The contents of a file that is in memory.
    pub(super) fn of(bytes: &'a [u8], max_bytes: u64, wanted: Wanted) -> Self {
        let length = bytes.len() as u64;
        let format = media::sniff(bytes.get(..PIECE).unwrap_or(bytes));
        let keep = format.is_ok() && length <= max_bytes;
        let mut digests = Digests::default();
        if !keep {
            digests.add(wanted, bytes);
        }
        Self { length, digests, format, picture: keep.then_some(Cow::Borrowed(bytes)) }
    }

    /// The bytes of a picture.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        self.picture.as_deref()
    }
}

/// The memory that reading takes, kept from file to file.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    piece: Vec<u8>,
    pictures: Vec<Vec<u8>>,
}

impl Buffers {
    /// Reads to the end, whatever length the system states, and keeps what may be decoded.
    ///
    /// Digests are computed on the way where the bytes are not kept: no file is read twice.
    ///
    /// # Errors
    /// [`Error::Cancelled`] if `cancel` was set; the inner error is the system's.
    pub(super) fn read(
        &mut self,
        source: &mut impl Read,
        max_bytes: u64,
        wanted: Wanted,
        cancel: &AtomicBool,
    ) -> Result<io::Result<Contents<'static>>> {
        self.piece.resize(PIECE, 0);
        let mut picture = self.pictures.pop().unwrap_or_default();
        picture.clear();
        let mut digester = Digester::new(wanted);
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
            length += piece.len() as u64;
            let first = format.is_none();
            let known = format.get_or_insert_with(|| media::sniff(piece));
            let kept = keep;
            keep = (first || keep) && known.is_ok() && length <= max_bytes;
            if keep {
                picture.extend_from_slice(piece);
            } else {
                if kept {
                    // Too long after all: from here on only its digests are made.
                    digester.update(&picture);
                    picture = Vec::new();
                }
                digester.update(piece);
            }
            if piece.len() < PIECE {
                break;
            }
        }
        let format = format.unwrap_or_else(|| media::sniff(&[]));
        if !keep {
            self.pictures.push(picture);
            let digests = digester.finish();
            return Ok(Ok(Contents { length, digests, format, picture: None }));
        }
        let digests = Digests::default();
        Ok(Ok(Contents { length, digests, format, picture: Some(Cow::Owned(picture)) }))
    }

    /// Takes back the memory of a file that is done.
    pub(super) fn reuse(&mut self, contents: Contents<'_>) {
        if let Some(Cow::Owned(picture)) = contents.picture
            && picture.capacity() + self.pictures.iter().map(Vec::capacity).sum::<usize>() <= KEPT
        {
            self.pictures.push(picture);
        }
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
                    let mut source = bytes.as_slice();
                    let read = buffers.read(&mut source, limit, Wanted::ALL, &never);
                    let read = read.unwrap().unwrap();
                    let whole = Contents::of(&bytes, limit, Wanted::ALL);
                    assert_eq!(read.length, whole.length);
                    assert_eq!(read.digests, whole.digests);
                    assert_eq!(read.format, whole.format);
                    assert_eq!(read.picture, whole.picture);
                    match read.bytes() {
                        Some(kept) => assert_eq!(kept, bytes),
                        None => assert_eq!(read.digests, Digests::of(&bytes)),
                    }
                    buffers.reuse(read);
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
        let cancelled = buffers.read(&mut io::repeat(0), 10, Wanted::ALL, &AtomicBool::new(true));
        assert!(matches!(cancelled, Err(Error::Cancelled)));
        let broken = buffers.read(&mut Broken, 10, Wanted::ALL, &AtomicBool::new(false));
        assert_eq!(broken.unwrap().err().unwrap().kind(), io::ErrorKind::PermissionDenied);
    }
}

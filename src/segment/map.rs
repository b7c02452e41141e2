//! The memory map: the one place besides the kernels that needs `unsafe`.
#![allow(unsafe_code, reason = "a map of a file is only as constant as the file")]

use std::fs::File;
use std::io;

/// The bytes of a segment: a file's, or some in memory.
#[derive(Debug)]
pub(crate) enum Bytes {
    Map(memmap2::Mmap),
    Memory(Vec<u8>),
}

impl Bytes {
    /// Maps a segment file, read-only.
    ///
    /// Segments are written under a temporary name, renamed once and never changed or shortened, so
    /// the map stays what it was when it was made, also after the file is unlinked. A foreign program
    /// that truncates a segment in place breaks that rule: reading the lost pages then ends the
    /// process with SIGBUS, which no library can turn into an error.
    pub(crate) fn map(file: &File) -> io::Result<Self> {
        if file.metadata()?.len() == 0 {
            return Ok(Self::Memory(Vec::new()));
        }
        // SAFETY: nothing in this library writes to a published segment (see above); `Segment`
        // checks every number that it reads from the bytes before it relies on it.
        let map = unsafe { memmap2::Mmap::map(file)? };
        // A wish: where the system does not grant it, or there is no such thing, nothing is lost but
        // the time that small pages cost.
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        Ok(Self::Map(map))
    }

    /// Lets the system read all of it ahead, where it does such things.
    pub(crate) fn will_need(&self) {
        #[cfg(unix)]
        if let Self::Map(map) = self {
            let _ = map.advise(memmap2::Advice::WillNeed);
        }
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Map(map) => map,
            Self::Memory(bytes) => bytes,
        }
    }
}

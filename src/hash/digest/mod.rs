//! MD5, SHA-1 and SHA-256 of a file's bytes: those that are wanted, in one pass.

mod lanes;
mod many;
mod state;

pub use many::digest_many;
use state::{Block, State};

use super::{Signal, Wanted};

/// The three digests that lists carry, those that were computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Digests {
    /// MD5.
    pub md5: Option<[u8; 16]>,
    /// SHA-1.
    pub sha1: Option<[u8; 20]>,
    /// SHA-256.
    pub sha256: Option<[u8; 32]>,
}

impl Digests {
    /// All digests of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut digests = Self::default();
        digests.add(Wanted::ALL, bytes);
        digests
    }

    /// Computes those of `wanted` that are missing. `bytes` are those that the others are of.
    ///
    /// ```
    /// use tutela::hash::{Digests, Signal, Wanted};
    ///
    /// let mut digests = Digests::default();
    /// digests.add(Wanted::of(Signal::Sha256), b"a file");
    /// assert_eq!(digests.md5, None);
    /// digests.add(Wanted::ALL, b"a file");
    /// assert_eq!(digests, Digests::of(b"a file"));
    /// ```
    pub fn add(&mut self, wanted: Wanted, bytes: &[u8]) {
        let missing = wanted.without(self.present());
        if missing.without(Wanted::of(Signal::Pdq)).is_empty() {
            return;
        }
        let (blocks, tail) = bytes.as_chunks();
        let mut state = State::default();
        state.blocks(missing, blocks);
        state.finish(missing, tail, bytes.len() as u64, self);
    }

    /// The digests that were computed.
    pub fn present(&self) -> Wanted {
        Signal::ALL.into_iter().filter(|&signal| self.get(signal).is_some()).collect()
    }

    /// The bytes of one digest; `None` if it was not computed, or is no digest.
    pub fn get(&self, signal: Signal) -> Option<&[u8]> {
        match signal {
            Signal::Pdq => None,
            Signal::Md5 => self.md5.as_ref().map(|digest| digest.as_slice()),
            Signal::Sha1 => self.sha1.as_ref().map(|digest| digest.as_slice()),
            Signal::Sha256 => self.sha256.as_ref().map(|digest| digest.as_slice()),
        }
    }
}

/// Computes [`Digests`] from bytes that come in pieces.
///
/// ```
/// use tutela::hash::{Digester, Digests, Wanted};
///
/// let mut digester = Digester::new(Wanted::ALL);
/// digester.update(b"two ");
/// digester.update(b"pieces");
/// assert_eq!(digester.finish(), Digests::of(b"two pieces"));
/// ```
#[derive(Clone)]
pub struct Digester {
    wanted: Wanted,
    state: State,
    length: u64,
    /// The bytes after the last whole block, `length % 64` of them.
    tail: Block,
}

impl Digester {
    /// For these digests.
    pub fn new(wanted: Wanted) -> Self {
        Self { wanted, state: State::default(), length: 0, tail: [0; 64] }
    }

    /// Adds the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        let filled = self.filled();
        self.length += bytes.len() as u64;
        if filled > 0 {
            let free = &mut self.tail[filled..];
            let (now, later) = bytes.split_at(free.len().min(bytes.len()));
            free[..now.len()].copy_from_slice(now);
            if now.len() < free.len() {
                return;
            }
            self.state.blocks(self.wanted, &[self.tail]);
            bytes = later;
        }
        let (blocks, tail) = bytes.as_chunks();
        self.state.blocks(self.wanted, blocks);
        self.tail[..tail.len()].copy_from_slice(tail);
    }

    /// The wanted digests of all bytes so far.
    pub fn finish(self) -> Digests {
        let mut digests = Digests::default();
        let tail = &self.tail[..self.filled()];
        self.state.finish(self.wanted, tail, self.length, &mut digests);
        digests
    }

    fn filled(&self) -> usize {
        (self.length % 64) as usize
    }
}

impl std::fmt::Debug for Digester {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { wanted, length, .. } = self;
        f.debug_struct("Digester").field("wanted", wanted).field("length", length).finish()
    }
}

#[cfg(test)]
mod tests;

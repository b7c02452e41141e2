//! MD5, SHA-1 and SHA-256 of a file's bytes, in one pass.

/// The three digests that lists carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// MD5.
    pub md5: [u8; 16],
    /// SHA-1.
    pub sha1: [u8; 20],
    /// SHA-256.
    pub sha256: [u8; 32],
}

impl Digests {
    /// The digests of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut digester = Digester::default();
        digester.update(bytes);
        digester.finish()
    }
}

/// Computes [`Digests`] from bytes that come in pieces.
#[derive(Clone, Debug, Default)]
pub struct Digester {}

impl Digester {
    /// Adds the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        unimplemented!("{}", bytes.len())
    }

    /// The digests of all bytes so far.
    pub fn finish(self) -> Digests {
        unimplemented!()
    }
}

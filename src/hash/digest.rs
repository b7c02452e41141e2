//! MD5, SHA-1 and SHA-256 of a file's bytes, in one pass.

use sha2::Digest as _;

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
///
/// ```
/// use tutela::hash::{Digester, Digests};
///
/// let mut digester = Digester::default();
/// digester.update(b"two ");
/// digester.update(b"pieces");
/// assert_eq!(digester.finish(), Digests::of(b"two pieces"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Digester {
    md5: md5::Md5,
    sha1: sha1::Sha1,
    sha256: sha2::Sha256,
}

impl Digester {
    /// Adds the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        // In pieces that stay in the nearest cache from one digest to the next.
        for piece in bytes.chunks(PIECE) {
            self.md5.update(piece);
            self.sha1.update(piece);
            self.sha256.update(piece);
        }
    }

    /// The digests of all bytes so far.
    pub fn finish(self) -> Digests {
        Digests {
            md5: self.md5.finalize().into(),
            sha1: self.sha1.finalize().into(),
            sha256: self.sha256.finalize().into(),
        }
    }
}

/// Bytes that all three digests take before the next ones.
const PIECE: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    /// Input, MD5 (RFC 1321, appendix A.5), SHA-1 and SHA-256 (FIPS 180, examples).
    const VECTORS: [(&str, &str, &str, &str); 3] = [
        (
            "",
            "d41d8cd98f00b204e9800998ecf8427e",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            "abc",
            "900150983cd24fb0d6963f7d28e17f72",
            "a9993e364706816aba3e25717850c26c9cd0d89d",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "8215ef0796a20bcaaae116d3876c664a",
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
    ];

    #[test]
    fn digests_equal_the_published_examples() {
        for (text, md5, sha1, sha256) in VECTORS {
            let digests = Digests::of(text.as_bytes());
            assert_eq!(const_hex::encode(digests.md5), md5, "{text:?}");
            assert_eq!(const_hex::encode(digests.sha1), sha1, "{text:?}");
            assert_eq!(const_hex::encode(digests.sha256), sha256, "{text:?}");
        }
        let digits = b"1234567890".repeat(8);
        assert_eq!(
            const_hex::encode(Digests::of(&digits).md5),
            "57edf4a22be3c955ac49da2e2107b67a"
        );
        let million = Digests::of(&vec![b'a'; 1_000_000]);
        assert_eq!(
            const_hex::encode(million.sha1),
            "34aa973cd4c4daa4f61eeb2bdbad27316534016f"
        );
        assert_eq!(
            const_hex::encode(million.sha256),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        );
    }

    #[test]
    fn digests_do_not_depend_on_where_the_pieces_end() {
        let bytes: Vec<u8> = (0..3 * PIECE + 77).map(|i| (i * i % 251) as u8).collect();
        let whole = Digests::of(&bytes);
        for size in [1, 63, 64, 65, 4096, PIECE - 1, PIECE, PIECE + 1] {
            let mut digester = Digester::default();
            for piece in bytes.chunks(size) {
                digester.update(piece);
            }
            assert_eq!(digester.finish(), whole, "pieces of {size}");
        }
    }
}

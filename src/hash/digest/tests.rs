use md5::Digest as _;
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

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
        assert_eq!(hex(digests.md5), md5, "{text:?}");
        assert_eq!(hex(digests.sha1), sha1, "{text:?}");
        assert_eq!(hex(digests.sha256), sha256, "{text:?}");
    }
    let digits = b"1234567890".repeat(8);
    assert_eq!(hex(Digests::of(&digits).md5), "57edf4a22be3c955ac49da2e2107b67a");
    let million = Digests::of(&vec![b'a'; 1_000_000]);
    assert_eq!(hex(million.sha1), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    assert_eq!(
        hex(million.sha256),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    );
}

/// Input and MD5 (RFC 1321, appendix A.5), beside those above.
const MD5: [(&str, &str); 5] = [
    ("a", "0cc175b9c0f1b6a831c399e269772661"),
    ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
    (
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        "d174ab98d277d9f5a5611c2c9f419d9f",
    ),
    (
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
        "57edf4a22be3c955ac49da2e2107b67a",
    ),
];

#[test]
fn md5_side_by_side_equals_the_published_examples() {
    let files = MD5.map(|(text, _)| text.as_bytes());
    let mut out = [Digests::default(); 5];
    digest_many(&files, Wanted::of(Signal::Md5), &mut out);
    for ((text, md5), digests) in MD5.into_iter().zip(out) {
        assert_eq!(hex(digests.md5), md5, "{text:?}");
        assert_eq!((digests.sha1, digests.sha256), (None, None));
        assert_eq!(hex(Digests::of(text.as_bytes()).md5), md5, "{text:?}");
    }
}

fn hex<const N: usize>(digest: Option<[u8; N]>) -> String {
    const_hex::encode(digest.unwrap())
}

/// The simple twin: each digest by its crate, in one go.
fn by_crates(bytes: &[u8], wanted: Wanted) -> Digests {
    let pick = |signal| wanted.contains(signal).then_some(bytes);
    Digests {
        md5: pick(Signal::Md5).map(|bytes| md5::Md5::digest(bytes).into()),
        sha1: pick(Signal::Sha1).map(|bytes| sha1::Sha1::digest(bytes).into()),
        sha256: pick(Signal::Sha256).map(|bytes| sha2::Sha256::digest(bytes).into()),
    }
}

fn random(rng: &mut StdRng, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// Every set of digests.
fn sets() -> impl Iterator<Item = Wanted> {
    (0..8_u8).map(|bits| {
        let signals = Wanted::DIGESTS.iter().enumerate();
        signals.filter(|(at, _)| bits >> at & 1 == 1).map(|(_, signal)| signal).collect()
    })
}

#[test]
fn every_length_has_the_digests_that_the_crates_give() {
    let bytes = random(&mut StdRng::seed_from_u64(1), 300);
    let files: Vec<&[u8]> = (0..=300).map(|length| &bytes[..length]).collect();
    for wanted in sets() {
        let mut together = vec![Digests::default(); files.len()];
        digest_many(&files, wanted, &mut together);
        for (file, together) in files.iter().zip(together) {
            let expected = by_crates(file, wanted);
            assert_eq!(together, expected, "{} bytes, {wanted:?}", file.len());
            let mut alone = Digests::default();
            alone.add(wanted, file);
            assert_eq!(alone, expected, "{} bytes, {wanted:?}", file.len());
            assert_eq!(alone.present(), wanted);
        }
    }
}

#[test]
fn files_in_any_number_and_of_any_lengths_have_their_own_digests() {
    let mut rng = StdRng::seed_from_u64(2);
    for round in 0..150 {
        let most = [0, 64, 1_000, 30_000][round % 4];
        let files: Vec<Vec<u8>> = (0..rng.random_range(0..12))
            .map(|_| {
                let length = rng.random_range(0..=most);
                random(&mut rng, length)
            })
            .collect();
        let slices: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        // What is there already stays, right or wrong.
        let before: Vec<Digests> = files
            .iter()
            .map(|_| Digests {
                md5: rng.random_bool(0.2).then_some([7; 16]),
                sha1: rng.random_bool(0.2).then_some([8; 20]),
                sha256: rng.random_bool(0.2).then_some([9; 32]),
            })
            .collect();
        let wanted = sets().nth(rng.random_range(0..8)).unwrap();
        let mut out = before.clone();
        digest_many(&slices, wanted, &mut out);
        for ((file, before), out) in files.iter().zip(before).zip(out) {
            let new = by_crates(file, wanted);
            assert_eq!(out.md5, before.md5.or(new.md5));
            assert_eq!(out.sha1, before.sha1.or(new.sha1));
            assert_eq!(out.sha256, before.sha256.or(new.sha256));
        }
    }
}

#[test]
fn digests_do_not_depend_on_where_the_pieces_end() {
    let mut rng = StdRng::seed_from_u64(3);
    let bytes = random(&mut rng, 5_077);
    for wanted in sets().chain([Wanted::ALL]) {
        let whole = by_crates(&bytes, wanted);
        for size in [1, 63, 64, 65, 127, 4096] {
            let mut digester = Digester::new(wanted);
            for piece in bytes.chunks(size) {
                digester.update(piece);
            }
            assert_eq!(digester.finish(), whole, "pieces of {size}");
        }
        let mut digester = Digester::new(wanted);
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rng.random_range(0..=rest.len().min(200)));
            digester.update(now);
            rest = later;
        }
        assert_eq!(digester.finish(), whole);
    }
}

#[test]
fn what_is_there_is_not_computed_again() {
    let mut digests = Digests { md5: Some([1; 16]), ..Digests::default() };
    digests.add(Wanted::ALL, b"abc");
    assert_eq!(digests.md5, Some([1; 16]));
    assert_eq!(Digests { md5: None, ..digests }, Digests { md5: None, ..Digests::of(b"abc") });
    assert_eq!(digests.get(Signal::Md5), Some([1; 16].as_slice()));
    assert_eq!(digests.get(Signal::Pdq), None);
}

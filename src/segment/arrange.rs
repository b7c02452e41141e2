//! The fixed rearrangement of bits under which hashes are stored.
//!
//! The tables cut a hash into 16 chunks of 16 bits. Cut as it stands, a chunk would be one row of
//! the picture's DCT, whose bits are alike, and its values would crowd into few buckets. So chunk
//! `c` takes one bit of each row: bit `b` of chunk `c` is bit `(b + c) mod 16` of word `b`. Distances do
//! not change, as long as stored hashes and queries are arranged in the same way.

use crate::hash::Hash256;

/// A hash in the order of its chunks, as it is stored: chunk `c` is the little-endian word at `2 c`.
pub(crate) type Arranged = [u8; 32];

/// The chunk with this number, modulo 16.
#[inline(always)]
pub(super) fn chunk(arranged: &Arranged, number: usize) -> u16 {
    let (words, _) = arranged.as_chunks::<2>();
    u16::from_le_bytes(words[number % 16])
}

/// Brings a hash into the stored order.
pub(crate) fn arrange(hash: &Hash256) -> Arranged {
    let mut words = to_words(hash.as_bytes());
    for (row, word) in (0..).zip(&mut words) {
        *word = word.rotate_right(row);
    }
    transpose(&mut words);
    to_bytes(words)
}

/// Undoes [`arrange`].
pub(crate) fn restore(arranged: &Arranged) -> Hash256 {
    let mut words = to_words(arranged);
    transpose(&mut words);
    for (row, word) in (0..).zip(&mut words) {
        *word = word.rotate_left(row);
    }
    Hash256::from_bytes(to_bytes(words))
}

fn to_words(bytes: &[u8; 32]) -> [u16; 16] {
    let (words, _) = bytes.as_chunks::<2>();
    std::array::from_fn(|number| u16::from_le_bytes(words[number]))
}

fn to_bytes(words: [u16; 16]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (place, word) in bytes.as_chunks_mut::<2>().0.iter_mut().zip(words) {
        *place = word.to_le_bytes();
    }
    bytes
}

/// Transposes a matrix of 16 x 16 bits: bit `b` of word `c` changes places with bit `c` of word `b`.
///
/// Quarters are swapped, then quarters of quarters, down to single bits.
fn transpose(words: &mut [u16; 16]) {
    for (width, mask) in [(8, 0x00ff), (4, 0x0f0f), (2, 0x3333), (1, 0x5555)] {
        for row in (0..16).filter(|row| row & width == 0) {
            let swapped = ((words[row] >> width) ^ words[row + width]) & mask;
            words[row] ^= swapped << width;
            words[row + width] ^= swapped;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    use super::*;

    fn bit(word: u16, number: usize) -> u16 {
        (word >> number) & 1
    }

    #[test]
    fn each_chunk_takes_one_bit_of_each_word() {
        let mut rng = StdRng::seed_from_u64(1);
        for _ in 0..100 {
            let hash = Hash256::from_bytes(rng.random());
            let words = to_words(hash.as_bytes());
            let arranged = arrange(&hash);
            for c in 0..16 {
                for (b, word) in words.into_iter().enumerate() {
                    assert_eq!(bit(chunk(&arranged, c), b), bit(word, (b + c) % 16));
                }
            }
            assert_eq!(restore(&arranged), hash);
        }
    }

    #[test]
    fn distances_stay() {
        let mut rng = StdRng::seed_from_u64(2);
        for _ in 0..100 {
            let (a, b) = (Hash256::from_bytes(rng.random()), Hash256::from_bytes(rng.random()));
            let arranged =
                Hash256::from_bytes(arrange(&a)).distance(&Hash256::from_bytes(arrange(&b)));
            assert_eq!(arranged, a.distance(&b));
        }
    }
}

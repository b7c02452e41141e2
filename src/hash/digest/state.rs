//! The three digests in the middle of a message: whole blocks in, and the end of the message.

#![allow(clippy::big_endian_bytes, reason = "SHA-1 and SHA-256 are big-endian")]

use super::Digests;
use crate::hash::{Signal, Wanted};

/// The bytes that all three digests take at a time.
pub(super) type Block = [u8; 64];

/// What each digest carries from block to block.
#[derive(Clone, Copy)]
pub(super) struct State {
    pub(super) md5: [u32; 4],
    sha1: [u32; 5],
    sha256: [u32; 8],
}

impl Default for State {
    /// Before the first block (RFC 1321, 3.3; FIPS 180-4, 5.3.1 and 5.3.3).
    fn default() -> Self {
        Self {
            md5: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476],
            sha1: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0],
            sha256: [
                0x6a09_e667,
                0xbb67_ae85,
                0x3c6e_f372,
                0xa54f_f53a,
                0x510e_527f,
                0x9b05_688c,
                0x1f83_d9ab,
                0x5be0_cd19,
            ],
        }
    }
}

impl State {
    /// Adds whole blocks.
    pub(super) fn blocks(&mut self, wanted: Wanted, blocks: &[Block]) {
        // Block by block: each digest waits for itself, so the processor overlaps the three.
        for block in blocks {
            self.sha_block(wanted, block);
            if wanted.contains(Signal::Md5) {
                md5::block_api::compress(&mut self.md5, std::slice::from_ref(block));
            }
        }
    }

    /// Adds one block to SHA-1 and SHA-256.
    #[inline]
    pub(super) fn sha_block(&mut self, wanted: Wanted, block: &Block) {
        let block = std::slice::from_ref(block);
        if wanted.contains(Signal::Sha1) {
            sha1::block_api::compress(&mut self.sha1, block);
        }
        if wanted.contains(Signal::Sha256) {
            sha2::block_api::compress256(&mut self.sha256, block);
        }
    }

    /// Puts the wanted digests of a message of `length` bytes into `out`; `tail` is what follows
    /// its last whole block.
    pub(super) fn finish(mut self, wanted: Wanted, tail: &[u8], length: u64, out: &mut Digests) {
        // Lengths are counted modulo 2^64 bits, as MD5 has it and more than any file has.
        let bits = length.wrapping_mul(8);
        if wanted.contains(Signal::Md5) {
            let (blocks, count) = padded(tail, bits.to_le_bytes());
            md5::block_api::compress(&mut self.md5, &blocks[..count]);
            out.md5 = Some(bytes(self.md5.map(u32::to_le_bytes)));
        }
        let (blocks, count) = padded(tail, bits.to_be_bytes());
        for block in &blocks[..count] {
            self.sha_block(wanted, block);
        }
        if wanted.contains(Signal::Sha1) {
            out.sha1 = Some(bytes(self.sha1.map(u32::to_be_bytes)));
        }
        if wanted.contains(Signal::Sha256) {
            out.sha256 = Some(bytes(self.sha256.map(u32::to_be_bytes)));
        }
    }
}

/// The last blocks of a message, one or two: its tail, a one bit, zeros, its length.
fn padded(tail: &[u8], bits: [u8; 8]) -> ([Block; 2], usize) {
    let mut blocks = [[0; 64]; 2];
    let bytes = blocks.as_flattened_mut();
    bytes[..tail.len()].copy_from_slice(tail);
    bytes[tail.len()] = 0x80;
    let count = if tail.len() < 56 { 1 } else { 2 };
    bytes[64 * count - 8..][..8].copy_from_slice(&bits);
    (blocks, count)
}

fn bytes<const WORDS: usize, const BYTES: usize>(words: [[u8; 4]; WORDS]) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    bytes.copy_from_slice(words.as_flattened());
    bytes
}

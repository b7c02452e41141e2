//! The digests of several files at once.

use super::state::{Block, State};
use super::{Digests, lanes};
use crate::hash::{Signal, Wanted};

/// Files side by side.
const WIDTH: usize = 4;
/// Blocks that a file takes before the other digests take the same ones, still in the cache.
const RUN: usize = 32;

/// Computes the digests of several files that are in memory, those of `wanted` that `out` lacks.
///
/// Much faster than one file after the other, as MD5 of four files takes little longer than that of
/// one; the more so, the more files there are and the less their lengths differ.
///
/// ```
/// use tutela::hash::{Digests, Wanted, digest_many};
///
/// let mut digests = [Digests::default(); 2];
/// digest_many(&[b"one", b"another"], Wanted::ALL, &mut digests);
/// assert_eq!(digests, [Digests::of(b"one"), Digests::of(b"another")]);
/// ```
///
/// # Panics
/// If there are not as many `out` as `files`.
pub fn digest_many(files: &[&[u8]], wanted: Wanted, out: &mut [Digests]) {
    assert_eq!(files.len(), out.len(), "a place for the digests of each file");
    let mut waiting = Vec::with_capacity(files.len());
    for (&file, out) in files.iter().zip(out) {
        let wanted = wanted.without(out.present());
        if wanted.contains(Signal::Md5) {
            waiting.push(Lane::new(file, wanted, out));
        } else {
            out.add(wanted, file);
        }
    }
    // The longest first, so that at the end no long one is left alone.
    waiting.sort_by_key(|lane| lane.rest.len());
    let mut active: Vec<Lane<'_>> = Vec::with_capacity(WIDTH);
    loop {
        let free = waiting.len().saturating_sub(WIDTH - active.len());
        active.extend(waiting.drain(free..).rev());
        let Some(shortest) = active.iter().map(|lane| lane.rest.len()).min() else {
            break;
        };
        match active.as_mut_slice() {
            [a, b, c, d] => side_by_side([a, b, c, d], shortest),
            [a, b, c] => side_by_side([a, b, c], shortest),
            [a, b] => side_by_side([a, b], shortest),
            alone => {
                for lane in alone {
                    lane.state.blocks(lane.wanted, std::mem::take(&mut lane.rest));
                }
            }
        }
        for lane in active.extract_if(.., |lane| lane.rest.is_empty()) {
            lane.state.finish(lane.wanted, lane.tail, lane.length, lane.out);
        }
    }
}

/// A file on its way.
struct Lane<'a> {
    wanted: Wanted,
    length: u64,
    rest: &'a [Block],
    tail: &'a [u8],
    state: State,
    out: &'a mut Digests,
}

impl<'a> Lane<'a> {
    fn new(file: &'a [u8], wanted: Wanted, out: &'a mut Digests) -> Self {
        let (rest, tail) = file.as_chunks();
        Self { wanted, length: file.len() as u64, rest, tail, state: State::default(), out }
    }
}

/// Adds `count` blocks of each file.
fn side_by_side<const N: usize>(mut lanes: [&mut Lane<'_>; N], count: usize) {
    let mut left = count;
    while left > 0 {
        let run = left.min(RUN);
        left -= run;
        let mut blocks: [&[Block]; N] = [&[]; N];
        let mut states = [[0; 4]; N];
        for ((blocks, state), lane) in blocks.iter_mut().zip(&mut states).zip(&mut lanes) {
            (*blocks, lane.rest) = lane.rest.split_at(run);
            *state = lane.state.md5;
        }
        lanes::advance(&mut states, blocks, run);
        for (lane, state) in lanes.iter_mut().zip(states) {
            lane.state.md5 = state;
        }
        for at in 0..run {
            for (lane, blocks) in lanes.iter_mut().zip(&blocks) {
                lane.state.sha_block(lane.wanted, &blocks[at]);
            }
        }
    }
}

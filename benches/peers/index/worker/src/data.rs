//! Hashes to search and to ask for, always the same for a seed.
//!
//! `uniform`: 128 of 256 bits, at random, as a PDQ hash of a picture has. `real-like`: PDQ hashes that
//! were computed from pixels. The pictures are drawn: clouds of several scales, edges, discs and
//! gradients, a few thousand scenes of which crops and pairs side by side are hashed, and for one hash in
//! a hundred small changes of one of twenty, as pictures that everybody passes on. They are not
//! photographs, but what decides a search is alike: bits that hang together, buckets of very uneven
//! size, families of near-equal hashes.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;
use tutela::hash::{Hasher, Pixels, Prescale};

/// Queries; one in ten is a listed hash with 0 to 31 bits changed, the others are of no listed picture.
const QUERIES: usize = 10_000;
/// Sides of a scene, and of what is cut out of it and hashed.
const SCENE: usize = 384;
const CUT: usize = 128;
/// Hashes that are made together.
const RUN: usize = 4096;

type Hash = [u8; 32];

pub(crate) fn make(
    kind: &str,
    count: usize,
    seed: u64,
    [hashes, queries]: [&Path; 2],
) -> Result<(), Box<dyn Error>> {
    let make: fn(usize, u64) -> Vec<Hash> = match kind {
        "uniform" => uniform,
        "real-like" => real_like,
        _ => return Err("kinds are uniform and real-like".into()),
    };
    let listed = make(count, seed);
    let strangers = make(QUERIES, seed ^ 0xffff_ffff);
    let mut rng = StdRng::seed_from_u64(seed + 1);
    let asked = strangers.into_iter().enumerate().map(|(number, stranger)| {
        if number % 10 != 0 {
            return stranger;
        }
        let mut hash = listed[rng.random_range(0..count)];
        for bit in rand::seq::index::sample(&mut rng, 256, number / 10 % 32) {
            hash[bit / 8] ^= 1 << (bit % 8);
        }
        hash
    });
    let asked: Vec<Hash> = asked.collect();
    write(queries, &asked)?;
    Ok(write(hashes, &listed)?)
}

fn write(path: &Path, hashes: &[Hash]) -> std::io::Result<()> {
    let mut to = BufWriter::with_capacity(1 << 20, File::create(path)?);
    hashes.iter().try_for_each(|hash| to.write_all(hash))?;
    to.flush()
}

fn in_runs(
    count: usize,
    seed: u64,
    run: impl Fn(&mut StdRng, usize) -> Vec<Hash> + Sync,
) -> Vec<Hash> {
    let runs = count.div_ceil(RUN);
    let make = |number: usize| {
        let mut rng = StdRng::seed_from_u64(seed.wrapping_mul(1_000_003) + number as u64);
        run(&mut rng, RUN.min(count - number * RUN))
    };
    (0..runs).into_par_iter().flat_map_iter(make).collect()
}

fn uniform(count: usize, seed: u64) -> Vec<Hash> {
    let bits: Vec<u8> = (0..=255).collect();
    in_runs(count, seed, |rng, count| {
        let mut bits = bits.clone();
        let one = |_| {
            let mut hash = [0; 32];
            let (set, _) = bits.partial_shuffle(rng, 128);
            set.iter().for_each(|bit| hash[usize::from(*bit / 8)] |= 1 << (bit % 8));
            hash
        };
        (0..count).map(one).collect()
    })
}

fn real_like(count: usize, seed: u64) -> Vec<Hash> {
    // Of the same twenty pictures in every run of a list; strangers have other ones.
    let viral: Vec<_> =
        (0..20).map(|number| scene(&mut StdRng::seed_from_u64(seed ^ number << 40))).collect();
    in_runs(count, seed, |rng, count| {
        let mut hasher = Hasher::new();
        let scenes: Vec<_> = (0..8).map(|_| scene(rng)).collect();
        let mut hashes = Vec::with_capacity(count);
        while hashes.len() < count {
            let picture = match rng.random_range(0..100) {
                0 => cut_of_one(rng, &viral, 0.9),
                1..60 => beside(&cut_of_one(rng, &scenes, 0.3), &cut_of_one(rng, &scenes, 0.3)),
                _ => cut_of_one(rng, &scenes, 0.2),
            };
            let pdq =
                Pixels::grey(CUT, CUT, &picture).map(|pixels| hasher.hash(pixels, Prescale::None));
            // As lists are: nothing below the usual quality.
            hashes.extend(pdq.filter(|pdq| pdq.quality >= 50).map(|pdq| *pdq.hash.as_bytes()));
        }
        hashes
    })
}

/// A drawn picture.
fn scene(rng: &mut StdRng) -> Vec<u8> {
    let mut sum = vec![0.0_f32; SCENE * SCENE];
    let slopes = [rng.random_range(-0.3..0.3_f32), rng.random_range(-0.3..0.3_f32)];
    let mut cells = 3 + rng.random_range(0..3);
    let mut weight = 90.0_f32;
    let mut clouds = Vec::new();
    for _ in 0..5 {
        let grid: Vec<f32> =
            (0..(cells + 1) * (cells + 1)).map(|_| rng.random_range(-1.0..1.0)).collect();
        clouds.push((cells, weight, grid));
        cells *= 2;
        weight *= rng.random_range(0.4..0.7);
    }
    let discs: Vec<[f32; 4]> = (0..rng.random_range(2..12))
        .map(|_| {
            let side = SCENE as f32;
            let at = || 0.0..side;
            [
                rng.random_range(at()),
                rng.random_range(at()),
                rng.random_range(side / 30.0..side / 4.0),
                rng.random_range(-80.0..80.0),
            ]
        })
        .collect();
    for y in 0..SCENE {
        for x in 0..SCENE {
            let mut value = 128.0 + slopes[0] * (x as f32 - 192.0) + slopes[1] * (y as f32 - 192.0);
            for (cells, weight, grid) in &clouds {
                let scale = *cells as f32 / SCENE as f32;
                let (u, v) = (x as f32 * scale, y as f32 * scale);
                let (i, j) = (u as usize, v as usize);
                let (a, b) = (u - i as f32, v - j as f32);
                let at = |i: usize, j: usize| grid[j * (cells + 1) + i];
                let upper = at(i, j) * (1.0 - a) + at(i + 1, j) * a;
                let lower = at(i, j + 1) * (1.0 - a) + at(i + 1, j + 1) * a;
                value += weight * (upper * (1.0 - b) + lower * b);
            }
            for [cx, cy, radius, tone] in &discs {
                let (dx, dy) = (x as f32 - cx, y as f32 - cy);
                if dx * dx + dy * dy < radius * radius {
                    value += tone;
                }
            }
            sum[y * SCENE + x] = value;
        }
    }
    sum.into_iter().map(|value| value.clamp(0.0, 255.0) as u8).collect()
}

fn cut_of_one(rng: &mut StdRng, scenes: &[Vec<u8>], least: f32) -> Vec<u8> {
    let number = rng.random_range(0..scenes.len());
    cut(rng, &scenes[number], least)
}

/// A part of a scene whose sides are at least this share of it, sampled to the size that is hashed.
fn cut(rng: &mut StdRng, scene: &[u8], least: f32) -> Vec<u8> {
    let share = |rng: &mut StdRng| (rng.random_range(least..1.0_f32) * SCENE as f32) as usize;
    let (width, height) = (share(rng), share(rng));
    let (left, top) = (rng.random_range(0..=SCENE - width), rng.random_range(0..=SCENE - height));
    let mut picture = Vec::with_capacity(CUT * CUT);
    for y in 0..CUT {
        let row = (top + y * height / CUT) * SCENE + left;
        picture.extend((0..CUT).map(|x| scene[row + x * width / CUT]));
    }
    picture
}

/// Two pictures side by side, each squeezed to half its width.
fn beside(left: &[u8], right: &[u8]) -> Vec<u8> {
    let rows = left.chunks(CUT).zip(right.chunks(CUT));
    rows.flat_map(|(left, right)| left.iter().step_by(2).chain(right.iter().step_by(2)))
        .copied()
        .collect()
}

//! Do all accuracies come to one verdict? `verdicts_agree [SEED] < file names`.
//!
//! For each picture an entry is planted: the reference's hash of it, in a random orientation, made
//! with or without the step to 512 x 512, with 0 to 40 random bits turned. Then all files are
//! examined as a scan does, screened first, and again each at the accuracy of the reference, and in
//! full. Prints how many verdicts differ, and how the files were hashed.

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::ControlFlow;
use std::{env, fs, io};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use tutela::hash::{Hash256, Orientations, Prescale, Screener, Signals};
use tutela::index::{Index, MemoryIndex, NewEntry};
use tutela::media::{Limits, SampleDecoder, decode};
use tutela::scan::{Accuracy, Finding, Scan};

#[allow(clippy::print_stdout, reason = "its result")]
fn main() -> Result<(), Box<dyn Error>> {
    let seed = env::args().nth(1).map_or(Ok(1), |seed| seed.parse())?;
    let mut rng = StdRng::seed_from_u64(seed);
    let names: Vec<String> = io::stdin().lines().collect::<Result<_, _>>()?;
    let files: Vec<Vec<u8>> = names.iter().map(fs::read).collect::<Result<_, _>>()?;
    let files: Vec<(&str, &[u8])> =
        names.iter().zip(&files).map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();

    let mut planter = Planter::default();
    let mut planted = BTreeMap::<u32, u64>::new();
    let mut list = MemoryIndex::default();
    for (name, bytes) in &files {
        let ways = planter.hashes(bytes);
        let Some(hashes) = ways.choose(&mut rng) else { continue };
        let bits = rng.random_range(0..=40);
        let orientation = rng.random_range(0..8);
        *planted.entry(bits).or_default() += 1;
        add(&mut list, name, turned(&mut rng, hashes.hashes[orientation], bits))?;
    }
    // Strangers, so that the tables are searched.
    for number in 0..100_000 {
        add(&mut list, &number.to_string(), Hash256::from_bytes(rng.random()))?;
    }
    let index = list.finish()?;

    let screened = examine(&index, Accuracy::Screen, &files)?;
    let reference = examine(&index, Accuracy::Reference, &files)?;
    let full = examine(&index, Accuracy::Full, &files)?;
    let ways = screened.iter().filter_map(|finding| finding.fingerprint.as_ref()?.accuracy);
    let mut counts = BTreeMap::<_, u64>::new();
    ways.for_each(|way| *counts.entry(way.name()).or_default() += 1);
    let matched = reference.iter().filter(|finding| !finding.matches.is_empty()).count();
    println!(
        "{} files, {} entries planted, {matched} match",
        files.len(),
        planted.values().sum::<u64>()
    );
    println!("hashed: {counts:?}");
    let mut differing = 0;
    for (name, others, grave) in [("reference", &reference, true), ("full", &full, false)] {
        let mut differ = 0;
        for (one, other) in screened.iter().zip(others) {
            let same = one.verdict == other.verdict && (!grave || one.matches == other.matches);
            if !same {
                differ += 1;
                let near = |finding: &Finding| finding.matches.first().map(|found| found.distance);
                println!("  {}: {:?}, {name} {:?}", one.uri, near(one), near(other));
            }
        }
        println!("verdicts that differ from those of accuracy {name}: {differ}");
        differing += if grave { differ } else { 0 };
    }
    if differing == 0 { Ok(()) } else { Err("verdicts differ".into()) }
}

fn examine(
    index: &Index,
    accuracy: Accuracy,
    files: &[(&str, &[u8])],
) -> Result<Vec<Finding>, Box<dyn Error>> {
    let mut scan = Scan::default();
    scan.accuracy = accuracy;
    let mut examiner = scan.examiner(index);
    let mut findings = Vec::new();
    for group in files.chunks(32) {
        findings.extend(examiner.many(group)?);
    }
    Ok(findings)
}

fn add(list: &mut MemoryIndex, id: &str, hash: Hash256) -> tutela::Result<()> {
    let signals = Signals { pdq: Some(hash), ..Signals::default() };
    list.add(&NewEntry { bank: "planted", id, category: None, tags: &[], signals })
}

/// The hash with this many random bits turned.
fn turned(rng: &mut StdRng, hash: Hash256, bits: u32) -> Hash256 {
    let mut bytes = *hash.as_bytes();
    for bit in rand::seq::index::sample(rng, 256, bits as usize) {
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    Hash256::from_bytes(bytes)
}

#[derive(Default)]
struct Planter {
    sampler: SampleDecoder,
    screener: Screener,
}

impl Planter {
    /// The hashes of a picture with and without the step to 512 x 512.
    fn hashes(&mut self, bytes: &[u8]) -> Vec<Orientations> {
        let Self { sampler, screener } = self;
        if let Ok(luma) = sampler.decode(bytes, &Limits::default()) {
            let mut planes = luma.planes();
            let planes = [planes.next(), planes.next(), planes.next(), planes.next()];
            let tool = match planes {
                [Some(a), Some(b), Some(c), Some(d)] => screener.planes([a, b, c, d]),
                [Some(plane), ..] => screener.pixels(plane, Prescale::Tool),
                _ => return Vec::new(),
            };
            let none = screener.coarse(luma.coarse(), Prescale::None);
            return vec![tool.orientations(), none.orientations()];
        }
        let mut ways = Vec::new();
        let _ = decode(bytes, &Limits::default(), &mut |frame| {
            for prescale in [Prescale::Tool, Prescale::None] {
                ways.push(screener.pixels(frame.pixels, prescale).orientations());
            }
            ControlFlow::Break(())
        });
        ways
    }
}

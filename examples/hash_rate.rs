//! Times the hash of one picture: `hash_rate WIDTH HEIGHT < samples`, red, green and blue a pixel.
//!
//! Prints the hash, the quality and the median of nanoseconds per hash, tab-separated.

use std::hint::black_box;
use std::io::Read as _;
use std::time::Instant;

use tutela::hash::{Hasher, Pixels, Prescale};

/// Timed hashes, after as many that warm up.
const ROUNDS: usize = 25;

#[allow(clippy::print_stdout, reason = "its result")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sides = std::env::args().skip(1).map(|side| side.parse::<usize>());
    let (Some(width), Some(height)) = (sides.next().transpose()?, sides.next().transpose()?) else {
        return Err("usage: hash_rate WIDTH HEIGHT < samples".into());
    };
    let mut samples = Vec::new();
    std::io::stdin().lock().read_to_end(&mut samples)?;
    let pixels = Pixels::rgb(width, height, &samples).ok_or("not 3 * WIDTH * HEIGHT samples")?;

    let mut hasher = Hasher::new();
    let pdq = hasher.hash(pixels, Prescale::None);
    let mut times = Vec::new();
    for _ in 0..2 * ROUNDS {
        let start = Instant::now();
        black_box(hasher.hash(black_box(pixels), Prescale::None));
        times.push(start.elapsed().as_nanos());
    }
    let warm = &mut times[ROUNDS..];
    warm.sort_unstable();
    println!("{}\t{}\t{}", pdq.hash, pdq.quality, warm[ROUNDS / 2]);
    Ok(())
}

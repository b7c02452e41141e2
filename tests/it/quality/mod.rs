//! What copies are found and what is not taken for a copy, on pictures made by code.
//!
//! `benches/quality/` asks the same of photographs.

mod agree;
mod edits;
mod files;
mod frames;
mod hashes;
mod pictures;
mod ratchet;
mod strangers;

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use tutela::hash::{Effort, Hash256, Hasher, Orientations, Pixels, Prescale, Radius};
use tutela::index::Index;
use tutela::scan::{Finding, Scan};

const EFFORTS: [Effort; 3] = [Effort::Plain, Effort::Fast, Effort::Deep];

fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).unwrap();
    bytes
}

fn pixels(picture: &RgbImage) -> Pixels<'_> {
    Pixels::rgb(picture.width() as usize, picture.height() as usize, picture.as_raw()).unwrap()
}

fn turned(picture: &RgbImage) -> Orientations {
    Hasher::new().turned(pixels(picture), Prescale::Tool)
}

/// The hash that a list would have of a picture.
fn listed(picture: &RgbImage) -> Hash256 {
    turned(picture).original().hash
}

fn scan(effort: Effort, radius: u32) -> Scan {
    let mut scan = Scan::default();
    scan.effort = effort;
    scan.radius = Radius::new(radius).unwrap();
    scan
}

fn examined(index: &Index, effort: Effort, file: &[u8]) -> Finding {
    scan(effort, 31).examiner(index).bytes("f", file).unwrap()
}

/// The entries that a file matches, by number.
fn entries(finding: &Finding) -> Vec<usize> {
    finding.matches.iter().map(|found| found.entry.parse().unwrap()).collect()
}

/// How much of two boxes (left, top, width, height) is common to both.
fn overlap(a: [i64; 4], b: [i64; 4]) -> f64 {
    let side = |at: usize| (a[at] + a[at + 2]).min(b[at] + b[at + 2]) - a[at].max(b[at]);
    let common = side(0).max(0) * side(1).max(0);
    common as f64 / (a[2] * a[3] + b[2] * b[3] - common) as f64
}

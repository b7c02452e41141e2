//! What `media::decode` makes of files: colours, frames, damage, limits.

#![allow(clippy::big_endian_bytes, reason = "PNG and JPEG are big-endian")]

mod animations;
mod colours;
mod files;
mod hostile;
mod stills;

use std::ops::ControlFlow;
use std::sync::{LazyLock, Mutex, PoisonError};

use files::{HEIGHT, WIDTH};
use tutela::media::{Decoded, Decoder, Frame, Limits, Reason, Rendering, decode};

#[derive(Debug, PartialEq)]
struct Shown {
    number: u32,
    rendering: Rendering,
    size: (usize, usize),
    channels: usize,
    data: Vec<u8>,
}

impl Shown {
    fn new(frame: Frame<'_>) -> Self {
        Self {
            number: frame.number,
            rendering: frame.rendering,
            size: (frame.pixels.width(), frame.pixels.height()),
            channels: frame.pixels.channels(),
            data: frame.pixels.data().to_vec(),
        }
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let start = (y * self.size.0 + x) * self.channels;
        match &self.data[start..start + self.channels] {
            [grey] => [*grey; 3],
            colour => colour.try_into().unwrap(),
        }
    }

    /// Asserts that every colour is the one expected, up to `most` steps.
    fn assert_shows(&self, name: &str, most: u8, colour: impl Fn(u32, u32) -> [u8; 3]) {
        assert_eq!(self.size, (WIDTH as usize, HEIGHT as usize), "{name}");
        for y in 0..HEIGHT {
            for x in 0..WIDTH {
                let (seen, meant) = (self.at(x as usize, y as usize), colour(x, y));
                let off = seen.iter().zip(meant).map(|(is, want)| is.abs_diff(want)).max();
                assert!(off <= Some(most), "{name} at {x}, {y}: {seen:?} for {meant:?}");
            }
        }
    }
}

/// One decoder for the files of all tests.
static USED: LazyLock<Mutex<Decoder>> = LazyLock::new(Mutex::default);

/// The frames of a file, and that a decoder that has seen others gives the same.
fn frames_within(bytes: &[u8], limits: &Limits) -> (Result<Decoded, Reason>, Vec<Shown>) {
    let mut shown = Vec::new();
    let decoded = decode(bytes, limits, &mut |frame| {
        shown.push(Shown::new(frame));
        ControlFlow::Continue(())
    });
    let mut again = Vec::new();
    let mut used = USED.lock().unwrap_or_else(PoisonError::into_inner);
    let decoded_again = used.decode(bytes, limits, &mut |frame| {
        again.push(Shown::new(frame));
        ControlFlow::Continue(())
    });
    assert_eq!(decoded_again, decoded);
    assert!(again == shown, "a used decoder gives other pixels");
    (decoded, shown)
}

/// The frames of a file without any problem.
fn frames(bytes: &[u8]) -> Vec<Shown> {
    let (decoded, shown) = frames_within(bytes, &Limits::default());
    let decoded = decoded.unwrap();
    assert_eq!(decoded.problem, None);
    assert_eq!((decoded.width, decoded.height), (WIDTH, HEIGHT));
    shown
}

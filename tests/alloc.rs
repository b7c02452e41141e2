//! How often memory is taken: decoders that keep their buffers take none once they are warm.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(unsafe_code, reason = "an allocator is unsafe by its definition")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use tutela::media::{CoarseDecoder, Limits};

/// The system's allocator, counting what each thread asks of it.
struct Counting;

thread_local! {
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: everything is left to the system's allocator, which keeps the contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.set(ASKED.get() + 1);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ASKED.set(ASKED.get() + 1);
        // SAFETY: the caller keeps the contract.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Waves with some noise, of three kinds of files.
fn file(number: usize) -> Vec<u8> {
    let (width, height) = (200 + 40 * number, 150);
    let mut noise = 1_u32;
    let samples = (0..width * height * 3).map(|at| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let wave = (at / 3 % width * (number + 1) / 2 + at / 3 / width) % 200;
        u8::try_from(wave + (noise >> 28) as usize).unwrap()
    });
    let samples: Vec<u8> = samples.collect();
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 85);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(number % 3 == 1);
    if number % 3 == 2 {
        encoder.set_restart_interval(4);
    }
    let (width, height) = (u16::try_from(width).unwrap(), height.try_into().unwrap());
    encoder.encode(&samples, width, height, ColorType::Rgb).unwrap();
    file
}

#[test]
fn a_warm_coarse_decoder_takes_no_memory() {
    let mut files: Vec<Vec<u8>> = (0..9).map(file).collect();
    files.push(b"no picture".to_vec());
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let limits = Limits::default();
    for kept in [1, 4] {
        let mut decoder = CoarseDecoder::with_kept(kept).unwrap();
        let (mut read, mut asked) = (0, [0; 6]);
        for asked in &mut asked {
            let before = ASKED.get();
            decoder.decode(&files, &limits, &mut |_, luma| read += usize::from(luma.is_ok()));
            *asked = ASKED.get() - before;
        }
        assert_eq!(read, 9 * asked.len());
        assert!(asked[0] > 0, "the count works");
        // files meet other lanes than before, whose buffers may still be small
        assert_eq!(asked[3..], [0; 3]);
    }
}

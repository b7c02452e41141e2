//! Any bytes as a JPEG of which only some pixels are wanted: no panic, and what is given is what
//! the full decoder sees, or that reports a problem.
#![no_main]

use std::cell::RefCell;
use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use tutela::media::{CoarseDecoder, Limits, SampleDecoder, SampledLuma, decode};

/// The largest difference, in steps of 256, that the way over red, green and blue makes.
///
/// Where a colour is cut off at black or white nothing is compared: brightness is not kept then.
const BOUND: f64 = 3.0;

/// How far from the middle samples can lie, by the size of a block's coefficients, for the full
/// decoder to be a measure: its integers go round beyond, where single precision clamps.
const RANGE: f32 = 400.0;

thread_local! {
    static DECODER: RefCell<SampleDecoder> = RefCell::new(SampleDecoder::new());
    static WHOLE: RefCell<CoarseDecoder> =
        RefCell::new(CoarseDecoder::with_kept(8).expect("a number kept"));
}

fuzz_target!(|bytes: &[u8]| {
    let mut limits = Limits::default();
    // a run is to be fast
    limits.max_pixels = 1 << 20;
    limits.max_memory = 64 << 20;
    limits.max_total_pixels = 1 << 20;
    DECODER.with_borrow_mut(|decoder| {
        if let Ok(luma) = decoder.decode(bytes, &limits) {
            check(bytes, &limits, luma);
        }
    });
});

fn check(bytes: &[u8], limits: &Limits, luma: SampledLuma<'_>) {
    let (width, height) = (luma.width(), luma.height());
    let planes: Vec<_> = luma.planes().collect();
    assert_eq!((luma.coarse().width(), luma.coarse().height()), (width, height));
    assert_eq!(planes.len(), if width.max(height) > 512 { 4 } else { 1 });
    // In several scans the full decoder is no measure: it gets some samplings wrong.
    if bytes.windows(2).any(|marker| marker == [0xFF, 0xC2]) {
        return;
    }
    if !within_range(bytes, limits) {
        return;
    }
    let mut worst = 0.0_f64;
    let decoded = decode(bytes, limits, &mut |frame| {
        let pixels = frame.pixels;
        assert_eq!((pixels.width(), pixels.height()), (width, height));
        for (number, plane) in planes.iter().enumerate() {
            for (at, &is) in plane.data().iter().enumerate() {
                let (i, j) = (at % plane.width(), at / plane.width());
                let x = i * width / plane.width();
                let y = j * height / plane.height();
                let x = if number % 2 == 1 { width - 1 - x } else { x };
                let y = if number / 2 == 1 { height - 1 - y } else { y };
                let channels = pixels.channels();
                let pixel = &pixels.data()[(y * width + x) * channels..][..channels];
                let cut = channels == 3 && pixel.iter().any(|value| [0, 255].contains(value));
                let want = match pixel {
                    _ if cut => continue,
                    &[r, g, b] => {
                        0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b)
                    }
                    _ => f64::from(pixel[0]),
                };
                worst = worst.max((f64::from(is) - want).abs());
            }
        }
        ControlFlow::Continue(())
    });
    assert!(worst <= BOUND || !decoded.is_ok_and(|decoded| decoded.problem.is_none()), "{worst}");
}

/// Whether all coefficients are those of samples that eight bits, or a little more, can hold.
fn within_range(bytes: &[u8], limits: &Limits) -> bool {
    let mut within = false;
    WHOLE.with_borrow_mut(|decoder| {
        decoder.decode(&[bytes], limits, &mut |_, luma| {
            let Ok(luma) = luma else { return };
            let columns = luma.coarse.columns();
            // each adds at most a quarter of itself to a sample
            let mut reach = vec![0.0_f32; columns / 8];
            within = luma.coarse.data().chunks(8 * columns).all(|band| {
                reach.fill(0.0);
                for row in band.chunks(columns) {
                    for (reach, values) in reach.iter_mut().zip(row.chunks(8)) {
                        *reach += values.iter().map(|value| value.abs() / 4.0).sum::<f32>();
                    }
                }
                reach.iter().all(|&reach| reach < RANGE)
            });
        });
    });
    within
}

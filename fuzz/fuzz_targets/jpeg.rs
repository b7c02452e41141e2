//! Any bytes as a JPEG file by its low frequencies: no panic, bounded memory, the same alone and
//! beside others, and the means that the full decoder sees.
#![no_main]

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use libfuzzer_sys::fuzz_target;
use tutela::media::{CoarseDecoder, CoarseLuma, Declined, Limits, decode};

/// Two good files that go beside: one with colours, one grey with restart markers.
static GOOD: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| [good(false), good(true)]);

thread_local! {
    static DECODERS: RefCell<[CoarseDecoder; 2]> =
        RefCell::new([1, 4].map(|kept| CoarseDecoder::with_kept(kept).expect("a number kept")));
}

fn good(grey: bool) -> Vec<u8> {
    let pixels: Vec<u8> = (0..48 * 40 * 3_u32).map(|at| (at * at / 999 + at % 48) as u8).collect();
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 80);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    if grey {
        encoder.set_restart_interval(3);
        encoder.encode(&pixels[..48 * 40], 48, 40, ColorType::Luma).expect("a file");
    } else {
        encoder.encode(&pixels, 48, 40, ColorType::Rgb).expect("a file");
    }
    file
}

type Plane = Result<(usize, Vec<f32>, Option<u64>, Option<f32>), Declined>;

fn plane(result: Result<CoarseLuma<'_>, Declined>, limits: &Limits) -> Plane {
    result.map(|luma| {
        let coarse = luma.coarse;
        assert!((coarse.width() * coarse.height()) as u64 <= limits.max_pixels);
        assert!((coarse.data().len() * 4) as u64 <= limits.max_memory);
        assert!(coarse.data().iter().all(|value| value.is_finite()));
        (coarse.columns(), coarse.data().to_vec(), luma.ac_bits, luma.left_out)
    })
}

/// Where the full decoder sees a picture whole, and no sample at the ends of the range, the mean of
/// each whole field is the one of its pixels: within a half for the rounding of samples, as much for
/// that of the transform, and one more for the way to colours and back.
fn agrees_with_pixels(file: &[u8], limits: &Limits, columns: usize, means: &[f32]) {
    let mut worst = 0.0_f32;
    let decoded = decode(file, limits, &mut |frame| {
        let (width, height) = (frame.pixels.width(), frame.pixels.height());
        let data = frame.pixels.data();
        let channels = data.len() / (width * height);
        for (number, &mean) in means.iter().enumerate() {
            let (x, y) = (number % columns * 8, number / columns * 8);
            if x + 8 > width || y + 8 > height {
                continue;
            }
            let rows = (y..y + 8).map(|y| &data[(y * width + x) * channels..][..8 * channels]);
            let samples = rows.flatten();
            if samples.clone().any(|&sample| sample == 0 || sample == 255) {
                continue;
            }
            let weights: &[f32] = if channels == 1 { &[1.0] } else { &[0.299, 0.587, 0.114] };
            let weighted = samples.zip(weights.iter().cycle());
            let sum: f32 = weighted.map(|(&sample, weight)| f32::from(sample) * weight).sum();
            worst = worst.max((sum / 64.0 - 128.0 - mean / 8.0).abs());
        }
        ControlFlow::Continue(())
    });
    let whole = decoded.is_ok_and(|decoded| decoded.problem.is_none());
    assert!(!whole || worst <= 2.0, "a mean is {worst} off");
}

fuzz_target!(|bytes: &[u8]| {
    let mut limits = Limits::default();
    // a run is to be fast
    limits.max_pixels = 1 << 16;
    limits.max_memory = 1 << 20;
    DECODERS.with_borrow_mut(|decoders| {
        for (decoder, whole) in decoders.iter_mut().zip([true, false]) {
            let mut alone = None;
            decoder.decode(&[bytes], &limits, &mut |number, result| {
                assert_eq!(number, 0);
                assert!(alone.replace(plane(result, &limits)).is_none());
            });
            let alone = alone.expect("a result");
            let mut beside = [None, None, None];
            let [first, second] = &*GOOD;
            decoder.decode(&[first, bytes, second], &limits, &mut |number, result| {
                assert!(beside[number].replace(plane(result, &limits)).is_none());
            });
            let [first, same, second] = beside.map(|result| result.expect("a result"));
            assert!(first.is_ok() && second.is_ok());
            assert_eq!(same, alone);
            if let (true, Ok((columns, means, Some(_), _))) = (whole, alone) {
                agrees_with_pixels(bytes, &limits, columns, &means);
            }
        }
    });
});

//! Any bytes as a segment: opening, verifying and asking never panic and never reach beyond them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tutela::hamming::Kernel;
use tutela::hash::{Hash256, Radius, Signal};
use tutela::segment::{Scratch, Segment};

fuzz_target!(|data: &[u8]| {
    let Ok(segment) = Segment::from_bytes(data) else { return };
    let mut scratch = Scratch::default();
    let (mut near, mut entries) = (Vec::new(), Vec::new());
    let kernel = Kernel::detect();
    for radius in [0, 31, 256] {
        let radius = Radius::new(radius).expect("a radius");
        let _ = segment.within(kernel, &Hash256::default(), radius, &mut scratch, &mut near);
    }
    for signal in Signal::ALL {
        let value = vec![0; signal.width()];
        let _ = segment.exact(kernel, signal, &value, &mut scratch, &mut entries);
    }
    for near in near {
        let _ = segment.entry(near.entry);
    }
    let _ = segment.verify();
});

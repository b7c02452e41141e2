//! Any bytes as a picture: no panic, bounded memory, and never a silent nothing.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use tutela::media::{Limits, decode};

fuzz_target!(|bytes: &[u8]| {
    let mut limits = Limits::default();
    // a run is to be fast
    limits.max_pixels = 1 << 20;
    limits.max_memory = 64 << 20;
    limits.max_total_pixels = 1 << 23;
    let mut last = None;
    let decoded = decode(bytes, &limits, &mut |frame| {
        assert!(last <= Some(frame.number), "frames come in order");
        assert!(!frame.pixels.data().is_empty());
        last = Some(frame.number);
        ControlFlow::Continue(())
    });
    if let Ok(decoded) = decoded {
        assert_eq!(decoded.frames > 0, last.is_some());
        assert!(decoded.frames > 0 || decoded.problem.is_some());
    }
});

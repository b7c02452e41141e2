//! Ctrl-C: the first asks to stop, the second ends at once.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// What shells report for a process that SIGINT ended.
const KILLED: i32 = 130;

/// The flag that Ctrl-C, SIGTERM and SIGHUP set from now on.
pub(super) fn flag() -> anyhow::Result<&'static AtomicBool> {
    ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            process::exit(KILLED);
        }
    })
    .context("cannot watch for Ctrl-C")?;
    Ok(&INTERRUPTED)
}

//! Work apart from the interpreter: its lock is given up meanwhile, a panic becomes an exception, and
//! threads belong to the process that started them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use pyo3::prelude::*;
use rayon::ThreadPool;

use crate::errors::{bug, refused};
use crate::locked;

/// Lets other threads of Python run while `work` is at it.
pub(crate) fn apart<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> PyResult<T> + Send,
) -> PyResult<T> {
    py.detach(|| catch_unwind(AssertUnwindSafe(work))).unwrap_or_else(|_| Err(bug()))
}

/// The same on all threads of a pool.
pub(crate) fn together<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> PyResult<T> + Send,
) -> PyResult<T> {
    apart(py, || pool()?.install(work))
}

/// The pool of this process. After a fork the threads of the process before are not there any more: who
/// waits for them waits for ever.
fn pool() -> PyResult<Arc<ThreadPool>> {
    static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);
    let mut pool = locked(&POOL);
    let this = std::process::id();
    match &*pool {
        Some((process, pool)) if *process == this => return Ok(Arc::clone(pool)),
        // To end it would be to wait for its threads.
        Some(_) => std::mem::forget(pool.take()),
        None => {}
    }
    let built = rayon::ThreadPoolBuilder::new().thread_name(|number| format!("tutela-{number}"));
    let built = built.build().map_err(|error| refused(&std::io::Error::other(error), "threads"))?;
    let built = Arc::new(built);
    *pool = Some((this, Arc::clone(&built)));
    Ok(built)
}

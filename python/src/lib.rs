//! The border between the library `tutela` and Python: arguments are checked and converted here, errors
//! become exceptions, and the interpreter is left alone while the library works. All else is the
//! library's.

mod arguments;
mod errors;
mod fingerprint;
mod index;
mod process;
mod scan;
mod writer;

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;

/// What the package `tutela` is made of.
#[pymodule]
fn _tutela(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    errors::register(module)?;
    module.add_class::<fingerprint::Fingerprint>()?;
    module.add_class::<index::Hits>()?;
    module.add_class::<index::Index>()?;
    module.add_class::<index::Match>()?;
    module.add_class::<scan::Examiner>()?;
    module.add_class::<scan::Scan>()?;
    module.add_class::<writer::IndexWriter>()?;
    module.add_function(wrap_pyfunction!(fingerprint::hash_file, module)?)?;
    module.add_function(wrap_pyfunction!(fingerprint::hash_bytes, module)?)?;
    module.add_function(wrap_pyfunction!(fingerprint::hash_pixels, module)?)
}

/// What a mutex holds. All that is held here is whole at every moment, so a panic elsewhere spoils nothing.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

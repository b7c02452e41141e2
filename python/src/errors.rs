//! The library's errors as exceptions.

use std::io;

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyKeyboardInterrupt, PyOSError, PyValueError};
use pyo3::prelude::*;
use tutela::Error;
use tutela::media::Reason;

create_exception!(
    tutela,
    TutelaError,
    PyException,
    "What this package raises, above all the others."
);
create_exception!(tutela, CorruptIndexError, TutelaError, "A file of an index is damaged.");
create_exception!(tutela, NotAnIndexError, TutelaError, "There is no index in this folder.");
create_exception!(tutela, VersionError, TutelaError, "An index that another version has written.");
create_exception!(tutela, ListError, TutelaError, "A line of a hash list cannot be read.");
create_exception!(tutela, LockedError, TutelaError, "Another process is writing to this index.");
create_exception!(tutela, TooLargeError, TutelaError, "An index would outgrow its format.");
create_exception!(tutela, MediaError, TutelaError, "A file that cannot be hashed as a picture.");
create_exception!(tutela, ClosedError, TutelaError, "The index or its writer has been closed.");

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("Error", py.get_type::<TutelaError>())?;
    module.add("CorruptIndexError", py.get_type::<CorruptIndexError>())?;
    module.add("NotAnIndexError", py.get_type::<NotAnIndexError>())?;
    module.add("VersionError", py.get_type::<VersionError>())?;
    module.add("ListError", py.get_type::<ListError>())?;
    module.add("LockedError", py.get_type::<LockedError>())?;
    module.add("TooLargeError", py.get_type::<TooLargeError>())?;
    module.add("MediaError", py.get_type::<MediaError>())?;
    module.add("ClosedError", py.get_type::<ClosedError>())
}

/// The exception for an error of the library.
pub(crate) fn raised(error: Error) -> PyErr {
    let text = error.to_string();
    match error {
        Error::Io { path, source, .. } => refused(&source, &path.to_string_lossy()),
        Error::NotAnIndex { .. } => NotAnIndexError::new_err(text),
        Error::Corrupt { source, .. } => CorruptIndexError::new_err(format!("{text}: {source}")),
        Error::ManifestLost { .. } => CorruptIndexError::new_err(text),
        Error::Version { .. } => VersionError::new_err(text),
        Error::Locked { .. } => LockedError::new_err(text),
        Error::List { .. } => ListError::new_err(text),
        Error::TooLarge { .. } => TooLargeError::new_err(text),
        Error::Cancelled => PyKeyboardInterrupt::new_err(text),
        _ => TutelaError::new_err(text),
    }
}

/// What the system refused; `OSError` picks its subclass by the number.
pub(crate) fn refused(source: &io::Error, path: &str) -> PyErr {
    match source.raw_os_error() {
        Some(number) => PyOSError::new_err((number, source.to_string(), path.to_owned())),
        None => PyOSError::new_err(format!("{path}: {source}")),
    }
}

/// The exception for a picture that cannot be hashed.
pub(crate) fn no_picture(reason: &Reason) -> PyErr {
    let error = MediaError::new_err(reason.to_string());
    Python::attach(|py| {
        // An attribute that cannot be set is in the text as well.
        let _ = error.value(py).setattr("code", reason.code.name());
    });
    error
}

/// The exception for an argument of the wrong kind.
pub(crate) fn wrong(what: impl Into<String>) -> PyErr {
    PyValueError::new_err(what.into())
}

/// The exception for a panic, which is a bug of this package.
pub(crate) fn bug() -> PyErr {
    TutelaError::new_err("a bug in tutela: please report what was printed before this")
}

/// The exception for what cannot be used in another process than that which made it.
pub(crate) fn forked(what: &str) -> PyErr {
    ClosedError::new_err(format!("this {what} belongs to the process that opened it; open another"))
}

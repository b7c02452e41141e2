//! Indexes open for writing.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use tutela::hash::Signals;
use tutela::index::{self, Commit, NewEntry};

use crate::arguments;
use crate::errors::{ClosedError, forked, raised, wrong};
use crate::locked;
use crate::process::{apart, together};

/// An index open for writing: one at a time.
#[pyclass(frozen, module = "tutela")]
#[derive(Debug)]
pub(crate) struct IndexWriter {
    /// `None` once it is closed.
    writer: Mutex<Option<index::IndexWriter>>,
    dir: PathBuf,
    /// The process whose threads it works on.
    process: u32,
}

impl Drop for IndexWriter {
    /// What a fork has copied is not the writer: its files and threads are another process's.
    fn drop(&mut self) {
        self.close();
    }
}

impl IndexWriter {
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut index::IndexWriter) -> tutela::Result<T> + Send,
    ) -> PyResult<T> {
        if self.process != std::process::id() {
            return Err(forked("writer"));
        }
        apart(py, || {
            let mut writer = locked(&self.writer);
            match &mut *writer {
                Some(writer) => work(writer).map_err(raised),
                None => Err(ClosedError::new_err("this writer is closed")),
            }
        })
    }
}

#[pymethods]
impl IndexWriter {
    #[new]
    fn new(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let writer = together(py, || index::IndexWriter::open_or_create(&path).map_err(raised))?;
        Ok(Self { writer: Mutex::new(Some(writer)), dir: path, process: std::process::id() })
    }

    #[pyo3(signature = (bank, id, *, pdq = None, md5 = None, sha1 = None, sha256 = None, category = None, tags = vec![]))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn add(
        &self,
        py: Python<'_>,
        bank: &str,
        id: &str,
        pdq: Option<&Bound<'_, PyAny>>,
        md5: Option<&str>,
        sha1: Option<&str>,
        sha256: Option<&str>,
        category: Option<&str>,
        tags: Vec<String>,
    ) -> PyResult<()> {
        let signals = Signals {
            pdq: pdq.map(arguments::hash).transpose()?,
            md5: md5.map(|text| digest("md5", text)).transpose()?,
            sha1: sha1.map(|text| digest("sha1", text)).transpose()?,
            sha256: sha256.map(|text| digest("sha256", text)).transpose()?,
        };
        if signals.is_empty() {
            return Err(wrong("an entry has at least one of pdq, md5, sha1, sha256"));
        }
        self.with(py, |writer| writer.add(&NewEntry { bank, id, category, tags: &tags, signals }))
    }

    /// Marks the bank's committed entries of this id for removal; how many.
    fn remove(&self, py: Python<'_>, bank: &str, id: &str) -> PyResult<u64> {
        self.with(py, |writer| writer.remove_id(bank, id))
    }

    fn remove_bank(&self, py: Python<'_>, bank: &str) -> PyResult<u64> {
        self.with(py, |writer| writer.remove_bank(bank))
    }

    /// Makes all of it durable and visible; what was done.
    fn commit<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let Commit { added, replaced, unchanged, removed, .. } =
            self.with(py, |writer| writer.commit(&AtomicBool::new(false)))?;
        let done = PyDict::new(py);
        done.set_item("added", added)?;
        done.set_item("replaced", replaced)?;
        done.set_item("unchanged", unchanged)?;
        done.set_item("removed", removed)?;
        Ok(done)
    }

    fn compact(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |writer| writer.compact(&AtomicBool::new(false)))
    }

    /// Gives the index free for other writers; what was not committed is dropped.
    fn close(&self) {
        let writer = locked(&self.writer).take();
        if self.process == std::process::id() { drop(writer) } else { std::mem::forget(writer) }
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    /// Commits if the block has ended well, and closes.
    fn __exit__(
        &self,
        py: Python<'_>,
        kind: &Bound<'_, PyAny>,
        _value: &Bound<'_, PyAny>,
        _traceback: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let open = locked(&self.writer).is_some();
        let committed = if kind.is_none() && open { self.commit(py).map(drop) } else { Ok(()) };
        self.close();
        committed
    }

    fn __repr__(&self) -> String {
        format!("IndexWriter({:?})", self.dir.to_string_lossy())
    }
}

fn digest<const N: usize>(name: &str, text: &str) -> PyResult<[u8; N]> {
    let bytes = const_hex::decode_to_array(text).ok().filter(|_| text.len() == 2 * N);
    bytes.ok_or_else(|| wrong(format!("{name}: expected {} hex digits", 2 * N)))
}

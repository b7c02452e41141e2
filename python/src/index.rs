//! Indexes open for reading.

use std::path::PathBuf;
use std::sync::Mutex;

use numpy::{IntoPyArray, PyArray1};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use tutela::index::{self, EntryRef, Searcher};
use tutela::scan::load_lists;

use crate::arguments;
use crate::errors::{ClosedError, raised};
use crate::locked;
use crate::process::{apart, together};

/// An entry within the radius of a hash.
#[pyclass(frozen, module = "tutela", eq, get_all)]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Match {
    bank: String,
    entry: String,
    distance: u32,
    category: Option<String>,
    tags: Vec<String>,
    /// Its number in this snapshot of the index.
    number: u64,
}

#[pymethods]
impl Match {
    fn __repr__(&self) -> String {
        let Self { bank, entry, distance, .. } = self;
        format!("Match(bank={bank:?}, entry={entry:?}, distance={distance})")
    }
}

/// What is searched, with searchers that wait for the next call.
#[derive(Debug)]
struct Open {
    index: index::Index,
    searchers: [Vec<Searcher>; 2],
}

/// An index open for reading.
#[pyclass(frozen, module = "tutela")]
#[derive(Debug)]
pub(crate) struct Index {
    /// `None` once it is closed.
    open: Mutex<Option<Open>>,
    from: String,
}

/// All hits of many hashes, as columns of one length.
#[pyclass(frozen, module = "tutela", get_all)]
#[derive(Debug)]
pub(crate) struct Hits {
    /// The row of the hash that was asked for.
    query: Py<PyArray1<u32>>,
    /// The entry's number in the snapshot: `Index.describe` tells more.
    entry: Py<PyArray1<u64>>,
    /// Bits in which they differ.
    distance: Py<PyArray1<u16>>,
}

#[pymethods]
impl Hits {
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.query.bind(py).len()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Hits({} pairs of query, entry, distance)", self.__len__(py)?))
    }

    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(py);
        columns.set_item("query", &self.query)?;
        columns.set_item("entry", &self.entry)?;
        columns.set_item("distance", &self.distance)?;
        Ok(columns)
    }

    /// A table of pyarrow, which must be installed.
    fn to_arrow<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("pyarrow")?.call_method1("table", (self.columns(py)?,))
    }

    /// A data frame of pandas, which must be installed.
    fn to_pandas<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("pandas")?.call_method1("DataFrame", (self.columns(py)?,))
    }
}

impl Index {
    fn new(index: index::Index, from: String) -> Self {
        Self { open: Mutex::new(Some(Open { index, searchers: Default::default() })), from }
    }

    /// The snapshot that is searched now.
    pub(crate) fn snapshot(&self) -> PyResult<index::Index> {
        match &*locked(&self.open) {
            Some(open) => Ok(open.index.clone()),
            None => Err(ClosedError::new_err("this index is closed")),
        }
    }

    /// Works with a searcher of its own, one that uses all threads of a pool or one that does not.
    fn search<T>(
        &self,
        parallel: bool,
        work: impl FnOnce(&mut Searcher) -> PyResult<T>,
    ) -> PyResult<T> {
        let (kept, index) = match &mut *locked(&self.open) {
            Some(open) => (open.searchers[usize::from(parallel)].pop(), open.index.clone()),
            None => return Err(ClosedError::new_err("this index is closed")),
        };
        let mut searcher = kept.unwrap_or_else(|| match parallel {
            true => index.searcher().in_parallel(),
            false => index.searcher(),
        });
        let result = work(&mut searcher);
        if let Some(open) = &mut *locked(&self.open)
            && open.index.digest() == index.digest()
        {
            open.searchers[usize::from(parallel)].push(searcher);
        }
        result
    }
}

#[pymethods]
impl Index {
    /// Opens the index in a folder.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let index = apart(py, || index::Index::open(&path).map_err(raised))?;
        Ok(Self::new(index, path.to_string_lossy().into_owned()))
    }

    /// Loads a hash list into memory.
    #[staticmethod]
    fn from_list(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let index = together(py, || load_lists(&[&path]).map_err(raised))?;
        Ok(Self::new(index, path.to_string_lossy().into_owned()))
    }

    #[pyo3(signature = (hash, radius = 31))]
    fn within(&self, py: Python<'_>, hash: &Bound<'_, PyAny>, radius: i64) -> PyResult<Vec<Match>> {
        let (hash, radius) = (arguments::hash(hash)?, arguments::radius(radius)?);
        apart(py, || {
            self.search(false, |searcher| {
                let hits = searcher.within(&hash, radius).map_err(raised)?;
                hits.iter().map(|hit| described(searcher, *hit)).collect()
            })
        })
    }

    #[pyo3(signature = (hash, k = 10))]
    fn nearest(&self, py: Python<'_>, hash: &Bound<'_, PyAny>, k: i64) -> PyResult<Vec<Match>> {
        let (hash, k) = (arguments::hash(hash)?, arguments::count(k)?);
        apart(py, || {
            self.search(false, |searcher| {
                let hits = searcher.nearest(&hash, k).map_err(raised)?;
                hits.iter().map(|hit| described(searcher, *hit)).collect()
            })
        })
    }

    /// All hits of many hashes, which are not copied.
    #[pyo3(signature = (hashes, radius = 31, *, parallel = true))]
    fn within_many(
        &self,
        py: Python<'_>,
        hashes: &Bound<'_, PyAny>,
        radius: i64,
        parallel: bool,
    ) -> PyResult<Hits> {
        let (hashes, radius) = (arguments::hashes(hashes)?, arguments::radius(radius)?);
        let bytes = hashes.as_slice()?;
        let search = || {
            self.search(parallel, |searcher| {
                let answers = searcher.within_many(bytes.as_chunks::<32>().0, radius);
                let answers: Vec<Vec<index::Hit>> = answers.map_err(raised)?;
                let count = answers.iter().map(Vec::len).sum();
                let mut columns = (
                    Vec::with_capacity(count),
                    Vec::with_capacity(count),
                    Vec::with_capacity(count),
                );
                for (query, hits) in (0..).zip(answers) {
                    for hit in hits {
                        columns.0.push(query);
                        columns.1.push(hit.entry.number());
                        columns.2.push(hit.distance as u16);
                    }
                }
                Ok(columns)
            })
        };
        let (query, entry, distance) =
            if parallel { together(py, search) } else { apart(py, search) }?;
        Ok(Hits {
            query: query.into_pyarray(py).unbind(),
            entry: entry.into_pyarray(py).unbind(),
            distance: distance.into_pyarray(py).unbind(),
        })
    }

    /// What is known of entries, by their numbers in this snapshot.
    fn describe<'py>(&self, py: Python<'py>, numbers: Vec<i128>) -> PyResult<Bound<'py, PyDict>> {
        let columns = apart(py, || {
            self.search(false, |searcher| {
                let (mut banks, mut ids, mut categories) = (vec![], vec![], vec![]);
                for number in numbers {
                    let place = u64::try_from(number).ok().map(EntryRef::from_number);
                    let Some(place) = place.filter(|place| searcher.has(*place)) else {
                        return Err(PyIndexError::new_err(format!("no entry of number {number}")));
                    };
                    let entry = searcher.entry(place).map_err(raised)?;
                    banks.push(entry.bank.to_owned());
                    ids.push(entry.id.to_owned());
                    categories.push(entry.category.map(str::to_owned));
                }
                Ok((banks, ids, categories))
            })
        })?;
        let described = PyDict::new(py);
        described.set_item("bank", columns.0)?;
        described.set_item("entry", columns.1)?;
        described.set_item("category", columns.2)?;
        Ok(described)
    }

    /// Sees the newest commit; true if there was one.
    fn reload(&self, py: Python<'_>) -> PyResult<bool> {
        apart(py, || match &mut *locked(&self.open) {
            Some(open) => {
                let changed = open.index.reload().map_err(raised)?;
                if changed {
                    open.searchers = Default::default();
                }
                Ok(changed)
            }
            None => Err(ClosedError::new_err("this index is closed")),
        })
    }

    fn verify(&self, py: Python<'_>) -> PyResult<()> {
        let index = self.snapshot()?;
        together(py, || index.verify().map_err(raised))
    }

    fn preload(&self, py: Python<'_>) -> PyResult<()> {
        let index = self.snapshot()?;
        together(py, || index.preload().map_err(raised))
    }

    /// The entries by bank.
    fn banks(&self, py: Python<'_>) -> PyResult<std::collections::BTreeMap<String, u64>> {
        let index = self.snapshot()?;
        let stats = apart(py, || index.stats().map_err(raised))?;
        Ok(stats.banks.into_iter().map(|bank| (bank.bank, bank.entries)).collect())
    }

    #[getter]
    fn digest(&self) -> PyResult<String> {
        Ok(self.snapshot()?.digest().to_owned())
    }

    #[getter]
    fn closed(&self) -> bool {
        locked(&self.open).is_none()
    }

    fn close(&self) {
        drop(locked(&self.open).take());
    }

    fn __len__(&self) -> PyResult<usize> {
        Ok(self.snapshot()?.len() as usize)
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __exit__(
        &self,
        _type: &Bound<'_, PyAny>,
        _value: &Bound<'_, PyAny>,
        _traceback: &Bound<'_, PyAny>,
    ) {
        self.close();
    }

    fn __repr__(&self) -> String {
        match self.snapshot() {
            Ok(index) => format!("Index({:?}, {} entries)", self.from, index.len()),
            Err(_) => format!("Index({:?}, closed)", self.from),
        }
    }
}

fn described(searcher: &Searcher, hit: index::Hit) -> PyResult<Match> {
    let entry = searcher.entry(hit.entry).map_err(raised)?;
    Ok(Match {
        bank: entry.bank.to_owned(),
        entry: entry.id.to_owned(),
        distance: hit.distance,
        category: entry.category.map(str::to_owned),
        tags: entry.tags.iter().map(|tag| (*tag).to_owned()).collect(),
        number: hit.entry.number(),
    })
}

//! Scans as iterators: the library works on threads of its own and hands findings over.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use pyo3::prelude::*;
use tutela::hash::Effort;
use tutela::media::ReasonCode;
use tutela::scan::{self, Accuracy, Finding, Summary};

use crate::arguments;
use crate::errors::{TutelaError, bug, forked, raised, wrong};
use crate::fingerprint::{Fingerprint, hashing, nothing};
use crate::index::Index;
use crate::locked;
use crate::process::apart;

/// Findings that wait to be taken: a scan does not run away from its reader.
const WAITING: usize = 256;
/// How often a signal, such as that of Ctrl-C, is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// A scan at work: an iterator over what it finds.
#[pyclass(frozen, module = "tutela")]
#[derive(Debug)]
pub(crate) struct Scan {
    findings: Mutex<Option<Receiver<Finding>>>,
    thread: Mutex<Option<JoinHandle<tutela::Result<Summary>>>>,
    summary: Mutex<Option<Summary>>,
    cancel: Arc<AtomicBool>,
    bytes: Arc<AtomicU64>,
    /// The process whose threads it works on.
    process: u32,
}

impl Scan {
    fn start(options: scan::Scan, index: tutela::index::Index, paths: Vec<PathBuf>) -> Self {
        let (to, findings) = sync_channel(WAITING);
        let (cancel, bytes) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let thread = {
            let (cancel, bytes) = (Arc::clone(&cancel), Arc::clone(&bytes));
            std::thread::spawn(move || {
                let progress = |more| {
                    bytes.fetch_add(more, Ordering::Relaxed);
                };
                options.run(&index, &paths, &cancel, &progress, &mut |finding| {
                    match to.send(finding.clone()) {
                        Ok(()) => ControlFlow::Continue(()),
                        // Nobody listens any more.
                        Err(_) => ControlFlow::Break(()),
                    }
                })
            })
        };
        let (findings, thread) = (Mutex::new(Some(findings)), Mutex::new(Some(thread)));
        Self {
            findings,
            thread,
            summary: Mutex::new(None),
            cancel,
            bytes,
            process: std::process::id(),
        }
    }

    fn next(&self, py: Python<'_>) -> PyResult<Option<Finding>> {
        if self.process != std::process::id() {
            return Err(forked("scan"));
        }
        loop {
            let got = py.detach(|| {
                let findings = locked(&self.findings);
                findings.as_ref().map(|findings| findings.recv_timeout(LOOK))
            });
            match got {
                Some(Ok(finding)) => return Ok(Some(finding)),
                Some(Err(RecvTimeoutError::Timeout)) => {
                    if let Err(signal) = py.check_signals() {
                        self.end(py)?;
                        return Err(signal);
                    }
                }
                Some(Err(RecvTimeoutError::Disconnected)) | None => {
                    self.end(py)?;
                    return Ok(None);
                }
            }
        }
    }

    /// Stops it, if it has not come to its end, and keeps the summary.
    fn end(&self, py: Python<'_>) -> PyResult<()> {
        if self.process != std::process::id() {
            return Ok(());
        }
        self.cancel.store(true, Ordering::Relaxed);
        drop(locked(&self.findings).take());
        let thread = locked(&self.thread).take();
        if let Some(thread) = thread {
            let ended = py.detach(|| thread.join());
            let summary = ended.map_err(|_| bug())?;
            *locked(&self.summary) = Some(summary.map_err(raised)?);
        }
        Ok(())
    }
}

impl Drop for Scan {
    fn drop(&mut self) {
        self.cancel.store(true, Ordering::Relaxed);
    }
}

#[pymethods]
impl Scan {
    /// Scans files and folders for what is near an entry of an index.
    #[staticmethod]
    #[pyo3(signature = (paths, index, radius, effort, review, threads, clear))]
    #[expect(clippy::too_many_arguments, reason = "the package gives them names and defaults")]
    fn of(
        py: Python<'_>,
        paths: Vec<PathBuf>,
        index: &Index,
        radius: i64,
        effort: &str,
        review: Option<i64>,
        threads: Option<usize>,
        clear: bool,
    ) -> PyResult<Self> {
        let mut options = options(radius, effort, review, clear)?;
        options.threads = wanted_threads(threads, options.threads)?;
        let index = index.snapshot()?;
        apart(py, || Ok(Self::start(options, index, paths)))
    }

    /// Hashes files and folders.
    #[staticmethod]
    fn hashing(py: Python<'_>, paths: Vec<PathBuf>, threads: Option<usize>) -> PyResult<Self> {
        let mut options = hashing(Accuracy::Reference);
        options.threads = wanted_threads(threads, options.threads)?;
        let index = nothing()?;
        apart(py, || Ok(Self::start(options, index, paths)))
    }

    /// The next finding as JSON, as the command line writes it; `None` at the end.
    fn next_finding(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let Some(finding) = self.next(py)? else { return Ok(None) };
        json(&finding).map(Some)
    }

    /// The next file's path, its fingerprint, and why there is none or not all of it.
    #[expect(clippy::type_complexity, reason = "a tuple in Python")]
    fn next_fingerprint(
        &self,
        py: Python<'_>,
    ) -> PyResult<Option<(PathBuf, Option<Fingerprint>, Option<(&'static str, String)>)>> {
        let Some(finding) = self.next(py)? else { return Ok(None) };
        let path = finding.path().unwrap_or_else(|| PathBuf::from(&finding.uri));
        let reason = finding.reason.as_ref();
        let reason = reason.filter(|reason| reason.code != ReasonCode::LowQuality);
        let reason = reason.map(|reason| (reason.code.name(), reason.detail.clone()));
        Ok(Some((path, finding.fingerprint.as_ref().map(Fingerprint::new), reason)))
    }

    /// Bytes examined so far.
    #[getter]
    fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The summary as JSON; `None` before the end.
    fn summary(&self) -> PyResult<Option<String>> {
        let summary = locked(&self.summary);
        summary.as_ref().map(json).transpose()
    }

    /// Stops the scan; waits for the files that are being examined.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.end(py)
    }
}

/// Examines files that are in memory, one after the other.
#[pyclass(frozen, module = "tutela")]
#[derive(Debug)]
pub(crate) struct Examiner(Mutex<scan::Examiner>);

#[pymethods]
impl Examiner {
    /// Without an index it only hashes.
    #[new]
    #[pyo3(signature = (index, radius, effort, review, clear))]
    fn new(
        index: Option<&Index>,
        radius: i64,
        effort: &str,
        review: Option<i64>,
        clear: bool,
    ) -> PyResult<Self> {
        let examiner = match index {
            Some(index) => options(radius, effort, review, clear)?.examiner(&index.snapshot()?),
            None => hashing(Accuracy::Reference).examiner(&nothing()?),
        };
        Ok(Self(Mutex::new(examiner)))
    }

    /// The finding as JSON, as the command line writes it.
    fn examine(&self, py: Python<'_>, uri: &str, data: &[u8]) -> PyResult<String> {
        let finding = apart(py, || locked(&self.0).bytes(uri, data).map_err(raised))?;
        json(&finding)
    }
}

fn options(radius: i64, effort: &str, review: Option<i64>, clear: bool) -> PyResult<scan::Scan> {
    let mut options = scan::Scan::default();
    options.radius = arguments::radius(radius)?;
    options.effort = match effort {
        "plain" => Effort::Plain,
        "fast" => Effort::Fast,
        "deep" => Effort::Deep,
        other => return Err(wrong(format!("effort is plain, fast or deep, not {other:?}"))),
    };
    options.review = review.map(arguments::radius).transpose()?;
    if options.review.is_some_and(|review| review > scan::MOST_REVIEW) {
        return Err(wrong(format!("review is at most {} bits", scan::MOST_REVIEW.get())));
    }
    options.complete = clear;
    Ok(options)
}

fn json(value: &impl serde::Serialize) -> PyResult<String> {
    serde_json::to_string(value).map_err(|error| TutelaError::new_err(error.to_string()))
}

fn wanted_threads(threads: Option<usize>, default: NonZeroUsize) -> PyResult<NonZeroUsize> {
    match threads {
        None => Ok(default),
        Some(count) => match NonZeroUsize::new(count).filter(|count| count.get() <= 1024) {
            Some(count) => Ok(count),
            None => Err(wrong(format!("threads are 1 to 1024, not {count}"))),
        },
    }
}

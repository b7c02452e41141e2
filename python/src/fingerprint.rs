//! Hashes of files and of pixels.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use numpy::{PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use tutela::hash::{Digests, Effort, Hash256, Hasher, Orientation, Pdq, Pixels, Prescale, Signal};
use tutela::index::MemoryIndex;
use tutela::media::{Limits, decode};
use tutela::scan::{self, Accuracy, Examiner, Finding, Scan};

use crate::errors::{no_picture, raised, wrong};
use crate::process::apart;

/// All signals computed from one file.
#[pyclass(frozen, module = "tutela", eq)]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fingerprint {
    digests: Digests,
    pdq: Option<Pdq>,
    orientations: Option<[Hash256; 8]>,
}

impl Fingerprint {
    pub(crate) fn new(found: &scan::Fingerprint) -> Self {
        Self { digests: found.digests, pdq: found.pdq, orientations: None }
    }

    pub(crate) fn hash(&self) -> Option<Hash256> {
        self.pdq.map(|pdq| pdq.hash)
    }

    fn digest(&self, signal: Signal) -> Option<String> {
        self.digests.get(signal).map(const_hex::encode)
    }
}

#[pymethods]
impl Fingerprint {
    #[getter]
    fn pdq(&self) -> Option<String> {
        self.hash().map(|hash| hash.to_string())
    }

    #[getter]
    fn pdq_bytes(&self) -> Option<[u8; 32]> {
        self.hash().map(|hash| *hash.as_bytes())
    }

    #[getter]
    fn quality(&self) -> Option<u8> {
        self.pdq.map(|pdq| pdq.quality)
    }

    #[getter]
    fn md5(&self) -> Option<String> {
        self.digest(Signal::Md5)
    }

    #[getter]
    fn sha1(&self) -> Option<String> {
        self.digest(Signal::Sha1)
    }

    #[getter]
    fn sha256(&self) -> Option<String> {
        self.digest(Signal::Sha256)
    }

    #[getter]
    fn orientations<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let Some(hashes) = &self.orientations else { return Ok(None) };
        let named = PyDict::new(py);
        for (orientation, hash) in Orientation::ALL.iter().zip(hashes) {
            named.set_item(orientation.name(), hash.to_string())?;
        }
        Ok(Some(named))
    }

    fn __repr__(&self) -> String {
        let pdq = self.pdq.map(|pdq| format!("pdq='{}', quality={}", pdq.hash, pdq.quality));
        let sha256 = self.digest(Signal::Sha256).map(|digest| format!("sha256='{digest}'"));
        let parts: Vec<String> = [pdq, sha256].into_iter().flatten().collect();
        format!("Fingerprint({})", parts.join(", "))
    }
}

/// Hashes a file.
#[pyfunction]
#[pyo3(signature = (path, *, orientations = false))]
pub(crate) fn hash_file(
    py: Python<'_>,
    path: PathBuf,
    orientations: bool,
) -> PyResult<Fingerprint> {
    apart(py, || {
        readable(&path).map_err(|source| {
            raised(tutela::Error::Io { action: "read", path: path.clone(), source })
        })?;
        let cancel = AtomicBool::new(false);
        let examine = |examiner: &mut Examiner| examiner.file(&path, &cancel);
        // A file that is too long for memory has no fingerprint, and is not read here.
        examined(orientations, examine, || std::fs::read(&path))
    })
}

/// What the system refuses is an `OSError`, as `open` raises it; what is no regular file is not opened.
fn readable(path: &Path) -> io::Result<()> {
    if std::fs::metadata(path)?.is_file() {
        std::fs::File::open(path)?;
    }
    Ok(())
}

/// Hashes a file that is in memory.
#[pyfunction]
#[pyo3(signature = (data, *, orientations = false))]
pub(crate) fn hash_bytes(py: Python<'_>, data: &[u8], orientations: bool) -> PyResult<Fingerprint> {
    let examine = |examiner: &mut Examiner| examiner.bytes("bytes", data);
    apart(py, || examined(orientations, examine, || Ok(data)))
}

/// Examiners that wait for the next file: their buffers are worth keeping. Where others are at them, a new
/// one does; who waited could wait for a thread that a fork has left behind.
static EXAMINERS: Mutex<Vec<Examiner>> = Mutex::new(Vec::new());
/// So many are kept.
const KEPT: usize = 64;

/// The fingerprint that an examiner finds; with all orientations, it is that of the colours, decoded in full.
fn examined<B: AsRef<[u8]>>(
    orientations: bool,
    examine: impl FnOnce(&mut Examiner) -> tutela::Result<Finding>,
    bytes: impl FnOnce() -> io::Result<B>,
) -> PyResult<Fingerprint> {
    if orientations {
        let mut examiner = hashing(Accuracy::Full).examiner(&nothing()?);
        let mut fingerprint = fingerprint_of(&examine(&mut examiner).map_err(raised)?)?;
        fingerprint.orientations = turned(bytes()?.as_ref())?;
        return Ok(fingerprint);
    }
    let kept = EXAMINERS.try_lock().ok().and_then(|mut kept| kept.pop());
    let mut examiner = match kept {
        Some(examiner) => examiner,
        None => hashing(Accuracy::Reference).examiner(&nothing()?),
    };
    let finding = examine(&mut examiner).map_err(raised)?;
    if let Ok(mut kept) = EXAMINERS.try_lock()
        && kept.len() < KEPT
    {
        kept.push(examiner);
    }
    fingerprint_of(&finding)
}

/// The options of a scan that only hashes.
pub(crate) fn hashing(accuracy: Accuracy) -> Scan {
    let mut scan = Scan::default();
    scan.accuracy = accuracy;
    scan.effort = Effort::Plain;
    scan.complete = true;
    scan
}

/// An index without an entry.
pub(crate) fn nothing() -> PyResult<tutela::index::Index> {
    MemoryIndex::default().finish().map_err(raised)
}

/// Low quality is a number to be seen; everything else that leaves a picture without a hash is an error.
pub(crate) fn fingerprint_of(finding: &Finding) -> PyResult<Fingerprint> {
    match (&finding.fingerprint, &finding.reason) {
        (Some(found), _) if found.pdq.is_some() => Ok(Fingerprint::new(found)),
        (_, Some(reason)) => Err(no_picture(reason)),
        _ => Err(wrong("no picture")),
    }
}

/// The hashes of the first frame as it would be turned and mirrored.
fn turned(bytes: &[u8]) -> PyResult<Option<[Hash256; 8]>> {
    let mut hasher = Hasher::new();
    let mut hashes = None;
    let decoded = decode(bytes, &Limits::default(), &mut |frame| {
        hashes = Some(hasher.turned(frame.pixels, Prescale::Tool).hashes);
        ControlFlow::Break(())
    });
    decoded.map_err(|reason| no_picture(&reason))?;
    Ok(hashes)
}

/// Hashes the pixels of a picture: height x width or height x width x 3, uint8.
#[pyfunction]
#[pyo3(signature = (array, *, orientations = false))]
pub(crate) fn hash_pixels(
    py: Python<'_>,
    array: &Bound<'_, PyAny>,
    orientations: bool,
) -> PyResult<Fingerprint> {
    let Ok(array) = array.extract::<PyReadonlyArrayDyn<'_, u8>>() else {
        return Err(wrong("pixels are an array of uint8, height x width or height x width x 3"));
    };
    let shape = array.shape().to_vec();
    let (height, width, channels) = match shape[..] {
        [height, width] => (height, width, 1),
        [height, width, 3] => (height, width, 3),
        _ => {
            let wanted = "pixels are of shape (height, width) or (height, width, 3)";
            return Err(wrong(format!("{wanted}, not {shape:?}")));
        }
    };
    if height == 0 || width == 0 {
        return Err(wrong(format!("a picture of {height} x {width} has no pixels")));
    }
    let copied;
    // A slice of an array in Fortran's order would be the picture mirrored along its diagonal.
    let samples = match array.as_slice() {
        Ok(samples) if array.is_c_contiguous() => samples,
        _ => {
            copied = array.as_array().iter().copied().collect::<Vec<u8>>();
            &copied
        }
    };
    apart(py, || {
        let pixels = match channels {
            1 => Pixels::grey(width, height, samples),
            _ => Pixels::rgb(width, height, samples),
        };
        let pixels = pixels.ok_or_else(|| wrong("pixels do not fill their shape"))?;
        let mut hasher = Hasher::new();
        let turned = orientations.then(|| hasher.turned(pixels, Prescale::Tool));
        let pdq = match &turned {
            Some(turned) => turned.original(),
            None => hasher.hash(pixels, Prescale::Tool),
        };
        let orientations = turned.map(|turned| turned.hashes);
        Ok(Fingerprint { digests: Digests::default(), pdq: Some(pdq), orientations })
    })
}

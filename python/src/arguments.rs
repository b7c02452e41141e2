//! What callers may pass as a hash, as many hashes, or as bytes.

use numpy::{PyReadonlyArray2, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use tutela::hash::{Hash256, Radius};

use crate::errors::wrong;
use crate::fingerprint::Fingerprint;

/// One PDQ hash: 64 hex digits, 32 bytes, 32 numbers of an array, or a fingerprint.
pub(crate) fn hash(value: &Bound<'_, PyAny>) -> PyResult<Hash256> {
    if let Ok(text) = value.cast::<PyString>() {
        let parsed = text.to_cow()?.parse::<Hash256>();
        return parsed.map_err(|error| wrong(format!("a PDQ hash: {error}")));
    }
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return of_bytes(bytes.as_bytes());
    }
    if let Ok(fingerprint) = value.cast::<Fingerprint>() {
        let pdq = fingerprint.get().hash();
        return pdq.ok_or_else(|| wrong("this fingerprint has no PDQ hash"));
    }
    if let Ok(array) = value.extract::<numpy::PyReadonlyArray1<'_, u8>>() {
        return match array.as_slice() {
            Ok(bytes) => of_bytes(bytes),
            Err(_) => of_bytes(&array.as_array().iter().copied().collect::<Vec<u8>>()),
        };
    }
    Err(wrong(format!(
        "a PDQ hash is 64 hex digits, 32 bytes, an array of 32 uint8 or a Fingerprint, not {}",
        value.get_type().name()?
    )))
}

fn of_bytes(bytes: &[u8]) -> PyResult<Hash256> {
    let bytes = <[u8; 32]>::try_from(bytes);
    bytes.map(Hash256::from_bytes).map_err(|_| wrong("a PDQ hash has 32 bytes"))
}

/// Many PDQ hashes: a row each, of 32 uint8, in C order. They are not copied.
pub(crate) fn hashes<'py>(value: &Bound<'py, PyAny>) -> PyResult<PyReadonlyArray2<'py, u8>> {
    let Ok(any) = value.cast::<PyUntypedArray>() else {
        let found = value.get_type().name()?;
        return Err(wrong(format!("hashes are a NumPy array of N x 32 uint8, not {found}")));
    };
    let described = || format!("{} of shape {:?}", any.dtype(), any.shape());
    let Ok(array) = value.extract::<PyReadonlyArray2<'py, u8>>() else {
        return Err(wrong(format!("hashes are an array of N x 32 uint8, not {}", described())));
    };
    if array.shape()[1] != 32 {
        return Err(wrong(format!("hashes are an array of N x 32 uint8, not {}", described())));
    }
    // A slice of an array in Fortran's order goes down its columns: no row of it is a hash.
    if !array.is_c_contiguous() {
        let how =
            "its rows do not follow each other in memory: pass numpy.ascontiguousarray(hashes)";
        return Err(wrong(format!("hashes are not copied, and {how}")));
    }
    Ok(array)
}

/// A radius in bits.
pub(crate) fn radius(bits: i64) -> PyResult<Radius> {
    let radius = u32::try_from(bits).ok().and_then(Radius::new);
    radius.ok_or_else(|| wrong(format!("a radius is 0 to 256 bits, not {bits}")))
}

/// How many are wanted.
pub(crate) fn count(wanted: i64) -> PyResult<usize> {
    usize::try_from(wanted).map_err(|_| wrong(format!("a number of entries, not {wanted}")))
}

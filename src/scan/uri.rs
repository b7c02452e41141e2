//! Paths as text, without loss.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// How the `uri` of a finding is encoded, where it is not the path itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum UriEncoding {
    /// Each byte but ASCII letters, digits, `-._~/` as `%` and two hex digits (RFC 3986).
    Percent,
}

/// A path as text: itself if it is UTF-8, percent-encoded otherwise.
///
/// ```
/// use tutela::scan::encode_uri;
///
/// let (uri, encoding) = encode_uri("photos/100%.jpg".as_ref());
/// assert_eq!((uri.as_str(), encoding), ("photos/100%.jpg", None));
/// ```
pub fn encode_uri(path: &Path) -> (String, Option<UriEncoding>) {
    if let Some(text) = path.to_str() {
        return (text.to_owned(), None);
    }
    let bytes = path.as_os_str().as_encoded_bytes();
    let mut uri = String::with_capacity(3 * bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    (uri, Some(UriEncoding::Percent))
}

/// The path that [`encode_uri`] was given; `None` if the text is not of that form, or if this
/// system's paths cannot hold it.
pub fn decode_uri(uri: &str, encoding: Option<UriEncoding>) -> Option<PathBuf> {
    match encoding {
        None => Some(PathBuf::from(uri)),
        Some(UriEncoding::Percent) => path_from_bytes(percent_decode(uri)?),
    }
}

fn percent_decode(uri: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (digits, tail) = rest.split_first_chunk::<2>()?;
        let mut decoded = [0];
        const_hex::decode_to_slice(digits, &mut decoded).ok()?;
        bytes.extend(decoded);
        rest = tail;
    }
    Some(bytes)
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have paths that cannot be made")]
fn path_from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    Some(std::ffi::OsString::from_vec(bytes).into())
}

#[cfg(not(unix))]
fn path_from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::os::unix::ffi::OsStrExt;

    fn path(bytes: &[u8]) -> &Path {
        Path::new(std::ffi::OsStr::from_bytes(bytes))
    }

    #[test]
    fn a_path_that_is_not_utf8_is_percent_encoded() {
        let (uri, encoding) = encode_uri(path(b"a b/100%\xff.jpg"));
        assert_eq!(uri, "a%20b/100%25%FF.jpg");
        assert_eq!(encoding, Some(UriEncoding::Percent));
    }

    #[test]
    fn broken_escapes_are_refused() {
        for uri in ["%", "%4", "%zz", "%0x"] {
            assert_eq!(decode_uri(uri, Some(UriEncoding::Percent)), None, "{uri}");
        }
    }

    proptest! {
        #[test]
        fn every_path_comes_back(bytes: Vec<u8>) {
            let (uri, encoding) = encode_uri(path(&bytes));
            prop_assert_eq!(decode_uri(&uri, encoding), Some(path(&bytes).to_owned()));
            prop_assert_eq!(encoding.is_none(), std::str::from_utf8(&bytes).is_ok());
        }
    }
}

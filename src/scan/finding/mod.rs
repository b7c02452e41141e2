//! The finding: one file's verdict with its grounds, as others read it.

mod found;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::Accuracy;
use super::uri::{UriEncoding, decode_uri};
use crate::hash::{Digests, Pdq, Signal};
use crate::media::{Declined, Format, Reason};
pub use found::{Allowed, Harmless, Match, Nearest, Seen};

/// Names the form of a finding; a change that breaks readers gets another number.
const SCHEMA: &str = "tutela.finding/1";
const ENGINE: &str = concat!("tutela ", env!("CARGO_PKG_VERSION"));

/// What was found out about one file. Its JSON is one line of a scan's output.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The name and version of this form: `tutela.finding/1`.
    pub schema: &'static str,
    /// Where the file is: its path, or what the caller named it.
    pub uri: String,
    /// How `uri` is encoded, if it is not the path itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri_encoding: Option<UriEncoding>,
    /// The verdict.
    pub verdict: Verdict,
    /// What the file is; `None` if its bytes were not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// Its signals, those that were computed; `None` if its bytes were not read to the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// The grounds of [`Verdict::Match`], best first; otherwise empty and left out of the JSON.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<Match>,
    /// Entries beyond the radius but within the bound of review, best first: the grounds of
    /// [`Verdict::Review`]. Nothing is to be done on these alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<Match>,
    /// What would be among the matches or the near ones, had not an allow-bank silenced it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<Allowed>,
    /// The grounds of [`Verdict::Unjudged`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The nearest that each family of views came to any entry, if that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub explain: Vec<Nearest>,
    /// The program and its version.
    pub engine: &'static str,
    /// The digest of the index that was searched.
    pub index: String,
    /// Why a JPEG file had to be decoded in full, if it was not decoded so on purpose.
    #[serde(skip)]
    pub declined: Option<Declined>,
    /// How many PDQ hashes of it the index was asked about.
    #[serde(skip)]
    pub asked: u64,
    /// When.
    #[serde(serialize_with = "to_the_second")]
    pub at: jiff::Timestamp,
}

impl Finding {
    /// A finding without particulars, dated now.
    pub(super) fn new(
        (uri, uri_encoding): (String, Option<UriEncoding>),
        index: String,
        verdict: Verdict,
        reason: Option<Reason>,
    ) -> Self {
        Self {
            schema: SCHEMA,
            uri,
            uri_encoding,
            verdict,
            media: None,
            fingerprint: None,
            matches: Vec::new(),
            near: Vec::new(),
            allowed: Vec::new(),
            explain: Vec::new(),
            reason,
            engine: ENGINE,
            index,
            declined: None,
            asked: 0,
            at: jiff::Timestamp::now(),
        }
    }

    /// Bytes of the file, 0 if they were not read.
    pub fn bytes(&self) -> u64 {
        self.media.as_ref().map_or(0, |media| media.bytes)
    }

    /// The file's path, decoded; `None` if this system has no such path.
    pub fn path(&self) -> Option<PathBuf> {
        decode_uri(&self.uri, self.uri_encoding)
    }
}

fn to_the_second<S: Serializer>(at: &jiff::Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    match jiff::Timestamp::from_second(at.as_second()) {
        Ok(second) => serializer.collect_str(&second),
        Err(_) => serializer.collect_str(at),
    }
}

/// What was decided about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Verdict {
    /// Within the radius of an entry, or equal to one in a digest.
    Match,
    /// Beyond the radius of every entry, but so near to one that a person should look. Only where a bound
    /// for it is set.
    Review,
    /// Examined to the end, and no entry is near.
    Clear,
    /// Could not be examined, or not all of it.
    Unjudged,
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Media {
    /// The kind.
    pub kind: Kind,
    /// The format, by content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Pixels a row, as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Rows, as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Bytes of the file.
    pub bytes: u64,
}

/// The kinds of media that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// A picture, moving or not.
    Image,
    /// Anything else.
    Unknown,
}

/// All signals computed from one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fingerprint {
    /// The digests of its bytes, those that were computed.
    pub digests: Digests,
    /// The PDQ hash of its first frame, if it could be decoded.
    pub pdq: Option<Pdq>,
    /// How exact that hash is; in the JSON only for [`Accuracy::Screen`], which no match has.
    pub accuracy: Option<Accuracy>,
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Fingerprint", 6)?;
        for (name, signal) in
            [("sha256", Signal::Sha256), ("sha1", Signal::Sha1), ("md5", Signal::Md5)]
        {
            if let Some(digest) = self.digests.get(signal) {
                out.serialize_field(name, &const_hex::encode(digest))?;
            }
        }
        if let Some(pdq) = self.pdq {
            out.serialize_field("pdq", &pdq.hash.to_string())?;
            out.serialize_field("quality", &pdq.quality)?;
        }
        // Every other hash can be compared with the reference's.
        if self.accuracy == Some(Accuracy::Screen) {
            out.serialize_field("accuracy", Accuracy::Screen.name())?;
        }
        out.end()
    }
}

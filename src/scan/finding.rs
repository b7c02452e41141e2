//! The finding: one file's verdict with its grounds, as others read it.

use std::path::PathBuf;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::Accuracy;
use super::uri::{UriEncoding, decode_uri};
use crate::hash::{Area, Digests, Family, Orientation, Pdq, Prescale, Signal, View};
use crate::media::{Declined, Format, Reason, Rendering};

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
    /// The grounds of [`Verdict::Unjudged`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The program and its version.
    pub engine: &'static str,
    /// The digest of the index that was searched.
    pub index: String,
    /// Why a JPEG file had to be decoded in full, if it was not decoded so on purpose.
    #[serde(skip)]
    pub declined: Option<Declined>,
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
            reason,
            engine: ENGINE,
            index,
            declined: None,
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

/// An entry that a file matched, once for each signal that did.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Match {
    /// The bank.
    pub bank: String,
    /// The entry's id at its source.
    pub entry: String,
    /// The signal that matched.
    pub signal: Signal,
    /// Bits in which it differs; 0 for digests.
    pub distance: u32,
    /// How the file's picture was turned to match; `None` for digests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orientation: Option<Orientation>,
    /// What was done to the picture before it was hashed, left out of the JSON if what the
    /// reference's tool does.
    #[serde(skip_serializing_if = "is_tool")]
    pub prescale: Prescale,
    /// The part of the picture that matched, or its negative; `None` if it was the picture itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<Seen>,
    /// The frame that matched, left out of the JSON for the first.
    #[serde(skip_serializing_if = "is_first")]
    pub frame: u32,
    /// How transparency was treated, left out of the JSON if as stored.
    #[serde(skip_serializing_if = "is_stored")]
    pub rendering: Rendering,
    /// The source's category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The source's tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// A view of a picture, as others read it: with it, the part can be cut out and hashed again.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Seen {
    /// Its kind.
    pub family: Family,
    /// The part of the picture: left, top, width and height in its pixels; it may go beyond them.
    #[serde(rename = "box")]
    pub area: [i64; 4],
    /// By how many degrees the picture was turned about its middle, counter-clockwise, before the part was
    /// taken; left out of the JSON if not at all.
    #[serde(skip_serializing_if = "is_upright")]
    pub angle: f64,
    /// Whether it is its negative that matched, left out of the JSON if not.
    #[serde(skip_serializing_if = "is_positive")]
    pub negative: bool,
    /// The view's own PDQ quality.
    pub quality: u8,
}

impl Seen {
    /// A view of a sheet that has so many pixels of the picture for each of its own, across and down.
    pub(super) fn new(view: &View, [across, down]: [f64; 2], quality: u8) -> Self {
        let Area { left, top, width, height } = view.area.scaled(across, down);
        let area = [left, top, width, height].map(|value| value.round() as i64);
        Self { family: view.family, area, angle: view.angle, negative: false, quality }
    }
}

fn is_upright(angle: &f64) -> bool {
    *angle == 0.0
}

fn is_positive(negative: &bool) -> bool {
    !negative
}

fn is_first(frame: &u32) -> bool {
    *frame == 0
}

fn is_tool(prescale: &Prescale) -> bool {
    *prescale == Prescale::Tool
}

fn is_stored(rendering: &Rendering) -> bool {
    *rendering == Rendering::Stored
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Hash256;
    use crate::media::ReasonCode;

    fn unjudged() -> Finding {
        let reason = Reason { code: ReasonCode::Undecodable, detail: "cut short".into() };
        let mut finding = Finding::new(
            ("photos/a.jpg".into(), None),
            "ab".into(),
            Verdict::Unjudged,
            Some(reason),
        );
        finding.at = "2026-11-23T16:00:00.75Z".parse().unwrap();
        finding
    }

    #[test]
    fn an_unjudged_finding_has_a_reason_and_no_matches() {
        let expected = concat!(
            r#"{"schema":"tutela.finding/1","uri":"photos/a.jpg","verdict":"unjudged","#,
            r#""reason":{"code":"undecodable","detail":"cut short"},"#,
            r#""engine":"tutela 0.1.0","index":"ab","at":"2026-11-23T16:00:00Z"}"#
        );
        assert_eq!(serde_json::to_string(&unjudged()).unwrap(), expected);
    }

    #[test]
    fn a_match_is_written_as_the_contract_has_it() {
        let mut finding = unjudged();
        finding.verdict = Verdict::Match;
        finding.reason = None;
        finding.media = Some(Media {
            kind: Kind::Image,
            format: Some(Format::Jpeg),
            width: Some(4000),
            height: Some(3000),
            bytes: 2_411_724,
        });
        finding.fingerprint = Some(Fingerprint {
            digests: Digests { md5: Some([0; 16]), sha1: Some([0; 20]), sha256: Some([0; 32]) },
            pdq: Some(Pdq { hash: Hash256::default(), quality: 97 }),
            accuracy: Some(Accuracy::Reference),
        });
        finding.matches = vec![Match {
            bank: "NCMEC".into(),
            entry: "43-1".into(),
            signal: Signal::Pdq,
            distance: 4,
            orientation: Some(Orientation::Original),
            prescale: Prescale::Tool,
            view: None,
            frame: 0,
            rendering: Rendering::Stored,
            category: Some("A1".into()),
            tags: Vec::new(),
        }];
        let expected = [
            r#"{"schema":"tutela.finding/1","uri":"photos/a.jpg","verdict":"match","#,
            r#""media":{"kind":"image","format":"jpeg","width":4000,"height":3000,"bytes":2411724},"#,
            &format!(
                r#""fingerprint":{{"sha256":"{zero:0>64}","sha1":"{zero:0>40}","md5":"{zero:0>32}","pdq":"{zero:0>64}","quality":97}},"#,
                zero = 0
            ),
            r#""matches":[{"bank":"NCMEC","entry":"43-1","signal":"pdq","distance":4,"orientation":"original","category":"A1"}],"#,
            r#""engine":"tutela 0.1.0","index":"ab","at":"2026-11-23T16:00:00Z"}"#,
        ]
        .concat();
        assert_eq!(serde_json::to_string(&finding).unwrap(), expected);
    }

    #[test]
    fn frame_rendering_and_tags_are_written_when_they_say_something() {
        let found = Match {
            bank: "b".into(),
            entry: "e".into(),
            signal: Signal::Pdq,
            distance: 0,
            orientation: Some(Orientation::FlipMinus1),
            prescale: Prescale::None,
            view: Some(Seen {
                family: Family::Frame,
                area: [10, -3, 100, 80],
                angle: -2.6,
                negative: true,
                quality: 71,
            }),
            frame: 3,
            rendering: Rendering::OverWhite,
            category: None,
            tags: vec!["t".into()],
        };
        let expected = concat!(
            r#"{"bank":"b","entry":"e","signal":"pdq","distance":0,"orientation":"flipminus1","#,
            r#""prescale":"none","view":{"family":"frame","box":[10,-3,100,80],"angle":-2.6,"negative":true,"quality":71},"#,
            r#""frame":3,"rendering":"over-white","tags":["t"]}"#
        );
        assert_eq!(serde_json::to_string(&found).unwrap(), expected);
    }
}

//! What was found in a file: entries, and where they were seen.

use crate::hash::{Area, Family, Orientation, Prescale, Signal, View};
use crate::media::Rendering;

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
    /// Whether it is the whole of a picture that is beyond the radius, while a part of it looks like a
    /// picture of its own: a screenshot or a frame that others have too; left out of the JSON if not.
    #[serde(skip_serializing_if = "is_false")]
    pub template_suspect: bool,
    /// Whether this entry has matched so many different files in this scan that it may be a wrong
    /// entry: nothing should be done before a person looked at it. Left out of the JSON if not.
    #[serde(skip_serializing_if = "is_false")]
    pub flood: bool,
}

/// A match that an entry of an allow-bank silences, because it is at least as near to the same picture.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Allowed {
    /// What would be reported otherwise.
    #[serde(flatten)]
    pub found: Match,
    /// What silences it.
    pub by: Harmless,
}

/// An entry of an allow-bank.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Harmless {
    /// The bank.
    pub bank: String,
    /// The entry's id at its source.
    pub entry: String,
    /// The signal that matched.
    pub signal: Signal,
    /// Bits in which it differs; 0 for digests.
    pub distance: u32,
}

/// The nearest that a family of views came to any entry, whatever the bank's policy. It does not say to
/// which.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Nearest {
    /// The family; `None` for the picture itself, which the JSON calls `picture`.
    #[serde(serialize_with = "family_or_picture")]
    pub family: Option<Family>,
    /// Bits in which the nearest entry differs.
    pub distance: u32,
    /// The view that came so near; `None` for the picture itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<Seen>,
}

fn family_or_picture<S: serde::Serializer>(
    family: &Option<Family>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(family.map_or("picture", Family::name))
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
    /// The part of the picture beyond which it was guessed at, as `box` is given; left out of the JSON if all
    /// of it was taken for known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<[i64; 4]>,
    /// The part of the picture that was replaced by what is around it, as `box` is given; left out of the
    /// JSON if none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill: Option<[i64; 4]>,
    /// Whether it is its negative that matched, left out of the JSON if not.
    #[serde(skip_serializing_if = "is_false")]
    pub negative: bool,
    /// The view's own PDQ quality.
    pub quality: u8,
}

impl Seen {
    /// A view of a sheet that has so many pixels of the picture for each of its own, across and down.
    pub(in crate::scan) fn new(view: &View, [across, down]: [f64; 2], quality: u8) -> Self {
        let pixels = |area: Area| {
            let Area { left, top, width, height } = area.scaled(across, down);
            [left, top, width, height].map(|value| value.round() as i64)
        };
        Self {
            family: view.family,
            area: pixels(view.area),
            angle: view.angle,
            kept: view.kept.map(pixels),
            fill: view.fill.map(pixels),
            negative: false,
            quality,
        }
    }
}

fn is_upright(angle: &f64) -> bool {
    *angle == 0.0
}

fn is_false(value: &bool) -> bool {
    !value
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

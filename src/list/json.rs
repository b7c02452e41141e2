//! One JSON object a line.

use serde::Deserialize;
use serde_json::Number;
use serde_json::error::Category;

use super::Record;
use super::fields;
use crate::ListReason;
use crate::hash::{Signal, Signals};

/// A line of a list, or of `tutela hash --json`.
#[derive(Deserialize)]
struct Object {
    #[serde(alias = "PDQ", alias = "hash")]
    pdq: Option<String>,
    #[serde(alias = "MD5")]
    md5: Option<String>,
    #[serde(alias = "SHA1", alias = "sha-1", alias = "SHA-1")]
    sha1: Option<String>,
    #[serde(alias = "SHA256", alias = "sha-256", alias = "SHA-256")]
    sha256: Option<String>,
    quality: Option<u8>,
    id: Option<Id>,
    category: Option<String>,
    tags: Option<Tags>,
    fingerprint: Option<Fingerprint>,
    uri: Option<String>,
}

#[derive(Default, Deserialize)]
struct Fingerprint {
    pdq: Option<String>,
    md5: Option<String>,
    sha1: Option<String>,
    sha256: Option<String>,
    quality: Option<u8>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(Number),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Tags {
    Each(Vec<String>),
    Joined(String),
}

/// The record of a line.
pub(super) fn record(line: &str) -> Result<Record, ListReason> {
    let object: Object = serde_json::from_str(line).map_err(reason)?;
    let mut signals = Signals::default();
    let nested = object.fingerprint.unwrap_or_default();
    for (signal, text) in [
        (Signal::Pdq, object.pdq.or(nested.pdq)),
        (Signal::Md5, object.md5.or(nested.md5)),
        (Signal::Sha1, object.sha1.or(nested.sha1)),
        (Signal::Sha256, object.sha256.or(nested.sha256)),
    ] {
        fields::set_signal(&mut signals, signal, &text.unwrap_or_default())?;
    }
    let quality = object.quality.or(nested.quality);
    if quality.is_some_and(|quality| quality > 100) {
        let why = "quality: expected a whole number from 0 to 100".to_owned();
        return Err(ListReason::Syntax(why));
    }
    let id = match object.id {
        Some(Id::Text(text)) => text,
        Some(Id::Number(number)) => number.to_string(),
        None => object.uri.unwrap_or_default(),
    };
    Ok(Record {
        line: 0,
        signals,
        quality,
        id: fields::id(&id)?,
        category: fields::label("category", &object.category.unwrap_or_default())?,
        tags: match &object.tags {
            Some(Tags::Each(tags)) => fields::tags(tags.iter().map(String::as_str))?,
            Some(Tags::Joined(text)) => fields::tags([text.as_str()])?,
            None => Vec::new(),
        },
    })
}

/// What is wrong and where; the parser's own message could repeat a hash.
fn reason(error: serde_json::Error) -> ListReason {
    let column = error.column();
    ListReason::Syntax(match error.classify() {
        Category::Data => format!("a field twice or of the wrong type, before column {column}"),
        _ => format!("not a JSON object on one line: see column {column}"),
    })
}

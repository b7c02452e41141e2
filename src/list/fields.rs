//! From text to the fields of a record, within limits.

use super::Record;
use crate::ListReason;
use crate::hash::{Signal, Signals, decode_hex};

/// The longest id, in bytes: a path may be one.
const ID_LIMIT: usize = 4096;

/// The longest category, and the longest list of tags, in bytes.
const LABEL_LIMIT: usize = 1024;

/// A field of a [`Record`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Signal(Signal),
    Quality,
    Id,
    Category,
    Tags,
}

impl Field {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Signal(signal) => signal.name(),
            Self::Quality => "quality",
            Self::Id => "id",
            Self::Category => "category",
            Self::Tags => "tags",
        }
    }
}

/// Reads one field into the record; blank text leaves it absent.
pub(super) fn set(record: &mut Record, field: Field, text: &str) -> Result<(), ListReason> {
    match field {
        Field::Signal(signal) => set_signal(&mut record.signals, signal, text)?,
        Field::Quality => record.quality = quality(text)?,
        Field::Id => record.id = id(text)?,
        Field::Category => record.category = label(field.name(), text)?,
        Field::Tags => record.tags = tags([text])?,
    }
    Ok(())
}

/// Reads one hash; blank text leaves it absent.
pub(super) fn set_signal(
    signals: &mut Signals,
    signal: Signal,
    text: &str,
) -> Result<(), ListReason> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(());
    }
    match signal {
        Signal::Pdq => signals.pdq = text.parse().ok(),
        Signal::Md5 => signals.md5 = decode_hex(text).ok(),
        Signal::Sha1 => signals.sha1 = decode_hex(text).ok(),
        Signal::Sha256 => signals.sha256 = decode_hex(text).ok(),
    }
    match signals.get(signal) {
        Some(_) => Ok(()),
        None => Err(ListReason::Hex {
            signal: signal.name(),
            expected: 2 * signal.width(),
            found: describe(text),
        }),
    }
}

/// Reads a PDQ quality; blank text leaves it absent.
pub(super) fn quality(text: &str) -> Result<Option<u8>, ListReason> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse() {
        Ok(quality @ 0..=100) => Ok(Some(quality)),
        _ => Err(ListReason::Syntax("quality: expected a whole number from 0 to 100".to_owned())),
    }
}

/// What stands in place of a hash, without its digits.
pub(super) fn describe(text: &str) -> String {
    let others = text.chars().filter(|c| !c.is_ascii_hexdigit()).count();
    match (text.chars().count(), others) {
        (count, 0) => format!("{count} digits"),
        (count, _) => format!("{count} characters"),
    }
}

pub(super) fn id(text: &str) -> Result<Option<String>, ListReason> {
    limited("id", ID_LIMIT, text)
}

pub(super) fn label(field: &'static str, text: &str) -> Result<Option<String>, ListReason> {
    limited(field, LABEL_LIMIT, text)
}

/// The tags in texts that each hold any number of them, between `;` or `|`.
pub(super) fn tags<'a>(
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<String>, ListReason> {
    let mut length = 0;
    let mut tags = Vec::new();
    for text in texts {
        length += text.trim().len();
        check("tags", LABEL_LIMIT, length)?;
        let parts = text.split([';', '|']).map(str::trim);
        tags.extend(parts.filter(|tag| !tag.is_empty()).map(str::to_owned));
    }
    Ok(tags)
}

fn limited(field: &'static str, limit: usize, text: &str) -> Result<Option<String>, ListReason> {
    let text = text.trim();
    check(field, limit, text.len())?;
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn check(field: &'static str, limit: usize, length: usize) -> Result<(), ListReason> {
    if length <= limit { Ok(()) } else { Err(ListReason::TooLong { field, limit }) }
}

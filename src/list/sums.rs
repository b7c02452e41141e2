//! The output of `md5sum` and its kin, in GNU's and BSD's form, and of `hashdeep`.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::Record;
use super::fields::{self, Field};
use crate::ListReason;
use crate::hash::Signal;

/// What precedes the two header lines of `hashdeep`.
const HASHDEEP: &[u8] = b"%%%%";

/// Parses lines; remembers the columns that `hashdeep` has announced.
#[derive(Default)]
pub(super) struct Sums {
    columns: Option<Vec<Option<Field>>>,
}

impl Sums {
    /// The record of a line; `None` for a comment or a header.
    pub(super) fn record(&mut self, line: &[u8]) -> Result<Option<Record>, ListReason> {
        if line.starts_with(b"#") {
            return Ok(None);
        }
        if let Some(header) = line.strip_prefix(HASHDEEP) {
            return self.set_header(header.trim_ascii()).map(|()| None);
        }
        match &self.columns {
            Some(columns) => hashdeep_row(columns, line).map(Some),
            None => sum(line).map(Some),
        }
    }

    fn set_header(&mut self, header: &[u8]) -> Result<(), ListReason> {
        if header.starts_with(b"HASHDEEP-") {
            return Ok(());
        }
        let columns: Vec<_> = header.split(|&byte| byte == b',').map(column).collect();
        let has_signal = columns.iter().any(|field| matches!(field, Some(Field::Signal(_))));
        self.columns = Some(columns);
        if has_signal { Ok(()) } else { Err(ListReason::NoSignalColumn) }
    }
}

fn column(name: &[u8]) -> Option<Field> {
    Some(match name {
        b"md5" => Field::Signal(Signal::Md5),
        b"sha1" => Field::Signal(Signal::Sha1),
        b"sha256" => Field::Signal(Signal::Sha256),
        b"filename" => Field::Id,
        _ => return None,
    })
}

/// A row of `hashdeep`. The file name is the last cell, not escaped, and may hold commas.
fn hashdeep_row(columns: &[Option<Field>], line: &[u8]) -> Result<Record, ListReason> {
    let mut record = Record::default();
    let mut found = 0;
    for (field, cell) in columns.iter().zip(line.splitn(columns.len(), |&byte| byte == b',')) {
        found += 1;
        if let Some(field) = field {
            fields::set(&mut record, *field, &escape(cell))?;
        }
    }
    if found < columns.len() {
        return Err(ListReason::Syntax(format!(
            "expected {} cells as in the header, found {found}",
            columns.len()
        )));
    }
    Ok(record)
}

/// A line in GNU's form, `<hex>  <name>`, or BSD's, `MD5 (<name>) = <hex>`.
fn sum(line: &[u8]) -> Result<Record, ListReason> {
    // GNU marks a line whose name has escapes.
    let (line, is_escaped) = match line.strip_prefix(b"\\") {
        Some(rest) => (rest, true),
        None => (line, false),
    };
    let (signal, hash, name) = match bsd(line) {
        Some((tag, name, hash)) => (by_tag(tag), hash, name),
        None => {
            let (hash, name) = gnu(line)?;
            (by_length(hash), hash, name)
        }
    };
    let hash = escape(hash);
    let signal = signal.ok_or_else(|| {
        ListReason::Syntax(format!(
            "expected a sum of MD5, SHA-1 or SHA-256, found another kind ({})",
            fields::describe(&hash)
        ))
    })?;
    let mut record = Record::default();
    fields::set_signal(&mut record.signals, signal, &hash)?;
    let name = if is_escaped { Cow::Owned(unescape(name)) } else { Cow::Borrowed(name) };
    record.id = fields::id(&escape(&name))?;
    Ok(record)
}

/// Splits BSD's form into tag, name and hash.
pub(super) fn bsd(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let open = line.windows(2).position(|pair| pair == b" (")?;
    let (tag, rest) = (line.get(..open)?, line.get(open + 2..)?);
    let is_tag = |byte: &u8| byte.is_ascii_alphanumeric() || b"-/".contains(byte);
    if tag.is_empty() || !tag.iter().all(is_tag) {
        return None;
    }
    let close = rest.windows(4).rposition(|four| four == b") = ")?;
    Some((tag, rest.get(..close)?, rest.get(close + 4..)?))
}

/// Splits GNU's form into hash and name, which `*` marks as read in binary mode.
fn gnu(line: &[u8]) -> Result<(&[u8], &[u8]), ListReason> {
    let end = line
        .iter()
        .position(|&byte| byte == b' ')
        .ok_or_else(|| ListReason::Syntax("expected a sum, two blanks and a name".to_owned()))?;
    let (hash, name) = line.split_at(end);
    let name = name.strip_prefix(b" ").unwrap_or(name);
    let name = match name {
        [b' ' | b'*', rest @ ..] => rest,
        _ => name,
    };
    Ok((hash, name))
}

fn by_tag(tag: &[u8]) -> Option<Signal> {
    match tag {
        b"MD5" => Some(Signal::Md5),
        b"SHA1" => Some(Signal::Sha1),
        b"SHA256" => Some(Signal::Sha256),
        _ => None,
    }
}

fn by_length(hash: &[u8]) -> Option<Signal> {
    match hash.len() {
        32 => Some(Signal::Md5),
        40 => Some(Signal::Sha1),
        64 => Some(Signal::Sha256),
        _ => None,
    }
}

/// Undoes GNU's escapes: a backslash before itself, `n` or `r`.
fn unescape(name: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(name.len());
    let mut bytes = name.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            plain.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'n') => plain.push(b'\n'),
            Some(b'r') => plain.push(b'\r'),
            Some(b'\\') => plain.push(b'\\'),
            other => plain.extend([b'\\'].into_iter().chain(other)),
        }
    }
    plain
}

/// Text from bytes: those that are not UTF-8 become `\xNN`.
fn escape(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    Cow::Owned(text)
}

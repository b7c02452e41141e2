//! One hash a line.

use super::Record;
use super::fields;
use crate::ListReason;
use crate::hash::Signal;

/// The record of a line; `None` for a comment. With `forced`, all hashes are of that kind.
pub(super) fn record(line: &str, forced: Option<Signal>) -> Result<Option<Record>, ListReason> {
    let line = line.trim();
    if line.starts_with('#') {
        return Ok(None);
    }
    let (named, rest) = match typed(line) {
        Some((signal, rest)) => (Some(signal), rest),
        None => (None, line),
    };
    if let (Some(forced), Some(named)) = (forced, named)
        && forced != named
    {
        return Err(ListReason::Syntax(format!(
            "expected {}, found {}",
            forced.name(),
            named.name()
        )));
    }
    let rest = rest.strip_prefix("hash=").unwrap_or(rest);
    let (hash, metadata) = rest.split_once(',').unwrap_or((rest, ""));
    let hash = hash.trim_end();
    let signal = match named.or(forced).or_else(|| by_length(hash)) {
        Some(signal) => signal,
        None => return Err(unknown(hash)),
    };
    let mut record = Record::default();
    fields::set_signal(&mut record.signals, signal, hash)?;
    let (quality, rest) = metadata_of(metadata)?;
    record.quality = quality.filter(|_| record.signals.pdq.is_some());
    record.id = fields::id(rest)?;
    Ok(Some(record))
}

/// Splits `<signal type> <value>`.
pub(super) fn typed(line: &str) -> Option<(Signal, &str)> {
    let (name, value) = line.split_once([' ', '\t'])?;
    let signal = match name {
        "pdq" => Signal::Pdq,
        "md5" | "video_md5" => Signal::Md5,
        "sha1" => Signal::Sha1,
        "sha256" | "video_sha256" => Signal::Sha256,
        _ => return None,
    };
    Some((signal, value.trim_start()))
}

fn by_length(hash: &str) -> Option<Signal> {
    match hash.len() {
        64 => Some(Signal::Pdq),
        40 => Some(Signal::Sha1),
        32 => Some(Signal::Md5),
        _ => None,
    }
}

fn unknown(hash: &str) -> ListReason {
    ListReason::Syntax(format!(
        "expected 64 hex digits (PDQ), 40 (SHA-1) or 32 (MD5), or a signal's name and its value, \
         found {}",
        fields::describe(hash)
    ))
}

/// The quality in a line's metadata, if there is one, and the part that names the entry.
fn metadata_of(metadata: &str) -> Result<(Option<u8>, &str), ListReason> {
    let Some((first, rest)) = metadata.split_once(',') else {
        return Ok((None, refuse_hash(metadata)?));
    };
    match first.trim().parse::<u8>() {
        Ok(quality @ 0..=100) => Ok((Some(quality), rest)),
        _ => {
            refuse_hash(first)?;
            Ok((None, metadata))
        }
    }
}

/// A second hash on a line would be lost, and with it its matches.
fn refuse_hash(text: &str) -> Result<&str, ListReason> {
    let digits = text.trim();
    if by_length(digits).is_some() && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(ListReason::Syntax(
            "several hashes on a line: such a list needs a CSV header".to_owned(),
        ));
    }
    Ok(text)
}

//! Which format a list has, by its first line.

use std::io;

use super::format::Format;
use super::lines::{Lines, Step};
use super::reader::{LONE_RETURN, has_lone_return, trim_newline};
use super::{csv, hex, sums};
use crate::ListReason;

/// Hex digits that are surely meant as a hash, even if some are missing.
const HASH_LIKE: usize = 16;

/// The asked or the recognised format. Leaves `lines` before the first line that is neither blank nor
/// a comment, or, if there is no list, after the line that shows it.
pub(super) fn format(
    lines: &mut Lines,
    asked: Option<Format>,
) -> io::Result<Result<Format, ListReason>> {
    let mut text = Vec::new();
    loop {
        text.clear();
        let step = lines.append(&mut text)?;
        if lines.number() <= 1 {
            if let Some(what) = not_text(&text) {
                return Ok(Err(ListReason::Unrecognised(what.to_owned())));
            }
            if text.starts_with(b"\xef\xbb\xbf") {
                text.drain(..3);
            }
        }
        let line = trim_newline(&text);
        if has_lone_return(line) {
            return Ok(Err(ListReason::Unrecognised(LONE_RETURN.to_owned())));
        }
        match step {
            Step::End => {
                let what = match lines.number() {
                    0 => "the file is empty",
                    _ => "there are only blank lines and comments",
                };
                return Ok(Err(ListReason::Unrecognised(what.to_owned())));
            }
            Step::Cut if line.starts_with(b"#") => lines.skip_line()?,
            Step::Line if line.starts_with(b"#") || line.trim_ascii().is_empty() => {}
            Step::Cut | Step::Line => {
                let format = asked.map_or_else(|| by_line(line), Ok);
                if format.is_ok() {
                    lines.rewind(&text);
                }
                return Ok(format);
            }
        }
    }
}

/// What the first bytes are, if they are no text in UTF-8.
fn not_text(bytes: &[u8]) -> Option<&'static str> {
    let is_control = |byte: &u8| *byte < b' ' && !b"\t\r\n".contains(byte);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        Some("text in UTF-16: save it as UTF-8")
    } else if bytes.iter().any(is_control) {
        Some("binary data")
    } else {
        None
    }
}

fn by_line(line: &[u8]) -> Result<Format, ListReason> {
    let unrecognised = |what: &str| Err(ListReason::Unrecognised(what.to_owned()));
    let Ok(text) = std::str::from_utf8(line) else {
        // A sum's file name may be in any encoding.
        return match line.iter().position(|byte| !byte.is_ascii_hexdigit()) {
            Some(HASH_LIKE..) => Ok(Format::Sums),
            _ => unrecognised("binary data, or text that is not UTF-8"),
        };
    };
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_hexdigit).count();
    let after = text.as_bytes().get(digits);
    if text.starts_with('{') {
        return Ok(Format::JsonLines);
    }
    if text.starts_with('[') {
        return unrecognised("a JSON array: write one object a line");
    }
    if text.starts_with("%%%%") || text.starts_with('\\') || sums::bsd(line).is_some() {
        return Ok(Format::Sums);
    }
    if hex::typed(text).is_some() || text.starts_with("hash=") {
        return Ok(Format::Hex);
    }
    if digits >= HASH_LIKE {
        match after {
            None | Some(b',') => return Ok(Format::Hex),
            Some(b' ') => return Ok(Format::Sums),
            _ => {}
        }
    }
    if csv::is_header(line) {
        return Ok(Format::Csv);
    }
    unrecognised("its first line is none of these")
}

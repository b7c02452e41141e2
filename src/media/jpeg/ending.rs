//! What follows the first scan, up to the end of the picture.

use super::Declined;
use super::header::Header;
use super::markers::segment;

/// Reads the markers after the one scan of a sequential picture's brightness, whose data ends at
/// `at`, up to the end of the picture. Further scans may hold the colours that this one does not.
pub(super) fn finish(bytes: &[u8], at: usize, header: &Header) -> Result<(), Declined> {
    let mut at = at;
    if header.scan.parts().len() < header.components().len() {
        let mut later = header.clone();
        while later.next(bytes, at)? {
            if later.scan.parts().first().is_none_or(|part| part.component == 0) {
                return Err(Declined::Scans);
            }
            at = data_end(bytes, later.data);
        }
        return Ok(());
    }
    loop {
        let (marker, start) = marker(bytes, at)?;
        if marker == 0xD9 {
            return Ok(());
        }
        let (body, end) = segment(bytes, start).ok_or(Declined::Damaged)?;
        at = end;
        match marker {
            0xDA => return Err(Declined::Scans),
            0xC4 | 0xDB | 0xDD | 0xE1..=0xED | 0xEF | 0xFE => {}
            // other readers take them to hold from the start
            0xE0 if !body.starts_with(b"JFIF\0") => {}
            0xEE if !body.starts_with(b"Adobe") => {}
            0xE0 | 0xEE => return Err(Declined::Colours),
            0xDC => return Err(Declined::Coding),
            _ => return Err(Declined::Damaged),
        }
    }
}

/// Where the entropy-coded data that begins at `start` ends: at the 0xFF of a marker other than a
/// restart, or of the fill bytes before it, or with the bytes.
pub(super) fn data_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(rest) = bytes.get(at..)
        && let Some(found) = memchr::memchr(0xFF, rest)
    {
        at += found;
        let after = rest.get(found + 1..).unwrap_or_default();
        let fill = after.iter().take_while(|&&byte| byte == 0xFF).count();
        match after.get(fill) {
            Some(0) if fill == 0 => at += 2,
            Some(0xD0..=0xD7) => at += fill + 2,
            _ => return at,
        }
    }
    bytes.len()
}

/// The marker that must be at `at`, after any fill bytes, and the place after it.
pub(super) fn marker(bytes: &[u8], at: usize) -> Result<(u8, usize), Declined> {
    let rest = bytes.get(at..).unwrap_or_default();
    let fill = rest.iter().take_while(|&&byte| byte == 0xFF).count();
    match rest.get(fill) {
        Some(&marker) if fill > 0 && marker > 0 => Ok((marker, at + fill + 1)),
        _ => Err(Declined::Damaged),
    }
}

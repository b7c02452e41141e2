//! PDQ hashes as they are, 32 bytes each.

use std::io;

use super::Record;
use super::lines::Lines;
use crate::ListReason;
use crate::hash::{Hash256, Signals};

/// The next hash, until the end.
pub(super) fn record(lines: &mut Lines) -> io::Result<Option<Result<Record, ListReason>>> {
    let mut hash = [0; 32];
    Ok(match lines.fill(&mut hash)? {
        0 => None,
        32 => {
            let signals = Signals { pdq: Some(Hash256::from_bytes(hash)), ..Signals::default() };
            Some(Ok(Record { line: lines.number(), signals, ..Record::default() }))
        }
        more => {
            let cut =
                format!("the file ends {more} bytes into a hash of 32: it is cut or no such list");
            Some(Err(ListReason::Syntax(cut)))
        }
    })
}

//! Lists of every format, good and bad, read from memory.

#![allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test may fail by panicking"
)]

mod bytes;
mod csv;
mod jsonl;
mod random;
mod recognition;
mod stream;
mod text;

use std::io::Cursor;
use std::path::Path;

use super::{Format, Reader, Record};
use crate::{Error, ListReason};

const PDQ: &str = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22";
const MD5: &str = "b1946ac92492d2347c6235b4d2611184";
const SHA1: &str = "f572d396fae9206628714fb2ce00f72e94f2258f";
const SHA256: &str = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

fn reader(text: impl Into<Vec<u8>>, format: Option<Format>) -> crate::Result<Reader> {
    Reader::new(Cursor::new(text.into()), Path::new("a list"), format)
}

/// The records of a list, each with its line, or the line and reason of an error.
fn read_as(
    format: Option<Format>,
    text: impl Into<Vec<u8>>,
) -> Vec<Result<Record, (u64, ListReason)>> {
    let reason = |error| match error {
        Error::List { path, line, reason } => {
            assert_eq!(path, Path::new("a list"));
            (line, reason)
        }
        other => panic!("{other}"),
    };
    match reader(text, format) {
        Ok(reader) => reader.map(|item| item.map_err(reason)).collect(),
        Err(error) => vec![Err(reason(error))],
    }
}

fn read(text: impl Into<Vec<u8>>) -> Vec<Result<Record, (u64, ListReason)>> {
    read_as(None, text)
}

/// A list without errors.
fn records(text: impl Into<Vec<u8>>) -> Vec<Record> {
    let records: Result<Vec<_>, _> = read(text).into_iter().collect();
    records.unwrap()
}

/// One record in short: line, signals in hex in their order, id.
fn short(record: &Record) -> (u64, Vec<String>, Option<&str>) {
    let hex = record.signals.iter().map(|(signal, bytes)| {
        let digits = const_hex::encode(bytes);
        format!("{} {digits}", signal.name())
    });
    (record.line, hex.collect(), record.id.as_deref())
}

fn one(signal: &str, digits: &str) -> Vec<String> {
    vec![format!("{signal} {digits}")]
}

/// The line and the message of each error.
fn errors(text: impl Into<Vec<u8>>) -> Vec<(u64, String)> {
    let errors = read(text).into_iter().filter_map(Result::err);
    errors.map(|(line, reason)| (line, reason.to_string())).collect()
}

//! Rows of comma-separated values under a header.

use std::io::{self, Read};

use ::csv::{ByteRecord, ReaderBuilder, Terminator};

use super::Record;
use super::fields::{self, Field};
use super::reader::utf8;
use crate::ListReason;
use crate::hash::Signal;

/// Whether the quotes in a line pair up. If not, the record goes on in the next line.
pub(super) fn is_whole(line: &[u8]) -> bool {
    !line.contains(&b'"') || line.iter().filter(|&&byte| byte == b'"').count() % 2 == 0
}

pub(super) fn unclosed_quote() -> ListReason {
    ListReason::Syntax("a quote that opens on this line is never closed".to_owned())
}

/// Whether a first line names at least one column that is known.
pub(super) fn is_header(line: &[u8]) -> bool {
    let cells = line.split(|&byte| byte == b',');
    cells
        .map(|cell| cell.trim_ascii())
        .map(|cell| {
            cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\"")).unwrap_or(cell)
        })
        .any(|cell| column(cell).is_some())
}

/// What a column of a header holds; `None` if it is of no use here.
pub(super) fn column(name: &[u8]) -> Option<Field> {
    let name: String = str::from_utf8(name)
        .ok()?
        .chars()
        .filter(|letter| !matches!(letter, '-' | '_') && !letter.is_whitespace())
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    // `pdq_hash`, `md5sum`: a column of signals that is passed over is matches that are missed.
    Some(match name.as_str() {
        "pdq" | "hash" | "pdqhash" => Field::Signal(Signal::Pdq),
        "md5" | "md5hash" | "md5sum" => Field::Signal(Signal::Md5),
        "sha1" | "sha1hash" | "sha1sum" => Field::Signal(Signal::Sha1),
        "sha256" | "sha256hash" | "sha256sum" => Field::Signal(Signal::Sha256),
        "quality" | "pdqquality" => Field::Quality,
        "id" => Field::Id,
        "category" => Field::Category,
        "tags" => Field::Tags,
        _ => return None,
    })
}

/// What is said of columns of which two hold the same.
pub(super) fn first_repeated(columns: &[Field]) -> Option<ListReason> {
    let times = |field: &Field| columns.iter().filter(|other| *other == field).count();
    let repeated = columns.iter().find(|field| times(field) > 1)?;
    Some(ListReason::Syntax(format!("two columns of the header are {}", repeated.name())))
}

/// Whether a cell has several lines and a hash in them: rows between two stray quotes, by all odds.
fn hides_a_hash(cell: &[u8]) -> bool {
    cell.contains(&b'\n')
        && cell
            .split(|byte| !byte.is_ascii_hexdigit())
            .any(|digits| matches!(digits.len(), 32 | 40 | 64))
}

/// Parses rows once it has a header.
///
/// One CSV reader serves all rows, because making one costs more than a row. It is given exactly one
/// record at a time, so that an odd row can neither swallow the ones after it nor grow without limit.
pub(super) struct Rows {
    reader: ::csv::Reader<Row>,
    cells: ByteRecord,
    columns: Vec<Option<Field>>,
}

/// The one row that the CSV reader gets to see.
#[derive(Default)]
struct Row {
    text: Vec<u8>,
    read: usize,
}

impl Read for Row {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.text.get(self.read..).unwrap_or_default();
        let length = rest.read(buffer)?;
        self.read += length;
        Ok(length)
    }
}

impl Default for Rows {
    fn default() -> Self {
        Self { reader: new_reader(), cells: ByteRecord::new(), columns: Vec::new() }
    }
}

fn new_reader() -> ::csv::Reader<Row> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(Terminator::Any(b'\n'))
        .from_reader(Row::default())
}

impl Rows {
    /// Takes the columns from the first row.
    pub(super) fn set_header(&mut self, text: &[u8]) -> Result<(), ListReason> {
        self.split(text)?;
        self.columns = self.cells.iter().map(column).collect();
        let used: Vec<Field> = self.columns.iter().flatten().copied().collect();
        if !used.iter().any(|field| matches!(field, Field::Signal(_))) {
            return Err(ListReason::NoSignalColumn);
        }
        first_repeated(&used).map_or(Ok(()), Err)
    }

    /// The record of one row, which may hold newlines between quotes.
    pub(super) fn record(&mut self, text: &str) -> Result<Record, ListReason> {
        self.split(text.as_bytes())?;
        let (expected, found) = (self.columns.len(), self.cells.len());
        // A short row of several lines is more likely made of two stray quotes.
        if found > expected || (found < expected && text.contains('\n')) {
            return Err(ListReason::Syntax(format!(
                "expected {expected} cells as in the header, found {found}"
            )));
        }
        if text.contains('\n') && self.cells.iter().any(hides_a_hash) {
            return Err(ListReason::Syntax(
                "a cell of several lines holds a hash: its quotes hide entries".to_owned(),
            ));
        }
        let mut record = Record::default();
        for (field, cell) in self.columns.iter().zip(&self.cells) {
            if let Some(field) = field {
                fields::set(&mut record, *field, utf8(cell)?)?;
            }
        }
        Ok(record)
    }

    /// Splits one row into `cells`.
    fn split(&mut self, text: &[u8]) -> Result<(), ListReason> {
        let row = self.reader.get_mut();
        row.text.clear();
        row.text.extend_from_slice(text);
        row.text.push(b'\n');
        row.read = 0;
        let end = row.text.len() as u64;
        let start = self.reader.position().byte();
        let is_read = self.reader.read_byte_record(&mut self.cells);
        let read = self.reader.position().byte() - start;
        if matches!(is_read, Ok(true)) && read == end && !self.reader.is_done() {
            return Ok(());
        }
        // The reader is in the middle of a record, or has met the end of its input.
        self.reader = new_reader();
        Err(ListReason::Syntax(
            "quotes that do not fit: a quoted cell is \"in quotes\", with \"\" for a quote in it"
                .to_owned(),
        ))
    }
}

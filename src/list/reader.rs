//! From a stream to records, whatever the format.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

#[cfg(feature = "parquet")]
use super::columns;
use super::format::Format;
use super::lines::{LINE_LIMIT, Lines, Step};
use super::{Record, binary, csv, hex, json, recognise, sums};
use crate::hash::Signal;
use crate::{Error, ListReason};

/// Reads records one by one; goes on after a line that could not be read.
///
/// An item is `Err` with [`Error::List`] for such a line. Only [`Error::Io`] ends the iteration.
///
/// ```
/// use std::path::Path;
/// use tutela::list::{Format, Reader};
///
/// let list = "id,md5\nT-1,d41d8cd98f00b204e9800998ecf8427e\nT-2,not a hash\n";
/// let mut reader = Reader::new(list.as_bytes(), Path::new("known.csv"), None)?;
/// assert_eq!(reader.format(), Format::Csv);
/// let record = reader.next().transpose()?.unwrap();
/// assert_eq!((record.line, record.id.as_deref()), (2, Some("T-1")));
/// let error = reader.next().unwrap().unwrap_err();
/// assert_eq!(error.to_string(), "known.csv:3: md5: expected 32 hex digits, found 10 characters");
/// assert!(reader.next().is_none());
/// # Ok::<(), tutela::Error>(())
/// ```
pub struct Reader {
    path: PathBuf,
    format: Format,
    lines: Lines,
    parser: Parser,
    /// The line or record at hand; kept for its capacity.
    text: Vec<u8>,
    ended: bool,
}

/// A record with its number.
type Numbered = (u64, Result<Record, ListReason>);

/// What turns a line into a record.
enum Parser {
    Csv(Box<csv::Rows>),
    Hex(Option<Signal>),
    Sums(sums::Sums),
    Json,
    Binary,
    #[cfg(feature = "parquet")]
    Parquet(Box<columns::Rows>),
}

impl Reader {
    /// Opens a list, in the given format or in the one that its content shows.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be opened or read; [`Error::List`] if it is empty, is not a
    /// list, or its CSV header is of no use.
    pub fn open(path: &Path, format: Option<Format>) -> crate::Result<Self> {
        if format == Some(Format::Parquet) {
            return Self::of_columns(path);
        }
        let file = File::open(path).map_err(Error::io("open", path))?;
        Self::new(file, path, format)
    }

    #[cfg(feature = "parquet")]
    fn of_columns(path: &Path) -> crate::Result<Self> {
        let parser = Parser::Parquet(Box::new(columns::Rows::open(path)?));
        Ok(Self::with(path, Format::Parquet, Lines::new(io::empty()), parser))
    }

    #[cfg(not(feature = "parquet"))]
    fn of_columns(path: &Path) -> crate::Result<Self> {
        let without = "this build reads no Parquet: build it with the feature `parquet`";
        Err(list_error(path, 0, ListReason::Unrecognised(without.to_owned())))
    }

    fn with(path: &Path, format: Format, lines: Lines, parser: Parser) -> Self {
        let (path, text, ended) = (path.to_owned(), Vec::new(), false);
        Self { path, format, lines, parser, text, ended }
    }

    /// Reads a list from anywhere; `path` only names it in errors. Buffers by itself.
    ///
    /// # Errors
    ///
    /// As [`Reader::open`].
    pub fn new(
        input: impl Read + Send + 'static,
        path: &Path,
        format: Option<Format>,
    ) -> crate::Result<Self> {
        let mut lines = Lines::new(input);
        match format {
            Some(Format::Binary) => {
                return Ok(Self::with(path, Format::Binary, lines, Parser::Binary));
            }
            Some(Format::Parquet) => {
                let stream = "Parquet is read from a file: name one".to_owned();
                return Err(list_error(path, 0, ListReason::Unrecognised(stream)));
            }
            _ => {}
        }
        let format = recognise::format(&mut lines, format)
            .map_err(Error::io("read", path))?
            .map_err(|reason| list_error(path, lines.number(), reason))?;
        let mut reader = Self::with(path, format, lines, Parser::of(format));
        if let Parser::Csv(_) = reader.parser {
            reader.read_header()?;
        }
        Ok(reader)
    }

    /// The format in use.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Bytes held in memory for lines, at most.
    #[cfg(test)]
    pub(super) fn buffered(&self) -> usize {
        self.text.capacity() + self.lines.buffered()
    }

    /// Takes the first row of a CSV file for its header.
    fn read_header(&mut self) -> crate::Result<()> {
        let (line, read) = match self.read_text() {
            Ok(Some(read)) => read,
            // The recognition saw a line, so there is one.
            Ok(None) => return Ok(()),
            Err(source) => return Err(Error::io("read", &self.path)(source)),
        };
        let Parser::Csv(rows) = &mut self.parser else {
            return Ok(());
        };
        read.and_then(|()| rows.set_header(trim_newline(&self.text)))
            .map_err(|reason| list_error(&self.path, line, reason))
    }

    /// Puts the next line, or CSV record, into `text`: its line number, and whether it is usable.
    fn read_text(&mut self) -> io::Result<Option<(u64, Result<(), ListReason>)>> {
        self.text.clear();
        let step = self.lines.append(&mut self.text)?;
        let line = self.lines.number();
        match step {
            Step::End => Ok(None),
            Step::Cut => {
                self.lines.skip_line()?;
                self.text.clear();
                let (field, limit) = ("line", LINE_LIMIT);
                Ok(Some((line, Err(ListReason::TooLong { field, limit }))))
            }
            Step::Line => {
                if matches!(self.parser, Parser::Csv(_)) && !csv::is_whole(&self.text) {
                    return Ok(Some((line, self.read_rest_of_row()?)));
                }
                Ok(Some((line, Ok(()))))
            }
        }
    }

    /// Adds lines to a CSV record until its quotes pair up.
    fn read_rest_of_row(&mut self) -> io::Result<Result<(), ListReason>> {
        while self.text.len() <= LINE_LIMIT {
            let before = self.text.len();
            match self.lines.append(&mut self.text)? {
                Step::Line if !csv::is_whole(self.text.get(before..).unwrap_or_default()) => {
                    return Ok(Ok(()));
                }
                Step::Line => {}
                Step::Cut | Step::End => break,
            }
        }
        Ok(Err(csv::unclosed_quote()))
    }

    /// The record in `text`, if it holds one.
    fn parse(&mut self) -> Result<Option<Record>, ListReason> {
        let text = trim_newline(&self.text);
        if text.iter().all(u8::is_ascii_whitespace) {
            return Ok(None);
        }
        if has_lone_return(text) {
            return Err(ListReason::Syntax(LONE_RETURN.to_owned()));
        }
        let record = match &mut self.parser {
            Parser::Sums(sums) => sums.record(text)?,
            Parser::Csv(rows) => Some(rows.record(utf8(text)?)?),
            Parser::Hex(kind) => hex::record(utf8(text)?, *kind)?,
            Parser::Json => Some(json::record(utf8(text)?)?),
            // Records of these are no lines.
            Parser::Binary => None,
            #[cfg(feature = "parquet")]
            Parser::Parquet(_) => None,
        };
        match record {
            Some(record) if record.signals.is_empty() => Err(ListReason::NoSignal),
            record => Ok(record),
        }
    }

    /// The next record of a list that is no text, and its number; `None` if it is text.
    fn next_record(&mut self) -> io::Result<Option<Option<Numbered>>> {
        Ok(match &mut self.parser {
            Parser::Binary => {
                let record = binary::record(&mut self.lines)?;
                Some(record.map(|record| (self.lines.number(), record)))
            }
            #[cfg(feature = "parquet")]
            Parser::Parquet(rows) => Some(rows.record()),
            _ => None,
        })
    }

    /// After a CSV record that could not be read: its lines but the first once more, each for itself,
    /// since it may have been a stray quote that joined them.
    fn retry_rest_of_row(&mut self) {
        let first = self.text.iter().position(|&byte| byte == b'\n');
        let rest = first.and_then(|end| self.text.get(end + 1..));
        self.lines.rewind(rest.unwrap_or_default());
    }
}

impl Iterator for Reader {
    type Item = crate::Result<Record>;

    fn next(&mut self) -> Option<crate::Result<Record>> {
        while !self.ended {
            match self.next_record() {
                Ok(None) => {}
                Ok(Some(None)) => break,
                Ok(Some(Some((line, record)))) => {
                    let record = record.and_then(|record| match record.signals.is_empty() {
                        true => Err(ListReason::NoSignal),
                        false => Ok(Record { line, ..record }),
                    });
                    return Some(record.map_err(|reason| list_error(&self.path, line, reason)));
                }
                Err(source) => {
                    self.ended = true;
                    return Some(Err(Error::io("read", &self.path)(source)));
                }
            }
            let (line, read) = match self.read_text() {
                Ok(Some(read)) => read,
                Ok(None) => break,
                Err(source) => {
                    self.ended = true;
                    return Some(Err(Error::io("read", &self.path)(source)));
                }
            };
            match read.and_then(|()| self.parse()) {
                Ok(Some(record)) => return Some(Ok(Record { line, ..record })),
                Ok(None) => {}
                Err(reason) => {
                    self.retry_rest_of_row();
                    return Some(Err(list_error(&self.path, line, reason)));
                }
            }
        }
        self.ended = true;
        None
    }
}

impl std::iter::FusedIterator for Reader {}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("path", &self.path)
            .field("format", &self.format)
            .field("line", &self.lines.number())
            .finish_non_exhaustive()
    }
}

impl Parser {
    fn of(format: Format) -> Self {
        match format {
            Format::Csv => Self::Csv(Box::default()),
            Format::Sums => Self::Sums(sums::Sums::default()),
            Format::JsonLines => Self::Json,
            Format::Hex => Self::Hex(None),
            Format::Pdq => Self::Hex(Some(Signal::Pdq)),
            Format::Md5 => Self::Hex(Some(Signal::Md5)),
            Format::Sha1 => Self::Hex(Some(Signal::Sha1)),
            Format::Sha256 => Self::Hex(Some(Signal::Sha256)),
            // Both are chosen before this is asked.
            Format::Binary | Format::Parquet => Self::Binary,
        }
    }
}

fn list_error(path: &Path, line: u64, reason: ListReason) -> Error {
    Error::List { path: path.to_owned(), line, reason }
}

pub(super) fn trim_newline(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.strip_suffix(b"\r").unwrap_or(text)
}

/// What is said of a line in which [`has_lone_return`].
pub(super) const LONE_RETURN: &str =
    "a carriage return inside a line: save the list with LF or CRLF at the ends of lines";

/// Whether a carriage return stands elsewhere than at a line's end. Old programs end lines with it
/// alone: taken for text, it would hide all entries after it in the first.
pub(super) fn has_lone_return(text: &[u8]) -> bool {
    text.contains(&b'\r')
        && text.split(|&byte| byte == b'\n').any(|line| line.trim_ascii_end().contains(&b'\r'))
}

pub(super) fn utf8(text: &[u8]) -> Result<&str, ListReason> {
    std::str::from_utf8(text).map_err(|_| ListReason::Syntax("not UTF-8".to_owned()))
}

//! Apache Parquet: rows of named columns, read row group by row group.

use std::fs::File;
use std::panic::AssertUnwindSafe;
use std::path::Path;

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field as Cell;
use parquet::record::Row;
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;

use super::Record;
use super::csv::column;
use super::fields::{self, Field};
use crate::hash::{Signal, Signals};
use crate::{Error, ListReason};

/// The rows of a file.
pub(super) struct Rows {
    rows: RowIter<'static>,
    columns: Vec<Field>,
    number: u64,
    broken: bool,
}

impl Rows {
    /// Opens a file, and chooses the columns that mean something.
    pub(super) fn open(path: &Path) -> crate::Result<Self> {
        let refused = |reason: ListReason| Error::List { path: path.to_owned(), line: 0, reason };
        let unreadable = |error: ParquetError| {
            refused(ListReason::Unrecognised(format!("no Parquet file that can be read: {error}")))
        };
        let file = File::open(path).map_err(Error::io("open", path))?;
        let reader = sound(|| SerializedFileReader::new(file)).map_err(unreadable)?;
        let schema = reader.metadata().file_metadata().schema();
        let known = |field: &&std::sync::Arc<Type>| column(field.name().as_bytes()).is_some();
        let wanted: Vec<_> = schema.get_fields().iter().filter(known).cloned().collect();
        let columns: Vec<_> =
            wanted.iter().filter_map(|field| column(field.name().as_bytes())).collect();
        if !columns.iter().any(|field| matches!(field, Field::Signal(_))) {
            return Err(refused(ListReason::NoSignalColumn));
        }
        if let Some(twice) = super::csv::first_repeated(&columns) {
            return Err(refused(twice));
        }
        let name = schema.name().to_owned();
        let schema = Type::group_type_builder(&name).with_fields(wanted).build();
        let schema = schema.map_err(unreadable)?;
        let rows = sound(|| RowIter::from_file_into(Box::new(reader)).project(Some(schema)));
        let rows = rows.map_err(unreadable)?;
        Ok(Self { rows, columns, number: 0, broken: false })
    }

    /// The next row and its number, until the end. Nothing can be read behind a row that is damaged.
    pub(super) fn record(&mut self) -> Option<(u64, Result<Record, ListReason>)> {
        if self.broken {
            return None;
        }
        let row = sound(|| self.rows.next().transpose()).transpose()?;
        self.number += 1;
        let record = match row {
            Ok(row) => self.parse(&row),
            Err(error) => {
                self.broken = true;
                Err(ListReason::Syntax(format!(
                    "this row and all after it cannot be read: {error}"
                )))
            }
        };
        Some((self.number, record))
    }

    fn parse(&self, row: &Row) -> Result<Record, ListReason> {
        let mut record = Record::default();
        for (field, (_, cell)) in self.columns.iter().zip(row.get_column_iter()) {
            set(&mut record, *field, cell)?;
        }
        Ok(record)
    }
}

/// The library panics at some damaged files.
fn sound<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    std::panic::catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(ParquetError::General("the file is damaged".to_owned())))
}

fn set(record: &mut Record, field: Field, cell: &Cell) -> Result<(), ListReason> {
    match (field, cell) {
        (_, Cell::Null) => Ok(()),
        (_, Cell::Str(text)) => fields::set(record, field, text),
        (Field::Signal(signal), Cell::Bytes(bytes)) => {
            set_bytes(&mut record.signals, signal, bytes.data())
        }
        // Texts that no one marked as such.
        (_, Cell::Bytes(bytes)) => fields::set(record, field, super::reader::utf8(bytes.data())?),
        (Field::Tags, Cell::ListInternal(list)) => {
            let texts = list.elements().iter().filter_map(|element| match element {
                Cell::Str(text) => Some(text.as_str()),
                _ => None,
            });
            record.tags = fields::tags(texts)?;
            Ok(())
        }
        (Field::Id | Field::Quality, number) if is_number(number) => {
            fields::set(record, field, &number.to_string())
        }
        (field, _) => {
            Err(ListReason::Syntax(format!("{}: a value of this type means nothing", field.name())))
        }
    }
}

/// A hash as its bytes, or as hexadecimal text that is stored as bytes.
fn set_bytes(signals: &mut Signals, signal: Signal, bytes: &[u8]) -> Result<(), ListReason> {
    if bytes.len() != signal.width() {
        let text = std::str::from_utf8(bytes).map_err(|_| ListReason::Hex {
            signal: signal.name(),
            expected: 2 * signal.width(),
            found: format!("{} bytes", bytes.len()),
        })?;
        return fields::set_signal(signals, signal, text);
    }
    fields::set_signal(signals, signal, &const_hex::encode(bytes))
}

fn is_number(cell: &Cell) -> bool {
    matches!(
        cell,
        Cell::Byte(_)
            | Cell::Short(_)
            | Cell::Int(_)
            | Cell::Long(_)
            | Cell::UByte(_)
            | Cell::UShort(_)
            | Cell::UInt(_)
            | Cell::ULong(_)
    )
}

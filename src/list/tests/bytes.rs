//! Lists that are no text.

use std::path::Path;

use crate::hash::Hash256;
use crate::list::{Format, Reader};
use crate::{Error, ListReason};

#[test]
fn hashes_as_bytes_are_read_one_behind_the_other() {
    let bytes: Vec<u8> = (0..96).collect();
    let read = |bytes: &[u8]| -> Vec<_> {
        let input = std::io::Cursor::new(bytes.to_vec());
        Reader::new(input, Path::new("l"), Some(Format::Binary)).unwrap().collect()
    };
    let records = read(&bytes);
    assert_eq!(records.len(), 3);
    for (number, record) in records.into_iter().enumerate() {
        let record = record.unwrap();
        let hash: [u8; 32] = bytes[number * 32..][..32].try_into().unwrap();
        assert_eq!(record.signals.pdq, Some(Hash256::from_bytes(hash)));
        assert_eq!((record.line, record.id), (number as u64 + 1, None));
    }
    assert!(read(&[]).is_empty());
    for cut in [1, 31, 33, 95] {
        let records = read(&bytes[..cut]);
        assert_eq!(records.len(), cut / 32 + 1);
        let error = records.into_iter().next_back().unwrap().unwrap_err();
        assert!(error.to_string().contains(&format!("{} bytes into", cut % 32)), "{error}");
    }
}

#[test]
fn parquet_is_no_stream() {
    let read = Reader::new(&b"PAR1"[..], Path::new("l"), Some(Format::Parquet));
    assert!(matches!(read, Err(Error::List { reason: ListReason::Unrecognised(_), .. })));
}

#[cfg(feature = "parquet")]
mod parquet {
    use std::sync::Arc;

    use ::parquet::data_type::{ByteArray, ByteArrayType, FixedLenByteArrayType, Int64Type};
    use ::parquet::file::properties::WriterProperties;
    use ::parquet::file::writer::SerializedFileWriter;
    use ::parquet::schema::parser::parse_message_type;
    use tempfile::NamedTempFile;

    use super::*;

    /// Two row groups of: a hash as bytes, an MD5 as text, a number as id, tags, a column of no use.
    fn write(rows: usize, md5: &str) -> NamedTempFile {
        let schema = "message schema {
            optional fixed_len_byte_array(32) pdq_hash;
            required binary md5 (utf8);
            required int64 id;
            optional binary tags (utf8);
            required binary notes (utf8);
        }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let file = NamedTempFile::new().unwrap();
        let to = file.reopen().unwrap();
        let properties = Arc::new(WriterProperties::builder().build());
        let mut writer = SerializedFileWriter::new(to, schema, properties).unwrap();
        for group in 0..2 {
            let mut columns = writer.next_row_group().unwrap();
            let texts = |text: &str| vec![ByteArray::from(text); rows];
            let numbers: Vec<i64> = (0..rows as i64).map(|row| group * 100 + row).collect();
            let hashes: Vec<_> =
                (0..rows).map(|row| ByteArray::from(vec![row as u8; 32]).into()).collect();
            let mut number = 0;
            while let Some(mut column) = columns.next_column().unwrap() {
                match number {
                    0 => {
                        let there = vec![1; rows];
                        let column = column.typed::<FixedLenByteArrayType>();
                        column.write_batch(&hashes, Some(&there), None).unwrap();
                    }
                    1 => {
                        let column = column.typed::<ByteArrayType>();
                        column.write_batch(&texts(md5), None, None).unwrap();
                    }
                    2 => {
                        column.typed::<Int64Type>().write_batch(&numbers, None, None).unwrap();
                    }
                    3 => {
                        let column = column.typed::<ByteArrayType>();
                        column.write_batch(&texts("a;b"), Some(&vec![1; rows]), None).unwrap();
                    }
                    _ => {
                        let column = column.typed::<ByteArrayType>();
                        column.write_batch(&texts("x"), None, None).unwrap();
                    }
                }
                column.close().unwrap();
                number += 1;
            }
            columns.close().unwrap();
        }
        writer.close().unwrap();
        file
    }

    #[test]
    fn rows_of_columns_are_read_in_order() {
        let file = write(5, &"ab".repeat(16));
        let reader = Reader::open(file.path(), Some(Format::Parquet)).unwrap();
        let records: Vec<_> = reader.map(Result::unwrap).collect();
        assert_eq!(records.len(), 10);
        for (number, record) in records.iter().enumerate() {
            let (group, row) = (number / 5, number % 5);
            assert_eq!(record.line, number as u64 + 1);
            assert_eq!(record.signals.pdq, Some(Hash256::from_bytes([row as u8; 32])));
            assert_eq!(record.signals.md5, Some([0xab; 16]));
            assert_eq!(record.id.as_deref(), Some(&*(group * 100 + row).to_string()));
            assert_eq!(record.tags, ["a", "b"]);
        }
    }

    #[test]
    fn a_bad_cell_is_the_error_of_its_row_and_a_bad_file_one_of_all() {
        let file = write(3, "no hash");
        let reader = Reader::open(file.path(), Some(Format::Parquet)).unwrap();
        let errors: Vec<_> = reader.map(Result::unwrap_err).collect();
        assert_eq!(errors.len(), 6);
        assert!(
            errors[4].to_string().ends_with(":5: md5: expected 32 hex digits, found 7 characters")
        );
        let bytes = std::fs::read(file.path()).unwrap();
        for len in [0, 3, 8, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(file.path(), &bytes[..len]).unwrap();
            let error = Reader::open(file.path(), Some(Format::Parquet)).unwrap_err();
            assert!(error.to_string().contains("Parquet"), "{error}");
        }
        // Whatever a damaged file says, reading it ends, without a panic.
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            std::fs::write(file.path(), damaged).unwrap();
            if let Ok(reader) = Reader::open(file.path(), Some(Format::Parquet)) {
                assert!(reader.take(100).count() < 100);
            }
        }
    }
}

//! What was written is what is read; and no bytes make a reader panic.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::*;
use crate::hash::{Hash256, Signals};

fn signals() -> impl Strategy<Value = Signals> {
    let parts = (
        option::of(any::<[u8; 32]>()),
        option::of(any::<[u8; 16]>()),
        option::of(any::<[u8; 20]>()),
        any::<[u8; 32]>(),
    );
    parts.prop_map(|(pdq, md5, sha1, sha256)| Signals {
        pdq: pdq.map(Hash256::from_bytes),
        md5,
        sha1,
        sha256: Some(sha256),
    })
}

/// Text without blanks around it, since readers cut them.
fn text() -> impl Strategy<Value = Option<String>> {
    option::of("[a-z\",#\u{e9}][a-z\",;#\n\u{e9} ]{0,9}[a-z\",#]")
}

fn entries() -> impl Strategy<Value = Vec<Record>> {
    let entry = (signals(), text(), text(), vec("[a-z\"\u{e9}]{1,5}", 0..3));
    let entry = entry.prop_map(|(signals, id, category, tags)| Record {
        line: 0,
        signals,
        quality: None,
        id,
        category,
        tags,
    });
    vec(entry, 1..20)
}

/// The five columns after the signals' four, or the fields of an object.
fn hex(signals: &Signals) -> Vec<(&'static str, String)> {
    let pairs = signals.iter();
    pairs.map(|(signal, bytes)| (signal.name(), const_hex::encode(bytes))).collect()
}

fn write_csv(entries: &[Record]) -> Vec<u8> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let header = ["sha1", "md5", "sha256", "pdq", "id", "tags", "category"];
    writer.write_record(header).unwrap();
    for entry in entries {
        let hashes = hex(&entry.signals);
        let row = header.map(|name| match name {
            "id" => entry.id.clone().unwrap_or_default(),
            "tags" => entry.tags.join(";"),
            "category" => entry.category.clone().unwrap_or_default(),
            _ => {
                let hash = hashes.iter().find(|(signal, _)| *signal == name);
                hash.map(|(_, hex)| hex.clone()).unwrap_or_default()
            }
        });
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

fn write_json(entries: &[Record]) -> Vec<u8> {
    let mut list = Vec::new();
    for entry in entries {
        let mut object = serde_json::json!({
            "id": entry.id, "category": entry.category, "tags": entry.tags,
        });
        for (name, hex) in hex(&entry.signals) {
            object[name] = hex.into();
        }
        list.extend(object.to_string().into_bytes());
        list.push(b'\n');
    }
    list
}

fn check(list: Vec<u8>, entries: &[Record]) -> TestCaseResult {
    let mut read = records(list);
    for record in &mut read {
        prop_assert!(record.line > 0);
        record.line = 0;
    }
    prop_assert_eq!(read.as_slice(), entries);
    Ok(())
}

proptest! {
    #[test]
    fn entries_written_as_csv_are_read_back(entries in entries()) {
        check(write_csv(&entries), &entries)?;
    }

    #[test]
    fn entries_written_as_json_lines_are_read_back(entries in entries()) {
        check(write_json(&entries), &entries)?;
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in vec(any::<u8>(), 0..300)) {
        for format in Format::ALL.map(Some).into_iter().chain([None]) {
            read_as(format, bytes.clone());
        }
    }

    #[test]
    fn no_scraps_of_lists_make_a_reader_panic_or_lose_count(
        scraps in vec(prop_oneof![
            Just("\""), Just(","), Just("\n"), Just("\r\n"), Just("\\"), Just("{"), Just("} "),
            Just("md5"), Just("id"), Just(MD5), Just(PDQ), Just("MD5 ("), Just(") = "),
            Just("%%%% "), Just("#"), Just("  "), Just("hash="),
        ], 0..40)
    ) {
        let text = scraps.concat();
        let newlines = text.matches('\n').count() as u64;
        let texts = Format::ALL.into_iter().filter(|format| *format != Format::Binary);
        for format in texts.map(Some).chain([None]) {
            let mut last = 0;
            for item in read_as(format, text.as_str()) {
                let line = item.map_or_else(|(line, _)| line, |record| record.line);
                prop_assert!(line >= last && line <= newlines + 1, "{} after {}", line, last);
                last = line;
            }
        }
    }
}

//! Bytes as a list, in the format they show and in each that can be asked for.
#![no_main]

use std::io::Cursor;
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use tutela::Error;
use tutela::list::{Format, Reader};

fuzz_target!(|bytes: &[u8]| {
    let newlines = bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
    for format in Format::ALL.map(Some).into_iter().chain([None]) {
        let input = Cursor::new(bytes.to_owned());
        let Ok(reader) = Reader::new(input, Path::new("list"), format) else {
            continue;
        };
        let mut last = 0;
        for item in reader {
            let line = match item {
                Ok(record) => {
                    assert!(!record.signals.is_empty());
                    record.line
                }
                Err(Error::List { line, .. }) => line,
                Err(other) => panic!("{other}"),
            };
            assert!(last < line && line <= newlines + 1);
            last = line;
        }
    }
});

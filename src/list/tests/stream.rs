//! Lines that are too long, broken streams, memory.

use std::io::{self, Read};

use super::*;
use crate::list::lines::LINE_LIMIT;

#[test]
fn a_line_that_is_too_long_is_passed_over_whole() {
    let long = "x".repeat(3 * LINE_LIMIT);
    let reason = ListReason::TooLong { field: "line", limit: LINE_LIMIT };
    for head in [
        "md5\n".to_owned(),
        format!("{MD5}\n"),
        format!("{MD5}  a\n"),
        format!("{{\"md5\":\"{MD5}\"}}\n"),
    ] {
        let good = head
            .lines()
            .next()
            .unwrap()
            .replace("md5", MD5)
            .replace(&format!("\"{MD5}\":"), "\"md5\":");
        let list = format!("{head}{good}\n{long}\n{good}\n{long}");
        let read = read(list);
        let bad: Vec<_> = read.iter().filter_map(|row| row.as_ref().err()).collect();
        assert_eq!(bad, [&(3, reason.clone()), &(5, reason.clone())], "{head}");
        let last = read.iter().flatten().last().unwrap();
        assert_eq!((last.line, last.signals.md5.is_some()), (4, true), "{head}");
    }
}

#[test]
fn the_longest_line_is_read_and_one_byte_more_is_not() {
    for (extra, is_read) in [(0, true), (1, false)] {
        let blanks = " ".repeat(LINE_LIMIT - MD5.len() - 1 + extra);
        let read = read(format!("{SHA1}\n{MD5}{blanks}\n{SHA1}\n"));
        assert_eq!(read.len(), 3);
        assert_eq!(read[1].is_ok(), is_read, "{extra}");
        assert_eq!(read[2].as_ref().unwrap().line, 3);
    }
}

#[test]
fn a_quote_that_stays_open_over_a_long_line_loses_nothing() {
    let long = "x".repeat(2 * LINE_LIMIT);
    let list = format!("md5,id\n{MD5},\"a\n{MD5},b\n{long}\n{MD5},c\n");
    let read = read(list);
    let lines: Vec<_> = read.iter().flatten().map(|row| row.line).collect();
    assert_eq!(lines, [3, 5]);
    let bad: Vec<_> =
        read.iter().filter_map(|row| row.as_ref().err()).map(|(line, _)| *line).collect();
    assert_eq!(bad, [2, 4]);
}

#[test]
fn quotes_made_to_be_read_again_and_again_take_no_longer() {
    // Each line opens a quote, seen on its own or from within one.
    let list = format!("md5,id\n{}", "a\"b,\"c\n".repeat(300_000));
    assert_eq!(read(list).len(), 300_000);
    let list = format!("md5,id\n{}", "\"\n".repeat(299_999));
    assert!(read(list).iter().all(Result::is_err));
}

#[test]
fn fields_have_limits_of_their_own() {
    let list = |id: usize, label: usize| {
        format!("md5,id,category,tags\n{MD5},{},{},\n", "i".repeat(id), "c".repeat(label))
    };
    assert_eq!(records(list(4096, 1024)).len(), 1);
    let long = |field, limit| [Err((2, ListReason::TooLong { field, limit }))];
    assert_eq!(read(list(4097, 0)), long("id", 4096));
    assert_eq!(read(list(0, 1025)), long("category", 1024));
    let tags = format!(
        "{{\"md5\":\"{MD5}\"}}\n{{\"md5\":\"{MD5}\",\"tags\":[\"{0}\",\"{0}\"]}}",
        "t".repeat(600)
    );
    assert_eq!(read(tags)[1..], long("tags", 1024));
    let name = format!("{MD5}  {}\n", "n".repeat(4097));
    assert!(matches!(read(name)[..], [Err((1, ListReason::TooLong { field: "id", .. }))]));
}

#[test]
fn bytes_that_are_not_utf8_spoil_their_line_only() {
    let mut list = format!("id,md5\nT-1,{MD5}\ncaf").into_bytes();
    list.extend(format!("\u{e9},{MD5}\nT-3,{MD5}\n").encode_utf16().map(|unit| unit as u8));
    let read = read(list);
    assert_eq!(read[1], Err((3, ListReason::Syntax("not UTF-8".to_owned()))));
    assert_eq!(read[2].as_ref().unwrap().line, 4);
}

/// Ends in an error of the system.
struct Broken(&'static [u8]);

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::other("unplugged")),
            length => Ok(length),
        }
    }
}

#[test]
fn a_stream_that_breaks_ends_the_list_with_an_error() {
    for text in [
        "md5\nb1946ac92492d2347c6235b4d2611184\n",
        "md5,id\n00000000000000000000000000000000,\"x\n",
    ] {
        let reader = Reader::new(Broken(text.as_bytes()), Path::new("a list"), None).unwrap();
        let items: Vec<_> = reader.collect();
        assert!(matches!(items.last(), Some(Err(Error::Io { action: "read", .. }))), "{items:?}");
        assert!(items.len() <= 2);
    }
    assert!(Reader::new(Broken(b""), Path::new("a list"), None).is_err());
}

/// Zeros for ever, with a quote and a first line in front.
struct Endless(u64);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.0).unwrap().min(buffer.len());
        buffer[..room].fill(b'0');
        self.0 -= room as u64;
        Ok(room)
    }
}

#[test]
fn an_endless_line_takes_bounded_memory() {
    let header: &[u8] = b"md5,id\n0,\"";
    let input = header.chain(Endless(1 << 30));
    let mut reader = Reader::new(input, Path::new("a list"), None).unwrap();
    assert!(reader.by_ref().all(|item| item.is_err()));
    assert!(reader.buffered() < 4 * LINE_LIMIT);
}

#[test]
fn a_carriage_return_that_would_hide_entries_is_an_error() {
    let first = [
        format!("pdq,id\r{PDQ},a\r{PDQ},b\r"),
        format!("id,pdq,category\ra,{PDQ},c\rb,{PDQ},c"),
        format!("{MD5}  a\r{SHA1}  b\r"),
        format!("{PDQ},a\r{PDQ},b\n"),
        format!("{{\"md5\":\"{MD5}\"}}\r{{\"md5\":\"{MD5}\"}}\n"),
        format!("# mine\r{MD5}\n{SHA1}\n"),
    ];
    for text in &first {
        let read = read(text.as_str());
        let [Err((1, ListReason::Unrecognised(what)))] = read.as_slice() else {
            panic!("{text}: {read:?}");
        };
        assert!(what.contains("carriage return"), "{what}");
    }
    let later = [
        format!("id,pdq\na\rb,{PDQ}\n"),
        format!("pdq,id,category\n{PDQ},a\r{PDQ},b\n"),
        format!("pdq,id\n{PDQ},\"a\r{PDQ},b\"\n"),
        format!("{MD5}  a\n{MD5}  b\r{SHA1}  c\n"),
        format!("{MD5}\n{PDQ},a\r{PDQ},b\n"),
        format!("{MD5}\n# mine\r{PDQ},b\n"),
    ];
    for text in &later {
        let errors = errors(text.as_str());
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        assert_eq!(errors[0].0, 2);
        assert!(errors[0].1.contains("carriage return"), "{errors:?}");
    }
    let ends = format!("pdq,id\r\n{PDQ},\"a\r\nb\"\r\n\r\n{PDQ},c\r\r\n");
    assert_eq!(records(ends).len(), 2);
}

use super::*;

#[test]
fn a_list_is_recognised_by_its_first_line() {
    let table = [
        (format!("pdq\n{PDQ}\n"), Format::Csv),
        (format!("\u{feff}id,MD5\nx,{MD5}\n"), Format::Csv),
        (format!("\"SHA-1\",\"MD5\",\"CRC32\"\n\"{SHA1}\",\"{MD5}\",\"0\"\n"), Format::Csv),
        (format!("{PDQ}\n"), Format::Hex),
        (format!("\u{feff}{PDQ}\r\n"), Format::Hex),
        (MD5.to_owned(), Format::Hex),
        (format!("# x\n\n{SHA1},y\n"), Format::Hex),
        (format!("hash={PDQ},z\n"), Format::Hex),
        (format!("video_md5 {MD5}\n"), Format::Hex),
        (format!("{}\n", &PDQ[1..]), Format::Hex),
        (format!("{MD5}  a\n"), Format::Sums),
        (format!("{SHA256} *pdq,id\n"), Format::Sums),
        (format!("\\{MD5}  a\\nb\n"), Format::Sums),
        (format!("MD5 (a) = {MD5}\n"), Format::Sums),
        ("%%%% HASHDEEP-1.0\n".to_owned(), Format::Sums),
        (format!("\n  {{\"md5\":\"{MD5}\"}}\n"), Format::JsonLines),
    ];
    for (text, format) in &table {
        let reader = reader(text.as_str(), None).unwrap();
        assert_eq!(reader.format(), *format, "{text}");
        let forced = super::reader(text.as_str(), Some(*format)).unwrap();
        assert_eq!(forced.format(), *format);
        assert_eq!(
            format!("{:?}", forced.collect::<Vec<_>>()),
            format!("{:?}", reader.collect::<Vec<_>>())
        );
    }
    assert_eq!(table.len(), 16);
}

#[test]
fn what_is_no_list_is_refused_saying_what_it_is() {
    let utf16: Vec<u8> = "\u{feff}pdq\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let table: [(&[u8], u64, &str); 11] = [
        (b"", 0, "empty"),
        (b"\n \n# only this\n", 3, "only blank lines and comments"),
        (b"\xef\xbb\xbf", 1, "only blank lines and comments"),
        (&utf16, 1, "UTF-16"),
        (b"p\0d\0q\0\n\0", 1, "binary data"),
        (b"PK\x03\x04\x14\0", 1, "binary data"),
        (b"\xff\xd8\xff\xe0", 1, "not UTF-8"),
        (b"[{\"pdq\":\"00\"}]", 1, "JSON array"),
        (b"dear all,\nhere is the list\n", 1, "none of these"),
        (b"<html>", 1, "none of these"),
        (b"#\nname,value\n", 2, "none of these"),
    ];
    for (bytes, line, what) in table {
        let read = read(bytes);
        let [Err((at, reason @ ListReason::Unrecognised(_)))] = read.as_slice() else {
            panic!("{read:?}");
        };
        assert_eq!(*at, line, "{reason}");
        assert!(reason.to_string().contains(what), "{reason}");
    }
    let forced = read_as(Some(Format::Hex), "");
    assert!(matches!(forced[..], [Err((0, ListReason::Unrecognised(_)))]));
}

#[test]
fn an_unreadable_file_is_an_error_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing.csv");
    let error = Reader::open(&path, None).unwrap_err();
    assert!(matches!(error, Error::Io { action: "open", .. }), "{error}");

    let path = folder.path().join("a.txt");
    std::fs::write(&path, format!("{PDQ}\n")).unwrap();
    assert_eq!(Reader::open(&path, None).unwrap().count(), 1);
}

#[test]
fn the_list_of_the_test_data_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/known.csv");
    let records: crate::Result<Vec<_>> = Reader::open(&path, None).unwrap().collect();
    let records = records.unwrap();
    assert_eq!(records.len(), 8);
    assert_eq!(records[0].signals.iter().count(), 4);
    assert_eq!(records[7].id.as_deref(), Some("T-0008"));
    assert!(records[7].signals.pdq.is_none() && records[7].signals.sha256.is_some());
}

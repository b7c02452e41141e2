//! Hex lines and sums.

use super::*;

#[test]
fn hex_lines_tell_their_signal_by_length() {
    let upper = PDQ.to_uppercase();
    let list = format!("# three\n{upper}\r\n\n {SHA1} \n{MD5}");
    let records = records(list);
    let shorts: Vec<_> = records.iter().map(short).collect();
    assert_eq!(
        shorts,
        [(2, one("pdq", PDQ), None), (4, one("sha1", SHA1), None), (5, one("md5", MD5), None)]
    );
}

#[test]
fn what_follows_a_hash_names_the_entry() {
    for (metadata, id) in [
        ("", None),
        (",", None),
        (",100,photos/a.jpg", Some("photos/a.jpg")),
        (",0,a, b.jpg", Some("a, b.jpg")),
        (",100,", None),
        (",57", Some("57")),
        (",idx=3", Some("idx=3")),
        (",T-1,csam", Some("T-1,csam")),
        (",101,a.jpg", Some("101,a.jpg")),
    ] {
        for prefix in ["", "hash=", "pdq ", "pdq hash="] {
            let list = format!("{prefix}{PDQ}{metadata}\n");
            let records = records(list.clone());
            assert_eq!(short(&records[0]), (1, one("pdq", PDQ), id), "{list}");
        }
    }
}

#[test]
fn lines_may_name_their_signal() {
    let list = format!(
        "pdq {PDQ}\nvideo_md5 {MD5}\nmd5\t{MD5}\nsha1 {SHA1}\nsha256 {SHA256}\nvideo_sha256 {SHA256}\n"
    );
    let signals: Vec<_> = records(list).iter().map(|row| short(row).1).collect();
    assert_eq!(
        signals,
        [
            one("pdq", PDQ),
            one("md5", MD5),
            one("md5", MD5),
            one("sha1", SHA1),
            one("sha256", SHA256),
            one("sha256", SHA256)
        ]
    );
}

#[test]
fn bad_hex_lines_are_errors_with_their_line() {
    let list = format!(
        "{PDQ}\n{}\npdq_ocr {PDQ}\nmd5 {PDQ}\n{MD5},{SHA1}\n{MD5},x.jpg\n{PDQ}{PDQ}",
        &PDQ[1..]
    );
    let lines: Vec<_> = errors(list.clone()).iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 3, 4, 5, 7]);
    for (_, message) in errors(list) {
        assert!(!message.contains(&PDQ[1..9]), "{message}");
    }
}

#[test]
fn a_forced_signal_overrules_the_length() {
    let list = format!("{SHA256}\n{SHA256},T-2\nsha256 {SHA256}\n{MD5}\npdq {PDQ}\n");
    let read = read_as(Some(Format::Sha256), list);
    let signals: Vec<_> = read.iter().flatten().map(|row| short(row).1).collect();
    assert_eq!(signals, vec![one("sha256", SHA256); 3]);
    assert_eq!(read.len(), 5);
    assert_eq!(
        read[3].as_ref().unwrap_err().1.to_string(),
        "sha256: expected 64 hex digits, found 32 digits"
    );
    assert_eq!(read[4].as_ref().unwrap_err().1.to_string(), "expected sha256, found pdq");
    for (format, name, digits) in
        [(Format::Pdq, "pdq", PDQ), (Format::Md5, "md5", MD5), (Format::Sha1, "sha1", SHA1)]
    {
        let read = read_as(Some(format), format!("{digits}\n"));
        assert_eq!(short(read[0].as_ref().unwrap()).1, one(name, digits));
    }
}

#[test]
fn sums_of_gnu_and_bsd_give_digest_and_name() {
    let list = format!(
        "{SHA256}  a.txt\n{MD5} *b c.bin\n{SHA1}   leading blank\n\\{MD5}  back\\\\slash\\nline\n\
         SHA256 (d (e) = f.txt) = {SHA256}\r\n\\MD5 (x\\ny) = {MD5}\nSHA1 (g) = {SHA1}\n\
         # comment\n{MD5} reversed\n"
    );
    let records = records(list);
    let shorts: Vec<_> = records.iter().map(short).collect();
    assert_eq!(
        shorts,
        [
            (1, one("sha256", SHA256), Some("a.txt")),
            (2, one("md5", MD5), Some("b c.bin")),
            (3, one("sha1", SHA1), Some("leading blank")),
            (4, one("md5", MD5), Some("back\\slash\nline")),
            (5, one("sha256", SHA256), Some("d (e) = f.txt")),
            (6, one("md5", MD5), Some("x\ny")),
            (7, one("sha1", SHA1), Some("g")),
            (9, one("md5", MD5), Some("reversed")),
        ]
    );
}

#[test]
fn names_that_are_not_utf8_are_escaped() {
    let mut list = format!("{MD5}  caf").into_bytes();
    list.extend(b"\xe9\xff.txt\n");
    let records = records(list);
    assert_eq!(records[0].id.as_deref(), Some("caf\\xe9\\xff.txt"));
}

#[test]
fn hashdeep_columns_follow_its_header() {
    let list = format!(
        "%%%% HASHDEEP-1.0\n%%%% size,md5,sha1,tiger,sha256,filename\n\
         ## Invoked from: /data\n## # hashdeep -c md5,sha1,tiger,sha256 -r .\n##\n\
         11,{MD5},{SHA1},0,{SHA256},/data/b,c.txt\n6,{MD5}\n6,,,,,/data/none\n"
    );
    let read = read(list);
    let signals = [("md5", MD5), ("sha1", SHA1), ("sha256", SHA256)];
    let signals: Vec<_> = signals.map(|(name, hex)| format!("{name} {hex}")).into();
    let first = read[0].as_ref().unwrap();
    assert_eq!(short(first), (6, signals, Some("/data/b,c.txt")));
    assert_eq!(
        read[1].as_ref().unwrap_err().1.to_string(),
        "expected 6 cells as in the header, found 2"
    );
    assert_eq!(read[2], Err((8, ListReason::NoSignal)));
    assert_eq!(read.len(), 3);
}

#[test]
fn bad_sums_are_errors_with_their_line() {
    let list =
        format!("{MD5}  a\n{MD5}00  b\nSHA512 (c) = {SHA256}{SHA256}\n{MD5}\nMD5 (d) = {SHA1}\n");
    let lines: Vec<_> = errors(list).iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 3, 4, 5]);
    let header = "%%%% HASHDEEP-1.0\n%%%% size,filename\n6,a\n";
    assert_eq!(
        read(header),
        [Err((2, ListReason::NoSignalColumn)), Err((3, ListReason::NoSignal))]
    );
}

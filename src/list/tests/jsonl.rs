use super::*;

#[test]
fn objects_have_the_columns_of_csv() {
    let list = format!(
        "{{\"pdq\":\"{PDQ}\",\"md5\":null,\"id\":\"T-1\",\"category\":\"A1\",\"tags\":[\"a\",\"b c\"],\"x\":[{{}}]}}\n\
         \n{{\"tags\":\"a|b\", \"id\": 43, \"sha1\": \"{SHA1}\", \"sha256\":\"\"}}\r\n\
         {{\"hash\":\"{PDQ}\"}}"
    );
    let records = records(list);
    let shorts: Vec<_> = records.iter().map(short).collect();
    assert_eq!(
        shorts,
        [
            (1, one("pdq", PDQ), Some("T-1")),
            (3, one("sha1", SHA1), Some("43")),
            (4, one("pdq", PDQ), None)
        ]
    );
    assert_eq!(records[0].category.as_deref(), Some("A1"));
    assert_eq!(records[0].tags, ["a", "b c"]);
    assert_eq!(records[1].tags, ["a", "b"]);
}

#[test]
fn rows_of_our_own_hash_command_are_entries() {
    let list = format!(
        "{{\"uri\":\"photos/a.jpg\",\"media\":{{\"kind\":\"image\"}},\"fingerprint\":\
         {{\"sha256\":\"{SHA256}\",\"sha1\":\"{SHA1}\",\"md5\":\"{MD5}\",\"pdq\":\"{PDQ}\",\"quality\":97}}}}\n"
    );
    let records = records(list);
    assert_eq!(records[0].signals.iter().count(), 4);
    assert_eq!(records[0].id.as_deref(), Some("photos/a.jpg"));
}

#[test]
fn bad_objects_are_errors_that_repeat_nothing() {
    let list = format!(
        "{{\"pdq\":\"{PDQ}\"}}\n{{\"pdq\":\"{PDQ}\"\n{{\"pdq\":[\"{PDQ}\"]}}\n{{\"pdq\":\"{PDQ}\",\"hash\":\"{PDQ}\"}}\n\
         [\"{PDQ}\"]\n{{\"id\":\"x\"}}\n{{\"pdq\":\"{}\"}}\n{{\"id\":{{}},\"pdq\":\"{PDQ}\"}}\n{}\n",
        &PDQ[2..],
        "[".repeat(100_000),
    );
    let errors = errors(list);
    let lines: Vec<_> = errors.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6, 7, 8, 9]);
    for (_, message) in errors {
        assert!(!message.contains(&PDQ[2..9]), "{message}");
    }
}

#[test]
fn usual_names_of_signals_are_not_passed_over() {
    let list = format!(
        "{{\"PDQ\":\"{PDQ}\",\"MD5\":\"{MD5}\",\"SHA-1\":\"{SHA1}\",\"SHA256\":\"{SHA256}\"}}\n"
    );
    let [record] = &records(list)[..] else { panic!("not one record") };
    assert_eq!(record.signals.iter().count(), 4);
}

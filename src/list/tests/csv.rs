use super::*;

#[test]
fn columns_come_in_any_order_and_case_and_unknown_ones_are_ignored() {
    let list = format!(
        "Tags,Size,ID,SHA-256,Md5,sha_1,PDQ,Category\n\
         a; b c |d;,12,T-1,{SHA256},{MD5},{SHA1},{PDQ},A1\n\
         ,,,,{MD5},,,\n"
    );
    let records = records(list);
    assert_eq!(records.len(), 2);
    assert_eq!(
        short(&records[0]),
        (
            2,
            vec![
                format!("pdq {PDQ}"),
                format!("md5 {MD5}"),
                format!("sha1 {SHA1}"),
                format!("sha256 {SHA256}")
            ],
            Some("T-1")
        )
    );
    assert_eq!(records[0].category.as_deref(), Some("A1"));
    assert_eq!(records[0].tags, ["a", "b c", "d"]);
    assert_eq!(short(&records[1]), (3, one("md5", MD5), None));
    assert_eq!((&records[1].category, &records[1].tags), (&None, &Vec::new()));
}

#[test]
fn hash_is_another_name_of_pdq_as_in_our_own_output() {
    let list = format!("hash,quality,path\n{PDQ},100,a.jpg\n");
    assert_eq!(short(&records(list)[0]), (2, one("pdq", PDQ), None));
}

#[test]
fn rows_in_quotes_keep_commas_quotes_and_newlines_and_lines_stay_right() {
    let list = format!(
        "\"id\",\"md5\"\r\n\"a, \"\"b\"\"\r\nc\",\"{MD5}\"\r\n\r\nT-2,{MD5}\r\n\"\n\n\",{MD5}\r\nT-4,no"
    );
    let rows = read(list);
    let shorts: Vec<_> = rows.iter().flatten().map(short).collect();
    assert_eq!(
        shorts,
        [
            (2, one("md5", MD5), Some("a, \"b\"\r\nc")),
            (5, one("md5", MD5), Some("T-2")),
            (6, one("md5", MD5), None),
        ]
    );
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[3].as_ref().unwrap_err().0, 9);
}

#[test]
fn a_stray_quote_costs_its_own_line_and_no_other() {
    let rows = |bad: &str| format!("id,md5\nT-1,{MD5}\n{bad}\nT-3,{MD5}\nT-4,{MD5}\n");
    let bad_rows = [
        format!("\"T-2,{MD5}"),
        format!("5\" disc,{MD5}"),
        format!("T-2,\"{MD5}"),
        format!("T-2,{MD5}\""),
        format!("a\"b,\"{MD5}"),
        "\"".to_owned(),
    ];
    for bad in &bad_rows {
        for list in [rows(bad), rows(bad).trim_end().to_owned()] {
            let read = read(list);
            let lines: Vec<_> = read.iter().flatten().map(|record| record.line).collect();
            assert!(lines == [2, 4, 5] || lines == [2, 3, 4, 5], "{bad}: {lines:?}");
            let bad_lines: Vec<_> = read.iter().filter_map(|row| row.as_ref().err()).collect();
            assert!(bad_lines.iter().all(|(line, _)| *line == 3), "{bad_lines:?}");
            assert_eq!(bad_lines.len() + lines.len(), 4, "{bad}");
        }
    }
}

#[test]
fn two_stray_quotes_do_not_hide_the_rows_between_them() {
    let list = format!("md5,id,category\n{MD5},\"T-1,a\n{MD5},T-2,b\n{MD5},T-3\",c\n{MD5},T-4,d\n");
    let read = read(list);
    let ids: Vec<_> = read.iter().flatten().map(|row| row.id.as_deref()).collect();
    assert!(ids.contains(&Some("T-2")) && ids.contains(&Some("T-4")), "{ids:?}");
    assert_eq!(read[0].as_ref().unwrap_err().0, 2);
}

#[test]
fn a_row_may_end_early_but_not_late() {
    let list = format!("md5,id,tags\n{MD5}\n{MD5},T-2,x,{SHA1}\n");
    let read = read(list);
    assert_eq!(short(read[0].as_ref().unwrap()), (2, one("md5", MD5), None));
    let (line, reason) = read[1].as_ref().unwrap_err();
    assert_eq!(*line, 3);
    assert_eq!(reason.to_string(), "expected 3 cells as in the header, found 4");
}

#[test]
fn bad_cells_are_told_apart_without_repeating_them() {
    let digits = &MD5[1..];
    let list = format!("md5,id\n{digits},a\nz{digits},b\n,c\n0x{},d\n", &MD5[2..]);
    assert_eq!(
        errors(list),
        [
            (2, "md5: expected 32 hex digits, found 31 digits".to_owned()),
            (3, "md5: expected 32 hex digits, found 32 characters".to_owned()),
            (4, "no signal on this line".to_owned()),
            (5, "md5: expected 32 hex digits, found 32 characters".to_owned()),
        ]
    );
}

#[test]
fn a_header_without_signal_or_with_one_twice_is_refused() {
    assert_eq!(read("# ours\n\nid,category\n"), [Err((3, ListReason::NoSignalColumn))]);
    assert_eq!(errors("pdq,id,hash\n"), [(1, "two columns of the header are pdq".to_owned())]);
    assert_eq!(errors("md5,\"id\n")[0].0, 1, "a header whose quote stays open");
    assert_eq!(
        read_as(Some(Format::Csv), format!("{PDQ}\n")),
        [Err((1, ListReason::NoSignalColumn))]
    );
}

#[test]
fn a_number_sign_begins_a_comment_only_above_the_header() {
    let list = format!("# comment\nid,md5\n#7,{MD5}\n");
    assert_eq!(short(&records(list)[0]), (3, one("md5", MD5), Some("#7")));
}

#[test]
fn a_header_alone_is_a_list_without_entries() {
    assert_eq!(read("pdq,id"), []);
}

#[test]
fn usual_names_of_signal_columns_are_not_passed_over() {
    let list = format!("MD5,pdq_hash,SHA-1 hash,sha256sum\n{MD5},{PDQ},{SHA1},{SHA256}\n");
    let [record] = &records(list)[..] else { panic!("not one record") };
    assert_eq!(record.signals.iter().count(), 4);
}

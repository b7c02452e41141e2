use crate::support::{Dir, Run, args, digests, flat, pdq, picture, tutela};

#[test]
fn wrong_usage_is_status_2_and_help_is_status_0() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    let photo = dir.picture("photo.png", &picture(1));
    let wrong = [
        vec![],
        vec!["scan".into()],
        args!["scan", photo].to_vec(),
        args!["scan", "--index", "a", "--list", list, photo].to_vec(),
        args!["scan", "--list", list, "--radius", "257", photo].to_vec(),
        args!["scan", "--list", list, "--threads", "0", photo].to_vec(),
        args!["scan", "--list", list, "--max-bytes", "1X", photo].to_vec(),
        args!["index", "add", "--index", "a", "--bank", "", list].to_vec(),
        args!["index", "remove", "--index", "a", "--bank", "b"].to_vec(),
        args!["index", "remove", "--index", "a", "--bank", "b", "--all", "--entry", "c"].to_vec(),
        args!["hash", "--json", "--csv", photo].to_vec(),
        args!["match", "--index", "a", "0123"].to_vec(),
    ];
    for arguments in wrong {
        let run = Run::new(&arguments).expect(2);
        assert!(!run.stderr.is_empty() && run.stdout.is_empty(), "{arguments:?}");
    }
    for command in ["index", "hash", "match", "scan", "completions"] {
        Run::new([command, "--help"]).expect(0);
    }
    let help = Run::new(["scan", "--help"]).expect(0).stdout;
    for status in ["0  finished", "1  finished", "2  wrong", "3  finished"] {
        assert!(help.contains(status), "{help}");
    }
}

#[test]
fn a_named_path_that_is_not_there_fails_before_anything_is_scanned() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    let photo = dir.picture("photo.png", &picture(1));
    let run = Run::new(args!["scan", "--list", list, photo, dir.path("gone")]).expect(2);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("gone"), "{}", run.stderr);
    let run = Run::new(args!["scan", "--list", list, "s3://bucket/photos"]).expect(2);
    assert!(run.stderr.contains("not supported yet"), "{}", run.stderr);
    let run = Run::new(args!["scan", "--index", dir.path("none"), photo]).expect(2);
    assert!(run.stderr.contains("not an index"), "{}", run.stderr);
}

#[test]
fn scan_tells_the_result_by_its_status() {
    let dir = Dir::new();
    let known = picture(1);
    let list = dir.list("known.csv", &[&known]);
    let found = dir.picture("found.png", &known);
    let clear = dir.picture("clear.png", &picture(2));
    let text = dir.file("notes.txt", "no picture");
    for (paths, status) in [
        (vec![&clear], 0),
        (vec![&found], 1),
        (vec![&clear, &text], 3),
        (vec![&found, &text], 1),
        (vec![&clear, &found], 1),
    ] {
        Run::of(tutela().args(args!["scan", "--list", list]).args(paths)).expect(status);
    }
}

#[test]
fn hash_prints_text_csv_or_json() {
    let dir = Dir::new();
    let photo = dir.picture("a, b.png", &picture(1));
    let (path, hash) = (photo.to_str().unwrap(), pdq(&picture(1)));

    let text = Run::new(args!["hash", photo]).expect(0).stdout;
    assert!(text.starts_with(&hash) && text.ends_with(&format!("  {path}\n")), "{text}");

    let csv = Run::new(args!["hash", "--csv", photo]).expect(0).stdout;
    let (start, quoted) = csv.split_at(64);
    assert_eq!(start, hash);
    let quality: u8 = quoted.split(',').nth(1).unwrap().parse().unwrap();
    assert_eq!(quoted, format!(",{quality},\"{path}\"\n"));

    let rows = Run::new(args!["hash", "--json", photo]).expect(0).rows();
    let [md5, sha1, sha256] = digests(&photo);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["uri"], path);
    assert_eq!(rows[0]["media"]["format"], "png");
    let expected = serde_json::json!({
        "sha256": sha256, "sha1": sha1, "md5": md5, "pdq": hash, "quality": quality,
    });
    assert_eq!(rows[0]["fingerprint"], expected);
}

#[test]
fn hash_warns_of_what_has_no_hash_and_prints_low_quality() {
    let dir = Dir::new();
    dir.picture("in/flat.png", &flat());
    dir.file("in/notes.txt", "no picture");
    let run = Run::new(args!["hash", "--csv", dir.path("in")]).expect(3);
    assert_eq!(run.stdout.lines().count(), 1);
    assert!(run.stdout.contains("flat.png"), "{}", run.stdout);
    assert!(run.stderr.contains("notes.txt: unsupported:"), "{}", run.stderr);

    let rows = Run::new(args!["hash", "--json", dir.path("in")]).expect(3).rows();
    let notes = rows.iter().find(|row| row["uri"].as_str().unwrap().ends_with("notes.txt"));
    let notes = notes.unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(notes["reason"]["code"], "unsupported");
    assert_eq!(notes["media"]["kind"], "unknown");
    assert_eq!(notes["fingerprint"]["md5"].as_str().unwrap().len(), 32);
}

#[test]
fn match_answers_one_line_a_query() {
    let dir = Dir::new();
    let index = dir.path("index");
    let hash = pdq(&picture(1));
    let (md5, sha1) = ("ab".repeat(16), "cd".repeat(20));
    let list = dir.file(
        "known.csv",
        format!("id,pdq,md5,sha1,sha256\np,{hash},,,\nm,,{md5},,\ns,,,{sha1},\nh,,,,{hash}\n"),
    );
    Run::new(args!["index", "add", "--index", index, "--bank", "B", list]).expect(0);

    let near = flip_bits(&hash, 3);
    let run = Run::new(args!["match", "--index", index, hash, near, md5.to_uppercase(), sha1]);
    let expected = [
        format!(
            r#"{{"query":"{hash}","matches":[{{"bank":"B","entry":"h","signal":"sha256","distance":0}},{{"bank":"B","entry":"p","signal":"pdq","distance":0}}]}}"#
        ),
        format!(
            r#"{{"query":"{near}","matches":[{{"bank":"B","entry":"p","signal":"pdq","distance":3}}]}}"#
        ),
        format!(
            r#"{{"query":"{md5}","matches":[{{"bank":"B","entry":"m","signal":"md5","distance":0}}]}}"#
        ),
        format!(
            r#"{{"query":"{sha1}","matches":[{{"bank":"B","entry":"s","signal":"sha1","distance":0}}]}}"#
        ),
    ];
    assert_eq!(run.expect(1).stdout.lines().collect::<Vec<_>>(), expected);

    let far = Run::new(args!["match", "--index", index, "--radius", "2", near]).expect(0);
    assert_eq!(far.stdout, format!("{{\"query\":\"{near}\",\"matches\":[]}}\n"));
}

#[test]
fn match_names_the_nearest_entries_which_are_no_matches() {
    let dir = Dir::new();
    let index = dir.path("index");
    let hash = pdq(&picture(1));
    let others = [0, 40, 60, 50].map(|bits| flip_bits(&hash, bits));
    let lines = others.iter().enumerate().map(|(id, hash)| format!("{id},{hash}\n"));
    let list = dir.file("known.csv", format!("id,pdq\n{}", lines.collect::<String>()));
    Run::new(args!["index", "add", "--index", index, "--bank", "B", list]).expect(0);
    let off = args!["index", "policy", "--index", index, "--bank", "B", "--disable-entry", "0"];
    Run::new(off).expect(0);
    let run = Run::new(args!["match", "--index", index, "--nearest", "2", hash, "ab".repeat(16)]);
    let rows = run.expect(0).rows();
    let nearest = serde_json::json!([
        {"bank":"B","entry":"1","signal":"pdq","distance":40},
        {"bank":"B","entry":"3","signal":"pdq","distance":50},
    ]);
    assert_eq!((&rows[0]["matches"], &rows[0]["nearest"]), (&serde_json::json!([]), &nearest));
    assert!(rows[1].get("nearest").is_none());
    Run::new(args!["match", "--index", index, "--nearest", "0", hash]).expect(2);
}

#[test]
fn match_goes_on_after_a_bad_line_and_answers_all_others() {
    let dir = Dir::new();
    let index = dir.path("index");
    let list = dir.list("known.csv", &[&picture(1)]);
    Run::new(args!["index", "add", "--index", index, "--bank", "B", list]).expect(0);
    let hash = pdq(&picture(1));
    let mut input = format!("{hash}\r\n\nnonsense\n{}\n", "a".repeat(5000));
    for number in 0..1000 {
        input += &format!("{number:064x}\n");
    }
    input += &hash;
    let run = Run::of(tutela().args(args!["match", "--index", index, "-"]).write_stdin(input));
    let run = run.expect(2);
    let rows = run.rows();
    assert_eq!(rows.len(), 1002);
    for row in [&rows[0], &rows[1001]] {
        assert_eq!(row["matches"][0]["entry"], "entry-0");
    }
    assert_eq!(rows[500]["query"], format!("{:064x}", 499));
    let errors: Vec<_> = run.stderr.lines().collect();
    assert_eq!(errors.len(), 2);
    assert!(errors[0].contains("-:3:") && errors[1].contains("-:4:"), "{errors:?}");
}

#[test]
fn completions_are_printed_for_each_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = Run::new(["completions", shell]).expect(0);
        assert!(run.stdout.contains("tutela"));
    }
}

/// The hash with its first `bits` bits turned over.
fn flip_bits(hash: &str, bits: u32) -> String {
    let flipped = hash.chars().enumerate().map(|(place, digit)| {
        let bits = bits.saturating_sub(4 * place as u32).min(4);
        let mask = !(0xf_u32 >> bits) & 0xf;
        char::from_digit(digit.to_digit(16).unwrap() ^ mask, 16).unwrap()
    });
    flipped.collect()
}

use std::fs;

use serde_json::json;
use tutela::scan::{UriEncoding, decode_uri};

use crate::support::{Dir, Run, args, digests, flat, pdq, picture, rows};

#[test]
fn a_match_has_all_fields_of_the_contract() {
    let dir = Dir::new();
    let index = dir.path("index");
    let list = dir.list("known.csv", &[&picture(1)]);
    Run::new(args!["index", "add", "--index", index, "--bank", "NCMEC", list]).expect(0);
    let photo = dir.picture("photo.png", &picture(1));
    let info = Run::new(args!["index", "info", "--json", "--index", index]).expect(0).rows();

    let mut found = Run::new(args!["scan", "--index", index, photo]).expect(1).rows();
    assert_eq!(found.len(), 1);
    let at = found[0].as_object_mut().unwrap().remove("at").unwrap();
    let at = at.as_str().unwrap();
    assert!(at.len() == "2026-11-23T16:00:00Z".len() && at.ends_with('Z'), "{at}");
    let quality = found[0]["fingerprint"]["quality"].clone();
    assert!(quality.as_u64().unwrap() >= 50);
    let [md5, sha1, sha256] = digests(&photo);
    let expected = json!({
        "schema": "tutela.finding/1",
        "uri": photo.to_str().unwrap(),
        "verdict": "match",
        "media": {
            "kind": "image", "format": "png", "width": 320, "height": 240,
            "bytes": fs::metadata(&photo).unwrap().len(),
        },
        "fingerprint": {
            "sha256": sha256, "sha1": sha1, "md5": md5, "pdq": pdq(&picture(1)), "quality": quality,
        },
        "matches": [{
            "bank": "NCMEC", "entry": "entry-0", "signal": "pdq", "distance": 0,
            "orientation": "original", "category": "A1",
        }],
        "engine": concat!("tutela ", env!("CARGO_PKG_VERSION")),
        "index": info[0]["index"],
    });
    assert_eq!(found[0], expected);
    assert_eq!(expected["index"].as_str().unwrap().len(), 64);
}

#[test]
fn clear_files_are_written_only_on_request() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    dir.picture("in/clear.png", &picture(2));
    let quiet = Run::new(args!["scan", "--list", list, dir.path("in")]).expect(0);
    assert_eq!(quiet.stdout, "");
    let all = Run::new(args!["scan", "--all", "--list", list, dir.path("in")]).expect(0).rows();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["verdict"], "clear");
    assert!(all[0].get("matches").is_none() && all[0].get("reason").is_none());
}

#[test]
fn what_cannot_be_judged_has_a_reason() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    let png = fs::read(dir.picture("whole.png", &picture(2))).unwrap();
    dir.file("in/cut.png", &png[..png.len() / 2]);
    dir.file("in/empty.jpg", "");
    dir.picture("in/flat.png", &flat());
    dir.file("in/large.png", &png);
    dir.file("in/notes.txt", "no picture");
    let limit = (png.len() - 1).to_string();
    let run = Run::new(args!["scan", "--max-bytes", limit, "--list", list, dir.path("in")]);
    let mut found = run.expect(3).rows();
    found.sort_by_key(|row| row["uri"].to_string());
    let codes: Vec<_> = found.iter().map(|row| row["reason"]["code"].as_str().unwrap()).collect();
    assert_eq!(codes[0], "undecodable");
    assert_eq!(codes[2..], ["low_quality", "over_limit", "unsupported"]);
    for row in &found {
        assert_eq!(row["verdict"], "unjudged");
        assert!(!row["reason"]["detail"].as_str().unwrap().is_empty(), "{row}");
        assert!(row.get("matches").is_none());
        assert_eq!(row["fingerprint"]["sha256"].as_str().unwrap().len(), 64, "{row}");
    }
}

#[test]
fn findings_are_the_same_for_any_number_of_threads() {
    let dir = Dir::new();
    let known: Vec<_> = (0..5).map(picture).collect();
    let list = dir.list("known.csv", &known.iter().collect::<Vec<_>>());
    for seed in 0..40 {
        dir.picture(&format!("in/{}/{seed}.png", seed % 3), &picture(seed));
    }
    for number in 0..40 {
        dir.file(&format!("in/notes/{number}.txt"), "no picture");
    }
    let findings = |threads: &str| {
        let run =
            Run::new(args!["scan", "--all", "--threads", threads, "--list", list, dir.path("in")]);
        let mut rows = run.expect(1).rows();
        for row in &mut rows {
            row.as_object_mut().unwrap().remove("at");
        }
        rows
    };
    let one = findings("1");
    assert_eq!(one.len(), 80);
    assert_eq!(one.iter().filter(|row| row["verdict"] == "match").count(), 5);
    assert_eq!(one, findings("8"));
}

#[test]
fn out_gets_the_findings_and_standard_output_nothing() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    let photo = dir.picture("photo.png", &picture(1));
    let out = dir.file("found.jsonl", "what was there before\n");
    let run = Run::new(args!["scan", "--list", list, "--out", out, photo]).expect(1);
    assert_eq!(run.stdout, "");
    let found = rows(&fs::read_to_string(out).unwrap());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["matches"][0]["bank"], "known");
    let nowhere = dir.path("no/such/folder.jsonl");
    Run::new(args!["scan", "--list", list, "--out", nowhere, photo]).expect(2);
}

#[test]
fn the_summary_counts_every_file_and_quiet_leaves_it_out() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    dir.picture("in/found.png", &picture(1));
    dir.picture("in/clear.png", &picture(2));
    dir.picture("in/flat.png", &flat());
    dir.file("in/notes.txt", "no picture");
    let summary = Run::new(args!["scan", "--list", list, dir.path("in")]).expect(1).stderr;
    for part in [
        "scanned 4 files",
        "match     1  (known 1)",
        "clear     1",
        "unjudged  2  (low_quality 1, unsupported 1)",
    ] {
        assert!(summary.contains(part), "{summary}");
    }
    let quiet = Run::new(args!["scan", "--quiet", "--list", list, dir.path("in")]).expect(1);
    assert_eq!(quiet.stderr, "");
}

#[cfg(unix)]
#[test]
fn paths_that_are_not_utf8_are_encoded_without_loss() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    let path = dir.path("in").join(OsStr::from_bytes(b"caf\xe9 100%.png"));
    let made = dir.picture("in/made.png", &picture(1));
    fs::rename(made, &path).unwrap();
    let found = Run::new(args!["scan", "--list", list, dir.path("in")]).expect(1).rows();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["uri_encoding"], "percent");
    let uri = found[0]["uri"].as_str().unwrap();
    assert!(uri.ends_with("caf%E9%20100%25.png"), "{uri}");
    assert_eq!(decode_uri(uri, Some(UriEncoding::Percent)), Some(path));
}

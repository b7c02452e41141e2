use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use tutela::media::ReasonCode;
use tutela::scan::{Scan, load_lists};

use crate::support::{Dir, Run, args, picture};

/// Verdict or reason by file name.
fn verdicts(run: &Run) -> BTreeMap<String, String> {
    run.rows()
        .iter()
        .map(|row| {
            let name = row["uri"].as_str().unwrap().rsplit('/').next().unwrap();
            let verdict = row["reason"]["code"].as_str().or(row["verdict"].as_str());
            (name.to_owned(), verdict.unwrap().to_owned())
        })
        .collect()
}

#[test]
fn hidden_files_are_scanned_and_ignore_files_are_not_obeyed() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    dir.picture("in/.hidden/.found.png", &picture(1));
    dir.picture("in/ignored.png", &picture(1));
    dir.file("in/.gitignore", "*.png\n");
    let run = Run::new(args!["scan", "--list", list, dir.path("in")]).expect(1);
    let expected =
        [(".found.png", "match"), (".gitignore", "unsupported"), ("ignored.png", "match")];
    let expected = expected.map(|(name, verdict)| (name.to_owned(), verdict.to_owned()));
    assert_eq!(verdicts(&run), expected.into());
}

#[test]
fn the_name_of_a_file_says_nothing_about_its_content() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    let photo = dir.picture("photo.png", &picture(1));
    std::fs::rename(photo, dir.path("accounts.xlsx")).unwrap();
    let run = Run::new(args!["scan", "--list", list, dir.path("accounts.xlsx")]).expect(1);
    assert_eq!(run.rows()[0]["media"]["format"], "png");
}

#[cfg(unix)]
#[test]
fn pipes_links_and_loops_are_reported_and_never_opened() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    dir.picture("outside.png", &picture(1));
    let inside = dir.path("in");
    dir.picture("in/found.png", &picture(1));
    let pipe = Command::new("mkfifo").arg(inside.join("pipe")).status().unwrap();
    assert!(pipe.success());
    let _socket = UnixListener::bind(inside.join("socket")).unwrap();
    symlink("found.png", inside.join("to-found")).unwrap();
    symlink(".", inside.join("to-folder")).unwrap();
    symlink("../outside.png", inside.join("to-outside")).unwrap();
    symlink("loop", inside.join("loop")).unwrap();
    symlink("nowhere", inside.join("dangling")).unwrap();

    let run = Run::new(args!["scan", "--list", list, inside]).expect(1);
    let expected = [
        ("dangling", "unreadable"),
        ("found.png", "match"),
        ("loop", "unreadable"),
        ("pipe", "unsupported"),
        ("socket", "unsupported"),
        ("to-outside", "unsupported"),
    ];
    let expected = expected.map(|(name, verdict)| (name.to_owned(), verdict.to_owned()));
    assert_eq!(verdicts(&run), expected.into());
    assert!(run.stderr.contains("links     2"), "{}", run.stderr);

    let named = Run::new(args!["scan", "--list", list, dir.path("in/to-outside")]).expect(1);
    assert_eq!(named.rows()[0]["verdict"], "match");
    Run::new(args!["scan", "--list", list, dir.path("in/pipe")]).expect(3);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_bytes_cannot_be_read_is_unreadable() {
    // A regular file that opens and fails at the first read, for root as well.
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    let run = Run::new(args!["scan", "--list", list, "/proc/self/mem"]).expect(3);
    let rows = run.rows();
    assert_eq!(rows[0]["reason"]["code"], "unreadable");
    assert!(rows[0].get("fingerprint").is_none() && rows[0].get("media").is_none());
}

#[test]
fn a_file_that_vanished_is_reported() {
    let dir = Dir::new();
    let index = load_lists(&[dir.list("known.csv", &[&picture(1)])]).unwrap();
    let mut reasons = Vec::new();
    let summary = Scan::default()
        .run(&index, &[dir.path("gone.png")], &AtomicBool::new(false), &|_| {}, &mut |finding| {
            reasons.extend(finding.reason.clone().map(|reason| reason.code));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(reasons, [ReasonCode::Unreadable]);
    assert_eq!((summary.files, summary.unjudged), (1, 1));

    let mut examiner = Scan::default().examiner(&index);
    let finding = examiner.file(&dir.path("gone.png"), &AtomicBool::new(false)).unwrap();
    assert_eq!(finding.reason.unwrap().code, ReasonCode::Unreadable);
}

#[test]
fn bytes_in_memory_get_the_finding_of_their_file() {
    let dir = Dir::new();
    let index = load_lists(&[dir.list("known.csv", &[&picture(1)])]).unwrap();
    let files = [
        dir.picture("found.png", &picture(1)),
        dir.picture("clear.jpg", &picture(2)),
        dir.file("empty", ""),
        dir.file("text", "no picture".repeat(20_000)),
    ];
    let mut examiner = Scan::default().examiner(&index);
    for path in files {
        let mut of_file = examiner.file(&path, &AtomicBool::new(false)).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let of_bytes = examiner.bytes(path.to_str().unwrap(), &bytes).unwrap();
        of_file.at = of_bytes.at;
        assert_eq!(of_file, of_bytes);
    }
}

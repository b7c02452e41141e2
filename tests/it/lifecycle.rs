#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Dir, Run, args, digests, picture, rows};

#[test]
fn ctrl_c_ends_a_scan_with_what_it_found_until_then() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    let found = dir.picture("found.png", &picture(1));
    // Would take minutes to read.
    let endless = dir.path("endless");
    File::create(&endless).unwrap().set_len(256 << 30).unwrap();
    let out = dir.path("found.jsonl");
    let mut child = Command::new(env!("CARGO_BIN_EXE_tutela"))
        .args(args!["scan", "--threads", "1", "--out", out, "--list", list, found, endless])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until_open(&child, &endless);
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupt.unwrap().success());
    let status = child.wait().unwrap();
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("interrupted") && stderr.contains("scanned 1 file,"), "{stderr}");
    let found = rows(&fs::read_to_string(out).unwrap());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["verdict"], "match");
}

fn wait_until_open(child: &Child, path: &Path) {
    let descriptors = format!("/proc/{}/fd", child.id());
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(60) {
        let open = fs::read_dir(&descriptors).into_iter().flatten().flatten();
        if open.filter_map(|entry| fs::read_link(entry.path()).ok()).any(|open| open == path) {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("{} was not opened in a minute", path.display());
}

#[test]
fn a_closed_pipe_ends_a_scan_without_a_word() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    for number in 0..3000 {
        dir.file(&format!("in/{number}"), "no picture");
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_tutela"))
        .args(args!["scan", "--list", list, dir.path("in")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert_eq!(rows(&first).len(), 1);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_file_over_the_limit_is_matched_by_its_digest_in_little_memory() {
    let dir = Dir::new();
    let large = dir.picture("large.png", &picture(1));
    File::options().write(true).open(&large).unwrap().set_len(300 << 20).unwrap();
    let list = dir.file("known.csv", format!("md5\n{}\n", digests(&large)[0]));
    let other = dir.list("other.csv", &[&picture(2)]);
    // The file does not fit into the address space that is left.
    let scan = |list: &Path| {
        let script = r#"ulimit -v 250000; exec "$0" "$@""#;
        let output = Command::new("sh")
            .args(["-c", script, env!("CARGO_BIN_EXE_tutela")])
            .args(args!["scan", "--threads", "1", "--max-bytes", "1M", "--list", list, large])
            .output()
            .unwrap();
        Run {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    };
    let found = scan(&list).expect(1).rows();
    assert_eq!(found[0]["matches"][0]["signal"], "md5");
    assert_eq!(found[0]["media"]["bytes"], 300 << 20);
    let unjudged = scan(&other).expect(3).rows();
    assert_eq!(unjudged[0]["reason"]["code"], "over_limit");
}

#[test]
fn full_disks_are_errors() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    let found = dir.picture("found.png", &picture(1));
    let run = Run::new(args!["scan", "--out", "/dev/full", "--list", list, found]).expect(2);
    assert!(run.stderr.contains("cannot write the findings"), "{}", run.stderr);
    assert!(run.stderr.contains("scanned 1 file"), "{}", run.stderr);
}

#[test]
fn a_file_without_an_end_is_given_up() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    // Of no length, by its metadata; reading all of it would take hours.
    let endless = Path::new("/proc/self/pagemap");
    let run = Run::new(args!["scan", "--max-bytes", "1M", "--list", list, endless]).expect(3);
    let reason = &run.rows()[0]["reason"];
    assert_eq!(reason["code"], "unreadable");
    assert!(reason["detail"].to_string().contains("given up after 1048576 bytes"), "{reason}");
}

#[test]
fn findings_never_overwrite_what_is_scanned() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    let found = dir.picture("in/found.png", &picture(1));
    let folder = dir.path("in");
    for (out, source) in [(&list, &folder), (&found, &folder), (&found, &found)] {
        let before = fs::read(out).unwrap();
        let run = Run::new(args!["scan", "--out", out, "--list", list, source]).expect(2);
        assert!(run.stderr.contains("overwrite"), "{}", run.stderr);
        assert_eq!(fs::read(out).unwrap(), before);
    }
    let earlier = dir.file("earlier.jsonl", "old findings");
    Run::new(args!["scan", "--out", earlier, "--list", list, folder]).expect(1);
    assert_eq!(rows(&fs::read_to_string(earlier).unwrap()).len(), 1);
}

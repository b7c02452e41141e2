use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::support::{Dir, Run, args, digests, mix, pdq, picture, tutela};

/// The index's digest and its number of live entries.
fn state(index: &std::path::Path) -> (String, u64) {
    let info = Run::new(args!["index", "info", "--json", "--index", index]).expect(0).rows();
    let digest = info[0]["index"].as_str().unwrap().to_owned();
    (digest, info[0]["entries"].as_u64().unwrap())
}

#[test]
fn adding_a_list_twice_changes_nothing() {
    let dir = Dir::new();
    let index = dir.path("index");
    let list = dir.list("known.csv", &[&picture(1), &picture(2)]);
    let add = args!["index", "add", "--index", index, "--bank", "B", list];
    let first = Run::new(&add).expect(0);
    assert!(first.stderr.contains("added 2 entries (0 already there) to bank B"), "{first:?}");
    let before = state(&index);
    assert_eq!(before.1, 2);
    let second = Run::new(&add).expect(0);
    assert!(second.stderr.contains("added 0 entries (2 already there)"), "{second:?}");
    assert_eq!(state(&index).1, 2);
    Run::new(args!["index", "verify", "--index", index]).expect(0);
}

#[test]
fn removed_entries_are_found_no_more_and_compacting_changes_no_answer() {
    let dir = Dir::new();
    let index = dir.path("index");
    let pictures: Vec<_> = (0..6).map(picture).collect();
    let list = dir.list("known.csv", &pictures.iter().collect::<Vec<_>>());
    let more = dir.list("more.csv", &[&pictures[4], &pictures[5]]);
    Run::new(args!["index", "add", "--index", index, "--bank", "A", list]).expect(0);
    Run::new(args!["index", "add", "--index", index, "--bank", "B", more]).expect(0);
    let hashes: Vec<_> = pictures.iter().map(pdq).collect();
    let answers = || {
        let mut command = tutela();
        Run::of(command.args(args!["match", "--index", index]).args(&hashes))
    };
    let counts = |run: &Run| -> Vec<usize> {
        run.rows().iter().map(|row| row["matches"].as_array().unwrap().len()).collect()
    };
    assert_eq!(counts(&answers().expect(1)), [1, 1, 1, 1, 2, 2]);

    let by_id =
        args!["index", "remove", "--index", index, "--bank", "A", "--entry", "entry-0", "no-such"];
    let run = Run::new(by_id).expect(0);
    assert!(
        run.stderr.contains("no-such") && run.stderr.contains("removed 1 entry from bank A"),
        "{run:?}"
    );
    let by_hash = dir.file("remove.txt", format!("{}\n", hashes[4]));
    let from = args!["index", "remove", "--index", index, "--bank", "A", "--from", by_hash];
    Run::new(from).expect(0);
    let before = answers().expect(1);
    assert_eq!(counts(&before), [0, 1, 1, 1, 1, 2]);

    Run::new(args!["index", "compact", "--index", index]).expect(0);
    Run::new(args!["index", "verify", "--index", index]).expect(0);
    assert_eq!(answers().expect(1).stdout, before.stdout);

    Run::new(args!["index", "remove", "--index", index, "--bank", "A", "--all"]).expect(0);
    assert_eq!(counts(&answers().expect(1)), [0, 0, 0, 0, 1, 1]);
    Run::new(args!["index", "remove", "--index", index, "--bank", "A", "--all"]).expect(2);
}

#[test]
fn a_bad_line_fails_the_whole_import_and_is_named() {
    let dir = Dir::new();
    let index = dir.path("index");
    let list = dir.list("known.csv", &[&picture(1)]);
    Run::new(args!["index", "add", "--index", index, "--bank", "B", list]).expect(0);
    let before = state(&index);

    let mut csv = "pdq,id\n".to_owned();
    for number in 0..1_000_000_u64 {
        let words = [0, 1, 2, 3].map(|word| mix(number << 2 | word));
        let [a, b, c, d] = words;
        // The header is line 1.
        if number + 2 == 999_999 {
            csv += "not a hash,x\n";
        } else {
            csv += &format!("{a:016x}{b:016x}{c:016x}{d:016x},{number}\n");
        }
    }
    let large = dir.file("large.csv", csv);
    let add = args!["index", "add", "--index", index, "--bank", "B", list, large];
    let run = Run::new(&add).expect(2);
    assert!(run.stderr.contains("large.csv:999999: pdq"), "{}", run.stderr);
    assert!(run.stderr.contains("nothing was changed"), "{}", run.stderr);
    assert!(!run.stderr.contains("not a hash"), "values of lists are secret: {}", run.stderr);
    assert_eq!(state(&index), before);

    let run = Run::of(tutela().args(&add).arg("--skip-bad")).expect(0);
    assert!(run.stderr.contains("added 999,999 entries"), "{}", run.stderr);
    assert!(run.stderr.contains("1 line left out"), "{}", run.stderr);
    assert_eq!(state(&index).1, 1_000_000);
}

#[test]
fn a_failed_first_import_makes_no_index() {
    let dir = Dir::new();
    let index = dir.path("index");
    let bad = dir.file("bad.csv", "pdq\nzz\n");
    Run::new(args!["index", "add", "--index", index, "--bank", "B", bad]).expect(2);
    let run = Run::new(args!["index", "info", "--index", index]).expect(2);
    assert!(run.stderr.contains("not an index"), "{}", run.stderr);
}

#[test]
fn a_list_can_come_from_standard_input() {
    let dir = Dir::new();
    let index = dir.path("index");
    let add = args!["index", "add", "--index", index, "--bank", "B", "-"];
    let hash = pdq(&picture(1));
    Run::of(tutela().args(&add).write_stdin(format!("{hash}\n"))).expect(0);
    let run = Run::new(args!["match", "--index", index, hash]).expect(1);
    assert_eq!(run.rows()[0]["matches"][0]["entry"], "-:1");
    let run = Run::of(tutela().args(&add).write_stdin(format!("pdq\n{hash}\nzz\n"))).expect(2);
    assert!(run.stderr.contains("-:3:"), "{}", run.stderr);
}

#[test]
fn a_second_writer_is_told_to_wait() {
    let dir = Dir::new();
    let index = dir.path("index");
    let list = dir.list("known.csv", &[&picture(1)]);
    let mut first = Command::new(env!("CARGO_BIN_EXE_tutela"))
        .args(args!["index", "add", "--index", index, "--bank", "first", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It holds the lock while it waits for its list. Were the second to come before that, the first
    // one would be refused.
    while !index.join("lock").exists() {
        assert!(first.try_wait().unwrap().is_none(), "the first writer has ended");
        thread::sleep(Duration::from_millis(1));
    }
    let add = args!["index", "add", "--index", index, "--bank", "second", list];
    let refused = (0..1000).map(|_| Run::new(&add)).find(|run| run.status != Some(0));
    let refused = refused.unwrap().expect(2);
    assert!(refused.stderr.contains("locked by another writer"), "{}", refused.stderr);

    let hash = pdq(&picture(2));
    writeln!(first.stdin.take().unwrap(), "{hash}").unwrap();
    assert!(first.wait().unwrap().success());
    Run::new(&add).expect(0);
    Run::new(args!["match", "--index", index, hash]).expect(1);
    Run::new(args!["match", "--index", index, pdq(&picture(1))]).expect(1);
}

#[test]
fn damage_is_found_by_verify() {
    let dir = Dir::new();
    let index = dir.path("index");
    let list = dir.list("known.csv", &[&picture(1)]);
    Run::new(args!["index", "add", "--index", index, "--bank", "B", list]).expect(0);
    let largest = fs::read_dir(&index)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .max_by_key(|path| fs::metadata(path).unwrap().len())
        .unwrap();
    let mut bytes = fs::read(&largest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&largest, bytes).unwrap();
    let run = Run::new(args!["index", "verify", "--index", index]).expect(2);
    assert!(run.stderr.contains("damaged"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn a_full_disk_during_a_commit_leaves_the_index_as_it_was() {
    let dir = Dir::new();
    let index = dir.path("index");
    let list = dir.list("known.csv", &[&picture(1)]);
    Run::new(args!["index", "add", "--index", index, "--bank", "B", list]).expect(0);
    let before = state(&index);
    let lines: String = (0..60_000_u64).map(|n| format!("{:016x}{:048x}\n", mix(n), n)).collect();
    let large = dir.file("large.txt", lines);
    // No file may grow beyond so many blocks of 512 bytes: writing fails as on a full disk, at
    // ever later places.
    for blocks in [0, 1, 8, 64, 500, 5_000] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let output = Command::new("sh")
            .args(["-c", &script])
            .arg(env!("CARGO_BIN_EXE_tutela"))
            .args(["index", "add", "--bank", "B", "--index"])
            .args([&index, &large])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{blocks}: {told}");
        assert!(told.contains("cannot"), "{blocks}: {told}");
        assert_eq!(state(&index), before, "{blocks}");
    }
    Run::new(args!["index", "verify", "--index", index]).expect(0);
    Run::new(args!["index", "add", "--index", index, "--bank", "B", large]).expect(0);
    assert_eq!(state(&index).1, 60_001);
    let left = fs::read_dir(&index).unwrap().count();
    assert_eq!(left, 4, "two segments, the manifest, the lock");
}

#[test]
fn a_list_of_bare_sha256_that_is_read_as_pdq_is_remarked_on() {
    let dir = Dir::new();
    let index = dir.path("index");
    let sha256: String = (0..20).map(|n| digests_line(&dir, n)).collect();
    let list = dir.file("list.txt", &sha256);
    let add = args!["index", "add", "--index", index, "--bank", "B", list];
    let told = Run::new(&add).expect(0).stderr;
    assert!(told.contains("--format sha256"), "{told}");
    let empty = dir.file("in/empty.txt", "");
    let told = Run::new(args!["scan", "--list", list, empty]).expect(3).stderr;
    assert!(told.contains("--format sha256"), "{told}");
    let pdq: String = (0..20).map(|n| pdq(&picture(n)) + "\n").collect();
    let list = dir.file("pdq.txt", &pdq);
    let told = Run::new(args!["index", "add", "--index", index, "--bank", "P", list]).expect(0);
    assert!(!told.stderr.contains("sha256"), "{told:?}");
}

/// A SHA-256 of some file.
fn digests_line(dir: &Dir, number: u64) -> String {
    let file = dir.file(&format!("some/{number}"), number.to_string());
    digests(&file)[2].clone() + "\n"
}

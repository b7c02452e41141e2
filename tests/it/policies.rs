//! Banks that allow, entries that are switched off, radii, what is for review, floods.

use std::fmt::Write as _;

use image::RgbImage;
use image::imageops;
use serde_json::{Value, json};

use crate::support::{Dir, Run, args, digests, flat, pdq, picture};

/// The hash with so many of its bits turned, from the first on.
fn turned(hash: &str, bits: usize) -> String {
    let mut digits: Vec<u32> = hash.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    for bit in 0..bits {
        digits[bit / 4] ^= 8 >> (bit % 4);
    }
    digits.iter().fold(String::new(), |mut text, digit| {
        write!(text, "{digit:x}").unwrap();
        text
    })
}

fn entries(row: &Value, field: &str) -> Vec<String> {
    let found = row[field].as_array().cloned().unwrap_or_default();
    found.iter().map(|found| found["entry"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_beyond_the_radius_is_for_review_and_no_match() {
    let dir = Dir::new();
    let photo = dir.picture("in/photo.png", &picture(1));
    let hash = pdq(&picture(1));
    let list = dir.file(
        "list.csv",
        format!("id,pdq\nfar,{}\nfarther,{}\n", turned(&hash, 40), turned(&hash, 49)),
    );
    let scan = |more: &[&str]| {
        let mut args = args!["scan", "--list", list, photo].to_vec();
        args.extend(more.iter().map(Into::into));
        Run::new(args)
    };
    assert_eq!(scan(&[]).expect(0).stdout, "");
    assert_eq!(scan(&["--review", "39"]).expect(0).stdout, "");
    for bound in ["40", "48"] {
        let run = scan(&["--review", bound]).expect(3);
        assert!(run.stderr.contains("review    1"), "{}", run.stderr);
        let rows = run.rows();
        assert_eq!(rows[0]["verdict"], "review");
        assert!(rows[0].get("matches").is_none());
        assert_eq!(entries(&rows[0], "near"), ["far"]);
        assert_eq!(rows[0]["near"][0]["distance"], 40);
    }
    let run = scan(&["--review", "49"]).expect(2);
    assert!(run.stderr.contains("up to 48"), "{}", run.stderr);
    // a match is one whatever else is near
    let both = dir.file("both.csv", format!("id,pdq\nfar,{}\nnear,{hash}\n", turned(&hash, 40)));
    let rows = Run::new(args!["scan", "--review", "48", "--list", both, photo]).expect(1).rows();
    assert_eq!(entries(&rows[0], "matches"), ["near"]);
    assert_eq!(entries(&rows[0], "near"), ["far"]);
}

#[test]
fn an_allow_list_silences_the_same_picture_and_nothing_else() {
    let dir = Dir::new();
    let known = dir.list("known.csv", &[&picture(1), &picture(2)]);
    let hash = pdq(&picture(1));
    let alone = dir.picture("in/alone.png", &picture(1));
    // both pictures side by side: only one of them is harmless
    let mut pair = RgbImage::new(640, 240);
    imageops::overlay(&mut pair, &picture(1), 0, 0);
    imageops::overlay(&mut pair, &picture(2), 320, 0);
    let pair = dir.picture("in/pair.png", &pair);
    for (bits, silenced) in [(0, true), (10, false)] {
        let allow = dir.file("fine.csv", format!("id,pdq\nlogo,{}\n", turned(&hash, bits)));
        let scan = |path| Run::new(args!["scan", "--list", known, "--allow", allow, path]);
        let run = scan(&alone).expect(i32::from(!silenced));
        assert_eq!(run.stderr.contains("allowed   1"), silenced, "{}", run.stderr);
        let row = &run.rows()[0];
        assert_eq!(row["verdict"], if silenced { "clear" } else { "match" });
        if silenced {
            assert_eq!(entries(row, "allowed"), ["entry-0"]);
            let by = json!({"bank": "fine", "entry": "logo", "signal": "pdq", "distance": 0});
            assert_eq!(row["allowed"][0]["by"], by);
        }
        let row = &scan(&pair).expect(1).rows()[0];
        let left = if silenced { vec!["entry-1"] } else { vec!["entry-0", "entry-1"] };
        let mut found = entries(row, "matches");
        found.sort();
        assert_eq!(found, left);
    }
    // a file that is known to be harmless is so as a whole
    let [md5, ..] = digests(&pair);
    let allow = dir.file("fine.csv", format!("id,md5\nseen,{md5}\n"));
    let run = Run::new(args!["scan", "--list", known, "--allow", allow, pair]).expect(0);
    assert_eq!(run.rows()[0]["allowed"].as_array().unwrap().len(), 2);
}

#[test]
fn a_bank_can_be_off_have_a_radius_and_lose_entries_for_good() {
    let dir = Dir::new();
    let index = dir.path("index");
    let photo = dir.picture("in/photo.png", &picture(1));
    let hash = pdq(&picture(1));
    let list = dir.file(
        "list.csv",
        format!("id,pdq\nsame,{hash}\nnear,{}\nfar,{}\n", turned(&hash, 20), turned(&hash, 36)),
    );
    let add = || Run::new(args!["index", "add", "--index", index, "--bank", "B", list]).expect(0);
    let policy = |more: &[&str]| {
        let mut args = args!["index", "policy", "--index", index, "--bank", "B"].to_vec();
        args.extend(more.iter().map(Into::into));
        Run::new(args).expect(0)
    };
    // by the scan and by the look-up of a hash
    let found = || {
        let scan = Run::new(args!["scan", "--index", index, photo]).rows();
        let scan = scan.first().map_or(Vec::new(), |row| entries(row, "matches"));
        let lookup = Run::new(args!["match", "--index", index, hash]).rows();
        assert_eq!(entries(&lookup[0], "matches"), scan);
        scan
    };
    add();
    assert_eq!(found(), ["same", "near"]);
    policy(&["--radius", "10"]);
    assert_eq!(found(), ["same"]);
    policy(&["--radius", "40"]);
    assert_eq!(found(), ["same", "near", "far"]);
    policy(&["--disable-entry", "same", "far"]);
    assert_eq!(found(), ["near"]);
    // added again, compacted, added after all was removed: off stays off
    add();
    Run::new(args!["index", "compact", "--index", index]).expect(0);
    assert_eq!(found(), ["near"]);
    Run::new(args!["index", "remove", "--index", index, "--bank", "B", "--all"]).expect(0);
    assert_eq!(found(), [""; 0]);
    add();
    assert_eq!(found(), ["near"]);
    let shown = policy(&["--default-radius", "--enable-entry", "far", "--json"]).rows();
    let expected = json!({"bank": "B", "enabled": true, "role": "report", "disabled": ["same"]});
    assert_eq!(shown[0], expected);
    policy(&["--off"]);
    assert_eq!(found(), [""; 0]);
    let info = Run::new(args!["index", "info", "--index", index]).expect(0).stdout;
    assert!(
        info.contains("3 entries (off, report, radius of the scan, 1 entry switched off)"),
        "{info}"
    );
    policy(&["--on", "--enable-entry", "same"]);
    assert_eq!(found(), ["same", "near"]);
    // an allow-bank reports nothing by itself
    policy(&["--allow"]);
    assert_eq!(Run::new(args!["scan", "--index", index, photo]).expect(0).stdout, "");
}

#[test]
fn listed_hashes_below_the_quality_floor_are_not_searched_and_counted() {
    let dir = Dir::new();
    let index = dir.path("index");
    let photo = dir.picture("in/photo.png", &picture(1));
    let hash = pdq(&picture(1));
    let [md5, ..] = digests(&photo);
    let list = dir.file(
        "list.csv",
        format!("id,pdq,md5,quality\nfine,{hash},,50\nboth,{hash},{md5},49\nlow,{hash},,7\nold,{hash},,\n"),
    );
    let run = Run::new(args!["index", "add", "--index", index, "--bank", "B", list]).expect(0);
    assert!(run.stderr.contains("1 entry of PDQ quality below 50: only"), "{}", run.stderr);
    assert!(run.stderr.contains("1 entry of PDQ quality below 50 left out"), "{}", run.stderr);
    for source in [args!["--index", index], args!["--list", list]] {
        let rows = Run::new([args!["scan", photo], source].concat()).expect(1).rows();
        assert_eq!(entries(&rows[0], "matches"), ["both", "fine", "old"]);
        assert_eq!(rows[0]["matches"][0]["signal"], "md5");
    }
    let all = dir.path("all");
    let kept = args!["index", "add", "--index", all, "--bank", "B", "--min-quality", "0", list];
    assert!(!Run::new(kept).expect(0).stderr.contains("quality"));
    let bad = dir.file("bad.csv", format!("pdq,quality\n{hash},101\n"));
    let run = Run::new(args!["index", "add", "--index", index, "--bank", "B", bad]).expect(2);
    assert!(run.stderr.contains("bad.csv:2: quality: expected"), "{}", run.stderr);
}

#[test]
fn an_entry_that_matches_too_many_files_is_marked() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    for number in 0..5_u8 {
        let mut copy = picture(1);
        copy.get_pixel_mut(0, 0).0 = [number * 9; 3];
        dir.picture(&format!("in/{number}.png"), &copy);
        dir.picture(&format!("in/again/{number}.png"), &picture(1));
    }
    let args = args!["scan", "--threads", "1", "--flood", "3", "--list", list, dir.path("in")];
    let run = Run::new(args).expect(1);
    let marked = |row: &&Value| row["matches"][0]["flood"] == true;
    // the order of a folder is the system's
    assert!((4..=8).contains(&run.rows().iter().filter(marked).count()), "{}", run.stdout);
    assert!(run.stderr.contains("entry entry-0 of bank known matched 10 files"), "{}", run.stderr);
    let run = Run::new(args!["scan", "--list", list, dir.path("in")]).expect(1);
    assert!(!run.stdout.contains("flood") && !run.stderr.contains("wrong entry"));
}

#[test]
fn explaining_tells_how_near_each_family_came_and_to_nobody() {
    let dir = Dir::new();
    let hash = pdq(&picture(1));
    let list = dir.file("known.csv", format!("id,pdq\nsecret,{}\n", turned(&hash, 60)));
    let mut framed = RgbImage::from_pixel(400, 320, image::Rgb([20; 3]));
    imageops::overlay(&mut framed, &picture(1), 50, 30);
    let photo = dir.picture("in/photo.png", &framed);
    let run = Run::new(args!["scan", "--explain", "--list", list, photo]).expect(0);
    let rows = run.rows();
    assert_eq!(rows[0]["verdict"], "clear");
    let explain = rows[0]["explain"].as_array().unwrap();
    let families: Vec<_> = explain.iter().map(|row| row["family"].as_str().unwrap()).collect();
    assert!(families.starts_with(&["picture", "whole", "frame", "part"]), "{families:?}");
    let distance = |at: usize| explain[at]["distance"].as_u64().unwrap();
    assert!(distance(2).abs_diff(60) <= 16 && distance(0) > 80, "{}", run.stdout);
    assert!(!run.stdout.contains("secret"), "{}", run.stdout);
    // nothing to tell of a picture with nothing in it
    let blank = dir.picture("in/flat.png", &flat());
    let rows = Run::new(args!["scan", "--explain", "--list", list, blank]).expect(3).rows();
    assert!(rows[0].get("explain").is_none());
}

#[test]
fn the_summary_says_what_chance_may_bring() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    let photo = dir.picture("in/photo.png", &picture(2));
    let plain = args!["scan", "--effort", "plain", "--list", list, photo];
    let run = Run::new(plain).expect(0);
    assert!(run.stderr.contains("accidental matches expected of 8 hashes asked"), "{}", run.stderr);
    let run = Run::new(args!["scan", "--review", "48", "--list", list, photo]).expect(0);
    assert!(run.stderr.contains("for review"), "{}", run.stderr);
}

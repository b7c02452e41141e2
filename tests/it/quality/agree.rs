//! One answer, whatever the threads, the kernel and the way: and a view that is named can be looked at
//! again.

use image::{DynamicImage, ImageFormat, RgbImage};
use tutela::hamming::Kernel;
use tutela::hash::{Area, Effort, Family, Hash256, Radius, Screener, Sheet, View};
use tutela::index::Index;
use tutela::scan::{Match, Seen};

use super::edits::EDITS;
use super::pictures::{Draw, photograph};
use super::{examined, jpeg, listed, pixels};
use crate::support::{Dir, Run, args, index};

/// Copies of one picture, one by each edit.
fn copies(picture: &RgbImage) -> Vec<(&'static str, RgbImage)> {
    let mut draw = Draw::new(24);
    let others: Vec<_> = (80..84).map(|seed| photograph(seed, 320, 256)).collect();
    EDITS.iter().map(|(name, edit)| (*name, edit(&mut draw, picture, &others).picture)).collect()
}

#[test]
fn the_bytes_of_the_findings_do_not_depend_on_the_number_of_threads() {
    let dir = Dir::new();
    let known: Vec<_> = (0..3).map(|seed| photograph(seed, 400, 300)).collect();
    let list = dir.list("known.csv", &known.iter().collect::<Vec<_>>());
    for (number, picture) in known.iter().enumerate() {
        for (edit, copy) in copies(picture) {
            let name = format!("in/{number}/{}.jpg", edit.replace([' ', ',', '%'], "-"));
            dir.file(&name, jpeg(&copy, 80));
        }
    }
    let findings = |threads: &str| {
        let paths = args!["scan", "--all", "--effort", "deep", "--threads", threads, "--list"];
        let run = Run::new([&paths[..], &args![list, dir.path("in")]].concat()).expect(1);
        let lines = run.stdout.lines().map(|line| {
            let (finding, at) = line.split_once(r#","at":""#).expect("a time");
            assert!(at.ends_with(r#"Z"}"#), "{at}");
            finding.to_owned() + "\n"
        });
        lines.collect::<String>()
    };
    let one = findings("1");
    assert_eq!(one.lines().count(), 3 * EDITS.len());
    assert!(one.matches(r#""verdict":"match""#).count() > 30, "{one}");
    assert!(one == findings("16"), "other bytes with more threads");
}

#[test]
fn all_kernels_find_the_same_entries_by_views() {
    let pictures: Vec<_> = (0..30).map(|seed| photograph(seed, 400, 300)).collect();
    let index = index(&pictures.iter().map(listed).collect::<Vec<_>>());
    let mut asked: Vec<Hash256> = Vec::new();
    let (mut sheet, mut screener) = (Sheet::default(), Screener::new());
    for (_, copy) in copies(&photograph(5, 400, 300)) {
        sheet.fill(pixels(&copy));
        for view in sheet.views(Effort::Deep) {
            asked.extend(sheet.screen(&view, &mut screener).unwrap().orientations().hashes);
        }
    }
    for radius in [31, 90] {
        let radius = Radius::new(radius).unwrap();
        let found = Kernel::available().map(|kernel| {
            let mut searcher = index.searcher().with_kernel(kernel);
            (kernel, searcher.within_many(&asked, radius).unwrap())
        });
        let found: Vec<_> = found.collect();
        assert!(found[0].1.iter().flatten().count() > 0);
        for (kernel, other) in &found[1..] {
            assert!(*other == found[0].1, "{kernel:?} finds others than {:?}", found[0].0);
        }
    }
}

/// The view of a sheet that a finding names.
fn named(sheet: &Sheet, seen: &Seen) -> View {
    let [across, down] = sheet.scale();
    let pixels = |area: Area| {
        let area = area.scaled(across, down);
        [area.left, area.top, area.width, area.height].map(|value| value.round() as i64)
    };
    let is = |view: &View| {
        let parts = (view.kept.map(pixels), view.fill.map(pixels));
        (view.family, pixels(view.area), view.angle) == (seen.family, seen.area, seen.angle)
            && parts == (seen.kept, seen.fill)
    };
    sheet.views(Effort::Deep).into_iter().find(is).expect("the view that was named")
}

/// The distance of a view of a picture, taken alone, as the match says it was taken.
fn again(picture: &RgbImage, found: &Match, seen: &Seen, known: Hash256) -> u32 {
    let (mut sheet, mut screener) = (Sheet::default(), Screener::new());
    sheet.fill(pixels(picture));
    let view = named(&sheet, seen);
    let screen = sheet.screen(&view, &mut screener).unwrap();
    assert_eq!(screen.quality(), seen.quality);
    let eight = screen.orientations();
    let own = eight.iter().find(|(orientation, _)| Some(*orientation) == found.orientation);
    let hash = own.unwrap().1;
    if seen.negative { hash.complement().distance(&known) } else { hash.distance(&known) }
}

fn png(picture: &RgbImage) -> Vec<u8> {
    let mut file = Vec::new();
    let picture = DynamicImage::from(picture.clone());
    picture.write_to(&mut std::io::Cursor::new(&mut file), ImageFormat::Png).unwrap();
    file
}

fn matches(index: &Index, picture: &RgbImage) -> Vec<Match> {
    examined(index, Effort::Deep, &png(picture)).matches
}

#[test]
fn a_view_that_is_named_gives_the_same_distance_when_it_is_taken_alone() {
    let mut families = std::collections::BTreeMap::<Family, u32>::new();
    for seed in 0..6 {
        let (width, height) = [(400, 300), (640, 520)][seed as usize % 2];
        let picture = photograph(seed, width, height);
        let known = listed(&picture);
        let index = index(&[known]);
        for (edit, copy) in copies(&picture) {
            for found in matches(&index, &copy) {
                let json = serde_json::to_value(&found).unwrap();
                for key in ["bank", "entry", "signal", "distance", "orientation"] {
                    assert!(!json[key].is_null(), "{edit}: {json}");
                }
                let Some(seen) = found.view else { continue };
                assert_eq!(json["view"]["family"], seen.family.name());
                let distance = again(&copy, &found, &seen, known);
                assert_eq!(distance, found.distance, "{seed}, {edit}: {seen:?}");
                *families.entry(seen.family).or_default() += 1;
            }
        }
    }
    assert_eq!(families.keys().copied().collect::<Vec<_>>(), Family::ALL, "{families:?}");
}

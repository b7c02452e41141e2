use std::fs::File;

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, Rgb, RgbImage, Rgba, RgbaImage, imageops};
use serde_json::{Value, json};

use crate::support::{Dir, Run, args, digests, flat, mix, pdq, picture};

#[test]
fn turned_mirrored_resized_and_recompressed_copies_are_found() {
    let dir = Dir::new();
    let known = picture(1);
    let list = dir.list("known.csv", &[&known]);
    let copies = [
        ("in/rotate90.png", imageops::rotate90(&known)),
        ("in/rotate180.png", imageops::rotate180(&known)),
        ("in/rotate270.png", imageops::rotate270(&known)),
        ("in/flip-h.png", imageops::flip_horizontal(&known)),
        ("in/flip-v.png", imageops::flip_vertical(&known)),
        ("in/flip-d.png", imageops::flip_horizontal(&imageops::rotate90(&known))),
        ("in/jpeg.jpg", known.clone()),
        ("in/gif.gif", known.clone()),
        ("in/large.webp", imageops::resize(&known, 640, 480, imageops::FilterType::Triangle)),
    ];
    for (name, copy) in &copies {
        dir.picture(name, copy);
    }
    let found = Run::new(args!["scan", "--list", list, dir.path("in")]).expect(1).rows();
    assert_eq!(found.len(), copies.len());
    for row in &found {
        assert_eq!(row["verdict"], "match", "{row}");
        let turned = row["uri"].as_str().unwrap().contains("rotate")
            || row["uri"].as_str().unwrap().contains("flip");
        assert_eq!(row["matches"][0]["orientation"] != "original", turned, "{row}");
        assert_eq!(row["matches"].as_array().unwrap().len(), 1, "{row}");
    }
}

#[test]
fn turned_copies_of_pictures_with_hard_edges_are_found_at_any_size() {
    let dir = Dir::new();
    let mut copies = 0;
    for (number, (width, height)) in
        [(128, 128), (240, 180), (300, 200), (900, 700)].into_iter().enumerate()
    {
        let known = edged(number as u64, width, height);
        dir.list(&format!("{number}.csv"), &[&known]);
        let turned = [
            imageops::rotate90(&known),
            imageops::rotate180(&known),
            imageops::rotate270(&known),
            imageops::flip_horizontal(&known),
            imageops::flip_vertical(&known),
            imageops::flip_horizontal(&imageops::rotate90(&known)),
            imageops::flip_vertical(&imageops::rotate90(&known)),
        ];
        for (way, copy) in turned.iter().enumerate() {
            dir.picture(&format!("{number}/{way}.png"), copy);
            copies += 1;
        }
        let list = dir.path(&format!("{number}.csv"));
        let found =
            Run::new(args!["scan", "--list", list, dir.path(&number.to_string())]).expect(1).rows();
        assert_eq!(found.len(), turned.len());
        for row in &found {
            assert!(row["matches"][0]["distance"].as_u64().unwrap() <= 2, "{row}");
        }
    }
    assert_eq!(copies, 28);
}

/// Rectangles of all sizes and colours on top of each other.
fn edged(seed: u64, width: u32, height: u32) -> RgbImage {
    let mut picture = RgbImage::new(width, height);
    for shape in 0..60 {
        let [r, g, b, x, y, w, h, _] = mix(seed << 8 | shape).to_le_bytes();
        let place = |byte: u8, length: u32| u32::from(byte) * length / 256;
        let (left, top) = (place(x, width), place(y, height));
        for y in top..(top + place(h, height) / 2).min(height) {
            for x in left..(left + place(w, width) / 2).min(width) {
                picture.put_pixel(x, y, Rgb([r, g, b]));
            }
        }
    }
    picture
}

#[test]
fn digests_match_what_no_picture_hash_can() {
    let dir = Dir::new();
    let text = dir.file("in/notes.txt", "no picture");
    let plain = dir.picture("in/flat.png", &flat());
    let broken = dir.file("in/broken.png", b"\x89PNG\r\n\x1a\n, and no more");
    let list = dir.file(
        "known.csv",
        format!(
            "id,md5,sha1,sha256\ntext,{},,\nflat,,{},\nbroken,,,{}\n",
            digests(&text)[0],
            digests(&plain)[1],
            digests(&broken)[2]
        ),
    );
    let mut found = Run::new(args!["scan", "--list", list, dir.path("in")]).expect(1).rows();
    found.sort_by_key(|row| row["uri"].to_string());
    let summary: Vec<_> = found
        .iter()
        .map(|row| (&row["verdict"], &row["matches"][0]["entry"], &row["matches"][0]["signal"]))
        .collect();
    let (matched, reason) = (json!("match"), found[0].get("reason"));
    assert_eq!(
        summary,
        [
            (&matched, &json!("broken"), &json!("sha256")),
            (&matched, &json!("flat"), &json!("sha1")),
            (&matched, &json!("text"), &json!("md5")),
        ]
    );
    assert_eq!(reason, None);
    assert!(found[0]["matches"][0].get("orientation").is_none());
}

#[test]
fn the_radius_decides_what_matches() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    let copy = dir.picture("copy.jpg", &picture(1));
    let scan = |radius: &str| Run::new(args!["scan", "--radius", radius, "--list", list, copy]);
    let found = scan("31").expect(1).rows();
    let distance = found[0]["matches"][0]["distance"].as_u64().unwrap();
    scan(&distance.to_string()).expect(1);
    if distance > 0 {
        scan(&(distance - 1).to_string()).expect(0);
    }
    let stranger = dir.picture("stranger.png", &picture(2));
    let run = Run::new(args!["scan", "--radius", "256", "--list", list, stranger]);
    assert_eq!(run.expect(1).rows()[0]["matches"].as_array().unwrap().len(), 1);
}

#[test]
fn matches_are_ordered_by_signal_then_distance_then_name() {
    let dir = Dir::new();
    let photo = dir.picture("photo.png", &picture(1));
    let [md5, sha1, sha256] = digests(&photo);
    let hash = pdq(&picture(1));
    let near = format!("{:02x}{}", u8::from_str_radix(&hash[..2], 16).unwrap() ^ 1, &hash[2..]);
    let csv = format!(
        "id,pdq,md5,sha1,sha256\nnear,{near},,,\nb,{hash},,,\na,{hash},,,\nall,,{md5},{sha1},{sha256}\n"
    );
    let list = dir.file("known.csv", csv);
    let found = Run::new(args!["scan", "--list", list, photo]).expect(1).rows();
    let order: Vec<_> = found[0]["matches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| format!("{} {}", text(&found["signal"]), text(&found["entry"])))
        .collect();
    assert_eq!(order, ["sha256 all", "sha1 all", "md5 all", "pdq a", "pdq b", "pdq near"]);
}

#[test]
fn a_frame_inside_an_animation_is_found() {
    let dir = Dir::new();
    let list = dir.list("known.csv", &[&picture(1)]);
    let path = dir.path("animation.gif");
    let frames = [flat(), picture(2), picture(2), picture(1), picture(3)];
    let mut encoder = GifEncoder::new(File::create(&path).unwrap());
    for frame in frames {
        let frame = DynamicImage::from(frame).into_rgba8();
        encoder.encode_frame(Frame::new(frame)).unwrap();
    }
    drop(encoder);
    let found = Run::new(args!["scan", "--list", list, path]).expect(1).rows();
    assert_eq!(found[0]["matches"][0]["frame"], 3);
    let all_but =
        Run::new(args!["scan", "--max-frames", "3", "--list", list, path]).expect(3).rows();
    assert_eq!(all_but[0]["reason"]["code"], "over_limit");
}

#[test]
fn a_picture_that_shows_only_over_a_background_is_found() {
    let dir = Dir::new();
    let shades = picture(1);
    // Its structure is in the transparency: black ink on nothing.
    let ink = RgbaImage::from_fn(320, 240, |x, y| Rgba([0, 0, 0, shades.get_pixel(x, y)[0]]));
    let path = dir.path("ink.png");
    ink.save(&path).unwrap();
    let mut over_white = DynamicImage::from(RgbaImage::from_pixel(320, 240, Rgba([255; 4])));
    imageops::overlay(&mut over_white, &ink, 0, 0);
    let list = dir.list("known.csv", &[&over_white.to_rgb8()]);
    let found = Run::new(args!["scan", "--list", list, path]).expect(1).rows();
    assert_eq!(found[0]["matches"][0]["rendering"], "over-white", "{}", found[0]);
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

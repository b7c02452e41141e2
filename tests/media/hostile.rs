//! Files that are cut off, damaged, or larger than they look.

use gif::DisposalMethod::{Background, Keep, Previous};
use image::ExtendedColorType as Kind;
use jpeg_encoder::SamplingFactor;
use tutela::media::ReasonCode;

use super::animations::{LIME, RED};
use super::files::{Page, animated_webp, apng, gif, png, rgb, scene, tiff, webp};
use super::stills::stills;
use super::*;

/// One file of each kind of structure, and where its picture's data begin and end.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let mut files: Vec<_> = stills().into_iter().map(|(name, _, file, _)| (name, file)).collect();
    let patches = [([10, 10, 10, 10], RED, Background), ([20, 10, 10, 10], LIME, Previous)];
    let still = webp(&LIME.repeat(100), 10, 10, Kind::Rgba8);
    let page = Page { photometric: 2, bits: 8, samples: 3, data: scene(rgb), ..Page::default() };
    files.extend([
        ("animated GIF", gif([WIDTH as u16, HEIGHT as u16], &patches)),
        ("APNG", apng(&patches, false)),
        ("APNG with a default picture", apng(&patches, true)),
        (
            "animated WebP",
            animated_webp(&[(still.clone(), [0, 0, 10, 10], 0), (still, [8, 8, 10, 10], 1)]),
        ),
        ("TIFF of two pages", tiff(&[page.clone(), page], 0)),
        (
            "lossy WebP with alpha",
            include_bytes!("../../testdata/golden/media/lossy-alpha.webp").to_vec(),
        ),
    ]);
    files
}

#[test]
fn a_file_cut_off_anywhere_is_reported() {
    let (mut cuts, mut partly) = (0, 0);
    for (name, file) in files() {
        let step = if file.len() > 5_000 { 37 } else { 7 };
        for length in (0..file.len()).step_by(step) {
            let (decoded, shown) = frames_within(&file[..length], &Limits::default());
            cuts += 1;
            match decoded {
                Err(reason) => {
                    assert_ne!(reason.code, ReasonCode::OverLimit, "{name} cut at {length}")
                }
                Ok(decoded) => {
                    // the last bytes of some are not needed: padding, or the mark of no more pages
                    let needed = decoded.frames == 0 || length < file.len() - 8;
                    assert!(
                        decoded.problem.is_some() || !needed,
                        "{name} cut at {length}: {decoded:?}"
                    );
                    partly += usize::from(!shown.is_empty());
                }
            }
        }
    }
    assert!(cuts > 3_000 && partly > 1_000, "{cuts} cuts, {partly} with frames");
}

#[test]
fn what_follows_the_end_of_a_picture_is_no_damage() {
    for (name, file) in files() {
        let longer: Vec<u8> =
            [&file[..], &[0xFF, 0xD8, 0xFF, 0, 0x3B, 0x2C, 1, 2, 3, 0xFF, 0xD9]].concat();
        let (shown, meant) = (frames(&longer), frames(&file));
        assert_eq!(shown.len(), meant.len(), "{name}");
        assert!(shown.iter().zip(&meant).all(|(is, want)| is.data == want.data), "{name}");
    }
}

#[test]
fn changed_bytes_do_no_harm() {
    let limits = Limits::default();
    let mut random = 1_u64;
    let mut decoded = 0;
    for (_, file) in files() {
        for _ in 0..200 {
            let mut changed = file.clone();
            for _ in 0..4 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let at = (random >> 33) as usize % changed.len();
                changed[at] = (random >> 25) as u8;
            }
            let (result, shown) = frames_within(&changed, &limits);
            if let Ok(result) = result {
                let numbers: std::collections::BTreeSet<_> =
                    shown.iter().map(|shown| shown.number).collect();
                assert_eq!(result.frames as usize, numbers.len());
                assert!(result.frames > 0 || result.problem.is_some());
                decoded += 1;
            }
        }
    }
    assert!(decoded > 1_000, "{decoded}");
}

#[test]
fn an_end_marker_does_not_hide_that_a_jpeg_is_cut_off() {
    let (ink, mut cuts) = (jpeg_encoder::ColorType::Rgb, 0);
    for (sampling, restart) in [(SamplingFactor::R_4_4_4, 0), (SamplingFactor::R_4_2_0, 3)] {
        let file = files::jpeg(&scene(rgb), ink, sampling, false, restart);
        let scan = file.windows(2).position(|bytes| bytes == [0xFF, 0xDA]).unwrap() + 14;
        for length in (scan..file.len() - 80).step_by(11) {
            let closed = [&file[..length], &[0xFF, 0xD9]].concat();
            let (decoded, shown) = frames_within(&closed, &Limits::default());
            let decoded = decoded.unwrap();
            assert!(decoded.problem.is_some() && shown.len() == 1, "cut at {length}");
            cuts += 1;
        }
    }
    assert!(cuts > 100, "{cuts}");
}

#[test]
fn a_jpeg_of_hardly_any_data_is_not_taken_for_a_cut_one() {
    for (width, height) in [(8, 8), (1, 1), (64, 48), (500, 16), (16, 500)] {
        for colour in [0, 128, 255] {
            let mut file = Vec::new();
            let mut encoder = jpeg_encoder::Encoder::new(&mut file, 50);
            encoder.set_optimized_huffman_tables(colour != 0);
            let pixels = vec![colour; usize::from(width) * usize::from(height)];
            encoder.encode(&pixels, width, height, jpeg_encoder::ColorType::Luma).unwrap();
            let (decoded, shown) = frames_within(&file, &Limits::default());
            assert_eq!(decoded.unwrap().problem, None, "{width} x {height} of {colour}");
            assert!(shown[0].data.iter().all(|&seen| seen.abs_diff(colour) < 3));
        }
    }
}

#[test]
fn a_jpeg_sampled_in_an_unusual_way_is_not_taken_for_examined() {
    let ink = jpeg_encoder::ColorType::Rgb;
    let mut file = files::jpeg(&scene(rgb), ink, SamplingFactor::R_4_2_0, false, 0);
    let frame = file.windows(2).position(|bytes| bytes == [0xFF, 0xC0]).unwrap();
    assert_eq!((file[frame + 11], file[frame + 14], file[frame + 17]), (0x22, 0x11, 0x11));
    file[frame + 14] = 0x21;
    let problem = frames_within(&file, &Limits::default()).0.unwrap().problem.unwrap();
    assert!(problem.detail.starts_with("the components are sampled in an unusual way"));
}

/// A PNG chunk with its checksum.
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [kind, data].concat();
    let length = (data.len() as u32).to_be_bytes();
    [&length[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
}

fn png_header(width: u32, height: u32, colour: u8) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let header = [&size[..], &[8, colour, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1A\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &[0x78, 1])].concat()
}

/// A JPEG of the scene that claims to be of another size.
fn claiming(width: u16, height: u16, progressive: bool) -> Vec<u8> {
    let sampling = SamplingFactor::R_4_2_0;
    let ink = jpeg_encoder::ColorType::Rgb;
    let mut file = files::jpeg(&scene(rgb), ink, sampling, progressive, 0);
    let marker = [0xFF, if progressive { 0xC2 } else { 0xC0 }];
    let frame = file.windows(2).position(|bytes| bytes == marker).unwrap();
    file[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    file
}

/// A file with the numbers at these places replaced.
fn patched(mut file: Vec<u8>, patches: &[(usize, &[u8])]) -> Vec<u8> {
    for &(at, bytes) in patches {
        file[at..at + bytes.len()].copy_from_slice(bytes);
    }
    file
}

#[test]
fn a_file_larger_than_it_looks_is_refused_by_its_header() {
    let gif = gif([65_535, 65_535], &[]);
    let bmp = files::bmp(&scene(rgb), Kind::Rgb8, None);
    let huge = 60_000_u32.to_le_bytes();
    let page = Page { photometric: 2, bits: 8, samples: 3, data: scene(rgb), ..Page::default() };
    let tiff = tiff(&[page], 0);
    let directory = u32::from_le_bytes(tiff[4..8].try_into().unwrap()) as usize + 2;
    let canvas = [0xFE, 0x3F, 0, 0xFE, 0x3F, 0];
    let webp = animated_webp(&[(webp(&LIME.repeat(100), 10, 10, Kind::Rgba8), [0, 0, 10, 10], 0)]);
    let bombs = [
        ("PNG", png_header(60_000, 60_000, 2), "60,000 x 60,000 pixels: 3,600,000,000 over"),
        ("PNG of many bits", png_header(13_000, 13_000, 6), "bytes of memory over the limit"),
        ("JPEG", claiming(65_500, 65_500, false), "65,500 x 65,500 pixels: 4,290,250,000 over"),
        ("progressive JPEG", claiming(14_100, 14_100, true), " bytes of memory over"),
        ("GIF", gif, "65,535 x 65,535 pixels"),
        ("BMP", patched(bmp, &[(18, &huge), (22, &huge)]), "60,000 x 60,000 pixels"),
        ("TIFF", patched(tiff, &[(directory + 8, &huge), (directory + 20, &huge)]), "60,000 x"),
        ("WebP", patched(webp, &[(24, &canvas)]), "16,383 x 16,383 pixels: 268,402,689 over"),
    ];
    for (name, file, detail) in bombs {
        let (decoded, shown) = frames_within(&file, &Limits::default());
        let decoded = decoded.unwrap();
        let problem = decoded.problem.unwrap();
        assert_eq!(problem.code, ReasonCode::OverLimit, "{name}: {}", problem.detail);
        assert!(problem.detail.contains(detail), "{name}: {}", problem.detail);
        assert!(decoded.width > 10_000 && shown.is_empty(), "{name}");
    }
}

#[test]
fn too_little_data_for_the_size_is_damage() {
    let (decoded, shown) = frames_within(&claiming(2_000, 2_000, false), &Limits::default());
    let problem = decoded.unwrap().problem.unwrap();
    assert_eq!(problem.code, ReasonCode::Undecodable);
    assert!(problem.detail.ends_with("are too few for 2000 x 2000 pixels"), "{}", problem.detail);
    assert_eq!(shown.len(), 1);
}

#[test]
fn a_wrong_checksum_is_reported_and_the_picture_shown() {
    let mut file = png(&scene(rgb), png::ColorType::Rgb, png::BitDepth::Eight, |_| ());
    let end = file.len();
    file[end - 13] ^= 1;
    let (decoded, shown) = frames_within(&file, &Limits::default());
    let problem = decoded.unwrap().problem.unwrap();
    assert_eq!(problem.detail, "chunk IDAT has a wrong checksum");
    shown[0].assert_shows("PNG", 0, rgb);
}

#[test]
fn each_limit_is_kept() {
    let animated = gif([WIDTH as u16, HEIGHT as u16], &[([0, 0, 9, 9], RED, Keep); 4]);
    let code = |limits: &Limits| {
        let (decoded, shown) = frames_within(&animated, limits);
        let problem = decoded.map_or_else(Some, |decoded| decoded.problem);
        (problem.map(|problem| (problem.code, problem.detail)), shown.len())
    };
    let with = |set: fn(&mut Limits)| {
        let mut limits = Limits::default();
        set(&mut limits);
        let (problem, shown) = code(&limits);
        let (code, detail) = problem.unwrap();
        assert_eq!(code, ReasonCode::OverLimit);
        (detail, shown)
    };
    assert_eq!(code(&Limits::default()), (None, 5));
    let size = format!("{WIDTH} x {HEIGHT} pixels: ");
    let (detail, shown) = with(|limits| limits.max_bytes = 100);
    assert!(detail.ends_with("bytes, over the limit of 100") && shown == 0);
    let expected = (format!("{size}3,072 over the limit of 3,000"), 0);
    assert_eq!(with(|limits| limits.max_pixels = 3_000), expected);
    let expected = (format!("{size}a side of 64 over the limit of 63"), 0);
    assert_eq!(with(|limits| limits.max_side = 63), expected);
    let (detail, shown) = with(|limits| limits.max_memory = 10_000);
    assert!(detail.ends_with("bytes of memory over the limit of 10,000") && shown == 0);
    let expected = ("more frames than the limit of 3".to_owned(), 3);
    assert_eq!(with(|limits| limits.max_frames = 3), expected);
    let (detail, shown) = with(|limits| limits.max_total_pixels = 7_000);
    assert!(detail.ends_with("over the limit of 7,000 for all frames together") && shown == 2);
}

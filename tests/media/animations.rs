//! Frames and pages.

use gif::DisposalMethod::{Background, Keep, Previous};
use image::ExtendedColorType as Kind;
use tutela::media::{Format, ReasonCode};

use super::files::{Page, animated_webp, apng, gif, grey, index, palette, rgb, scene, tiff, webp};
use super::*;

pub(crate) const RED: [u8; 4] = [255, 0, 0, 255];
pub(crate) const LIME: [u8; 4] = [0, 255, 0, 255];

/// What is at four points of the stored frames: the scene's corner, a patch, both, beside them.
fn points(shown: &[Shown]) -> Vec<[[u8; 3]; 3]> {
    let stored = shown.iter().filter(|shown| shown.rendering == Rendering::Stored);
    stored.map(|shown| [shown.at(0, 0), shown.at(12, 12), shown.at(22, 12)]).collect()
}

#[test]
fn animations_are_composed_as_viewers_show_them() {
    let patches = [
        ([10, 10, 10, 10], RED, Background),
        ([20, 10, 10, 10], LIME, Previous),
        ([40, 10, 10, 10], RED, Keep),
    ];
    let (red, lime, none) = ([255, 0, 0], [0, 255, 0], [0; 3]);
    // a cleared region of a GIF stores its first colour, beside being transparent
    let cleared = palette()[0];
    let at = |x, y| palette()[usize::from(index(x, y))];
    let screen = [WIDTH as u16, HEIGHT as u16];
    assert_eq!(
        points(&frames(&gif(screen, &patches))),
        [
            [at(0, 0), at(12, 12), at(22, 12)],
            [at(0, 0), red, at(22, 12)],
            [at(0, 0), cleared, lime],
            [at(0, 0), cleared, at(22, 12)],
        ]
    );
    let composed = [
        [rgb(0, 0), rgb(12, 12), rgb(22, 12)],
        [rgb(0, 0), red, rgb(22, 12)],
        [rgb(0, 0), none, lime],
        [rgb(0, 0), none, rgb(22, 12)],
    ];
    assert_eq!(points(&frames(&apng(&patches, false))), composed);
    let still = |colour: [u8; 4]| webp(&colour.repeat(100), 10, 10, Kind::Rgba8);
    let file = animated_webp(&[
        (webp(&scene(rgb), WIDTH, HEIGHT, Kind::Rgb8), [0, 0, WIDTH, HEIGHT], 0),
        (still(RED), [10, 10, 10, 10], 1),
        (still(LIME), [20, 10, 10, 10], 1),
        (still(RED), [40, 10, 10, 10], 0),
    ]);
    let mut composed = composed;
    composed[3][2] = none;
    assert_eq!(points(&frames(&file)), composed);
}

#[test]
fn the_default_picture_of_an_apng_is_shown_as_well() {
    let shown = frames(&apng(&[([0, 0, WIDTH as u16, HEIGHT as u16], RED, Keep)], true));
    assert_eq!(shown.iter().map(|shown| shown.number).collect::<Vec<_>>(), [0, 1]);
    shown[0].assert_shows("default picture", 0, rgb);
    shown[1].assert_shows("first frame", 0, |_, _| [255, 0, 0]);
}

#[test]
fn a_gif_screen_that_is_too_small_is_widened_to_the_first_frame() {
    let shown = frames(&gif([1, 1], &[]));
    shown[0].assert_shows("GIF", 0, |x, y| palette()[usize::from(index(x, y))]);
}

#[test]
fn every_page_of_a_tiff_is_shown_and_a_damaged_one_hides_no_other() {
    let page = |data| Page { photometric: 2, bits: 8, samples: 3, data, ..Page::default() };
    let mut pages =
        vec![page(scene(rgb)), page(scene(|x, y| [grey(x, y), 0, 9])), page(scene(rgb))];
    let shown = frames(&tiff(&pages, 0));
    assert_eq!(shown.len(), 3);
    shown[1].assert_shows("second page", 0, |x, y| [grey(x, y), 0, 9]);
    pages[1].photometric = 77;
    let (decoded, shown) = frames_within(&tiff(&pages, 0), &Limits::default());
    assert_eq!(decoded.unwrap().problem.unwrap().code, ReasonCode::Unsupported);
    assert_eq!(shown.iter().map(|shown| shown.number).collect::<Vec<_>>(), [0, 2]);
    let first = u32::from_le_bytes(tiff(&pages, 0)[4..8].try_into().unwrap());
    let (decoded, shown) = frames_within(&tiff(&pages[..1], first), &Limits::default());
    assert_eq!(decoded.unwrap().problem.unwrap().detail, "the directories form a loop");
    assert_eq!(shown.len(), 1);
}

#[test]
fn the_sink_may_stop_the_decoding() {
    let file = gif([WIDTH as u16, HEIGHT as u16], &[([0, 0, 9, 9], RED, Keep)]);
    let mut seen = 0;
    let decoded = decode(&file, &Limits::default(), &mut |_| {
        seen += 1;
        ControlFlow::Break(())
    });
    let decoded = decoded.unwrap();
    assert_eq!((seen, decoded.frames, decoded.problem), (1, 1, None));
    assert_eq!(decoded.format, Format::Gif);
}

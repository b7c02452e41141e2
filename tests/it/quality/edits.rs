//! What people do to pictures, with strengths, places and colours drawn from a seed.

use image::imageops::{FilterType, crop_imm, flip_horizontal, overlay, resize};
use image::{Rgb, RgbImage};

use super::pictures::Draw;

/// A copy of a picture, the JPEG quality that it is saved with, and where in it the picture is.
pub(super) struct Copy {
    pub(super) picture: RgbImage,
    pub(super) quality: u8,
    pub(super) area: [i64; 4],
}

pub(super) const BLACK: Rgb<u8> = Rgb([0; 3]);
pub(super) const WHITE: Rgb<u8> = Rgb([255; 3]);

/// An edit of a picture; some need other pictures.
pub(super) type Edit = fn(&mut Draw, &RgbImage, &[RgbImage]) -> Copy;

/// All edits with their names.
pub(super) const EDITS: [(&str, Edit); 14] = [
    ("encoded again, quality 40", |_, picture, _| Copy { quality: 40, ..whole(picture.clone()) }),
    ("resized", |draw, picture, _| {
        let [width, height] =
            [picture.width(), picture.height()].map(|side| draw.part(side, 40, 140));
        whole(resize(picture, width, height, FilterType::Triangle))
    }),
    ("mirrored", |_, picture, _| whole(flip_horizontal(picture))),
    ("turned by 2 to 7 degrees", |draw, picture, _| {
        let angle = draw.between(20, 70) as f32 / if draw.coin() { 10.0 } else { -10.0 };
        whole(turned(picture, angle))
    }),
    ("negative", |_, picture, _| whole(negative(picture))),
    ("border", |draw, picture, _| {
        let colour = draw.colour();
        border(draw, picture, colour)
    }),
    ("letterbox", |draw, picture, _| {
        let ratio = draw.one_of(&[(1, 1), (9, 16), (21, 9)]);
        letterbox(picture, ratio, BLACK)
    }),
    ("caption", |draw, picture, _| caption(draw, picture)),
    ("screenshot, light", |draw, picture, _| screenshot(draw, picture, false)),
    ("screenshot, dark", |draw, picture, _| screenshot(draw, picture, true)),
    ("collage of 2", |draw, picture, others| collage(draw, picture, others, 2, 1)),
    ("collage of 4", |draw, picture, others| collage(draw, picture, others, 2, 2)),
    ("3 % cut off", |draw, picture, _| {
        let [width, height] = [picture.width(), picture.height()].map(|side| side * 97 / 100);
        let left = draw.between(0, picture.width() - width);
        let top = draw.between(0, picture.height() - height);
        whole(crop_imm(picture, left, top, width, height).to_image())
    }),
    ("logo", |draw, picture, _| whole(logo(draw, picture))),
];

fn whole(picture: RgbImage) -> Copy {
    let area = [0, 0, picture.width().into(), picture.height().into()];
    Copy { picture, quality: 85, area }
}

/// A canvas with the picture at a place.
pub(super) fn on(mut canvas: RgbImage, picture: &RgbImage, left: u32, top: u32) -> Copy {
    overlay(&mut canvas, picture, left.into(), top.into());
    let area = [left, top, picture.width(), picture.height()].map(i64::from);
    Copy { area, ..whole(canvas) }
}

pub(super) fn negative(picture: &RgbImage) -> RgbImage {
    let mut picture = picture.clone();
    picture.pixels_mut().for_each(|pixel| pixel.0 = pixel.0.map(|value| 255 - value));
    picture
}

/// Turned by so many degrees counter-clockwise in a frame of its size, black corners.
fn turned(picture: &RgbImage, angle: f32) -> RgbImage {
    let (sin, cos) = angle.to_radians().sin_cos();
    let (x0, y0) = (picture.width() as f32 / 2.0, picture.height() as f32 / 2.0);
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let (x, y) = (x as f32 + 0.5 - x0, y as f32 + 0.5 - y0);
        let (x, y) = (cos * x - sin * y + x0, sin * x + cos * y + y0);
        let inside = x >= 0.0 && y >= 0.0 && x < 2.0 * x0 && y < 2.0 * y0;
        if inside { *picture.get_pixel(x as u32, y as u32) } else { BLACK }
    })
}

/// A border of one colour, 2 to 15 % of the short side, wider here and narrower there.
pub(super) fn border(draw: &mut Draw, picture: &RgbImage, colour: Rgb<u8>) -> Copy {
    let short = picture.width().min(picture.height());
    let [left, top, right, bottom] = [(); 4].map(|()| draw.part(short, 2, 15));
    let size = (picture.width() + left + right, picture.height() + top + bottom);
    on(RgbImage::from_pixel(size.0, size.1, colour), picture, left, top)
}

/// Bars that give the picture the ratio.
pub(super) fn letterbox(picture: &RgbImage, (across, down): (u32, u32), colour: Rgb<u8>) -> Copy {
    let width = picture.width().max(picture.height() * across / down);
    let height = picture.height().max(picture.width() * down / across);
    let canvas = RgbImage::from_pixel(width, height, colour);
    on(canvas, picture, (width - picture.width()) / 2, (height - picture.height()) / 2)
}

/// Lines of letters that nobody can read, in a box (left, top, width, height).
pub(super) fn words(
    draw: &mut Draw,
    canvas: &mut RgbImage,
    [left, top, width, height]: [u32; 4],
    size: u32,
    ink: Rgb<u8>,
) {
    let dot = (size / 7).max(1);
    let mut y = top;
    while y + size <= top + height {
        let end = left + draw.part(width, 60, 100);
        let mut x = left;
        while x + 4 * dot <= end {
            // every sixth letter or so is a space
            let letter = if draw.below(6) == 0 { 0 } else { draw.below(1 << 15) | 1 << 7 };
            for bit in (0..15).filter(|bit| letter >> bit & 1 == 1) {
                let (column, row) = (x + bit % 3 * dot, y + bit / 3 * dot);
                for dot in (0..dot * dot).map(|at| (column + at % dot, row + at / dot)) {
                    canvas.put_pixel(dot.0, dot.1, ink);
                }
            }
            x += 4 * dot;
        }
        y += size * 3 / 2;
    }
}

/// A bar with words above or below.
pub(super) fn caption(draw: &mut Draw, picture: &RgbImage) -> Copy {
    let (width, height) = picture.dimensions();
    let bar = draw.part(height, 12, 30);
    let (page, ink) = if draw.coin() { (Rgb([10; 3]), Rgb([240; 3])) } else { (WHITE, BLACK) };
    let mut canvas = RgbImage::from_pixel(width, height + bar, page);
    let above = draw.coin();
    let top = if above { 0 } else { height };
    words(draw, &mut canvas, [12, top + 8, width - 24, bar - 12], (bar / 3).max(12), ink);
    on(canvas, picture, 0, if above { bar } else { 0 })
}

/// A phone's screen: a status bar, a name, the picture, words and buttons.
pub(super) fn screenshot(draw: &mut Draw, picture: &RgbImage, dark: bool) -> Copy {
    let across = draw.one_of(&[540, 630, 720]);
    let down = draw.part(across, 190, 220);
    let shade = if dark { draw.between(8, 30) } else { draw.between(240, 255) } as u8;
    let ink = if dark { Rgb([220; 3]) } else { Rgb([30; 3]) };
    let mut canvas = RgbImage::from_pixel(across, down, Rgb([shade; 3]));
    let mut width = if draw.coin() { across } else { draw.part(across, 80, 95) };
    let mut height = picture.height() * width / picture.width();
    if height > down * 7 / 10 {
        height = down * 7 / 10;
        width = picture.width() * height / picture.height();
    }
    let small = resize(picture, width, height, FilterType::Triangle);
    let left = (across - width) / 2;
    let top = draw.between(down / 10, (down * 17 / 20 - height).max(down / 10 + 1));
    words(draw, &mut canvas, [16, 12, across / 3, 24], 20, ink);
    words(draw, &mut canvas, [24, down / 20, across / 2, 28], 26, ink);
    let below = top + height + 16;
    let rest = (down - 60).saturating_sub(below);
    words(draw, &mut canvas, [24, below, across - 48, rest], 24, ink);
    for button in 0..5 {
        let left = 40 + button * across / 5;
        for at in 0..30 {
            for (x, y) in [(at, 0), (at, 29), (0, at), (29, at)] {
                canvas.put_pixel(left + x, down - 45 + y, ink);
            }
        }
    }
    on(canvas, &small, left, top)
}

/// The picture among others in a grid, in any place.
pub(super) fn collage(
    draw: &mut Draw,
    picture: &RgbImage,
    others: &[RgbImage],
    across: u32,
    down: u32,
) -> Copy {
    let gap = draw.one_of(&[0, 0, 6, 12]);
    let (width, height) = (320, 256);
    let size = (across * (width + gap) - gap, down * (height + gap) - gap);
    let mut canvas = RgbImage::from_pixel(size.0, size.1, WHITE);
    let mine = draw.below(across * down);
    let place = |cell: u32| (cell % across * (width + gap), cell / across * (height + gap));
    for cell in (0..across * down).filter(|&cell| cell != mine) {
        let other = &others[draw.below(others.len() as u32) as usize];
        let (left, top) = place(cell);
        let small = resize(other, width, height, FilterType::Triangle);
        overlay(&mut canvas, &small, left.into(), top.into());
    }
    let (left, top) = place(mine);
    on(canvas, &resize(picture, width, height, FilterType::Triangle), left, top)
}

/// A disc on a square in a corner, 8 to 22 % of the short side.
fn logo(draw: &mut Draw, picture: &RgbImage) -> RgbImage {
    let mut picture = picture.clone();
    let (width, height) = picture.dimensions();
    let size = draw.part(width.min(height), 8, 22);
    let left = if draw.coin() { 4 } else { width - size - 4 };
    let top = if draw.coin() { 4 } else { height - size - 4 };
    let colours = [draw.colour(), draw.colour()];
    for (x, y) in (0..size * size).map(|at| (at % size, at / size)) {
        let from = |at: u32| (2 * at).abs_diff(size).pow(2);
        let disc = from(x) + from(y) < (size / 2).pow(2);
        picture.put_pixel(left + x, top + y, colours[usize::from(disc)]);
    }
    picture
}

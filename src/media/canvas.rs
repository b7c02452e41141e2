//! The canvas of an animation, as GIF, APNG and WebP define it.
//!
//! One for the three: the decoders' own ones differ from what viewers show (a GIF frame beyond the
//! stated screen is cut off, a WebP frame is not disposed of, an APNG's default picture is dropped).

use super::output::to_usize;

/// Where a frame lies on the canvas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// What becomes of a frame's region before the next one is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dispose {
    Keep,
    Clear,
    Restore,
}

/// How a frame is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blend {
    Replace,
    Over,
}

/// Red-green-blue-alpha, transparent at first, though with a stored colour.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 4]>,
    saved: Vec<[u8; 4]>,
    last: Option<(Region, Dispose)>,
    ground: [u8; 4],
}

impl Canvas {
    /// Bytes a pixel that it takes, with the copy that [`Dispose::Restore`] needs.
    pub(super) const BYTES: u64 = 8;

    /// A transparent canvas; `ground` is the colour that is seen if alpha is ignored.
    pub(super) fn new(width: u32, height: u32, [r, g, b]: [u8; 3]) -> Self {
        let (width, height) = (to_usize(width), to_usize(height));
        let ground = [r, g, b, 0];
        Self {
            width,
            height,
            pixels: vec![ground; width * height],
            saved: Vec::new(),
            last: None,
            ground,
        }
    }

    /// All of it, four bytes a pixel.
    pub(super) fn bytes(&self) -> &[u8] {
        self.pixels.as_flattened()
    }

    /// Disposes of the last frame and draws the next. What lies beyond the canvas is cut off; a
    /// `frame` that is too short leaves the rest as it was.
    pub(super) fn draw(
        &mut self,
        region: Region,
        dispose: Dispose,
        blend: Blend,
        frame: impl Iterator<Item = [u8; 4]>,
    ) {
        match self.last {
            Some((last, Dispose::Clear)) => {
                for row in rows(&mut self.pixels, self.width, self.height, last) {
                    row.fill(self.ground);
                }
            }
            Some((_, Dispose::Restore)) => self.pixels.copy_from_slice(&self.saved),
            Some((_, Dispose::Keep)) | None => {}
        }
        if dispose == Dispose::Restore {
            self.saved.clone_from(&self.pixels);
        }
        self.last = Some((region, dispose));

        let mut frame = frame;
        let stride = to_usize(region.width);
        for row in rows(&mut self.pixels, self.width, self.height, region) {
            let hidden = stride - row.len();
            for (below, pixel) in row.iter_mut().zip(frame.by_ref()) {
                *below = match blend {
                    Blend::Replace => pixel,
                    Blend::Over => over(pixel, *below),
                };
            }
            if hidden > 0 {
                frame.nth(hidden - 1);
            }
        }
    }
}

/// The visible parts of a region's rows.
fn rows(
    pixels: &mut [[u8; 4]],
    width: usize,
    height: usize,
    region: Region,
) -> impl Iterator<Item = &mut [[u8; 4]]> {
    let (left, top) = (to_usize(region.x).min(width), to_usize(region.y).min(height));
    let columns = to_usize(region.width).min(width - left);
    pixels
        .chunks_exact_mut(width)
        .skip(top)
        .take(to_usize(region.height))
        .filter_map(move |row| row.get_mut(left..left + columns))
}

/// One pixel over another, neither multiplied by its alpha.
fn over(above: [u8; 4], below: [u8; 4]) -> [u8; 4] {
    match (above, below) {
        ([.., 255], _) => above,
        // a first frame keeps the colours that it hides, as the reference's users read them
        ([.., 0], [.., 0]) => above,
        ([.., 0], _) => below,
        ([r, g, b, a], [below @ .., rest]) => {
            let (a, rest) = (u32::from(a), u32::from(rest));
            // all in units of 1/255^2
            let kept = rest * (255 - a);
            let alpha = a * 255 + kept;
            let mut pixel = [0; 4];
            for ((out, above), below) in pixel.iter_mut().zip([r, g, b]).zip(below) {
                let sum = u32::from(above) * a * 255 + u32::from(below) * kept;
                *out = u8::try_from((sum + alpha / 2) / alpha).unwrap_or(u8::MAX);
            }
            let [r, g, b, _] = pixel;
            [r, g, b, u8::try_from((alpha + 127) / 255).unwrap_or(u8::MAX)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: [u8; 4] = [255, 0, 0, 255];
    const BLUE: [u8; 4] = [0, 0, 255, 255];
    const NONE: [u8; 4] = [0; 4];

    fn draw(canvas: &mut Canvas, x: u32, width: u32, dispose: Dispose, colour: [u8; 4]) {
        let region = Region { x, y: 0, width, height: 1 };
        canvas.draw(region, dispose, Blend::Over, std::iter::repeat(colour));
    }

    #[test]
    fn a_frame_is_disposed_of_as_it_asks() {
        for (dispose, after) in [
            (Dispose::Keep, [RED, BLUE, RED]),
            (Dispose::Clear, [RED, NONE, RED]),
            (Dispose::Restore, [RED, RED, RED]),
        ] {
            let mut canvas = Canvas::new(3, 1, [0; 3]);
            draw(&mut canvas, 0, 3, Dispose::Keep, RED);
            draw(&mut canvas, 1, 1, dispose, BLUE);
            assert_eq!(canvas.pixels, [RED, BLUE, RED]);
            draw(&mut canvas, 0, 1, Dispose::Keep, RED);
            assert_eq!(canvas.pixels, after, "{dispose:?}");
        }
    }

    #[test]
    fn what_lies_beyond_the_canvas_is_cut_off() {
        let mut canvas = Canvas::new(2, 2, [0; 3]);
        let region = Region { x: 1, y: 1, width: 2, height: 2 };
        let frame = (0..4).map(|at| [at, 0, 0, 255]);
        canvas.draw(region, Dispose::Keep, Blend::Replace, frame);
        assert_eq!(canvas.pixels, [NONE, NONE, NONE, [0, 0, 0, 255]]);
        draw(&mut canvas, u32::MAX, u32::MAX, Dispose::Clear, RED);
        draw(&mut canvas, 2, 0, Dispose::Keep, RED);
        assert_eq!(canvas.pixels, [NONE, NONE, NONE, [0, 0, 0, 255]]);
    }

    #[test]
    fn half_of_a_colour_lets_half_of_the_other_through() {
        assert_eq!(over([255, 0, 0, 128], BLUE), [128, 0, 127, 255]);
        assert_eq!(over([255, 0, 0, 128], [9, 9, 9, 0]), [255, 0, 0, 128]);
        assert_eq!(over([9, 9, 9, 0], BLUE), BLUE);
        assert_eq!(over([9, 9, 9, 0], NONE), [9, 9, 9, 0]);
        assert_eq!(over([0, 0, 0, 128], [0, 0, 0, 128]), [0, 0, 0, 192]);
    }
}

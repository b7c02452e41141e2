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
#[derive(Debug, Default)]
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

    /// Makes it transparent, of this size; `ground` is the colour that is seen if alpha is ignored.
    pub(super) fn start(&mut self, width: u32, height: u32, [r, g, b]: [u8; 3]) {
        self.width = to_usize(width);
        self.height = to_usize(height);
        self.ground = [r, g, b, 0];
        self.last = None;
        self.pixels.clear();
        self.pixels.resize(self.width * self.height, self.ground);
    }

    /// Gives its memory back where it is more than these bytes.
    pub(super) fn give_back(&mut self, most: usize) {
        for pixels in [&mut self.pixels, &mut self.saved] {
            if pixels.capacity() > most / 4 {
                *pixels = Vec::new();
            }
        }
    }

    /// All of it, four bytes a pixel.
    pub(super) fn bytes(&self) -> &[u8] {
        self.pixels.as_flattened()
    }

    /// Disposes of the last frame and draws the next, of `N` bytes a pixel. What lies beyond the
    /// canvas is cut off; a `frame` that is too short leaves the rest as it was.
    pub(super) fn draw<const N: usize>(
        &mut self,
        region: Region,
        dispose: Dispose,
        blend: Blend,
        frame: &[u8],
        rgba: impl Fn([u8; N]) -> [u8; 4],
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

        let (frame, _) = frame.as_chunks::<N>();
        let lines = frame.chunks(to_usize(region.width).max(1));
        for (row, line) in rows(&mut self.pixels, self.width, self.height, region).zip(lines) {
            let pixels = row.iter_mut().zip(line);
            match blend {
                Blend::Replace => pixels.for_each(|(below, &pixel)| *below = rgba(pixel)),
                Blend::Over => pixels.for_each(|(below, &pixel)| {
                    *below = over(rgba(pixel), *below);
                }),
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
        .chunks_exact_mut(width.max(1))
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
        canvas.draw(region, dispose, Blend::Over, &colour.repeat(3), |pixel: [u8; 4]| pixel);
    }

    fn started(width: u32, height: u32) -> Canvas {
        let mut canvas = Canvas::default();
        // nothing of a picture before is left
        canvas.start(1, 5, [9; 3]);
        draw(&mut canvas, 0, 1, Dispose::Restore, BLUE);
        canvas.start(width, height, [0; 3]);
        canvas
    }

    #[test]
    fn a_frame_is_disposed_of_as_it_asks() {
        for (dispose, after) in [
            (Dispose::Keep, [RED, BLUE, RED]),
            (Dispose::Clear, [RED, NONE, RED]),
            (Dispose::Restore, [RED, RED, RED]),
        ] {
            let mut canvas = started(3, 1);
            draw(&mut canvas, 0, 3, Dispose::Keep, RED);
            draw(&mut canvas, 1, 1, dispose, BLUE);
            assert_eq!(canvas.pixels, [RED, BLUE, RED]);
            draw(&mut canvas, 0, 1, Dispose::Keep, RED);
            assert_eq!(canvas.pixels, after, "{dispose:?}");
        }
    }

    #[test]
    fn what_lies_beyond_the_canvas_is_cut_off() {
        let mut canvas = started(2, 2);
        let region = Region { x: 1, y: 1, width: 2, height: 2 };
        canvas.draw(region, Dispose::Keep, Blend::Replace, &[0, 1, 2, 3], |[at]: [u8; 1]| {
            [at, 0, 0, 255]
        });
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

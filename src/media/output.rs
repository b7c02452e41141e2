//! The way out: counts frames against the limits, treats transparency, feeds the sink.

use std::ops::ControlFlow;

use super::guard::thousands;
use super::{Frame, Limits, Reason, Rendering};
use crate::hash::Pixels;

/// Why a decoder stops before the end of its file.
#[derive(Debug)]
pub(super) enum End {
    /// The sink has seen enough.
    Stopped,
    /// Nothing more can be decoded.
    Failed(Reason),
}

impl From<Reason> for End {
    fn from(reason: Reason) -> Self {
        Self::Failed(reason)
    }
}

/// Where decoders put their frames.
pub(super) struct Output<'a> {
    pub(super) limits: &'a Limits,
    sink: &'a mut dyn FnMut(Frame<'_>) -> ControlFlow<()>,
    /// The canvas, once it is known.
    pub(super) size: Option<(u32, u32)>,
    /// Frames handed over.
    pub(super) frames: u32,
    /// The first thing that went wrong without being the end.
    pub(super) problem: Option<Reason>,
    number: u32,
    pixels: u64,
    /// A frame without its alpha.
    flat: &'a mut Vec<u8>,
}

impl<'a> Output<'a> {
    pub(super) fn new(
        limits: &'a Limits,
        sink: &'a mut dyn FnMut(Frame<'_>) -> ControlFlow<()>,
        flat: &'a mut Vec<u8>,
    ) -> Self {
        Self { limits, sink, size: None, frames: 0, problem: None, number: 0, pixels: 0, flat }
    }

    /// To be called before memory for a frame is taken: `bytes_per_pixel` is all that is needed at
    /// the peak, this type's own buffer (3 with transparency) included. The first call states the
    /// canvas.
    pub(super) fn begin(
        &mut self,
        width: u32,
        height: u32,
        bytes_per_pixel: u64,
    ) -> Result<(), End> {
        self.size.get_or_insert((width, height));
        self.limits.check(width, height, bytes_per_pixel)?;
        if self.number >= self.limits.max_frames {
            let limit = thousands(self.limits.max_frames.into());
            return Err(Reason::over_limit(format!("more frames than the limit of {limit}")).into());
        }
        self.pixels = self.pixels.saturating_add(u64::from(width) * u64::from(height));
        if self.pixels > self.limits.max_total_pixels {
            let detail = format!(
                "{} pixels up to frame {}, over the limit of {} for all frames together",
                thousands(self.pixels),
                self.number,
                thousands(self.limits.max_total_pixels)
            );
            return Err(Reason::over_limit(detail).into());
        }
        Ok(())
    }

    /// Hands over a frame of `channels` bytes a pixel: grey, grey and alpha, red-green-blue, or
    /// red-green-blue and alpha.
    pub(super) fn frame(
        &mut self,
        width: u32,
        height: u32,
        channels: usize,
        data: &[u8],
    ) -> Result<(), End> {
        self.frames += 1;
        let sent = match channels {
            2 => self.transparent::<2>(width, height, data),
            4 => self.transparent::<4>(width, height, data),
            _ => self.send(Rendering::Stored, width, height, channels, data),
        };
        self.number += 1;
        sent
    }

    /// Hands over a frame whose colours are looked up, all of them opaque.
    pub(super) fn indexed(
        &mut self,
        width: u32,
        height: u32,
        indices: &[u8],
        colour: impl Fn(u8) -> [u8; 3],
    ) -> Result<(), End> {
        self.frames += 1;
        let mut flat = std::mem::take(self.flat);
        resize(&mut flat, indices.len() * 3);
        for (out, &index) in flat.as_chunks_mut().0.iter_mut().zip(indices) {
            *out = colour(index);
        }
        let sent = self.send(Rendering::Stored, width, height, 3, &flat);
        *self.flat = flat;
        self.number += 1;
        sent
    }

    /// Hands over what there is of a damaged frame: nothing, if its decoder wrote nothing.
    pub(super) fn remains(
        &mut self,
        width: u32,
        height: u32,
        channels: usize,
        data: &[u8],
    ) -> Result<(), End> {
        if data.iter().all(|&byte| byte == 0) {
            self.skip();
            return Ok(());
        }
        self.frame(width, height, channels, data)
    }

    /// Passes over a frame that could not be decoded; its number is not given to another one.
    pub(super) fn skip(&mut self) {
        self.number += 1;
    }

    /// Gives the next frame this number.
    pub(super) fn turn_to(&mut self, number: u32) {
        self.number = number;
    }

    /// Remembers a problem that does not end the decoding; the first one is reported.
    pub(super) fn note(&mut self, reason: Reason) {
        self.problem.get_or_insert(reason);
    }

    fn transparent<const N: usize>(
        &mut self,
        width: u32,
        height: u32,
        data: &[u8],
    ) -> Result<(), End> {
        let (pixels, _) = data.as_chunks::<N>();
        let mut flat = std::mem::take(self.flat);
        resize(&mut flat, pixels.len() * (N - 1));
        strip(pixels, &mut flat);
        let mut sent = self.send(Rendering::Stored, width, height, N - 1, &flat);
        if sent.is_ok() && !opaque(pixels) {
            for (rendering, ground) in [(Rendering::OverWhite, 255), (Rendering::OverBlack, 0)] {
                if sent.is_ok() && lay_over(ground, pixels, &mut flat) {
                    sent = self.send(rendering, width, height, N - 1, &flat);
                }
            }
        }
        *self.flat = flat;
        sent
    }

    fn send(
        &mut self,
        rendering: Rendering,
        width: u32,
        height: u32,
        channels: usize,
        data: &[u8],
    ) -> Result<(), End> {
        let (width, height) = (to_usize(width), to_usize(height));
        let pixels = match channels {
            1 => Pixels::grey(width, height, data),
            _ => Pixels::rgb(width, height, data),
        };
        let pixels = pixels.ok_or_else(|| {
            Reason::undecodable(format!(
                "the decoder gave {} bytes for {width} x {height} pixels",
                thousands(data.len() as u64)
            ))
        })?;
        let frame = Frame { number: self.number, rendering, pixels };
        match (self.sink)(frame) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(End::Stopped),
        }
    }
}

/// The colours alone.
fn strip<const N: usize>(pixels: &[[u8; N]], flat: &mut [u8]) {
    for (pixel, out) in pixels.iter().zip(flat.chunks_exact_mut(N - 1)) {
        for (out, &colour) in out.iter_mut().zip(pixel) {
            *out = colour;
        }
    }
}

/// Whether nothing shines through any pixel.
fn opaque<const N: usize>(pixels: &[[u8; N]]) -> bool {
    // Some at a time: fast where all are, and done early where they are not.
    pixels.chunks(1024).all(|pixels| {
        let mut least = [u8::MAX; N];
        for pixel in pixels {
            for (least, &sample) in least.iter_mut().zip(pixel) {
                *least &= sample;
            }
        }
        least.last() == Some(&u8::MAX)
    })
}

/// Lays the pixels over a plain ground; tells whether that changes any colour.
fn lay_over<const N: usize>(ground: u8, pixels: &[[u8; N]], flat: &mut [u8]) -> bool {
    let mut changed = false;
    for (pixel, out) in pixels.iter().zip(flat.chunks_exact_mut(N - 1)) {
        let Some((&alpha, colours)) = pixel.split_last() else {
            continue;
        };
        for (out, &colour) in out.iter_mut().zip(colours) {
            *out = match alpha {
                u8::MAX => colour,
                0 => ground,
                alpha => mix(colour, ground, alpha),
            };
            changed |= *out != colour;
        }
    }
    changed
}

/// Makes the buffer this long. What it holds is to be overwritten.
pub(super) fn resize(buffer: &mut Vec<u8>, length: usize) {
    if buffer.capacity() < length {
        // memory that comes as zeros, instead of copying what is there
        *buffer = vec![0; length];
    }
    buffer.resize(length, 0);
}

/// Makes the buffer this long and zero.
pub(super) fn zeros(buffer: &mut Vec<u8>, length: usize) {
    if buffer.capacity() < length {
        *buffer = vec![0; length];
    } else {
        buffer.clear();
        buffer.resize(length, 0);
    }
}

/// `colour` at the given opacity over `ground`, rounded.
fn mix(colour: u8, ground: u8, alpha: u8) -> u8 {
    let (colour, ground, alpha) = (u16::from(colour), u16::from(ground), u16::from(alpha));
    // at most 255 * 255 + 127, over 255
    u8::try_from((colour * alpha + ground * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}

/// Widening on every platform that this is built for.
pub(super) fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The simple twin: whether any alpha is less than all, pixel by pixel.
    #[test]
    fn a_single_pixel_that_lets_light_through_is_seen() {
        for length in [0, 1, 5, 1023, 1024, 1025, 3000] {
            let mut pixels = vec![[0, 255, 7, 255]; length];
            assert!(opaque(&pixels));
            for at in (0..length).step_by(97).chain(length.checked_sub(1)) {
                pixels[at][3] = 254;
                assert!(!opaque(&pixels), "{at} of {length}");
                pixels[at][3] = 255;
            }
        }
        assert!(opaque(&[[3, 255], [4, 255]]) && !opaque(&[[3, 255], [255, 127]]));
    }

    #[test]
    fn every_opacity_is_mixed_by_the_formula() {
        for ground in [0, 255] {
            for alpha in 0..=255_u8 {
                for colour in [0, 1, 127, 254, 255] {
                    let mut flat = [9];
                    let changed = lay_over(ground, &[[colour, alpha]], &mut flat);
                    let (c, g, a) = (f64::from(colour), f64::from(ground), f64::from(alpha));
                    let expected = ((c * a + g * (255.0 - a)) / 255.0).round();
                    assert_eq!(f64::from(flat[0]), expected);
                    assert_eq!(changed, flat[0] != colour);
                }
            }
        }
    }

    #[test]
    fn a_buffer_of_zeros_has_nothing_of_what_it_held() {
        let mut buffer = vec![7; 100];
        zeros(&mut buffer, 50);
        assert_eq!(buffer, [0; 50]);
        buffer.fill(7);
        zeros(&mut buffer, 4000);
        assert_eq!(buffer, [0; 4000]);
        resize(&mut buffer, 3);
        assert_eq!(buffer.len(), 3);
        resize(&mut buffer, 9000);
        assert_eq!(buffer.len(), 9000);
    }
}

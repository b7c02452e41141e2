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
    flat: Vec<u8>,
}

impl<'a> Output<'a> {
    pub(super) fn new(
        limits: &'a Limits,
        sink: &'a mut dyn FnMut(Frame<'_>) -> ControlFlow<()>,
    ) -> Self {
        Self {
            limits,
            sink,
            size: None,
            frames: 0,
            problem: None,
            number: 0,
            pixels: 0,
            flat: Vec::new(),
        }
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
        let mut flat = std::mem::take(&mut self.flat);
        flat.clear();
        flat.reserve_exact(pixels.len() * (N - 1));
        flat.extend(pixels.iter().flat_map(|pixel| pixel.iter().take(N - 1)));
        let mut sent = self.send(Rendering::Stored, width, height, N - 1, &flat);
        for (rendering, ground) in [(Rendering::OverWhite, 255), (Rendering::OverBlack, 0)] {
            if sent.is_ok() && lay_over(ground, pixels, &mut flat) {
                sent = self.send(rendering, width, height, N - 1, &flat);
            }
        }
        self.flat = flat;
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

/// Lays the pixels over a plain ground; tells whether that changes any colour.
fn lay_over<const N: usize>(ground: u8, pixels: &[[u8; N]], flat: &mut [u8]) -> bool {
    let mut changed = false;
    for (pixel, out) in pixels.iter().zip(flat.chunks_exact_mut(N - 1)) {
        let Some((alpha, colours)) = pixel.split_last() else {
            continue;
        };
        for (out, &colour) in out.iter_mut().zip(colours) {
            *out = mix(colour, ground, *alpha);
            changed |= *out != colour;
        }
    }
    changed
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

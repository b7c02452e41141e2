//! GIF: every frame, as a viewer shows it.

use std::io::Cursor;
use std::num::NonZeroU64;

use gif::{ColorOutput, DecodeOptions, DecodingError, DisposalMethod, MemoryLimit};

use super::Reason;
use super::canvas::{Blend, Canvas, Dispose, Region};
use super::guard::shield;
use super::output::{End, Output};

/// Bytes a pixel: the canvas, the frame's indices, the flat copy.
const COST: u64 = Canvas::BYTES + 1 + 3;

pub(super) fn decode(bytes: &[u8], out: &mut Output<'_>) -> Result<(), End> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.allow_unknown_blocks(true);
    if let Some(limit) = NonZeroU64::new(out.limits.max_memory) {
        options.set_memory_limit(MemoryLimit::Bytes(limit));
    }
    let mut decoder = shield(|| options.read_info(Cursor::new(bytes)).map_err(reason))?;
    let (mut width, mut height) = (u32::from(decoder.width()), u32::from(decoder.height()));
    let mut canvas: Option<Canvas> = None;
    loop {
        let next = shield(|| {
            let info = decoder.next_frame_info().map_err(reason)?;
            Ok(info.map(|frame| {
                let region = Region {
                    x: frame.left.into(),
                    y: frame.top.into(),
                    width: frame.width.into(),
                    height: frame.height.into(),
                };
                (region, frame.dispose, frame.transparent)
            }))
        });
        let Some((region, dispose, transparent)) = next? else {
            break;
        };
        if canvas.is_none() {
            // browsers and Pillow widen a stated screen that the first frame does not fit into
            width = width.max(region.x + region.width);
            height = height.max(region.y + region.height);
        }
        out.begin(width, height, COST)?;
        if region.width > 0 && region.height > 0 {
            out.limits.check(region.width, region.height, 1)?;
        }
        let palette = decoder.palette().map(<[u8]>::to_vec).map_err(reason)?;
        let mut indices = vec![0; decoder.buffer_size()];
        let result = shield(|| decoder.read_into_buffer(&mut indices).map_err(reason));
        if result.is_ok() || indices.iter().any(|&index| index != 0) {
            let dispose = match dispose {
                DisposalMethod::Any | DisposalMethod::Keep => Dispose::Keep,
                DisposalMethod::Background => Dispose::Clear,
                DisposalMethod::Previous => Dispose::Restore,
            };
            let (colours, _) = palette.as_chunks::<3>();
            let pixels = indices.iter().map(|&index| {
                let alpha = if transparent == Some(index) { 0 } else { 255 };
                match colours.get(usize::from(index)) {
                    Some(&[r, g, b]) => [r, g, b, alpha],
                    None => [0, 0, 0, alpha],
                }
            });
            // viewers show what no frame covers as transparent, Pillow gives it this colour
            let ground = colours.get(usize::from(transparent.unwrap_or(0)));
            let ground = ground.copied().unwrap_or_default();
            let canvas = canvas.get_or_insert_with(|| Canvas::new(width, height, ground));
            canvas.draw(region, dispose, Blend::Over, pixels);
            out.frame(width, height, 4, canvas.bytes())?;
        }
        result?;
    }
    Ok(())
}

fn reason(error: DecodingError) -> Reason {
    match error {
        DecodingError::OutOfMemory | DecodingError::MemoryLimit => {
            Reason::over_limit("the GIF decoder needs more memory than the limit")
        }
        other => Reason::undecodable(other.to_string()),
    }
}

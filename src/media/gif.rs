//! GIF: every frame, as a viewer shows it.

use std::io::Cursor;
use std::num::NonZeroU64;

use gif::{ColorOutput, DecodeOptions, DecodingError, DisposalMethod, MemoryLimit};

use super::canvas::{Blend, Canvas, Dispose, Region};
use super::guard::shield;
use super::output::{End, Output, zeros};
use super::{Reason, Work};

/// Bytes a pixel: the canvas, the frame's indices, the flat copy.
const COST: u64 = Canvas::BYTES + 1 + 3;

pub(super) fn decode(bytes: &[u8], work: &mut Work, out: &mut Output<'_>) -> Result<(), End> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.allow_unknown_blocks(true);
    if let Some(limit) = NonZeroU64::new(out.limits.max_memory) {
        options.set_memory_limit(MemoryLimit::Bytes(limit));
    }
    let mut decoder = shield(|| options.read_info(Cursor::new(bytes)).map_err(reason))?;
    let (mut width, mut height) = (u32::from(decoder.width()), u32::from(decoder.height()));
    let Work { samples: indices, canvas } = work;
    // the first frame, if it is not drawn yet
    let mut waiting: Option<(Region, Dispose, Table)> = None;
    let mut started = false;
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
        if !started {
            // browsers and Pillow widen a stated screen that the first frame does not fit into
            width = width.max(region.x + region.width);
            height = height.max(region.y + region.height);
        }
        out.begin(width, height, COST)?;
        if let Some((region, dispose, table)) = waiting.take() {
            canvas.start(width, height, table.ground);
            canvas.draw(region, dispose, Blend::Replace, indices, |index| table.of(index));
        }
        if region.width > 0 && region.height > 0 {
            out.limits.check(region.width, region.height, 1)?;
        }
        let table = Table::new(decoder.palette().map_err(reason)?, transparent);
        zeros(indices, decoder.buffer_size());
        let result = shield(|| decoder.read_into_buffer(indices).map_err(reason));
        if result.is_ok() || indices.iter().any(|&index| index != 0) {
            let dispose = match dispose {
                DisposalMethod::Any | DisposalMethod::Keep => Dispose::Keep,
                DisposalMethod::Background => Dispose::Clear,
                DisposalMethod::Previous => Dispose::Restore,
            };
            let all = region.width == width && region.height == height;
            if !started && all && transparent.is_none_or(|none| !indices.contains(&none)) {
                // Most files are this one picture, which needs no canvas.
                out.indexed(width, height, indices, |index| {
                    let [r, g, b, _] = table.of([index]);
                    [r, g, b]
                })?;
                waiting = Some((region, dispose, table));
            } else {
                if !started {
                    canvas.start(width, height, table.ground);
                }
                canvas.draw(region, dispose, Blend::Over, indices, |index| table.of(index));
                out.frame(width, height, 4, canvas.bytes())?;
            }
            started = true;
        }
        result?;
    }
    Ok(())
}

/// The colours of a frame, one for every index.
struct Table {
    colours: [[u8; 4]; 256],
    /// Viewers show what no frame covers as transparent, Pillow gives it this colour.
    ground: [u8; 3],
}

impl Table {
    fn new(palette: &[u8], transparent: Option<u8>) -> Self {
        let mut colours = [[0, 0, 0, 255]; 256];
        for (entry, &[r, g, b]) in colours.iter_mut().zip(palette.as_chunks().0) {
            *entry = [r, g, b, 255];
        }
        let mut ground = [0; 3];
        if let Some([colour @ .., alpha]) = colours.get_mut(usize::from(transparent.unwrap_or(0))) {
            ground = *colour;
            *alpha = if transparent.is_some() { 0 } else { 255 };
        }
        Self { colours, ground }
    }

    #[expect(clippy::indexing_slicing, reason = "every byte has an entry")]
    fn of(&self, [index]: [u8; 1]) -> [u8; 4] {
        self.colours[usize::from(index)]
    }
}

fn reason(error: DecodingError) -> Reason {
    match error {
        DecodingError::OutOfMemory | DecodingError::MemoryLimit => {
            Reason::over_limit("the GIF decoder needs more memory than the limit")
        }
        other => Reason::undecodable(other.to_string()),
    }
}

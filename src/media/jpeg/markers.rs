//! The marker segments of a JPEG file: what its decoder does not tell.
//!
//! The size before anything is allocated, the colour model by the rules of the reference's library,
//! and whether the file ends where it should.

use crate::media::Reason;

/// What the markers say (ITU-T T.81, annex B).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::media) struct Markers {
    /// The number of the frame header: 0 baseline, 1 extended, 2 progressive; others are rare.
    pub(in crate::media) frame: u8,
    pub(in crate::media) precision: u8,
    pub(in crate::media) width: u16,
    pub(in crate::media) height: u16,
    pub(in crate::media) components: Vec<Component>,
    /// Components in the first scan: fewer than there are make the decoder buffer the picture.
    pub(in crate::media) first_scan: u8,
    pub(in crate::media) jfif: bool,
    /// Colour transforms stated by Adobe segments, with their places.
    pub(in crate::media) adobe: Vec<(usize, u8)>,
    /// Bytes of entropy-coded data.
    pub(in crate::media) data: u64,
    /// Whether the end marker was reached.
    pub(in crate::media) ended: bool,
    /// The place of the end marker, or of the end of the file.
    pub(in crate::media) end: usize,
}

/// A colour component of the frame header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::media) struct Component {
    id: u8,
    across: u8,
    down: u8,
}

/// The colours that the components stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::media) enum Model {
    Grey,
    YCbCr,
    Rgb,
    Cmyk,
    Ycck,
}

impl Markers {
    /// Reads the markers up to the end of the picture; what follows it is of no interest.
    ///
    /// A file that is cut off after its first scan began gives the markers so far, not `ended`.
    pub(in crate::media) fn read(bytes: &[u8]) -> Result<Self, Reason> {
        let mut markers = Self { end: bytes.len(), ..Self::default() };
        let mut at = 2;
        while let Some((marker, start)) = next_marker(bytes, at) {
            at = start;
            match marker {
                0xD9 => {
                    markers.ended = true;
                    markers.end = start - 2;
                    break;
                }
                // without a length
                0x01 | 0xD0..=0xD8 => continue,
                _ => {}
            }
            let Some((body, end)) = segment(bytes, start) else {
                break;
            };
            at = end;
            match marker {
                // 0xC4, 0xC8 and 0xCC are no frame headers
                0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                    markers.frame_header(marker - 0xC0, body)?;
                }
                0xE0 => markers.jfif |= body.starts_with(b"JFIF\0"),
                0xEE => {
                    if let (true, Some(&transform)) = (body.starts_with(b"Adobe"), body.get(11)) {
                        markers.adobe.push((start + 2 + 11, transform));
                    }
                }
                0xDA => {
                    if markers.data == 0 {
                        markers.first_scan = body.first().copied().unwrap_or(0);
                    }
                    at = scan_end(bytes, end);
                    // one more, so that an empty first scan is not taken for none
                    markers.data += (at - end + 1) as u64;
                }
                _ => {}
            }
        }
        if markers.components.is_empty() {
            return Err(Reason::undecodable("the file ends before the size of the picture"));
        }
        if markers.data == 0 {
            return Err(Reason::undecodable("the file ends before its image data"));
        }
        Ok(markers)
    }

    fn frame_header(&mut self, number: u8, body: &[u8]) -> Result<(), Reason> {
        let [precision, h1, h0, w1, w0, _, components @ ..] = body else {
            return Err(Reason::undecodable("the frame header is too short"));
        };
        self.frame = number;
        self.precision = *precision;
        self.height = u16::from_be_bytes([*h1, *h0]);
        self.width = u16::from_be_bytes([*w1, *w0]);
        self.components = components
            .as_chunks::<3>()
            .0
            .iter()
            .map(|&[id, sampling, _]| Component { id, across: sampling >> 4, down: sampling & 15 })
            .collect();
        Ok(())
    }

    /// The colour model, as libjpeg settles it: JFIF before Adobe before the component names.
    /// `None` for numbers of components that nothing shows.
    pub(in crate::media) fn model(&self) -> Option<Model> {
        let adobe = self.adobe.last().map(|&(_, transform)| transform);
        let named = self.named_rgb();
        model(self.components.len(), self.jfif, adobe, named)
    }

    /// Whether the decoder takes the components for red, green and blue by their names alone.
    pub(in crate::media) fn named_rgb(&self) -> bool {
        self.components.iter().map(|c| c.id).eq(*b"RGB")
    }

    /// Whether the components are sampled as every encoder does it: the first (and the black one) in
    /// full, the others alike, in whole fractions. The decoder gets other ways wrong, and of pictures in
    /// several scans the progressive ones whose colours are sampled less often from top to bottom
    /// alone, of the sequential ones those whose colours are sampled less often from top to bottom, or
    /// share a scan with the brightness and are sampled less often.
    pub(in crate::media) fn usual_sampling(&self) -> bool {
        let rate = |component: &Component| (component.across, component.down);
        match self.components.as_slice() {
            [_] => true,
            [first, second, third, rest @ ..] => {
                let ((across, down), (part_across, part_down)) = (rate(first), rate(second));
                rate(third) == rate(second)
                    && rest.iter().all(|black| rate(black) == rate(first))
                    && across.checked_rem(part_across) == Some(0)
                    && down.checked_rem(part_down) == Some(0)
                    && !(self.buffered() && across == part_across && down > part_down)
                    && !(self.buffered()
                        && self.frame < 2
                        && self.first_scan > 1
                        && across > part_across)
                    && !(self.buffered() && self.frame < 2 && down > part_down)
            }
            _ => false,
        }
    }

    /// Whether the picture comes in several scans, so that the decoder holds all of it.
    pub(in crate::media) fn buffered(&self) -> bool {
        self.frame == 2 || usize::from(self.first_scan) < self.components.len()
    }

    /// Bytes a pixel of the coefficients that the decoder holds in memory, two for each.
    pub(in crate::media) fn coefficients(&self) -> u64 {
        let pixels = u64::from(self.width) * u64::from(self.height);
        if self.buffered() { (self.blocks() * 64 * 2).div_ceil(pixels.max(1)) } else { 0 }
    }

    /// The least bytes of data that a picture of this size can have: two bits a block (a difference
    /// and an end), in progressive files one.
    pub(in crate::media) fn least_data(&self) -> u64 {
        self.blocks() * if self.frame == 2 { 1 } else { 2 } / 8
    }

    /// Blocks of 8 x 8 samples of all components.
    fn blocks(&self) -> u64 {
        let most = |factor: fn(&Component) -> u8| {
            u64::from(self.components.iter().map(factor).max().unwrap_or(1).max(1))
        };
        let (across, down) = (most(|c| c.across), most(|c| c.down));
        let blocks = self.components.iter().map(|c| {
            let columns = (u64::from(self.width) * u64::from(c.across)).div_ceil(across * 8);
            let rows = (u64::from(self.height) * u64::from(c.down)).div_ceil(down * 8);
            columns * rows
        });
        blocks.sum()
    }
}

/// The colour model of `count` components by the rules of [`Markers::model`]: the transform is the
/// one of the last Adobe segment, `named` says that the components are called R, G and B.
pub(super) fn model(count: usize, jfif: bool, adobe: Option<u8>, named: bool) -> Option<Model> {
    match (count, adobe) {
        (1, _) => Some(Model::Grey),
        (3, _) if jfif => Some(Model::YCbCr),
        (3, Some(0)) => Some(Model::Rgb),
        (3, None) if named => Some(Model::Rgb),
        (3, _) => Some(Model::YCbCr),
        (4, None | Some(0)) => Some(Model::Cmyk),
        (4, _) => Some(Model::Ycck),
        _ => None,
    }
}

/// The next marker and the place after it; filling bytes and garbage are passed over.
fn next_marker(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let mut at = at;
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == 0xFF)?;
        at += bytes.get(at..)?.iter().position(|&byte| byte != 0xFF)?;
        let marker = *bytes.get(at)?;
        at += 1;
        if marker != 0 {
            return Some((marker, at));
        }
    }
}

/// The body of the segment whose length is at `start`, and the place after it.
pub(super) fn segment(bytes: &[u8], start: usize) -> Option<(&[u8], usize)> {
    let &[high, low] = bytes.get(start..start + 2)? else {
        return None;
    };
    let end = start + usize::from(u16::from_be_bytes([high, low]));
    Some((bytes.get(start + 2..end)?, end))
}

/// The place of the marker that ends the scan, or the end of the bytes.
fn scan_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(found) =
        bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == 0xFF))
    {
        at += found;
        match bytes.get(at + 1) {
            Some(0 | 0xD0..=0xD7) => at += 2,
            Some(0xFF) => at += 1,
            Some(_) => return at,
            None => break,
        }
    }
    bytes.len()
}

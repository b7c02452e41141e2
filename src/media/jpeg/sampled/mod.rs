//! The brightness of a JPEG picture only where it is looked at.
//!
//! The reference's tool hashes 512 x 512 pixels of a picture that is larger: at 12 megapixels one in
//! 46. Here all coefficients of the brightness are decoded, as there is no way around any of them,
//! those of the colours are passed over, and the cosine transform of a block is evaluated only in
//! the rows and columns in which one of the tool's pixels lies.

mod axis;
mod bits;
mod cache;
mod codes;
mod data;
mod field;
mod intervals;
#[cfg(test)]
mod naive;
mod picture;
mod progressive;
mod scan;
#[cfg(test)]
mod scans;
mod symbols;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod writer;

use super::Declined;
use super::ending::{data_end, finish};
use super::header::{Header, Kind};
use super::layout::Layout;
use crate::hash::{Coarse, Pixels};
use crate::media::Limits;
use axis::SAMPLED;
use cache::Cache;
pub(super) use cache::Table;
pub(super) use codes::Differences;
use codes::{Pairs, Skips};
use data::Data;
use picture::Picture;
use progressive::{Coefficients, Units};
use scan::{Luma, Other};
use symbols::Symbols;

/// Decodes the brightness of JPEG pictures at the pixels that the reference's tool looks at.
///
/// It takes baseline, extended sequential and progressive files of eight bits with Huffman codes, grey
/// or YCbCr, in every sampling, and declines others. Of a progressive file it passes over the scans
/// that hold colours alone, unread. It keeps its memory from one picture to the next.
///
/// ```
/// use tutela::media::{Declined, Limits, SampleDecoder};
///
/// let mut decoder = SampleDecoder::new();
/// let declined = decoder.decode(b"GIF89a", &Limits::default()).unwrap_err();
/// assert_eq!(declined, Declined::NotJpeg);
/// ```
#[derive(Debug)]
pub struct SampleDecoder {
    picture: Picture,
    data: Data,
    differences: Cache<Differences>,
    pairs: Cache<Pairs>,
    skips: Cache<Skips>,
    symbols: Cache<Symbols>,
    coefficients: Coefficients,
}

/// Scans of the brightness in a file, at most: more than there are bits in its coefficients.
const MOST_SCANS: u32 = 256;

impl Default for SampleDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl SampleDecoder {
    /// A decoder that has no buffers yet, but about 200 KB of tables.
    pub fn new() -> Self {
        Self {
            picture: Picture::new(),
            data: Data::default(),
            differences: Cache::default(),
            pairs: Cache::default(),
            skips: Cache::default(),
            symbols: Cache::default(),
            coefficients: Coefficients::default(),
        }
    }

    /// Decodes the picture of a file.
    ///
    /// The transform is in single precision: of photographs, two pixels in a hundred are one lighter
    /// or darker than by an accurate integer transform.
    ///
    /// # Errors
    /// A [`Declined`] for every file that is not what this decoder is for, is over a limit, or is
    /// not whole to the last bit: [`decode`](crate::media::decode) tells what is to be said of it.
    pub fn decode(&mut self, bytes: &[u8], limits: &Limits) -> Result<SampledLuma<'_>, Declined> {
        if bytes.len() as u64 > limits.max_bytes {
            return Err(Declined::Limit);
        }
        let mut header = Header::read(bytes)?;
        let progressive = header.kind == Kind::Progressive;
        let (width, height) = (usize::from(header.width), usize::from(header.height));
        let pixels = width as u64 * height as u64;
        let coefficients = if progressive { Coefficients::memory(width, height) } else { 0 };
        let memory = Picture::memory(width, height) + bytes.len() as u64 + coefficients;
        if pixels > limits.max_pixels.min(limits.max_total_pixels)
            || u32::from(header.width.max(header.height)) > limits.max_side
            || memory > limits.max_memory
            || limits.max_frames == 0
        {
            return Err(Declined::Limit);
        }
        bits::natural(&header.quantiser().map(f32::from), &mut self.picture.quantisers);
        self.picture.begin(width, height);
        if progressive {
            self.progressive(&mut header, bytes)?;
        } else {
            let data = bytes.get(header.data..).ok_or(Declined::Damaged)?;
            let end = self.data.read(data).ok_or(Declined::Damaged)?;
            finish(bytes, header.data + end, &header)?;
            self.sequential(&header).ok_or(Declined::Damaged)?;
        }
        let Picture { kept, coarse, .. } = &self.picture;
        let coarse = Coarse::new(width, height, *kept, coarse).ok_or(Declined::Damaged)?;
        Ok(SampledLuma { picture: &self.picture, coarse })
    }

    /// Decodes all scans of a progressive picture that tell of its brightness.
    fn progressive(&mut self, header: &mut Header, bytes: &[u8]) -> Result<(), Declined> {
        self.coefficients.begin(self.picture.blocks());
        let mut scans = 0;
        loop {
            let mut end = header.data;
            if header.scan.parts().first().is_some_and(|part| part.component == 0) {
                scans += 1;
                if scans > MOST_SCANS {
                    return Err(Declined::Scans);
                }
                let data = bytes.get(end..).ok_or(Declined::Damaged)?;
                end += self.data.read(data).ok_or(Declined::Damaged)?;
                self.scan(header).ok_or(Declined::Damaged)?;
            } else {
                end = data_end(bytes, end);
            }
            if !header.next(bytes, end)? {
                break;
            }
        }
        if !self.coefficients.has_levels() {
            return Err(Declined::Damaged);
        }
        self.coefficients.finish(&mut self.picture);
        Ok(())
    }

    /// Decodes one scan of a progressive picture; `None` if its data are damaged.
    fn scan(&mut self, header: &Header) -> Option<()> {
        let (scan, interval) = (&header.scan, usize::from(header.restart));
        let [luma, others @ ..] = scan.parts() else { return None };
        if scan.first > 0 {
            let ac = header.ac(*luma);
            let symbols = self.symbols.find(&ac.counts, ac.values())?;
            let symbols = self.symbols.get(symbols)?;
            // several components have no such scan in common (T.81, G.1.1.1.1)
            if !others.is_empty() {
                return None;
            }
            return self.coefficients.band(scan, &self.data, interval, symbols);
        }
        let mut tables = [None; 3];
        if scan.high == 0 {
            for (table, &part) in tables.iter_mut().zip(scan.parts()) {
                let dc = header.dc(part);
                *table = Some(self.differences.find(&dc.counts, dc.values())?);
            }
        }
        let [dc, second, third] = tables.map(|table| self.differences.get(table?));
        let mut counts = others.iter().map(|part| header.factors(*part).iter().product());
        let units = Units {
            layout: Layout::of(header),
            interval,
            differences: dc,
            others: [(counts.next().unwrap_or(0), second), (counts.next().unwrap_or(0), third)],
        };
        self.coefficients.level(scan, &self.data, units)
    }

    /// Decodes the one scan of a sequential picture; `None` if its data are damaged.
    fn sequential(&mut self, header: &Header) -> Option<()> {
        let parts = header.scan.parts();
        // the numbers of the tables of each component
        let mut tables = [[0; 2]; 3];
        for ((place, &part), [differences, others]) in (0..).zip(parts).zip(&mut tables) {
            let (dc, ac) = (header.dc(part), header.ac(part));
            *differences = self.differences.find(&dc.counts, dc.values())?;
            *others = if place == 0 {
                self.pairs.find(&ac.counts, ac.values())?
            } else {
                self.skips.find(&ac.counts, ac.values())?
            };
        }
        let [[dc, ac], [blue_dc, blue_ac], [red_dc, red_ac]] = tables;
        let factors = |index: usize| {
            let component = header.components().get(index).copied().unwrap_or_default();
            [usize::from(component.across), usize::from(component.down)]
        };
        let grey = parts.len() == 1;
        // a scan of one component has no units of several blocks (T.81, A.2.2)
        let blocks = if grey { [1, 1] } else { factors(0) };
        let [across, down] = blocks.map(|factor| 8 * factor);
        let units = [self.picture.width.div_ceil(across), self.picture.height.div_ceil(down)];
        let luma =
            Luma { blocks, differences: self.differences.get(dc)?, pairs: self.pairs.get(ac)? };
        let other = |index, dc, ac| {
            let [across, down] = factors(index);
            let differences = self.differences.get(dc)?;
            Some(Other { blocks: across * down, differences, skips: self.skips.get(ac)? })
        };
        let others = [other(1, blue_dc, blue_ac)?, other(2, red_dc, red_ac)?];
        let others = if grey { &[] } else { others.as_slice() };
        scan::read(&self.data, header.restart.into(), units, luma, others, &mut self.picture)
    }
}

/// The brightness of one picture, borrowed from its decoder.
#[derive(Clone, Copy, Debug)]
pub struct SampledLuma<'a> {
    picture: &'a Picture,
    coarse: Coarse<'a>,
}

impl<'a> SampledLuma<'a> {
    /// Pixels a row of the picture.
    pub fn width(&self) -> usize {
        self.picture.width
    }

    /// Rows of pixels of the picture.
    pub fn height(&self) -> usize {
        self.picture.height
    }

    /// What is looked at, grey.
    ///
    /// Of a picture with a side over 512 pixels, 512 x 512 pixels of it, of the picture mirrored
    /// left to right, top to bottom, and both. Of others, the one plane of all pixels.
    pub fn planes(&self) -> impl Iterator<Item = Pixels<'a>> + use<'a> {
        let Picture { planes, sampled, width, height, .. } = self.picture;
        let (count, width, height) =
            if *sampled { (4, SAMPLED, SAMPLED) } else { (1, *width, *height) };
        planes.iter().take(count).filter_map(move |plane| Pixels::grey(width, height, plane))
    }

    /// The picture by its low frequencies: as many as leave 256 along the smaller side, if the
    /// picture has them.
    pub fn coarse(&self) -> Coarse<'a> {
        self.coarse
    }
}

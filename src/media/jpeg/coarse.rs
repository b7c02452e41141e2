//! The brightness of JPEG files by the low frequencies of its fields, several files at a time.

use super::Declined;
use super::bits::{Entropy, ended};
use super::ending::{data_end, finish};
use super::header::{Header, Kind};
use super::layout::Layout;
use super::progressive;
use super::tables::{Cache, DcCodes, Schedule, schedule};
use super::values::Values;
use super::walk::{Ground, STRETCH, Walk, together};
use crate::hash::Coarse;
use crate::media::Limits;

/// Files that are decoded in lockstep: one hides the latency of the others.
const LANES: usize = 3;

/// The least side of a picture, in pixels, of whose fields one coefficient is enough.
const ONE: u16 = 1024;

/// The least side of a picture, in pixels, of whose fields 2 x 2 coefficients are enough.
const TWO: u16 = 512;

/// How many coefficients of a field are kept along each axis.
#[derive(Clone, Copy, Debug, Default)]
enum Kept {
    /// As many as the hash of the whole picture needs.
    #[default]
    Few,
    /// As many as parts of it need.
    More,
    /// So many.
    These(usize),
}

impl Kept {
    /// How many the hash of the whole takes, and how many are kept.
    fn for_file(self, header: &Header) -> Result<(usize, usize), Declined> {
        let side = header.width.min(header.height);
        // of a progressive file only the means are read
        let means = header.kind == Kind::Progressive;
        let few = if side < ONE { 2 } else { 1 };
        match self {
            Self::These(kept) => Ok((kept, kept)),
            _ if side < TWO => Err(Declined::Small),
            Self::More if !means && side < 2 * ONE => Ok((few, 2 * few)),
            _ => Ok((few, few)),
        }
    }
}

/// The brightness of a picture by its low frequencies, and what is known of the rest.
#[derive(Clone, Copy, Debug)]
pub struct CoarseLuma<'a> {
    /// As many coefficients as the hash of the whole picture needs.
    pub coarse: Coarse<'a>,
    /// As many as parts of the picture need. Where `coarse` has one, and these are 2 x 2, the one along both
    /// axes is 0.
    pub parts: Coarse<'a>,
    /// The step in which the means of the fields are quantised, in steps of brightness.
    pub step: f32,
    /// Bits of the file that code AC coefficients of the brightness; `None` where they are not
    /// reached (progressive files).
    pub ac_bits: Option<u64>,
    /// Fields of 8 x 8 pixels.
    pub fields: u64,
    /// The detail that `coarse` does not hold, as a mean square a pixel: the squares of the
    /// coefficients it leaves out, over 64, in the mean of at most 512 fields spread over the picture.
    /// `None` for progressive files.
    pub left_out: Option<f32>,
}

/// Reads the low frequencies of the brightness out of JPEG files, without making pixels.
///
/// All Huffman-coded files of eight bits are read, grey or YCbCr, whose brightness comes in one
/// scan; and of progressive files those scans that hold the means of the fields. Of pictures whose lesser side has at least
/// 1024 pixels one coefficient of each field is kept, from 512 pixels on 2 x 2. For all else, and
/// for anything that is not as ITU-T T.81 says, it says why it [declines](Declined).
///
/// Its buffers are used again from file to file; they grow to the size of three files and their
/// fields. A file takes, beside itself, its bytes of data and four bytes a coefficient, or up to five if
/// parts are looked at.
///
/// ```
/// use tutela::media::{CoarseDecoder, Declined, Limits};
///
/// let mut decoder = CoarseDecoder::default();
/// let mut results = Vec::new();
/// decoder.decode(&[b"no picture"], &Limits::default(), &mut |file, luma| {
///     results.push((file, luma.err()));
/// });
/// assert_eq!(results, [(0, Some(Declined::NotJpeg))]);
/// ```
#[derive(Debug, Default)]
pub struct CoarseDecoder {
    kept: Kept,
    lanes: [Box<Lane>; LANES],
    cache: Cache,
    codes: [DcCodes; 3],
}

impl CoarseDecoder {
    /// A decoder that keeps `kept x kept` coefficients of each field, whatever the size of the
    /// picture. `None` if `kept` is not 1, 2, 4 or 8. Of progressive files it then has the first
    /// one, the others are zero.
    pub fn with_kept(kept: usize) -> Option<Self> {
        let known = [1, 2, 4, 8].contains(&kept);
        known.then(|| Self { kept: Kept::These(kept), ..Self::default() })
    }

    /// A decoder that keeps as many coefficients as are needed to look at parts of a picture: at least
    /// 256 along the lesser side. Progressive files have the means alone, as ever.
    pub fn for_parts() -> Self {
        Self { kept: Kept::More, ..Self::default() }
    }

    /// Decodes `files` and gives `sink` the result of each once, with its place among them, in any
    /// order.
    ///
    /// # Errors
    /// What is given for a file that is not read here. A file that is damaged in any way that
    /// its markers or codes show is [`Declined::Damaged`].
    pub fn decode(
        &mut self,
        files: &[&[u8]],
        limits: &Limits,
        sink: &mut dyn FnMut(usize, Result<CoarseLuma<'_>, Declined>),
    ) {
        let mut files = files.iter().enumerate();
        let mut busy = 0;
        loop {
            while let Some((on, [lane, ..])) = self.lanes.split_at_mut_checked(busy)
                && let Some((number, file)) = files.next()
            {
                lane.file = number;
                match lane.open(file, limits, self.kept, &mut self.codes) {
                    Ok(true) => {
                        let in_use = |tables| on.iter().any(|lane| lane.tables == tables);
                        lane.tables = self.cache.find(&lane.header, in_use);
                        busy += 1;
                    }
                    Ok(false) => sink(number, lane.result()),
                    Err(declined) => sink(number, Err(declined)),
                }
            }
            let cache = &self.cache;
            match self.lanes.get_mut(..busy) {
                Some([a, b, c]) => together([a.ground(cache), b.ground(cache), c.ground(cache)]),
                Some([a, b]) => together([a.ground(cache), b.ground(cache)]),
                Some([a]) => together([a.ground(cache)]),
                _ => return,
            }
            let mut number = 0;
            while let Some(lane) = self.lanes.get_mut(..busy).and_then(|on| on.get_mut(number)) {
                let file = lane.file;
                let result = match lane.next(&self.cache) {
                    Ok(true) => {
                        number += 1;
                        continue;
                    }
                    Ok(false) => lane.result(),
                    Err(declined) => Err(declined),
                };
                sink(file, result);
                busy -= 1;
                self.lanes.swap(number, busy);
            }
        }
    }
}

/// A file under work.
#[derive(Debug)]
struct Lane {
    file: usize,
    header: Header,
    /// Coefficients along each axis of a field: for the hash of the whole, and in all.
    kept: (usize, usize),
    layout: Layout,
    entropy: Entropy,
    schedule: Schedule,
    tables: usize,
    walk: Walk,
    values: Values,
    /// The byte from which the walk's bits count.
    from: usize,
    /// The number of the restart interval.
    interval: usize,
    /// Units left after this stretch: in the interval, and in all.
    left: (usize, usize),
}

impl Default for Lane {
    fn default() -> Self {
        Self {
            file: 0,
            header: Header::default(),
            kept: (1, 1),
            layout: Layout::default(),
            entropy: Entropy::default(),
            schedule: [0; 256],
            tables: 0,
            walk: Walk::default(),
            values: Values::default(),
            from: 0,
            interval: 0,
            left: (0, 0),
        }
    }
}

impl Lane {
    /// Takes up a file; whether there is a walk to be done.
    fn open(
        &mut self,
        file: &[u8],
        limits: &Limits,
        kept: Kept,
        codes: &mut [DcCodes; 3],
    ) -> Result<bool, Declined> {
        self.header = Header::read(file)?;
        let header = &self.header;
        let (few, kept) = kept.for_file(header)?;
        self.layout = Layout::of(header);
        let Layout { columns, rows, .. } = self.layout;
        let length = file.len() as u64;
        let both = if few < kept { few * few + kept * kept } else { kept * kept };
        let memory = length + (columns * rows * both) as u64 * 4;
        let (width, height) = (u32::from(header.width), u32::from(header.height));
        if length > limits.max_bytes
            || memory > limits.max_memory
            || limits.check(width, height, 0).is_err()
        {
            return Err(Declined::Limit);
        }
        let end = self.entropy.fill(file, header.data, header.restart > 0)?;
        self.kept = (few, kept);
        self.values.begin(self.layout, self.kept, header.quantiser());
        if header.kind == Kind::Progressive {
            self.levels(file, end, codes)?;
            return Ok(false);
        }
        finish(file, end, header)?;
        self.schedule = schedule(header);
        self.from = 0;
        self.interval = 0;
        self.left = (self.interval_units(self.layout.units), self.layout.units);
        self.stretch(0);
        Ok(true)
    }

    /// Reads all scans of a progressive file that tell of the means, of which the first, with its
    /// data up to `end`, is at hand. All others are passed over.
    fn levels(
        &mut self,
        file: &[u8],
        end: usize,
        codes: &mut [DcCodes; 3],
    ) -> Result<(), Declined> {
        let mut end = end;
        let mut low = None;
        loop {
            let scan = self.header.scan;
            let brightness = scan.parts().first().is_some_and(|part| part.component == 0);
            if brightness && scan.first == 0 {
                let follows = match low {
                    None => scan.high == 0,
                    Some(low) => low > 0 && scan.high == low && scan.low == low - 1,
                };
                if !follows || scan.last > 0 {
                    return Err(Declined::Damaged);
                }
                if low.is_some() {
                    let restarts = self.header.restart > 0;
                    end = self.entropy.fill(file, self.header.data, restarts)?;
                }
                low = Some(scan.low);
                progressive::read(&self.header, &self.entropy, codes, &mut self.values)
                    .ok_or(Declined::Damaged)?;
            } else {
                end = data_end(file, self.header.data);
            }
            if !self.header.next(file, end)? {
                return Ok(());
            }
        }
    }

    /// Units of an interval that begins when so many are left.
    fn interval_units(&self, left: usize) -> usize {
        match self.header.restart {
            0 => left,
            interval => left.min(interval.into()),
        }
    }

    /// Begins the next stretch with a bit after `from`.
    fn stretch(&mut self, bit: u32) {
        // a widening cast
        self.from += (bit >> 3) as usize;
        let (interval, all) = self.left;
        let units = interval.min(STRETCH / self.layout.blocks.max(1));
        self.left = (interval - units, all - units);
        self.walk.begin(bit & 7, units * self.layout.blocks);
    }

    fn ground<'a>(&'a mut self, cache: &'a Cache) -> (&'a mut Walk, Ground<'a>) {
        let data = self.entropy.from(self.from);
        let ground = Ground { data, tables: cache.get(self.tables), schedule: &self.schedule };
        (&mut self.walk, ground)
    }

    /// After a stretch that is done the next one; whether there is more to walk.
    fn next(&mut self, cache: &Cache) -> Result<bool, Declined> {
        if !self.walk.done() {
            return Ok(true);
        }
        let at = self.walk.places().ok_or(Declined::Damaged)?;
        let data = self.entropy.from(self.from);
        let pair = cache.get(self.tables).pair(0);
        self.values.take(data, at, pair).ok_or(Declined::Damaged)?;
        let bit = at.last().copied().unwrap_or(0);
        let ends = self.entropy.ends();
        let end = ends.get(self.interval).copied().ok_or(Declined::Damaged)?;
        if self.from > end {
            return Err(Declined::Damaged);
        }
        let (interval, all) = self.left;
        if interval > 0 {
            self.stretch(bit);
            return Ok(true);
        }
        if !ended(end - self.from, bit) {
            return Err(Declined::Damaged);
        }
        self.interval += 1;
        if all == 0 {
            let last = self.interval == self.entropy.ends().len();
            return if last { Ok(false) } else { Err(Declined::Damaged) };
        }
        self.from = end;
        self.values.restart();
        self.left.0 = self.interval_units(all);
        self.stretch(0);
        Ok(true)
    }

    fn result(&mut self) -> Result<CoarseLuma<'_>, Declined> {
        let Layout { width, height, columns, rows, .. } = self.layout;
        let sequential = self.header.kind == Kind::Sequential;
        self.values.finish();
        let (few, kept) = self.kept;
        let coarse = Coarse::new(width, height, few, self.values.few());
        let parts = Coarse::new(width, height, kept, self.values.plane());
        Ok(CoarseLuma {
            coarse: coarse.ok_or(Declined::Damaged)?,
            parts: parts.ok_or(Declined::Damaged)?,
            step: self.values.step / 8.0,
            ac_bits: sequential.then_some(self.values.bits),
            fields: (columns * rows) as u64,
            left_out: sequential.then(|| self.values.left_out()),
        })
    }
}

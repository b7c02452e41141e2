//! All that a decoder needs to know before the first scan (ITU-T T.81, annex B), read strictly and
//! without taking memory.

use super::Declined;
use super::ending::marker;
use super::markers::{Model, model, segment};

/// How the coefficients are coded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// Sequential: baseline (SOF0) or extended (SOF1), eight bits, Huffman codes.
    #[default]
    Sequential,
    /// Progressive (SOF2), eight bits, Huffman codes.
    Progressive,
}

/// A component of the frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) id: u8,
    /// Sampling factors, 1 to 4.
    pub(super) across: u8,
    pub(super) down: u8,
    /// The number of its quantisation table, 0 to 3.
    pub(super) quantiser: u8,
}

/// A component of a scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// Its place among the components of the frame.
    pub(super) component: u8,
    /// The numbers of its Huffman tables, 0 to 3.
    pub(super) dc: u8,
    pub(super) ac: u8,
}

/// The header of the first scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    parts: [Part; 3],
    count: u8,
    /// The first and the last coefficient, in zigzag order.
    pub(super) first: u8,
    pub(super) last: u8,
    /// The bit position that was coded before (0: none), and the one that is coded now.
    pub(super) high: u8,
    pub(super) low: u8,
}

impl Scan {
    /// Its components, in the order in which a unit holds them.
    pub(super) fn parts(&self) -> &[Part] {
        self.parts.get(..self.count.into()).unwrap_or_default()
    }
}

/// A Huffman table as the file states it. Its codes are complete or fewer, never too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Huffman {
    /// Codes of 1 to 16 bits.
    pub(super) counts: [u8; 16],
    values: [u8; 256],
    total: u16,
}

impl Huffman {
    /// A table that is not defined.
    pub(super) const NONE: Self = Self { counts: [0; 16], values: [0; 256], total: 0 };

    /// The symbols in the order of their codes; none for a table that is not defined.
    pub(super) fn values(&self) -> &[u8] {
        self.values.get(..self.total.into()).unwrap_or_default()
    }

    /// Reads a table and gives the bytes after it.
    fn read(body: &[u8]) -> Option<(Self, &[u8])> {
        let (&counts, rest) = body.split_first_chunk::<16>()?;
        let total: u16 = counts.iter().map(|&count| u16::from(count)).sum();
        let (symbols, rest) = rest.split_at_checked(total.into())?;
        let mut values = [0; 256];
        values.get_mut(..symbols.len())?.copy_from_slice(symbols);
        let mut next = 0;
        for (&count, length) in counts.iter().zip(1..) {
            next += u32::from(count);
            // no code is all ones (T.81, C.2)
            if count > 0 && next >= 1 << length {
                return None;
            }
            next <<= 1;
        }
        (total > 0).then_some((Self { counts, values, total }, rest))
    }
}

/// A frame header, the tables that hold at the first scan, and that scan's header.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) kind: Kind,
    pub(super) width: u16,
    pub(super) height: u16,
    components: [Component; 3],
    count: u8,
    quantisers: [Option<[u16; 64]>; 4],
    dc: [Huffman; 4],
    ac: [Huffman; 4],
    /// Units (MCUs) between two restart markers; 0 for none.
    pub(super) restart: u16,
    pub(super) scan: Scan,
    /// Where the entropy-coded data of the first scan begins.
    pub(super) data: usize,
    jfif: bool,
    adobe: Option<u8>,
}

impl Default for Header {
    fn default() -> Self {
        Self {
            kind: Kind::default(),
            width: 0,
            height: 0,
            components: [Component::default(); 3],
            count: 0,
            quantisers: [None; 4],
            dc: [Huffman::NONE; 4],
            ac: [Huffman::NONE; 4],
            restart: 0,
            scan: Scan::default(),
            data: 0,
            jfif: false,
            adobe: None,
        }
    }
}

impl Header {
    /// Reads the markers up to the first scan.
    ///
    /// What it accepts: one component (grey) or three (YCbCr), the first with the largest sampling
    /// factors; all in one scan, or the brightness alone in the first one; or a progressive file whose
    /// first scan holds the upper bits of the first component's DC coefficients. All tables that the scan names are there. Nothing is
    /// known yet of what follows: see [`finish`].
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Declined> {
        if !bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            return Err(Declined::NotJpeg);
        }
        let mut header = Self::default();
        let read = header.next(bytes, 2).and_then(|scan| match scan {
            true => header.first(),
            false => Err(Declined::Damaged),
        });
        match read {
            Ok(()) => Ok(header),
            Err(Declined::Damaged) => Err(Declined::Markers),
            Err(declined) => Err(declined),
        }
    }

    /// Reads the markers from `at` up to the next scan; `false` at the end of the picture.
    pub(super) fn next(&mut self, bytes: &[u8], at: usize) -> Result<bool, Declined> {
        let later = self.data > 0;
        let mut at = at;
        loop {
            let (marker, start) = marker(bytes, at)?;
            if marker == 0xD9 {
                return Ok(false);
            }
            let (body, end) = segment(bytes, start).ok_or(Declined::Damaged)?;
            at = end;
            match marker {
                0xC0..=0xC2 => self.frame(marker, body)?,
                0xC4 => self.huffman(body).ok_or(Declined::Damaged)?,
                0xC3 | 0xC5..=0xCF => return Err(Declined::Coding),
                0xDA => {
                    self.scan(body)?;
                    self.data = end;
                    return Ok(true);
                }
                // those of the first scan hold
                0xDB if later => {}
                0xDB => self.quantise(body).ok_or(Declined::Damaged)?,
                0xDC => return Err(Declined::Coding),
                0xDD => {
                    let interval = body.try_into().map_err(|_| Declined::Damaged)?;
                    self.restart = u16::from_be_bytes(interval);
                }
                0xE0 if body.starts_with(b"JFIF\0") => {
                    // other readers take them to hold from the start
                    if later {
                        return Err(Declined::Colours);
                    }
                    self.jfif = true;
                }
                0xEE if body.starts_with(b"Adobe") => {
                    if later {
                        return Err(Declined::Colours);
                    }
                    self.adobe = body.get(11).copied().or(self.adobe);
                }
                0xE0..=0xEF | 0xFE => {}
                _ => return Err(Declined::Damaged),
            }
        }
    }

    /// The components of the frame, brightness first.
    pub(super) fn components(&self) -> &[Component] {
        self.components.get(..self.count.into()).unwrap_or_default()
    }

    /// Blocks of a part of the scan in an interleaved unit, across and down.
    pub(super) fn factors(&self, part: Part) -> [usize; 2] {
        let component = self.component(part);
        [component.across.into(), component.down.into()]
    }

    /// The component that a part of the scan is.
    pub(super) fn component(&self, part: Part) -> Component {
        self.components.get(usize::from(part.component)).copied().unwrap_or_default()
    }

    /// The quantisation table of the brightness, in zigzag order.
    pub(super) fn quantiser(&self) -> &[u16; 64] {
        let [first, ..] = self.components;
        let table = self.quantisers.get(usize::from(first.quantiser)).and_then(Option::as_ref);
        table.unwrap_or(&[1; 64])
    }

    /// The Huffman table of a part's DC coefficients.
    pub(super) fn dc(&self, part: Part) -> &Huffman {
        self.dc.get(usize::from(part.dc)).unwrap_or(&Huffman::NONE)
    }

    /// The Huffman table of a part's AC coefficients.
    pub(super) fn ac(&self, part: Part) -> &Huffman {
        self.ac.get(usize::from(part.ac)).unwrap_or(&Huffman::NONE)
    }

    fn frame(&mut self, marker: u8, body: &[u8]) -> Result<(), Declined> {
        let &[precision, h1, h0, w1, w0, count, ref components @ ..] = body else {
            return Err(Declined::Damaged);
        };
        self.height = u16::from_be_bytes([h1, h0]);
        self.width = u16::from_be_bytes([w1, w0]);
        let stated = components.len() == usize::from(count) * 3;
        if self.count > 0 || !stated || self.width == 0 {
            return Err(Declined::Damaged);
        }
        if precision != 8 || self.height == 0 {
            return Err(Declined::Coding);
        }
        if count != 1 && count != 3 {
            return Err(Declined::Colours);
        }
        self.kind = if marker == 0xC2 { Kind::Progressive } else { Kind::Sequential };
        self.count = count;
        for (component, &[id, sampling, quantiser]) in
            self.components.iter_mut().zip(components.as_chunks::<3>().0)
        {
            *component = Component { id, across: sampling >> 4, down: sampling & 15, quantiser };
        }
        let [luma, ..] = self.components;
        for component in self.components() {
            let factors = [component.across, component.down];
            if factors.iter().any(|factor| !(1..=4).contains(factor)) || component.quantiser > 3 {
                return Err(Declined::Damaged);
            }
            if component.across > luma.across || component.down > luma.down {
                return Err(Declined::Sampling);
            }
        }
        Ok(())
    }

    fn quantise(&mut self, mut body: &[u8]) -> Option<()> {
        while let Some((&name, rest)) = body.split_first() {
            let table = self.quantisers.get_mut(usize::from(name & 15))?.insert([0; 64]);
            body = match name >> 4 {
                0 => {
                    let (values, rest) = rest.split_first_chunk::<64>()?;
                    for (into, &value) in table.iter_mut().zip(values) {
                        *into = value.into();
                    }
                    rest
                }
                1 => {
                    let (values, rest) = rest.split_first_chunk::<128>()?;
                    for (into, &value) in table.iter_mut().zip(values.as_chunks::<2>().0) {
                        *into = u16::from_be_bytes(value);
                    }
                    rest
                }
                _ => return None,
            };
            if table.contains(&0) {
                return None;
            }
        }
        Some(())
    }

    fn huffman(&mut self, mut body: &[u8]) -> Option<()> {
        while let Some((&name, rest)) = body.split_first() {
            let tables = match name >> 4 {
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return None,
            };
            let table = tables.get_mut(usize::from(name & 15))?;
            (*table, body) = Huffman::read(rest)?;
        }
        Some(())
    }

    /// The header of a scan.
    fn scan(&mut self, body: &[u8]) -> Result<(), Declined> {
        let Some((&count, rest)) = body.split_first() else { return Err(Declined::Damaged) };
        let Some((parts, &[first, last, approximation])) =
            rest.split_last_chunk::<3>().filter(|(parts, _)| parts.len() == usize::from(count) * 2)
        else {
            return Err(Declined::Damaged);
        };
        if self.count == 0 || !(1..=self.count).contains(&count) {
            return Err(Declined::Damaged);
        }
        let named_rgb = self.components().iter().map(|component| component.id).eq(*b"RGB");
        match model(self.count.into(), self.jfif, self.adobe, named_rgb) {
            Some(Model::Grey | Model::YCbCr) => {}
            _ => return Err(Declined::Colours),
        }
        let (high, low) = (approximation >> 4, approximation & 15);
        let mut scan = Scan { count, first, last, high, low, ..Scan::default() };
        let mut from = 0;
        for (part, &[id, tables]) in scan.parts.iter_mut().zip(parts.as_chunks::<2>().0) {
            // T.81, B.2.3: in the order of the frame header
            let rest = self.components().get(from..).unwrap_or_default();
            let found = rest.iter().position(|component| component.id == id);
            from += found.ok_or(Declined::Damaged)?;
            let component = u8::try_from(from).map_err(|_| Declined::Damaged)?;
            *part = Part { component, dc: tables >> 4, ac: tables & 15 };
            from += 1;
        }
        self.scan = scan;
        Ok(())
    }

    /// That the first scan is one that a picture can be made of, and that all is there that it needs.
    fn first(&self) -> Result<(), Declined> {
        let Scan { count, first, last, high, low, .. } = self.scan;
        match self.kind {
            Kind::Sequential if count < self.count && !self.brightness_alone() => {
                return Err(Declined::Scans);
            }
            Kind::Sequential if (first, last, high, low) != (0, 63, 0, 0) => {
                return Err(Declined::Damaged);
            }
            Kind::Progressive if (first, last, high) != (0, 0, 0) => {
                return Err(Declined::Progressive);
            }
            Kind::Progressive if low > 13 => return Err(Declined::Damaged),
            Kind::Progressive if self.scan.parts().iter().all(|part| part.component > 0) => {
                return Err(Declined::Progressive);
            }
            _ => {}
        }
        self.complete()
    }

    fn brightness_alone(&self) -> bool {
        matches!(self.scan.parts(), [Part { component: 0, .. }])
    }

    fn complete(&self) -> Result<(), Declined> {
        let [luma, ..] = self.components;
        if self.quantisers.get(usize::from(luma.quantiser)).is_none_or(Option::is_none) {
            return Err(Declined::Damaged);
        }
        let mut blocks = 0;
        for &part in self.scan.parts() {
            let component = self.component(part);
            blocks += component.across * component.down;
            let needs_ac = self.kind == Kind::Sequential;
            if self.dc(part).total == 0 || needs_ac && self.ac(part).total == 0 {
                return Err(Declined::Damaged);
            }
        }
        // T.81, B.2.3
        if self.scan.count > 1 && blocks > 10 {
            return Err(Declined::Sampling);
        }
        Ok(())
    }
}

//! The scans of a progressive file that hold DC coefficients: the upper bits first, then one by one.

use super::bits::{Entropy, extend, word};
use super::header::Header;
use super::layout::Layout;
use super::tables::DcCodes;
use super::values::Values;

/// Reads a scan into `values`; `None` if it is damaged.
pub(super) fn read(
    header: &Header,
    entropy: &Entropy,
    codes: &mut [DcCodes; 3],
    values: &mut Values,
) -> Option<()> {
    let (parts, layout) = (header.scan.parts(), Layout::of(header));
    let (later, low) = (header.scan.high > 0, header.scan.low);
    for (codes, &part) in codes.iter_mut().zip(parts) {
        codes.set(header.dc(part));
    }
    let [luma, second, third] = &*codes;
    // how many blocks of other components a unit has
    let others = match parts {
        [_, rest @ ..] if !rest.is_empty() => {
            let mut counts = rest.iter().map(|part| header.factors(*part).iter().product());
            (counts.next().unwrap_or(0), counts.next().unwrap_or(0))
        }
        _ => (0, 0),
    };
    let mut left = layout.units;
    let mut begin = 0;
    values.rewind(layout);
    for &end in entropy.ends() {
        let units = match header.restart {
            0 => left,
            interval => left.min(interval.into()),
        };
        left -= units;
        values.restart();
        let mut reader = Reader { data: entropy.from(begin), bit: 0, passed: 0 };
        for _ in 0..units {
            for down in 0..layout.down {
                for across in 0..layout.across {
                    let (x, y) = values.place(across, down);
                    if later {
                        values.add(x, y, reader.bit(), low)?;
                    } else {
                        values.put(x, y, reader.difference(luma)?, low)?;
                    }
                }
            }
            for (count, codes) in [(others.0, second), (others.1, third)] {
                for _ in 0..count {
                    if later {
                        reader.bit();
                    } else {
                        reader.skip(codes)?;
                    }
                }
            }
            values.advance();
            reader.rebase();
        }
        (units > 0 && reader.ended(end - begin)).then_some(())?;
        begin = end;
    }
    (left == 0).then_some(())
}

struct Reader<'a> {
    data: &'a [u8],
    bit: u32,
    /// Bytes before `data`.
    passed: usize,
}

impl Reader<'_> {
    /// Moves the data along, so that the count of bits stays small.
    #[inline(always)]
    fn rebase(&mut self) {
        // a widening cast
        let bytes = (self.bit >> 3) as usize;
        self.data = self.data.get(bytes..).unwrap_or_default();
        self.passed += bytes;
        self.bit &= 7;
    }

    /// Whether exactly `length` bytes are read, but for the bits that fill the last one.
    fn ended(&self, length: usize) -> bool {
        length == self.passed + usize::from(self.bit > 0)
    }

    #[inline(always)]
    fn difference(&mut self, codes: &DcCodes) -> Option<i32> {
        let bits = word(self.data, self.bit);
        let (length, size @ 0..=11) = codes.read(bits)? else { return None };
        self.bit += length + u32::from(size);
        Some(extend(bits << length, size.into()))
    }

    #[inline(always)]
    fn bit(&mut self) -> bool {
        let bits = word(self.data, self.bit);
        self.bit += 1;
        bits >> 63 == 1
    }

    #[inline(always)]
    fn skip(&mut self, codes: &DcCodes) -> Option<()> {
        let (length, size @ 0..=11) = codes.read(word(self.data, self.bit))? else { return None };
        self.bit += length + u32::from(size);
        Some(())
    }
}

//! The slow twin: every coefficient of the brightness, bit by bit, straight out of the file.

use super::ending::{data_end, finish};
use super::header::{Header, Huffman, Kind};
use super::values::ZIGZAG;

/// The brightness of a file by all coefficients of its fields, dequantised, in the order of rows of
/// fields. Of progressive files only the DC coefficients. `None` for a damaged or a declined one.
pub(super) fn coefficients(file: &[u8]) -> Option<Vec<[f32; 64]>> {
    let mut header = Header::read(file).ok()?;
    let blocks = |side: u16| usize::from(side.div_ceil(8));
    let (columns, rows) = (blocks(header.width), blocks(header.height));
    let mut fields = vec![[0.0; 64]; columns * rows];
    let parts = header.scan.parts();
    let alone = parts.len() == 1;
    let luma = header.component(parts[0]);
    let (across, down): (usize, usize) =
        if alone { (1, 1) } else { (luma.across.into(), luma.down.into()) };
    let (wide, high) = (columns.div_ceil(across), rows.div_ceil(down));

    let mut bits = Bits { file, at: header.data, left: Vec::new(), restarts: 0 };
    let mut last = [0; 3];
    for unit in 0..wide * high {
        if header.restart > 0 && unit > 0 && unit % usize::from(header.restart) == 0 {
            bits.restart()?;
            last = [0; 3];
        }
        for &part in parts {
            let component = header.component(part);
            let (h, v) = if alone { (1, 1) } else { (component.across, component.down) };
            for block in 0..usize::from(h * v) {
                let number = usize::from(part.component);
                let size = bits.symbol(header.dc(part)).filter(|&size| size <= 11)?;
                last[number] += bits.value(size)?;
                let mut field = [0; 64];
                field[0] = last[number] << header.scan.low;
                if number == 0 && !(-2048..=2047).contains(&field[0]) {
                    return None;
                }
                if header.kind == Kind::Sequential {
                    block_of(&mut bits, header.ac(part), &mut field)?;
                }
                let x = unit % wide * across + block % across;
                let y = unit / wide * down + block / across;
                if number == 0 && x < columns && y < rows {
                    for (place, value) in field.into_iter().enumerate() {
                        let step = f32::from(header.quantiser()[place]);
                        fields[y * columns + x][usize::from(ZIGZAG[place])] = value as f32 * step;
                    }
                }
            }
        }
    }
    bits.end()?;
    if header.kind == Kind::Sequential {
        finish(file, bits.at, &header).ok()?;
        return Some(fields);
    }
    let mut low = header.scan.low;
    let mut at = bits.at;
    while header.next(file, at).ok()? {
        if header.scan.parts()[0].component > 0 || header.scan.first > 0 {
            at = data_end(file, header.data);
            continue;
        }
        let steps = (header.scan.high, header.scan.low + 1, header.scan.last);
        (low > 0 && steps == (low, low, 0)).then_some(())?;
        low -= 1;
        at = lower_bit(file, &header, (columns, rows), &mut fields)?;
    }
    Some(fields)
}

/// Adds what a later scan says of the DC coefficients, and gives its end.
fn lower_bit(
    file: &[u8],
    header: &Header,
    (columns, rows): (usize, usize),
    fields: &mut [[f32; 64]],
) -> Option<usize> {
    let parts = header.scan.parts();
    let [across, down] = if parts.len() == 1 { [1, 1] } else { header.factors(parts[0]) };
    let (wide, high) = (columns.div_ceil(across), rows.div_ceil(down));
    let mut bits = Bits { file, at: header.data, left: Vec::new(), restarts: 0 };
    for unit in 0..wide * high {
        if header.restart > 0 && unit > 0 && unit % usize::from(header.restart) == 0 {
            bits.restart()?;
        }
        for &part in parts {
            let [h, v] = if parts.len() == 1 { [1, 1] } else { header.factors(part) };
            for block in 0..h * v {
                let (x, y) = (unit % wide * across + block % h, unit / wide * down + block / h);
                let set = bits.bit()?;
                if set && part.component == 0 && x < columns && y < rows {
                    let value = (1 << header.scan.low) as f32;
                    fields[y * columns + x][0] += value * f32::from(header.quantiser()[0]);
                }
            }
        }
    }
    bits.end()?;
    Some(bits.at)
}

fn block_of(bits: &mut Bits<'_>, table: &Huffman, field: &mut [i32; 64]) -> Option<()> {
    let mut place = 1;
    while place < 64 {
        let symbol = bits.symbol(table)?;
        let (run, size) = (usize::from(symbol >> 4), symbol & 15);
        match (run, size) {
            (0, 0) => break,
            (15, 0) if place + 16 < 64 => place += 16,
            (_, 1..=10) => {
                *field.get_mut(place + run)? = bits.value(size)?;
                place += run + 1;
            }
            _ => return None,
        }
    }
    Some(())
}

struct Bits<'a> {
    file: &'a [u8],
    at: usize,
    /// The bits of the last byte read that are left, the next one at the end.
    left: Vec<bool>,
    restarts: u8,
}

impl Bits<'_> {
    fn bit(&mut self) -> Option<bool> {
        if self.left.is_empty() {
            let byte = *self.file.get(self.at)?;
            self.at += 1;
            if byte == 0xFF {
                (*self.file.get(self.at)? == 0).then_some(())?;
                self.at += 1;
            }
            self.left = (0..8).map(|bit| byte >> bit & 1 == 1).collect();
        }
        self.left.pop()
    }

    fn number(&mut self, bits: u8) -> Option<i32> {
        (0..bits).try_fold(0, |number, _| Some(number << 1 | i32::from(self.bit()?)))
    }

    fn value(&mut self, size: u8) -> Option<i32> {
        let number = self.number(size)?;
        // T.81, table F.1: the lower half of the numbers of a size is negative
        let positive = size == 0 || number >= 1 << (size - 1);
        Some(if positive { number } else { number - (1 << size) + 1 })
    }

    fn symbol(&mut self, table: &Huffman) -> Option<u8> {
        let (mut code, mut first, mut place) = (0, 0, 0);
        for &count in &table.counts {
            code = code << 1 | usize::from(self.bit()?);
            if code < first + usize::from(count) {
                return Some(table.values()[place + code - first]);
            }
            place += usize::from(count);
            first = (first + usize::from(count)) << 1;
        }
        None
    }

    /// Leaves the last byte, and stands at a marker.
    fn end(&mut self) -> Option<()> {
        self.left.clear();
        (self.file.get(self.at) == Some(&0xFF)).then_some(())
    }

    fn restart(&mut self) -> Option<()> {
        self.end()?;
        while self.file.get(self.at) == Some(&0xFF) {
            self.at += 1;
        }
        (*self.file.get(self.at)? == 0xD0 + self.restarts % 8).then_some(())?;
        self.at += 1;
        self.restarts = (self.restarts + 1) % 8;
        Some(())
    }
}

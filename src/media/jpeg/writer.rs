//! Files for tests, of coefficients, codes and samplings that no encoder chooses.

use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

/// What a file is to be like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape<'a> {
    pub(super) width: u16,
    pub(super) height: u16,
    /// Across and down, of one or three components.
    pub(super) factors: &'a [(u8, u8)],
    pub(super) restart: u16,
    /// Progressive, with this many bits of the DC coefficients left for later.
    pub(super) progressive: Option<u8>,
}

/// A file of random coefficients under random codes.
pub(super) fn write(seed: u64, shape: &Shape<'_>) -> Vec<u8> {
    let mut random = SmallRng::seed_from_u64(seed);
    let mut file = b"\xFF\xD8".to_vec();
    for table in 0..2 {
        let steps: Vec<u8> = (0..64).map(|_| random.random_range(1..=255)).collect();
        segment(&mut file, 0xDB, &[&[table], &*steps].concat());
    }
    let count = u8::try_from(shape.factors.len()).unwrap();
    let mut frame = vec![8];
    frame.extend(shape.height.to_be_bytes());
    frame.extend(shape.width.to_be_bytes());
    frame.push(count);
    let (mut scan, mut tables) = (vec![count], Vec::new());
    for (number, &(across, down)) in (0..).zip(shape.factors) {
        frame.extend([number + 1, across << 4 | down, number.min(1)]);
        scan.extend([number + 1, number << 4 | number]);
        let ac = (0..=255)
            .filter(|symbol| matches!(symbol, 0 | 0xF0) || (1..=10).contains(&(symbol & 15)));
        tables.push([code(&mut random, (0..12).collect()), code(&mut random, ac.collect())]);
    }
    segment(&mut file, if shape.progressive.is_some() { 0xC2 } else { 0xC0 }, &frame);
    for (number, pair) in (0..).zip(&tables) {
        for (class, table) in (0..).zip(pair) {
            segment(&mut file, 0xC4, &[&[class << 4 | number], &*table.stated].concat());
        }
    }
    segment(&mut file, 0xDD, &shape.restart.to_be_bytes());
    scan.extend(match shape.progressive {
        Some(low) => [0, 0, low],
        None => [0, 63, 0],
    });
    segment(&mut file, 0xDA, &scan);
    data(&mut random, shape, &tables, &mut file);
    file.extend(b"\xFF\xD9");
    file
}

fn segment(file: &mut Vec<u8>, marker: u8, body: &[u8]) {
    file.extend([0xFF, marker]);
    file.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
    file.extend(body);
}

struct Table {
    stated: Vec<u8>,
    /// By symbol: the code and its length.
    codes: Vec<(u32, u8)>,
}

/// A random code of these symbols, some of its codes long.
fn code(random: &mut SmallRng, mut symbols: Vec<u8>) -> Table {
    symbols.shuffle(random);
    // a tree of random splits; the last leaf stays free, as no code is all ones
    let mut depths = vec![0_u8];
    while depths.len() <= symbols.len() {
        let at = random.random_range(0..depths.len());
        if depths[at] < 16 {
            depths[at] += 1;
            depths.push(depths[at]);
        }
    }
    depths.sort_unstable();
    depths.pop();
    let mut counts = [0; 16];
    let mut codes = vec![(0, 0); 256];
    let (mut next, mut before) = (0, 0);
    for (&depth, &symbol) in depths.iter().zip(&symbols) {
        next <<= depth - before;
        before = depth;
        codes[usize::from(symbol)] = (next, depth);
        counts[usize::from(depth) - 1] += 1;
        next += 1;
    }
    Table { stated: [&counts, &*symbols].concat(), codes }
}

struct Bits {
    byte: u32,
    count: u8,
}

impl Bits {
    fn put(&mut self, file: &mut Vec<u8>, value: u32, bits: u8) {
        for bit in (0..bits).rev() {
            self.byte = self.byte << 1 | value >> bit & 1;
            self.count += 1;
            if self.count == 8 {
                let byte = self.byte as u8;
                file.push(byte);
                if byte == 0xFF {
                    file.push(0);
                }
                (self.byte, self.count) = (0, 0);
            }
        }
    }

    /// A symbol of a run, and the value that it announces.
    fn value(&mut self, file: &mut Vec<u8>, table: &Table, run: u8, value: i32) {
        let size = u8::try_from(32 - value.unsigned_abs().leading_zeros()).unwrap();
        let (code, length) = table.codes[usize::from(run << 4 | size)];
        self.put(file, code, length);
        self.put(file, (if value < 0 { value - 1 } else { value }).cast_unsigned(), size);
    }
}

fn data(random: &mut SmallRng, shape: &Shape<'_>, tables: &[[Table; 2]], file: &mut Vec<u8>) {
    let fields = |side: u16, factor: u8| usize::from(side).div_ceil(8 * usize::from(factor));
    let alone = shape.factors.len() == 1;
    let (across, down) = if alone { (1, 1) } else { shape.factors[0] };
    let units = fields(shape.width, across) * fields(shape.height, down);
    let mut bits = Bits { byte: 0, count: 0 };
    let mut last = [0; 3];
    for unit in 0..units {
        if shape.restart > 0 && unit > 0 && unit % usize::from(shape.restart) == 0 {
            bits.put(file, 0x7F, (8 - bits.count) % 8);
            let number = u8::try_from((unit / usize::from(shape.restart) - 1) % 8).unwrap();
            file.extend([0xFF, 0xD0 + number]);
            last = [0; 3];
        }
        for (number, &(h, v)) in shape.factors.iter().enumerate() {
            for _ in 0..if alone { 1 } else { h * v } {
                let range = if random.random_bool(0.1) { 1000 } else { 20 }
                    >> shape.progressive.unwrap_or(0);
                let value = random.random_range(-range..=range);
                bits.value(file, &tables[number][0], 0, value - last[number]);
                last[number] = value;
                if shape.progressive.is_none() {
                    block(random, &tables[number][1], &mut bits, file);
                }
            }
        }
    }
    bits.put(file, 0x7F, (8 - bits.count) % 8);
}

fn block(random: &mut SmallRng, table: &Table, bits: &mut Bits, file: &mut Vec<u8>) {
    let density = [0.0, 0.02, 0.1, 0.5, 1.0][random.random_range(0..5)];
    let mut run = 0;
    for _ in 1..64 {
        if !random.random_bool(density) {
            run += 1;
            continue;
        }
        while run > 15 {
            let (code, length) = table.codes[0xF0];
            bits.put(file, code, length);
            run -= 16;
        }
        let most = random.random_range(1..=10);
        let range = 1 << random.random_range(1..=most);
        let value = random.random_range(1..range);
        bits.value(file, table, run, if random.random() { value } else { -value });
        run = 0;
    }
    if run > 0 {
        bits.value(file, table, 0, 0);
    }
}

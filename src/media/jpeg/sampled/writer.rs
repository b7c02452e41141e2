//! Baseline files of random coefficients: any sampling in one scan, any codes, restarts anywhere.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Codes of each length for 162 symbols: those of T.81, table K.5, and others with longer codes.
const COUNTS: [[u8; 16]; 3] = [
    [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
    [1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 28, 127],
    [0, 0, 0, 0, 0, 0, 63, 99, 0, 0, 0, 0, 0, 0, 0, 0],
];

/// Symbols with their codes.
type Codes = Vec<(u8, u32, u32)>;

#[derive(Default)]
pub(super) struct Bits {
    pub(super) bytes: Vec<u8>,
    byte: u8,
    count: u32,
}

impl Bits {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, byte: 0, count: 0 }
    }

    pub(super) fn put(&mut self, value: u32, count: u32) {
        for at in (0..count).rev() {
            self.byte = self.byte << 1 | u8::from(value >> at & 1 == 1);
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.byte);
                if self.byte == 0xFF {
                    self.bytes.push(0);
                }
                self.count = 0;
            }
        }
    }

    pub(super) fn fill(&mut self) {
        while self.count > 0 {
            self.put(1, 1);
        }
    }

    fn code(&mut self, codes: &Codes, symbol: u8) {
        let &(_, code, length) = codes.iter().find(|(known, ..)| *known == symbol).unwrap();
        self.put(code, length);
    }

    pub(super) fn value(&mut self, value: i32) {
        let low = if value < 0 { value - 1 } else { value };
        self.put(low.cast_unsigned(), size(value).into());
    }
}

pub(super) fn size(value: i32) -> u8 {
    u8::try_from(32 - value.unsigned_abs().leading_zeros()).unwrap()
}

pub(super) fn segment(out: &mut Vec<u8>, marker: u8, body: &[u8]) {
    out.extend([0xFF, marker]);
    out.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
    out.extend(body);
}

/// Writes a table and gives its codes.
fn table(out: &mut Vec<u8>, name: u8, counts: [u8; 16], symbols: &[u8]) -> Codes {
    segment(out, 0xC4, &[&[name], counts.as_slice(), symbols].concat());
    let (mut codes, mut code, mut symbols) = (Vec::new(), 0, symbols.iter());
    for (&count, length) in counts.iter().zip(1..) {
        for &symbol in symbols.by_ref().take(count.into()) {
            codes.push((symbol, code, length));
            code += 1;
        }
        code <<= 1;
    }
    codes
}

/// A file, and what is particular about it.
pub(super) fn write(width: u16, height: u16, seed: u64) -> (Vec<u8>, String) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut factors = vec![[random.random_range(1..=4), random.random_range(1..=4)]];
    if random.random() {
        while factors.len() < 3 {
            let [across, down] = factors[0];
            factors.push([random.random_range(1..=across), random.random_range(1..=down)]);
            let blocks: u8 = factors.iter().map(|[across, down]| across * down).sum();
            if factors.len() == 3 && blocks > 10 {
                factors = vec![[random.random_range(1..=4), random.random_range(1..=2)]];
            }
        }
    }
    let restart: u16 = if random.random() { random.random_range(1..20) } else { 0 };
    let case = format!("{factors:?} {restart} {seed}");

    let mut out = vec![0xFF, 0xD8];
    let quantisers: [u8; 64] = std::array::from_fn(|_| random.random_range(1..40));
    segment(&mut out, 0xDB, &[&[0], quantisers.as_slice()].concat());
    let [h1, h0] = height.to_be_bytes();
    let [w1, w0] = width.to_be_bytes();
    let count = u8::try_from(factors.len()).unwrap();
    let mut frame = vec![8, h1, h0, w1, w0, count];
    let mut scan = vec![count];
    for (id, [across, down]) in (1..).zip(&factors) {
        frame.extend([id, across << 4 | down, 0]);
        scan.extend([id, if id == 1 { 0 } else { 0x11 }]);
    }
    segment(&mut out, 0xC0, &frame);
    segment(&mut out, 0xDD, &restart.to_be_bytes());
    let mut tables = Vec::new();
    for name in 0..2 {
        let mut levels: Vec<u8> = (0..12).collect();
        levels.shuffle(&mut random);
        let lengths: [u8; 16] = std::array::from_fn(|at| u8::from(at < 12));
        let dc = table(&mut out, name, lengths, &levels);
        let mut others: Vec<u8> =
            (0..=255).filter(|symbol| (1..=10).contains(&(symbol & 15))).chain([0, 0xF0]).collect();
        others.shuffle(&mut random);
        let counts = COUNTS[random.random_range(0..COUNTS.len())];
        tables.push((dc, table(&mut out, 0x10 | name, counts, &others)));
    }
    scan.extend([0, 63, 0]);
    segment(&mut out, 0xDA, &scan);

    let most = |at: usize| factors.iter().map(|factors| u16::from(factors[at])).max().unwrap();
    let [across, down] = if count == 1 { [1, 1] } else { [most(0), most(1)] };
    let units = width.div_ceil(8 * across) * height.div_ceil(8 * down);
    let mut bits = Bits::new(out);
    let mut levels = [0; 3];
    for unit in 0..units {
        if restart > 0 && unit > 0 && unit % restart == 0 {
            bits.fill();
            let number = u8::try_from((unit / restart - 1) % 8).unwrap();
            bits.bytes.extend([0xFF, 0xD0 | number]);
            levels = [0; 3];
        }
        for (index, [across, down]) in factors.iter().enumerate() {
            let (dc, ac) = &tables[index.min(1)];
            for _ in 0..if count == 1 { 1 } else { across * down } {
                let level = random.random_range(-900..900);
                let difference = level - levels[index];
                levels[index] = level;
                bits.code(dc, size(difference));
                bits.value(difference);
                block(&mut bits, ac, &mut random);
            }
        }
    }
    bits.fill();
    bits.bytes.extend([0xFF, 0xD9]);
    (bits.bytes, case)
}

/// The coefficients of a block but the lowest: none, few, many or all.
fn block(bits: &mut Bits, codes: &Codes, random: &mut StdRng) {
    let share = [0.0, 0.02, 0.3, 1.0][random.random_range(0..4)];
    let mut zeros = 0;
    for at in 1..64 {
        // the last one stands alone now and then
        let used = random.random_bool(share) || at == 63 && random.random_bool(0.2);
        if !used {
            zeros += 1;
            continue;
        }
        let most = 1 << random.random_range(1..=10);
        let value = random.random_range(1..most) * if random.random() { 1 } else { -1 };
        while zeros > 15 {
            bits.code(codes, 0xF0);
            zeros -= 16;
        }
        bits.code(codes, zeros << 4 | size(value));
        bits.value(value);
        zeros = 0;
    }
    if zeros > 0 {
        bits.code(codes, 0);
    }
}

//! Random pictures as files of one scan and, with the same coefficients, of many.
#![allow(clippy::cast_possible_truncation, reason = "numbers of a test are small")]

use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::writer::{Bits, segment, size};

/// All symbols have codes of nine bits: themselves.
const CODE: u32 = 9;

/// Coefficients of one component, in the order of the file, rows of blocks from the top; the blocks
/// that fill up units are there as well.
struct Plane {
    blocks: Vec<[i32; 64]>,
    /// Blocks a row, and those of the picture itself, across and down.
    columns: usize,
    shown: [usize; 2],
    factors: [usize; 2],
}

/// The same picture in one scan and progressive, and what is particular about it.
pub(super) fn write(width: u16, height: u16, seed: u64) -> [(Vec<u8>, String); 2] {
    let mut random = StdRng::seed_from_u64(seed);
    let luma = [random.random_range(1..=2), random.random_range(1..=2)];
    let factors = if random.random_bool(0.7) { vec![luma, [1, 1], [1, 1]] } else { vec![[1, 1]] };
    let [across, down] = factors[0];
    let units = [usize::from(width).div_ceil(8 * across), usize::from(height).div_ceil(8 * down)];
    let share = [0.01, 0.1, 0.5][random.random_range(0..3)];
    let planes: Vec<Plane> = factors
        .iter()
        .map(|&[h, v]| {
            let mut blocks = vec![[0; 64]; units[0] * units[1] * h * v];
            for block in &mut blocks {
                block[0] = random.random_range(-500..500);
                let last = random.random_range(1..=64);
                for value in &mut block[1..last] {
                    if random.random_bool(share) {
                        *value = random.random_range(-80..=80);
                    }
                }
            }
            let side = |length: u16, factor: usize, most: usize| {
                (usize::from(length) * factor).div_ceil(8 * most)
            };
            let shown = [side(width, h, across), side(height, v, down)];
            Plane { blocks, columns: units[0] * h, shown, factors: [h, v] }
        })
        .collect();
    let restart = if random.random() { random.random_range(1..20_u16) } else { 0 };
    let case = format!("{factors:?} {restart} {seed}");

    let mut one = head(0xC1, width, height, &planes, restart);
    let all: Vec<usize> = (0..planes.len()).collect();
    scan(&mut one, &planes, &all, restart.into(), Part { band: [0, 63], high: 0, low: 0 });
    one.extend([0xFF, 0xD9]);

    let mut many = head(0xC2, width, height, &planes, restart);
    let script = script(&mut random, planes.len());
    for (components, part) in &script {
        scan(&mut many, &planes, components, restart.into(), *part);
    }
    many.extend([0xFF, 0xD9]);
    [(one, case.clone()), (many, format!("{case} {script:?}"))]
}

/// What a scan holds of its components.
#[derive(Clone, Copy, Debug)]
struct Part {
    band: [usize; 2],
    high: u8,
    low: u8,
}

/// Scans that tell everything: each band of each component from its upper bits down, in any order.
fn script(random: &mut StdRng, components: usize) -> Vec<(Vec<usize>, Part)> {
    let mut queues = Vec::new();
    let mut queue = |components: Vec<usize>, band: [usize; 2], low: u8| {
        let parts = (0..=low).rev().map(move |at| {
            let high = if at == low { 0 } else { at + 1 };
            (components.clone(), Part { band, high, low: at })
        });
        queues.push(parts.collect::<Vec<_>>());
    };
    queue((0..components).collect(), [0, 0], random.random_range(0..3));
    for component in 0..components {
        let mut from = 1;
        while from < 64 {
            let to = random.random_range(from..64);
            queue(vec![component], [from, to], random.random_range(0..4));
            from = to + 1;
        }
    }
    let mut script = vec![queues[0].remove(0)];
    while queues.iter().any(|queue| !queue.is_empty()) {
        let at = random.random_range(0..queues.len());
        if !queues[at].is_empty() {
            script.push(queues[at].remove(0));
        }
    }
    script
}

fn head(frame: u8, width: u16, height: u16, planes: &[Plane], restart: u16) -> Vec<u8> {
    let mut out = vec![0xFF, 0xD8];
    segment(&mut out, 0xDB, &[[0].as_slice(), &[3; 64]].concat());
    let [h1, h0] = height.to_be_bytes();
    let [w1, w0] = width.to_be_bytes();
    let mut body = vec![8, h1, h0, w1, w0, planes.len() as u8];
    for (id, plane) in (1..).zip(planes) {
        body.extend([id, (plane.factors[0] << 4 | plane.factors[1]) as u8, 0]);
    }
    segment(&mut out, frame, &body);
    segment(&mut out, 0xDD, &restart.to_be_bytes());
    let symbols: Vec<u8> = (0..=255).collect();
    let mut counts = [0; 16];
    // a count is a byte: 255 codes of nine bits, and the last one longer
    (counts[8], counts[9]) = (255, 1);
    for name in [0, 0x10] {
        segment(&mut out, 0xC4, &[&[name], counts.as_slice(), &symbols].concat());
    }
    out
}

/// A scan of these components, with its restarts.
fn scan(out: &mut Vec<u8>, planes: &[Plane], components: &[usize], restart: usize, part: Part) {
    let Part { band: [first, last], high, low } = part;
    let mut body = vec![components.len() as u8];
    for component in components {
        body.extend([*component as u8 + 1, 0]);
    }
    body.extend([first as u8, last as u8, high << 4 | low]);
    segment(out, 0xDA, &body);
    let mut writer = Writer { bits: Bits::new(std::mem::take(out)), ..Writer::default() };
    let units: Vec<Vec<(usize, usize)>> = match components {
        [one] => {
            let plane = &planes[*one];
            let [across, down] = plane.shown;
            let place = |at: usize| (*one, at / across * plane.columns + at % across);
            (0..across * down).map(|at| vec![place(at)]).collect()
        }
        _ => {
            let [h, v] = planes[0].factors;
            let columns = planes[0].columns / h;
            let count = planes[0].blocks.len() / (h * v);
            let unit = |at: usize| {
                let of = |&component: &usize| {
                    let plane = &planes[component];
                    let [h, v] = plane.factors;
                    let corner = at / columns * v * plane.columns + at % columns * h;
                    (0..h * v).map(move |n| (component, corner + n / h * plane.columns + n % h))
                };
                components.iter().flat_map(of).collect()
            };
            (0..count).map(unit).collect()
        }
    };
    for (number, unit) in units.iter().enumerate() {
        if restart > 0 && number > 0 && number % restart == 0 {
            writer.flush();
            writer.bits.fill();
            writer.bits.bytes.extend([0xFF, 0xD0 | ((number / restart - 1) % 8) as u8]);
            writer.levels = [0; 3];
        }
        for &(component, block) in unit {
            writer.block(component, &planes[component].blocks[block], part);
        }
    }
    writer.flush();
    writer.bits.fill();
    *out = writer.bits.bytes;
}

#[derive(Default)]
struct Writer {
    bits: Bits,
    levels: [i32; 3],
    /// Blocks that have nothing more, and the bits of their coefficients.
    ended: u32,
    later: Vec<bool>,
}

impl Writer {
    fn symbol(&mut self, symbol: u8) {
        let last = symbol == 255;
        self.bits.put(if last { 510 } else { symbol.into() }, if last { CODE + 1 } else { CODE });
    }

    fn block(&mut self, component: usize, block: &[i32; 64], part: Part) {
        let Part { band: [first, last], high, low } = part;
        if first == 0 {
            let level = block[0] >> low;
            if high > 0 {
                self.bits.put(level.cast_unsigned() & 1, 1);
                return;
            }
            let difference = level - std::mem::replace(&mut self.levels[component], level);
            self.symbol(size(difference));
            self.bits.value(difference);
        }
        if last == 0 {
            return;
        }
        // towards zero, as T.81, G.1.2.2 has it
        let scaled = |value: i32| value.signum() * (value.abs() >> low);
        let band = first.max(1)..=last;
        let news =
            |at: &usize| scaled(block[*at]) != 0 && (high == 0 || scaled(block[*at]) / 2 == 0);
        let end = band.clone().rev().find(news).map_or(0, |at| at + 1);
        let (mut zeros, mut own) = (0, Vec::new());
        for at in band {
            let value = scaled(block[at]);
            if value != 0 && !news(&at) {
                own.push(value % 2 != 0);
                continue;
            }
            if at >= end {
                continue;
            }
            if value == 0 {
                zeros += 1;
                if zeros == 16 {
                    self.flush();
                    self.symbol(0xF0);
                    own.drain(..).for_each(|bit| self.bits.put(bit.into(), 1));
                    zeros = 0;
                }
                continue;
            }
            self.flush();
            self.symbol(zeros << 4 | size(value));
            if high == 0 {
                self.bits.value(value);
            } else {
                self.bits.put(u32::from(value > 0), 1);
            }
            own.drain(..).for_each(|bit| self.bits.put(bit.into(), 1));
            zeros = 0;
        }
        if end <= last {
            self.ended += 1;
            self.later.append(&mut own);
            // a sequential scan has no runs of ended blocks
            if first == 0 || self.ended == 0x7FFF {
                self.flush();
            }
        }
    }

    /// Writes the run of ended blocks.
    fn flush(&mut self) {
        if self.ended > 0 {
            let size = self.ended.ilog2();
            self.symbol((size << 4) as u8);
            self.bits.put(self.ended - (1 << size), size);
            self.ended = 0;
        }
        for bit in std::mem::take(&mut self.later) {
            self.bits.put(bit.into(), 1);
        }
    }
}

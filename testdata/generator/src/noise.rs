//! Noise of several sizes, in whole numbers.

/// A field of random values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A value of 0 to 255 that belongs to a point.
    pub(crate) fn point(self, x: i32, y: i32) -> i32 {
        let place = u64::from(x as u32) << 32 | u64::from(y as u32);
        (scramble(scramble(self.0) ^ place) >> 56) as i32
    }

    /// The n-th number of a sequence, 0 to `end` - 1.
    pub(crate) fn pick(self, n: i32, end: i32) -> i32 {
        let place = u64::from(n as u32) | 1 << 63;
        (scramble(scramble(self.0) ^ place) >> 33) as i32 % end
    }

    /// A smooth value of 0 to 255, with hills about `cell` pixels apart.
    fn smooth(self, x: i32, y: i32, cell: i32) -> i32 {
        let (left, top) = (x.div_euclid(cell), y.div_euclid(cell));
        let ease = |part: i32| {
            let t = part * 256 / cell;
            (t * t * (768 - 2 * t)) >> 16
        };
        let (u, v) = (ease(x.rem_euclid(cell)), ease(y.rem_euclid(cell)));
        let row = |y| self.point(left, y) * (256 - u) + self.point(left + 1, y) * u;
        (row(top) * (256 - v) + row(top + 1) * v) >> 16
    }

    /// A value of 0 to 255 from so many layers, each of half the size and strength of the one before.
    pub(crate) fn layers(self, x: i32, y: i32, cell: i32, layers: u32) -> i32 {
        let (mut sum, mut whole) = (0, 0);
        for layer in 0..layers {
            let weight = 256 >> layer;
            let noise = Self(self.0.wrapping_add(u64::from(layer) << 32));
            sum += noise.smooth(x, y, (cell >> layer).max(1)) * weight;
            whole += weight;
        }
        sum / whole
    }
}

/// Mixes all bits (the finalizer of the generator SplitMix64).
fn scramble(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

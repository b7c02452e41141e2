//! MD5 of several messages side by side (RFC 1321, section 3.4).
//!
//! Each step of MD5 waits for the one before, so one message leaves most of a core idle. The same
//! step of four messages fills it.

/// Words from the sine: the integer part of 2^32 * abs(sin(i + 1)), in radians.
#[rustfmt::skip]
const SINES: [u32; 64] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
];

/// One word of each message.
type Words<const N: usize> = [u32; N];

/// Adds the first `count` blocks of each message to its state.
pub(super) fn advance<const N: usize>(
    states: &mut [[u32; 4]; N],
    messages: [&[[u8; 64]]; N],
    count: usize,
) {
    let mut sums = [[0; N]; 4];
    for (lane, state) in states.iter().enumerate() {
        for (sum, &word) in sums.iter_mut().zip(state) {
            sum[lane] = word;
        }
    }
    for at in 0..count {
        let mut blocks = [&[0; 64]; N];
        for (block, message) in blocks.iter_mut().zip(&messages) {
            *block = &message[at];
        }
        compress(&mut sums, blocks);
    }
    for (lane, state) in states.iter_mut().enumerate() {
        for (word, sum) in state.iter_mut().zip(&sums) {
            *word = sum[lane];
        }
    }
}

/// Sixteen steps: the first sine, the order of the words, the turns, the function of three words.
macro_rules! round {
    ($state:ident, $words:ident, $first:literal, |$at:ident| $order:expr, $turns:expr, $mix:expr) => {
        let [a, b, c, d] = &mut $state;
        // Written out: as a loop it is not unrolled, and half as fast.
        round!(@four 0, a b c d, $words, $first, |$at| $order, $turns, $mix);
        round!(@four 4, a b c d, $words, $first, |$at| $order, $turns, $mix);
        round!(@four 8, a b c d, $words, $first, |$at| $order, $turns, $mix);
        round!(@four 12, a b c d, $words, $first, |$at| $order, $turns, $mix);
    };
    (@four $from:literal, $a:ident $b:ident $c:ident $d:ident, $words:ident, $first:literal,
     |$at:ident| $order:expr, $turns:expr, $mix:expr) => {
        let word = |$at: usize| (&$words[($order) % 16], SINES[$first + $at]);
        step($a, ($b, $c, $d), word($from), $turns[0], $mix);
        step($d, ($a, $b, $c), word($from + 1), $turns[1], $mix);
        step($c, ($d, $a, $b), word($from + 2), $turns[2], $mix);
        step($b, ($c, $d, $a), word($from + 3), $turns[3], $mix);
    };
}

/// One block of each message.
#[inline(never)]
fn compress<const N: usize>(sums: &mut [Words<N>; 4], blocks: [&[u8; 64]; N]) {
    // Never stored: each word is read from its block where it is added.
    let mut words = [[0; N]; 16];
    for (lane, block) in blocks.into_iter().enumerate() {
        let (parts, _) = block.as_chunks::<4>();
        for (word, &part) in words.iter_mut().zip(parts) {
            word[lane] = u32::from_le_bytes(part);
        }
    }
    let mut state = *sums;
    round!(state, words, 0, |at| at, [7, 12, 17, 22], |b, c, d| d ^ (b & (c ^ d)));
    round!(state, words, 16, |at| 5 * at + 1, [5, 9, 14, 20], |b, c, d| c ^ (d & (b ^ c)));
    round!(state, words, 32, |at| 3 * at + 5, [4, 11, 16, 23], |b, c, d| b ^ c ^ d);
    round!(state, words, 48, |at| 7 * at, [6, 10, 15, 21], |b, c, d| c ^ (b | !d));
    for (sum, new) in sums.iter_mut().zip(&state) {
        for (sum, new) in sum.iter_mut().zip(new) {
            *sum = sum.wrapping_add(*new);
        }
    }
}

#[inline(always)]
fn step<const N: usize>(
    a: &mut Words<N>,
    (b, c, d): (&Words<N>, &Words<N>, &Words<N>),
    (words, sine): (&Words<N>, u32),
    turn: u32,
    mix: impl Fn(u32, u32, u32) -> u32,
) {
    for lane in 0..N {
        let sum = a[lane].wrapping_add(words[lane]).wrapping_add(sine);
        let sum = sum.wrapping_add(mix(b[lane], c[lane], d[lane]));
        a[lane] = sum.rotate_left(turn).wrapping_add(b[lane]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sines_are_those_of_their_formula() {
        for (at, &sine) in (1..).zip(&SINES) {
            assert_eq!(sine, (f64::from(at).sin().abs() * 4_294_967_296.0) as u32);
        }
    }

    /// The states after some blocks equal those that each message has on its own.
    fn check<const N: usize>() {
        let messages: [Vec<[u8; 64]>; N] = std::array::from_fn(|lane| {
            let byte = |at: usize| (at * at + 31 * lane * at + lane) as u8;
            (0..9).map(|block| std::array::from_fn(|at| byte(block * 64 + at))).collect()
        });
        let mut states: [[u32; 4]; N] =
            std::array::from_fn(|lane| [(lane as u32).wrapping_mul(0x9E37_79B9); 4]);
        let mut alone = states;
        advance(&mut states, messages.each_ref().map(Vec::as_slice), 8);
        for (state, message) in alone.iter_mut().zip(&messages) {
            md5::block_api::compress(state, &message[..8]);
        }
        assert_eq!(states, alone);
    }

    #[test]
    fn messages_side_by_side_have_the_states_that_they_have_alone() {
        check::<1>();
        check::<2>();
        check::<3>();
        check::<4>();
        check::<5>();
    }
}

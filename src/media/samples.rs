//! Stored samples to the eight-bit colours that a person sees.

/// Sixteen bits to eight, rounded: 65,535 is 255 and a change of one step is never more than one.
pub(super) fn to_eight(sample: u16) -> u8 {
    // (65,535 + 128) / 257 is 255
    u8::try_from((u32::from(sample) + 128) / 257).unwrap_or(u8::MAX)
}

/// Turns big-endian sixteen-bit samples into eight-bit ones, in place.
pub(super) fn halve(data: &mut Vec<u8>) {
    /// Samples that are turned at once, by a copy, so that reading and writing do not meet.
    const PIECE: usize = 64;
    let count = data.len() / 2;
    let mut done = 0;
    while done < count {
        let now = PIECE.min(count - done);
        let mut piece = [[0; 2]; PIECE];
        let deep = data.get(done * 2..(done + now) * 2).unwrap_or_default();
        for (copy, pair) in piece.iter_mut().zip(deep.as_chunks().0) {
            *copy = *pair;
        }
        let out = data.get_mut(done..done + now).unwrap_or_default();
        for (out, pair) in out.iter_mut().zip(&piece) {
            *out = to_eight(u16::from_be_bytes(*pair));
        }
        done += now;
    }
    data.truncate(count);
}

/// The samples of one row of `bits` (1, 2, 4 or 8) each, unscaled, first in the high bits.
pub(super) fn unpack(row: &[u8], bits: u32, count: usize) -> impl Iterator<Item = u8> {
    let per_byte = 8 / bits.clamp(1, 8);
    let mask = u8::MAX >> (8 - bits.clamp(1, 8));
    row.iter()
        .flat_map(move |&byte| (1..=per_byte).map(move |at| (byte >> (8 - at * bits)) & mask))
        .take(count)
}

/// Ink to light: cyan, magenta, yellow and black of 0 (none) to 255, each dimming what is left, as
/// Pillow's `convert("RGB")` and `image` do. No colour profile is applied.
pub(super) fn cmyk([c, m, y, k]: [u8; 4]) -> [u8; 3] {
    [c, m, y].map(|ink| {
        let light = u32::from(255 - ink) * u32::from(255 - k);
        u8::try_from((light + 127) / 255).unwrap_or(u8::MAX)
    })
}

/// Full-range YCbCr of ITU-R BT.601 to RGB, as in JFIF.
pub(super) fn ycbcr([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (i32::from(y) << 16, i32::from(cb) - 128, i32::from(cr) - 128);
    // factors 1.402, 0.344136, 0.714136, 1.772 in units of 1/65,536
    let light = [y + 91_881 * cr, y - 22_554 * cb - 46_802 * cr, y + 116_130 * cb];
    light.map(|light| u8::try_from(((light + 32_768) >> 16).clamp(0, 255)).unwrap_or(u8::MAX))
}

/// CIE L*a*b* of 1976 under D50 to sRGB: L of 0 to 100, a and b about 0.
pub(super) fn lab(l: f32, a: f32, b: f32) -> [u8; 3] {
    let fy = (l + 16.0) / 116.0;
    let cube = |f: f32| {
        if f > 6.0 / 29.0 { f * f * f } else { (f - 4.0 / 29.0) * 108.0 / 841.0 }
    };
    // the white of D50
    let (x, y, z) = (0.964_22 * cube(fy + a / 500.0), cube(fy), 0.825_21 * cube(fy - b / 200.0));
    // D50 to linear sRGB, Bradford-adapted (Lindbloom)
    let light = [
        3.133_856 * x - 1.616_867 * y - 0.490_615 * z,
        -0.978_768 * x + 1.916_142 * y + 0.033_454 * z,
        0.071_945 * x - 0.228_991 * y + 1.405_243 * z,
    ];
    light.map(|light| {
        let light = light.clamp(0.0, 1.0);
        let gamma = if light <= 0.003_130_8 {
            12.92 * light
        } else {
            1.055 * light.powf(1.0 / 2.4) - 0.055
        };
        byte(gamma * 255.0)
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
fn byte(value: f32) -> u8 {
    value.round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_are_rounded_to_eight() {
        assert_eq!(
            [0, 128, 129, 257, 65_406, 65_407, 65_535].map(to_eight),
            [0, 0, 1, 1, 254, 255, 255]
        );
        let mut data = vec![0xFF, 0xFF, 0x01, 0x01, 0x00, 0x00, 0x80];
        halve(&mut data);
        assert_eq!(data, [255, 1, 0]);
    }

    #[test]
    fn packed_rows_come_apart_from_the_high_bits() {
        assert_eq!(unpack(&[0b1010_0000], 1, 3).collect::<Vec<_>>(), [1, 0, 1]);
        assert_eq!(unpack(&[0b1101_0010, 0xFF], 2, 5).collect::<Vec<_>>(), [3, 1, 0, 2, 3]);
        assert_eq!(unpack(&[0xA5], 4, 9).collect::<Vec<_>>(), [10, 5]);
        assert_eq!(unpack(&[7, 8], 8, 2).collect::<Vec<_>>(), [7, 8]);
    }

    #[test]
    fn colours_are_those_that_a_person_sees() {
        assert_eq!(cmyk([0, 255, 255, 0]), [255, 0, 0]);
        assert_eq!(cmyk([0, 0, 0, 255]), [0, 0, 0]);
        assert_eq!(cmyk([51, 0, 102, 128]), [102, 127, 76]);
        assert_eq!(ycbcr([76, 85, 255]), [254, 0, 0]);
        assert_eq!(ycbcr([29, 255, 107]), [0, 0, 254]);
        assert_eq!(lab(100.0, 0.0, 0.0), [255, 255, 255]);
        assert_eq!(lab(0.0, 0.0, 0.0), [0, 0, 0]);
        // sRGB red and blue, by their published D50 coordinates
        for (coordinates, rgb) in
            [((54.29_f32, 80.81, 69.89), [255, 0, 0]), ((29.57, 68.30, -112.03), [0, 0, 255])]
        {
            let seen = lab(coordinates.0, coordinates.1, coordinates.2);
            assert!(
                seen.iter().zip(rgb).all(|(&is, want): (&u8, u8)| is.abs_diff(want) <= 2),
                "{seen:?}"
            );
        }
    }
}

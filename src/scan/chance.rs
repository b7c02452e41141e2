//! How many matches chance alone may bring.

use crate::hash::Radius;

/// A distance at which unrelated pictures were counted, and how often a pair was within it.
const MEASURED: (f64, f64) = (64.0, 6e-10);
/// By how much rarer that gets for each ten bits less.
const A_TEN: f64 = 38.0;

/// How often the hashes of two unrelated pictures are within a radius: an estimate, rather too high.
///
/// Counted over 4.9 x 10^10 pairs of hashes of ordinary photographs and of views of them, between 60 and
/// 90 bits; below that, where nothing was found at all, the same steepness is carried on: 38 times rarer
/// for each ten bits. At 31 bits that is 4 in 10^15. Pictures of one series, and pages with the same
/// layout, are not unrelated.
///
/// ```
/// use tutela::hash::Radius;
/// use tutela::scan::accidental;
///
/// // a million files, eight hashes each, against ten million entries
/// let expected = 8e6 * 1e7 * accidental(Radius::default());
/// assert!(expected < 1.0);
/// ```
pub fn accidental(radius: Radius) -> f64 {
    let (bits, often) = MEASURED;
    (often * A_TEN.powf((f64::from(radius.get()) - bits) / 10.0)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_is_near_what_was_counted() {
        // pairs of 4.88e10 within so many bits
        for (bits, pairs) in [(62, 5.0), (64, 12.0), (70, 227.0), (76, 1446.0), (80, 5275.0)] {
            let expected = 4.88e10 * accidental(Radius::new(bits).unwrap());
            assert!((pairs..4.0 * pairs).contains(&expected), "{bits}: {expected}");
        }
        assert_eq!(accidental(Radius::new(256).unwrap()), 1.0);
    }
}

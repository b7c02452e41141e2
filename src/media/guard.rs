//! What stands between a decoder and the program: its panics are caught, its cost is bounded.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Limits, Reason};

/// Runs a decoder; a panic of it becomes a reason.
///
/// What the decoder was working on must not be used for decoding again after an error.
pub(super) fn shield<T>(work: impl FnOnce() -> Result<T, Reason>) -> Result<T, Reason> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let detail = format!("the decoder panicked: {}", message(panic.as_ref()));
        Err(Reason::undecodable(detail))
    })
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

impl Limits {
    /// Checks a frame's size, and the memory that decoding it takes, before any is taken.
    pub(super) fn check(
        &self,
        width: u32,
        height: u32,
        bytes_per_pixel: u64,
    ) -> Result<(), Reason> {
        if width == 0 || height == 0 {
            let detail = format!("a picture of {width} x {height} pixels");
            return Err(Reason::undecodable(detail));
        }
        let over = |what: String, limit: u64| {
            let (width, height) = (thousands(width.into()), thousands(height.into()));
            let limit = thousands(limit);
            let detail = format!("{width} x {height} pixels: {what} over the limit of {limit}");
            Err(Reason::over_limit(detail))
        };
        let side = width.max(height);
        if side > self.max_side {
            return over(format!("a side of {}", thousands(side.into())), self.max_side.into());
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.max_pixels {
            return over(thousands(pixels), self.max_pixels);
        }
        let memory = pixels.saturating_mul(bytes_per_pixel);
        if memory > self.max_memory {
            return over(format!("{} bytes of memory", thousands(memory)), self.max_memory);
        }
        Ok(())
    }

    /// The memory limit as the decoders want it.
    pub(super) fn memory(&self) -> usize {
        usize::try_from(self.max_memory).unwrap_or(usize::MAX)
    }
}

/// A number with commas, as people read it.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::ReasonCode;

    #[test]
    fn a_panic_becomes_a_reason_and_everything_else_passes() {
        let index = std::hint::black_box(3);
        let reason = shield(|| Ok([1, 2, 3][index])).unwrap_err();
        assert_eq!(reason.code, ReasonCode::Undecodable);
        assert!(reason.detail.starts_with("the decoder panicked: index out of bounds"));
        let reason = shield::<()>(|| std::panic::panic_any(5)).unwrap_err();
        assert_eq!(reason.detail, "the decoder panicked: without a message");
        assert_eq!(shield(|| Ok(7)), Ok(7));
        assert_eq!(shield::<()>(|| Err(Reason::undecodable("x"))), Err(Reason::undecodable("x")));
    }

    #[test]
    fn the_detail_names_the_size_the_value_and_the_limit() {
        let limits = Limits::default();
        assert_eq!(limits.check(10_000, 20_000, 3), Ok(()));
        let detail =
            |width, height, memory| limits.check(width, height, memory).unwrap_err().detail;
        assert_eq!(
            detail(24_000, 24_000, 1),
            "24,000 x 24,000 pixels: 576,000,000 over the limit of 200,000,000"
        );
        assert_eq!(
            detail(65_536, 1, 1),
            "65,536 x 1 pixels: a side of 65,536 over the limit of 65,535"
        );
        assert_eq!(
            detail(10_000, 20_000, 6),
            "10,000 x 20,000 pixels: 1,200,000,000 bytes of memory over the limit of 1,073,741,824"
        );
        assert_eq!(detail(0, 7, 1), "a picture of 0 x 7 pixels");
    }
}

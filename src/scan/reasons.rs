//! Why a picture that was decoded cannot be called clear.

use super::QUALITY_FLOOR;
use crate::media::{Reason, ReasonCode};

/// Nothing to compare: no frame, or none with enough structure.
pub(super) fn too_flat(best_quality: Option<u8>) -> Option<Reason> {
    match best_quality {
        None => Some(Reason { code: ReasonCode::Undecodable, detail: "no frame in it".to_owned() }),
        Some(quality) if quality < QUALITY_FLOOR => Some(Reason {
            code: ReasonCode::LowQuality,
            detail: format!(
                "PDQ quality {quality} of 100, below {QUALITY_FLOOR}: too little structure to compare"
            ),
        }),
        Some(_) => None,
    }
}

/// More bytes than are decoded.
pub(super) fn too_long(length: u64, limit: u64) -> Reason {
    let detail = format!("{length} bytes, the limit is {limit}");
    Reason { code: ReasonCode::OverLimit, detail }
}

/// The data are damaged, whatever the full decoder makes of them.
pub(super) fn damaged() -> Reason {
    let detail = "its data are not what the picture needs: some are missing, wrong or too many";
    Reason { code: ReasonCode::Undecodable, detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_quality_at_the_floor_or_above_can_be_clear() {
        assert_eq!(too_flat(None).unwrap().code, ReasonCode::Undecodable);
        for quality in 0..=100 {
            let reason = too_flat(Some(quality));
            assert_eq!(reason.is_some(), quality < 50, "{quality}");
            assert!(reason.is_none_or(|reason| reason.code == ReasonCode::LowQuality));
        }
    }
}

//! Telling of entries below the quality floor.

use tutela::scan::Floor;

use super::output::{counted, warn};

/// Says how many entries were below the floor, and what became of them.
pub(super) fn warn_below(floor: &Floor) {
    let least = floor.least;
    if floor.exact_only > 0 {
        warn(format_args!(
            "{} of PDQ quality below {least}: only their digests are searched",
            counted(floor.exact_only, "entry", "entries")
        ));
    }
    if floor.left_out > 0 {
        warn(format_args!(
            "{} of PDQ quality below {least} left out: such pictures have too little structure, and match \
             others like them",
            counted(floor.left_out, "entry", "entries")
        ));
    }
}

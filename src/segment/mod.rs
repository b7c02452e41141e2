//! One immutable segment.

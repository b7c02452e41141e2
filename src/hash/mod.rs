//! Pixels and bytes to signals: PDQ with its quality and eight orientations, file digests, and the
//! values they give.
//!
//! Pure arithmetic: nothing here knows a path, opens a file or allocates by what a file claims.

mod coarse;
mod dct;
mod digest;
mod filter;
mod luma;
#[cfg(test)]
mod naive;
mod orientation;
mod partial;
mod pdq;
mod pixels;
mod quality;
mod screen;
mod signal;
#[cfg(test)]
mod tests;
mod value;
mod view;
mod wanted;

pub use coarse::Coarse;
pub use digest::{Digester, Digests, digest_many};
pub use orientation::Orientation;
pub use partial::PartialHash;
pub use pdq::{Hasher, Orientations, Pdq, Prescale};
pub use pixels::Pixels;
pub use screen::{Screen, Screener};
pub use signal::{Signal, Signals};
pub(crate) use value::decode_hex;
pub use value::{Hash256, ParseHashError, Radius};
pub use view::{Area, Effort, Family, Sheet, View};
pub use wanted::Wanted;

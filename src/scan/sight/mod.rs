//! Looking at one file's pictures: screening, hashing, views, and what of the index is near.

mod detail;
mod explain;
mod eyes;
mod grounds;
mod screen;
mod sightings;
mod views;

pub(super) use eyes::{Eyes, Frames};
pub(super) use grounds::{Bounds, Grounds};
pub(super) use screen::{Screened, Screening};
pub(super) use views::Views;

//! The nearest entry of each family of views, however far: for whoever asks why a copy was not found.

use super::sightings::Place;
use crate::Result;
use crate::hash::{Family, Hash256, Orientation, Orientations};
use crate::index::Searcher;
use crate::scan::Nearest;

/// The nearest of each family until now.
#[derive(Debug, Default)]
pub(in crate::scan) struct Explain(Vec<Nearest>);

impl Explain {
    /// Compares a picture in all orientations, or a view as it is asked about, with every entry.
    ///
    /// # Errors
    /// Those of reading the index.
    pub(super) fn see(
        &mut self,
        searcher: &mut Searcher,
        turned: &Orientations,
        place: Place,
        family: Option<Family>,
    ) -> Result<()> {
        let orientations = family.map_or(&Orientation::ALL[..], Family::orientations);
        let negatives = family.is_some_and(Family::has_negatives);
        let hashes: Vec<_> = turned.some(orientations).collect();
        let negative = hashes.iter().map(Hash256::complement).collect();
        let both = [(hashes, place), (negative, place.negative())];
        for (hashes, place) in both.into_iter().take(1 + usize::from(negatives)) {
            let Some(distance) = searcher.least_distance(&hashes)? else { continue };
            self.add(Nearest { family, distance, view: place.view });
        }
        Ok(())
    }

    fn add(&mut self, nearest: Nearest) {
        match self.0.iter_mut().find(|other| other.family == nearest.family) {
            Some(other) if nearest.distance < other.distance => *other = nearest,
            Some(_) => {}
            None => self.0.push(nearest),
        }
    }

    /// One row a family, the picture itself first.
    pub(in crate::scan) fn into_rows(mut self) -> Vec<Nearest> {
        self.0.sort_by_key(|nearest| nearest.family);
        self.0
    }
}

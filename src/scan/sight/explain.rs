//! The nearest entry of each family of views, however far: for whoever asks why a copy was not found.

use super::sightings::Place;
use crate::Result;
use crate::hash::{Hash256, Orientations};
use crate::index::Searcher;
use crate::scan::Nearest;

/// The nearest of each family until now.
#[derive(Debug, Default)]
pub(in crate::scan) struct Explain(Vec<Nearest>);

impl Explain {
    /// Compares a picture or a view, and its negative if that is wanted, with every entry.
    ///
    /// # Errors
    /// Those of reading the index.
    pub(super) fn see(
        &mut self,
        searcher: &mut Searcher,
        turned: &Orientations,
        negatives: bool,
        place: Place,
    ) -> Result<()> {
        let negative = turned.hashes.each_ref().map(Hash256::complement);
        let both = [(turned.hashes, place), (negative, place.negative())];
        for (hashes, place) in both.into_iter().take(1 + usize::from(negatives)) {
            let Some(distance) = searcher.nearest(&hashes)? else { continue };
            self.add(Nearest {
                family: place.view.map(|view| view.family),
                distance,
                view: place.view,
            });
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

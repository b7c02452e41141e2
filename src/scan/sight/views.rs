//! The views of several files, asked about together: many questions at once cost far less each.

use super::sightings::{Place, Sighting, Sightings};
use crate::Result;
use crate::hash::{Family, Hash256, Orientation, Orientations, Prescale, Radius};
use crate::index::{EntryRef, Searcher};

/// Hashes that are asked about together at most: 2 MB of them.
const MOST: usize = 1 << 16;

/// Views that wait for answers, and answers that wait for their files.
#[derive(Debug, Default)]
pub(in crate::scan) struct Views {
    hashes: Vec<Hash256>,
    askers: Vec<Asker>,
    found: Vec<(usize, EntryRef, Sighting)>,
}

/// Who asks about the next hashes: one an orientation.
#[derive(Clone, Copy, Debug)]
struct Asker {
    file: usize,
    place: Place,
    orientations: &'static [Orientation],
}

impl Views {
    /// Asks about a view in the orientations of its family, and about its negative if the family has
    /// them; how many hashes.
    ///
    /// # Errors
    /// Those of reading the index.
    pub(super) fn ask(
        &mut self,
        (file, place, family): (usize, Place, Family),
        turned: &Orientations,
        (searcher, radius): (&mut Searcher, Radius),
    ) -> Result<u64> {
        let before = self.hashes.len();
        let orientations = family.orientations();
        self.hashes.extend(turned.some(orientations));
        self.askers.push(Asker { file, place, orientations });
        if family.has_negatives() {
            self.hashes.extend(turned.some(orientations).map(|hash| hash.complement()));
            self.askers.push(Asker { file, place: place.negative(), orientations });
        }
        let asked = self.hashes.len() - before;
        if self.hashes.len() >= MOST {
            self.search(searcher, radius)?;
        }
        Ok(asked as u64)
    }

    /// Answers what was asked.
    ///
    /// # Errors
    /// Those of reading the index.
    pub(in crate::scan) fn search(
        &mut self,
        searcher: &mut Searcher,
        radius: Radius,
    ) -> Result<()> {
        let answers = searcher.within_many(&self.hashes, radius)?;
        let asked = self.askers.iter().flat_map(|asker| {
            asker.orientations.iter().map(move |orientation| (asker, *orientation))
        });
        for ((Asker { file, place, .. }, orientation), hits) in asked.zip(answers) {
            for hit in hits {
                let (distance, prescale, place) = (hit.distance, Prescale::Tool, *place);
                let sighting = Sighting { distance, orientation, prescale, place };
                self.found.push((*file, hit.entry, sighting));
            }
        }
        self.hashes.clear();
        self.askers.clear();
        Ok(())
    }

    /// Hands over what was found in each file.
    ///
    /// # Errors
    /// Those of reading the index.
    pub(in crate::scan) fn hand_over(
        &mut self,
        searcher: &Searcher,
        radius: Radius,
        sightings: &mut [Option<&mut Sightings>],
    ) -> Result<()> {
        for (file, entry, sighting) in self.found.drain(..) {
            if let Some(Some(sightings)) = sightings.get_mut(file) {
                sightings.add(searcher, radius, entry, sighting)?;
            }
        }
        Ok(())
    }

    /// Forgets everything, after a failure.
    pub(in crate::scan) fn clear(&mut self) {
        self.hashes.clear();
        self.askers.clear();
        self.found.clear();
    }
}

//! What of the index is near to one file, the nearest sighting of each entry.

use std::collections::HashMap;

use crate::Result;
use crate::hash::{Digests, Orientation, Orientations, Prescale, Radius, Signal};
use crate::index::{EntryRef, Role, Searcher};
use crate::media::Rendering;
use crate::scan::Seen;

/// Collects while a file is examined.
#[derive(Debug, Default)]
pub(in crate::scan) struct Sightings {
    pub(super) digests: Vec<(Signal, EntryRef)>,
    pub(super) nearest: HashMap<EntryRef, Sighting>,
    /// Where something harmless was seen: the nearest at each place.
    pub(super) harmless: Vec<(EntryRef, u32, Place)>,
}

/// An entry seen in a picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sighting {
    pub(super) distance: u32,
    pub(super) orientation: Orientation,
    pub(super) prescale: Prescale,
    pub(super) place: Place,
}

/// Where in a file: a picture, or a view of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) frame: u32,
    pub(super) rendering: Rendering,
    pub(super) view: Option<Seen>,
}

impl Place {
    /// A whole picture as it is.
    pub(super) fn picture(frame: u32, rendering: Rendering) -> Self {
        Self { frame, rendering, view: None }
    }

    /// The same view, as a negative.
    pub(super) fn negative(self) -> Self {
        let view = self.view.map(|seen| Seen { negative: true, ..seen });
        Self { view, ..self }
    }
}

impl Sightings {
    /// Looks up those of a file's digests that were computed.
    pub(in crate::scan) fn of_digests(
        &mut self,
        searcher: &mut Searcher,
        digests: &Digests,
    ) -> Result<()> {
        for signal in [Signal::Sha256, Signal::Sha1, Signal::Md5] {
            let Some(value) = digests.get(signal) else {
                continue;
            };
            let entries = searcher.exact(signal, value)?;
            self.digests.extend(entries.into_iter().map(|entry| (signal, entry)));
        }
        Ok(())
    }

    /// Looks up one picture in all orientations, as far as `search`; `radius` is that of banks without
    /// one of their own.
    pub(super) fn of_hashes(
        &mut self,
        searcher: &mut Searcher,
        hashes: &Orientations,
        (search, radius): (Radius, Radius),
        prescale: Prescale,
        place: Place,
    ) -> Result<()> {
        let found = searcher.within_many(&hashes.hashes, search)?;
        for ((orientation, _), hits) in hashes.iter().zip(found) {
            for hit in hits {
                let sighting = Sighting { distance: hit.distance, orientation, prescale, place };
                self.add(searcher, radius, hit.entry, sighting)?;
            }
        }
        Ok(())
    }

    /// At equal distance the first stays: the picture itself before its views, the earliest frame, the
    /// tool's way of hashing, the least turned.
    pub(super) fn add(
        &mut self,
        searcher: &Searcher,
        radius: Radius,
        entry: EntryRef,
        sighting: Sighting,
    ) -> Result<()> {
        if searcher.policies().allows() {
            let Sighting { distance, place, .. } = sighting;
            let known = searcher.entry(entry)?;
            if let Some((Role::Allow, radius)) =
                searcher.policies().role(known.bank, known.id, radius)
            {
                if distance <= radius.get() {
                    self.add_harmless(entry, distance, place);
                }
                return Ok(());
            }
        }
        let nearest = self.nearest.entry(entry).or_insert(sighting);
        if sighting.distance < nearest.distance {
            *nearest = sighting;
        }
        Ok(())
    }

    fn add_harmless(&mut self, entry: EntryRef, distance: u32, place: Place) {
        match self.harmless.iter_mut().find(|(.., other)| *other == place) {
            Some(nearest) if distance < nearest.1 => *nearest = (entry, distance, place),
            Some(_) => {}
            None => self.harmless.push((entry, distance, place)),
        }
    }

    /// Whether nothing of the index is near.
    pub(in crate::scan) fn is_empty(&self) -> bool {
        self.digests.is_empty() && self.nearest.is_empty() && self.harmless.is_empty()
    }
}

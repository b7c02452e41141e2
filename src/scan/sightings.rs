//! The entries that one file matched, the nearest sighting of each.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::{Match, Seen};
use crate::Result;
use crate::hash::{Digests, Hash256, Orientation, Orientations, Prescale, Radius, Signal};
use crate::index::{EntryRef, Searcher};
use crate::media::Rendering;

/// Collects while a file is examined.
#[derive(Debug, Default)]
pub(super) struct Sightings {
    digests: Vec<(Signal, EntryRef)>,
    nearest: HashMap<EntryRef, Sighting>,
}

#[derive(Clone, Copy, Debug)]
struct Sighting {
    distance: u32,
    orientation: Orientation,
    prescale: Prescale,
    frame: u32,
    rendering: Rendering,
    view: Option<Seen>,
}

impl Sightings {
    /// Looks up those of a file's digests that were computed.
    pub(super) fn of_digests(&mut self, searcher: &mut Searcher, digests: &Digests) -> Result<()> {
        for signal in [Signal::Sha256, Signal::Sha1, Signal::Md5] {
            let Some(value) = digests.get(signal) else {
                continue;
            };
            let entries = searcher.exact(signal, value)?;
            self.digests.extend(entries.into_iter().map(|entry| (signal, entry)));
        }
        Ok(())
    }

    /// Looks up one picture in all orientations.
    pub(super) fn of_hashes(
        &mut self,
        searcher: &mut Searcher,
        hashes: &Orientations,
        prescale: Prescale,
        radius: Radius,
        (frame, rendering): (u32, Rendering),
    ) -> Result<()> {
        let found = searcher.within_many(&hashes.hashes, radius)?;
        for ((orientation, _), hits) in hashes.iter().zip(found) {
            for hit in hits {
                let distance = hit.distance;
                let view = None;
                self.add(
                    hit.entry,
                    Sighting { distance, orientation, prescale, frame, rendering, view },
                );
            }
        }
        Ok(())
    }

    /// Looks up views of one picture and their negatives, each in all orientations.
    pub(super) fn of_views(
        &mut self,
        searcher: &mut Searcher,
        views: &[(Seen, Orientations)],
        radius: Radius,
        (frame, rendering): (u32, Rendering),
    ) -> Result<()> {
        let mut hashes = Vec::with_capacity(16 * views.len());
        for (_, turned) in views {
            hashes.extend(turned.hashes);
            hashes.extend(turned.hashes.each_ref().map(Hash256::complement));
        }
        let found = searcher.within_many(&hashes, radius)?;
        let asked = views.iter().flat_map(|(seen, turned)| {
            [false, true].into_iter().flat_map(move |negative| {
                let seen = Seen { negative, ..*seen };
                turned.iter().map(move |(orientation, _)| (seen, orientation))
            })
        });
        for ((seen, orientation), hits) in asked.zip(found) {
            for hit in hits {
                let sighting = Sighting {
                    distance: hit.distance,
                    orientation,
                    prescale: Prescale::Tool,
                    frame,
                    rendering,
                    view: Some(seen),
                };
                self.add(hit.entry, sighting);
            }
        }
        Ok(())
    }

    /// At equal distance the first stays: the picture itself before its views, the earliest frame, the
    /// tool's way of hashing, the least turned.
    fn add(&mut self, entry: EntryRef, sighting: Sighting) {
        let nearest = self.nearest.entry(entry).or_insert(sighting);
        if sighting.distance < nearest.distance {
            *nearest = sighting;
        }
    }

    /// Whether no entry was found.
    pub(super) fn is_empty(&self) -> bool {
        self.digests.is_empty() && self.nearest.is_empty()
    }

    /// The matches: digests before PDQ, the strongest digest first, then by distance, bank, entry.
    pub(super) fn into_matches(self, searcher: &Searcher) -> Result<Vec<Match>> {
        let mut matches = Vec::with_capacity(self.digests.len() + self.nearest.len());
        for (signal, entry) in self.digests {
            matches.push(resolve(searcher, entry, signal, None)?);
        }
        for (entry, sighting) in self.nearest {
            matches.push(resolve(searcher, entry, Signal::Pdq, Some(sighting))?);
        }
        matches.sort_by(|a, b| {
            let rank = |found: &Match| (Reverse(found.signal), found.distance);
            rank(a)
                .cmp(&rank(b))
                .then_with(|| (&a.bank, &a.entry).cmp(&(&b.bank, &b.entry)))
                .then_with(|| (&a.category, &a.tags).cmp(&(&b.category, &b.tags)))
                .then_with(|| (a.frame, a.orientation).cmp(&(b.frame, b.orientation)))
        });
        Ok(matches)
    }
}

fn resolve(
    searcher: &Searcher,
    entry: EntryRef,
    signal: Signal,
    sighting: Option<Sighting>,
) -> Result<Match> {
    let entry = searcher.entry(entry)?;
    Ok(Match {
        bank: entry.bank.to_owned(),
        entry: entry.id.to_owned(),
        signal,
        distance: sighting.map_or(0, |sighting| sighting.distance),
        orientation: sighting.map(|sighting| sighting.orientation),
        prescale: sighting.map_or(Prescale::Tool, |sighting| sighting.prescale),
        view: sighting.and_then(|sighting| sighting.view),
        frame: sighting.map_or(0, |sighting| sighting.frame),
        rendering: sighting.map_or(Rendering::Stored, |sighting| sighting.rendering),
        category: entry.category.map(str::to_owned),
        tags: entry.tags.iter().map(|&tag| tag.to_owned()).collect(),
    })
}

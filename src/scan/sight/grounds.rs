//! From sightings to the grounds of a verdict, by the policies of the banks.

use std::cmp::Reverse;

use super::sightings::{Place, Sighting, Sightings};
use crate::Result;
use crate::hash::{Family, Prescale, Radius, Signal};
use crate::index::{EntryRef, Role, Searcher};
use crate::media::Rendering;
use crate::scan::{Allowed, Harmless, Match};

/// How near is near.
#[derive(Clone, Copy, Debug)]
pub(in crate::scan) struct Bounds {
    /// The greatest distance that is a match, in banks without a radius of their own.
    pub(in crate::scan) radius: Radius,
    /// The greatest distance that is for review.
    pub(in crate::scan) review: Option<Radius>,
}

impl Bounds {
    /// How far the index must be searched.
    pub(in crate::scan) fn search(&self, searcher: &Searcher) -> Radius {
        let widest = searcher.policies().widest(self.radius);
        self.review.map_or(widest, |review| widest.max(review))
    }
}

/// What a file's verdict stands on, each list with the best first.
#[derive(Debug, Default)]
pub(in crate::scan) struct Grounds {
    pub(in crate::scan) matches: Vec<Match>,
    /// Beyond the radius, and not beyond the bound of review.
    pub(in crate::scan) near: Vec<Match>,
    /// What would be a match if an entry of an allow-bank were not at least as near.
    pub(in crate::scan) allowed: Vec<Allowed>,
}

impl Grounds {
    /// The grounds that a file's sightings give. `framed` says that a part of the picture was taken for a
    /// picture of its own.
    ///
    /// # Errors
    /// Those of reading the index.
    pub(in crate::scan) fn of(
        sightings: Sightings,
        searcher: &Searcher,
        bounds: Bounds,
        framed: bool,
    ) -> Result<Self> {
        let mut grounds = Self::default();
        let mut file = None;
        for (signal, entry) in &sightings.digests {
            let known = searcher.entry(*entry)?;
            match searcher.policies().role(known.bank, known.id, bounds.radius) {
                Some((Role::Allow, _)) if file.is_none() => {
                    file = Some(harmless(searcher, *entry, *signal, 0)?);
                }
                Some((Role::Report, _)) => {
                    grounds.matches.push(resolve(searcher, *entry, *signal, None)?);
                }
                _ => {}
            }
        }
        // a file that is known to be harmless is so whatever is in it
        if let Some(by) = &file {
            let silence = |found| Allowed { found, by: by.clone() };
            grounds.allowed.extend(grounds.matches.drain(..).map(silence));
        }
        for (entry, sighting) in sightings.nearest {
            let known = searcher.entry(entry)?;
            let policies = searcher.policies();
            let Some((Role::Report, radius)) = policies.role(known.bank, known.id, bounds.radius)
            else {
                continue;
            };
            let within = sighting.distance <= radius.get();
            if !within && bounds.review.is_none_or(|review| sighting.distance > review.get()) {
                continue;
            }
            let mut found = resolve(searcher, entry, Signal::Pdq, Some(sighting))?;
            let outside = found.view.is_none_or(|view| view.family == Family::Whole);
            found.template_suspect = !within && framed && outside;
            let near_harmless = sightings.harmless.iter().find(|(_, distance, place)| {
                *place == sighting.place && *distance <= sighting.distance
            });
            match (&file, near_harmless) {
                (Some(by), _) => grounds.allowed.push(Allowed { found, by: by.clone() }),
                (None, Some((entry, distance, _))) => {
                    let by = harmless(searcher, *entry, Signal::Pdq, *distance)?;
                    grounds.allowed.push(Allowed { found, by });
                }
                (None, None) if within => grounds.matches.push(found),
                (None, None) => grounds.near.push(found),
            }
        }
        grounds.matches.sort_by(order);
        grounds.near.sort_by(order);
        grounds.allowed.sort_by(|a, b| order(&a.found, &b.found));
        Ok(grounds)
    }

    /// Whether nothing was found that is reported.
    pub(in crate::scan) fn is_empty(&self) -> bool {
        self.matches.is_empty() && self.near.is_empty()
    }
}

/// Digests before PDQ, the strongest digest first, then by distance, bank, entry.
fn order(a: &Match, b: &Match) -> std::cmp::Ordering {
    let rank = |found: &Match| (Reverse(found.signal), found.distance);
    rank(a)
        .cmp(&rank(b))
        .then_with(|| (&a.bank, &a.entry).cmp(&(&b.bank, &b.entry)))
        .then_with(|| (&a.category, &a.tags).cmp(&(&b.category, &b.tags)))
        .then_with(|| (a.frame, a.orientation).cmp(&(b.frame, b.orientation)))
}

fn harmless(
    searcher: &Searcher,
    entry: EntryRef,
    signal: Signal,
    distance: u32,
) -> Result<Harmless> {
    let entry = searcher.entry(entry)?;
    Ok(Harmless { bank: entry.bank.to_owned(), entry: entry.id.to_owned(), signal, distance })
}

fn resolve(
    searcher: &Searcher,
    entry: EntryRef,
    signal: Signal,
    sighting: Option<Sighting>,
) -> Result<Match> {
    let entry = searcher.entry(entry)?;
    let place = sighting.map_or(Place::picture(0, Rendering::Stored), |sighting| sighting.place);
    Ok(Match {
        bank: entry.bank.to_owned(),
        entry: entry.id.to_owned(),
        signal,
        distance: sighting.map_or(0, |sighting| sighting.distance),
        orientation: sighting.map(|sighting| sighting.orientation),
        prescale: sighting.map_or(Prescale::Tool, |sighting| sighting.prescale),
        view: place.view,
        frame: place.frame,
        rendering: place.rendering,
        category: entry.category.map(str::to_owned),
        tags: entry.tags.iter().map(|&tag| tag.to_owned()).collect(),
        template_suspect: false,
        flood: false,
    })
}

//! From what was seen of a file to its finding.

use super::contents::Contents;
use super::examine::Examiner;
use super::reasons::{damaged, too_flat};
use super::sight::{Frames, Grounds};
use super::uri::UriEncoding;
use super::{Accuracy, Finding, Fingerprint, Kind, Media, Verdict};
use crate::Result;
use crate::media::{Declined, Decoded, Format, Reason};

/// What was seen of a file's pictures.
pub(super) struct Looked {
    pub(super) frames: Frames,
    pub(super) decoded: std::result::Result<Decoded, Reason>,
    /// Why a JPEG file was decoded in full.
    pub(super) declined: Option<Declined>,
}

impl Examiner {
    /// The verdict, once everything has been looked up.
    pub(super) fn conclude(
        &mut self,
        name: (String, Option<UriEncoding>),
        contents: &mut Contents<'_>,
        looked: Looked,
    ) -> Result<Finding> {
        let Looked { frames, decoded, declined } = looked;
        let Frames { first, best_quality, sightings, asked, framed, explain, .. } = frames;
        let searcher = &self.eyes.searcher;
        let grounds = Grounds::of(sightings, searcher, self.eyes.bounds, framed)?;
        let decoded = decoded.map(|decoded| self.checked(decoded, contents, declined, &grounds));
        let media = media(contents, decoded.as_ref().ok());
        let reason = match decoded {
            Err(reason) => Some(reason),
            Ok(decoded) => decoded.problem.or_else(|| too_flat(best_quality)),
        };
        let Grounds { matches, near, allowed } = grounds;
        let (verdict, reason) = match (matches.is_empty(), near.is_empty(), reason) {
            (false, ..) => (Verdict::Match, None),
            (true, false, _) => (Verdict::Review, None),
            (true, true, None) => (Verdict::Clear, None),
            (true, true, Some(reason)) => (Verdict::Unjudged, Some(reason)),
        };
        let wanted = verdict != Verdict::Clear || self.eyes.complete || !allowed.is_empty();
        if wanted
            && let Some(Contents { digests, picture: Some(picture), .. }) = Some(&mut *contents)
        {
            digests.add(self.shown, picture);
        }
        let fingerprint = Fingerprint {
            digests: contents.digests,
            pdq: first.map(|(pdq, _)| pdq),
            accuracy: first.map(|(_, accuracy)| accuracy),
        };
        Ok(Finding {
            media: Some(media),
            fingerprint: Some(fingerprint),
            matches,
            near,
            allowed,
            explain: explain.into_rows(),
            declined,
            asked,
            ..Finding::new(name, self.index.clone(), verdict, reason)
        })
    }

    /// Nothing is clear of which some data are missing, wrong or too many, even where the full decoder
    /// makes a picture of it without a word.
    fn checked(
        &mut self,
        mut decoded: Decoded,
        contents: &Contents<'_>,
        declined: Option<Declined>,
        grounds: &Grounds,
    ) -> Decoded {
        let whole = decoded.problem.is_none() && grounds.is_empty();
        if let (true, Ok(Format::Jpeg), Some(picture)) = (whole, &contents.format, contents.bytes())
        {
            let found = match self.eyes.accuracy {
                Accuracy::Full => self.sampler.decode(picture, &self.limits).err(),
                _ => declined,
            };
            decoded.problem = (found == Some(Declined::Damaged)).then(damaged);
        }
        decoded
    }
}

fn media(contents: &Contents<'_>, decoded: Option<&Decoded>) -> Media {
    let format = contents.format.as_ref().ok().copied();
    Media {
        kind: if format.is_some() { Kind::Image } else { Kind::Unknown },
        format: decoded.map(|decoded| decoded.format).or(format),
        width: decoded.map(|decoded| decoded.width),
        height: decoded.map(|decoded| decoded.height),
        bytes: contents.length,
    }
}

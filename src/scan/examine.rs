//! One file, from its bytes to its finding.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::contents::{Buffers, Contents, open};
use super::sightings::Sightings;
use super::uri::{UriEncoding, encode_uri};
use super::{Finding, Fingerprint, Kind, Media, QUALITY_FLOOR, Verdict};
use crate::hash::{Hasher, Pdq, Prescale, Radius};
use crate::index::{Index, Searcher};
use crate::media::{self, Decoded, Frame, Limits, Reason, ReasonCode, Rendering};
use crate::{Error, Result};

/// Examines one file after another against one index; keeps its buffers.
///
/// ```
/// use tutela::index::MemoryIndex;
/// use tutela::scan::{Scan, Verdict};
///
/// let index = MemoryIndex::default().finish()?;
/// let mut examiner = Scan::default().examiner(&index);
/// let finding = examiner.bytes("upload 17", b"GIF89a, cut short")?;
/// assert_eq!(finding.verdict, Verdict::Unjudged);
/// # Ok::<(), tutela::Error>(())
/// ```
#[derive(Debug)]
pub struct Examiner {
    searcher: Searcher,
    index: String,
    limits: Limits,
    radius: Radius,
    hasher: Hasher,
    buffers: Buffers,
}

/// What the frames of a picture told.
#[derive(Default)]
struct Frames {
    first: Option<Pdq>,
    best_quality: Option<u8>,
    sightings: Sightings,
}

impl Examiner {
    pub(super) fn new(index: &Index, limits: Limits, radius: Radius) -> Self {
        Self {
            searcher: index.searcher(),
            index: index.digest().to_owned(),
            limits,
            radius,
            hasher: Hasher::new(),
            buffers: Buffers::default(),
        }
    }

    /// Examines a file. Only regular files are opened; a file that is too large for decoding is
    /// read in pieces for its digests.
    ///
    /// # Errors
    /// Those of reading the index, and [`Error::Cancelled`] if `cancel` was set meanwhile.
    ///
    /// # Panics
    /// On a bug of this crate; make another examiner then, as [`Scan::run`](super::Scan::run) does.
    pub fn file(&mut self, path: &Path, cancel: &AtomicBool) -> Result<Finding> {
        let unreadable =
            |error: io::Error| Reason { code: ReasonCode::Unreadable, detail: error.to_string() };
        let file = match open(path) {
            Ok(Ok(file)) => file,
            Ok(Err(reason)) => return Ok(self.refused(path, reason)),
            Err(error) => return Ok(self.refused(path, unreadable(error))),
        };
        // Some files of /proc state no length and have no end.
        let most = match file.metadata() {
            Ok(metadata) => metadata.len().max(self.limits.max_bytes),
            Err(error) => return Ok(self.refused(path, unreadable(error))),
        };
        let mut buffers = std::mem::take(&mut self.buffers);
        // Not one byte more: such files can be read in units of several bytes only.
        let mut file = file.take(most.saturating_add(4096));
        let read = buffers.read(&mut file, self.limits.max_bytes, cancel)?;
        let finding = match read {
            Ok(contents) if contents.length > most => {
                let detail = format!("it grows while it is read: given up after {most} bytes");
                Ok(self.refused(path, Reason { code: ReasonCode::Unreadable, detail }))
            }
            Ok(contents) => self.judge(encode_uri(path), &contents, cancel),
            Err(error) => Ok(self.refused(path, unreadable(error))),
        };
        self.buffers = buffers;
        finding
    }

    /// Examines a file that is in memory, under any name.
    ///
    /// # Errors
    /// Those of reading the index.
    pub fn bytes(&mut self, name: &str, bytes: &[u8]) -> Result<Finding> {
        let contents = Contents::of(bytes, self.limits.max_bytes);
        let never = AtomicBool::new(false);
        self.judge((name.to_owned(), None), &contents, &never)
    }

    /// The finding of a file that was not examined.
    pub(super) fn refused(&self, path: &Path, reason: Reason) -> Finding {
        let (name, index) = (encode_uri(path), self.index.clone());
        Finding::new(name, index, Verdict::Unjudged, Some(reason))
    }

    fn judge(
        &mut self,
        name: (String, Option<UriEncoding>),
        contents: &Contents<'_>,
        cancel: &AtomicBool,
    ) -> Result<Finding> {
        let mut frames = Frames::default();
        frames.sightings.of_digests(&mut self.searcher, &contents.digests)?;
        let decoded = match (&contents.format, contents.picture) {
            (Err(reason), _) => Err(reason.clone()),
            (Ok(_), Some(picture)) => self.decode(picture, &mut frames, cancel)?,
            (Ok(_), None) => Err(Reason {
                code: ReasonCode::OverLimit,
                detail: format!(
                    "{} bytes, the limit is {}",
                    contents.length, self.limits.max_bytes
                ),
            }),
        };
        let media = media(contents, decoded.as_ref().ok());
        let reason = match decoded {
            Err(reason) => Some(reason),
            Ok(decoded) => decoded.problem.or_else(|| too_flat(frames.best_quality)),
        };
        let matches = frames.sightings.into_matches(&self.searcher)?;
        let (verdict, reason) = match (matches.is_empty(), reason) {
            (false, _) => (Verdict::Match, None),
            (true, None) => (Verdict::Clear, None),
            (true, Some(reason)) => (Verdict::Unjudged, Some(reason)),
        };
        Ok(Finding {
            media: Some(media),
            fingerprint: Some(Fingerprint { digests: contents.digests, pdq: frames.first }),
            matches,
            ..Finding::new(name, self.index.clone(), verdict, reason)
        })
    }

    /// Hashes and looks up each frame. The outer error is the index's, the inner the picture's.
    fn decode(
        &mut self,
        picture: &[u8],
        frames: &mut Frames,
        cancel: &AtomicBool,
    ) -> Result<std::result::Result<Decoded, Reason>> {
        let limits = self.limits.clone();
        let mut stopped = Ok(());
        let mut at_work = false;
        let decoded = media::decode(picture, &limits, &mut |frame| {
            at_work = true;
            stopped = if cancel.load(Ordering::Relaxed) {
                Err(Error::Cancelled)
            } else {
                self.frame(frame, frames)
            };
            at_work = false;
            match stopped {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        });
        // `media` survives panics of decoders. One of ours is passed on: after it, the buffers of
        // the hasher and the searcher could hide a match in the next file.
        assert!(!at_work, "hashing or searching a frame panicked");
        stopped.map(|()| decoded)
    }

    fn frame(&mut self, frame: Frame<'_>, frames: &mut Frames) -> Result<()> {
        let hashes = self.hasher.turned(frame.pixels, Prescale::Tool);
        if frame.number == 0 && frame.rendering == Rendering::Stored {
            frames.first = Some(hashes.original());
        }
        frames.best_quality = frames.best_quality.max(Some(hashes.quality));
        if hashes.quality < QUALITY_FLOOR {
            return Ok(());
        }
        let place = (frame.number, frame.rendering);
        frames.sightings.of_frame(&mut self.searcher, hashes, self.radius, place)
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

fn too_flat(best_quality: Option<u8>) -> Option<Reason> {
    match best_quality {
        None => Some(Reason { code: ReasonCode::Undecodable, detail: "no frame in it".to_owned() }),
        Some(quality) if quality < QUALITY_FLOOR => Some(Reason {
            code: ReasonCode::LowQuality,
            detail: format!(
                "PDQ quality {quality} of 100, below {QUALITY_FLOOR}: too little structure to compare"
            ),
        }),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_quality_at_the_floor_or_above_can_be_clear() {
        assert_eq!(too_flat(None).unwrap().code, ReasonCode::Undecodable);
        for quality in 0..=100 {
            let reason = too_flat(Some(quality));
            assert_eq!(reason.is_some(), quality < 50, "{quality}");
            assert!(reason.is_none_or(|reason| reason.code == ReasonCode::LowQuality));
        }
    }
}

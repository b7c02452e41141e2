//! Files, from their bytes to their findings.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::contents::{Buffers, Contents, open};
use super::frames::{Eyes, Frames};
use super::reasons::{damaged, too_flat};
use super::screen::{Screened, Screening};
use super::uri::{UriEncoding, encode_uri};
use super::{Accuracy, Finding, Fingerprint, Kind, Media, Scan, Verdict};
use crate::hash::{Digests, Effort, Hasher, Screener, Sheet, Signal, Wanted, digest_many};
use crate::index::Index;
use crate::media::{self, Declined, Decoded, Format, Limits, Reason, ReasonCode, SampleDecoder};
use crate::{Error, Result};

/// Bytes of files that are in memory together, if they are several.
const TOGETHER: u64 = 16 << 20;

/// Examines files against one index; keeps its buffers.
///
/// Several files together cost less than one after the other.
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
    eyes: Eyes,
    screening: Screening,
    sampler: SampleDecoder,
    decoder: media::Decoder,
    index: String,
    limits: Limits,
    /// The digests by which an entry can match.
    listed: Wanted,
    /// The digests that a finding shows.
    shown: Wanted,
    buffers: Buffers,
}

/// A file that was read, or the reason why not.
struct Loaded<'a> {
    name: (String, Option<UriEncoding>),
    contents: std::result::Result<Contents<'a>, Reason>,
}

impl Examiner {
    pub(super) fn new(index: &Index, scan: &Scan) -> Self {
        let eyes = Eyes {
            searcher: index.searcher(),
            screener: Screener::new(),
            hasher: Hasher::new(),
            radius: scan.radius,
            accuracy: scan.accuracy,
            effort: scan.effort,
            sheet: Sheet::default(),
            complete: scan.complete,
        };
        Self {
            eyes,
            screening: Screening::default(),
            sampler: SampleDecoder::default(),
            decoder: media::Decoder::default(),
            index: index.digest().to_owned(),
            limits: scan.limits.clone(),
            listed: index.signals().without(Wanted::of(Signal::Pdq)),
            shown: scan.digests.without(Wanted::of(Signal::Pdq)),
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
        let loaded = self.load(path, cancel)?;
        self.judge(vec![loaded], cancel).map(only)
    }

    /// Examines several files. The findings are in their order.
    ///
    /// # Errors
    /// As [`Examiner::file`].
    ///
    /// # Panics
    /// As [`Examiner::file`].
    pub fn files(&mut self, paths: &[PathBuf], cancel: &AtomicBool) -> Result<Vec<Finding>> {
        let mut findings = Vec::with_capacity(paths.len());
        let mut loaded = Vec::new();
        let mut bytes = 0;
        for path in paths {
            let file = self.load(path, cancel)?;
            let picture = file.contents.as_ref().ok().and_then(Contents::bytes);
            bytes += picture.map_or(0, |picture| picture.len() as u64);
            loaded.push(file);
            if bytes > TOGETHER {
                findings.extend(self.judge(std::mem::take(&mut loaded), cancel)?);
                bytes = 0;
            }
        }
        findings.extend(self.judge(loaded, cancel)?);
        Ok(findings)
    }

    /// Examines a file that is in memory, under any name.
    ///
    /// # Errors
    /// Those of reading the index.
    pub fn bytes(&mut self, name: &str, bytes: &[u8]) -> Result<Finding> {
        self.many(&[(name, bytes)]).map(only)
    }

    /// Examines files that are in memory, under any names. The findings are in their order.
    ///
    /// # Errors
    /// Those of reading the index.
    pub fn many(&mut self, files: &[(&str, &[u8])]) -> Result<Vec<Finding>> {
        let wanted = self.listed.union(self.shown);
        let loaded = files.iter().map(|(name, bytes)| Loaded {
            name: ((*name).to_owned(), None),
            contents: Ok(Contents::of(bytes, self.limits.max_bytes, wanted)),
        });
        let loaded = loaded.collect();
        self.judge(loaded, &AtomicBool::new(false))
    }

    /// The finding of a file that was not examined.
    pub(super) fn refused(&self, path: &Path, reason: Reason) -> Finding {
        let (name, index) = (encode_uri(path), self.index.clone());
        Finding::new(name, index, Verdict::Unjudged, Some(reason))
    }

    fn load(&mut self, path: &Path, cancel: &AtomicBool) -> Result<Loaded<'static>> {
        let unreadable =
            |error: io::Error| Reason { code: ReasonCode::Unreadable, detail: error.to_string() };
        let name = encode_uri(path);
        let file = match open(path) {
            Ok(Ok(file)) => file,
            Ok(Err(reason)) => return Ok(Loaded { name, contents: Err(reason) }),
            Err(error) => return Ok(Loaded { name, contents: Err(unreadable(error)) }),
        };
        // Some files of /proc state no length and have no end.
        let most = match file.metadata() {
            Ok(metadata) => metadata.len().max(self.limits.max_bytes),
            Err(error) => return Ok(Loaded { name, contents: Err(unreadable(error)) }),
        };
        // Not one byte more: such files can be read in units of several bytes only.
        let mut file = file.take(most.saturating_add(4096));
        let wanted = self.listed.union(self.shown);
        let contents = match self.buffers.read(&mut file, self.limits.max_bytes, wanted, cancel)? {
            Ok(contents) if contents.length > most => {
                let detail = format!("it grows while it is read: given up after {most} bytes");
                Err(Reason { code: ReasonCode::Unreadable, detail })
            }
            Ok(contents) => Ok(contents),
            Err(error) => Err(unreadable(error)),
        };
        Ok(Loaded { name, contents })
    }

    /// Judges files that were read, each by itself; what can be computed together is.
    fn judge(&mut self, mut files: Vec<Loaded<'_>>, cancel: &AtomicBool) -> Result<Vec<Finding>> {
        digest(&mut files, self.listed);
        let mut screened = self.screen(&files)?.into_iter();
        let mut findings = Vec::with_capacity(files.len());
        for Loaded { name, contents } in files {
            let finding = match contents {
                Ok(contents) => {
                    let screened = match contents.format {
                        Ok(Format::Jpeg) if contents.picture.is_some() => screened.next(),
                        _ => None,
                    };
                    let screened = screened.unwrap_or(Screened::Unsure);
                    let mut contents = contents;
                    let finding = self.decide(name, &mut contents, screened, cancel)?;
                    self.buffers.reuse(contents);
                    finding
                }
                Err(reason) => {
                    Finding::new(name, self.index.clone(), Verdict::Unjudged, Some(reason))
                }
            };
            findings.push(finding);
        }
        Ok(findings)
    }

    /// Screens the JPEG files among these, in their order.
    fn screen(&mut self, files: &[Loaded<'_>]) -> Result<Vec<Screened>> {
        let jpegs = files.iter().filter_map(|file| {
            let contents = file.contents.as_ref().ok()?;
            contents.bytes().filter(|_| contents.format == Ok(Format::Jpeg))
        });
        let jpegs: Vec<&[u8]> = jpegs.collect();
        let mut screened = vec![Screened::Unsure; jpegs.len()];
        let plain = self.eyes.effort == Effort::Plain;
        if self.eyes.accuracy == Accuracy::Screen && !self.eyes.complete && plain {
            let Eyes { screener, searcher, radius, .. } = &mut self.eyes;
            let with = (screener, searcher);
            self.screening.screen(&jpegs, &self.limits, *radius, with, &mut screened)?;
        }
        Ok(screened)
    }

    fn decide(
        &mut self,
        name: (String, Option<UriEncoding>),
        contents: &mut Contents<'_>,
        screened: Screened,
        cancel: &AtomicBool,
    ) -> Result<Finding> {
        let mut frames = Frames::default();
        frames.sightings.of_digests(&mut self.eyes.searcher, &contents.digests)?;
        let mut declined = None;
        let decoded = match (&contents.format, contents.bytes(), screened) {
            (Err(reason), ..) => Err(reason.clone()),
            (Ok(_), None, _) => Err(Reason {
                code: ReasonCode::OverLimit,
                detail: format!(
                    "{} bytes, the limit is {}",
                    contents.length, self.limits.max_bytes
                ),
            }),
            (Ok(_), Some(_), Screened::Clear(seen)) if frames.sightings.is_empty() => {
                frames.first = Some((seen.pdq, Accuracy::Screen));
                frames.best_quality = Some(seen.pdq.quality);
                Ok(still(seen.width, seen.height))
            }
            (Ok(Format::Jpeg), Some(picture), _) if self.eyes.accuracy != Accuracy::Full => {
                match self.sampler.decode(picture, &self.limits) {
                    Ok(luma) => {
                        self.eyes.sampled(&luma, &mut frames)?;
                        Ok(still(luma.width() as u32, luma.height() as u32))
                    }
                    Err(reason) => {
                        declined = Some(reason);
                        self.decode(picture, &mut frames, cancel)?
                    }
                }
            }
            (Ok(_), Some(picture), _) => self.decode(picture, &mut frames, cancel)?,
        };
        let decoded = self.checked(decoded, contents, declined, &frames);
        let media = media(contents, decoded.as_ref().ok());
        let reason = match decoded {
            Err(reason) => Some(reason),
            Ok(decoded) => decoded.problem.or_else(|| too_flat(frames.best_quality)),
        };
        let first = frames.first;
        let matches = frames.sightings.into_matches(&self.eyes.searcher)?;
        let (verdict, reason) = match (matches.is_empty(), reason) {
            (false, _) => (Verdict::Match, None),
            (true, None) => (Verdict::Clear, None),
            (true, Some(reason)) => (Verdict::Unjudged, Some(reason)),
        };
        if (verdict != Verdict::Clear || self.eyes.complete)
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
            declined,
            ..Finding::new(name, self.index.clone(), verdict, reason)
        })
    }

    /// Nothing is clear of which some data are missing, wrong or too many, even where the full decoder
    /// makes a picture of it without a word.
    fn checked(
        &mut self,
        decoded: std::result::Result<Decoded, Reason>,
        contents: &Contents<'_>,
        declined: Option<Declined>,
        frames: &Frames,
    ) -> std::result::Result<Decoded, Reason> {
        let mut decoded = decoded?;
        let whole = decoded.problem.is_none() && frames.sightings.is_empty();
        if let (true, Ok(Format::Jpeg), Some(picture)) = (whole, &contents.format, contents.bytes())
        {
            let found = match self.eyes.accuracy {
                Accuracy::Full => self.sampler.decode(picture, &self.limits).err(),
                _ => declined,
            };
            decoded.problem = (found == Some(Declined::Damaged)).then(damaged);
        }
        Ok(decoded)
    }

    /// Hashes and looks up each frame. The outer error is the index's, the inner the picture's.
    fn decode(
        &mut self,
        picture: &[u8],
        frames: &mut Frames,
        cancel: &AtomicBool,
    ) -> Result<std::result::Result<Decoded, Reason>> {
        let mut stopped = Ok(());
        let mut at_work = false;
        let eyes = &mut self.eyes;
        let decoded = self.decoder.decode(picture, &self.limits, &mut |frame| {
            at_work = true;
            stopped = if cancel.load(Ordering::Relaxed) {
                Err(Error::Cancelled)
            } else {
                eyes.decoded(frame, frames)
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
}

/// Computes the digests of those pictures that are in memory.
fn digest(files: &mut [Loaded<'_>], wanted: Wanted) {
    if wanted.is_empty() {
        return;
    }
    let contents = files.iter_mut().filter_map(|file| file.contents.as_mut().ok());
    let mut contents: Vec<_> = contents.filter(|contents| contents.picture.is_some()).collect();
    let mut digests = vec![Digests::default(); contents.len()];
    let pictures: Vec<&[u8]> = contents.iter().filter_map(|contents| contents.bytes()).collect();
    digest_many(&pictures, wanted, &mut digests);
    for (contents, digests) in contents.iter_mut().zip(digests) {
        contents.digests = digests;
    }
}

/// A JPEG file that was examined to its end.
fn still(width: u32, height: u32) -> Decoded {
    Decoded { format: Format::Jpeg, width, height, frames: 1, problem: None }
}

/// The finding of a single file.
fn only(findings: Vec<Finding>) -> Finding {
    findings.into_iter().next().expect("a finding for each file")
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

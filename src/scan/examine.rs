//! Files, from their bytes to their findings.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::conclude::Looked;
use super::contents::{Buffers, Contents, open};
use super::reasons::too_long;
use super::sight::{Bounds, Eyes, Frames, Screened, Screening, Views};
use super::uri::{UriEncoding, encode_uri};
use super::{Accuracy, Finding, Scan, Verdict};
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
    pub(super) eyes: Eyes,
    screening: Screening,
    pub(super) sampler: SampleDecoder,
    decoder: media::Decoder,
    pub(super) index: String,
    pub(super) limits: Limits,
    /// The digests by which an entry can match.
    listed: Wanted,
    /// The digests that a finding shows.
    pub(super) shown: Wanted,
    buffers: Buffers,
}

/// A file that was read, or the reason why not.
struct Loaded<'a> {
    name: (String, Option<UriEncoding>),
    contents: std::result::Result<Contents<'a>, Reason>,
}

impl Examiner {
    pub(super) fn new(index: &Index, scan: &Scan) -> Self {
        let searcher = index.searcher();
        let bounds = Bounds { radius: scan.radius, review: scan.review };
        let eyes = Eyes {
            search: bounds.search(&searcher),
            bounds,
            searcher,
            screener: Screener::new(),
            hasher: Hasher::new(),
            accuracy: scan.accuracy,
            effort: scan.effort,
            sheet: Sheet::default(),
            complete: scan.complete || scan.explain,
            explain: scan.explain,
            views: Views::default(),
        };
        Self {
            eyes,
            screening: Screening::new(scan.effort),
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
        // what an error left there
        self.eyes.views.clear();
        let screened = self.screen(&files)?;
        let mut looked = Vec::with_capacity(files.len());
        for (number, (file, screened)) in files.iter().zip(screened).enumerate() {
            looked.push(match &file.contents {
                Ok(contents) => Some(self.look(number, contents, screened, cancel)?),
                Err(_) => None,
            });
        }
        let Eyes { views, searcher, search, bounds, .. } = &mut self.eyes;
        views.search(searcher, *search)?;
        let sightings =
            looked.iter_mut().map(|looked| Some(&mut looked.as_mut()?.frames.sightings));
        views.hand_over(searcher, bounds.radius, &mut sightings.collect::<Vec<_>>())?;
        let mut findings = Vec::with_capacity(files.len());
        for (Loaded { name, contents }, looked) in files.into_iter().zip(looked) {
            findings.push(match (contents, looked) {
                (Ok(mut contents), Some(mut looked)) => {
                    self.exactly(&contents, &mut looked, cancel)?;
                    let finding = self.conclude(name, &mut contents, looked)?;
                    self.buffers.reuse(contents);
                    finding
                }
                (contents, _) => {
                    let verdict = Verdict::Unjudged;
                    Finding::new(name, self.index.clone(), verdict, contents.err())
                }
            });
        }
        Ok(findings)
    }

    /// Screens the JPEG files among these; the others are as if it had told nothing.
    fn screen(&mut self, files: &[Loaded<'_>]) -> Result<Vec<Screened>> {
        let mut screened = Vec::new();
        screened.resize_with(files.len(), Screened::default);
        let views = self.eyes.effort > Effort::Plain;
        if self.eyes.accuracy != Accuracy::Screen || self.eyes.complete && !views {
            return Ok(screened);
        }
        let jpegs = files.iter().enumerate().filter_map(|(number, file)| {
            let contents = file.contents.as_ref().ok()?;
            let jpeg = contents.format == Ok(Format::Jpeg);
            contents.bytes().filter(|_| jpeg).map(|bytes| (number, bytes))
        });
        let jpegs: Vec<_> = jpegs.collect();
        let mut told = Vec::new();
        told.resize_with(jpegs.len(), Screened::default);
        self.screening.screen(&jpegs, &self.limits, &mut self.eyes, &mut told)?;
        for ((number, _), told) in jpegs.into_iter().zip(told) {
            screened[number] = told;
        }
        Ok(screened)
    }

    /// Looks at the pictures of a file.
    fn look(
        &mut self,
        number: usize,
        contents: &Contents<'_>,
        screened: Screened,
        cancel: &AtomicBool,
    ) -> Result<Looked> {
        let Screened { clear, views } = screened;
        let mut frames = views.unwrap_or_else(|| Frames::of(number));
        frames.sightings.of_digests(&mut self.eyes.searcher, &contents.digests)?;
        let mut declined = None;
        let decoded = match (&contents.format, contents.bytes(), clear) {
            (Err(reason), ..) => Err(reason.clone()),
            (Ok(_), None, _) => Err(too_long(contents.length, self.limits.max_bytes)),
            (Ok(_), Some(_), Some(clear)) if frames.sightings.is_empty() => {
                frames.first = Some((clear.pdq, Accuracy::Screen));
                frames.best_quality = Some(clear.pdq.quality);
                frames.asked += clear.asked;
                Ok(still(clear.width, clear.height))
            }
            (Ok(Format::Jpeg), Some(picture), _) if self.eyes.accuracy != Accuracy::Full => {
                let (decoded, why) = self.sampled(picture, &mut frames, cancel)?;
                declined = why;
                decoded
            }
            (Ok(_), Some(picture), _) => self.decode(picture, &mut frames, cancel)?,
        };
        Ok(Looked { frames, decoded, declined })
    }

    /// Hashes a JPEG file at the pixels that the reference samples, and where it is declined there, why,
    /// decoded in full. The outer error is the index's, the inner the picture's.
    fn sampled(
        &mut self,
        picture: &[u8],
        frames: &mut Frames,
        cancel: &AtomicBool,
    ) -> Result<(std::result::Result<Decoded, Reason>, Option<Declined>)> {
        match self.sampler.decode(picture, &self.limits) {
            Ok(luma) => {
                self.eyes.sampled(&luma, frames)?;
                Ok((Ok(still(luma.width() as u32, luma.height() as u32)), None))
            }
            Err(declined) => Ok((self.decode(picture, frames, cancel)?, Some(declined))),
        }
    }

    /// Hashes a picture as exactly as a match must be, of which only views were until now.
    fn exactly(
        &mut self,
        contents: &Contents<'_>,
        looked: &mut Looked,
        cancel: &AtomicBool,
    ) -> Result<()> {
        let screened = matches!(looked.frames.first, Some((_, Accuracy::Screen)));
        if let (true, Some(picture)) = (screened, contents.bytes())
            && !looked.frames.sightings.is_empty()
        {
            (looked.decoded, looked.declined) =
                self.sampled(picture, &mut looked.frames, cancel)?;
        }
        Ok(())
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

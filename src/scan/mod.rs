//! Files and folders in, findings out: walks the sources, examines each file once on one of several
//! threads, and reports every one of them.
//!
//! Three verdicts and never silence: what cannot be examined is [`Verdict::Unjudged`] with its
//! reason, and [`Summary::check`] holds each run to that. Nothing here prints, and a listed hash
//! never leaves the index.

mod accuracy;
mod chance;
mod conclude;
mod contents;
mod examine;
mod finding;
mod flood;
mod groups;
mod lists;
mod ordered;
mod reasons;
mod sight;
mod summary;
mod uri;
mod walk;

use std::num::{NonZeroU64, NonZeroUsize};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::available_parallelism;
use std::time::Instant;

pub use accuracy::Accuracy;
pub use chance::accidental;
pub use examine::Examiner;
pub use finding::{
    Allowed, Finding, Fingerprint, Harmless, Kind, Match, Media, Nearest, Seen, Verdict,
};
pub use flood::Flood;
pub use lists::{Floor, entry_id, load_banks, load_lists};
pub use summary::Summary;
pub use uri::{UriEncoding, decode_uri, encode_uri};
pub use walk::count;

use crate::hash::{Effort, Radius, Wanted};
use crate::index::Index;
use crate::media::{Limits, Reason, ReasonCode};
use crate::{Error, Result};
use flood::Floods;
use groups::Groups;
use walk::{Item, Walk};

/// The least PDQ quality at which a hash is matched, as its authors recommend: below it, pictures
/// that have nothing in common can be near to each other.
pub const QUALITY_FLOOR: u8 = 50;

/// The greatest distance that can be for review: beyond it, pictures that only resemble each other in
/// their layout come in.
pub const MOST_REVIEW: Radius = match Radius::new(48) {
    Some(radius) => radius,
    None => Radius::EXACT,
};

/// So many different files of one scan match an entry by error of the list rather than by chance or spread.
const FLOOD: NonZeroU64 = match NonZeroU64::new(1000) {
    Some(files) => files,
    None => NonZeroU64::MIN,
};

/// How to scan. Memory is bounded by `threads * (limits.max_bytes + limits.max_memory)`.
///
/// ```
/// use std::ops::ControlFlow;
/// use std::sync::atomic::AtomicBool;
/// use tutela::index::MemoryIndex;
/// use tutela::scan::{Scan, Verdict};
///
/// let index = MemoryIndex::default().finish()?;
/// let sources = ["Cargo.toml".into()];
/// let summary = Scan::default().run(
///     &index,
///     &sources,
///     &AtomicBool::new(false),
///     &|_bytes| {},
///     &mut |finding| {
///         assert_eq!(finding.verdict, Verdict::Unjudged); // no picture
///         ControlFlow::Continue(())
///     },
/// )?;
/// assert_eq!((summary.files, summary.unjudged), (1, 1));
/// # Ok::<(), tutela::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Scan {
    /// Files examined at once. By default, as many as the machine has cores.
    pub threads: NonZeroUsize,
    /// What one file may cost.
    pub limits: Limits,
    /// The greatest PDQ distance that is a match.
    pub radius: Radius,
    /// The greatest PDQ distance that is for review, beyond the radius: at most [`MOST_REVIEW`]. `None`
    /// for no such tier. A bank's own radius comes before it.
    pub review: Option<Radius>,
    /// How exactly pictures are hashed. The verdicts do not depend on it, only the cost.
    pub accuracy: Accuracy,
    /// How many views are taken of each picture. More views find more copies that were framed, cut,
    /// mounted or inverted, and cost more; each finds all that the lesser ones find.
    pub effort: Effort,
    /// Whether findings of [`Verdict::Clear`] have fingerprints as exact and as complete as the
    /// others. If not, they have what it took to clear the file.
    pub complete: bool,
    /// Whether findings say how near each family of views came to any entry. Every hash is compared with
    /// every entry then, which is slow.
    pub explain: bool,
    /// How many different files an entry may match before its matches are marked as a flood.
    pub flood: NonZeroU64,
    /// The digests that fingerprints have: by default all. Those that the index lists are computed in
    /// any case.
    pub digests: Wanted,
}

impl Default for Scan {
    fn default() -> Self {
        Self {
            threads: available_parallelism().unwrap_or(NonZeroUsize::MIN),
            limits: Limits::default(),
            radius: Radius::default(),
            review: None,
            accuracy: Accuracy::default(),
            effort: Effort::default(),
            complete: false,
            explain: false,
            flood: FLOOD,
            digests: Wanted::DIGESTS,
        }
    }
}

impl Scan {
    /// Examines all files of the sources and hands each finding to `sink`, in the order of the
    /// walk, whatever the number of threads.
    ///
    /// `progress` is called by the threads as soon as a file is done, with its bytes. Setting
    /// `cancel`, or a `Break` from `sink`, ends the scan early; what was reported until then is in
    /// the summary, which says that it was cancelled.
    ///
    /// # Errors
    /// Those of reading the index, and of starting a thread. A file never causes one.
    ///
    /// # Panics
    /// If the summary does not add up, which is a bug of this crate.
    pub fn run(
        &self,
        index: &Index,
        sources: &[PathBuf],
        cancel: &AtomicBool,
        progress: &(dyn Fn(u64) + Sync),
        sink: &mut dyn FnMut(&Finding) -> ControlFlow<()>,
    ) -> Result<Summary> {
        let start = Instant::now();
        let mut walk = Walk::new(sources);
        let mut summary = Summary::default();
        let mut floods = Floods::new(self.flood);
        let mut fatal = None;
        let mut given_up = 0;
        let items = walk.by_ref().take_while(|_| !cancel.load(Ordering::Relaxed));
        let ran = ordered::map(
            Groups::new(items, self.threads.get()),
            self.threads,
            || {
                let mut examiner = self.examiner(index);
                move |group| self.examine(&mut examiner, index, group, cancel, progress)
            },
            |outcome| match outcome {
                Ok(mut finding) => {
                    floods.watch(&mut finding);
                    summary.record(&finding);
                    sink(&finding)
                }
                Err(Error::Cancelled) => {
                    given_up += 1;
                    ControlFlow::Continue(())
                }
                Err(error) => {
                    given_up += 1;
                    fatal = Some(error);
                    ControlFlow::Break(())
                }
            },
        )
        .map_err(Error::io(
            "start threads to scan",
            sources.first().cloned().unwrap_or_default(),
        ))?;
        if let Some(error) = fatal {
            return Err(error);
        }
        // Counted where files are taken, not where verdicts are, so that the check means something.
        summary.files = ran.taken - ran.dropped - given_up;
        summary.links = walk.links();
        summary.cancelled = ran.stopped || cancel.load(Ordering::Relaxed);
        summary.floods = floods.into_list();
        summary.expect(index, self);
        summary.finish(start.elapsed());
        summary.check();
        Ok(summary)
    }

    /// What examines files with these options: one a thread.
    pub fn examiner(&self, index: &Index) -> Examiner {
        Examiner::new(index, self)
    }

    /// A group of files; a panic costs one its verdict, not the scan.
    fn examine(
        &self,
        examiner: &mut Examiner,
        index: &Index,
        group: Vec<Item>,
        cancel: &AtomicBool,
        progress: &dyn Fn(u64),
    ) -> Vec<Result<Finding>> {
        let file = |item: &Item| match item {
            Item::File(path) => Some(path.clone()),
            Item::Refused(..) => None,
        };
        let paths: Vec<_> = group.iter().filter_map(file).collect();
        let mut together = match survive(examiner, |examiner| examiner.files(&paths, cancel)) {
            Ok(Ok(findings)) => findings.into_iter(),
            Ok(Err(error)) => {
                let others = group.iter().skip(1).map(|_| Err(Error::Cancelled));
                return std::iter::once(Err(error)).chain(others).collect();
            }
            // The fault is in one of them: by itself, each shows whether it is that one.
            Err(_) => {
                *examiner = self.examiner(index);
                Vec::new().into_iter()
            }
        };
        let mut outcomes = Vec::with_capacity(group.len());
        for item in group {
            let outcome = match item {
                Item::Refused(path, reason) => Ok(examiner.refused(&path, reason)),
                Item::File(path) => match together.next() {
                    Some(finding) => Ok(finding),
                    None => survive(examiner, |examiner| examiner.file(&path, cancel))
                        .unwrap_or_else(|reason| {
                            *examiner = self.examiner(index);
                            Ok(examiner.refused(&path, reason))
                        }),
                },
            };
            progress(outcome.as_ref().map_or(0, Finding::bytes));
            outcomes.push(outcome);
        }
        outcomes
    }
}

/// Turns a panic into a reason.
fn survive<E, T>(
    examiner: &mut E,
    work: impl FnOnce(&mut E) -> T,
) -> std::result::Result<T, Reason> {
    catch_unwind(AssertUnwindSafe(|| work(examiner))).map_err(|_| Reason {
        code: ReasonCode::Undecodable,
        detail: "internal error: examining it panicked (please report this)".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_while_examining_becomes_a_reason() {
        let outcome = survive(&mut (), |()| panic!("a decoder's bug"));
        let reason: Reason = outcome.map(|(): ()| ()).unwrap_err();
        assert_eq!(reason.code, ReasonCode::Undecodable);
        assert!(reason.detail.contains("internal error"), "{reason:?}");
    }

    #[test]
    fn options_and_examiners_can_cross_threads() {
        fn crosses<T: Send>() {}
        crosses::<Scan>();
        crosses::<Examiner>();
        crosses::<Finding>();
    }
}

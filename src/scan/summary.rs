//! What a whole scan came to.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Accuracy, Finding, Flood, Scan, Verdict, accidental};
use crate::index::Index;
use crate::media::{Declined, ReasonCode};

/// Counts of a scan. `files` is `matched + review + clear + unjudged`, always.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Files seen, each of which has a finding.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Files that match an entry.
    pub matched: u64,
    /// Files that match none, but are near enough to one for a person to look.
    pub review: u64,
    /// Files examined that match none.
    pub clear: u64,
    /// Files that could not be judged.
    pub unjudged: u64,
    /// The unjudged by reason.
    pub reasons: BTreeMap<ReasonCode, u64>,
    /// Files that match an entry of this bank; a file can match several.
    pub banks: BTreeMap<String, u64>,
    /// Files of which an allow-bank silenced something.
    pub allowed: u64,
    /// Entries that match so many different files that they may be wrong.
    pub floods: Vec<Flood>,
    /// PDQ hashes that the index was asked about, those of views and of all orientations included.
    pub asked: u64,
    /// How many matches of strangers chance may bring in a scan like this, of so many hashes, against so
    /// many entries, at this radius: see [`accidental`].
    pub accidental: f64,
    /// The same for what is for review.
    pub accidental_review: f64,
    /// Files that have a PDQ hash, by how exact it is. With [`Accuracy::Screen`], these are the ones
    /// that needed no more.
    pub accuracy: BTreeMap<Accuracy, u64>,
    /// JPEG files that had to be decoded in full, by reason.
    pub declined: BTreeMap<Declined, u64>,
    /// Symbolic links not followed because their targets are inside the sources.
    pub links: u64,
    /// Seconds taken.
    pub seconds: f64,
    /// Files a second.
    pub files_per_second: f64,
    /// Whether the scan was stopped before its end: files not seen have no finding.
    pub cancelled: bool,
}

impl Summary {
    pub(super) fn record(&mut self, finding: &Finding) {
        self.bytes += finding.bytes();
        match finding.verdict {
            Verdict::Match => self.matched += 1,
            Verdict::Review => self.review += 1,
            Verdict::Clear => self.clear += 1,
            Verdict::Unjudged => self.unjudged += 1,
        }
        self.asked += finding.asked;
        self.allowed += u64::from(!finding.allowed.is_empty());
        if let Some(reason) = &finding.reason {
            *self.reasons.entry(reason.code).or_default() += 1;
        }
        if let Some(accuracy) = finding.fingerprint.as_ref().and_then(|known| known.accuracy) {
            *self.accuracy.entry(accuracy).or_default() += 1;
        }
        if let Some(declined) = finding.declined {
            *self.declined.entry(declined).or_default() += 1;
        }
        let banks: BTreeSet<_> = finding.matches.iter().map(|found| &found.bank).collect();
        for bank in banks {
            match self.banks.get_mut(bank) {
                Some(count) => *count += 1,
                None => {
                    self.banks.insert(bank.clone(), 1);
                }
            }
        }
    }

    /// Says what chance may bring, once all files are counted.
    pub(super) fn expect(&mut self, index: &Index, scan: &Scan) {
        let pairs = self.asked as f64 * index.pdq_count() as f64;
        let widest = index.policies().widest(scan.radius);
        self.accidental = pairs * accidental(widest);
        let review = scan.review.filter(|review| *review > widest);
        self.accidental_review = review.map_or(0.0, |review| pairs * accidental(review));
    }

    pub(super) fn finish(&mut self, elapsed: Duration) {
        self.seconds = elapsed.as_secs_f64();
        self.files_per_second =
            if self.seconds > 0.0 { self.files as f64 / self.seconds } else { 0.0 };
    }

    /// Holds the counts to their identity, in every build: no file is lost without a word.
    ///
    /// # Panics
    /// If they do not add up.
    pub fn check(&self) {
        let judged = self.matched + self.review + self.clear + self.unjudged;
        assert_eq!(self.files, judged, "files seen and findings differ: {self:?}");
        let reasons: u64 = self.reasons.values().sum();
        assert_eq!(self.unjudged, reasons, "unjudged files and reasons differ: {self:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{Prescale, Signal};
    use crate::media::{Reason, Rendering};
    use crate::scan::Match;

    fn finding(verdict: Verdict, banks: &[&str]) -> Finding {
        let reason = Reason { code: ReasonCode::Unreadable, detail: String::new() };
        let reason = (verdict == Verdict::Unjudged).then_some(reason);
        let mut finding = Finding::new(Default::default(), String::new(), verdict, reason);
        finding.matches = banks
            .iter()
            .map(|&bank| Match {
                bank: bank.into(),
                entry: String::new(),
                signal: Signal::Md5,
                distance: 0,
                orientation: None,
                prescale: Prescale::Tool,
                view: None,
                frame: 0,
                rendering: Rendering::Stored,
                category: None,
                tags: Vec::new(),
                template_suspect: false,
                flood: false,
            })
            .collect();
        finding
    }

    #[test]
    fn files_are_counted_once_a_bank() {
        let mut summary = Summary::default();
        summary.record(&finding(Verdict::Match, &["a", "a", "b"]));
        summary.record(&finding(Verdict::Match, &["b"]));
        summary.record(&finding(Verdict::Clear, &[]));
        summary.record(&finding(Verdict::Unjudged, &[]));
        summary.record(&finding(Verdict::Review, &[]));
        summary.files = 5;
        summary.finish(Duration::from_secs(2));
        summary.check();
        assert_eq!(
            (summary.matched, summary.review, summary.clear, summary.unjudged),
            (2, 1, 1, 1)
        );
        assert_eq!(summary.banks, [("a".into(), 1), ("b".into(), 2)].into());
        assert_eq!(summary.reasons, [(ReasonCode::Unreadable, 1)].into());
        assert_eq!(summary.files_per_second, 2.5);
    }

    #[test]
    #[should_panic(expected = "files seen and findings differ")]
    fn a_file_without_a_finding_is_noticed() {
        let mut summary = Summary::default();
        summary.record(&finding(Verdict::Clear, &[]));
        summary.files = 2;
        summary.check();
    }

    #[test]
    #[should_panic(expected = "unjudged files and reasons differ")]
    fn an_unjudged_file_without_a_reason_is_noticed() {
        let mut summary = Summary::default();
        let mut finding = finding(Verdict::Unjudged, &[]);
        finding.reason = None;
        summary.record(&finding);
        summary.files = 1;
        summary.check();
    }
}

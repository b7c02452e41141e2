//! A set of signals: what is to be computed.

use super::Signal;

/// A set of signals. Functions that make digests leave [`Signal::Pdq`] to the hasher.
///
/// ```
/// use tutela::hash::{Signal, Wanted};
///
/// let mut wanted = Wanted::of(Signal::Md5);
/// wanted.insert(Signal::Sha256);
/// assert!(wanted.contains(Signal::Sha256) && !wanted.contains(Signal::Sha1));
/// assert_eq!(Wanted::ALL.without(wanted), Wanted::of(Signal::Pdq).with(Signal::Sha1));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Wanted(u8);

impl Wanted {
    /// No signal.
    pub const NONE: Self = Self(0);
    /// MD5, SHA-1 and SHA-256.
    pub const DIGESTS: Self = Self::of(Signal::Md5).with(Signal::Sha1).with(Signal::Sha256);
    /// Every signal.
    pub const ALL: Self = Self::DIGESTS.with(Signal::Pdq);

    /// This signal alone.
    pub const fn of(signal: Signal) -> Self {
        Self(1 << signal as u8)
    }

    /// These and one more.
    #[must_use]
    pub const fn with(self, signal: Signal) -> Self {
        Self(self.0 | Self::of(signal).0)
    }

    /// These and those.
    #[must_use]
    pub const fn union(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Those of these that are not in `others`.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Adds a signal.
    pub const fn insert(&mut self, signal: Signal) {
        self.0 |= Self::of(signal).0;
    }

    /// Whether the signal is among them.
    pub const fn contains(self, signal: Signal) -> bool {
        self.0 & Self::of(signal).0 != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The signals, in the order of [`Signal::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Signal> {
        Signal::ALL.into_iter().filter(move |&signal| self.contains(signal))
    }
}

impl FromIterator<Signal> for Wanted {
    fn from_iter<I: IntoIterator<Item = Signal>>(signals: I) -> Self {
        signals.into_iter().fold(Self::NONE, Self::with)
    }
}

impl std::fmt::Debug for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        for bits in 0..16_u8 {
            let signals: Vec<Signal> =
                Signal::ALL.into_iter().filter(|&signal| bits >> signal as u8 & 1 == 1).collect();
            let set: Wanted = signals.iter().copied().collect();
            assert_eq!(set.iter().collect::<Vec<_>>(), signals);
            assert_eq!(set.is_empty(), signals.is_empty());
            assert_eq!(Wanted::ALL.without(set).iter().count(), 4 - signals.len());
            assert!(signals.iter().all(|&signal| set.contains(signal)));
        }
        assert_eq!(Wanted::DIGESTS, Wanted::ALL.without(Wanted::of(Signal::Pdq)));
        assert_eq!(format!("{:?}", Wanted::of(Signal::Sha1)), "{Sha1}");
    }
}

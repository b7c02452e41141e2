//! Distance kernels: the innermost loops of every search, by instruction set, chosen at run time.
//!
//! Two questions are answered here and nowhere else: which of these 256-bit hashes are near a query
//! ([`Kernel::scan`]), and which of these 16-bit words are ([`Kernel::filter`], the ring filter of
//! the tables). Every kernel gives exactly what [`portable`] gives, in the same order; a conformance
//! kit in this folder holds all of them to that.
//!
//! The intrinsics' `unsafe` lives in this folder alone.

mod portable;
mod prefetch;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(test)]
mod conformance;
#[cfg(target_arch = "aarch64")]
mod neon;

pub(crate) use prefetch::prefetch;

/// A hash within the radius of a query: its row and its distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Near {
    /// Its number in the slice that was scanned.
    pub row: u32,
    /// Bits in which it differs.
    pub distance: u32,
}

/// A run of 16-bit words to be filtered against one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Probe {
    /// The run's first word.
    pub start: u32,
    /// Its length in words.
    pub len: u32,
    /// What the words are compared with.
    pub word: u16,
    /// The most bits in which a word may differ and still pass.
    pub limit: u16,
    /// Whose probe it is; comes back with each word that passes.
    pub tag: u32,
}

/// A word that passed a [`Probe`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Its place in the slice of words.
    pub position: u32,
    /// The probe's tag.
    pub tag: u32,
}

/// A distance implementation that this processor is known to support.
///
/// The field is private and only [`Kernel::available`] fills it, after asking the processor, so
/// holding a `Kernel` is the proof that its code may run here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel(Isa);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Isa {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Kernel {
    /// Every kernel of this processor, slowest first. The portable one is always there.
    pub fn available() -> impl DoubleEndedIterator<Item = Self> {
        let found = [
            Some(Isa::Portable),
            #[cfg(target_arch = "x86_64")]
            avx2::is_available().then_some(Isa::Avx2),
            #[cfg(target_arch = "x86_64")]
            avx512::is_available().then_some(Isa::Avx512),
            #[cfg(target_arch = "aarch64")]
            Some(Isa::Neon),
        ];
        found.into_iter().flatten().map(Self)
    }

    /// The fastest kernel of this processor.
    pub fn detect() -> Self {
        Self::available().next_back().unwrap_or(Self(Isa::Portable))
    }

    /// Its name, for people.
    pub fn name(self) -> &'static str {
        match self.0 {
            Isa::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => "AVX-512",
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => "NEON",
        }
    }

    /// Appends the hashes within `radius` of `query`, in the order of their rows.
    #[inline]
    pub fn scan(self, hashes: &[[u8; 32]], query: &[u8; 32], radius: u32, near: &mut Vec<Near>) {
        match self.0 {
            Isa::Portable => portable::scan(hashes, query, radius, near),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `Isa::Avx2` is only made by `available`, after `avx2::is_available`.
            #[expect(unsafe_code, reason = "a call that needs the processor's features")]
            Isa::Avx2 => unsafe { avx2::scan(hashes, query, radius, near) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `Isa::Avx512` is only made by `available`, after `avx512::is_available`.
            #[expect(unsafe_code, reason = "a call that needs the processor's features")]
            Isa::Avx512 => unsafe { avx512::scan(hashes, query, radius, near) },
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => neon::scan(hashes, query, radius, near),
        }
    }

    /// Appends every word within its probe's limit, probe by probe, in the order of positions.
    ///
    /// Words are two bytes, little-endian. A run that reaches beyond `words` ends there.
    #[inline]
    pub fn filter(self, words: &[[u8; 2]], probes: &[Probe], passed: &mut Vec<Passed>) {
        match self.0 {
            Isa::Portable => portable::filter(words, probes, passed),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as in `scan`.
            #[expect(unsafe_code, reason = "a call that needs the processor's features")]
            Isa::Avx2 => unsafe { avx2::filter(words, probes, passed) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as in `scan`.
            #[expect(unsafe_code, reason = "a call that needs the processor's features")]
            Isa::Avx512 => unsafe { avx512::filter(words, probes, passed) },
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => neon::filter(words, probes, passed),
        }
    }
}

impl Probe {
    /// The words of its run, as far as they exist.
    #[inline(always)]
    fn run<'a>(&self, words: &'a [[u8; 2]]) -> &'a [[u8; 2]] {
        let start = (self.start as usize).min(words.len());
        let end = start.saturating_add(self.len as usize).min(words.len());
        &words[start..end]
    }
}

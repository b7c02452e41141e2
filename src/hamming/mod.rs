//! Distance kernels: the innermost loops of every search, by instruction set, chosen at run time.
//!
//! Two questions are answered here and nowhere else: which of these 256-bit hashes are near a query
//! ([`Kernel::scan`]), and which of these 16-bit words are ([`Kernel::filter`], the ring filter of
//! the tables). Every kernel gives exactly what the portable one gives, in the same order; a conformance
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

pub(crate) use portable::distance_within;
pub(crate) use prefetch::prefetch;

/// A hash within the radius of a query: its row and its distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Near {
    /// Its number in the slice that was scanned.
    pub row: u32,
    /// Bits in which it differs.
    pub distance: u32,
}

/// A bucket of 16-bit words, and how many ask for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Its first word among all words.
    pub start: u32,
    /// Behind its last word.
    pub end: u32,
    /// The number of its askers: the next so many.
    pub askers: u32,
}

/// Who asks for the words of a bucket, and which of them it wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asker {
    /// What the words are compared with.
    pub word: u16,
    /// The bits that are compared.
    pub known: u16,
    /// The most bits in which a word may differ and still pass.
    pub limit: u16,
    /// Comes back with each word that passes.
    pub tag: u16,
}

/// A word that passed for an [`Asker`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Its place among all words.
    pub position: u32,
    /// The asker's tag.
    pub tag: u16,
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

    /// Appends every word that is within the limit of an asker of its bucket, in the bits it compares.
    ///
    /// Words are two bytes, little-endian. Buckets and their askers are taken in turn; a bucket that
    /// reaches beyond `words` ends there. Within an asker the order is that of the words.
    #[inline]
    pub fn filter(
        self,
        words: &[[u8; 2]],
        buckets: &[Bucket],
        askers: &[Asker],
        passed: &mut Vec<Passed>,
    ) {
        match self.0 {
            Isa::Portable => portable::filter(words, buckets, askers, passed),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as in `scan`.
            #[expect(unsafe_code, reason = "a call that needs the processor's features")]
            Isa::Avx2 => unsafe { avx2::filter(words, buckets, askers, passed) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as in `scan`.
            #[expect(unsafe_code, reason = "a call that needs the processor's features")]
            Isa::Avx512 => unsafe { avx512::filter(words, buckets, askers, passed) },
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => neon::filter(words, buckets, askers, passed),
        }
    }
}

/// Each bucket's words, the place of the first, and its askers.
#[inline(always)]
fn asked<'a>(
    words: &'a [[u8; 2]],
    buckets: &'a [Bucket],
    mut askers: &'a [Asker],
) -> impl Iterator<Item = (&'a [[u8; 2]], u32, &'a [Asker])> {
    buckets.iter().map(move |bucket| {
        let end = (bucket.end as usize).min(words.len());
        let run = words.get(bucket.start as usize..end).unwrap_or_default();
        let (mine, later) = askers.split_at((bucket.askers as usize).min(askers.len()));
        askers = later;
        (run, bucket.start, mine)
    })
}

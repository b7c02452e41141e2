//! Distance kernels: the innermost loops of every search, by instruction set, chosen at run time.
//!
//! Three questions are answered here and nowhere else: which of all these 256-bit hashes are near a
//! query ([`Kernel::scan`]), which of the 16-bit words of some buckets are ([`Kernel::filter`] and
//! [`Kernel::filter_runs`], the ring filter of the tables), and which of some rows are
//! ([`Kernel::compare`]). Every kernel gives exactly what the portable one gives, in the same order; a
//! conformance kit in this folder holds all of them to that.
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

/// Words in buckets: the words of bucket `b` are those from `offsets[b]` up to `offsets[b + 1]`.
///
/// Words are two bytes and offsets four, little-endian. A bucket that reaches beyond the words ends
/// there; one that the offsets do not tell, or that ends before it starts, is empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Buckets<'a> {
    /// Where each bucket starts, and behind them where the last one ends.
    pub offsets: &'a [[u8; 4]],
    /// The words of all buckets.
    pub words: &'a [[u8; 2]],
}

/// Who asks for the words of a bucket, and of its neighbours, and which of them it wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asker {
    /// The bucket.
    pub bucket: u16,
    /// The bits of the bucket's number that may be flipped to reach its neighbours.
    pub settled: u16,
    /// Fewer of them than this are flipped.
    pub reach: u16,
    /// What the words are compared with.
    pub word: u16,
    /// The bits that are compared.
    pub known: u16,
    /// The most bits in which a word may differ and still pass, those flipped included.
    pub limit: u16,
    /// Comes back with each word that passes.
    pub tag: u32,
}

/// Words that follow each other, and what is wanted of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The place of the first word.
    pub first: u32,
    /// How many there are. Those beyond the end of all words do not count.
    pub len: u32,
    /// What they are compared with.
    pub word: u16,
    /// The bits that are compared.
    pub known: u16,
    /// The most bits in which a word may differ and still pass.
    pub limit: u16,
    /// Comes back with each word that passes.
    pub tag: u32,
}

impl Run {
    /// Its words.
    #[inline(always)]
    fn of<'a>(&self, words: &'a [[u8; 2]]) -> &'a [[u8; 2]] {
        let from = words.get(self.first as usize..).unwrap_or_default();
        &from[..from.len().min(self.len as usize)]
    }
}

/// Runs whose words are asked for before the first of them is read.
const TOGETHER: usize = 32;

/// A word that passed for an [`Asker`] or in a [`Run`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Its place among all words.
    pub position: u32,
    /// The asker's tag.
    pub tag: u32,
}

/// What whole hashes are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The hash.
    pub bits: [u8; 32],
    /// The bits that are compared.
    pub known: [u8; 32],
    /// The most bits in which a hash may differ.
    pub radius: u32,
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

    /// Appends every word that passes for an asker in the bucket whose number is the asker's with the
    /// bits of `flip` flipped, as far as the asker reaches there.
    ///
    /// Askers are taken in turn; within an asker the order is that of the words.
    #[inline]
    pub fn filter(
        self,
        buckets: Buckets<'_>,
        askers: &[Asker],
        flip: u16,
        passed: &mut Vec<Passed>,
    ) {
        let bits = flip.count_ones() as u16;
        let mut runs = [Run::default(); TOGETHER];
        let mut count = 0;
        for asker in askers {
            if bits >= asker.reach || bits > asker.limit || flip & !asker.settled != 0 {
                continue;
            }
            let (first, len) = buckets.extent(asker.bucket ^ flip);
            prefetch(buckets.words, first as usize);
            prefetch(buckets.words, (first as usize + len as usize).saturating_sub(1));
            let Asker { word, known, limit, tag, .. } = *asker;
            runs[count] = Run { first, len, word, known, limit: limit - bits, tag };
            count += 1;
            if count == TOGETHER {
                self.filter_runs(buckets.words, &runs, passed);
                count = 0;
            }
        }
        self.filter_runs(buckets.words, &runs[..count], passed);
    }

    /// Appends every word of some runs that passes, run by run, in the order of the words.
    #[inline]
    pub fn filter_runs(self, words: &[[u8; 2]], runs: &[Run], passed: &mut Vec<Passed>) {
        match self.0 {
            Isa::Portable => portable::filter(words, runs, passed),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as in `scan`.
            #[expect(unsafe_code, reason = "a call that needs the processor's features")]
            Isa::Avx2 => unsafe { avx2::filter(words, runs, passed) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as in `scan`.
            #[expect(unsafe_code, reason = "a call that needs the processor's features")]
            Isa::Avx512 => unsafe { avx512::filter(words, runs, passed) },
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => neon::filter(words, runs, passed),
        }
    }

    /// Appends those candidates whose hash is as near as wanted, each with its tag.
    ///
    /// A candidate's position is a row of `hashes`, its tag a place in `wanted`; one that is beyond
    /// either is left out.
    #[inline]
    pub fn compare(
        self,
        hashes: &[[u8; 32]],
        candidates: &[Passed],
        wanted: &[Wanted],
        near: &mut Vec<(u32, Near)>,
    ) {
        match self.0 {
            Isa::Portable => portable::compare(hashes, candidates, wanted, near),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as in `scan`; both kernels of this architecture have `popcnt`.
            #[expect(unsafe_code, reason = "a call that needs the processor's features")]
            Isa::Avx2 | Isa::Avx512 => unsafe {
                avx2::compare(hashes, candidates, wanted, near);
            },
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => portable::compare(hashes, candidates, wanted, near),
        }
    }
}

impl Buckets<'_> {
    /// Where a bucket starts, and how many words it has.
    #[inline(always)]
    fn extent(self, number: u16) -> (u32, u32) {
        let place = self.offsets.get(usize::from(number)..).and_then(<[_]>::first_chunk);
        let Some([start, end]) = place else { return (0, 0) };
        let [start, end] = [*start, *end].map(u32::from_le_bytes);
        (start, end.saturating_sub(start))
    }
}

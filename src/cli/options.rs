//! Options that several subcommands have, and how their values are read.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tutela::hash::{Effort, Radius};
use tutela::scan::{Accuracy, MOST_REVIEW, Scan};

use super::output::name;

/// What examining files may cost.
#[derive(Debug, clap::Args)]
pub(super) struct Cost {
    /// Files examined at once, up to 1024 [default: one a core].
    #[arg(long, value_name = "N", value_parser = threads)]
    threads: Option<NonZeroUsize>,
    /// Decode files up to this size; larger ones are still compared by their digests. Bytes, or
    /// with K, M, G [default: 512M].
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Limits")]
    max_bytes: Option<u64>,
    /// Decode pictures up to this many pixels a frame [default: 200000000].
    #[arg(long, value_name = "N", help_heading = "Limits")]
    max_pixels: Option<u64>,
    /// Decode up to this many pixels of all frames together [default: 4000000000].
    #[arg(long, value_name = "N", help_heading = "Limits")]
    max_total_pixels: Option<u64>,
    /// Decode pictures whose sides are up to this many pixels [default: 65535].
    #[arg(long, value_name = "N", help_heading = "Limits")]
    max_side: Option<u32>,
    /// Memory that decoding one picture may take. Bytes, or with K, M, G [default: 1G].
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Limits")]
    max_memory: Option<u64>,
    /// Frames of one animation, pages of one document [default: 1000].
    #[arg(long, value_name = "N", help_heading = "Limits")]
    max_frames: Option<u32>,
}

impl Cost {
    /// A scan within these limits.
    pub(super) fn scan(&self) -> Scan {
        let mut scan = Scan::default();
        let limits = &mut scan.limits;
        limits.max_bytes = self.max_bytes.unwrap_or(limits.max_bytes);
        limits.max_pixels = self.max_pixels.unwrap_or(limits.max_pixels);
        limits.max_total_pixels = self.max_total_pixels.unwrap_or(limits.max_total_pixels);
        limits.max_side = self.max_side.unwrap_or(limits.max_side);
        limits.max_memory = self.max_memory.unwrap_or(limits.max_memory);
        limits.max_frames = self.max_frames.unwrap_or(limits.max_frames);
        scan.threads = self.threads.unwrap_or(scan.threads);
        scan
    }
}

/// How exactly pictures are hashed.
#[derive(Debug, clap::Args)]
pub(super) struct Precision {
    /// How exactly each picture is hashed: `screen` (from a JPEG's lowest frequencies, and exactly
    /// where it may be near an entry), `reference` (the pixels that the reference samples) or `full`
    /// (all pixels in colour).
    #[arg(long, value_name = "HOW", value_parser = accuracy)]
    accuracy: Option<Accuracy>,
    /// The same as `--accuracy reference`.
    #[arg(long, conflicts_with = "accuracy")]
    exact: bool,
}

impl Precision {
    /// What was asked for, if anything.
    pub(super) fn get(&self) -> Option<Accuracy> {
        self.accuracy.or(self.exact.then_some(Accuracy::Reference))
    }
}

/// Reads an effort.
pub(super) fn effort(text: &str) -> Result<Effort, String> {
    let all = [Effort::Plain, Effort::Fast, Effort::Deep];
    let named = all.into_iter().find(|effort| effort.name() == text);
    named.ok_or_else(|| "expected plain, fast or deep".to_owned())
}

/// Reads an accuracy.
fn accuracy(text: &str) -> Result<Accuracy, String> {
    let all = [Accuracy::Screen, Accuracy::Reference, Accuracy::Full];
    let named = all.into_iter().find(|accuracy| accuracy.name() == text);
    named.ok_or_else(|| "expected screen, reference or full".to_owned())
}

/// Reads a number of threads: more than any machine has cores would only cost memory.
fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse().ok().filter(|number: &NonZeroUsize| number.get() <= 1024);
    number.ok_or_else(|| "expected a number from 1 to 1024".to_owned())
}

/// Reads `512M` and the like, in powers of 1024.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.strip_suffix(['K', 'M', 'G', 'k', 'm', 'g']) {
        None => (text, 0),
        Some(digits) => (
            digits,
            match text.as_bytes().last() {
                Some(b'K' | b'k') => 10,
                Some(b'M' | b'm') => 20,
                _ => 30,
            },
        ),
    };
    let number: u64 =
        digits.parse().map_err(|_| "expected a number of bytes, or one with K, M or G")?;
    number.checked_mul(1 << shift).ok_or_else(|| "too large".to_owned())
}

/// Reads a radius.
pub(super) fn radius(text: &str) -> Result<Radius, String> {
    text.parse().ok().and_then(Radius::new).ok_or_else(|| {
        "expected a number of bits from 0 to 256 (31 is usual; larger finds more strangers)"
            .to_owned()
    })
}

/// Reads the bound of what is for review.
pub(super) fn review(text: &str) -> Result<Radius, String> {
    let most = MOST_REVIEW.get();
    radius(text)
        .ok()
        .filter(|radius| *radius <= MOST_REVIEW)
        .ok_or_else(|| format!("expected a number of bits up to {most}"))
}

/// Reads the name of a bank.
pub(super) fn bank(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err("expected a name of printable characters".to_owned());
    }
    Ok(text.to_owned())
}

/// Refuses sources that cannot be scanned before anything is done.
pub(super) fn check_sources(sources: &[PathBuf]) -> anyhow::Result<()> {
    for source in sources {
        if let Some(scheme) = scheme(source) {
            bail!(
                "{}: {scheme} addresses are not supported yet: name a file or a folder",
                name(source)
            );
        }
        source.metadata().with_context(|| format!("cannot scan {}", name(source)))?;
    }
    Ok(())
}

/// Refuses to write over what is about to be read: a list, an index, a scanned file or one in a
/// scanned folder.
pub(super) fn check_out<'a>(
    out: &Path,
    inputs: impl Iterator<Item = &'a PathBuf>,
) -> anyhow::Result<()> {
    // What does not exist yet, or is a pipe or a device, cannot be destroyed.
    let Ok(target) = out.canonicalize() else { return Ok(()) };
    if !target.is_file() {
        return Ok(());
    }
    for input in inputs {
        let inside = input.canonicalize().is_ok_and(|input| target.starts_with(input));
        // another name of the same file
        if inside || same_file::is_same_file(&target, input).unwrap_or(false) {
            bail!(
                "{}: --out would overwrite what {} holds: name another file",
                name(out),
                name(input)
            );
        }
    }
    Ok(())
}

/// The scheme of a source like `s3://bucket/key`.
fn scheme(source: &Path) -> Option<&str> {
    let (scheme, _) = source.to_str()?.split_once("://")?;
    let mut chars = scheme.chars();
    (chars.next()?.is_ascii_alphabetic()
        && chars.all(|char| char.is_ascii_alphanumeric() || "+-.".contains(char)))
    .then_some(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_and_without_a_unit() {
        for (text, bytes) in
            [("0", 0), ("17", 17), ("4K", 4096), ("512m", 512 << 20), ("2G", 2 << 30)]
        {
            assert_eq!(size(text), Ok(bytes));
        }
        for text in ["", "K", "-1", "1T", "1.5G", "18446744073709551615K"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_radius_is_at_most_256() {
        assert_eq!(radius("0").map(Radius::get), Ok(0));
        assert_eq!(radius("256").map(Radius::get), Ok(256));
        for text in ["257", "-1", "", "x", "4294967327"] {
            assert!(radius(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_addresses_have_a_scheme() {
        assert_eq!(scheme(Path::new("s3://bucket/key")), Some("s3"));
        for path in ["/srv/media", "a:b", "://a", "a/b://c", "C:\\a"] {
            assert_eq!(scheme(Path::new(path)), None, "{path}");
        }
    }
}

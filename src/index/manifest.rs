//! The manifest: which segments make up the index. One small JSON file, replaced as a whole.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::policy::Policies;
use crate::{Corruption, Damage, Error, Result};

/// The manifest's file name.
pub(super) const FILE: &str = "manifest.json";
/// The version written, and the newest one read.
const VERSION: u32 = 1;
/// A manifest is small; a file that claims otherwise is not read.
const MAX_LEN: u64 = 64 << 20;
/// What separates the JSON from its checksum.
const CHECKSUM: &str = "\ncrc32 ";

/// Which files are live.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    version: u32,
    /// Counts commits.
    pub(super) generation: u64,
    /// The segments, oldest first.
    pub(super) segments: Vec<SegmentFiles>,
    /// Those that differ from the default.
    #[serde(default, skip_serializing_if = "Policies::is_empty")]
    pub(super) policies: Policies,
}

/// The files of one segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SegmentFiles {
    /// The segment.
    pub(super) segment: FileRef,
    /// The bitmap of its removed entries, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) dead: Option<FileRef>,
}

/// A file of the index and how to tell it from any other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileRef {
    /// Its name in the folder.
    pub(super) file: String,
    /// Its length.
    pub(super) bytes: u64,
    /// Its last four bytes as a little-endian number: each kind of file ends in a checksum.
    pub(super) crc32: u32,
}

impl FileRef {
    /// Checks that these are the bytes of this file and not those of another.
    pub(super) fn check(&self, bytes: &[u8]) -> std::result::Result<(), Corruption> {
        let found = bytes.len() as u64;
        if found != self.bytes {
            let what = Damage::Length { expected: self.bytes, found };
            return Err(Corruption { offset: 0, what });
        }
        match bytes.last_chunk() {
            Some(crc) if u32::from_le_bytes(*crc) == self.crc32 => Ok(()),
            _ => Err(Corruption { offset: found.saturating_sub(4), what: Damage::Checksum }),
        }
    }
}

impl Manifest {
    /// The manifest after `generation` commits.
    pub(super) fn new(generation: u64, segments: Vec<SegmentFiles>, policies: Policies) -> Self {
        Self { version: VERSION, generation, segments, policies }
    }

    /// Reads the manifest of an index; with it the digest of its bytes.
    pub(super) fn read(dir: &Path) -> Result<(Self, String)> {
        let path = dir.join(FILE);
        let text = match fs::metadata(&path) {
            Ok(metadata) if metadata.len() > MAX_LEN => {
                let what = Damage::Length { expected: MAX_LEN, found: metadata.len() };
                return Err(Error::corrupt(&path, Corruption { offset: 0, what }));
            }
            Ok(_) => fs::read(&path).map_err(Error::io("read", &path))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::NotAnIndex { path: dir.to_owned() });
            }
            Err(error) => return Err(Error::io("read", &path)(error)),
        };
        let manifest = Self::parse(&text).map_err(|damage| Error::corrupt(&path, damage))?;
        Ok((manifest, const_hex::encode(Sha256::digest(&text))))
    }

    /// The bytes of the file.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        let checksum = crc32fast::hash(text.as_bytes());
        text.push_str(&format!("{CHECKSUM}{checksum:08x}\n"));
        text.into_bytes()
    }

    fn parse(bytes: &[u8]) -> std::result::Result<Self, Corruption> {
        let at = |offset: usize, what| Corruption { offset: offset as u64, what };
        let malformed = at(0, Damage::Text("manifest"));
        let text = std::str::from_utf8(bytes).map_err(|_| malformed)?;
        let (json, checksum) = text.rsplit_once(CHECKSUM).ok_or(malformed)?;
        if checksum != format!("{:08x}\n", crc32fast::hash(json.as_bytes())) {
            return Err(at(json.len(), Damage::Checksum));
        }
        // The version first: the fields of a newer one are not ours to judge.
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let Versioned { version } = serde_json::from_str(json).map_err(|_| malformed)?;
        if version != VERSION {
            return Err(at(0, Damage::Version { found: version, supported: VERSION }));
        }
        let manifest: Self = serde_json::from_str(json).map_err(|_| malformed)?;
        let files =
            manifest.segments.iter().flat_map(|files| files.dead.iter().chain([&files.segment]));
        for FileRef { file, .. } in files {
            // A name, never a path: an index cannot point outside of its folder.
            if Path::new(file).file_name() != Some(file.as_ref()) {
                return Err(at(0, Damage::Text("file name")));
            }
        }
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Manifest {
        let file = |name: &str| FileRef { file: name.to_owned(), bytes: 12, crc32: 7 };
        let files = |segment: &str, dead: Option<&str>| SegmentFiles {
            segment: file(segment),
            dead: dead.map(file),
        };
        let mut policies = Policies::default();
        policies.entry("b").disabled.insert("43-1".to_owned());
        let segments = vec![files("a.segment", None), files("b.segment", Some("b.dead"))];
        Manifest::new(3, segments, policies)
    }

    #[test]
    fn a_manifest_comes_back_as_it_was() {
        assert_eq!(Manifest::parse(&example().to_bytes()).unwrap(), example());
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_an_error() {
        let bytes = example().to_bytes();
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(Manifest::parse(&damaged).is_err(), "bit {bit}");
        }
        for len in 0..bytes.len() {
            assert!(Manifest::parse(&bytes[..len]).is_err(), "{len}");
        }
    }

    #[test]
    fn a_newer_version_says_so() {
        let newer = Manifest { version: VERSION + 1, ..example() };
        let damage = Manifest::parse(&newer.to_bytes()).unwrap_err();
        assert_eq!(damage.what, Damage::Version { found: 2, supported: 1 });
    }

    #[test]
    fn names_that_lead_out_of_the_folder_are_refused() {
        for name in ["../x", "/etc/passwd", "a/b", "", ".."] {
            let mut manifest = example();
            manifest.segments[0].segment.file = name.to_owned();
            assert!(Manifest::parse(&manifest.to_bytes()).is_err(), "{name}");
        }
    }
}

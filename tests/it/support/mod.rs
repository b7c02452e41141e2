use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use serde_json::Value;
use tutela::hash::{Digests, Hash256, Hasher, Pixels, Prescale, Signal, Signals};
use tutela::index::{Index, MemoryIndex, NewEntry};

/// A folder that vanishes at the end of the test.
pub(crate) struct Dir(tempfile::TempDir);

impl Dir {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Makes a file, and the folders that it is in.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Makes a picture file; its format is that of the name.
    pub(crate) fn picture(&self, name: &str, picture: &RgbImage) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        picture.save(&path).unwrap();
        path
    }

    /// Makes a CSV list with the PDQ hashes of pictures, named by number.
    pub(crate) fn list(&self, name: &str, pictures: &[&RgbImage]) -> PathBuf {
        let mut csv = "id,pdq,category\n".to_owned();
        for (number, picture) in pictures.iter().enumerate() {
            csv += &format!("entry-{number},{},A1\n", pdq(picture));
        }
        self.file(name, csv)
    }
}

/// An index of PDQ hashes, named by number, in bank `B`.
pub(crate) fn index(hashes: &[Hash256]) -> Index {
    let mut list = MemoryIndex::default();
    for (number, hash) in hashes.iter().enumerate() {
        let signals = Signals { pdq: Some(*hash), ..Signals::default() };
        let id = number.to_string();
        list.add(&NewEntry { bank: "B", id: &id, category: None, tags: &[], signals }).unwrap();
    }
    list.finish().unwrap()
}

/// A picture of soft coloured blots: much structure, another for each seed, the same every time.
pub(crate) fn picture(seed: u64) -> RgbImage {
    let blots = RgbImage::from_fn(16, 12, |x, y| {
        let [r, g, b, ..] = mix(seed << 32 | u64::from(x) << 16 | u64::from(y)).to_le_bytes();
        Rgb([r, g, b])
    });
    imageops::resize(&blots, 320, 240, FilterType::CatmullRom)
}

/// A picture without structure.
pub(crate) fn flat() -> RgbImage {
    RgbImage::from_pixel(320, 240, Rgb([90, 120, 150]))
}

/// SplitMix64's output function.
pub(crate) fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// The PDQ hash as hex.
pub(crate) fn pdq(picture: &RgbImage) -> String {
    let (width, height) = picture.dimensions();
    let pixels = Pixels::rgb(width as usize, height as usize, picture.as_raw()).unwrap();
    let pdq = Hasher::new().hash(pixels, Prescale::Tool);
    assert!(pdq.quality >= 50, "a test picture must be matchable");
    pdq.hash.to_string()
}

/// MD5, SHA-1, SHA-256 of a file as hex.
pub(crate) fn digests(path: &Path) -> [String; 3] {
    let digests = Digests::of(&fs::read(path).unwrap());
    [Signal::Md5, Signal::Sha1, Signal::Sha256].map(|signal| hex(digests.get(signal).unwrap()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The command, ready for arguments.
pub(crate) fn tutela() -> Command {
    Command::new(env!("CARGO_BIN_EXE_tutela"))
}

/// What a finished command left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Runs the command with these arguments.
    pub(crate) fn new<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Self {
        Self::of(tutela().args(args))
    }

    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The JSON objects on standard output.
    pub(crate) fn rows(&self) -> Vec<Value> {
        rows(&self.stdout)
    }

    #[track_caller]
    pub(crate) fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{self:#?}");
        self
    }
}

/// The JSON objects of a text, one a line.
pub(crate) fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Builds arguments of unlike types: `args!["scan", path]`.
macro_rules! args {
    ($($arg:expr),* $(,)?) => {
        [$(std::ffi::OsString::from(&$arg)),*]
    };
}
pub(crate) use args;

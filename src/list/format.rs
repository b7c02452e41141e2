//! The names of the formats.

use std::fmt;
use std::str::FromStr;

/// A form in which lists come.
///
/// Lines end in `\n` or `\r\n`; a byte order mark of UTF-8 and blank lines are skipped, and so are
/// lines that begin with `#`: everywhere in hex lines and sums, before the first row in the others
/// (where such a line could be an entry). Surrounding blanks of a value are cut, and an empty value
/// is an absent one. A line may have 1 MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Comma-separated with a header, quoted as in RFC 4180.
    ///
    /// The header has any of `pdq`, `md5`, `sha1`, `sha256`, `id`, `category`, `tags`, in any order
    /// and case, with at least one signal. `hash` means `pdq`, and a signal's name may end in `hash`
    /// or, for a digest, `sum` (`pdq_hash`, `md5sum`); `-`, `_` and blanks in names are ignored
    /// (`SHA-1`), and so are other columns. Tags are separated by `;` or `|`. A row may end early: the
    /// cells it lacks are absent. A row with more cells than the header is refused, since its columns
    /// have shifted, and so is a quoted cell with a hash in several lines, which two stray quotes make
    /// of the rows between them.
    Csv,
    /// One hash a line: 64 hex digits are PDQ, 40 SHA-1, 32 MD5.
    ///
    /// `hash=` may stand before it, or the name of its signal as in ThreatExchange's local files
    /// (`pdq <hex>`, `md5`, `sha1`, `sha256`, `video_md5`, `video_sha256`), and after a comma
    /// anything that becomes the entry's id. Of `<hex>,<quality>,<file>`, as PDQ's own tools write
    /// it, the file becomes the id and the quality (0 to 100) is dropped.
    Hex,
    /// GNU `md5sum`, `sha1sum`, `sha256sum` (64 digits are SHA-256 here), BSD tags, `hashdeep`.
    ///
    /// The file name becomes the id; its bytes that are not UTF-8 are written as `\xNN`.
    Sums,
    /// One JSON object a line, with fields named as the columns of CSV, all but `id` strings.
    ///
    /// Signals may be in capitals and have a hyphen (`SHA-1`); everything else is as written here.
    /// `tags` may be an array of strings, `id` a number. The rows of `tutela hash --json` can be
    /// used as they are: signals are also looked for in an object `fingerprint`, and `uri` is the
    /// id where there is no other. Other fields are ignored.
    JsonLines,
    /// As [`Format::Hex`], all hashes PDQ. Never recognised, only asked for, as are the next three.
    Pdq,
    /// As [`Format::Hex`], all hashes MD5.
    Md5,
    /// As [`Format::Hex`], all hashes SHA-1.
    Sha1,
    /// As [`Format::Hex`], all hashes SHA-256: the only way to read bare ones.
    Sha256,
    /// PDQ hashes of 32 bytes each, one behind the other, nothing between them; a "line" is then the
    /// number of a hash. Never recognised, only asked for.
    Binary,
    /// Apache Parquet, with columns named as those of CSV: texts, hashes as hex or as their bytes. Needs
    /// the feature `parquet`, and a file, not a stream; a "line" is then the number of a row.
    Parquet,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 10] = [
        Self::Csv,
        Self::Hex,
        Self::Sums,
        Self::JsonLines,
        Self::Pdq,
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Binary,
        Self::Parquet,
    ];

    /// The names of all formats, in the order of [`Format::ALL`].
    pub const NAMES: [&'static str; 10] =
        ["csv", "hex", "sums", "jsonl", "pdq", "md5", "sha1", "sha256", "binary", "parquet"];

    /// The name by which it is asked for.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Hex => "hex",
            Self::Sums => "sums",
            Self::JsonLines => "jsonl",
            Self::Pdq => "pdq",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Binary => "binary",
            Self::Parquet => "parquet",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = ParseFormatError;

    fn from_str(name: &str) -> Result<Self, ParseFormatError> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or(ParseFormatError)
    }
}

/// A text that is not the name of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a list format: expected one of {}", Format::NAMES.join(", "))]
pub struct ParseFormatError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_is_found_by_its_name_and_nothing_else_is() {
        for (format, name) in Format::ALL.into_iter().zip(Format::NAMES) {
            assert_eq!(format.name(), name);
            assert_eq!(name.parse(), Ok(format));
        }
        let error = "xml".parse::<Format>().unwrap_err().to_string();
        for name in Format::NAMES {
            assert!(error.contains(name), "{error}");
        }
    }
}

//! `tutela hash`.

use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;
use tutela::hash::Wanted;
use tutela::index::MemoryIndex;
use tutela::media::{Reason, ReasonCode};
use tutela::scan::{Accuracy, Finding, Fingerprint, Media, UriEncoding};

use super::options::{Cost, Precision, check_sources};
use super::output::{Rows, name, note, sanitise, warn};
use super::scan::quiet_workers;
use super::{ExitStatus, exit, interrupt};

/// Print the PDQ hash and quality of pictures; search nothing.
///
/// The hash is that of the first frame, as stored. Below quality 50 it says too little to be matched.
#[derive(Debug, clap::Args)]
#[command(after_help = exit::HELP)]
pub(crate) struct Args {
    /// One JSON object a line, with MD5, SHA-1 and SHA-256; also for files without a PDQ hash.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Lines of `hash,quality,path`, without a header.
    #[arg(long)]
    csv: bool,
    #[command(flatten)]
    accuracy: Precision,
    #[command(flatten)]
    cost: Cost,
    /// Files and folders.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// A line of `--json`.
#[derive(Serialize)]
struct Row<'a> {
    uri: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_encoding: Option<UriEncoding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<&'a Media>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<&'a Fingerprint>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a Reason>,
}

impl Args {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        check_sources(&self.paths)?;
        let nothing = MemoryIndex::default().finish()?;
        let cancel = interrupt::flag()?;
        let mut rows = Rows::stdout();
        let mut status = ExitStatus::NothingMatched;
        let mut written = Ok(());
        quiet_workers();
        let mut scan = self.cost.scan();
        scan.accuracy = self.accuracy.get().unwrap_or(Accuracy::Reference);
        scan.complete = scan.accuracy != Accuracy::Screen;
        if !self.json {
            scan.digests = Wanted::NONE;
        }
        let summary = scan.run(&nothing, &self.paths, cancel, &|_| {}, &mut |finding| {
            let reason = unhashed(finding);
            if reason.is_some() {
                status = ExitStatus::Unjudged;
            }
            written = self.write(&mut rows, finding, reason);
            match written {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        });
        written.and_then(|()| rows.finish()).context("cannot write the hashes")?;
        if summary?.cancelled {
            note("tutela: interrupted: not all files were hashed");
            status = ExitStatus::Fatal;
        }
        Ok(status)
    }

    fn write(&self, rows: &mut Rows, finding: &Finding, reason: Option<&Reason>) -> io::Result<()> {
        if self.json {
            return rows.json(&Row {
                uri: &finding.uri,
                uri_encoding: finding.uri_encoding,
                media: finding.media.as_ref(),
                fingerprint: finding.fingerprint.as_ref(),
                reason,
            });
        }
        let path = finding.path().unwrap_or_else(|| PathBuf::from(&finding.uri));
        if let Some(reason) = reason {
            warn(format_args!("{}: {}", name(&path), reason));
        }
        let Some(pdq) = finding.fingerprint.and_then(|fingerprint| fingerprint.pdq) else {
            return Ok(());
        };
        let line = if self.csv {
            [format!("{},{},", pdq.hash, pdq.quality).into_bytes(), quoted(&path)].concat()
        } else {
            let head = format!("{}  {:>3}  ", pdq.hash, pdq.quality);
            [head.into_bytes(), shown(&path)].concat()
        };
        rows.bytes(&[line.as_slice(), b"\n"].concat())
    }
}

/// Why a file, or a part of it, has no hash. Low quality is none: the number is there to see.
fn unhashed(finding: &Finding) -> Option<&Reason> {
    let reason = finding.reason.as_ref();
    reason.filter(|reason| reason.code != ReasonCode::LowQuality)
}

/// A field of CSV as RFC 4180 quotes it, byte for byte the path.
fn quoted(path: &Path) -> Vec<u8> {
    let bytes = path.as_os_str().as_encoded_bytes();
    if !bytes.iter().any(|byte| b",\"\r\n".contains(byte)) {
        return bytes.to_vec();
    }
    let mut field = vec![b'"'];
    for &byte in bytes {
        if byte == b'"' {
            field.push(b'"');
        }
        field.push(byte);
    }
    field.push(b'"');
    field
}

fn shown(path: &Path) -> Vec<u8> {
    if io::stdout().is_terminal() {
        sanitise(&path.to_string_lossy()).into_owned().into_bytes()
    } else {
        path.as_os_str().as_encoded_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_when_they_must_be() {
        for (path, field) in [
            ("a b.jpg", "a b.jpg"),
            ("a,b.jpg", "\"a,b.jpg\""),
            ("a\"b.jpg", "\"a\"\"b.jpg\""),
            ("a\nb.jpg", "\"a\nb.jpg\""),
        ] {
            assert_eq!(quoted(Path::new(path)), field.as_bytes());
        }
    }
}

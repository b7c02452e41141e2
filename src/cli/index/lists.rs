//! Lists named on the command line, one of which may be standard input.

use std::io;
use std::path::Path;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use tutela::list::{Format, Reader};

/// Opens a list; `-` is standard input.
pub(super) fn open(list: &Path, format: Option<Format>) -> tutela::Result<Reader> {
    if list == Path::new("-") {
        Reader::new(io::stdin(), list, format)
    } else {
        Reader::open(list, format)
    }
}

/// Reads the name of a format, and shows all of them in the help.
pub(super) fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::NAMES).try_map(|name| name.parse::<Format>())
}

//! The list of the originals.

use std::fmt::Write as _;

use tutela::hash::{Digests, Hasher, Pixels, Prescale, Signal};

use crate::Result;
use crate::canvas::Canvas;
use crate::files::File;
use crate::scenes::SCENES;

/// The signals that an entry has.
enum Kind {
    All,
    Pdq,
    /// Found only in the very same bytes.
    Sha256,
}

/// `known.csv`: an entry for each original, under an invented id and category.
pub(crate) fn known(originals: &[(Canvas, File)]) -> Result<File> {
    let mut list = "pdq,md5,sha1,sha256,id,category,tags\n".to_owned();
    let mut hasher = Hasher::new();
    for ((number, (name, _)), (_, (_, bytes))) in (1..).zip(SCENES).zip(originals) {
        let picture = image::load_from_memory(bytes)?.into_rgb8();
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let pixels = Pixels::rgb(width, height, &picture).ok_or("not 8-bit colour")?;
        let pdq = hasher.hash(pixels, Prescale::Tool);
        if pdq.quality < 100 {
            return Err(format!("{name} has too little structure: {}", pdq.quality).into());
        }
        let digests = Digests::of(bytes);
        let digest = |signal| digests.get(signal).map(hex).unwrap_or_default();
        let kind = match name {
            "market" => Kind::Pdq,
            "forest" => Kind::Sha256,
            _ => Kind::All,
        };
        match kind {
            Kind::All => write!(
                list,
                "{},{},{},{}",
                pdq.hash,
                digest(Signal::Md5),
                digest(Signal::Sha1),
                digest(Signal::Sha256)
            )?,
            Kind::Pdq => write!(list, "{},,,", pdq.hash)?,
            Kind::Sha256 => write!(list, ",,,{}", digest(Signal::Sha256))?,
        }
        let category = ["example-a", "example-b"][usize::from(number % 3 == 0)];
        writeln!(list, ",T-{number:04},{category},{name};made-by-code")?;
    }
    Ok(("known.csv".to_owned(), list.into_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

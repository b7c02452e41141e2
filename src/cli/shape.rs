//! A warning for lists that are not what they seem.

use std::path::Path;

use tutela::list::{Reader, Record};

use super::output::{name, warn};

/// Looks whether what a list gives as PDQ can be PDQ: a list of bare SHA-256 looks the same and would
/// match no picture.
#[derive(Default)]
pub(super) struct PdqShape {
    seen: u64,
    unlike: u64,
}

impl PdqShape {
    /// The shape of the first hashes of a list; nothing of what can be read only once.
    pub(super) fn of(list: &Path) -> tutela::Result<Self> {
        let mut shape = Self::default();
        if !list.is_file() {
            return Ok(shape);
        }
        // Lines that cannot be read are reported where the list is loaded.
        Reader::open(list, None)?.take(1000).flatten().for_each(|record| shape.see(&record));
        Ok(shape)
    }

    /// Counts one more.
    pub(super) fn see(&mut self, record: &Record) {
        if let Some(hash) = record.signals.pdq {
            self.seen += 1;
            self.unlike += u64::from(hash.ones() != 128);
        }
    }

    /// Says so if most are unlike PDQ.
    pub(super) fn warn(&self, list: &Path) {
        if self.seen >= 8 && self.unlike * 2 > self.seen {
            warn(format_args!(
                "{}: most of its 64-digit hashes do not have 128 bits set, as PDQ hashes of pictures \
                 have; if they are SHA-256, load the list by `tutela index add --format sha256`",
                name(list)
            ));
        }
    }
}

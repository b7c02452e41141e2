//! Putting a file in its place so that a crash leaves the old state or the new one, never a mixture.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::manifest::FileRef;
use crate::{Error, Result};

/// Writes a file under a temporary name, syncs it and renames it to `name`.
///
/// The rename is durable after [`sync_dir`]. If anything fails, no file of that name has changed.
pub(super) fn publish(
    dir: &Path,
    name: &str,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<FileRef> {
    let path = dir.join(name);
    let failed = |source| match io::Error::kind(&source) {
        io::ErrorKind::Interrupted => Error::Cancelled,
        _ => Error::Io { action: "write", path: path.clone(), source },
    };
    let mut temporary = tempfile::Builder::new()
        .prefix(TEMPORARY)
        .tempfile_in(dir)
        .map_err(Error::io("create a file in", dir))?;
    let mut buffered = BufWriter::new(temporary.as_file_mut());
    write(&mut buffered).and_then(|()| buffered.flush()).map_err(failed)?;
    drop(buffered);
    make_readable(temporary.as_file()).map_err(failed)?;
    temporary.as_file().sync_all().map_err(failed)?;
    let (bytes, crc32) = identify(temporary.as_file_mut()).map_err(failed)?;
    temporary.persist(&path).map_err(|error| failed(error.error))?;
    Ok(FileRef { file: name.to_owned(), bytes, crc32 })
}

/// A file's length and its last four bytes.
fn identify(file: &mut File) -> io::Result<(u64, u32)> {
    let mut crc = [0; 4];
    let at = file.seek(SeekFrom::End(-4))?;
    file.read_exact(&mut crc)?;
    Ok((at + 4, u32::from_le_bytes(crc)))
}

/// How the names of unfinished files start: what a crash leaves behind is recognised by it.
pub(super) const TEMPORARY: &str = ".tutela-tmp-";

/// Makes renames and removals in this folder durable.
pub(super) fn sync_dir(dir: &Path) -> Result<()> {
    // Only Unix can sync a folder; elsewhere the rename itself is as durable as it gets.
    if cfg!(unix) {
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(Error::io("sync", dir))?;
    }
    Ok(())
}

/// Temporary files are private to their owner. A list is a secret, so its group may read it and
/// nobody else.
fn make_readable(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::fs::Permissions;
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(Permissions::from_mode(0o640))?;
    }
    Ok(())
}

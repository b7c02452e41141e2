"""Finds known child sexual abuse images by their hashes, exactly, and says what it could not judge.

    >>> import tutela
    >>> index = tutela.Index.from_list("testdata/known.csv")
    >>> fingerprint = tutela.hash_file("testdata/media/copies/flowers-turned.jpg", orientations=True)
    >>> [match.entry for hash in fingerprint.orientations.values() for match in index.within(hash)]
    ['T-0003']

The command `tutela` and the Rust library do the same; nothing here decides more than they do.
"""

from ._findings import Finding, Hashed, Hashing, Scanning, Summary, hash_files, hash_image, scan, scan_bytes
from ._tutela import (
    ClosedError,
    CorruptIndexError,
    Error,
    Fingerprint,
    Hits,
    Index,
    IndexWriter,
    ListError,
    LockedError,
    Match,
    MediaError,
    NotAnIndexError,
    TooLargeError,
    VersionError,
    __version__,
    hash_bytes,
    hash_file,
)

__all__ = [
    "ClosedError",
    "CorruptIndexError",
    "Error",
    "Finding",
    "Fingerprint",
    "Hashed",
    "Hashing",
    "Hits",
    "Index",
    "IndexWriter",
    "ListError",
    "LockedError",
    "Match",
    "MediaError",
    "NotAnIndexError",
    "Scanning",
    "Summary",
    "TooLargeError",
    "VersionError",
    "__version__",
    "hash_bytes",
    "hash_file",
    "hash_files",
    "hash_image",
    "scan",
    "scan_bytes",
]

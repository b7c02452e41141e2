"""The part of the package that is written in Rust."""

from __future__ import annotations

import os
from collections.abc import Sequence
from types import TracebackType
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ClosedError",
    "CorruptIndexError",
    "Error",
    "Examiner",
    "Fingerprint",
    "Hits",
    "Index",
    "IndexWriter",
    "ListError",
    "LockedError",
    "Match",
    "MediaError",
    "NotAnIndexError",
    "Scan",
    "TooLargeError",
    "VersionError",
    "__version__",
    "hash_bytes",
    "hash_file",
    "hash_pixels",
]

__version__: str

class Error(Exception):
    """What this package raises, above all the others."""

class CorruptIndexError(Error):
    """A file of an index is damaged: build the index again from its lists."""

class NotAnIndexError(Error):
    """There is no index in this folder."""

class VersionError(Error):
    """An index that another version has written."""

class ListError(Error):
    """A line of a hash list cannot be read; the text names file and line."""

class LockedError(Error):
    """Another process is writing to this index."""

class TooLargeError(Error):
    """An index would outgrow its format."""

class MediaError(Error):
    """A file that cannot be hashed as a picture."""

    code: str
    """`undecodable`, `over_limit`, `unsupported` or `unreadable`."""

class ClosedError(Error):
    """The index or its writer has been closed."""

@final
class Fingerprint:
    """All signals computed from one file. Digests are hex, and None for pixels."""

    @property
    def pdq(self) -> str | None:
        """The PDQ hash, 64 hex digits."""
    @property
    def pdq_bytes(self) -> bytes | None:
        """The same as 32 bytes."""
    @property
    def quality(self) -> int | None:
        """PDQ's quality, 0 to 100; below 50 a hash says too little to be matched."""
    @property
    def md5(self) -> str | None: ...
    @property
    def sha1(self) -> str | None: ...
    @property
    def sha256(self) -> str | None: ...
    @property
    def orientations(self) -> dict[str, str] | None:
        """The PDQ hashes of the picture turned and mirrored, if asked for: `original`, `rotate90`, ...

        Each is what a copy that was turned without loss hashes to, as `scan` compares them. Those that Meta's
        tools derive from one transform may differ in some bits."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Match:
    """An entry within the radius of a hash."""

    @property
    def bank(self) -> str: ...
    @property
    def entry(self) -> str:
        """Its id in the list."""
    @property
    def distance(self) -> int:
        """Bits in which the hashes differ."""
    @property
    def category(self) -> str | None: ...
    @property
    def tags(self) -> list[str]: ...
    @property
    def number(self) -> int:
        """Its number in this snapshot of the index, as in `Hits.entry`."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Hits:
    """All hits of many hashes: three columns of one length, ordered by query and then by distance."""

    @property
    def query(self) -> NDArray[np.uint32]:
        """The row of the hash that was asked for."""
    @property
    def entry(self) -> NDArray[np.uint64]:
        """The entry's number in the snapshot: `Index.describe` tells more."""
    @property
    def distance(self) -> NDArray[np.uint16]:
        """Bits in which they differ."""
    def columns(self) -> dict[str, NDArray[Any]]: ...
    def to_arrow(self) -> Any:
        """A table of pyarrow, which must be installed."""
    def to_pandas(self) -> Any:
        """A data frame of pandas, which must be installed."""
    def __len__(self, /) -> int: ...

@final
class Index:
    """An index open for reading: a snapshot that later commits do not change until `reload`.

    One index serves many threads. A hash is 64 hex digits, 32 bytes, an array of 32 uint8 or a Fingerprint.
    """

    @staticmethod
    def open(path: str | os.PathLike[str]) -> Index:
        """Opens the index in a folder; costs headers, whatever the size."""
    @staticmethod
    def from_list(path: str | os.PathLike[str]) -> Index:
        """Loads a hash list into memory."""
    def within(self, hash: Any, radius: int = 31) -> list[Match]:
        """All entries within the radius: exactly those, nearest first."""
    def within_many(self, hashes: NDArray[np.uint8], radius: int = 31, *, parallel: bool = True) -> Hits:
        """The same for many hashes: N x 32 uint8 in C order, which are not copied. On all processors, or only on
        the thread that asks."""
    def nearest(self, hash: Any, k: int = 10) -> list[Match]:
        """The k nearest entries, however far: for exploring."""
    def describe(self, numbers: Sequence[int]) -> dict[str, list[Any]]:
        """Bank, id and category of entries by their numbers, as columns."""
    def reload(self) -> bool:
        """Sees the newest commit; True if there was one."""
    def verify(self) -> None:
        """Reads every byte and compares every checksum."""
    def preload(self) -> None:
        """Reads the index into memory, so that no search waits for a disk."""
    def banks(self) -> dict[str, int]:
        """The number of live entries by bank."""
    @property
    def digest(self) -> str:
        """Names exactly what is searched."""
    @property
    def closed(self) -> bool: ...
    def close(self) -> None: ...
    def __len__(self, /) -> int: ...
    def __enter__(self) -> Index: ...
    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _traceback: TracebackType | None
    ) -> None: ...

@final
class IndexWriter:
    """An index open for writing, made if there is none. As a context manager it commits at the end of a block
    that did not fail."""

    def __new__(cls, path: str | os.PathLike[str]) -> IndexWriter: ...
    def add(
        self,
        bank: str,
        id: str,
        *,
        pdq: Any = None,
        md5: str | None = None,
        sha1: str | None = None,
        sha256: str | None = None,
        category: str | None = None,
        tags: Sequence[str] = ...,
    ) -> None:
        """Adds an entry with at least one signal; one that is there already is not added again."""
    def remove(self, bank: str, id: str) -> int:
        """Marks the bank's committed entries of this id for removal; how many."""
    def remove_bank(self, bank: str) -> int: ...
    def commit(self) -> dict[str, int]:
        """Makes all of it durable and visible; counts of added, replaced, unchanged, removed."""
    def compact(self) -> None:
        """Commits, merging all segments, without the removed entries."""
    def close(self) -> None:
        """Gives the index free; what was not committed is dropped."""
    def __enter__(self) -> IndexWriter: ...
    def __exit__(
        self, kind: type[BaseException] | None, _value: BaseException | None, _traceback: TracebackType | None
    ) -> None: ...

@final
class Scan:
    """A scan at work; `tutela.scan` and `tutela.hash_files` wrap it."""

    @staticmethod
    def of(
        paths: Sequence[str | os.PathLike[str]],
        index: Index,
        radius: int,
        effort: str,
        review: int | None,
        threads: int | None,
        clear: bool,
    ) -> Scan: ...
    @staticmethod
    def hashing(paths: Sequence[str | os.PathLike[str]], threads: int | None) -> Scan: ...
    def next_finding(self) -> str | None: ...
    def next_fingerprint(self) -> tuple[Any, Fingerprint | None, tuple[str, str] | None] | None: ...
    @property
    def bytes(self) -> int: ...
    def summary(self) -> str | None: ...
    def close(self) -> None: ...

@final
class Examiner:
    """Examines files in memory; `tutela.scan_bytes` wraps it. Without an index it only hashes."""

    def __new__(cls, index: Index | None, radius: int, effort: str, review: int | None, clear: bool) -> Examiner: ...
    def examine(self, uri: str, data: bytes) -> str: ...

def hash_file(path: str | os.PathLike[str], *, orientations: bool = False) -> Fingerprint:
    """Hashes a file.

    Raises OSError if the system refuses it and MediaError if it is no picture that can be decoded.
    """

def hash_bytes(data: bytes, *, orientations: bool = False) -> Fingerprint:
    """Hashes a file that is in memory."""

def hash_pixels(array: NDArray[np.uint8], *, orientations: bool = False) -> Fingerprint:
    """Hashes pixels: height x width, or height x width x 3."""

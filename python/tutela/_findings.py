"""Findings, and the iterators that yield them."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _tutela

if TYPE_CHECKING:
    import pandas
    from PIL.Image import Image

StrPath = str | os.PathLike[str]


class Finding:
    """What was found out about one file. Equal if all of it is equal; not to be changed."""

    __slots__ = ("_fields",)

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields

    @property
    def uri(self) -> str:
        """The file, as it was named."""
        return str(self._fields["uri"])

    @property
    def verdict(self) -> str:
        """`match`, `review`, `clear`, `allowed`, `flooded` or `unjudged`."""
        return str(self._fields["verdict"])

    @property
    def matches(self) -> list[dict[str, Any]]:
        """The entries that it matches, nearest first: bank, entry, signal, distance, view, ..."""
        return list(self._fields.get("matches", []))

    @property
    def near(self) -> list[dict[str, Any]]:
        """Entries beyond the radius and within that of `review`: for a person to look at, never to act on."""
        return list(self._fields.get("near", []))

    @property
    def reason(self) -> dict[str, str] | None:
        """Why it could not be judged, or not in full: code and detail."""
        return self._fields.get("reason")

    @property
    def media(self) -> dict[str, Any] | None:
        """Format, width and height, as far as they are known."""
        return self._fields.get("media")

    @property
    def fingerprint(self) -> dict[str, Any] | None:
        """The file's own hashes; of a clear file only if `clear` was asked for."""
        return self._fields.get("fingerprint")

    def to_dict(self) -> dict[str, Any]:
        """What the command line writes for this file."""
        return dict(self._fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Finding) and self._fields == other._fields

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        grounds = ""
        if self.matches:
            best = self.matches[0]
            grounds = f", {best['bank']} {best['entry']} at {best['distance']}"
        elif self.reason:
            grounds = f", {self.reason['code']}"
        return f"Finding({self.uri!r}, {self.verdict}{grounds})"

    def _repr_html_(self) -> str:
        rows = [("uri", self.uri), ("verdict", self.verdict)]
        for match in self.matches:
            named = f"{match['bank']} {match['entry']}, {match['signal']} distance {match['distance']}"
            rows.append(("match", named))
        if self.reason:
            rows.append(("reason", f"{self.reason['code']}: {self.reason['detail']}"))
        return _table(rows)

    def show(self, blur: bool = True, size: int = 128) -> Image:
        """A thumbnail of the file, as a picture of Pillow: grey, and blurred beyond recognition.

        With `blur=False` it is neither. Nothing shows a picture without this being called. Needs the extra
        `pictures`; OSError if the file is not there any more.
        """
        from PIL import Image, ImageFilter, ImageOps

        with Image.open(self.uri) as picture:
            shown = ImageOps.grayscale(picture) if blur else picture.convert("RGB")
        shown.thumbnail((size, size))
        return shown.filter(ImageFilter.GaussianBlur(size / 12)) if blur else shown


class Summary(dict[str, Any]):
    """What a scan has counted, as the command line writes it: files, matched, clear, unjudged, ..."""

    def _repr_html_(self) -> str:
        return _table([(name, str(value)) for name, value in self.items() if not isinstance(value, (dict, list))])


def _table(rows: list[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>" for name, value in rows)
    return f"<table>{cells}</table>"


@dataclass(frozen=True)
class Hashed:
    """A file that was hashed, or the reason why not."""

    path: str
    fingerprint: _tutela.Fingerprint | None
    reason: str | None


class _Running:
    """Work on threads of its own; a context manager that stops it at the end of a block."""

    def __init__(self, scan: _tutela.Scan) -> None:
        self._scan = scan

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops it, and waits for the files that are being examined."""
        self._scan.close()

    @property
    def summary(self) -> Summary | None:
        """What was counted; `None` before the end."""
        text = self._scan.summary()
        return None if text is None else Summary(json.loads(text))


class Scanning(_Running, Iterator[Finding]):
    """What `scan` gives: an iterator over findings, in the order of the walk."""

    def __init__(self, scan: _tutela.Scan, clear: bool, progress: Callable[[int], object] | None) -> None:
        super().__init__(scan)
        self._clear, self._progress = clear, progress

    def __enter__(self) -> Scanning:
        return self

    def __next__(self) -> Finding:
        while True:
            text = self._scan.next_finding()
            if self._progress is not None:
                self._progress(self._scan.bytes)
            if text is None:
                raise StopIteration
            finding = Finding(json.loads(text))
            if self._clear or finding.verdict != "clear":
                return finding

    def to_pandas(self) -> pandas.DataFrame:
        """All findings that are still to come, as a data frame: a row for each match, and one for each file
        without any. Columns: uri, verdict, bank, entry, signal, distance, category, reason."""
        import pandas as pd

        columns = ["bank", "entry", "signal", "distance", "category"]
        rows = []
        for finding in self:
            reason = finding.reason["code"] if finding.reason else None
            for match in finding.matches or [{}]:
                values = [match.get(column) for column in columns]
                rows.append([finding.uri, finding.verdict, *values, reason])
        frame = pd.DataFrame(rows, columns=["uri", "verdict", *columns, "reason"])
        return frame.astype({"distance": "Int64"})


class Hashing(_Running, Iterator[Hashed]):
    """What `hash_files` gives: an iterator over hashed files, in the order of the walk."""

    def __enter__(self) -> Hashing:
        return self

    def __next__(self) -> Hashed:
        found = self._scan.next_fingerprint()
        if found is None:
            raise StopIteration
        path, fingerprint, reason = found
        return Hashed(os.fspath(path), fingerprint, None if reason is None else f"{reason[0]}: {reason[1]}")


def _paths(paths: StrPath | Iterable[StrPath]) -> list[str]:
    if isinstance(paths, (str, os.PathLike)):
        return [os.fspath(paths)]
    return [os.fspath(path) for path in paths]


def scan(
    paths: StrPath | Iterable[StrPath],
    index: _tutela.Index,
    *,
    radius: int = 31,
    effort: str = "fast",
    review: int | None = None,
    threads: int | None = None,
    clear: bool = False,
    progress: Callable[[int], object] | None = None,
) -> Scanning:
    """Examines files, and all files in folders, for what is near an entry of an index.

    `effort` is `plain`, `fast` or `deep`: how many views of a picture are looked at. Entries beyond `radius`
    and within `review` bits, 48 at most, are told apart. Clear files are left out unless `clear` is asked for.
    `progress` is called with the bytes examined so far. A file that cannot be examined is a finding with a
    reason, never an exception; Ctrl-C ends the scan with KeyboardInterrupt.
    """
    work = _tutela.Scan.of(_paths(paths), index, radius, effort, review, threads, clear)
    return Scanning(work, clear, progress)


def scan_bytes(
    data: bytes,
    index: _tutela.Index,
    *,
    uri: str = "bytes",
    radius: int = 31,
    effort: str = "plain",
    review: int | None = None,
) -> Finding:
    """The finding of one file that is in memory, with all its hashes. For services."""
    examiner = _tutela.Examiner(index, radius, effort, review, True)
    return Finding(json.loads(examiner.examine(uri, data)))


def hash_files(paths: StrPath | Iterable[StrPath], *, threads: int | None = None) -> Hashing:
    """Hashes files, and all files in folders, on several threads while other Python runs.

    Yields each as it is done, in the order of the walk. Memory is bounded: files are read as far as the
    iterator is. What is no picture comes with the reason.
    """
    return Hashing(_tutela.Scan.hashing(_paths(paths), threads))


def hash_image(image: Any, *, orientations: bool = False) -> _tutela.Fingerprint:
    """Hashes pixels: an array of uint8, height x width or height x width x 3, or a picture of Pillow.

    An array in C order is not copied. ValueError if it is of another kind or has no pixels.
    """
    if hasattr(image, "mode") and hasattr(image, "convert"):
        image = image if image.mode in ("L", "RGB") else image.convert("RGB")
    if image is None:
        raise ValueError("pixels are an array of uint8, height x width or height x width x 3, not None")
    return _tutela.hash_pixels(np.asarray(image), orientations=orientations)

"""Findings, and the iterators that yield them."""

from __future__ import annotations

import html
import json
import os
from dataclasses import dataclass

from . import _tutela


class Finding:
    """What was found out about one file; `to_dict()` is what the command line writes."""

    __slots__ = ("_fields",)

    def __init__(self, fields):
        self._fields = fields

    @property
    def uri(self):
        return self._fields["uri"]

    @property
    def verdict(self):
        return self._fields["verdict"]

    @property
    def matches(self):
        return self._fields.get("matches", [])

    @property
    def near(self):
        return self._fields.get("near", [])

    @property
    def reason(self):
        return self._fields.get("reason")

    @property
    def media(self):
        return self._fields.get("media")

    @property
    def fingerprint(self):
        return self._fields.get("fingerprint")

    def to_dict(self):
        return dict(self._fields)

    def __eq__(self, other):
        return isinstance(other, Finding) and self._fields == other._fields

    def __repr__(self):
        grounds = ""
        if self.matches:
            best = self.matches[0]
            grounds = f", {best['bank']} {best['entry']} at {best['distance']}"
        elif self.reason:
            grounds = f", {self.reason['code']}"
        return f"Finding({self.uri!r}, {self.verdict}{grounds})"

    def _repr_html_(self):
        rows = [("uri", self.uri), ("verdict", self.verdict)]
        rows += [("match", f"{m['bank']} {m['entry']}, {m['signal']} distance {m['distance']}") for m in self.matches]
        if self.reason:
            rows.append(("reason", f"{self.reason['code']}: {self.reason['detail']}"))
        cells = "".join(f"<tr><th>{name}</th><td>{html.escape(str(value))}</td></tr>" for name, value in rows)
        return f"<table>{cells}</table>"

    def show(self, blur=True, size=128):
        """A thumbnail of the file, as a PIL image: grey and blurred beyond recognition unless asked
        otherwise. Needs pillow."""
        from PIL import Image, ImageFilter, ImageOps

        with Image.open(self.uri) as picture:
            if not blur:
                thumbnail = picture.convert("RGB")
                thumbnail.thumbnail((size, size))
                return thumbnail
            thumbnail = ImageOps.grayscale(picture)
        thumbnail.thumbnail((size, size))
        return thumbnail.filter(ImageFilter.GaussianBlur(size / 12))


@dataclass(frozen=True)
class Hashed:
    """A file that was hashed, or the reason why not."""

    path: str
    fingerprint: _tutela.Fingerprint | None
    reason: str | None


class _Running:
    """An iterator over a scan at work; a context manager that stops it."""

    def __init__(self, scan):
        self._scan = scan

    def __iter__(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._scan.close()

    @property
    def summary(self):
        """Counts, after the end: files, matched, clear, unjudged and others; `None` before it."""
        text = self._scan.summary()
        return None if text is None else json.loads(text)


class Scanning(_Running):
    """What `scan` gives."""

    def __init__(self, scan, clear, progress):
        super().__init__(scan)
        self._clear, self._progress = clear, progress

    def __next__(self):
        while True:
            text = self._scan.next_finding()
            if self._progress is not None:
                self._progress(self._scan.bytes)
            if text is None:
                raise StopIteration
            finding = Finding(json.loads(text))
            if self._clear or finding.verdict != "clear":
                return finding


class Hashing(_Running):
    """What `hash_files` gives."""

    def __next__(self):
        found = self._scan.next_fingerprint()
        if found is None:
            raise StopIteration
        path, fingerprint, reason = found
        return Hashed(os.fspath(path), fingerprint, None if reason is None else f"{reason[0]}: {reason[1]}")


def _paths(paths):
    if isinstance(paths, (str, os.PathLike)):
        return [os.fspath(paths)]
    return [os.fspath(path) for path in paths]


def scan(paths, index, *, radius=31, effort="fast", review=None, threads=None, clear=False, progress=None):
    """Yields the findings of files and folders; see the stubs for all arguments."""
    work = _tutela.Scan.of(_paths(paths), index, radius, effort, review, threads, clear)
    return Scanning(work, clear, progress)


def hash_files(paths, *, threads=None):
    """Hashes files and folders on several threads; yields each as it is done, in the order of the walk."""
    return Hashing(_tutela.Scan.hashing(_paths(paths), threads))


def hash_image(image, *, orientations=False):
    """Hashes pixels: an array of uint8, height x width or height x width x 3, or a picture of PIL."""
    import numpy as np

    if hasattr(image, "mode") and hasattr(image, "convert"):
        image = image if image.mode in ("L", "RGB") else image.convert("RGB")
    if image is None:
        raise ValueError("pixels are an array of uint8, height x width or height x width x 3, not None")
    return _tutela.hash_pixels(np.asarray(image), orientations=orientations)

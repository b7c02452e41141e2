"""Hashing, matching and scanning over Apache Spark, where one machine is too small.

    >>> import tutela.spark
    >>> files = spark.read.format("binaryFile").load("pictures/")
    >>> tutela.spark.scan(files, "/shared/index").where("verdict = 'match'").show()

Each task is one stream of batches through `mapInArrow`. A worker process maps the index into memory once and
keeps it for the tasks that follow; all workers of a machine share one copy. `tutela` must be installed where
the workers run. The index is a folder that every worker can read, or one that `ship` has sent to them.

No row is lost: a hash that is missing or malformed, and a file that could not be examined, come out with a
`reason`. (Spark's own reader `binaryFile` leaves out files of no bytes.) Needs the extra `spark`: PySpark 3.5 or later, and Java 17.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from . import _tutela

if TYPE_CHECKING:
    from pyspark.sql import DataFrame as _DataFrame
    from pyspark.sql import SparkSession as _SparkSession

__all__ = ["HASH_SCHEMA", "MATCH_SCHEMA", "SCAN_SCHEMA", "ShippedIndex", "hash", "match", "scan", "ship"]

HASH_SCHEMA = pa.schema(
    [
        ("path", pa.string()),
        ("pdq", pa.string()),
        ("quality", pa.int32()),
        ("md5", pa.string()),
        ("sha1", pa.string()),
        ("sha256", pa.string()),
        ("reason", pa.string()),
    ]
)
"""Columns of `hash`: digests in hex, and why there is no PDQ hash, or only one of low quality."""

MATCH_SCHEMA = pa.schema(
    [
        ("bank", pa.string()),
        ("entry", pa.string()),
        ("category", pa.string()),
        ("distance", pa.int32()),
        ("reason", pa.string()),
    ]
)
"""Columns that `match` adds to those of the hashes; `reason` is null unless a hash could not be read."""

_MATCHED = {
    "bank": pa.string(),
    "entry": pa.string(),
    "category": pa.string(),
    "signal": pa.string(),
    "distance": pa.int32(),
}

SCAN_SCHEMA = pa.schema(
    [
        ("path", pa.string()),
        ("verdict", pa.string()),
        ("matches", pa.list_(pa.struct(list(_MATCHED.items())))),
        ("reason", pa.string()),
        ("finding", pa.string()),
    ]
)
"""Columns of `scan`; `finding` is the line of JSON that the command writes."""


@dataclass(frozen=True)
class ShippedIndex:
    """An index that Spark has sent to every worker, to be passed as `index_path`."""

    name: str


def ship(spark: _SparkSession, index_path: str | os.PathLike[str]) -> ShippedIndex:
    """Sends a copy of an index to every worker, once per machine, with `SparkContext.addArchive`.

    For indexes of some gigabytes at most; a larger one belongs into a folder that all can read. The driver
    keeps the archive in a temporary folder while the session lives.
    """
    folder = tempfile.mkdtemp(prefix="tutela-")
    copy = shutil.copytree(index_path, os.path.join(folder, "index"))
    with _tutela.Index.open(copy) as index:
        # A copy made while another process commits would be damaged, or not what was asked for.
        index.verify()
        name = f"tutela-{index.digest[:16]}"
    archive = shutil.make_archive(os.path.join(folder, name), "zip", copy)
    shutil.rmtree(copy)
    spark.sparkContext.addArchive(f"{archive}#{name}")
    return ShippedIndex(name)


def hash(df: _DataFrame, *, content_column: str = "content", path_column: str = "path") -> _DataFrame:
    """Hashes files, such as `spark.read.format("binaryFile")` reads: a row of HASH_SCHEMA for each."""

    def hashed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        examiner = _tutela.Examiner(None, 0, "plain", None, True)
        for batch in batches:
            found = (_examined(examiner, path, data) for path, data in _files(batch))
            rows = [
                {"path": path, "reason": reason} | finding.get("fingerprint", {}) for path, finding, _, reason in found
            ]
            yield pa.RecordBatch.from_pylist(rows, HASH_SCHEMA)

    return _over(df.select(path_column, content_column), hashed, HASH_SCHEMA)


def match(
    df: _DataFrame, index_path: str | os.PathLike[str] | ShippedIndex, column: str = "pdq", *, radius: int = 31
) -> _DataFrame:
    """All entries within the radius of each PDQ hash: hex digits, or 32 bytes.

    Gives the rows of `df`, once for each entry that is near, with the columns of MATCH_SCHEMA behind their
    own; their names must not be taken. A hash that is near none gives no row, one that is missing or
    malformed a row with a `reason`.
    """
    taken = sorted(set(df.columns) & set(MATCH_SCHEMA.names))
    if taken:
        raise ValueError(f"columns of these names are added, rename yours: {', '.join(taken)}")
    if column not in df.columns:
        raise ValueError(f"no column {column!r}: there are {', '.join(df.columns)}")
    place = df.columns.index(column)
    where = _where(index_path)

    def matched(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        index = _opened(where)
        for batch in batches:
            hashes, rows, bad = _hashes(batch.column(place))
            hits = index.within_many(hashes, radius, parallel=False)
            entries = index.describe(hits.entry.tolist())
            taken = pa.array(np.concatenate([rows[hits.query], bad]).astype(np.int64))
            missing: list[Any] = [None] * len(bad)
            columns = [
                pa.array(entries["bank"] + missing, pa.string()),
                pa.array(entries["entry"] + missing, pa.string()),
                pa.array(entries["category"] + missing, pa.string()),
                pa.array(hits.distance.astype(np.int32).tolist() + missing, pa.int32()),
                pa.array([None] * len(hits) + ["no PDQ hash: 64 hex digits or 32 bytes"] * len(bad), pa.string()),
            ]
            kept = batch.take(taken)
            yield pa.RecordBatch.from_arrays(kept.columns + columns, kept.schema.names + MATCH_SCHEMA.names)

    return _over(df, matched, MATCH_SCHEMA, df)


def scan(
    df: _DataFrame,
    index_path: str | os.PathLike[str] | ShippedIndex,
    *,
    content_column: str = "content",
    path_column: str = "path",
    radius: int = 31,
    effort: str = "fast",
    clear: bool = False,
) -> _DataFrame:
    """Examines files, such as `spark.read.format("binaryFile")` reads, as `tutela.scan` does.

    Gives a row of SCAN_SCHEMA for each; clear files are left out unless `clear` is asked for.
    """
    where = _where(index_path)

    def scanned(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        examiner = _tutela.Examiner(_opened(where), radius, effort, None, clear)
        for batch in batches:
            rows = []
            for path, finding, text, reason in (_examined(examiner, path, data) for path, data in _files(batch)):
                if not clear and finding["verdict"] == "clear":
                    continue
                matches = [{name: found.get(name) for name in _MATCHED} for found in finding.get("matches", [])]
                rows.append([path, finding["verdict"], matches, reason, text])
            columns = list(zip(*rows)) or [()] * len(SCAN_SCHEMA)
            yield pa.RecordBatch.from_arrays(
                [pa.array(column, field.type) for column, field in zip(columns, SCAN_SCHEMA)], schema=SCAN_SCHEMA
            )

    return _over(df.select(path_column, content_column), scanned, SCAN_SCHEMA)


def _over(
    df: _DataFrame,
    work: Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]],
    schema: pa.Schema,
    before: _DataFrame | None = None,
) -> _DataFrame:
    from pyspark.sql.pandas.types import from_arrow_schema
    from pyspark.sql.types import StructType

    fields = from_arrow_schema(schema).fields
    return df.mapInArrow(work, StructType((before.schema.fields if before is not None else []) + fields))


def _where(index_path: str | os.PathLike[str] | ShippedIndex) -> str | ShippedIndex:
    return index_path if isinstance(index_path, ShippedIndex) else os.path.abspath(os.fspath(index_path))


_OPEN: dict[str, _tutela.Index] = {}


def _opened(where: str | ShippedIndex) -> _tutela.Index:
    """The index of this worker process, at its newest commit."""
    if isinstance(where, ShippedIndex):
        from pyspark import SparkFiles

        path = str(SparkFiles.get(where.name))
    else:
        path = where
    if path not in _OPEN:
        _OPEN[path] = _tutela.Index.open(path)
    _OPEN[path].reload()
    return _OPEN[path]


def _files(batch: pa.RecordBatch) -> Iterator[tuple[str, bytes | None]]:
    paths, contents = batch.columns
    for path, data in zip(paths, contents):
        yield str(path.as_py()), data.as_py()


def _examined(
    examiner: _tutela.Examiner, path: str, data: bytes | None
) -> tuple[str, dict[str, Any], str, str | None]:
    """The path, the finding, the same as JSON, and its reason as text."""
    text = examiner.examine(path, data or b"")
    finding = json.loads(text)
    reason = finding.get("reason")
    return path, finding, text, f"{reason['code']}: {reason['detail']}" if reason else None


# What each byte is as a hex digit; 255 if it is none.
_DIGITS = np.full(256, 255, dtype=np.uint8)
for _digits in (b"0123456789abcdef", b"0123456789ABCDEF"):
    _DIGITS[np.frombuffer(_digits, dtype=np.uint8)] = np.arange(16)


def _hashes(column: pa.Array) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The hashes of a column, an N x 32 array; their rows; and the rows that hold none."""
    text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    if not text and not pa.types.is_binary(column.type) and not pa.types.is_large_binary(column.type):
        raise TypeError(f"a column of PDQ hashes is of type string or binary, not {column.type}")
    width = 64 if text else 32
    values = column.cast(pa.large_binary())
    _, offsets, data = values.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[values.offset : values.offset + len(values) + 1]
    good = np.diff(ends) == width
    if values.null_count:
        good &= values.is_valid().to_numpy(zero_copy_only=False)
    starts = ends[:-1][good]
    rows = np.flatnonzero(good)
    if len(starts) == 0:
        return np.empty((0, 32), dtype=np.uint8), rows, np.flatnonzero(~good)
    all_bytes = np.frombuffer(data, dtype=np.uint8)
    if starts[-1] - starts[0] == width * (len(starts) - 1):
        # They follow each other.
        taken = all_bytes[starts[0] : starts[0] + width * len(starts)].reshape(-1, width)
    else:
        taken = all_bytes[starts[:, None] + np.arange(width)]
    if text:
        digits = _DIGITS[taken]
        right = (digits != 255).all(axis=1)
        good[rows[~right]] = False
        rows, digits = rows[right], digits[right]
        taken = digits[:, ::2] << 4 | digits[:, 1::2]
    return np.ascontiguousarray(taken), rows, np.flatnonzero(~good)

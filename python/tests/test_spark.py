"""Spark for real: two threads of this machine, each with its worker process."""

import hashlib
import os
import shutil
import sys

import numpy as np
import pytest
import tutela

pytest.importorskip("pyspark")
if not shutil.which("java"):
    pytest.skip("Spark needs Java 17, and there is no `java`", allow_module_level=True)

import pyarrow as pa  # noqa: E402
from PIL import Image, ImageFilter  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

import tutela.spark  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spark")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").appName("tutela")
    for name, value in {
        "spark.driver.memory": "2g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder / "local"),
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def picture(rng):
    small = Image.fromarray(rng.integers(0, 256, (12, 12, 3), dtype=np.uint8))
    return small.resize((96, 72), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """2,000 pictures, of which each twentieth is listed; some as a copy of half the size; and files that are none."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(6)
    files = folder / "files"
    files.mkdir()
    with tutela.IndexWriter(folder / "index") as writer:
        for number in range(2000):
            made = picture(rng)
            copied = made.resize((72, 54)) if number % 40 == 0 else made
            copied.save(files / f"{number:04}.{('jpg', 'png')[number % 2]}", quality=85)
            if number % 20 == 0:
                writer.add("MADE", str(number), pdq=tutela.hash_image(made), category="A1")
    (files / "text.jpg").write_bytes(b"no picture")
    (files / "cut.jpg").write_bytes((files / "0002.jpg").read_bytes()[:700])
    return folder


def local(path):
    return path.split(":", 1)[1].replace("///", "/") if path.startswith("file:") else path


def test_files_are_scanned_as_one_process_does(spark, pictures):
    files = spark.read.format("binaryFile").load(str(pictures / "files"))
    index = tutela.Index.open(pictures / "index")
    wanted = {}
    for finding in tutela.scan(pictures / "files", index, clear=True):
        reason = finding.reason and f"{finding.reason['code']}: {finding.reason['detail']}"
        entries = [(match["entry"], match["distance"]) for match in finding.matches]
        wanted[finding.uri] = (finding.verdict, entries, reason)
    assert sum(verdict == "match" for verdict, _, _ in wanted.values()) >= 95
    for where in (pictures / "index", tutela.spark.ship(spark, pictures / "index")):
        rows = tutela.spark.scan(files, where, clear=True).collect()
        found = {}
        for row in rows:
            entries = [(match.entry, match.distance) for match in row.matches]
            found[local(row.path)] = (row.verdict, entries, row.reason)
        assert len(rows) == len(found) == 2002
        assert found == wanted
    without_clear = tutela.spark.scan(files, pictures / "index")
    assert without_clear.count() == sum(verdict != "clear" for verdict, _, _ in wanted.values())
    assert without_clear.where("verdict = 'match'").selectExpr("explode(matches) m").where("m.bank = 'MADE'").count() >= 95


def test_files_are_hashed_as_one_process_does(spark, pictures):
    files = spark.read.format("binaryFile").load(str(pictures / "files"))
    rows = tutela.spark.hash(files).collect()
    found = {local(row.path): row for row in rows}
    assert len(rows) == len(found) == 2002
    names = ("pdq", "quality", "md5", "sha1", "sha256")
    hashed = 0
    for one in tutela.hash_files(pictures / "files"):
        row = found[one.path]
        if one.fingerprint:
            assert [getattr(one.fingerprint, name) for name in names] == [row[name] for name in names], one.path
            hashed += row.pdq is not None
        if one.reason:
            assert row.reason == one.reason
    assert hashed >= 2000
    assert found[str(pictures / "files/text.jpg")].reason.startswith("unsupported")


def test_files_without_content_are_rows_too(spark, pictures):
    rows = [("empty", b""), ("null", None), ("text", b"no picture")]
    frame = spark.createDataFrame(rows, "name string, bytes binary")
    columns = {"content_column": "bytes", "path_column": "name"}
    for row in tutela.spark.scan(frame, pictures / "index", **columns).collect():
        assert row.verdict == "unjudged" and row.reason, row
    hashed = {row.path: row for row in tutela.spark.hash(frame, **columns).collect()}
    assert len(hashed) == 3 and all(row.pdq is None and row.reason for row in hashed.values())
    assert hashed["text"].md5 == hashlib.md5(b"no picture").hexdigest()


@pytest.fixture(scope="module")
def million():
    """A million hashes to be listed, and a million to be looked for, of which a hundredth is near one."""
    rng = np.random.default_rng(7)
    listed = rng.integers(0, 256, (1_000_000, 32), dtype=np.uint8)
    asked = rng.integers(0, 256, (1_000_000, 32), dtype=np.uint8)
    near = listed[::100].copy()
    for row, count in zip(near, rng.integers(0, 40, len(near))):
        bits = rng.choice(256, count, replace=False)
        np.bitwise_xor.at(row, bits // 8, (1 << (bits % 8)).astype(np.uint8))
    asked[::100] = near
    return listed, asked


def test_a_million_hashes_are_matched_as_one_process_does(spark, million, tmp_path):
    listed, asked = million
    with tutela.IndexWriter(tmp_path / "index") as writer:
        for number, row in enumerate(listed):
            writer.add("M", str(number), pdq=row)
    index = tutela.Index.open(tmp_path / "index")
    hits = index.within_many(asked)
    wanted = sorted(zip(hits.query.tolist(), index.describe(hits.entry.tolist())["entry"], hits.distance.tolist()))
    assert len(wanted) > 7000
    binary = pa.table({"row": np.arange(len(asked)), "pdq": pa.array(list(map(bytes, asked)), pa.binary())})
    import pyarrow.parquet

    pyarrow.parquet.write_table(binary, tmp_path / "asked.parquet")
    matched = tutela.spark.match(spark.read.parquet(str(tmp_path / "asked.parquet")), tmp_path / "index")
    assert matched.columns == ["row", "pdq", "bank", "entry", "category", "distance", "reason"]
    found = sorted((row.row, row.entry, row.distance) for row in matched.collect())
    assert found == wanted


def test_hashes_that_cannot_be_read_are_rows_with_a_reason(spark, tmp_path):
    with tutela.IndexWriter(tmp_path / "i") as writer:
        writer.add("B", "zeros", pdq="0" * 64)
    texts = ["0" * 64, None, "0" * 63, "g" + "0" * 63, "F" * 64, "0" * 62 + "0F", "0" * 65, ""]
    frame = spark.createDataFrame(list(enumerate(texts)), "row int, hex string")
    rows = sorted((row.row, row.entry, row.distance, bool(row.reason)) for row in tutela.spark.match(frame, tmp_path / "i", "hex").collect())
    bad = [(row, None, None, True) for row in (1, 2, 3, 6, 7)]
    assert rows == sorted([(0, "zeros", 0, False), (5, "zeros", 4, False), *bad])
    for wrong in (lambda: tutela.spark.match(frame, tmp_path / "i", "pdq"), lambda: tutela.spark.match(frame.withColumnRenamed("row", "bank"), tmp_path / "i", "hex")):
        with pytest.raises(ValueError, match="column"):
            wrong()
    from pyspark.errors import PythonException

    with pytest.raises(PythonException, match="NotAnIndexError"):
        tutela.spark.match(frame, tmp_path / "nothing", "hex").collect()

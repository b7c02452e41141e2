"""A million hashes against a million entries: Spark on two local threads, and one process on two threads.

Both read the hashes from the same Parquet file and give bank, id, category and distance of what is near.
"""

import os
import shutil
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import tutela
import tutela.spark
from pyspark.sql import SparkSession


def session(work):
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").appName("tutela")
    for name, value in {
        "spark.driver.memory": "2g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(work / "local"),
        "spark.sql.warehouse.dir": str(work / "warehouse"),
    }.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def measured(options):
    work = options.work / "spark"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    rng = np.random.default_rng(7)
    listed, asked = (rng.integers(0, 256, (options.size, 32), dtype=np.uint8) for _ in range(2))
    asked[::100] = listed[::100] ^ rng.integers(0, 2, (len(listed[::100]), 32), dtype=np.uint8)
    with tutela.IndexWriter(work / "index") as writer:
        for number, row in enumerate(listed):
            writer.add("M", str(number), pdq=row, category="A1")
    binary = pa.FixedSizeBinaryArray.from_buffers(pa.binary(32), len(asked), [None, pa.py_buffer(asked)])
    file = str(work / "asked.parquet")
    pyarrow.parquet.write_table(pa.table({"row": np.arange(len(asked)), "pdq": binary.cast(pa.binary())}), file)
    index = tutela.Index.open(work / "index")
    spark = session(work)

    def alone():
        column = pyarrow.parquet.read_table(file)["pdq"].combine_chunks()
        hashes = np.frombuffer(column.buffers()[2], dtype=np.uint8).reshape(-1, 32)
        hits = index.within_many(hashes)
        return len(pa.table({**hits.columns(), **index.describe(hits.entry.tolist())}))

    def on_two_workers():
        found = tutela.spark.match(spark.read.parquet(file), work / "index")
        return len(found.toArrow()) if hasattr(found, "toArrow") else len(found.collect())

    times = {"one process, two threads": [], "Spark, local[2]": []}
    for turn in range(options.rounds + 1):
        seen = []
        for work_of in (alone, on_two_workers):
            start = time.perf_counter()
            seen.append((work_of(), time.perf_counter() - start))
        assert seen[0][0] == seen[1][0] > 0, "not the same matches"
        if turn > 0:
            for values, (_, seconds) in zip(times.values(), seen):
                values.append(seconds)
    spark.stop()
    yield f"{options.size:,} hashes against {options.size:,}", "s", times, "one process, two threads"

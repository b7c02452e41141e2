"""Searches: the package, the Rust library in a process of its own, faiss and threatexchange."""

import json
import shutil
import statistics
import subprocess
import time

import faiss
import numpy as np
import tutela
from threatexchange.signal_type.pdq.pdq_index import PDQIndex

RADIUS = 31
QUERIES = 10_000
COMPARED = 500
"""Queries of a round that the peers are asked, whose whole batch would take minutes."""


class Rust:
    """The library, as `benches/peers/index/worker` serves it: it times itself around the search alone."""

    def __init__(self, options, folder, queries):
        words = [options.programs / "peers-worker", "serve", "tutela"]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.folder, self.queries = str(folder), str(queries)

    def ask(self, **request):
        print(json.dumps(request), file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def build(self, hashes):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.ask(do="build", hashes=str(hashes), dir=self.folder)
        self.ask(do="open", queries=self.queries, dir=self.folder)

    def close(self):
        self.process.kill()
        self.process.wait()


def made(options, kind, size):
    """Files of hashes and of queries, 32 bytes each."""
    files = [options.work / f"{kind}-{size}.{what}" for what in ("hashes", "queries")]
    if not files[0].exists():
        subprocess.run([options.programs / "peers-worker", "make", kind, str(size), "7", *files], check=True)
    return files


def load(path):
    return np.fromfile(path, dtype=np.uint8).reshape(-1, 32)


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def measured(options):
    faiss.omp_set_num_threads(1)
    for kind in ("uniform", "real-like"):
        yield from batches(options, kind)
    yield calls(options)


def batches(options, kind):
    files = made(options, kind, options.size)
    hashes, queries = map(load, files)
    queries = np.ascontiguousarray(queries[:QUERIES])
    few = np.ascontiguousarray(queries[:COMPARED])
    rust = Rust(options, options.work / "index", files[1])
    rust.build(files[0])
    index = tutela.Index.open(options.work / "index")
    flat = faiss.IndexBinaryFlat(256)
    flat.add(hashes)
    exchange = PDQIndex.build((bytes(row).hex(), number) for number, row in enumerate(hashes))
    texts = [bytes(row).hex() for row in few]

    same(index, flat, exchange, few, texts)
    one = {"tutela, Python": [], "tutela, Rust": [], "threatexchange": [], "faiss, flat": []}
    two = {"tutela, Python": [], "tutela, Rust": []}
    for turn in range(options.rounds + 1):
        in_rust = [rust.ask(do="batch", count=QUERIES, threads=threads)["seconds"] for threads in (1, 2)]
        alone, _ = timed(lambda: index.within_many(queries, RADIUS, parallel=False))
        both, _ = timed(lambda: index.within_many(queries, RADIUS))
        by_exchange, _ = timed(lambda: [exchange.query(text) for text in texts])
        by_faiss, _ = timed(lambda: flat.range_search(few, RADIUS + 1))
        if turn == 0:
            continue  # everything is in memory from here on
        one["tutela, Python"].append(alone / QUERIES * 1e6)
        one["tutela, Rust"].append(in_rust[0] / QUERIES * 1e6)
        one["threatexchange"].append(by_exchange / COMPARED * 1e6)
        one["faiss, flat"].append(by_faiss / COMPARED * 1e6)
        two["tutela, Python"].append(both / QUERIES * 1e6)
        two["tutela, Rust"].append(in_rust[1] / QUERIES * 1e6)
    rust.close()
    what = f"a query of {QUERIES:,} against {options.size:,}, {kind}"
    yield f"{what}, one thread", "us", one, "tutela, Python"
    yield f"{what}, two threads", "us", two, "tutela, Python"


def same(index, flat, exchange, queries, texts):
    """All find the same pairs of query and row at the same distance."""
    hits = index.within_many(queries, RADIUS)
    rows = map(int, index.describe(hits.entry.tolist())["entry"])
    ours = sorted(zip(hits.query.tolist(), rows, hits.distance.tolist()))
    limits, distances, rows = flat.range_search(queries, RADIUS + 1)
    numbers = np.repeat(np.arange(len(queries)), np.diff(limits.astype(np.int64)))
    assert ours == sorted(zip(numbers.tolist(), rows.tolist(), distances.astype(int).tolist())), "faiss"
    theirs = [
        (number, match.metadata, int(match.similarity_info.distance))
        for number, text in enumerate(texts)
        for match in exchange.query(text)
    ]
    assert ours == sorted(theirs), "threatexchange"
    assert ours, "nothing to be found"


def calls(options):
    """One call for one hash, on a list so short that the call itself counts."""
    files = made(options, "uniform", 10**4)
    queries = load(files[1])
    rust = Rust(options, options.work / "short", files[1])
    rust.build(files[0])
    index = tutela.Index.open(options.work / "short")
    rows = [bytes(row) for row in queries]
    arrays = list(queries)
    times = {"within of bytes, Python": [], "within of an array, Python": [], "within, Rust": []}
    for turn in range(options.rounds + 1):
        start = turn * 1000 % len(rows)
        seen = {
            "within of bytes, Python": one_by_one(index, rows[start : start + 1000]),
            "within of an array, Python": one_by_one(index, arrays[start : start + 1000]),
            "within, Rust": rust.ask(**{"do": "single", "from": start, "count": 1000})["nanoseconds"],
        }
        if turn > 0:
            for name, values in seen.items():
                times[name].append(statistics.median(values) / 1e3)
    rust.close()
    return "one hash against 10,000", "us", times, "within of bytes, Python"


def one_by_one(index, queries):
    times = []
    for query in queries:
        start = time.perf_counter_ns()
        index.within(query, RADIUS)
        times.append(time.perf_counter_ns() - start)
    return times

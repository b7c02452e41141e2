"""The searches in Python that are compared, each in a process of its own: `peers.py PEER`.

Requests and answers are one JSON object a line, as the worker in Rust has them. Times are taken here,
around the search alone.
"""

import json
import os
import pathlib
import sys
import time

import numpy as np

RADIUS = 31
BITS = 256


class Flat:
    """faiss: all hashes compared."""

    approximate = False

    def make(self):
        import faiss

        return faiss.IndexBinaryFlat(BITS)

    def build(self, hashes, folder):
        import faiss

        faiss.omp_set_num_threads(1)
        index = self.make()
        index.add(hashes)
        faiss.write_index_binary(index, str(folder / "index"))

    def open(self, folder):
        import faiss

        faiss.omp_set_num_threads(1)
        self.index = faiss.read_index_binary(str(folder / "index"))

    def near(self, query):
        # faiss's radius is the first distance that is too far.
        _, _, rows = self.index.range_search(query, self.beyond)
        return rows

    def near_many(self, queries, threads):
        import faiss

        faiss.omp_set_num_threads(threads)
        limits, _, _ = self.index.range_search(queries, self.beyond)
        faiss.omp_set_num_threads(1)
        return int(limits[-1])

    beyond = RADIUS + 1


class MultiHash(Flat):
    """faiss: 16 tables of 16 bits, one bit flipped. Exact up to 31 bits; the choice of HMA."""

    def make(self):
        import faiss

        return faiss.IndexBinaryMultiHash(BITS, 16, 16)

    def open(self, folder):
        super().open(folder)
        self.index.nflip = 1


class Hnsw(Flat):
    """faiss: a graph, ten neighbours."""

    approximate = True

    def make(self):
        import faiss

        index = faiss.IndexBinaryHNSW(BITS, 16)
        index.hnsw.efSearch = 64
        return index

    def open(self, folder):
        super().open(folder)
        self.index.hnsw.efSearch = 64

    def near(self, query):
        distances, rows = self.index.search(query, 10)
        return rows[0][distances[0] <= RADIUS]

    def near_many(self, queries, threads):
        import faiss

        faiss.omp_set_num_threads(threads)
        distances, _ = self.index.search(queries, 10)
        faiss.omp_set_num_threads(1)
        return int((distances <= RADIUS).sum())


class Usearch:
    """usearch: a graph, ten neighbours."""

    approximate = True

    def build(self, hashes, folder):
        from usearch.index import Index

        index = Index(ndim=BITS, metric="hamming", dtype="b1")
        index.add(np.arange(len(hashes)), hashes, threads=2)
        index.save(str(folder / "index"))

    def open(self, folder):
        from usearch.index import Index

        self.index = Index.restore(str(folder / "index"))
        self.index.expansion_search = 256

    def near(self, query):
        found = self.index.search(query[0], 10)
        return found.keys[found.distances <= RADIUS]

    def near_many(self, queries, threads):
        found = self.index.search(queries, 10, threads=threads)
        return int((found.distances <= RADIUS).sum())


class ThreatExchange:
    """threatexchange: what HMA's users call, one hash a call."""

    approximate = False

    def build(self, hashes, folder):
        import faiss
        from threatexchange.signal_type.pdq.pdq_index import PDQIndex

        faiss.omp_set_num_threads(1)
        index = PDQIndex.build((bytes(row).hex(), number) for number, row in enumerate(hashes))
        with open(folder / "index", "wb") as file:
            index.serialize(file)

    def open(self, folder):
        import faiss
        from threatexchange.signal_type.pdq.pdq_index import PDQIndex

        faiss.omp_set_num_threads(1)
        with open(folder / "index", "rb") as file:
            self.index = PDQIndex.deserialize(file)

    def near(self, query):
        return [match.metadata for match in self.index.query(bytes(query[0]).hex())]

    def near_many(self, queries, threads):
        return sum(len(self.near(queries[row : row + 1])) for row in range(len(queries)))


PEERS = {
    "faiss-flat": Flat,
    "faiss-multihash": MultiHash,
    "faiss-hnsw": Hnsw,
    "usearch-hnsw": Usearch,
    "threatexchange": ThreatExchange,
}


def load(path):
    return np.fromfile(path, dtype=np.uint8).reshape(-1, BITS // 8)


def resident():
    """Resident memory in bytes, without the pages of mapped files, where the system tells."""
    status = pathlib.Path("/proc/self/status")
    for line in status.read_text().splitlines() if status.exists() else []:
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


class Server:
    def __init__(self, peer):
        self.peer = peer
        self.queries = None

    def build(self, hashes, dir):
        hashes, folder = load(hashes), pathlib.Path(dir)
        folder.mkdir(parents=True, exist_ok=True)
        start = time.perf_counter()
        self.peer.build(hashes, folder)
        return {"seconds": time.perf_counter() - start}

    def open(self, queries, dir):
        self.queries = load(queries)
        before = resident()
        start = time.perf_counter()
        self.peer.open(pathlib.Path(dir))
        seconds = time.perf_counter() - start
        self.peer.near(self.queries[:1])
        return {"opened": True, "seconds": seconds, "resident": resident() - before}

    def single(self, count, **where):
        times = []
        for number in range(count):
            row = (where["from"] + number) % len(self.queries)
            query = self.queries[row : row + 1]
            start = time.perf_counter_ns()
            self.peer.near(query)
            times.append(time.perf_counter_ns() - start)
        return {"nanoseconds": times}

    def batch(self, count, threads):
        queries = self.queries[:count]
        start = time.perf_counter()
        found = self.peer.near_many(queries, threads)
        return {"seconds": time.perf_counter() - start, "found": found}

    def found(self, count):
        pairs = []
        for number in range(count):
            rows = self.peer.near(self.queries[number : number + 1])
            pairs.extend((number, int(row)) for row in rows)
        return {"pairs": pairs}


def main():
    server = Server(PEERS[sys.argv[1]]())
    # What libraries print must not get between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(server, request.pop("do"))(**request)
        except Exception as error:  # whatever a peer raises is told, and the others go on
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()

"""Runs all peers in turn on the same data, and tells how they did. Started by `benches/peers/run`.

Each peer is a process of its own. It builds its index and saves it; another process opens that, so that
memory and the time to open are those of a user who comes back. Then all take turns, round after round:
some queries one by one, all at once on one thread, all at once on two. What is printed are medians over
all rounds. Exact peers must find all pairs within 31 bits, as comparing all hashes does.
"""

import argparse
import dataclasses
import datetime
import json
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys

import report

HERE = pathlib.Path(__file__).parent
SEED = 7
QUERIES = 10_000


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str
    rust: bool
    approximate: bool
    largest: int
    """Sizes beyond this are left out: building takes hours, or memory is short."""
    threads: bool
    """Whether a batch goes on several threads."""


PEERS = [
    Peer("tutela", True, False, 10**8, True),
    Peer("tutela-lean", True, False, 10**8, True),
    Peer("mih-rs", True, False, 3 * 10**7, False),
    Peer("brute-force", True, False, 3 * 10**7, False),
    Peer("faiss-flat", False, False, 3 * 10**7, True),
    Peer("faiss-multihash", False, False, 10**7, True),
    Peer("threatexchange", False, False, 10**6, False),
    Peer("faiss-hnsw", False, True, 10**6, True),
    Peer("usearch-hnsw", False, True, 10**5, True),
]


class Process:
    """A peer that answers."""

    def __init__(self, peer, worker):
        words = [worker, "serve", peer.name]
        if not peer.rust:
            words = [sys.executable, str(HERE / "peers.py"), peer.name]
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process ended with status {self.process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def close(self):
        self.process.kill()
        self.process.wait()


class Run:
    """One peer on one set of data."""

    def __init__(self, peer, options, data, folder):
        self.peer, self.folder = peer, folder
        self.result = {"peer": peer.name, "approximate": peer.approximate}
        hashes, queries = map(str, data)
        builder = Process(peer, options.worker)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            built = builder.ask(do="build", hashes=hashes, dir=str(folder))
        finally:
            builder.close()
        self.result["build_seconds"] = built["seconds"]
        self.result["disk_bytes"] = sum(file.stat().st_size for file in folder.iterdir())
        self.process = Process(peer, options.worker)
        opened = self.process.ask(do="open", queries=queries, dir=str(folder))
        self.result["open_seconds"] = opened["seconds"]
        self.result["resident_bytes"] = opened["resident"]
        first = self.process.ask(**{"do": "single", "from": 0, "count": 20})["nanoseconds"]
        # About so many queries as take a second.
        each = max(statistics.median(first) / 1e9, 1e-6)
        self.count = int(min(QUERIES, max(10, options.budget / each)))
        self.single, self.batches = [], {1: [], 2: []}

    def turn(self, number):
        request = {"do": "single", "from": number * self.count, "count": self.count}
        self.single += self.process.ask(**request)["nanoseconds"]
        for threads in (1, 2) if self.peer.threads else (1,):
            answer = self.process.ask(do="batch", count=self.count, threads=threads)
            self.batches[threads].append(answer["seconds"] / self.count)

    def finish(self, truth):
        times = sorted(self.single)
        self.result |= {
            "queries_a_round": self.count,
            "median_us": times[len(times) // 2] / 1e3,
            "p99_us": times[len(times) * 99 // 100] / 1e3,
        }
        for threads, seconds in self.batches.items():
            if seconds:
                self.result[f"batch_us_{threads}"] = statistics.median(seconds) * 1e6
        found = self.process.ask(do="found", count=self.count)["pairs"]
        wanted = {pair for pair in truth if pair[0] < self.count}
        self.result["recall"] = len(wanted & set(map(tuple, found))) / max(1, len(wanted))
        self.result["pairs"] = len(wanted)
        self.close()

    def close(self):
        self.process.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def compare(options, kind, size):
    """The results of all peers on one set of data."""
    work = options.work / "data"
    work.mkdir(parents=True, exist_ok=True)
    data = [work / f"{kind}-{size}-{SEED}.{what}" for what in ("hashes", "queries")]
    if not data[0].exists():
        words = [options.worker, "make", kind, str(size), str(SEED), *map(str, data)]
        subprocess.run(words, check=True)
    results, runs = [], []
    for peer in PEERS:
        if options.peers and peer.name not in options.peers:
            continue
        if size > peer.largest:
            results.append({"peer": peer.name, "left_out": f"not above {peer.largest:,} hashes"})
            continue
        say(f"{kind} {size:,}: building {peer.name}")
        try:
            runs.append(Run(peer, options, data, options.work / "indexes" / peer.name))
        except (RuntimeError, OSError) as error:
            results.append({"peer": peer.name, "left_out": str(error)})
    for number in range(options.rounds):
        for run in runs:
            say(f"{kind} {size:,}: round {number + 1} of {options.rounds}, {run.peer.name}")
            run.turn(number)
    truth = true_pairs(options, runs, data)
    for run in runs:
        say(f"{kind} {size:,}: recall of {run.peer.name}")
        run.finish(truth)
        results.append(run.result)
        if not run.peer.approximate and run.result["recall"] < 1.0:
            say(f"MISSES: {run.peer.name} is exact by its construction and found too little")
    results.sort(key=lambda result: [peer.name for peer in PEERS].index(result["peer"]))
    return {"kind": kind, "size": size, "peers": results}


def true_pairs(options, runs, data):
    """All pairs within 31 bits of the queries that any peer was asked, by comparing all hashes."""
    count = max((run.count for run in runs), default=0)
    process = Process(next(peer for peer in PEERS if peer.name == "brute-force"), options.worker)
    folder = options.work / "indexes" / "truth"
    try:
        process.ask(do="build", hashes=str(data[0]), dir=str(folder))
        process.ask(do="open", queries=str(data[1]), dir=str(folder))
        return set(map(tuple, process.ask(do="found", count=count)["pairs"]))
    finally:
        process.close()
        shutil.rmtree(folder, ignore_errors=True)


def say(text):
    print(f"\r\033[K{text}" if sys.stderr.isatty() else text, file=sys.stderr, flush=True)


def machine():
    cpu = pathlib.Path("/proc/cpuinfo")
    lines = cpu.read_text().splitlines() if cpu.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.processor()
    return f"{len(models) or '?'} cores, {model}, {platform.system()} {platform.release()}"


def versions():
    import importlib.metadata

    names = ("faiss-cpu", "threatexchange", "usearch", "numpy")
    return {name: importlib.metadata.version(name) for name in names}


def main():
    parser = argparse.ArgumentParser(prog="benches/peers/run", description=__doc__.split("\n\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10**6], metavar="N")
    kinds = ["uniform", "real-like"]
    parser.add_argument("--kinds", nargs="+", choices=kinds, default=kinds)
    parser.add_argument("--rounds", type=int, default=9, help="turns that all take [default: 9]")
    parser.add_argument("--budget", type=float, default=0.5, metavar="SECONDS",
                        help="what a turn's single searches may take [default: 0.5]")
    parser.add_argument("--peers", nargs="+", choices=[peer.name for peer in PEERS],
                        help="only these [default: all]")
    parser.add_argument("--quick", action="store_true", help="10^5 hashes, 3 rounds: does it run?")
    parser.add_argument("--out", type=pathlib.Path, help="folder for results [default: that of work]")
    parser.add_argument("--worker", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--work", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.quick:
        options.sizes, options.rounds = [10**5], 3
    if options.rounds < 1 or min(options.sizes) < 1000:
        parser.error("at least one round and 1000 hashes")
    out = options.out or options.work
    out.mkdir(parents=True, exist_ok=True)
    shown = [word for word in sys.argv[1:] if word not in ("--worker", "--work")]
    shown = [word for word in shown if word not in (options.worker, str(options.work))]
    result = {
        "command": " ".join(["benches/peers/run", *shown]),
        "machine": machine(),
        "date": datetime.date.today().isoformat(),
        "versions": versions(),
        "rounds": options.rounds,
        "sets": [],
    }
    for kind in options.kinds:
        for size in options.sizes:
            result["sets"].append(compare(options, kind, size))
            (out / "results.json").write_text(json.dumps(result, indent=1) + "\n")
            (out / "table.md").write_text(report.table(result))
            (out / "chart.svg").write_text(report.chart(result))
    print(report.table(result))


if __name__ == "__main__":
    main()

"""Rate and fidelity of this project's picture hashing against its peers, on folders of photographs.

Build first:  cargo build --release --example verdict_rate
Run:          taskset -c 0 python benches/peers/verdicts.py FOLDER... [--reference PROGRAM]

All take turns, a whole folder a turn, and every file's time is the median of its rounds in thread
CPU time, from the file's bytes in memory. A peer that is not installed is skipped with a word. See
benches/README.md for the peers, the sets of photographs and the form in which programs answer.
"""

import argparse
import importlib.metadata
import io
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import pdqhash
from PIL import Image

OURS = pathlib.Path(__file__).parents[2] / "target" / "release" / "examples" / "verdict_rate"
SAMPLED = 512
RADIUS, QUALITY_FLOOR = 31, 50
# at this quality the reference asks others to be within a distance of 10
COMPARED_QUALITY = 80
SEED = 20241
# planted entries lie 0 to 48 bits from a photograph's hash: on both sides of the radius
PLANTED_DISTANCES = 49


def as_hex(bits):
    return f"{int(''.join(map(str, bits)), 2):064x}"


def sampled_512(data):
    """The reference's hash: where a side is above 512, its nearest neighbours in 512 x 512."""
    with Image.open(io.BytesIO(data)) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    height, width, _ = pixels.shape
    if max(height, width) > SAMPLED:
        steps = np.arange(SAMPLED)
        pixels = pixels[(steps * height // SAMPLED)[:, None], steps * width // SAMPLED]
    bits, quality = pdqhash.compute(pixels)
    return as_hex(bits), quality


def timed_here(hash_of):
    """Answers for files as a program would, with a hasher of this process."""

    def run(paths, files):
        answers = {}
        for path, data in zip(paths, files):
            start = time.thread_time_ns()
            digest, quality = hash_of(data)
            answers[path] = (time.thread_time_ns() - start, digest, quality, None)
        return answers

    return run


def program(command, fields):
    """Answers of a program: NANOSECONDS HASH QUALITY [VERDICT] PATH, a line a file."""

    def run(paths, _files):
        names = "".join(f"{path}\n" for path in paths)
        done = subprocess.run(command, input=names, capture_output=True, text=True, check=True)
        answers = {}
        for line in done.stdout.splitlines():
            time_ns, digest, quality, *verdict, path = line.split(" ", fields - 1)
            answers[path] = (int(time_ns), digest, int(quality), verdict[0] if verdict else None)
        return answers

    return run


def threatexchange():
    try:
        from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes
    except ImportError as error:
        print(f"threatexchange left out: {error}", file=sys.stderr)
        return {}
    version = importlib.metadata.version("threatexchange")
    return {f"threatexchange {version}": timed_here(pdq_from_bytes)}


def peers(options):
    runs = {"pdqhash, sampled 512": timed_here(sampled_512)}
    if options.reference:
        runs["reference, C++"] = program([options.reference, "--rounds", "1"], 4)
        runs["reference, fresh"] = program([options.reference, "--rounds", "1", "--fresh"], 4)
    else:
        print("reference in C++ left out: no --reference", file=sys.stderr)
    return runs | threatexchange()


def ours(options, entries):
    if not options.ours.exists():
        print(f"tutela left out: {options.ours} is not built", file=sys.stderr)
        return {}
    return {
        f"tutela {accuracy}": program(
            [options.ours, "--accuracy", accuracy, "--list", entries], 5)
        for accuracy in options.accuracy or ["screen", "reference"]
    }


def words(digest):
    return np.frombuffer(bytes.fromhex(digest), dtype=np.uint64)


def distance(one, other):
    return (int(one, 16) ^ int(other, 16)).bit_count()


def entries_near(answers, count):
    """`count` random hashes and, for every second photograph, one at a known distance."""
    generator = np.random.default_rng(SEED)
    hashes = generator.integers(0, 256, (count, 32), dtype=np.uint8)
    planted = []
    for number, path in enumerate(sorted(answers)[::2]):
        bits = np.unpackbits(np.frombuffer(bytes.fromhex(answers[path][1]), dtype=np.uint8))
        bits[generator.permutation(256)[: number * 7 % PLANTED_DISTANCES]] ^= 1
        planted.append(np.packbits(bits))
    return np.concatenate([hashes, np.array(planted)])


def verdict(digest, quality, entries):
    near = np.bitwise_count(entries ^ words(digest)).sum(axis=1).min() <= RADIUS
    return "match" if near and quality >= QUALITY_FLOOR else "clear"


def in_rounds(runs, rounds, paths, files):
    """Per run and file: the median time, and the last answer."""
    times, answers = {name: {} for name in runs}, {}
    for number in range(rounds):
        names = list(runs)
        # another one begins each round
        start = number % len(names)
        for name in names[start:] + names[:start]:
            answers[name] = runs[name](paths, files)
            for path, answer in answers[name].items():
                times[name].setdefault(path, []).append(answer[0])
    return {
        name: {path: (statistics.median(times[name][path]), *answer[1:])
               for path, answer in answers[name].items()}
        for name in runs
    }


def rates(results, photographs):
    common = set.intersection(*(set(answers) for answers in results.values()))
    print(f"\n{len(common)} of {photographs} files answered by all")
    seconds = {name: sum(answers[path][0] for path in common) / 1e9
               for name, answers in results.items()}
    own = [name for name in results if name.startswith("tutela")]
    print(f"{'':24} {'images/s':>10}" + "".join(f" {name + ' to it':>24}" for name in own))
    for name, spent in seconds.items():
        ratios = "".join(f" {spent / seconds[mine]:24.2f}" for mine in own)
        print(f"{name:24} {len(common) / spent:10.1f}{ratios}")


def fidelity(name, answers, truth, entries):
    compared = [path for path in answers if truth[path][2] >= COMPARED_QUALITY]
    distances = [distance(answers[path][1], truth[path][1]) for path in compared]
    if not distances:
        return
    median, ninety, last = np.percentile(distances, [50, 90, 99], method="higher")
    over = [sum(d > bound for d in distances) for bound in (4, 10)]
    quality = max(abs(answers[path][2] - truth[path][2]) for path in compared)
    line = (f"{name:24} {len(compared):6} {median:6.0f} {ninety:5.0f} {last:5.0f}"
            f" {max(distances):5} {over[0]:5} {over[1]:5} {quality:8}")
    judged = {path: answer[3] for path, answer in answers.items() if answer[3]}
    if judged:
        wanted = {path: verdict(*truth[path][1:3], entries) for path in judged}
        listed = {path for path in judged if wanted[path] == "match"}
        found = {path for path in judged if judged[path] == "match"}
        line += f"  {len(listed - found)} of {len(listed)} missed, {len(found - listed)} extra"
    print(line)


def write_list(path, entries):
    with path.open("w") as out:
        out.write("pdq,id\n")
        out.writelines(f"{entry.tobytes().hex()},{row}\n" for row, entry in enumerate(entries))
    return path


def compare(folder, options, work):
    paths = [str(path) for path in sorted(folder.iterdir()) if path.is_file()]
    if options.limit:
        paths = paths[:: max(1, len(paths) // options.limit)][: options.limit]
    files = [pathlib.Path(path).read_bytes() for path in paths]
    truth = timed_here(sampled_512)(paths, files)
    entries = entries_near(truth, options.entries)
    # nearly all files of a scan match nothing: that is what is timed
    strangers = write_list(work / "strangers.csv", entries[: options.entries])
    results = in_rounds(peers(options) | ours(options, strangers), options.rounds, paths, files)
    for name, judge in ours(options, write_list(work / "planted.csv", entries)).items():
        for path, answer in judge(paths, files).items():
            results[name][path] = (*results[name][path][:3], answer[3])
    for name in [name for name, answers in results.items() if not answers]:
        print(f"{name} left out: it read none of {folder}", file=sys.stderr)
        del results[name]
    print(f"\n{folder}: {len(paths)} files, mean {sum(map(len, files)) / len(files):.0f} bytes, "
          f"{options.rounds} rounds, {len(entries)} entries")
    rates(results, len(paths))
    print(f"{'distance to reference':24} {'files':>6} {'median':>6} {'p90':>5} {'p99':>5}"
          f" {'max':>5} {'> 4':>5} {'> 10':>5} {'quality':>8}")
    for name, answers in results.items():
        fidelity(name, answers, truth, entries.view(np.uint64))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=pathlib.Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--reference", metavar="PROGRAM", help="the reference, built elsewhere")
    parser.add_argument("--ours", type=pathlib.Path, default=OURS, metavar="PROGRAM")
    parser.add_argument("--accuracy", action="append", choices=["screen", "reference", "full"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--entries", type=int, default=100_000, help="random entries of the list")
    parser.add_argument("--limit", type=int, help="so many files of each folder, evenly chosen")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        for folder in options.folders:
            compare(folder, options, pathlib.Path(work))


if __name__ == "__main__":
    main()

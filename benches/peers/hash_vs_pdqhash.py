"""Rate of this project's PDQ hasher against PyPI pdqhash, on the same decoded pictures.

Build first:  cargo build --release --no-default-features --example hash_rate
Run:          taskset -c 0 python benches/peers/hash_vs_pdqhash.py [WIDTH HEIGHT]

Both work on one thread and take turns, so that whatever else the machine does hits both. The
peer is timed by the processor time it used, ours by the clock on the wall, which other programs can
only lengthen. The pictures are blocks with grain; each round has another one, and both must give
the same hash.
"""

import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np
import pdqhash

ROUNDS = 15
EXAMPLE = pathlib.Path(__file__).parents[2] / "target" / "release" / "examples" / "hash_rate"


def picture(width, height, seed):
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 200, (height // 32 + 1, width // 32 + 1, 3))
    blocks = coarse.repeat(32, axis=0).repeat(32, axis=1)[:height, :width]
    grain = rng.integers(0, 56, (height, width, 3))
    return np.ascontiguousarray((blocks + grain).astype(np.uint8))


def theirs(pixels):
    times = []
    for _ in range(10):
        start = time.process_time_ns()
        bits, quality = pdqhash.compute(pixels)
        times.append(time.process_time_ns() - start)
    return f"{int(''.join(map(str, bits)), 2):064x}", quality, statistics.median(times)


def ours(pixels):
    height, width, _ = pixels.shape
    run = subprocess.run(
        [EXAMPLE, str(width), str(height)], input=pixels.tobytes(), capture_output=True, check=True
    )
    digest, quality, nanoseconds = run.stdout.decode().split()
    return digest, int(quality), int(nanoseconds)


def main():
    width, height = map(int, sys.argv[1:3] or (512, 512))
    times = {"pdqhash": [], "tutela": []}
    for seed in range(ROUNDS):
        pixels = picture(width, height, seed)
        peer, own = theirs(pixels), ours(pixels)
        assert peer[:2] == own[:2], f"seed {seed}: {peer} and {own}"
        times["pdqhash"].append(peer[2])
        times["tutela"].append(own[2])
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        low, high = min(times[name]), max(times[name])
        print(f"{name:8} {median / 1000:9.1f} us per {width}x{height} picture "
              f"({low / 1000:.1f} to {high / 1000:.1f})")
    print(f"ratio of medians: {medians['pdqhash'] / medians['tutela']:.1f}")


if __name__ == "__main__":
    main()

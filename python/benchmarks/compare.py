"""Runs the package beside the Rust library and its peers, in turn, and prints medians. Started by `run`."""

import argparse
import datetime
import pathlib
import platform
import statistics

import hashing
import on_spark
import searching


def machine():
    cpu = pathlib.Path("/proc/cpuinfo")
    lines = cpu.read_text().splitlines() if cpu.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(models) or '?'} cores, {models[0] if models else platform.processor()}, Python {platform.python_version()}"


def compared(work, unit, times, against):
    """Rows of the table: the median of ours, of each of the others, and how many times ours it takes."""
    ours = statistics.median(times[against])
    yield [work, against, f"{ours:.4g} {unit}", ""]
    for name, values in times.items():
        if name != against:
            # Neighbours in time are compared, so that what slows the machine slows both.
            ratio = statistics.median(other / own for other, own in zip(values, times[against]))
            yield ["", name, f"{statistics.median(values):.4g} {unit}", f"{ratio:.3g}"]


def table(rows):
    rows = [["work", "who", "median", "times ours"], *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    return "\n".join([lines[0], "| " + " | ".join("-" * width for width in widths) + " |", *lines[1:]])


def main():
    parser = argparse.ArgumentParser(prog="python/benchmarks/run", description=__doc__.split("\n\n")[0])
    parts = {"searching": searching, "hashing": hashing, "spark": on_spark}
    parser.add_argument("--only", nargs="+", choices=list(parts), default=list(parts))
    parser.add_argument("--rounds", type=int, default=9, help="turns that all take [default: 9]")
    parser.add_argument("--size", type=int, default=10**6, help="hashes to be searched [default: 1000000]")
    parser.add_argument("--programs", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--work", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    print(f"{machine()}, {datetime.date.today()}, {options.rounds} rounds\n", flush=True)
    rows = []
    for name in options.only:
        for work, unit, times, against in parts[name].measured(options):
            rows += compared(work, unit, times, against)
            print(f"measured: {work}", flush=True)
    print("\n" + table(rows))


if __name__ == "__main__":
    main()

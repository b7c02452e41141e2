"""How many pairs of photographs that have nothing to do with each other are taken for copies.

Build first:  cargo build --release
Run:          python benches/quality/strangers.py FOLDER... [--effort deep] [--radius 31]...

Every tenth photograph of the folders is scanned, with all its views, and all others are listed; then the
next tenth, and so on. A pair is one hash that was asked about and one entry. There is one scan, at the
greatest radius: search is exact, so the matches of the lesser ones are among its own. Each match is
printed with both files, the nearest first, because a photograph may be in the folders twice, or show the
same thing as another: who says that a match is an accident must have looked at it.
"""

import argparse
import pathlib
import tempfile

from program import EFFORTS, Program, add_options, files

# photographs are scanned in so many parts
PARTS = 10
# as many paths in one command
TOGETHER = 1000


def scan(options, program, listed, others, work):
    """The matches, and how many pairs there were."""
    known, number = work / "list.csv", {path: place for place, (path, _, _) in enumerate(listed)}
    with known.open("w") as out:
        out.write("pdq,id\n")
        out.writelines(f"{digest},{number[path]}\n" for path, digest, _ in listed)
    matches, pairs = [], 0
    for start in range(0, len(others), TOGETHER):
        part = [path for path, _, _ in others[start : start + TOGETHER]]
        findings, asked = program.scan(known, options.effort, *part, radius=max(options.radius))
        pairs += asked * len(listed)
        for finding in findings:
            for match in finding.get("matches", []):
                view = match.get("view", {"family": "picture", "quality": finding["fingerprint"]["quality"]})
                path, _, quality = listed[int(match["entry"])]
                matches.append((match["distance"], view, finding["uri"], path, quality))
    return matches, pairs


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path, nargs="+")
    parser.add_argument("--effort", choices=EFFORTS, default="deep")
    parser.add_argument("--radius", type=int, action="append", help="default: 31 and 48")
    add_options(parser)
    options = parser.parse_args()
    options.radius = sorted(options.radius or [31, 48])
    program, hashed = Program(options.tutela), []
    paths = files(*options.folder)
    for start in range(0, len(paths), TOGETHER):
        hashed += program.hashes(*paths[start : start + TOGETHER])
    matches, pairs = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for part in range(PARTS):
            listed = [photo for place, photo in enumerate(hashed) if place % PARTS != part]
            found, asked = scan(options, program, listed, hashed[part::PARTS], pathlib.Path(folder))
            matches, pairs = matches + found, pairs + asked
    for distance, view, uri, path, quality in sorted(matches, key=lambda match: match[0]):
        of = f"{view['family']}, quality {view['quality']}"
        print(f"{distance:3}  {uri} ({of})  {path} (quality {quality})")
    print(f"{len(hashed)} photographs, {options.effort}: {pairs:.2e} pairs")
    for radius in options.radius:
        near = [match for match in matches if match[0] <= radius]
        print(f"radius {radius:3}: {len(near)} matches, of {len({match[2] for match in near})} files")


if __name__ == "__main__":
    main()

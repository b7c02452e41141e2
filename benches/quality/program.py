"""Photographs from folders, and the program that lists and scans them."""

import json
import pathlib
import re
import subprocess

from PIL import Image

PROGRAM = pathlib.Path(__file__).parents[2] / "target" / "release" / "tutela"
EFFORTS = ["plain", "fast", "deep"]
# shorter sides are left out
LEAST_SIDE = 250
# the statuses of a scan that came to its end: nothing matched, something did, something unjudged
FINISHED = [0, 1, 3]


def files(*folders):
    """The files of folders and of those in them, sorted by name."""
    paths = (path for folder in folders for path in pathlib.Path(folder).rglob("*"))
    return sorted(path for path in paths if path.is_file())


def opened(path):
    """The photograph in RGB, or `None` if it is too small, or none."""
    try:
        with Image.open(path) as picture:
            photo = picture.convert("RGB")
    except OSError:
        return None
    return photo if min(photo.size) >= LEAST_SIDE else None


def asked(summary):
    """How many hashes a scan asked about, by its summary."""
    return int(re.search(r"([\d,]+) hashes asked", summary)[1].replace(",", ""))


class Program:
    """The command `tutela`."""

    def __init__(self, path):
        self.path = path

    def _run(self, *arguments):
        command = [self.path, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in FINISHED:
            raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr}")
        return done

    def version(self):
        return self._run("--version").stdout.strip()

    def hashes(self, *paths):
        """Of each file that has one: its path, its PDQ hash and its quality."""
        rows = self._run("hash", "--csv", *paths).stdout.splitlines()[1:]
        for row in rows:
            digest, quality, path = row.split(",", 2)
            yield pathlib.Path(path), digest, int(quality)

    def write_list(self, out, *paths):
        """Lists files by their names without ending; gives how many."""
        count = 0
        with pathlib.Path(out).open("w") as lines:
            lines.write("pdq,id\n")
            for path, digest, _ in self.hashes(*paths):
                lines.write(f"{digest},{path.stem}\n")
                count += 1
        return count

    def scan(self, known, effort, *paths, radius=None, everything=False):
        """The findings, and how many hashes were asked about."""
        options = ["--effort", effort, "--list", known]
        options += ["--radius", radius] if radius is not None else []
        options += ["--all"] if everything else []
        done = self._run("scan", *options, *paths)
        findings = [json.loads(line) for line in done.stdout.splitlines()]
        return findings, asked(done.stderr)


def add_options(parser):
    """The options that all scripts have."""
    parser.add_argument("--tutela", default=PROGRAM, type=pathlib.Path, metavar="PROGRAM")

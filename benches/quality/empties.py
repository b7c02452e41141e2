"""Whether pictures with nearly nothing in them are taken for each other.

Build first:  cargo build --release
Run:          python benches/quality/empties.py [--count 300] [--seed N] [--radius 31]...

Six kinds are made by code: flat, gradient, tiny logo, ellipse, night, horizon. As many others of
each kind as are scanned are listed, whatever their quality. Printed are, by kind, how many of those
scanned are `unjudged` because of their low quality, how many are not though their quality is under 50,
and how many files match in each effort, all entries or only those of a quality of at least 50.
"""

import argparse
import collections
import pathlib
import random
import tempfile

from edits import Hand
from PIL import Image, ImageDraw, ImageFilter
from program import EFFORTS, Program, add_options

FLOOR = 50


class Empties(Hand):
    """The kinds."""

    def size(self):
        return self.draw.choice([(640, 480), (480, 640), (500, 375), (1200, 900)])

    def flat(self):
        return Image.new("RGB", self.size(), self.colour())

    def gradient(self):
        """From one colour to another, along any direction."""
        size, turned = self.size(), self.draw.uniform(0, 360)
        ramp = Image.linear_gradient("L").rotate(turned, Image.BICUBIC).crop((60, 60, 196, 196))
        images = [Image.new("RGB", size, self.colour()) for _ in range(2)]
        return Image.composite(*images, ramp.resize(size, Image.BICUBIC))

    def logo(self):
        """A small mark or word on white."""
        canvas = Image.new("RGB", self.size(), "white")
        size = int(min(canvas.size) * self.draw.uniform(0.04, 0.12))
        at = [self.draw.randint(size, side - 3 * size) for side in canvas.size]
        if self.draw.random() < 0.5:
            self.write(canvas, (*at, 3 * size, size + 1), self.colour(), size)
        else:
            pen = ImageDraw.Draw(canvas)
            pen.ellipse((*at, at[0] + size, at[1] + size), fill=self.colour())
            pen.rectangle((at[0] + size, at[1], at[0] + 2 * size, at[1] + size // 2), fill=self.colour())
        return canvas

    def ellipse(self):
        canvas = Image.new("RGB", self.size(), "white")
        (width, height), part = canvas.size, self.draw.uniform
        across, down = width * part(0.1, 0.8), height * part(0.1, 0.8)
        left, top = part(0, width - across), part(0, height - down)
        ImageDraw.Draw(canvas).ellipse((left, top, left + across, top + down), fill=self.colour())
        return canvas

    def night(self):
        """Nearly black, a few lamps, grain."""
        canvas = Image.new("RGB", self.size(), (self.draw.randint(4, 14),) * 3)
        pen = ImageDraw.Draw(canvas)
        for _ in range(self.draw.randint(1, 5)):
            x, y = (self.draw.randint(0, side) for side in canvas.size)
            reach = self.draw.randint(2, 8)
            pen.ellipse((x, y, x + reach, y + reach), fill=(255, self.draw.randint(180, 240), 140))
        canvas = canvas.filter(ImageFilter.GaussianBlur(self.draw.uniform(1, 5)))
        grain = Image.frombytes("L", canvas.size, self.draw.randbytes(canvas.width * canvas.height))
        return Image.blend(canvas, grain.convert("RGB"), 0.02)

    def horizon(self):
        """Two even colours, a soft line between them that is nearly level."""
        canvas = Image.new("RGB", self.size(), self.colour())
        (width, height), part = canvas.size, self.draw.uniform
        left = height * part(0.2, 0.8)
        right = left + width * part(-0.03, 0.03)
        pen = ImageDraw.Draw(canvas)
        pen.polygon([(0, left), (width, right), (width, height), (0, height)], fill=self.colour())
        return canvas.filter(ImageFilter.GaussianBlur(part(0.5, 4)))


KINDS = ["flat", "gradient", "logo", "ellipse", "night", "horizon"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=300, help="scanned of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--radius", type=int, action="append", help="default: 31 and 48")
    parser.add_argument("--show", action="store_true", help="print each match")
    parser.add_argument("--keep", type=pathlib.Path, metavar="DIR", help="make the pictures here, and leave them")
    add_options(parser)
    options = parser.parse_args()
    radii, program = sorted(options.radius or [31, 48]), Program(options.tutela)
    empties = Empties(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        work, lists, kept = options.keep or pathlib.Path(folder), {}, collections.Counter()
        for half in ("listed", "others"):
            (work / half).mkdir(parents=True)
            for kind in KINDS:
                for number in range(options.count):
                    getattr(empties, kind)().save(work / half / f"{kind}_{number}.jpg", quality=90)
        for floor in (0, FLOOR):
            lists[floor] = work / f"from-{floor}.csv"
            rows = [row for row in program.hashes(work / "listed") if row[2] >= floor]
            lines = [f"{digest},{path.stem}\n" for path, digest, _ in rows]
            lists[floor].write_text("".join(["pdq,id\n", *lines]))
            kept[floor] = len(rows)
        near, states = collections.Counter(), collections.defaultdict(collections.Counter)
        for effort in EFFORTS:
            for floor in (0, FLOOR):
                findings, _ = program.scan(
                    lists[floor], effort, work / "others", radius=max(radii), everything=True
                )
                for finding in findings:
                    kind = pathlib.Path(finding["uri"]).stem.split("_")[0]
                    matches = finding.get("matches", [])
                    for radius in radii:
                        hit = [match for match in matches if match["distance"] <= radius]
                        near[kind, effort, floor, radius] += bool(hit)
                    for match in matches if options.show else []:
                        uri = pathlib.Path(finding["uri"]).stem
                        print(effort, floor, match["distance"], uri, match["entry"], match.get("view"))
                    if effort == "plain" and floor == 0:
                        low = finding["fingerprint"]["quality"] < FLOOR
                        said = finding.get("reason", {}).get("code") == "low_quality"
                        states[kind]["low"] += low and said
                        states[kind]["wrong"] += low and not said
    print(f"{options.count} scanned of each kind; {kept[0]} listed, {kept[FLOOR]} of quality {FLOOR} or more")
    print("low: unjudged by quality; wrong: under 50 and not so; then files that match, of all entries / "
          "of those of quality 50 or more")
    columns = [(effort, radius) for effort in EFFORTS for radius in radii]
    head = "".join(f"{effort + ' ' + str(radius):>11}" for effort, radius in columns)
    print(f"{'':10}{'low':>6}{'wrong':>6}{head}")
    for kind in KINDS:
        cells = (f"{near[kind, column[0], 0, column[1]]}/{near[kind, column[0], FLOOR, column[1]]}" for column in columns)
        print(f"{kind:10}{states[kind]['low']:6}{states[kind]['wrong']:6}" + "".join(f"{cell:>11}" for cell in cells))


if __name__ == "__main__":
    main()

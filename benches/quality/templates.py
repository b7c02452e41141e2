"""Whether different photographs in one and the same template are taken for each other.

Build first:  cargo build --release
Run:          python benches/quality/templates.py FOLDER [--count 250] [--radius 31]...

Each photograph is put into templates of which nothing else changes: phone screenshots, caption bars,
watermarks, windows on a desktop, a frame for four. Half of the photographs are listed as they are in each
template, the others are scanned in each template; no photograph is in both halves, so every match is
wrong. Printed are the matches by template and effort; a pair is a file and an entry.
"""

import argparse
import collections
import itertools
import pathlib
import random
import tempfile

from edits import Hand
from PIL import Image, ImageDraw, ImageOps
from program import EFFORTS, Program, add_options, files, opened


def phone(photo, dark, width):
    """A phone's screen, the photograph as wide as that part of it."""
    page, ink = ((18,) * 3, (225,) * 3) if dark else ((250,) * 3, (25,) * 3)
    hand, canvas = Hand("phone"), Image.new("RGB", (720, 1480), page)
    hand.write(canvas, (20, 12, 200, 36), ink, 24)
    hand.write(canvas, (90, 70, 400, 100), ink, 30)
    pen = ImageDraw.Draw(canvas)
    pen.ellipse((20, 70, 76, 126), fill=(90, 120, 200))
    across = int(720 * width)
    canvas.paste(ImageOps.fit(photo, (across, 620)), ((720 - across) // 2, 240))
    hand.write(canvas, (30, 900, 660, 330), ink, 28)
    for button in range(5):
        pen.ellipse((52 + 144 * button, 1390, 100 + 144 * button, 1438), outline=ink, width=4)
    return canvas


def captioned(photo, below):
    """A bar with words above, or above and below."""
    photo = ImageOps.fit(photo, (600, 450))
    canvas = Image.new("RGB", (600, 450 + 130 + below), "white")
    hand = Hand("caption")
    hand.write(canvas, (20, 14, 560, 116), (0,) * 3, 40)
    canvas.paste(photo, (0, 130))
    hand.write(canvas, (20, 594, 560, below), (0,) * 3, 40)
    return canvas


def marked(photo, opaque):
    """A watermark over all of it: words in rows, or one large emblem."""
    photo = ImageOps.fit(photo, (600, 450)).convert("RGBA")
    layer = Image.new("RGBA", photo.size)
    if opaque:
        pen = ImageDraw.Draw(layer)
        pen.ellipse((180, 105, 420, 345), outline=(255, 255, 255, 235), width=34)
        pen.rectangle((130, 195, 470, 255), fill=(200, 30, 40, 235))
        Hand("mark").write(layer, (160, 202, 300, 50), (255,) * 3 + (255,), 36)
    else:
        Hand("mark").write(layer, (0, 0, 640, 460), (255, 255, 255, 130), 30)
    return Image.alpha_composite(photo, layer).convert("RGB")


def window(photo, dark):
    """A window on a desktop, with a side bar."""
    page, bar, ink = ((32,) * 3, (48,) * 3, (220,) * 3) if dark else ((255,) * 3, (225,) * 3, (30,) * 3)
    hand, canvas = Hand("window"), Image.new("RGB", (1280, 720), (40, 90, 140))
    pen = ImageDraw.Draw(canvas)
    pen.rectangle((90, 50, 1190, 650), fill=page)
    pen.rectangle((90, 50, 1190, 86), fill=bar)
    pen.rectangle((0, 686, 1280, 720), fill=bar)
    hand.write(canvas, (110, 56, 400, 30), ink, 18)
    hand.write(canvas, (110, 110, 180, 500), ink, 16)
    canvas.paste(ImageOps.fit(photo, (640, 480)), (420, 120))
    return canvas


def patterned(size, seed):
    """A soft pattern of colours, the same for the same seed."""
    draw, small = random.Random(seed), Image.new("RGB", (12, 9))
    for at in range(12 * 9):
        small.putpixel((at % 12, at // 12), tuple(draw.randrange(256) for _ in range(3)))
    return small.resize(size, Image.BICUBIC)


def mounted(photos):
    """Four photographs in a frame with a pattern."""
    canvas = patterned((860, 700), "frame")
    for place, photo in zip([(20, 20), (440, 20), (20, 360), (440, 360)], photos, strict=True):
        canvas.paste(ImageOps.fit(photo, (400, 320)), place)
    return canvas


def beside_others(photo):
    """One of four whose other three are always the same."""
    return mounted([photo, *(patterned((400, 320), number) for number in range(3))])


TEMPLATES = {
    "phone, light": lambda photo, *_: phone(photo, False, 1),
    "phone, dark": lambda photo, *_: phone(photo, True, 1),
    "phone, light, 80 %": lambda photo, *_: phone(photo, False, 0.8),
    "caption above": lambda photo, *_: captioned(photo, 0),
    "captions on both sides": lambda photo, *_: captioned(photo, 130),
    "watermark in rows": lambda photo, *_: marked(photo, False),
    "large emblem": lambda photo, *_: marked(photo, True),
    "window, light": lambda photo, *_: window(photo, False),
    "window, dark": lambda photo, *_: window(photo, True),
    "four in a frame": lambda *photos: mounted(photos),
    # three quarters of these are one and the same picture, so this says how much it takes
    "three of four the same": lambda photo, *_: beside_others(photo),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=250, help="photographs at most")
    parser.add_argument("--radius", type=int, action="append", help="default: 31 and 48")
    parser.add_argument("--show", action="store_true", help="print each match")
    add_options(parser)
    options = parser.parse_args()
    radii, program = sorted(options.radius or [31, 48]), Program(options.tutela)
    photographs = (photo for path in files(options.folder) if (photo := opened(path)))
    chosen = list(itertools.islice(photographs, options.count))
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        halves = [work / "listed", work / "others"]
        for half in halves:
            half.mkdir()
        for half, photos in zip(halves, (chosen[::2], chosen[1::2]), strict=True):
            for number, photo in enumerate(photos):
                following = (photos[(number + step) % len(photos)] for step in (1, 2, 3))
                group = [photo, *following]
                for place, template in enumerate(TEMPLATES.values()):
                    template(*group).save(half / f"{place}_{number}.jpg", quality=88)
        program.write_list(work / "list.csv", halves[0])
        names, near = list(TEMPLATES), {effort: collections.Counter() for effort in EFFORTS}
        for effort in EFFORTS:
            findings, _ = program.scan(work / "list.csv", effort, halves[1], radius=max(radii))
            for finding in findings:
                place = int(pathlib.Path(finding["uri"]).stem.split("_")[0])
                for match in finding.get("matches", []):
                    other = int(match["entry"].split("_")[0])
                    name = names[place] if other == place else "across templates"
                    near[effort].update((name, radius) for radius in radii if match["distance"] <= radius)
                    if options.show:
                        uri = pathlib.Path(finding["uri"]).stem
                        print(effort, match["distance"], uri, match["entry"], match.get("view"))
    same = len(chosen[::2]) * len(chosen[1::2])
    across = same * len(names) * (len(names) - 1)
    print(f"{len(chosen)} photographs, half of them listed; wrong matches, each of {same} pairs")
    columns = [(effort, radius) for effort in EFFORTS for radius in radii]
    print(f"{'':26}" + "".join(f"{effort + ' ' + str(radius):>10}" for effort, radius in columns))
    for name in [*names, "across templates"]:
        cells = "".join(f"{near[effort][name, radius]:10}" for effort, radius in columns)
        print(f"{name:26}{cells}" + (f"  of {across} pairs" if name not in TEMPLATES else ""))


if __name__ == "__main__":
    main()

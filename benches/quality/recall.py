"""How many edited copies of photographs are found, by edit and by effort.

Build first:  cargo build --release
Run:          python benches/quality/recall.py FOLDER [--limit N] [--seed N] [--effort fast]...

Needs Pillow (benches/peers/requirements.txt has it). Every photograph of the folder is listed by its
hash and then edited as people edit pictures, with strengths, places and colours drawn from the seed;
each copy is saved as JPEG and scanned. Printed is the recall in per cent for each edit and effort, and
how many copies matched a photograph that they are not of. Photographs under 250 pixels are left out.
"""

import argparse
import collections
import json
import math
import pathlib
import random
import subprocess
import tempfile

from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

PROGRAM = pathlib.Path(__file__).parents[2] / "target" / "release" / "tutela"
EFFORTS = ["plain", "fast", "deep"]
WORDS = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do".split()


class Edits:
    """Edits whose strengths come from one random generator."""

    def __init__(self, seed, photographs):
        self.draw = random.Random(seed)
        self.photographs = photographs

    def colour(self):
        return tuple(self.draw.randint(0, 255) for _ in range(3))

    def write(self, picture, box, fill, size):
        """Lines of words in a box."""
        left, top, width, height = box
        font, pen = ImageFont.load_default(size=size), ImageDraw.Draw(picture)
        for line in range(top, top + height - size, int(size * 1.4)):
            count = max(1, width // (size * 4))
            words = " ".join(self.draw.choice(WORDS) for _ in range(count))
            pen.text((left, line), words, fill=fill, font=font)

    def resized(self, photo):
        return photo.resize([int(side * self.draw.uniform(0.4, 1.2)) for side in photo.size])

    def tone(self, photo):
        photo = ImageEnhance.Color(photo).enhance(self.draw.uniform(0.4, 1.8))
        photo = ImageEnhance.Contrast(photo).enhance(self.draw.uniform(0.6, 1.5))
        return ImageEnhance.Brightness(photo).enhance(self.draw.uniform(0.7, 1.3))

    def logo(self, photo):
        photo = photo.copy()
        size = int(min(photo.size) * self.draw.uniform(0.08, 0.28))
        left = self.draw.choice([4, photo.width - size - 4])
        top = self.draw.choice([4, photo.height - size - 4])
        pen = ImageDraw.Draw(photo)
        pen.rectangle((left, top, left + size, top + size), fill=self.colour())
        inner = (left + size // 4, top + size // 4, left + 3 * size // 4, top + 3 * size // 4)
        pen.ellipse(inner, fill=self.colour())
        return photo

    def crop(self, photo, least, most):
        width, height = (int(side * self.draw.uniform(least, most)) for side in photo.size)
        left = self.draw.randint(0, photo.width - width)
        top = self.draw.randint(0, photo.height - height)
        return photo.crop((left, top, left + width, top + height))

    def rotated(self, photo, most, inside):
        angle = self.draw.uniform(-most, most)
        turned = photo.rotate(angle, Image.BICUBIC)
        if not inside:
            return turned
        ratio = max(photo.width / photo.height, photo.height / photo.width)
        part = 1 - 1.2 * math.sin(abs(math.radians(angle))) * ratio
        width, height = (int(side * max(0.7, part)) for side in photo.size)
        left, top = (photo.width - width) // 2, (photo.height - height) // 2
        return turned.crop((left, top, left + width, top + height))

    def border(self, photo):
        sides = tuple(int(self.draw.uniform(0.02, 0.15) * min(photo.size)) for _ in range(4))
        return ImageOps.expand(photo, sides, self.colour())

    def caption(self, photo):
        height, dark = int(photo.height * self.draw.uniform(0.1, 0.3)), self.draw.random() < 0.5
        page = (10,) * 3 if dark else (255,) * 3
        canvas = Image.new("RGB", (photo.width, photo.height + height), page)
        ink = (240,) * 3 if dark else (0,) * 3
        self.write(canvas, (10, 6, photo.width - 20, height), ink, max(12, height // 3))
        canvas.paste(photo, (0, height))
        return canvas

    def letterbox(self, photo):
        ratio = self.draw.choice([1, 9 / 16, 21 / 9, 16 / 9])
        width = max(photo.width, int(photo.height * ratio))
        height = max(photo.height, int(photo.width / ratio))
        canvas = Image.new("RGB", (width, height))
        canvas.paste(photo, ((width - photo.width) // 2, (height - photo.height) // 2))
        return canvas

    def screenshot(self, photo):
        across = self.draw.choice([720, 828, 1080])
        down, dark = int(across * self.draw.uniform(1.9, 2.2)), self.draw.random() < 0.5
        page = (self.draw.randint(8, 30),) * 3 if dark else (self.draw.randint(240, 255),) * 3
        ink = (220,) * 3 if dark else (30,) * 3
        canvas = Image.new("RGB", (across, down), page)
        width = self.draw.choice([across, across, int(across * self.draw.uniform(0.8, 0.95))])
        height = int(photo.height * width / photo.width)
        if height > down * 0.7:
            height = int(down * 0.7)
            width = int(photo.width * height / photo.height)
        low = int(down * 0.1)
        left, top = (across - width) // 2, self.draw.randint(low, max(low + 1, int(down * 0.85) - height))
        self.write(canvas, (20, 15, across // 3, 40), ink, 28)
        self.write(canvas, (30, int(down * 0.05), across // 2, 50), ink, 32)
        canvas.paste(photo.resize((width, height), Image.LANCZOS), (left, top))
        rest = max(0, down - top - height - 60)
        self.write(canvas, (30, top + height + 20, across - 60, rest), ink, 30)
        pen = ImageDraw.Draw(canvas)
        for button in range(5):
            left = 60 + button * across // 5
            pen.ellipse((left, down - 60, left + 40, down - 20), outline=ink, width=3)
        return canvas

    def collage(self, photo, across, down):
        gap = self.draw.choice([0, 0, 6, 12])
        parts = [photo] + [self.draw.choice(self.photographs) for _ in range(across * down - 1)]
        self.draw.shuffle(parts)
        width, height = 400, 320
        canvas = Image.new("RGB", (across * (width + gap) - gap, down * (height + gap) - gap), "white")
        for number, part in enumerate(parts):
            place = (number % across * (width + gap), number // across * (height + gap))
            canvas.paste(part.resize((width, height)), place)
        return canvas

    def all(self, photo):
        """Each edit with its name."""
        mirrored = ImageOps.mirror(photo)
        yield "encoded again, resized", self.resized(photo)
        yield "tone", self.tone(photo)
        yield "logo in a corner", self.logo(photo)
        yield "crop, 93-99 % kept", self.crop(photo, 0.93, 0.99)
        yield "crop, 85-95 % kept", self.crop(photo, 0.85, 0.95)
        yield "crop, 70-85 % kept", self.crop(photo, 0.70, 0.85)
        yield "rotated up to 8 degrees", self.rotated(photo, 8, inside=False)
        yield "rotated up to 5, cut", self.rotated(photo, 5, inside=True)
        yield "border", self.border(photo)
        yield "letterbox", self.letterbox(photo)
        yield "caption", self.caption(photo)
        yield "screenshot", self.screenshot(photo)
        yield "mirrored", mirrored
        yield "mirrored, tone", self.tone(mirrored)
        yield "screenshot, mirrored", self.screenshot(mirrored)
        yield "crop 5 %, logo", self.logo(self.crop(photo, 0.95, 0.95))
        yield "crop 3 %, caption", self.caption(self.crop(photo, 0.97, 0.97))
        yield "border, turned by 90", self.border(photo).rotate(90, expand=True)
        yield "negative", ImageOps.invert(photo)
        yield "collage of 2", self.collage(photo, 2, 1)
        yield "collage of 4", self.collage(photo, 2, 2)


def run(options, *arguments):
    command = [options.tutela, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()


def prepare(options, work):
    """Writes the list and the edited copies; gives the names of the edits."""
    photographs = []
    for path in sorted(options.folder.iterdir())[:: options.step]:
        try:
            with Image.open(path) as picture:
                photo = picture.convert("RGB")
        except OSError:
            continue
        if min(photo.size) >= 250 and len(photographs) < options.limit:
            photographs.append(photo)
    edits, names = Edits(options.seed, photographs), []
    (work / "listed").mkdir()
    (work / "copies").mkdir()
    for number, photo in enumerate(photographs):
        photo.save(work / "listed" / f"{number}.png")
        for place, (name, copy) in enumerate(edits.all(photo)):
            quality = edits.draw.randint(70, 95)
            copy.save(work / "copies" / f"{place}_{number}.jpg", quality=quality)
            names = names if place < len(names) else [*names, name]
    hashed = run(options, "hash", "--csv", work / "listed")
    with (work / "list.csv").open("w") as out:
        out.write("pdq,id\n")
        for row in hashed[1:]:
            digest, _quality, path = row.split(",", 2)
            out.write(f"{digest},{pathlib.Path(path).stem}\n")
    return names, len(photographs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=200, help="photographs at most")
    parser.add_argument("--step", type=int, default=1, help="take every so manieth file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--effort", action="append", choices=EFFORTS)
    parser.add_argument("--tutela", default=PROGRAM, metavar="PROGRAM")
    options = parser.parse_args()
    efforts = options.effort or EFFORTS
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        names, count = prepare(options, work)
        found = {effort: collections.Counter() for effort in efforts}
        strangers = collections.Counter()
        for effort in efforts:
            rows = run(options, "scan", "-q", "--effort", effort, "--list", work / "list.csv",
                       work / "copies")
            for row in map(json.loads, rows):
                place, number = map(int, pathlib.Path(row["uri"]).stem.split("_"))
                entries = {match["entry"] for match in row.get("matches", [])}
                found[effort][place] += str(number) in entries
                if not names[place].startswith("collage"):
                    strangers[effort] += len(entries - {str(number)})
    print(f"{count} photographs, {len(names)} edits of each, seed {options.seed}; recall in %")
    print(f"{'':24}" + "".join(f"{effort:>8}" for effort in efforts))
    for place, name in enumerate(names):
        cells = "".join(f"{100 * found[effort][place] / count:8.1f}" for effort in efforts)
        print(f"{name:24}{cells}")
    means = (100 * found[effort].total() / count / len(names) for effort in efforts)
    print(f"{'mean':24}" + "".join(f"{mean:8.1f}" for mean in means))
    print(f"{'wrong entries':24}" + "".join(f"{strangers[effort]:8}" for effort in efforts))


if __name__ == "__main__":
    main()

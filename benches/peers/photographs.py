"""Makes the sets of photographs that the benchmarks of hashing read, from two folders.

Run:  python benches/peers/photographs.py --originals DIR --wallpapers DIR --out DIR [--only SET]

`--originals` are JPEG files as they were published, about 500 pixels wide (see benches/README.md).
`--wallpapers` are large photographs in any format that Pillow reads. Each set appears under
`--out` when it is whole; a set that is there already is left as it is. Everything follows from the
sorted file names and the seed, so the same files give the same pixels with the same Pillow.
"""

import argparse
import functools
import multiprocessing
import pathlib
import random
import shutil
import subprocess

import numpy as np
from PIL import Image

SEED = 20240
MID_COUNT, MID_SIZE, MID_QUALITY = 205, (1632, 1224), 85
LARGE_COUNT, LARGE_SIZE, LARGE_QUALITY = 48, (4000, 3000), 92
# a smooth enlargement compresses like no photograph does: grain makes up for it
GRAIN, GRAIN_ABOVE = 3.0, 1.2
SMALL_QUALITY = 85
WEBP_QUALITY = 80
# the sets of other formats: so many of the small, so many of the middle ones
OTHER_SMALL, OTHER_MID = 100, 48
ORDER = ["large", "mid", "midprog", "small420", "png", "webp", "gif"]


def jpeg(picture, path, quality):
    # 2 is 4:2:0 in Pillow
    picture.save(path, "JPEG", quality=quality, subsampling=2, optimize=False)


def opened(path):
    with Image.open(path) as picture:
        return picture.convert("RGB")


def crop_of_four_to_three(picture, share, random_from):
    """The largest part of 4:3 in a random place, its sides scaled by `share`."""
    width, height = picture.size
    across = min(width, height * 4 / 3) * share
    down = across * 3 / 4
    left = random_from.uniform(0, width - across)
    top = random_from.uniform(0, height - down)
    return left, top, left + across, top + down


def mid(job, out):
    number, path = job
    picture = opened(path)
    random_from = random.Random(f"{SEED} mid {number}")
    share = random_from.uniform(0.6, 1.0)
    box = crop_of_four_to_three(picture, share, random_from)
    part = picture.resize(MID_SIZE, Image.Resampling.LANCZOS, box=box)
    jpeg(part, out / f"{number:03}.jpg", MID_QUALITY)


def large(job, out):
    number, path = job
    picture = opened(path)
    box = crop_of_four_to_three(picture, 1.0, random.Random(f"{SEED} large {number}"))
    part = picture.resize(LARGE_SIZE, Image.Resampling.LANCZOS, box=box)
    if LARGE_SIZE[0] / (box[2] - box[0]) > GRAIN_ABOVE:
        generator = np.random.default_rng([SEED, number])
        shape = (LARGE_SIZE[1], LARGE_SIZE[0], 1)
        grain = generator.standard_normal(shape, dtype=np.float32) * np.float32(GRAIN)
        part = Image.fromarray(np.clip(np.asarray(part) + grain, 0, 255).astype(np.uint8))
    jpeg(part, out / f"{number:03}.jpg", LARGE_QUALITY)


def progressive(path, out):
    """The same coefficients in another order, where jpegtran is there; else the same pixels."""
    if shutil.which("jpegtran"):
        command = ["jpegtran", "-copy", "none", "-progressive", "-outfile", out / path.name, path]
        subprocess.run(command, check=True)
    else:
        opened(path).save(out / path.name, "JPEG", quality=MID_QUALITY, subsampling=2,
                          progressive=True)


def small420(path, out):
    jpeg(opened(path), out / f"{path.stem}.jpg", SMALL_QUALITY)


def png(path, out):
    opened(path).save(out / f"{path.stem}.png")


def webp(path, out):
    opened(path).save(out / f"{path.stem}.webp", quality=WEBP_QUALITY)


def gif(path, out):
    opened(path).save(out / f"{path.stem}.gif")


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def jobs(name, options):
    """The function that makes a file of the set, and what it is called with."""
    if name in ("mid", "large"):
        wallpapers = files(options.wallpapers)
        count = MID_COUNT if name == "mid" else LARGE_COUNT
        chosen = [wallpapers[number % len(wallpapers)] for number in range(count)]
        return (mid if name == "mid" else large), list(enumerate(chosen))
    if name == "midprog":
        return progressive, files(options.out / "mid")
    small = files(options.originals)
    if name == "small420":
        return small420, small
    few = small[:: max(1, len(small) // OTHER_SMALL)][:OTHER_SMALL]
    if name == "gif":
        return gif, few
    return {"png": png, "webp": webp}[name], few + files(options.out / "mid")[:OTHER_MID]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for folder in ("originals", "wallpapers", "out"):
        parser.add_argument(f"--{folder}", type=pathlib.Path, required=True)
    parser.add_argument("--only", action="append", choices=ORDER)
    parser.add_argument("--processes", type=int)
    options = parser.parse_args()
    for name in options.only or ORDER:
        place = options.out / name
        if place.exists():
            continue
        work = options.out / f".{name}.part"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        make, inputs = jobs(name, options)
        with multiprocessing.Pool(options.processes) as pool:
            pool.map(functools.partial(make, out=work), inputs, chunksize=1)
        work.rename(place)
        sizes = [path.stat().st_size for path in files(place)]
        print(f"{name}: {len(sizes)} files, mean {sum(sizes) / len(sizes):.0f} bytes", flush=True)


if __name__ == "__main__":
    main()

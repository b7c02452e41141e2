"""Hashes of 1,000 small JPEG files: the package, the command, and pdqhash with Pillow in two processes."""

import json
import multiprocessing
import subprocess
import time

import numpy as np
import pdqhash
import tutela
from PIL import Image, ImageFilter

FILES = 1000


def pictures(options):
    folder = options.work / "jpeg"
    if len(list(folder.glob("*.jpg"))) != FILES:
        folder.mkdir(exist_ok=True)
        rng = np.random.default_rng(3)
        for number in range(FILES):
            small = Image.fromarray(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8))
            smooth = np.asarray(small.resize((400, 300), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(2)))
            grain = rng.integers(-6, 7, smooth.shape)
            noisy = np.clip(smooth + grain, 0, 255).astype(np.uint8)
            Image.fromarray(noisy).save(folder / f"{number:04}.jpg", quality=85)
    return folder


def by_peer(path):
    with Image.open(path) as picture:
        bits, quality = pdqhash.compute(np.asarray(picture.convert("RGB")))
    return np.packbits(bits).tobytes().hex(), quality


def measured(options):
    folder = pictures(options)
    paths = sorted(map(str, folder.iterdir()))
    times = {"hash_files, two threads": [], "the command, two threads": [], "pdqhash and Pillow, two processes": []}
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for turn in range(options.rounds + 1):
            start = time.perf_counter()
            ours = {found.path: found.fingerprint.pdq for found in tutela.hash_files(folder, threads=2)}
            seconds = [time.perf_counter() - start]
            start = time.perf_counter()
            words = [options.programs / "tutela", "hash", "--json", "--threads", "2", folder]
            lines = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
            seconds.append(time.perf_counter() - start)
            start = time.perf_counter()
            theirs = pool.map(by_peer, paths, chunksize=25)
            seconds.append(time.perf_counter() - start)
            if turn == 0:
                rows = map(json.loads, lines.splitlines())
                assert ours == {row["uri"]: row["fingerprint"]["pdq"] for row in rows}
                near = [(int(ours[path], 16) ^ int(hash, 16)).bit_count() for path, (hash, _) in zip(paths, theirs)]
                assert len(near) == FILES and max(near) <= 16, "not the same pictures"
                continue
            for values, value in zip(times.values(), seconds):
                values.append(value / FILES * 1e6)
    yield f"a JPEG file of 400 x 300, of {FILES:,}", "us", times, "hash_files, two threads"

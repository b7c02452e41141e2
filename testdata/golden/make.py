"""Writes pdq.csv: pictures made by integer arithmetic, and what the reference says of them.

Requirements: pdqhash==0.2.8 (which contains Meta's C++ code, compiled), numpy.
Run: python make.py > pdq.csv

The pictures are not stored: `pictures.py` makes them. The library's tests make them with the same
arithmetic in Rust, those of the Python package with `pictures.py`; both compare the SHA-256 of the
samples. `pdqhash.compute` weighs colours in double precision, which Meta's code does in single; so
the functions of Meta's code are called in the compiled module itself, colours included. For grey
pictures both ways must agree, which is checked here for each. How often they differ for coloured
ones is written to standard error.
"""

import ctypes
import hashlib
import sys

import numpy as np
import pdqhash
from pdqhash import bindings
from pictures import picture

library = ctypes.CDLL(bindings.__file__)
PREFIX = "_ZN8facebook3pdq7hashing"
luma_from_rgb = library[PREFIX + "20fillFloatLumaFromRGBEPhS2_S2_iiiiPf"]
luma_from_grey = library[PREFIX + "21fillFloatLumaFromGreyEPhiiiiPf"]
hash_plain = library[
    PREFIX + "23pdqHash256FromFloatLumaEPfS2_iiPA64_fS4_PA16_fRNS1_7Hash256ERi"
]
hash_dihedral = library[
    PREFIX + "33pdqDihedralHash256esFromFloatLumaEPfS2_iiPA64_fS4_PA16_fS6_"
    "PNS1_7Hash256ES8_S8_S8_S8_S8_S8_S8_Ri"
]
to_bits = library[PREFIX + "20pdqBuffer16x16ToBitsEPA16_fPNS1_7Hash256E"]
TURNS = [
    library[PREFIX + f"{len(name)}{name}EPA16_fS3_"]
    for name in (
        "dct16OriginalToRotate90", "dct16OriginalToRotate180", "dct16OriginalToRotate270",
        "dct16OriginalToFlipX", "dct16OriginalToFlipY",
        "dct16OriginalToFlipPlus1", "dct16OriginalToFlipMinus1",
    )
]


# --- the reference

def reference(pixels):
    h, w, channels = pixels.shape
    luma = np.zeros((h, w), np.float32)
    base = pixels.ctypes.data
    if channels == 3:
        luma_from_rgb(
            *(ctypes.c_void_p(base + c) for c in range(3)), h, w, w * 3, 3, pointer(luma),
        )
    else:
        luma_from_grey(pointer(pixels), h, w, w, 1, pointer(luma))
    full, grid, half, spectrum, turned = (
        np.zeros(n, np.float32) for n in (w * h, 64 * 64, 16 * 64, 16 * 16, 16 * 16)
    )
    quality, again = ctypes.c_int(-1), ctypes.c_int(-1)
    eight, dihedral = np.zeros((8, 16), np.uint16), np.zeros((8, 16), np.uint16)
    copy = luma.copy()
    hash_plain(
        pointer(copy), pointer(full), h, w, pointer(grid), pointer(half), pointer(spectrum),
        pointer(eight[0]), ctypes.byref(quality),
    )
    for turn, words in zip(TURNS, eight[1:]):
        turn(pointer(spectrum), pointer(turned))
        if min(h, w) >= 5:
            to_bits(pointer(turned), pointer(words))
    hash_dihedral(
        pointer(luma), pointer(full), h, w, pointer(grid), pointer(half), pointer(spectrum),
        pointer(turned), *map(pointer, dihedral), ctypes.byref(again),
    )
    # The dihedral path filters 64 x 64 pixels, the plain one does not. We do as the plain one.
    if (h, w) != (64, 64):
        assert (eight == dihedral).all() and quality.value == again.value
    elif (eight != dihedral).any():
        print("64 x 64: the reference's dihedral path differs from its plain one", file=sys.stderr)
    return quality.value, [text(words) for words in eight]


def pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


def text(words):
    return "".join(f"{word:04x}" for word in words[::-1])


def package(pixels):
    """What `pdqhash.compute` says."""
    rgb = np.ascontiguousarray(np.broadcast_to(pixels, pixels.shape[:2] + (3,)))
    bits, quality = pdqhash.compute(rgb)
    return f"{int(''.join(map(str, bits)), 2):064x}", quality


def sampled(pixels):
    h, w, _ = pixels.shape
    if max(h, w) <= 512:
        return pixels
    rows, columns = np.arange(512) * h // 512, np.arange(512) * w // 512
    return np.ascontiguousarray(pixels[rows][:, columns])


# --- the cases

PATTERNS = ["flat", "gradient", "noise", "checker", "stripes", "text", "faint", "photo"]
SIZES = [
    (1, 1), (4, 4), (5, 4), (4, 5), (5, 5), (6, 9), (16, 16), (31, 33), (63, 63), (63, 64), (64, 63),
    (65, 64), (65, 65), (100, 70), (127, 128), (128, 127), (129, 130), (200, 320), (257, 255),
    (384, 5), (5, 512), (500, 375), (512, 512),
]
LARGE = [(513, 512), (512, 513), (600, 400), (400, 600), (3, 1000), (2000, 5), (5, 2000), (1537, 1025)]


def cases():
    for n, (w, h) in enumerate(SIZES):
        for k in range(4):
            yield PATTERNS[(n + 2 * k + k // 4) % 8], w, h, 3 if (n + k) % 2 else 1, n + k, "none"
    for pattern in PATTERNS:
        for channels in (1, 3):
            yield pattern, 256, 256, channels, 5, "none"
            yield pattern, 64, 64, channels, 7, "none"
    for n, (w, h) in enumerate(LARGE):
        for k, pattern in enumerate(("photo", PATTERNS[n % 7])):
            for prescale in ("tool", "none"):
                yield pattern, w, h, 3 if (n + k) % 2 else 1, n + k, prescale


def main():
    print("pattern,width,height,channels,seed,prescale,sha256,quality,hash,"
          "rotate90,rotate180,rotate270,flipx,flipy,flipplus1,flipminus1")
    coloured, differing, furthest = 0, 0, 0
    for pattern, w, h, channels, seed, prescale in cases():
        pixels = picture(pattern, w, h, channels, seed)
        digest = hashlib.sha256(pixels.tobytes()).hexdigest()
        seen = sampled(pixels) if prescale == "tool" else pixels
        quality, eight = reference(seen)
        name = f"{pattern} {w}x{h}x{channels}"
        if channels == 1:
            assert package(seen) == (eight[0], quality), name
        else:
            distance = (int(package(seen)[0], 16) ^ int(eight[0], 16)).bit_count()
            coloured, differing = coloured + 1, differing + (distance > 0)
            furthest = max(furthest, distance)
            if distance:
                print(f"{name}: pdqhash.compute is {distance} off, quality {quality}", file=sys.stderr)
        print(pattern, w, h, channels, seed, prescale, digest, quality, *eight, sep=",")
    print(f"{differing} of {coloured} coloured pictures differ in pdqhash.compute, "
          f"by at most {furthest}", file=sys.stderr)


if __name__ == "__main__":
    main()

"""Pictures by integer arithmetic modulo 2^32; `tests/it/golden.rs` makes the same ones."""

import numpy as np


def mix(x, y, c, seed):
    h = x * 0x9E3779B1 ^ y * 0x85EBCA77 ^ c * 0xC2B2AE3D ^ seed * 0x27D4EB2F
    h &= 0xFFFFFFFF
    h = (h ^ h >> 15) * 0x2C1B3C6D & 0xFFFFFFFF
    h = (h ^ h >> 12) * 0x297A2D39 & 0xFFFFFFFF
    return h >> 24


def smooth(x, y, c, seed, cell):
    i, j, u, v = x // cell, y // cell, x % cell, y % cell
    top = mix(i, j, c, seed) * (cell - u) + mix(i + 1, j, c, seed) * u
    low = mix(i, j + 1, c, seed) * (cell - u) + mix(i + 1, j + 1, c, seed) * u
    return (top * (cell - v) + low * v) // (cell * cell)


def sample(pattern, x, y, c, w, h, seed):
    if pattern == "flat":
        return (seed * 37 + 90 * c) % 256 + 0 * x
    if pattern == "gradient":
        return [255 * x // w, 255 * y // h, 255 * (x + y) // (w + h)][(c + seed) % 3] + 0 * (x + y)
    if pattern == "noise":
        return mix(x, y, c, seed)
    if pattern == "checker":
        cell = max(w // 8, 1)
        return (x // cell + y // cell + c) % 2 * 255
    if pattern == "stripes":
        return (x // (seed + 2) + c) % 2 * 200 + 0 * y
    if pattern == "text":
        ink = (y % 20 < 12) & (mix(x // 3, y // 4, 0, seed) < 110)
        return np.where(ink, 20 + 15 * c, 250 - 5 * c)
    if pattern == "faint":
        return 128 + mix(x, y, c, seed) % 4
    if pattern == "photo":
        coarse, fine = max(w, h) // 5 + 1, max(w, h) // 23 + 1
        both = 3 * smooth(x, y, c, seed, coarse) + smooth(x, y, c, seed + 1, fine)
        return (15 * both // 4 + mix(x, y, c, seed)) // 16
    raise ValueError(pattern)


def picture(pattern, w, h, channels, seed):
    y, x = np.mgrid[0:h, 0:w].astype(np.int64)
    planes = [sample(pattern, x, y, c, w, h, seed) for c in range(channels)]
    return np.ascontiguousarray(np.stack(planes, axis=-1).astype(np.uint8))

import csv
import hashlib
import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tutela

ROOT = pathlib.Path(__file__).resolve().parents[2]


def command(*words):
    run = subprocess.run(
        ["cargo", "run", "--release", "--quiet", "--", *map(str, words)], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode in (0, 1, 3), run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_files_have_the_hashes_that_the_command_prints(testdata):
    rows = {row["uri"]: row for row in command("hash", "--json", testdata / "media")}
    hashed = {found.path: found for found in tutela.hash_files(testdata / "media")}
    assert rows.keys() == hashed.keys()
    pictures = 0
    for path, found in hashed.items():
        wanted = rows[path].get("fingerprint", {})
        names = ("pdq", "quality", "md5", "sha1", "sha256")
        got = {name: getattr(found.fingerprint, name) for name in names} if found.fingerprint else {}
        assert {name: value for name, value in got.items() if value is not None} == wanted
        assert (found.reason is None) == ("reason" not in rows[path])
        if found.reason is None:
            pictures += 1
            assert tutela.hash_file(path) == found.fingerprint
            with open(path, "rb") as file:
                assert tutela.hash_bytes(file.read()) == found.fingerprint
        else:
            code = found.reason.split(":")[0]
            if found.fingerprint is None or found.fingerprint.pdq is None:
                with pytest.raises(tutela.MediaError, match=code):
                    tutela.hash_file(path)
    assert pictures > 30


def test_all_orientations_are_those_of_the_picture_turned():
    rng = np.random.default_rng(1)
    small = rng.integers(0, 255, (16, 16), dtype=np.uint8)
    picture = np.kron(small, np.ones((12, 12), dtype=np.uint8))
    hashes = tutela.hash_image(picture, orientations=True)
    assert list(hashes.orientations)[0] == "original" and len(hashes.orientations) == 8
    assert hashes.orientations["original"] == hashes.pdq
    mirrored = tutela.hash_image(picture[:, ::-1])
    assert hashes.orientations["flipy"] == mirrored.pdq
    assert tutela.hash_image(picture[::-1, ::-1]).pdq == hashes.orientations["rotate180"]
    assert tutela.hash_image(picture).orientations is None


def test_a_grey_picture_is_one_of_three_equal_channels():
    # Smooth and without ties: the weights of the colours round.
    y, x = np.mgrid[0:90, 0:80]
    grey = (120 + 60 * np.sin(x / 7.3 + y / 31) + 50 * np.cos(y / 11.7 - x / 19)).astype(np.uint8)
    colours, alone = (int(tutela.hash_image(a).pdq, 16) for a in (np.stack([grey] * 3, axis=2), grey))
    assert bin(colours ^ alone).count("1") <= 4
    image = pytest.importorskip("PIL.Image").fromarray(grey)
    assert tutela.hash_image(image).pdq == tutela.hash_image(grey).pdq


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 0), dtype=np.uint8),
        np.zeros((4, 0, 3), dtype=np.uint8),
        np.zeros((4, 4, 4), dtype=np.uint8),
        np.zeros(16, dtype=np.uint8),
        np.zeros((4, 4), dtype=np.float32),
        np.zeros((4, 4), dtype=">u2"),
        None,
        "picture",
    ],
)
def test_pixels_of_another_kind_are_refused(array):
    with pytest.raises(ValueError, match="pixels"):
        tutela.hash_image(array)


def test_what_cannot_be_hashed_says_why(tmp_path):
    with pytest.raises(FileNotFoundError) as missing:
        tutela.hash_file(tmp_path / "nothing.jpg")
    assert missing.value.filename == str(tmp_path / "nothing.jpg")
    with pytest.raises(tutela.MediaError, match="unsupported") as unknown:
        tutela.hash_bytes(b"no picture at all")
    assert unknown.value.code == "unsupported"
    with pytest.raises(tutela.Error):
        tutela.hash_bytes(b"")
    with pytest.raises(TypeError):
        tutela.hash_bytes(None)


def test_every_hash_equals_the_golden_one(testdata, monkeypatch):
    monkeypatch.syspath_prepend(testdata / "golden")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    from pictures import picture

    compared = 0
    with open(testdata / "golden/pdq.csv", newline="") as file:
        for row in csv.DictReader(file):
            width, height, channels, seed = (int(row[name]) for name in ("width", "height", "channels", "seed"))
            if row["prescale"] == "none" and max(width, height) > 512:
                continue  # The package hashes as Meta's tools do.
            pixels = picture(row["pattern"], width, height, channels, seed)
            assert hashlib.sha256(pixels.tobytes()).hexdigest() == row["sha256"]
            array = pixels if channels == 3 else pixels[:, :, 0]
            turned = tutela.hash_image(array, orientations=True)
            for hashed in (tutela.hash_image(array), tutela.hash_image(np.asfortranarray(array)), turned):
                assert (hashed.pdq, hashed.quality) == (row["hash"], int(row["quality"]))
            assert hashed.orientations["original"] == row["hash"]
            compared += 1
    assert compared == 140

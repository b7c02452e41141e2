import threading

import numpy as np
import pytest
import tutela
from hypothesis import given, settings, strategies


def build(path, hashes, bank="B"):
    with tutela.IndexWriter(path) as writer:
        for number, row in enumerate(hashes):
            writer.add(bank, str(number), pdq=bytes(row), category="A1", tags=["t"])
    return tutela.Index.open(path)


def brute_force(hashes, queries, radius):
    distances = np.unpackbits(queries[:, None, :] ^ hashes[None, :, :], axis=2).sum(axis=2)
    return {(int(q), int(e), int(distances[q, e])) for q, e in zip(*np.nonzero(distances <= radius))}


def pairs(index, hits):
    ids = index.describe(hits.entry.tolist())["entry"]
    return {(int(q), int(e), int(d)) for q, e, d in zip(hits.query, ids, hits.distance)}


@settings(deadline=None, max_examples=25)
@given(seed=strategies.integers(0, 2**32), radius=strategies.integers(0, 256), count=strategies.integers(1, 60))
def test_every_entry_within_the_radius_is_found(tmp_path_factory, seed, radius, count):
    rng = np.random.default_rng(seed)
    hashes = rng.integers(0, 4, (count, 32), dtype=np.uint8)
    queries = np.vstack([hashes[:5] ^ rng.integers(0, 2, (1, 32), dtype=np.uint8), hashes[-1:]])
    with build(tmp_path_factory.mktemp("index") / "i", hashes) as index:
        wanted = brute_force(hashes, queries, radius)
        assert pairs(index, index.within_many(queries, radius)) == wanted
        for row, query in enumerate(queries):
            found = index.within(query, radius)
            assert {(row, int(m.entry), m.distance) for m in found} == {p for p in wanted if p[0] == row}
            nearest = index.nearest(query, 3)
            assert [m.distance for m in nearest] == sorted(brute[2] for brute in brute_force(hashes, query[None], 256))[:3]


def test_a_hash_may_be_text_bytes_an_array_or_a_fingerprint(tmp_path, testdata):
    fingerprint = tutela.hash_file(testdata / "media/copies/city-grey.jpg")
    index = build(tmp_path / "i", [fingerprint.pdq_bytes])
    array = np.frombuffer(bytes(fingerprint.pdq_bytes), dtype=np.uint8)
    for hash in (fingerprint, fingerprint.pdq, bytes(fingerprint.pdq_bytes), array):
        [match] = index.within(hash)
        assert (match.bank, match.entry, match.distance, match.category, match.tags) == ("B", "0", 0, "A1", ["t"])
    for wrong in (None, 7, "00", b"short", array[:5], array.astype(np.int32), [1] * 32):
        with pytest.raises(ValueError, match="hash"):
            index.within(wrong)
    for radius in (257, 1000):
        with pytest.raises(ValueError, match="radius"):
            index.within(fingerprint, radius)


def test_arrays_that_would_have_to_be_copied_are_refused(tmp_path):
    index = build(tmp_path / "i", np.zeros((1, 32), dtype=np.uint8))
    good = np.zeros((4, 32), dtype=np.uint8)
    assert len(index.within_many(good)) == 4
    assert len(index.within_many(good[:0])) == 0
    wide = np.zeros((4, 64), dtype=np.uint8)
    for wrong in (good.astype(np.int8), good.astype(">u4"), wide, wide[:, ::2], good.T, good[0], good[::2], None, [[0] * 32]):
        with pytest.raises(ValueError, match="hashes"):
            index.within_many(wrong)
    # Its memory is in one piece, and goes down the columns.
    for wrong in (np.asfortranarray(good), np.zeros((32, 32), dtype=np.uint8).T):
        with pytest.raises(ValueError, match="ascontiguousarray"):
            index.within_many(wrong)
    assert len(index.within_many(np.asfortranarray(good[:1]))) == 1


def test_numbers_out_of_range_are_refused(tmp_path):
    index = build(tmp_path / "i", np.zeros((1, 32), dtype=np.uint8))
    for radius in (-1, 257):
        with pytest.raises(ValueError, match="radius"):
            index.within("0" * 64, radius)
        with pytest.raises(ValueError, match="radius"):
            index.within_many(np.zeros((1, 32), dtype=np.uint8), radius)
    with pytest.raises(ValueError, match="entries"):
        index.nearest("0" * 64, -1)
    assert index.nearest("0" * 64, 0) == []
    for number in (-1, 7, 2**64):
        with pytest.raises(IndexError, match="no entry"):
            index.describe([number])


def test_hits_become_tables(tmp_path):
    hits = build(tmp_path / "i", np.zeros((3, 32), dtype=np.uint8)).within_many(np.zeros((2, 32), dtype=np.uint8))
    assert repr(hits) == "Hits(6 pairs of query, entry, distance)"
    assert pytest.importorskip("pyarrow") and hits.to_arrow().num_rows == 6
    assert pytest.importorskip("pandas") and list(hits.to_pandas()) == ["query", "entry", "distance"]


def test_commits_are_seen_after_a_reload_and_removals_too(tmp_path):
    index = build(tmp_path / "i", np.zeros((1, 32), dtype=np.uint8))
    with tutela.IndexWriter(tmp_path / "i") as writer:
        writer.add("B", "other", pdq="f" * 64, md5="ab" * 16)
        assert writer.commit()["added"] == 1
        with pytest.raises(tutela.LockedError):
            tutela.IndexWriter(tmp_path / "i")
        assert writer.remove("B", "0") == 1
    assert (len(index), len(index.within("0" * 64))) == (1, 1)
    assert index.reload() and not index.reload()
    assert (len(index), index.banks()) == (1, {"B": 1})
    assert index.within("0" * 64) == [] and index.within("f" * 64)[0].entry == "other"
    index.verify()
    index.preload()


def test_a_block_that_fails_commits_nothing(tmp_path):
    with pytest.raises(RuntimeError):
        with tutela.IndexWriter(tmp_path / "i") as writer:
            writer.add("B", "1", pdq="0" * 64)
            raise RuntimeError
    with pytest.raises(tutela.NotAnIndexError):
        tutela.Index.open(tmp_path / "i")


def test_what_is_closed_or_damaged_or_missing_says_so(tmp_path):
    index = build(tmp_path / "i", np.zeros((1, 32), dtype=np.uint8))
    index.close()
    assert index.closed and "closed" in repr(index)
    for call in (lambda: index.within("0" * 64), lambda: len(index), index.reload, index.verify):
        with pytest.raises(tutela.ClosedError):
            call()
    writer = tutela.IndexWriter(tmp_path / "j")
    writer.close()
    with pytest.raises(tutela.ClosedError):
        writer.commit()
    with pytest.raises(ValueError, match="at least one"):
        tutela.IndexWriter(tmp_path / "k").add("B", "1")
    segment = next((tmp_path / "i").glob("*.segment"))
    segment.write_bytes(segment.read_bytes()[:-9])
    with pytest.raises(tutela.CorruptIndexError):
        tutela.Index.open(tmp_path / "i")
    with pytest.raises(tutela.NotAnIndexError):
        tutela.Index.open(tmp_path / "nothing")
    bad = tmp_path / "bad.csv"
    bad.write_text("pdq\nnonsense\n")
    with pytest.raises(tutela.ListError, match="bad.csv:2"):
        tutela.Index.from_list(bad)
    with pytest.raises(FileNotFoundError) as missing:
        tutela.Index.from_list(tmp_path / "no.csv")
    assert missing.value.filename == str(tmp_path / "no.csv")


def test_eight_threads_share_an_index(tmp_path):
    rng = np.random.default_rng(4)
    hashes = rng.integers(0, 256, (2000, 32), dtype=np.uint8)
    index = build(tmp_path / "i", hashes)
    wanted = brute_force(hashes, hashes[:50], 31)
    answers = []

    def ask():
        for _ in range(20):
            answers.append(pairs(index, index.within_many(hashes[:50])) == wanted)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 160

"""Processes that were forked or spawned use what they were given, or say that they cannot."""

import multiprocessing
import os

import numpy as np
import pytest
import tutela

from test_index import build

HASHES = np.random.default_rng(5).integers(0, 256, (3000, 32), dtype=np.uint8)


def ask(index, path, to):
    """In a process of its own: through an index that came with the fork, or one opened here."""
    index = index or tutela.Index.open(path)
    # Enough to be shared among threads.
    hits = index.within_many(HASHES)
    index.verify()
    [match] = index.within(HASHES[7])
    hashed = tutela.hash_image(np.arange(64 * 64, dtype=np.uint32).reshape(64, 64).astype(np.uint8)).quality
    to.send((hits.query.tolist() == list(range(3000)), match.entry, hashed is not None))


# Since 3.12 a fork with threads warns: that it works is what is tried here.
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("used_before", [False, True])
def test_other_processes_search(tmp_path, method, used_before):
    index = build(tmp_path / "i", HASHES)
    if used_before:
        # The threads of this process have started; a fork has them not.
        assert len(index.within_many(HASHES)) == 3000
    context = multiprocessing.get_context(method)
    given = index if method == "fork" else None
    results = []
    for _ in range(2):
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=ask, args=(given, str(tmp_path / "i"), there))
        process.start()
        there.close()
        assert here.poll(60), "no answer"
        results.append(here.recv())
        process.join(20)
        assert process.exitcode == 0
    assert results == [(True, "7", True)] * 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_writer_and_a_scan_stay_with_their_process(tmp_path, testdata):
    writer = tutela.IndexWriter(tmp_path / "i")
    writer.add("B", "1", pdq="0" * 64)
    index = tutela.Index.from_list(testdata / "known.csv")
    scanning = tutela.scan(testdata / "media", index)
    next(scanning)
    child = os.fork()
    if child == 0:
        refused = 0
        for call in (writer.commit, lambda: next(scanning)):
            try:
                call()
            except tutela.ClosedError as error:
                refused += "process" in str(error)
        writer.close()
        scanning.close()
        os._exit(refused)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
    # What the other process closed was its copy.
    assert writer.commit()["added"] == 1
    writer.close()
    assert len(list(scanning)) > 10


def test_an_index_that_another_process_replaces_stays_what_it_was(tmp_path):
    index = build(tmp_path / "i", HASHES[:100])
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=replace, args=(str(tmp_path / "i"),))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    assert len(index) == 100 and len(index.within_many(HASHES[:100])) == 100
    assert index.reload()
    assert len(index) == 1 and index.within(HASHES[200])[0].entry == "new"


def replace(path):
    with tutela.IndexWriter(path) as writer:
        assert writer.remove_bank("B") == 100
        writer.add("B", "new", pdq=bytes(HASHES[200]))
        writer.commit()
        writer.compact()

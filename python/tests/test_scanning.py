import json
import signal
import subprocess
import sys

import pytest
import tutela

from test_hashing import command


def test_findings_are_those_of_the_command(testdata):
    wanted = command("scan", "--list", testdata / "known.csv", "--all", testdata / "media")
    index = tutela.Index.from_list(testdata / "known.csv")
    seen = []
    scanning = tutela.scan([testdata / "media"], index, clear=True, progress=seen.append)
    assert scanning.summary is None
    found = [finding.to_dict() for finding in scanning]
    for rows in (wanted, found):
        for row in rows:
            row.pop("at")
    assert found == wanted
    summary = scanning.summary
    assert summary["files"] == len(found) == summary["matched"] + summary["clear"] + summary["unjudged"]
    assert seen[-1] == summary["bytes"] > 0
    without = list(tutela.scan(testdata / "media", index))
    assert [f.uri for f in without] == [row["uri"] for row in wanted if row["verdict"] != "clear"]


def test_findings_read_well(testdata):
    index = tutela.Index.from_list(testdata / "known.csv")
    finding = next(iter(tutela.scan(testdata / "media/copies/city-grey.jpg", index)))
    assert finding.verdict == "match" and "T-0002" in repr(finding)
    page = finding._repr_html_()
    assert "T-0002" in page and "<img" not in page
    pytest.importorskip("PIL")
    thumbnail = finding.show()
    assert thumbnail.mode == "L" and max(thumbnail.size) <= 128
    assert finding.show(blur=False).mode == "RGB"


def test_a_file_in_memory_is_judged_as_one_on_disk(testdata):
    index = tutela.Index.from_list(testdata / "known.csv")
    for finding in tutela.scan(testdata / "media", index, effort="plain", clear=True):
        with open(finding.uri, "rb") as file:
            alone = tutela.scan_bytes(file.read(), index, uri=finding.uri).to_dict()
        wanted = finding.to_dict()
        assert alone.pop("at") and wanted.pop("at")
        assert alone == wanted
    assert tutela.scan_bytes(b"", index).reason["code"] == "undecodable"
    with pytest.raises(TypeError):
        tutela.scan_bytes(None, index)


def test_findings_and_summary_are_tables(testdata):
    index = tutela.Index.from_list(testdata / "known.csv")
    findings = list(tutela.scan(testdata / "media", index))
    scanning = tutela.scan(testdata / "media", index)
    frame = scanning.to_pandas()
    assert len(frame) == sum(max(len(finding.matches), 1) for finding in findings)
    assert list(dict.fromkeys(frame["uri"])) == [finding.uri for finding in findings]
    matched = frame[frame["verdict"] == "match"]
    assert matched["entry"].str.startswith("T-").all() and matched["reason"].isna().all()
    assert frame[frame["verdict"] == "unjudged"]["reason"].notna().all()
    page = scanning.summary._repr_html_()
    assert f"<th>files</th><td>{scanning.summary['files']}</td>" in page
    empty = tutela.scan([], index).to_pandas()
    assert empty.empty and list(empty.columns) == list(frame.columns)


def test_wrong_arguments_are_refused(testdata):
    index = tutela.Index.from_list(testdata / "known.csv")
    for wrong in ({"effort": "wild"}, {"radius": 300}, {"review": 60}, {"threads": 0}, {"threads": 5000}):
        with pytest.raises(ValueError):
            tutela.scan(testdata, index, **wrong)
    index.close()
    with pytest.raises(tutela.ClosedError):
        tutela.scan(testdata, index)


def test_a_scan_that_nobody_reads_to_its_end_stops(testdata):
    index = tutela.Index.from_list(testdata / "known.csv")
    with tutela.scan(testdata / "media", index) as scanning:
        next(scanning)
    assert scanning.summary["files"] >= 1
    assert list(scanning) == []


def test_ctrl_c_ends_a_scan(testdata, tmp_path):
    for number in range(3000):
        (tmp_path / f"{number}.jpg").symlink_to(testdata / "media/copies/city-grey.jpg")
    program = (
        "import sys, tutela\n"
        "index = tutela.Index.from_list(sys.argv[1])\n"
        "try:\n"
        "    for number, _ in enumerate(tutela.scan(sys.argv[2], index, effort='deep', clear=True)):\n"
        "        if number == 0: print('begun', flush=True)\n"
        "except KeyboardInterrupt:\n"
        "    print('stopped', flush=True)\n"
    )
    words = [sys.executable, "-c", program, str(testdata / "known.csv"), str(tmp_path)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20)[0] == "stopped\n"
    assert process.returncode == 0

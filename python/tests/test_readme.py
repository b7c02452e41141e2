"""The README's examples run, one after the other, as a reader would run them."""

import os
import re

ROOT = __import__("pathlib").Path(__file__).resolve().parents[2]


def test_all_examples_run(monkeypatch, capsys):
    text = (ROOT / "python/README.md").read_text()
    examples = re.findall(r"```python\n(.*?)```", text, re.S)
    assert len(examples) >= 5
    monkeypatch.chdir(ROOT)
    names = {}
    for example in examples:
        exec(compile(example, "README.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "T-0002" in printed and "48 files" in printed and os.fspath(names["folder"])

"""How many edited copies of photographs are found, by edit and by effort.

Build first:  cargo build --release
Run:          python benches/quality/recall.py FOLDER [--limit N] [--seed N] [--effort fast]...

Needs Pillow (benches/peers/requirements.txt has it). Every photograph of the folder is listed by its
hash and then edited (edits.py); each copy is saved as JPEG and scanned. Printed is the recall in per
cent for each edit and effort, and how many copies matched a photograph that they are not of.
Photographs under 250 pixels are left out. `--json` and `--chart` write the same as JSON and as bars.
`--ratchet FILE` fails with status 1 where an edit is more than two points under the file's figure;
`--ratchet-write` raises the file to what was measured.
"""

import argparse
import collections
import json
import pathlib
import sys
import tempfile

import chart
from edits import QUOTED, Edits, MoreEdits, copies
from program import EFFORTS, Program, add_options, files, opened
from ratchet import Ratchet


def prepare(options, program, work):
    """Writes the list and the edited copies; gives the names of the edits."""
    photographs = []
    for path in files(options.folder)[:: options.step]:
        if len(photographs) == options.limit:
            break
        photo = opened(path)
        if photo is not None:
            photographs.append(photo)
    hands = [Edits(options.seed, photographs), MoreEdits(f"{options.seed}, more")]
    names = []
    (work / "listed").mkdir()
    (work / "copies").mkdir()
    for number, photo in enumerate(photographs):
        photo.save(work / "listed" / f"{number}.png")
        made = (copy for hand in hands for copy in copies(hand, photo))
        for place, (name, copy, quality) in enumerate(made):
            copy.save(work / "copies" / f"{place}_{number}.jpg", quality=quality)
            names = names if place < len(names) else [*names, name]
    program.write_list(work / "list.csv", work / "listed")
    return names, len(photographs)


def measure(options, program, efforts):
    """The recall of each edit and effort."""
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        names, count = prepare(options, program, work)
        if count == 0:
            raise SystemExit(f"no photograph in {options.folder}")
        found = {effort: collections.Counter() for effort in efforts}
        strangers = collections.Counter()
        for effort in efforts:
            findings, _ = program.scan(work / "list.csv", effort, work / "copies")
            for finding in findings:
                place, number = map(int, pathlib.Path(finding["uri"]).stem.split("_"))
                entries = {match["entry"] for match in finding.get("matches", [])}
                found[effort][place] += str(number) in entries
                if not names[place].startswith("collage"):
                    strangers[effort] += len(entries - {str(number)})

    def percent(effort, places):
        return round(100 * sum(found[effort][place] for place in places) / count / len(places), 1)

    def figures(places):
        return {effort: percent(effort, places) for effort in efforts}

    return {
        "tutela": program.version(),
        "photographs": count,
        "seed": options.seed,
        "efforts": efforts,
        "recall": {name: figures([place]) for place, name in enumerate(names)},
        "quoted": QUOTED,
        "mean": figures(range(QUOTED)),
        "mean_of_all": figures(range(len(names))),
        "wrong_entries": {effort: strangers[effort] for effort in efforts},
    }


def print_table(result):
    efforts, recall = result["efforts"], list(result["recall"].items())

    def line(name, figures, form):
        print(f"{name:24}" + "".join(f"{figures[effort]:{form}}" for effort in efforts))

    count, edits = result["photographs"], len(recall)
    print(f"{count} photographs, {edits} edits of each, seed {result['seed']}; recall in %")
    print(f"{'':24}" + "".join(f"{effort:>8}" for effort in efforts))
    for name, figures in recall[:QUOTED]:
        line(name, figures, "8.1f")
    line(f"mean of these {QUOTED}", result["mean"], "8.1f")
    for name, figures in recall[QUOTED:]:
        line(name, figures, "8.1f")
    line(f"mean of all {edits}", result["mean_of_all"], "8.1f")
    line("wrong entries", result["wrong_entries"], "8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=200, help="photographs at most")
    parser.add_argument("--step", type=int, default=1, help="take every so manieth file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--effort", action="append", choices=EFFORTS)
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the result as JSON")
    parser.add_argument("--chart", type=pathlib.Path, metavar="FILE", help="write an SVG chart")
    parser.add_argument("--ratchet", type=pathlib.Path, metavar="FILE", help="fail where this was better")
    parser.add_argument("--ratchet-write", action="store_true", help="raise the ratchet")
    add_options(parser)
    options = parser.parse_args()
    if options.ratchet_write and not options.ratchet:
        parser.error("--ratchet-write needs --ratchet FILE")
    efforts = [effort for effort in EFFORTS if not options.effort or effort in options.effort]
    result = measure(options, Program(options.tutela), efforts)
    print_table(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")
    if options.chart:
        options.chart.write_text(chart.svg(result))
    if options.ratchet:
        ratchet = Ratchet(options.ratchet)
        failures = [] if options.ratchet_write and ratchet.kept is None else ratchet.check(result)
        for failure in failures:
            print(failure, file=sys.stderr)
        if failures:
            sys.exit(1)
        if options.ratchet_write:
            ratchet.write(result)


if __name__ == "__main__":
    main()

"""A file of recalls that none may fall far under."""

import json

# points
SLACK = 2.0


class Ratchet:
    """The least recall by edit and effort, and of which photographs."""

    def __init__(self, path):
        self.path = path
        self.kept = json.loads(path.read_text()) if path.exists() else None

    def check(self, result):
        """What is wrong, a line each."""
        if self.kept is None:
            return [f"{self.path}: no such file; --ratchet-write makes it"]
        for key in ("photographs", "seed"):
            if self.kept[key] != result[key]:
                return [f"{self.path} is of {key} {self.kept[key]}, this run of {result[key]}"]
        failures = []
        for edit, floors in self.kept["recall"].items():
            for effort, floor in floors.items():
                if effort not in result["efforts"]:
                    continue
                figure = result["recall"].get(edit, {}).get(effort)
                if figure is None:
                    failures.append(f"{edit}, {effort}: not measured, floor {floor}")
                elif figure < floor - SLACK:
                    failures.append(f"{edit}, {effort}: {figure}, more than {SLACK} under the floor {floor}")
        return failures

    def write(self, result):
        """Raises every floor to what was measured, and lowers none."""
        kept = {edit: dict(floors) for edit, floors in (self.kept or {"recall": {}})["recall"].items()}
        for edit, figures in result["recall"].items():
            floors = kept.setdefault(edit, {})
            for effort, figure in figures.items():
                floors[effort] = max(figure, floors.get(effort, 0))
        of = {key: result[key] for key in ("photographs", "seed")}
        self.path.write_text(json.dumps({**of, "recall": kept}, indent=1) + "\n")

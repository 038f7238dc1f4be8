"""Prints how much of the program the tests ran, by folder: called by `packaging/dev test --coverage`, after the tests.

The measurements lie where pyproject.toml says. Processes that were locked in or killed could not leave theirs.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import coverage

ROOT = Path(__file__).parent.parent
LEVELS = 3
"""The depth to which folders are told apart: `app`, `app/ui` and `app/ui/page`; what lies deeper counts there."""


def main() -> None:
    """Print a line for each folder with all that lies below it: the share of its statements that ran, and how many
    did not."""
    measured = coverage.Coverage(config_file=str(ROOT / "pyproject.toml"))
    measured.load()
    statements, missed = Counter[str](), Counter[str]()
    for file in (ROOT / "app").rglob("*.py"):
        folders = file.relative_to(ROOT).parts[:-1]
        _, lines, _, not_run, _ = measured.analysis2(str(file))
        for depth in range(1, min(LEVELS, len(folders)) + 1):
            statements["/".join(folders[:depth])] += len(lines)
            missed["/".join(folders[:depth])] += len(not_run)
    for folder, count in sorted(statements.items()):
        if count:
            print(f"{folder:28}{1 - missed[folder] / count:7.1%}{missed[folder]:8,} of {count:6,} statements not run")


if __name__ == "__main__":
    main()

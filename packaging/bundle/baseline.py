"""Says on which systems a folder of libraries runs: the least version of glibc, and which files set it.

    baseline.py FOLDER [--least]

With `--least` the version alone. What is lower than the file that asks for most says what another build would gain.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

from elf import elf_files, newest_glibc

_SHOWN = 4
"""So many versions are shown, each with some of its files."""
_FILES = 8

SYSTEMS = {"Debian 12": (2, 36), "Debian 13": (2, 41), "Ubuntu 22.04": (2, 35), "Ubuntu 24.04": (2, 39)}
"""The glibc that they have."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--least", action="store_true")
    given = parser.parse_args(arguments)
    files = by_glibc(given.folder)
    versions = sorted(files, reverse=True)
    if given.least:
        print(_dotted(versions[0]) if versions else "")
        return 0
    for version in versions[:_SHOWN]:
        names = [path.relative_to(given.folder).as_posix() for path in files[version]]
        more = f" and {len(names) - _FILES} more" if len(names) > _FILES else ""
        print(f"glibc {_dotted(version)}: {', '.join(names[:_FILES])}{more}")
    least = versions[0] if versions else ()
    print(f"runs on: {', '.join(name for name, has in SYSTEMS.items() if has >= least)}")
    return 0


def by_glibc(folder: Path) -> dict[tuple[int, ...], list[Path]]:
    """Return programs and libraries by the version that they ask for; those that ask for none are left out.

    Raises OSError; ValueError where a file is damaged.
    """
    found: dict[tuple[int, ...], list[Path]] = defaultdict(list)
    for path in elf_files(folder):
        if version := newest_glibc(path):
            found[version].append(path)
    return dict(found)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Collects the licences of all that a bundle consists of, and a list that names them.

    python packaging/bundle/licences.py BUNDLE --site-packages FOLDER [--out FOLDER] [--name PACKAGE]

FOLDER is `licences` in the bundle if it is not named. It gets one file for each text, however many have it, and
`THIRD-PARTY.txt`, which names each component with its version, its licence, where its source is, and its texts.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from deb_packages import COMMON
from inventory import Component, Inventory, arguments, take_stock

LIST = "THIRD-PARTY.txt"

_HEAD = """\
What {name} {version} consists of

{name} itself is under the licence {licence}. It comes with the following, each under its own licence. The texts lie
beside this list, in the files that are named.
"""

_ABOUT_LGPL = """\
Libraries under the LGPL are files of their own in the folder of the program, to which it is linked when it starts. You
may replace each of them by a version of yours that has the same interface, also one that you changed, and you may take
the program apart to find faults of such a version. Where their source is stands with each.
"""


def main(given: list[str]) -> int:
    parser = arguments(str(__doc__).splitlines()[0])
    parser.add_argument("--out", type=Path)
    told = parser.parse_args(given)
    try:
        inventory = take_stock(told.bundle, told.site_packages, add_on=told.name)
        write_licences(inventory, told.out or told.bundle / "licences")
    except (OSError, ValueError) as error:
        print(f"Octavo: {error}", file=sys.stderr)
        return 1
    return 0


def write_licences(inventory: Inventory, folder: Path) -> None:
    """Write the licences into `folder`, which is made anew. Raises OSError."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names: dict[bytes, str] = {}
    lines = [
        _HEAD.format(name=inventory.own.name.capitalize(), version=inventory.own.version, licence=inventory.own.licence)
    ]
    if any("LGPL-" in component.licence for component in inventory.components):
        lines.append(_ABOUT_LGPL)
    for component in (*inventory.components, inventory.own):
        own_names: list[str] = []
        for path in component.texts:
            text = path.read_bytes()
            if text not in names:
                names[text] = _free_name(component, path, set(names.values()))
                (folder / names[text]).write_bytes(text)
                (folder / names[text]).chmod(0o644)
            own_names.append(names[text])
        if component is not inventory.own:
            lines.append(_paragraph(component, list(dict.fromkeys(own_names))))
    (folder / LIST).write_text("\n".join(lines), encoding="utf-8")


def _paragraph(component: Component, texts: list[str]) -> str:
    inside = f" (in {', '.join(component.holders)})" if component.holders else ""
    lines = [f"{component.name} {component.version}".rstrip() + inside, f"    licence: {component.licence}"]
    lines += [f"    source: {component.source}"] if component.source else []
    lines += [f"    author: {component.author}"] if component.author else []
    lines += [f"    note: {component.note}"] if component.note else []
    lines += [f"    texts: {', '.join(texts)}"] if texts else []
    return "\n".join(lines) + "\n"


def _free_name(component: Component, path: Path, taken: set[str]) -> str:
    """Return a name that is free. A standard text keeps its name; others are called after the first component that has
    them."""
    stem = component.name
    if path.parent == COMMON or path.parent.name == "texts":
        stem = path.name.removesuffix(".txt")
    stem = re.sub(r"[^A-Za-z0-9.+-]+", "-", stem).strip("-.")
    name, number = f"{stem}.txt", 2
    while name.lower() in {other.lower() for other in taken}:
        name, number = f"{stem}-{number}.txt", number + 1
    return name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Takes out of a frozen bundle what no part of it uses: symbols for debuggers, doubles, and data of ICU.

    python packaging/bundle/trim.py BUNDLE

Says for each file how much smaller it is. A second run finds nothing left to do. Linux only; needs `strip` and a C
compiler. The same bundle gives the same bytes.
"""

from __future__ import annotations

import argparse
import shutil
import struct
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from elf import data_of, elf_files, imported, linked
from frozen import CONTENTS, sha256_of

_PROGRAMS = frozenset({"octavo", "octavo-desk"})
"""The programs, which carry their archive in a section that stripping would take away."""

_ICU_DATA = "libicudata.so.*"
_ICU_USED = ("ucal_", "ucnv_", "ucol_", "u_str", "UCNV_")
"""The beginnings of the names that Qt calls of ICU: calendars, encodings, the order of words, upper and lower case."""

_ICU_UNUSED = frozenset({"brkitr", "curr", "lang", "rbnf", "region", "translit", "unit"})
"""The parts of ICU's data that serve other functions: where words break, names of currencies, languages, regions and
units, numbers in words, transliteration."""

_ICU_FORMAT = b"CmnD"
_ALIGNMENT = 16


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("bundle", type=Path)
    folder = parser.parse_args(arguments).bundle / CONTENTS
    try:
        for path, bytes_saved in [*link_doubles(folder), *shrink_icu(folder), *strip_symbols(folder)]:
            print(f"{path.relative_to(folder)}: {bytes_saved / 1e6:.1f} MB less")
    except (OSError, ValueError) as error:
        print(f"Octavo: {error}", file=sys.stderr)
        return 1
    return 0


def link_doubles(folder: Path) -> list[tuple[Path, int]]:
    """Link libraries that lie twice in one folder, under the name by which others ask for them and another one: they
    become one file and a link. Raises OSError, ValueError."""
    changes = []
    by_content: dict[tuple[Path, str], Path] = {}
    files = elf_files(folder)
    for path in sorted(files, key=lambda path: (path.name != linked(path)[0], path)):
        first = by_content.setdefault((path.parent, sha256_of(path)), path)
        if first is not path:
            changes.append((path, path.stat().st_size))
            path.unlink()
            path.symlink_to(first.name)
    return changes


def strip_symbols(folder: Path) -> list[tuple[Path, int]]:
    """Strip symbols that only debuggers want. A library that has none stays as it is. Raises OSError, ValueError."""
    changes = []
    for path in elf_files(folder):
        if path.name in _PROGRAMS:
            continue
        with tempfile.NamedTemporaryFile(dir=path.parent) as scratch:
            _call("strip", "--strip-unneeded", "--enable-deterministic-archives", "-o", scratch.name, str(path))
            made, before = Path(scratch.name), path.stat().st_size
            saved = before - made.stat().st_size
            if saved <= 0:
                continue
            if (linked(made), imported(made)) != (linked(path), imported(path)):
                raise ValueError(f"{path} would ask for other libraries or functions once it is stripped")
            _replace(path, made)
            changes.append((path, saved))
    return changes


def shrink_icu(folder: Path) -> list[tuple[Path, int]]:
    """Remove the data that nobody asks ICU for. Raises OSError; ValueError if a library asks for more than is known."""
    changes = []
    for path in sorted(folder.rglob(_ICU_DATA)):
        beside = [file for file in elf_files(path.parent) if not file.name.startswith("libicu")]
        version = path.name.rpartition(".")[2]
        wanted = {name for file in beside for name in imported(file) if name.endswith(f"_{version}")}
        if unknown := sorted(name for name in wanted if not name.startswith(_ICU_USED)):
            raise ValueError(f"{', '.join(unknown)} of ICU are called now; look again at what {path} is used for")
        symbol = f"icudt{version}_dat"
        data = data_of(path, symbol)
        kept = without(data, _ICU_UNUSED)
        if len(kept) == len(data):
            continue
        before = path.stat().st_size
        _build_icu(path, symbol, kept)
        changes.append((path, before - path.stat().st_size))
    return changes


def without(data: bytes, unused: frozenset[str]) -> bytes:
    """Return ICU's common data without the items of these folders. The format: `ucmndata.h` in ICU's source.

    Raises ValueError where it is no such data.
    """
    head = struct.unpack_from("<H", data)[0]
    if data[2:4] != b"\xda\x27" or data[12:16] != _ICU_FORMAT or data[8]:
        raise ValueError("this is no common data of ICU in the order of bytes of Intel's processors")
    count = struct.unpack_from("<I", data, head)[0]
    contents = [struct.unpack_from("<II", data, head + 4 + 8 * index) for index in range(count)]
    ends = [start for _, start in contents[1:]] + [len(data) - head]
    items = []
    for (name_at, start), end in zip(contents, ends, strict=True):
        name = data[head + name_at : data.index(b"\0", head + name_at)]
        if not unused & set(name.decode("ascii").split("/")[1:-1]):
            items.append((name, data[head + start : head + end]))
    names = b"".join(name + b"\0" for name, _ in items)
    names_at = 4 + 8 * len(items)
    place = names_at + len(names)
    table, body = [], bytearray()
    for name, content in items:
        body += bytes(-(place + len(body)) % _ALIGNMENT)
        table.append((names_at, place + len(body)))
        names_at += len(name) + 1
        body += content
    assert all(first[0] < second[0] for first, second in pairwise(table))
    listed = struct.pack("<I", len(items)) + b"".join(struct.pack("<II", *entry) for entry in table)
    return data[:head] + listed + names + bytes(body)


def _build_icu(path: Path, symbol: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        content, source, made = (Path(scratch) / name for name in ("icu.dat", "icu.S", "icu.so"))
        content.write_bytes(data)
        source.write_text(
            f'.section .rodata\n.globl {symbol}\n.type {symbol}, @object\n.balign 16\n{symbol}:\n.incbin "icu.dat"\n'
            f'.size {symbol}, . - {symbol}\n.section .note.GNU-stack,"",@progbits\n'
        )
        flags = ("-shared", "-nostdlib", "-Wl,--build-id=none", f"-Wl,-soname,{path.name}")
        _call("cc", *flags, "-o", str(made), str(source), cwd=scratch)
        _replace(path, made)


def _replace(path: Path, made: Path) -> None:
    """Put a copy of `made` in the place of `path`, as a new file: the old one may be shared with the cache of packages
    by a hard link."""
    new = path.with_name(f"{path.name}.new")
    shutil.copyfile(made, new)
    new.chmod(path.stat().st_mode)
    new.replace(path)


def _call(*command: str, cwd: str | None = None) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd)
    if done.returncode:
        raise ValueError(f"{command[0]} {command[-1]}: {done.stderr.strip()}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

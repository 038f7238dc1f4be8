"""Reads what a shared library of Linux says of itself: its name, what it needs, and its symbols."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

_LOCAL_VERSION, _UNVERSIONED = 0, 1
_HIDDEN = 0x8000
"""System V ABI, symbol versioning: the top bit of an entry of .gnu.version is no part of the number."""


@dataclass(frozen=True, slots=True)
class Symbol:
    name: str
    version: str
    """Empty where the library has no versions."""
    is_data: bool
    size: int
    """The size in bytes."""


def is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def elf_files(folder: Path) -> list[Path]:
    """Return all programs and libraries beneath `folder`, in order; links are left out, since what they lead to is
    there."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink() and is_elf(path)]


def linked(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the name by which others ask for this library (empty for a program or a module), and those it asks for.

    Raises ValueError where the file is damaged.
    """
    with _opened(path) as elf:
        section = elf.get_section_by_name(".dynamic")
        tags = list(section.iter_tags()) if section is not None else []
        name = next((tag.soname for tag in tags if tag.entry.d_tag == "DT_SONAME"), "")
        return name, tuple(tag.needed for tag in tags if tag.entry.d_tag == "DT_NEEDED")


def exported(path: Path) -> dict[str, Symbol]:
    """Return the symbols that others can use, by name. Raises ValueError if the file is damaged."""
    with _opened(path) as elf:
        versions = _defined_versions(elf)
        return {
            symbol.name: Symbol(
                symbol.name, versions.get(number, ""), symbol["st_info"]["type"] == "STT_OBJECT", symbol["st_size"]
            )
            for symbol, number in _symbols(elf)
            if symbol.name and symbol["st_shndx"] != "SHN_UNDEF" and number != _LOCAL_VERSION
        }


def exports(path: Path, name: str) -> bool:
    """Return whether others can use a symbol of this name; quicker than all of them. Raises ValueError if it is
    damaged."""
    with _opened(path) as elf:
        for section in (".gnu.hash", ".hash"):
            if table := elf.get_section_by_name(section):
                found = table.get_symbol(name)
                return found is not None and found["st_shndx"] != "SHN_UNDEF"
    return False


def data_of(path: Path, name: str) -> bytes:
    """Return the content of a symbol of data. Raises ValueError if the file is damaged, or has no such symbol."""
    with _opened(path) as elf:
        for symbol, _ in _symbols(elf):
            if symbol.name != name or symbol["st_shndx"] == "SHN_UNDEF":
                continue
            section = elf.get_section(symbol["st_shndx"])
            start = symbol["st_value"] - section["sh_addr"]
            content: bytes = section.data()[start : start + symbol["st_size"]]
            return content
    raise ValueError(f"{path} has no symbol {name}.")


def newest_glibc(path: Path) -> tuple[int, ...]:
    """Return the version of glibc from which on the file runs; empty if it asks for none."""
    with _opened(path) as elf:
        section = elf.get_section_by_name(".gnu.version_r")
        asked = [version.name for _, versions in section.iter_versions() for version in versions] if section else []
    numbers = [name.removeprefix("GLIBC_").split(".") for name in asked if re.fullmatch(r"GLIBC_[\d.]+", name)]
    return max((tuple(map(int, each)) for each in numbers), default=())


def imported(path: Path) -> set[str]:
    """Return the names of the symbols that the file expects of others. Raises ValueError if it is damaged."""
    with _opened(path) as elf:
        return {symbol.name for symbol, _ in _symbols(elf) if symbol.name and symbol["st_shndx"] == "SHN_UNDEF"}


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Any]:
    with path.open("rb") as file:
        try:
            yield ELFFile(file)
        except ELFError as error:
            raise ValueError(f"{path} cannot be read as a library: {error}.") from error


def _symbols(elf: Any) -> Iterator[tuple[Any, int]]:
    """Yield each symbol with the number of its version; 1 if there are none."""
    symbols = elf.get_section_by_name(".dynsym")
    numbers = elf.get_section_by_name(".gnu.version")
    for index in range(symbols.num_symbols() if symbols is not None else 0):
        number = numbers.get_symbol(index)["ndx"] if numbers is not None else _UNVERSIONED
        named = {"VER_NDX_LOCAL": _LOCAL_VERSION, "VER_NDX_GLOBAL": _UNVERSIONED}
        yield symbols.get_symbol(index), named[number] if number in named else number & ~_HIDDEN


def _defined_versions(elf: Any) -> dict[int, str]:
    section = elf.get_section_by_name(".gnu.version_d")
    found: dict[int, str] = {}
    for version, names in section.iter_versions() if section is not None else ():
        if version["vd_ndx"] != _UNVERSIONED:  # the first one names the library itself
            found[version["vd_ndx"]] = next(names).name
    return found

"""The table of native components and of licences, as components.toml has it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec
from deb_packages import COMMON

FOLDER = Path(__file__).resolve().parent


class Native(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A component that the metadata of Python packages do not name."""

    name: str
    licence: str
    """An SPDX expression."""
    source: str
    """The address of its source code."""
    files: list[str] = []
    """Patterns of the files in a bundle that are this component; `*` stands for `/` too."""
    inside: list[str] = []
    """Patterns of files into which it is linked, and which are other components."""
    symbol: str = ""
    """If it is set, only libraries that export it are this component."""
    version: str = ""
    version_pattern: str = ""
    """A regular expression whose first group is found in one of the files."""
    version_in: list[str] = []
    """Where to look for it instead, written as `texts` are."""
    version_asked: str = ""
    """The question to the library itself for its version, asked before all else (`asking.answer`)."""
    version_of: str = ""
    """A Python package that has the same version."""
    texts: list[str] = []
    """The texts of its licence: `environment/PATTERN` in the environment that was frozen, `common/NAME` of Debian's
    /usr/share/common-licenses, `texts/NAME` beside this table, `checkout/PATH`."""
    repositories: list[str] = []
    """The repositories by which databases of vulnerabilities know it."""
    kind: str = "library"
    """The kind of component, in CycloneDX's words: library, application, data, machine-learning-model."""
    note: str = ""


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Facts about a package that are better known here than from its metadata."""

    name: str
    licence: str = ""
    source: str = ""
    texts: list[str] = []
    note: str = ""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    allowed: list[str]
    """Licences, and licences with an exception, that were looked at and are allowed."""
    component: list[Native]
    python: list[Known] = []
    debian: list[Known] = []
    allowed_in: dict[str, list[str]] = {}
    """By the name of an add-on package, the licences that it may have beside those that are `allowed`."""

    def allowed_for(self, package: str) -> frozenset[str]:
        return frozenset((*self.allowed, *self.allowed_in.get(package, [])))

    def python_of(self, name: str) -> Known:
        return next((known for known in self.python if known.name == name), Known(name))

    def debian_of(self, name: str) -> Known:
        """Return what is known of a package. Names of the table may be patterns here, since one source has many
        packages."""
        return next((known for known in self.debian if fnmatchcase(name, known.name)), Known(name))


@dataclass(frozen=True, slots=True)
class Places:
    """The folders where texts of licences lie."""

    checkout: Path
    site_packages: Path
    common: Path = COMMON

    def texts(self, references: list[str]) -> tuple[Path, ...]:
        """Return the texts that are there, in order."""
        folders = {
            "environment": self.site_packages,
            "common": self.common,
            "texts": FOLDER / "texts",
            "checkout": self.checkout,
        }
        found: list[Path] = []
        for reference in references:
            folder, _, pattern = reference.partition("/")
            found += [path for path in sorted(folders[folder].glob(pattern)) if path.is_file()]
        return tuple(dict.fromkeys(found))


def read_table(path: Path = FOLDER / "components.toml") -> Table:
    """Raises OSError, tomllib.TOMLDecodeError, msgspec.ValidationError."""
    with path.open("rb") as file:
        return msgspec.convert(tomllib.load(file), Table)

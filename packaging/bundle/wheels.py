"""The Python packages of an environment: their files, what they say of their licence, and where they came from."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from license_expression import ExpressionError, get_spdx_licensing
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

_CLASSIFIED = {
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
}
"""Classifiers that name one licence. "BSD License" is several."""

_TEXT_NAME = re.compile(r"(licen[cs]e|copying|notice|authors|copyright|thirdparty)", re.IGNORECASE)
_SPDX = get_spdx_licensing()


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that was installed, as uv.lock has it."""

    address: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Crate:
    """A component that is linked into a package, from the SBOM inside its wheel (PEP 770)."""

    name: str
    version: str
    purl: str
    licence: str


class Wheel:
    """One installed package."""

    def __init__(self, distribution: Distribution, site_packages: Path) -> None:
        self._distribution = distribution
        self._site_packages = site_packages
        self.name = canonicalize_name(distribution.metadata["Name"])
        self.version = distribution.version
        self.files = frozenset(file.as_posix() for file in distribution.files or ())
        self.modules = frozenset(_module(file) for file in self.files if file.endswith(".py"))

    def _said(self, key: str) -> list[str]:
        return [str(value).strip() for value in self._distribution.metadata.get_all(key) or []]

    @property
    def licence(self) -> str:
        """An SPDX expression; empty where the metadata have none, or one that is not SPDX's."""
        for stated in (*self._said("License-Expression"), *self._said("License")):
            if stated and is_spdx(stated):
                return stated
        named = {_CLASSIFIED[value] for value in self._said("Classifier") if value in _CLASSIFIED}
        return named.pop() if len(named) == 1 else ""

    @property
    def source(self) -> str:
        return f"https://pypi.org/project/{self.name}/{self.version}/"

    @property
    def author(self) -> str:
        return next(iter(self._said("Author") or self._said("Author-email")), "")

    @property
    def texts(self) -> tuple[Path, ...]:
        """The texts of the package's licence: the files that lie in its metadata, or else in its folders."""
        inside = [file for file in sorted(self.files) if ".dist-info/" in file and "/sboms/" not in file]
        found = [file for file in inside if "/licenses/" in file or _TEXT_NAME.match(Path(file).name)]
        if not found:
            found = [file for file in sorted(self.files) if _TEXT_NAME.match(Path(file).stem) and _is_text(file)]
        return tuple(path for file in found if (path := self._site_packages / file).is_file())

    @property
    def crates(self) -> list[Crate]:
        """The crates that were compiled into the package, as its wheel tells; only Rust's tools tell it completely, and
        the licences."""
        found: dict[str, Crate] = {}
        for file in sorted(self.files):
            if "/sboms/" not in file or not file.endswith(".json"):
                continue
            read = json.loads((self._site_packages / file).read_bytes())
            for component in _nested(read.get("components", [])):
                purl = str(component.get("purl", "")).partition("?")[0]
                if purl.startswith("pkg:cargo/"):
                    licences = [entry.get("expression", "") for entry in component.get("licenses", [])]
                    found[purl] = Crate(component["name"], component["version"], purl, next(iter(licences), ""))
        return list(found.values())

    def origin(self, lock: dict[str, Any]) -> Origin | None:
        """Return where a wheel came from; None if uv.lock does not have it."""
        key = self.name, self.version
        locked: dict[str, Any] = next((p for p in lock["package"] if (p["name"], p.get("version")) == key), {})
        text = self._distribution.read_text("WHEEL") or ""
        tags = {line.removeprefix("Tag: ") for line in text.splitlines() if line.startswith("Tag: ")}
        for wheel in locked.get("wheels", []):
            try:
                *_, wheel_tags = parse_wheel_filename(wheel["url"].rpartition("/")[2])
            except InvalidWheelFilename:
                continue
            if tags & {str(tag) for tag in wheel_tags} and not self._was_compiled:
                return Origin(wheel["url"], wheel["hash"].removeprefix("sha256:"))
        source = locked.get("sdist")
        return Origin(source["url"], source["hash"].removeprefix("sha256:")) if source else None

    @property
    def _was_compiled(self) -> bool:
        """uv notes what it built a package with."""
        return self._distribution.read_text("uv_build.json") is not None


def wheels_of(site_packages: Path) -> list[Wheel]:
    """Return all wheels that are installed, by name."""
    found = [Wheel(distribution, site_packages) for distribution in distributions(path=[str(site_packages)])]
    return sorted(found, key=lambda wheel: wheel.name)


def read_lock(path: Path) -> dict[str, Any]:
    """Raises OSError, tomllib.TOMLDecodeError."""
    with path.open("rb") as file:
        return tomllib.load(file)


def is_spdx(expression: str) -> bool:
    try:
        _SPDX.parse(expression, validate=True)
    except ExpressionError:
        return False
    return True


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _is_text(file: str) -> bool:
    return Path(file).suffix.lower() in {"", ".txt", ".md", ".rst"}


def _nested(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [found for component in components for found in (component, *_nested(component.get("components", [])))]

"""Libraries that come from packages of Debian and its like, and what those packages say of their licence."""

from __future__ import annotations

import logging
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from debian.copyright import Copyright, MachineReadableFormatError, NotMachineReadableError
from frozen import sha256_of

DOCUMENTS = Path("/usr/share/doc")
COMMON = Path("/usr/share/common-licenses")

# It tells of every address that it puts right.
logging.getLogger("debian").setLevel(logging.ERROR)

_NAMES = {
    "Expat": "MIT",
    "MIT": "MIT",
    "MIT/X": "MIT",
    "MIT/X11": "MIT",
    "0BSD": "0BSD",
    "libpng": "libpng-2.0",
    "public-domain": "LicenseRef-public-domain",
    "X11": "X11",
    "BSD-2-clause": "BSD-2-Clause",
    "BSD-3-clause": "BSD-3-Clause",
    "ISC": "ISC",
    "Zlib": "Zlib",
    "zlib": "Zlib",
    "Apache-2.0": "Apache-2.0",
    "FTL": "FTL",
    "OFL-1.1": "OFL-1.1",
}
"""Short names of the machine-readable format (version 1.0, section 7.1) in SPDX's words. Those of the GNU licences are
made by `_gnu`."""


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    architecture: str
    version: str
    source: str
    source_version: str

    @property
    def purl(self) -> str:
        release = platform.freedesktop_os_release()
        system, number = release.get("ID", "debian"), release.get("VERSION_ID", "")
        distribution = f"&distro={system}-{number}" if number else ""
        upstream = f"&upstream={self.source}" if self.source != self.name else ""
        return f"pkg:deb/{system}/{self.name}@{self.version}?arch={self.architecture}{distribution}{upstream}"

    @property
    def copyright(self) -> Path:
        return DOCUMENTS / self.name / "copyright"

    @property
    def texts(self) -> tuple[Path, ...]:
        """The package's copyright file, and the licences that this one leaves to Debian's common ones."""
        if not self.copyright.is_file():
            return ()
        named = re.findall(r"/usr/share/common-licenses/([\w.+-]*\w)", self.copyright.read_text("utf-8", "replace"))
        common = (COMMON / name for name in sorted(set(named)))
        return (self.copyright, *(path.resolve() for path in common if path.is_file()))


def owners(paths: list[Path]) -> dict[Path, Package]:
    """Return, for each file that is, byte for byte, one of an installed package, that package; none without dpkg."""
    if not paths or shutil.which("dpkg") is None:
        return {}
    listed = _said("dpkg", "--search", *(f"*/{path.name}" for path in paths))
    candidates: dict[str, list[tuple[str, Path]]] = {}
    for line in listed.splitlines():
        names, _, place = line.partition(": ")
        if not place.startswith("/"):
            continue  # a diversion
        candidates.setdefault(Path(place).name, []).extend((name, Path(place)) for name in names.split(", "))
    found: dict[Path, str] = {}
    for path in paths:
        digest = sha256_of(path)
        for name, installed in candidates.get(path.name, []):
            if installed.is_file() and sha256_of(installed) == digest:
                found[path] = name
                break
    packages = _packages(sorted(set(found.values())))
    return {path: packages[name] for path, name in found.items() if name in packages}


def licence_of(untrusted_copyright: Path) -> str:
    """Return the licence of the package's main part as an SPDX expression; empty if the file does not tell."""
    try:
        with untrusted_copyright.open(encoding="utf-8", errors="replace") as file:
            read = Copyright(file, strict=False)
    except (OSError, NotMachineReadableError, MachineReadableFormatError, ValueError):
        return ""
    for paragraph in read.all_files_paragraphs():
        if "*" in paragraph.files and paragraph.license is not None:
            return spdx(getattr(paragraph.license, "synopsis", ""))
    return ""


def spdx(names: str) -> str:
    """Return Debian's names of licences as an SPDX expression: `LGPL-2.1+ and Expat` is `LGPL-2.1-or-later AND MIT`;
    empty if a name is not known."""
    words = re.split(r"\s+(and|or)\s+|,\s*", names.strip())
    translated: list[str] = []
    for word in words:
        if word in ("and", "or"):
            translated.append(word.upper())
            continue
        name = _NAMES.get(word or "", "") or _gnu(word or "")
        if not name:
            return ""
        translated.append(name)
    return " ".join(translated)


def _gnu(name: str) -> str:
    match = re.fullmatch(r"(A?L?GPL)-(\d)(?:\.(\d))?(\+?)", name)
    if match is None:
        return ""
    family, major, minor, later = match.groups()
    return f"{family}-{major}.{minor or 0}-{'or-later' if later else 'only'}"


def _packages(names: list[str]) -> dict[str, Package]:
    wanted = "${binary:Package}\t${Package}\t${Architecture}\t${Version}\t${source:Package}\t${source:Version}\n"
    found: dict[str, Package] = {}
    for line in _said("dpkg-query", "--show", f"--showformat={wanted}", *names).splitlines() if names else ():
        qualified, *rest = line.split("\t")
        package = Package(*rest)
        found[qualified] = found[f"{package.name}:{package.architecture}"] = found[package.name] = package
    return found


def _said(*command: str) -> str:
    """Return what a command prints. dpkg fails where it does not know one of several names, and prints the others."""
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout

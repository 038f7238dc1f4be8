"""Lists the components of a bundle: each with its licence, and the libraries that nothing accounts for."""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from asking import answer
from deb_packages import licence_of, owners
from elf import exports
from frozen import Bundle, look_into, sha256_of
from table import Known, Native, Places, Table, read_table
from wheels import Crate, Origin, Wheel, read_lock, wheels_of

CHECKOUT = Path(__file__).resolve().parents[2]
OWN_PACKAGE = "app"

_STANDARD = (("texts", ".txt"), ("common", ""))
"""Where the standard text of a licence lies, and how its name ends there."""


@dataclass(frozen=True, slots=True)
class Component:
    name: str
    version: str
    """Empty where it is not known."""
    licence: str
    """An SPDX expression; empty where it is not known."""
    source: str
    kind: str = "library"
    purl: str = ""
    author: str = ""
    note: str = ""
    origin: Origin | None = None
    files: tuple[str, ...] = ()
    """The component's native libraries and data, as `Bundle.files` names them; for a Python package, its libraries
    alone."""
    holders: tuple[str, ...] = ()
    """Names of the components into which it is linked, if it is no library of its own."""
    texts: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Inventory:
    own: Component
    components: tuple[Component, ...]
    """The components, sorted by name."""
    unclaimed: tuple[str, ...] = field(default=())
    """Libraries and Python modules that are no component."""


def take_stock(
    root: Path,
    site_packages: Path,
    checkout: Path = CHECKOUT,
    table: Table | None = None,
    places: Places | None = None,
    add_on: str = "",
) -> Inventory:
    """List the components of the bundle at `root`. `site_packages`: of the environment that it was frozen from.
    `add_on`: the name of the package, if it is one.

    Raises OSError, ValueError where a file is damaged.
    """
    table = table or read_table()
    places = places or Places(checkout, site_packages)
    bundle = look_into(root)
    installed = wheels_of(site_packages)
    lock = read_lock(checkout / "uv.lock")
    own = _own(checkout, places, add_on)
    found: list[Component] = []
    claimed: set[str] = set()

    natives = [native for native in table.component if native.files]
    parts = _recognised(natives, bundle)
    for native in natives:
        if files := parts.get(native.name):
            claimed |= set(files)
            found.append(_native(native, files, (), bundle, installed, places))
    holders = {file: component.name for component in found for file in component.files}

    modules = {name for name in bundle.modules if name.partition(".")[0] != OWN_PACKAGE}
    known_modules = set(sys.stdlib_module_names) | {"__main__", "sitecustomize", "usercustomize"}
    for wheel in installed:
        mine = wheel.modules & modules
        carried = {file for file in wheel.files & bundle.files.keys() if ".dist-info/" not in file}
        if wheel.name == own.name or not (mine or carried):
            continue
        known_modules |= {file.partition("/")[0].partition(".")[0] for file in wheel.files}
        native_code = (carried - claimed) & set(bundle.libraries)
        extensions = sorted(file for file in native_code if _is_extension(bundle.files[file]))
        claimed |= set(extensions)
        holders |= dict.fromkeys(extensions, wheel.name)
        known = table.python_of(wheel.name)
        found.append(_package(wheel, known, tuple(extensions), wheel.origin(lock), places))
        found += [_crate(crate, wheel.name, places) for crate in wheel.crates]

    loose = [file for file in bundle.libraries if file not in claimed]
    packages: dict[str, list[str]] = {}
    owned = owners([bundle.files[file] for file in loose])
    by_name = {package.name: package for package in owned.values()}
    for file in loose:
        if package := owned.get(bundle.files[file]):
            packages.setdefault(package.name, []).append(file)
            holders[file] = package.name
    for name, files_of in sorted(packages.items()):
        package, known = by_name[name], table.debian_of(name)
        found.append(
            Component(
                name,
                package.version,
                known.licence or licence_of(package.copyright),
                known.source or f"https://tracker.debian.org/pkg/{package.source} (version {package.source_version})",
                purl=package.purl,
                note=known.note,
                files=tuple(files_of),
                texts=(*package.texts, *places.texts(known.texts)),
            )
        )
    for native in table.component:
        within = [file for file in holders if any(fnmatchcase(file, pattern) for pattern in native.inside)]
        if within:
            names = tuple(sorted({holders[file] for file in within}))
            found.append(_native(native, within, names, bundle, installed, places))

    strangers = {name.partition(".")[0] for name in modules} - known_modules
    strangers = {name for name in strangers if not name.startswith(("_pyi", "pyi", "_sysconfigdata"))}
    unclaimed = [file for file in bundle.libraries if file not in holders]
    return Inventory(
        own,
        tuple(sorted(_merged(found), key=lambda component: (component.name.lower(), component.version))),
        (*unclaimed, *(f"{name} (a Python module)" for name in sorted(strangers))),
    )


def arguments(description: str) -> argparse.ArgumentParser:
    """Return a parser of the arguments that all programs about a bundle take."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("bundle", type=Path, help="the folder with the program")
    parser.add_argument(
        "--site-packages", type=Path, required=True, help="of the environment that the bundle was frozen from"
    )
    parser.add_argument("--name", default="", metavar="PACKAGE", help="of an add-on, such as octavo-cuda")
    return parser


def _recognised(natives: list[Native], bundle: Bundle) -> dict[str, list[str]]:
    """Return the files of each component, the first one of the table that claims a file having it.

    A library that lies elsewhere as well is recognised by its content.
    """
    libraries = set(bundle.libraries)
    parts: dict[str, list[str]] = {}
    for file, path in bundle.files.items():
        for native in natives:
            if not any(fnmatchcase(file, pattern) for pattern in native.files):
                continue
            if native.symbol and not (file in libraries and exports(path, native.symbol)):
                continue
            parts.setdefault(native.name, []).append(file)
            break
    known = {file: name for name, files in parts.items() for file in files}
    names = {Path(file).name for file in known}
    copies = [file for file in bundle.libraries if file not in known and Path(file).name in names]
    if copies:
        digests = {sha256_of(bundle.files[file]): name for file, name in known.items() if file in bundle.libraries}
        for file in copies:
            if name := digests.get(sha256_of(bundle.files[file])):
                parts[name].append(file)
    return parts


def _is_extension(path: Path) -> bool:
    """Return whether Python imports a library, rather than another library being linked to it."""
    module = path.name.partition(".")[0]
    return exports(path, "PyInit_" + (path.parent.name if module == "__init__" else module))


def _own(checkout: Path, places: Places, add_on: str) -> Component:
    with (checkout / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    name = add_on or project["name"]
    return Component(
        name,
        project["version"],
        project["license"],
        "",
        "application",
        f"pkg:generic/{name}@{project['version']}",
        texts=places.texts(["checkout/LICENSE"]),
    )


def _native(
    native: Native, files: list[str], holders: tuple[str, ...], bundle: Bundle, installed: list[Wheel], places: Places
) -> Component:
    found = native.version or _version_of(native.version_of, installed)
    asked = answer(native.version_asked, places.site_packages) if native.version_asked else ""
    if asked:
        found = asked
    elif native.version_pattern:
        told = places.texts(native.version_in) if native.version_in else [bundle.files[file] for file in files]
        found = _version_in(told, native.version_pattern)
    name = re.sub(r"[^a-z0-9.+-]+", "-", native.name.lower())
    return Component(
        native.name,
        found,
        native.licence,
        native.source,
        native.kind,
        f"pkg:generic/{name}" + (f"@{found}" if found else ""),
        note=native.note,
        files=() if holders else tuple(files),
        holders=holders,
        texts=places.texts(native.texts),
    )


def _package(
    wheel: Wheel, known: Known, extensions: tuple[str, ...], origin: Origin | None, places: Places
) -> Component:
    return Component(
        wheel.name,
        wheel.version,
        known.licence or wheel.licence,
        known.source or wheel.source,
        purl=f"pkg:pypi/{wheel.name}@{wheel.version}",
        author=wheel.author,
        note=known.note,
        origin=origin,
        files=extensions,
        texts=(*wheel.texts, *places.texts(known.texts)),
    )


def _crate(crate: Crate, holder: str, places: Places) -> Component:
    """Return a crate as a component. The licences of crates are those of their SBOM; the texts, which no wheel brings,
    are the standard ones."""
    names = re.findall(r"[\w.-]+", crate.licence)
    texts = places.texts([f"{folder}/{name}{ending}" for name in names for folder, ending in _STANDARD])
    return Component(
        crate.name,
        crate.version,
        crate.licence,
        f"https://crates.io/crates/{crate.name}/{crate.version}",
        purl=crate.purl,
        holders=(holder,),
        texts=texts,
    )


def _merged(components: list[Component]) -> list[Component]:
    """Merge components that are the same crate, which may be linked into several packages."""
    found: dict[tuple[str, str, str], Component] = {}
    for component in components:
        key = component.name, component.version, component.purl
        if other := found.get(key):
            holders = tuple(sorted({*component.holders, *other.holders}))
            files = tuple(sorted({*component.files, *other.files}))
            component = replace(other, holders=holders, files=files)
        found[key] = component
    return list(found.values())


def _version_of(name: str, installed: list[Wheel]) -> str:
    """Return the version of a package of the environment, or of a tool that runs here."""
    if not name:
        return ""
    for wheel in installed:
        if wheel.name == name:
            return wheel.version
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _version_in(paths: Iterable[Path], pattern: str) -> str:
    expression = re.compile(pattern.encode())
    for path in paths:
        if match := expression.search(path.read_bytes()):
            return match[1].decode("ascii", "replace")
    return ""

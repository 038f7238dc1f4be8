"""What the terminal tells of the installed files, and of a release that could take their place."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from app.services.updates import OfferedPackage, PackageState, Update, UpdateState
from app.services.verification import Deviations, InstallationVerdict
from app.wording import units
from app.wording.i18n import _


def installation_rows(verdict: InstallationVerdict | None) -> Iterator[tuple[str, str]]:
    """Rows of the doctor's report: packages, and whether their files are as they should be."""
    if verdict is None:
        yield _("installation"), _("none: Octavo runs from source, so there is nothing to verify")
        return
    for package in verdict.packages:
        words = _("version {version}, commit {commit}, for {system}")
        yield (
            package.name,
            words.format(
                version=package.version, commit=package.commit, system=_system_words(package.system, package.glibc)
            ),
        )
    sound = _("{n} files, {size}, all unchanged")
    unsound = _("{n} files, {size}, not all unchanged")
    size, n = units.size(verdict.bytes), units.count(verdict.files)
    yield _("installation"), (sound if verdict.is_sound else unsound).format(n=n, size=size)
    yield _("installed in"), verdict.root
    yield from _deviation_rows(_("changed file"), verdict.changed)
    yield from _deviation_rows(_("missing file"), verdict.missing)
    yield from _deviation_rows(_("file from no package"), verdict.unnamed)


def print_update(update: Update, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(update).decode())
        return
    words = {
        UpdateState.NEWER: _("Octavo {version} of {date} is newer than this one, {running}."),
        UpdateState.SAME: _("Octavo {version} of {date} is the version that you have."),
        UpdateState.OLDER: _("Octavo {version} of {date} is older than this one, {running}."),
    }[update.standing]
    lines = [
        words.format(version=update.version, date=update.date[:10], running=update.running),
        _("Its signature is valid: the makers of this Octavo published it."),
    ]
    if not update.packages:
        lines.append(_("It has no package for this system."))
    for package in update.packages:
        lines += ["", *_package_lines(package)]
    print("\n".join(map(units.printable, lines)))


def _package_lines(package: OfferedPackage) -> list[str]:
    words = _("For this system: {name}, {size}")
    state = {
        PackageState.ABSENT: _("It is not in the folder of the manifest, so it was not checked."),
        PackageState.WHOLE: _("It is in the folder of the manifest and complete: you can install it."),
        PackageState.CHANGED: _(
            "The file of this name in the folder of the manifest is a different one: do not install it."
        ),
    }[package.state]
    return [
        words.format(name=package.name, size=units.size(package.size_bytes)),
        f"SHA-256 {package.sha256}",
        state,
    ]


def _deviation_rows(name: str, deviations: Deviations) -> Iterator[tuple[str, str]]:
    for path in deviations.paths:
        yield name, path
    if more := deviations.count - len(deviations.paths):
        yield name, _("and {n} more").format(n=units.count(more))


def _system_words(system: str, glibc: str) -> str:
    return _("{system} with glibc {version} or later").format(system=system, version=glibc) if glibc else system

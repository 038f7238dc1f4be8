"""`octavo doctor`: what it says of this installation, and of a release that could replace it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from app import __version__
from app.cli.screen import print_json, print_rows
from app.cli.terminal_command import DoctorEntry
from app.core.errors import AppError, Code, Problem
from app.core.machine import installation
from app.core.machine.paths import resources
from app.core.machine.secret import KeyOrigin
from app.engine.protocol import INTEGRATED, Device
from app.services import doctor, updates
from app.services.doctor import ChosenModel, Deviations, DoctorReport, InstallationVerdict
from app.services.services import Services
from app.services.updates import OfferedPackage, PackageState, Update, UpdateState
from app.wording import errors, units
from app.wording.chat_formats import format_sentences, thinking_sentence
from app.wording.i18n import _
from app.wording.isolation import landlock_words
from app.wording.policy import policy_lines


def run(options: argparse.Namespace, desk: Services, entries: Sequence[DoctorEntry]) -> Problem | None:
    """Print the report, with the entries of features, and return the first problem that was found."""
    remote = desk.models.host()
    report = doctor.examine(
        desk.paths,
        desk.shared.matters.home.key,
        desk.engine,
        desk.documents.reader,
        remote,
        desk.settings.policy,
        installed=installation.root(),
    )
    if not remote:
        model = doctor.chosen_model(desk.models, desk.settings.load().engine)
        report = msgspec.structs.replace(report, model=model)
    _print_report(report, entries, options.json)
    return next(iter(report.problems), None)


def check_update(options: argparse.Namespace) -> None:
    """Check a release. Needs no desk: an update may be what makes this one open. Raises AppError RELEASE_..."""
    file: Path = options.check_update
    update = updates.check(file, resources() / updates.KEY_NAME, __version__, installation.root())
    _print_update(update, options.json)
    for package in update.packages:
        if package.state is PackageState.CHANGED:
            raise AppError(Code.RELEASE_PACKAGE_CHANGED, path=str(file.parent / package.name))


def _print_report(report: DoctorReport, entries: Sequence[DoctorEntry], as_json: bool) -> None:
    if as_json:
        print_json(msgspec.structs.asdict(report) | {entry.key: entry.value for entry in entries})
        return
    rows = [
        ("Octavo", report.octavo),
        ("Python", report.python),
        (_("system"), report.system),
        *_installation_rows(report.installation),
        *report.libraries.items(),
        *([(_("made with"), ", ".join(map(" ".join, report.components.items())))] if report.components else ()),
        *((_("device"), _device_words(device)) for device in report.devices),
        *([(_("graphics card"), errors.sentence(report.unused_card))] if report.unused_card else ()),
        (_("threads"), str(report.threads)),
        *([(_("llama.cpp version for"), report.cpu_variant)] if report.cpu_variant else ()),
        (_("processor"), ", ".join(report.cpu_features)),
        (_("NUMA nodes"), str(report.numa_nodes)),
        (_("sandbox of the reader"), report.sandbox),
        (_("Landlock"), landlock_words(report.landlock.version)),
        (_("key stored in"), _key_place(report.key)),
        (_("data folder"), report.data),
        *((entry.name, entry.words) for entry in entries),
        *([(_("copy from before the last upgrade"), report.older_copy)] if report.older_copy else ()),
        *((_("damaged data, kept after a rescue"), path) for path in report.damaged),
        (_("starter model"), report.starter or _("not installed")),
        *_model_rows(report.model),
        (_("model for searching by meaning"), report.embedding or _("not installed: Octavo searches by words alone")),
        (_("texts and questions go to"), report.remote or _("nobody: they stay on this computer")),
        *((_("policy of the administrator"), each) for each in policy_lines(report.policy)),
        (_("open internet sockets"), ", ".join(report.sockets) or _("none")),
    ]
    print_rows(rows)
    for problem in report.problems:
        print(errors.sentence(problem), file=sys.stderr)


def _device_words(device: Device) -> str:
    parts = [device.name, device.description, units.size(device.total_bytes)]
    if device.kind == INTEGRATED:
        parts.append(_("not used: it shares the memory of the processor"))
    return ", ".join(parts)


def _model_rows(model: ChosenModel | None) -> Iterator[tuple[str, str]]:
    """Yield the rows that say what is known of how the chosen model writes and thinks."""
    if model is None:
        return
    yield _("model"), model.path
    if model.problem is not None:
        yield _("conversation format"), errors.sentence(model.problem)
        return
    yield _("conversation format"), " ".join(format_sentences(model.format))
    if words := thinking_sentence(model.format):
        yield _("thinking"), words


def _key_place(origin: str) -> str:
    match origin:
        case KeyOrigin.FILE:
            return _("a file next to the database, without a keyring or a passphrase")
        case KeyOrigin.KEYRING:
            return _("the keyring of this system: a copied data folder does not open elsewhere, a backup does")
        case _:
            return origin


def _installation_rows(verdict: InstallationVerdict | None) -> Iterator[tuple[str, str]]:
    """Yield rows of the doctor's report: packages, and whether their files are as they should be."""
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


def _deviation_rows(name: str, deviations: Deviations) -> Iterator[tuple[str, str]]:
    for path in deviations.paths:
        yield name, path
    if more := deviations.count - len(deviations.paths):
        yield name, _("and {n} more").format(n=units.count(more))


def _system_words(system: str, glibc: str) -> str:
    return _("{system} with glibc {version} or later").format(system=system, version=glibc) if glibc else system


def _print_update(update: Update, as_json: bool) -> None:
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
    return [words.format(name=package.name, size=units.size(package.size_bytes)), f"SHA-256 {package.sha256}", state]

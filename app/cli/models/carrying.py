"""`octavo models import | verify | pack | unpack | remove`: models without a network."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli.models import listing, targets
from app.cli.models.progress import ProgressBar
from app.cli.output import print_json
from app.core.errors import AppError, Code
from app.core.work import Cancel, finish
from app.models.local import ModelFile
from app.models.records import FileState, ModelVerdict
from app.services.services import Services
from app.wording import units
from app.wording.i18n import _
from app.wording.units import size

_WORST_FIRST = (FileState.CHANGED, FileState.MISSING, FileState.UNKNOWN, FileState.GOOD)


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Raises AppError, Stopped."""
    match options.models_command:
        case "import":
            work = desk.carrying.import_model(options.path.absolute(), cancel)
            _print_arrived(finish(work, ProgressBar(options.json)), options, desk)
        case "unpack":
            unpacking = desk.carrying.unpack(options.path.absolute(), cancel)
            _print_arrived(finish(unpacking, ProgressBar(options.json)), options, desk)
        case "verify":
            _verify(options, desk, cancel)
        case "pack":
            _pack(options, desk, cancel)
        case "remove":
            removed = desk.carrying.remove(targets.local(options.model, desk))
            if options.json:
                print_json({"deleted": removed})
            for path in () if options.json else removed:
                print(_("Deleted: {path}").format(path=units.printable(path)))


def _print_arrived(model: ModelFile, options: argparse.Namespace, desk: Services) -> None:
    record = desk.downloads.record(Path(model.path))
    proved = record is not None and all(file.proved for file in record.files)
    if options.json:
        print_json({"event": "finished", "path": model.path, "name": model.name, "proved": proved})
        return
    words = _("Verified and ready: {path}") if proved else _("Ready: {path}")
    print(words.format(path=units.printable(model.path)))
    if not proved:
        print(_("It came without a hash, so Octavo can only detect later changes."))


def _verify(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Raises AppError where a file is not good, so that the exit code tells."""
    path = targets.local(options.model, desk)
    verdict = finish(desk.carrying.verify(path, cancel), ProgressBar(options.json))
    if options.json:
        files = [{"file": name, "state": state} for name, state in verdict.files]
        print_json({"event": "finished", "good": verdict.is_good, "files": files})
    else:
        words = {
            FileState.GOOD: _("unchanged"),
            FileState.CHANGED: _("changed"),
            FileState.MISSING: _("missing"),
            FileState.UNKNOWN: _("no hash to compare with"),
        }
        listing.print_table([[name, words[state]] for name, state in verdict.files])
    _check(verdict, path)


def _check(verdict: ModelVerdict, path: Path) -> None:
    folder = path if path.is_dir() else path.parent
    for name, state in sorted(verdict.files, key=lambda file: _WORST_FIRST.index(file[1])):
        match state:
            case FileState.CHANGED:
                raise AppError(Code.MODEL_CHANGED, path=str(path), file=name)
            case FileState.MISSING:
                raise AppError(Code.MODEL_PART_MISSING, path=str(folder / name), parts=len(verdict.files))
            case FileState.UNKNOWN:
                raise AppError(Code.MODEL_UNPROVED, path=str(path), file=name)


def _pack(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    path, target = targets.local(options.model, desk), options.target.absolute()
    packed = finish(desk.carrying.pack(path, target, cancel, as_folder=options.folder), ProgressBar(options.json))
    if options.json:
        print_json({"event": "finished", "path": str(packed)})
        return
    print(_("Packed: {path}").format(path=units.printable(str(packed))))
    if not options.folder:
        told = _("{size}; `tar x` and `sha256sum -c SHA256SUMS` verify it without Octavo")
        print(told.format(size=size(packed.stat().st_size)))

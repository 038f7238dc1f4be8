"""The commands of `octavo models` that change models on this machine: import, unpack, verify, pack, remove, token."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from app.cli.bars import ProgressBar
from app.cli.models import listing
from app.cli.screen import print_json
from app.core.errors import AppError, Code
from app.core.work import Cancel, finish
from app.models.provenance import FileState, ModelVerdict
from app.services.services import Services
from app.wording import units
from app.wording.i18n import _
from app.wording.units import size

_WORST_FIRST = (FileState.CHANGED, FileState.MISSING, FileState.UNKNOWN, FileState.GOOD)


def import_model(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Import or unpack. Raises AppError, Stopped."""
    take = (
        desk.model_files.carrying.unpack
        if options.models_command == "unpack"
        else desk.model_files.carrying.import_model
    )
    model = finish(take(options.path.absolute(), cancel), ProgressBar(options.json))
    record = desk.model_files.downloads.record(Path(model.path))
    proved = record is not None and all(file.proved for file in record.files)
    if options.json:
        print_json({"event": "finished", "path": model.path, "name": model.name, "proved": proved})
        return
    words = _("Verified and ready: {path}") if proved else _("Ready: {path}")
    print(words.format(path=units.printable(model.path)))
    if not proved:
        print(_("It came without a hash, so Octavo can only detect later changes."))


def verify(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Compare a model with its hashes. Raises AppError where a file is not good: the exit code follows from it;
    Stopped."""
    path = listing.local(options.model, desk)
    verdict = finish(desk.model_files.carrying.verify(path, cancel), ProgressBar(options.json))
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


def pack(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Write a model to one file or folder. Raises AppError, Stopped."""
    path, target = listing.local(options.model, desk), options.target.absolute()
    packed = finish(
        desk.model_files.carrying.pack(path, target, cancel, as_folder=options.folder), ProgressBar(options.json)
    )
    if options.json:
        print_json({"event": "finished", "path": str(packed)})
        return
    print(_("Packed: {path}").format(path=units.printable(str(packed))))
    if not options.folder:
        words = _("{size}; `tar x` and `sha256sum -c SHA256SUMS` verify it without Octavo")
        print(words.format(size=size(packed.stat().st_size)))


def remove(options: argparse.Namespace, desk: Services) -> None:
    """Delete a model. Raises AppError."""
    removed = desk.model_files.carrying.remove(listing.local(options.model, desk))
    if options.json:
        print_json({"deleted": removed})
        return
    for path in removed:
        print(_("Deleted: {path}").format(path=units.printable(path)))


def keep_token(options: argparse.Namespace, desk: Services) -> None:
    """Save or remove the token, which is never read from the command line, where other programs could see
    it.

    Raises AppError HUB_TOKEN_NOT_KEPT, SETTING_INVALID.
    """
    if options.token_command == "set":  # noqa: S105 -- a command, not a secret
        at_terminal = sys.stdin.isatty()
        token = getpass.getpass(_("Token of the model hub: ")) if at_terminal else sys.stdin.readline()
        desk.model_files.downloads.set_token(token)
        words = _("The token is saved in the system keyring.")
    else:
        desk.model_files.downloads.forget_token()
        words = _("No token is saved.")
    if options.json:
        print_json({"has_token": desk.model_files.downloads.has_token()})
    else:
        print(words)

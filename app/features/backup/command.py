"""`octavo backup` and `octavo restore`."""

from __future__ import annotations

import argparse
import sys

import msgspec

from app.cli import arguments, passphrases
from app.cli.bars import ProgressBar
from app.cli.screen import print_json
from app.core.errors import Code, Problem
from app.core.work import Cancel, finish
from app.features.backup.service import backups_of
from app.features.backup.service import restore as restore_backup
from app.features.backup.words import made_words, restored_words
from app.services.services import Services
from app.wording import errors
from app.wording.units import printable


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> Problem | None:
    """Make a backup; return the problem that matters were left out, if so. Raises AppError, Stopped."""
    work = backups_of(desk).make(
        options.file, passphrases.of_file(options, new=True), cancel, readings=options.readings
    )
    made = finish(work, ProgressBar(options.json))
    if options.json:
        print_json({"event": "finished", **msgspec.structs.asdict(made)})
    else:
        print(printable(made_words(made)))
    if not made.left_out:
        return None
    problem = Problem(Code.BACKUP_INCOMPLETE, {"path": made.path, "names": ", ".join(made.left_out)})
    print(errors.sentence(problem), file=sys.stderr)
    return problem


def restore(options: argparse.Namespace, cancel: Cancel) -> None:
    """Restore a backup. This needs no desk: it makes one. Raises AppError, Stopped."""
    work = restore_backup(options.file, passphrases.of_file(options), arguments.paths(options), cancel)
    restored = finish(work, ProgressBar(options.json))
    if options.json:
        print_json({"event": "finished", **msgspec.structs.asdict(restored)})
    else:
        print(printable(restored_words(restored)))

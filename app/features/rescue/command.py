"""`octavo rescue`: saves what can be saved of damaged data; needs no desk that opens."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import sys

from app.cli import arguments
from app.cli.bars import Bar
from app.cli.screen import print_json
from app.core.conversations.events import Copying
from app.core.errors import AppError, Code
from app.core.kept import Keeps
from app.core.machine.paths import Paths
from app.core.work import finish
from app.features.rescue import words
from app.features.rescue.service import RescueReport, rescue_desks
from app.wording.i18n import _


def run(options: argparse.Namespace, keeps: Keeps) -> None:
    """Save what can be saved, and print what became of it. `keeps` is everything that a desk can have. Raises AppError
    as `rescue_desks` does."""
    paths = arguments.paths(options)
    try:
        report = _rescue(paths, None)
    except AppError as error:
        if error.code is not Code.PASSPHRASE_NEEDED or not sys.stdin.isatty():
            raise
        report = _rescue(paths, getpass.getpass(_("Passphrase: ")))
    if options.json:
        print_json(report)
    else:
        print("\n".join(words.report_lines(report, keeps.counted)))


def _rescue(paths: Paths, passphrase: str | None) -> RescueReport:
    with contextlib.closing(Bar()) as bar:

        def show(event: Copying) -> None:
            bar.show(_("saving what can be read"), event.done, event.total)

        return finish(rescue_desks(paths, passphrase, words.stand_ins()), show)

"""`octavo kept`: what is kept of this person or matter, where, and what would delete it."""

from __future__ import annotations

import argparse
from itertools import groupby

from app.cli.bars import Bar
from app.cli.screen import print_json
from app.core.errors import AppError, Code
from app.core.kept import Keeps
from app.core.work import Cancel, finish
from app.export.files import write_bytes
from app.features.governance import keeping
from app.features.governance.data import PersonalDataDesk, PersonalDataReport
from app.features.governance.keeping import LookingThrough, keeping_of
from app.features.governance.personal_data_words import (
    desk_words,
    file_words,
    limits_words,
    nothing_words,
    places_words,
)
from app.services.services import Services
from app.wording.i18n import _
from app.wording.units import count


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Carry out the command. Raises AppError EXPORT_FORMAT, EXPORT_NOT_WRITTEN, USAGE, and as the store does;
    Stopped."""
    name = (options.name or "").strip()
    if not name and options.matter is None and not options.all_matters:
        raise AppError(Code.USAGE, detail=_("say a name, or a matter with --matter"))
    if options.export is not None and options.export.suffix.lower() not in keeping.ENDINGS:
        raise AppError(Code.EXPORT_FORMAT, path=str(options.export), known=", ".join(keeping.ENDINGS))
    bar = Bar()

    def show(event: LookingThrough) -> None:
        bar.show(_("looking"), event.done, event.total)

    try:
        report = finish(keeping_of(desk).report(name, cancel, everywhere=options.all_matters), show)
    finally:
        bar.close()
    if options.export is not None:
        path = options.export.absolute()
        write_bytes(keeping.written(report, path.suffix.lower()), path)
        desk.record.exported("report", path)
    if options.json:
        print_json(report)
    else:
        _print(report, desk.shared.keeps)


def _print(report: PersonalDataReport, keeps: Keeps) -> None:
    for desk in report.desks:
        if report.name and not desk.places:
            continue
        print(desk_words(desk))
        _print_places(desk, keeps) if report.name else _print_totals(desk, keeps)
        print()
    if report.name and report.is_empty:
        print(nothing_words(report) + "\n")
    print(_("Files"))
    for file in report.files:
        print(f"  {file_words(file)}")
    if report.name:
        print(f"\n{limits_words()}")


def _print_places(desk: PersonalDataDesk, keeps: Keeps) -> None:
    for where, places in groupby(desk.places, lambda place: place.where):
        print(f"  {keeps.kind(where).words()}")
        for words in places_words(where, tuple(places)):
            print(f"    {words}")
        print(f"    → {keeps.kind(where).remedy()}")


def _print_totals(desk: PersonalDataDesk, keeps: Keeps) -> None:
    for where, number in desk.totals.items():
        print(f"  {keeps.kind(where).words()}: {count(number)}")

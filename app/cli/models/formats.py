"""`octavo models format`: how conversations with a model are written, and who says so."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

from app.cli.bars import ProgressBar
from app.cli.models import listing
from app.cli.screen import print_json, print_rows
from app.core.work import Cancel, finish
from app.models.local import model_at
from app.services.models.chat_templates import FormatReport
from app.services.services import Services
from app.wording import units
from app.wording.chat_formats import format_sentences, thinking_sentence
from app.wording.i18n import _


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Print the format of a model on this machine. Raises AppError, Stopped."""
    path = model_at(listing.local(options.model, desk))
    report = finish(desk.models.chat_format(path, cancel), ProgressBar(options.json))
    if options.json:
        print_json({"report": report, "differs": report is not None and report.differs})
        return
    for sentence in filter(None, (*format_sentences(report), thinking_sentence(report))):
        print(units.printable(sentence))
    if report is not None and (rows := list(_rows(report))):
        print()
        print_rows(rows)


def _rows(report: FormatReport) -> Iterator[tuple[str, str]]:
    """Yield the pieces of the format in use, as JSON writes texts."""
    used = report.known or (report.own.template if report.own is not None else None)
    if used is None:
        return
    shown = used.with_tokens(_("(first token)"), _("(end token)"))
    names = (
        _("before the instructions"),
        _("before the first question"),
        _("before an answer"),
        _("before a later question"),
        _("before the answer to be written"),
    )
    for name, piece in zip(names, shown.pieces, strict=True):
        yield name, json.dumps(piece, ensure_ascii=False)

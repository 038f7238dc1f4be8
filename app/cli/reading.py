"""`octavo read`: what could be read of a file."""

from __future__ import annotations

import argparse
import sys

import msgspec

from app.cli import arguments
from app.cli.bars import bar
from app.cli.screen import print_json
from app.cli.unlocking import with_password
from app.core.document import Document
from app.core.ingestion import IngestionReport, examine
from app.core.secret import Password
from app.core.work import Cancel, finish
from app.engine.protocol import Count
from app.services.context import chapters_of
from app.services.models import files_of
from app.services.services import Services
from app.wording import units
from app.wording.i18n import _
from app.wording.page_flags import look_words, page_remarks, report_sentence, size_words
from app.wording.page_names import page_words, range_words


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Raises AppError, Stopped."""

    def read(password: Password | None) -> Document:
        return finish(desk.reader.read(options.file, cancel, password), bar(_("importing")))

    document = with_password(read, options.file)
    if options.text and not options.json:
        sys.stdout.write("\f".join(page.text for page in document.pages) + "\n")
        return
    model, _projector = files_of(arguments.settings(options, desk.settings.load()).engine)
    counted = finish(desk.engine.run(Count(model, tuple(page.text for page in document.pages))))
    report = examine(document.pages).counted(counted)
    if options.json:
        _print_json(document, report, with_text=options.text)
    else:
        _print(document, report)


def _print_json(document: Document, report: IngestionReport, *, with_text: bool) -> None:
    """One JSON object: the document, what could be read of each page and of all, the text only if wanted."""
    described = msgspec.to_builtins(document)
    for page, found in zip(described["pages"], report.pages, strict=True):
        page["state"], page["needs_look"] = found.state, found.needs_look
        page["characters"], page["tokens"] = found.characters, found.tokens
        page["missing_before"] = found.missing_before
        page["remarks"] = page_remarks(found)
        if not with_text:
            del page["text"]
    names = document.page_names
    for section in described["outline"]:
        section["label"] = names.of(section["page"]).label
    totals = {
        "page_count": len(document.pages),
        "characters": report.characters,
        "tokens": report.tokens,
        "states": report.states,
        "to_look_at": len(report.to_look_at),
    }
    print_json(described | totals)


def _print(document: Document, report: IngestionReport) -> None:
    """What could be read: of the whole, of each chapter, and what a person should look at, page by page."""
    names = document.page_names
    lines = [document.title, report_sentence(report), size_words(report)]
    for chapter in chapters_of(document.outline, len(document.pages)):
        first, last = chapter.pages.first, chapter.pages.last
        tokens = sum(page.tokens or 0 for page in report.pages[first - 1 : last])
        pages = range_words(names.of(first), names.of(last))
        words = _("{pages}, {n} tokens").format(pages=pages, n=units.count(tokens))
        lines.append(f"{'  ' * chapter.level}{chapter.title}  [{words}]")
    remarked = [(page, page_remarks(page, shown_characters=None)) for page in report.pages]
    for heading, wanted in ((look_words(len(report.to_look_at)), True), (_("Other notes"), False)):
        chosen = [(page, remarks) for page, remarks in remarked if remarks and page.needs_look is wanted]
        if chosen:
            lines += ["", heading]
            lines += [f"[{page_words(names.of(page.number))}] {' '.join(remarks)}" for page, remarks in chosen]
    print("\n".join(map(units.printable, lines)))

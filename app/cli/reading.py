"""`octavo read`: what could be read of a file. Asks for a document's password at the terminal."""

from __future__ import annotations

import argparse
import getpass
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from app.cli import arguments
from app.cli.bars import bar
from app.cli.screen import print_json
from app.core.conversations.chapters import chapters_of
from app.core.documents.document import Document
from app.core.documents.ingestion import IngestionReport, examine
from app.core.errors import AppError, Code
from app.core.machine.secret import Password
from app.core.work import Cancel, finish
from app.engine.protocol import Count
from app.models.local import files_of
from app.services.services import Services
from app.wording import errors, units
from app.wording.facts import facts_line
from app.wording.i18n import _
from app.wording.page_flags import look_words, page_remarks, report_sentence, size_words
from app.wording.page_names import page_words, range_words


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Read a file, and print what could be read. Raises AppError, Stopped."""

    def read(password: Password | None) -> Document:
        return finish(desk.documents.reader.read(options.file, cancel, password), bar(_("importing")))

    document = with_password(read, options.file)
    if options.text and not options.json:
        sys.stdout.write("\f".join(page.text for page in document.pages) + "\n")
        return
    model, _projector = files_of(arguments.settings(options, desk.settings.load()).engine)
    order = Count(model, tuple(page.text for page in document.pages))
    counted = finish(desk.engine.run(order, cancel), bar(_("loading the model")))
    report = examine(document.pages).counted(counted)
    if options.json:
        _print_json(document, report, with_text=options.text)
    else:
        _print(document, report)


def _print_json(document: Document, report: IngestionReport, *, with_text: bool) -> None:
    """Print one JSON object: the document, what could be read of each page and of all, the text only if wanted."""
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
    """Print what could be read of the whole and of each chapter, and what a person should look at, page by page."""
    names = document.page_names
    facts = filter(None, [facts_line(document.facts)])
    lines = [document.title, *facts, report_sentence(report), size_words(report)]
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


# ---- a document's password


MAX_TRIES = 3

Result = TypeVar("Result")


def with_password(read: Callable[[Password | None], Result], path: Path) -> Result:
    """Read the file at `path` by `read`, with the password that the person gives if it needs one.

    Raises AppError DOCUMENT_PASSWORD_NEEDED, with `unasked`, where there is no terminal to ask at,
    DOCUMENT_PASSWORD_WRONG after MAX_TRIES, and whatever `read` and the person's Ctrl+C raise.
    """
    password: Password | None = None
    tries = 0
    while True:
        try:
            return read(password)
        except AppError as error:
            locked = error.code in (Code.DOCUMENT_PASSWORD_NEEDED, Code.DOCUMENT_PASSWORD_WRONG)
            if not locked or tries == MAX_TRIES:
                raise
            if not _at_terminal():
                raise AppError(error.code, **error.params, unasked=True) from error
            if error.code is Code.DOCUMENT_PASSWORD_WRONG:
                print(f"octavo: {errors.sentence(error.problem)}", file=sys.stderr)
        tries += 1
        password = _ask(path)


def _ask(path: Path) -> Password:
    """Ask for the password of a file, without echo. Ctrl+C ends the question at once; so does the end of the input."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return Password(getpass.getpass(_("Password of “{path}”: ").format(path=units.printable(path.name))))
    except EOFError:
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGINT, before)


def _at_terminal() -> bool:
    """Return whether a person can be asked: if there is none, `getpass` would take a line of stdin for the password."""
    if sys.platform == "win32":
        return sys.stdin.isatty()
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True

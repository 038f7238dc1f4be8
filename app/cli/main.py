"""The commands: ask, sheet, read, models, passphrase, doctor."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import getpass
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from app import __version__
from app.cli import arguments, sheets
from app.cli.installed import print_update
from app.cli.output import (
    JsonAnswers,
    TextAnswers,
    bar,
    print_description,
    print_destination,
    print_json,
    print_json_description,
    print_outdated,
    print_report,
)
from app.cli.unlocking import with_password
from app.core import installation
from app.core.conversation import BookRef, Question
from app.core.document import Book, Document
from app.core.errors import AppError, Blame, Code, Problem, blame
from app.core.events import AnswerProgress, Checked, Loading, Looking, Notice, Reading, Stored, Thinking, Token
from app.core.image import MOST_IN_QUESTION, Image
from app.core.ingestion import examine
from app.core.paths import Paths, resources
from app.core.secret import Password
from app.core.sheet import RowState
from app.core.work import Cancel, Stopped, finish
from app.export import files
from app.export.report import compose
from app.export.sheet import compose_sheet
from app.services import doctor, updates
from app.services.ask import Ask
from app.services.models import files_of
from app.services.services import Services
from app.services.updates import PackageState
from app.store.keys import set_passphrase
from app.wording import errors, i18n
from app.wording.i18n import _

EXIT_ANSWERED, EXIT_BUG, EXIT_USAGE, EXIT_INPUT, EXIT_MODEL, EXIT_FIT, EXIT_CANCELLED = 0, 1, 2, 3, 4, 5, 130

_EXIT = {
    Blame.USAGE: EXIT_USAGE,
    Blame.INPUT: EXIT_INPUT,
    Blame.MACHINE: EXIT_INPUT,
    Blame.MODEL: EXIT_MODEL,
    Blame.FIT: EXIT_FIT,
    Blame.OCTAVO: EXIT_BUG,
}

_log = logging.getLogger("octavo.cli")

OpenDesk = Callable[[Paths, "str | None", int], Services]


def run(options: argparse.Namespace, open_desk: OpenDesk) -> int:
    """Run the command that `arguments.parse` found and return its exit code; a sentence on stderr says what went
    wrong.
    """
    cancel = Cancel()
    with _interrupts(cancel):
        try:
            if options.command == "doctor" and options.check_update:
                return _check_update(options)
            with contextlib.closing(_open(options, open_desk)) as desk:
                match options.command:
                    case "ask":
                        _ask(options, desk, cancel)
                    case "sheet":
                        return _sheet(options, desk, cancel)
                    case "read":
                        _read(options, desk, cancel)
                    case "models":
                        from app.cli.models import commands  # now: no other command needs them

                        commands.run(options, desk, cancel)
                    case "passphrase":
                        set_passphrase(desk.database, desk.paths, None if options.remove else _new_passphrase())
                    case "doctor":
                        return _doctor(options, desk)
        except AppError as error:
            return _fail(error.problem, as_json=options.json)
        except (Stopped, KeyboardInterrupt):
            return EXIT_CANCELLED
        except BrokenPipeError:  # whoever read our output has left
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return EXIT_CANCELLED
    return EXIT_ANSWERED


def _open(options: argparse.Namespace, open_desk: OpenDesk) -> Services:
    """Open the desk; asks for its passphrase when it has one and a person sits at the terminal."""
    paths = arguments.paths(options)
    documents = 1 if options.command == "read" else len(getattr(options, "document", ()))
    try:
        return open_desk(paths, None, documents)
    except AppError as error:
        if error.code is not Code.PASSPHRASE_NEEDED or not sys.stdin.isatty():
            raise
    return open_desk(paths, getpass.getpass(_("Passphrase: ")), documents)


def _new_passphrase() -> str:
    """Asked for twice at a terminal; else the first line of stdin. Raises AppError USAGE."""
    if not sys.stdin.isatty():
        chosen = sys.stdin.readline().rstrip("\n")
    else:
        chosen = getpass.getpass(_("New passphrase: "))
        if getpass.getpass(_("Once more: ")) != chosen:
            raise AppError(Code.USAGE, detail=_("the passphrases are different"))
    if not chosen:
        raise AppError(Code.USAGE, detail=_("the passphrase is empty"))
    return chosen


def _ask(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    if options.export is not None:
        files.check_ending(options.export)
    if len(options.image) > MOST_IN_QUESTION:
        words = _("a question can have up to {limit} images, not {n}")
        raise AppError(Code.USAGE, detail=words.format(limit=MOST_IN_QUESTION, n=len(options.image)))
    ask, books = _prepare(options, desk, cancel)
    shelf = _shelf(desk, books)
    out = JsonAnswers(shelf) if options.json else TextAnswers(shelf)
    images = tuple(_take_image(file, desk, cancel) for file in options.image)
    if images:
        finish(desk.models.ready(cancel), out.loading)
        refs = tuple(image.ref for image in images)
        tokens = desk.images.tokens(refs)
        if tokens is not None:
            out.images(refs, tokens)
    conversation = desk.conversations.create(books=books)
    parent = None
    for text in options.question:
        question = Question(conversation.id, text, books, parent, () if parent else images)
        answer = finish(ask.ask(question, cancel, excerpts=options.excerpts), partial(_tell, out))
        if answer.was_stopped:
            raise Stopped
        if answer.problem is not None:
            if answer.problem.code == Code.DOES_NOT_FIT:
                out.choices(dataclasses.replace(desk.context, ask=ask).choices(conversation.id, answer.question_id))
            raise AppError.of(answer.problem)
        out.finished(question, answer)
        parent = answer.id
    if options.export is not None:
        named = desk.conversations.get(conversation.id) or conversation
        report = compose(named.title, desk.conversations.turns(conversation.id), shelf)
        files.write(report, options.export.absolute(), desk.images.png_within)


def _open_book(file: Path, desk: Services, cancel: Cancel, *, read_again: bool) -> Book:
    def opened(password: Password | None) -> Book:
        book = finish(desk.library.open(file, cancel, password), bar(_("importing")))
        if book.is_outdated and read_again:
            book = finish(desk.library.read_again(book.id, cancel, password), bar(_("importing")))
        return book

    book = with_password(opened, file)
    if book.is_outdated:
        print_outdated(book)
    return book


def _take_image(file: Path, desk: Services, cancel: Cancel) -> Image:
    try:
        return finish(desk.images.take(file, file.name, cancel), bar(_("importing")))
    except AppError as error:
        if error.code is Code.IMAGE_UNKNOWN:
            raise AppError(Code.IMAGE_WANTED, **error.params) from error
        raise


def _prepare(options: argparse.Namespace, desk: Services, cancel: Cancel) -> tuple[Ask, tuple[BookRef, ...]]:
    """What asks with the options' settings, and their books, opened."""
    pages = arguments.page_range(options.pages)
    settings = arguments.settings(options, desk.settings.load())
    opened = [_open_book(file, desk, cancel, read_again=options.read_again) for file in options.document]
    books = tuple(BookRef(book.id, pages) for book in opened)
    for book in books:
        desk.library.pages(book.book_id, pages)  # a wrong range is said before the model is loaded
    desk.models.use(settings.engine, settings.remote)
    if host := desk.models.host():
        print_destination(host, as_json=options.json)
    return dataclasses.replace(desk.ask, settings=lambda: settings), books


def _sheet(options: argparse.Namespace, desk: Services, cancel: Cancel) -> int:
    """The exit code of the first question that failed while others were answered."""
    if options.templates:
        sheets.print_templates(desk.templates.all(i18n.language()), as_json=options.json)
        return EXIT_ANSWERED
    if options.export is not None:
        files.check_ending(options.export, files.SHEET_ENDINGS)
    wanted = sheets.find_questions(options, desk)
    ask, books = _prepare(options, desk, cancel)
    sheet = sheets.make(options, desk, books, wanted)
    shelf = _shelf(desk, books)
    out = sheets.JsonSheets() if options.json else sheets.TextSheets(shelf)
    broken_off: AppError | Stopped | None = None
    try:
        finish(dataclasses.replace(desk.sheets, ask=ask).run(sheet.id, cancel), partial(sheets.tell, out, sheet))
    except (AppError, Stopped) as error:
        broken_off = error
    kept = desk.sheets.get(sheet.id) or sheet
    if options.export is not None:
        files.write_sheet(compose_sheet(kept, shelf), options.export.absolute())
    out.ended(kept)
    if isinstance(broken_off, AppError) and broken_off.code is Code.DOES_NOT_FIT:
        answers = JsonAnswers(shelf) if options.json else TextAnswers(shelf)
        answers.choices(dataclasses.replace(desk.context, ask=ask).choices(sheet.id))
    if broken_off is not None:
        raise broken_off
    failed = [row.answer.problem for row in kept.rows if row.state is RowState.FAILED and row.answer]
    return next((_EXIT[blame(problem.code)] for problem in failed if problem is not None), EXIT_ANSWERED)


def _doctor(options: argparse.Namespace, desk: Services) -> int:
    """The exit code of the first problem that was found."""
    report = doctor.examine(
        desk.paths, desk.key, desk.engine, desk.reader, desk.models.host(), installed=desk.installed
    )
    print_report(report, options.json)
    return next((_EXIT[blame(problem.code)] for problem in report.problems), EXIT_ANSWERED)


def _check_update(options: argparse.Namespace) -> int:
    """Needs no desk: an update may be what makes this one open."""
    file: Path = options.check_update
    update = updates.check(file, resources() / updates.KEY_NAME, __version__, installation.root())
    print_update(update, options.json)
    for package in update.packages:
        if package.state is PackageState.CHANGED:
            raise AppError(Code.RELEASE_PACKAGE_CHANGED, path=str(file.parent / package.name))
    return EXIT_ANSWERED


def _shelf(desk: Services, refs: Sequence[BookRef]) -> dict[str, Book]:
    return {ref.book_id: desk.library.book(ref.book_id) for ref in refs}


def _tell(out: JsonAnswers | TextAnswers, progress: AnswerProgress) -> None:
    match progress:
        case Loading():
            out.loading(progress)
        case Looking():
            out.looking(progress)
        case Reading():
            out.reading(progress)
        case Thinking():
            out.thinking()
        case Token(text):
            out.token(text)
        case Notice(problem):
            out.notice(problem)
        case Stored() | Checked():
            pass  # what was found out is told when the answer has ended


def _read(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    def read(password: Password | None) -> Document:
        return finish(desk.reader.read(options.file, cancel, password), bar(_("importing")))

    document = with_password(read, options.file)
    if options.text and not options.json:
        sys.stdout.write("\f".join(page.text for page in document.pages) + "\n")
        return
    model, _projector = files_of(arguments.settings(options, desk.settings.load()).engine)
    report = examine(document.pages).counted(desk.engine.count(model, tuple(page.text for page in document.pages)))
    if options.json:
        print_json_description(document, report, with_text=options.text)
    else:
        print_description(document, report)


def _fail(problem: Problem, *, as_json: bool) -> int:
    _log.warning("%s", problem.code.value)
    sentence = errors.sentence(problem)
    if as_json:
        print_json({"event": "failed", "code": problem.code, "message": sentence})
    print(f"octavo: {sentence}", file=sys.stderr)
    return _EXIT[blame(problem.code)]


@contextlib.contextmanager
def _interrupts(cancel: Cancel) -> Iterator[None]:
    """Ctrl+C asks the work to stop; a second one ends the program."""

    def stop(_number: int, _frame: Any) -> None:
        if cancel.requested:
            raise KeyboardInterrupt
        cancel.request()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

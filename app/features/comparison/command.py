"""`octavo compare`: what differs between two books, and what a model says about it."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import msgspec

from app.cli import arguments
from app.cli.answers import JsonAnswers, TextAnswers
from app.cli.ask import Asker, show_progress, use
from app.cli.bars import Bar
from app.cli.opening import open_documents
from app.cli.screen import bare, print_json, width
from app.core.documents.document import Book
from app.core.work import Cancel, finish
from app.export import files
from app.features.comparison import export
from app.features.comparison.data import (
    ChangeKind,
    ComparedBooks,
    ComparedParagraph,
    ComparedPassage,
    Comparing,
    Stretch,
    WordState,
)
from app.features.comparison.service import comparisons_of
from app.features.comparison.words import change_word, places, renumbered_words, reservation_sentences, summary
from app.services.services import Services
from app.wording import units
from app.wording.i18n import _

_COLUMNS = 80
_INDENT = "    "
_KEPT = 60
"""The characters of unchanged text that are shown beside a change; what is longer is left out."""

_SIGNS = {WordState.SAME: ("", ""), WordState.REMOVED: ("[-", "-]"), WordState.ADDED: ("{+", "+}")}
"""The signs before and after words of each state, as wdiff writes them."""
_COLOURS = {WordState.REMOVED: "\x1b[31m", WordState.ADDED: "\x1b[32m"}
_PLAIN = "\x1b[0m"


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Compare the books, write the export, and ask the question. Raises AppError, Stopped."""
    if options.ask is not None:
        arguments.check_words([options.ask])
    if options.export is not None:
        files.check(options.export, export.ENDINGS)
    settings = arguments.settings(options, desk.chosen_settings())
    first, second = (
        open_documents((path,), desk, cancel, read_again=options.read_again)[0]
        for path in (options.first, options.second)
    )
    shown = Bar()

    def show(event: Comparing) -> None:
        shown.show(_("comparing"), event.done, event.total)

    compared = finish(comparisons_of(desk).compare(first.id, second.id, cancel), show)
    shown.close()
    if options.json:
        print_json(described(compared))
    else:
        _print(compared)
    if options.export is not None:
        export.write(compared, options.export.absolute())
        desk.record.exported("comparison", options.export, books=(first.id, second.id))
    if options.ask is not None:
        use(settings, desk, as_json=options.json)
        _ask(options, desk, compared, cancel)


def _ask(options: argparse.Namespace, desk: Services, compared: ComparedBooks, cancel: Cancel) -> None:
    shelf = {book.id: book for book in (compared.first, compared.second)}
    out = JsonAnswers(shelf) if options.json else TextAnswers(shelf)
    work = comparisons_of(desk).question(compared, options.ask, cancel)
    made = finish(work, partial(show_progress, out))
    total = len(compared.found.changes)
    if 0 < made.shown < total:
        words = _("The context has room for {shown} of the {n} changes; the model does not see the others.")
        print(f"octavo: {words.format(shown=units.count(made.shown), n=units.count(total))}", file=sys.stderr)
    Asker(desk.asking.ask, desk, out, cancel, made.excerpts or options.excerpts, options.go_on).put(made.question)


# ---- JSON


def described(compared: ComparedBooks) -> dict[str, Any]:
    """Return the comparison as JSON: pages are what the books call them; their `numbers` count from 1."""
    found = compared.found
    books = (compared.first, compared.second)
    return {
        "event": "compared",
        "books": [{"title": book.title, "pages": book.page_count, "format": book.format} for book in books],
        "identical": compared.first.id == compared.second.id,
        "counts": {kind.value: n for kind, n in found.counts.items()},
        "changes": [_described(number, change) for number, change in enumerate(found.changes, 1)],
        "renumbered": [
            {
                "before": each.before,
                "after": each.after,
                "page_before": each.page_before.label,
                "page_after": each.page_after.label,
            }
            for each in found.renumbered
        ],
        "reservations": [
            {**msgspec.to_builtins(each), "message": sentence}
            for each, sentence in zip(found.reservations, reservation_sentences(found, *books), strict=True)
        ],
    }


def _described(number: int, change: ComparedParagraph) -> dict[str, Any]:
    return {
        "number": number,
        "kind": change.kind,
        "before": _side(change.before),
        "after": _side(change.after),
        "stretches": change.stretches,
    }


def _side(passage: ComparedPassage | None) -> dict[str, Any] | None:
    if passage is None:
        return None
    pages = {span.page: span.label for span in passage.spans}
    return {
        "pages": list(pages.values()),
        "numbers": list(pages),
        "text": passage.text,
        "spans": passage.spans,
        "words": passage.words,
    }


# ---- text


def _print(compared: ComparedBooks) -> None:
    first, second, found = compared.first, compared.second, compared.found
    columns = min(shutil.get_terminal_size((_COLUMNS, 0)).columns, _COLUMNS) if sys.stdout.isatty() else _COLUMNS
    pen = _Pen(columns)
    for sign, book in (("−", first), ("+", second)):
        pen.line(_book_words(sign, book))
    print()
    if first.id == second.id:
        pen.line(_("Both files have the same content, byte for byte."))
    pen.line(summary(found))
    for sentence in (renumbered_words(found), *reservation_sentences(found, first, second)):
        if sentence:
            pen.line(sentence)
    for number, change in enumerate(found.changes, 1):
        print()
        pen.line(f"{number}. {change_word(change)}, {places(change, first, second)}")
        pen.marked(tuple(shortened(change)))
    print(flush=True)


def _book_words(sign: str, book: Book) -> str:
    words = _("{title}, {n} pages") if book.page_count != 1 else _("{title}, 1 page")
    return f"{sign} {words.format(title=book.title, n=units.count(book.page_count))}"


def shortened(change: ComparedParagraph) -> Iterator[Stretch]:
    """Yield both texts in one, with `…` in place of long unchanged text."""
    stretches = change.stretches
    if change.kind is ChangeKind.JOINED and change.before is not None:
        stretches = (Stretch(WordState.SAME, change.before.text),)  # here one sees what was joined
    for index, stretch in enumerate(stretches):
        if stretch.state is not WordState.SAME:
            yield stretch
            continue
        lines = stretch.text.split("\n")
        whole = len(stretches) == 1
        text = "\n".join(
            _shortened(line, head=whole or index > 0 or number > 0, tail=whole or index + 1 < len(stretches))
            for number, line in enumerate(lines)
        )
        yield Stretch(stretch.state, text)


def _shortened(text: str, *, head: bool, tail: bool) -> str:
    """Shorten unchanged text; its beginning is wanted for `head`, its end for `tail`."""
    if len(text) <= 2 * _KEPT + 3:
        return text
    begin, end = text[:_KEPT], text[-_KEPT:]
    begin = begin.rsplit(" ", 1)[0] if " " in begin else begin
    end = end.split(" ", 1)[-1]
    if head and tail:
        return f"{begin} … {end}"
    return f"{begin} …" if head else f"… {end}"


class _Pen:
    """Writes to stdout, wrapped, in colours if that is a terminal that has not refused them."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._state = WordState.SAME

    def line(self, untrusted_text: str) -> None:
        self._write(((WordState.SAME, word) for word in _words(untrusted_text)), "")

    def marked(self, stretches: Sequence[Stretch]) -> None:
        pieces: list[tuple[WordState, str]] = []
        for stretch in stretches:
            begin, end = _SIGNS[stretch.state]
            bare_text = stretch.text.lstrip()
            space = stretch.text[: len(stretch.text) - len(bare_text)]
            pieces += [(stretch.state, word) for word in _words(f"{space}{begin}{bare_text}{end}")]
        self._write(iter(pieces), _INDENT)

    def _write(self, words: Iterator[tuple[WordState, str]], indent: str) -> None:
        """Write words with the white space before them, which is left out where a line begins."""
        sys.stdout.write(indent)
        column = width(indent)
        begins = True
        for state, word in words:
            shown = units.printable(word.strip("\n") if word.strip() else "")
            if "\n" in word or (not begins and column + width(shown.rstrip()) > self._columns):
                sys.stdout.write(f"\n{indent}")
                column, begins = width(indent), True
            shown = shown.lstrip() if begins else shown
            self._put(state, shown)
            column += width(shown)
            begins = begins and not shown
        self._put(WordState.SAME, "\n")

    def _put(self, state: WordState, text: str) -> None:
        if self._coloured and state is not self._state:
            sys.stdout.flush()
            bare(sys.stdout).write(_COLOURS.get(state, _PLAIN))
            self._state = state
        sys.stdout.write(text)


def _words(text: str) -> Iterator[str]:
    """Yield each word with the white space before it; characters of scripts without spaces alone."""
    from app.language.terms import is_unspaced  # with the comparison, which needs it too

    word = ""
    for character in text:
        if word.strip() and (character.isspace() or is_unspaced(character) or is_unspaced(word[-1])):
            yield word
            word = ""
        word += character
    if word:
        yield word

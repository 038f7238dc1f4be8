"""The spine says how full the context is, in pixels, in words, and to the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from app.core.documents.document import Book, Format
from app.services.asking.context import ContextSegment, ContextUse
from app.ui.kit.words import use_parts, use_tip, use_words
from app.ui.look.theme import PAPER, Theme
from app.ui.widgets.spine import Spine, SpineBar, SpinePart
from tests.there import there

_PARTS = (
    SpinePart("Lease · 600", 600, "#7A2E35"),
    SpinePart("Talk · 100", 100, "#A39C91"),
    SpinePart("Free · 300", 300),
)


@pytest.fixture
def bar(qtbot: QtBot) -> SpineBar:
    made = SpineBar(Theme())
    qtbot.addWidget(made)
    made.resize(506, made.sizeHint().height())
    made.show()
    return made


def _colour(bar: SpineBar, x: int) -> QColor:
    return bar.grab().toImage().pixelColor(x, bar.height() // 2)


def test_segments_are_as_wide_as_their_tokens(bar: SpineBar) -> None:
    bar.show_parts(_PARTS, 1000)
    assert [part.name if (part := bar.part_at(x)) else "" for x in (4, 300, 310, 350, 360, 500)] == [
        "Lease · 600",
        "Lease · 600",
        "Talk · 100",
        "Talk · 100",
        "Free · 300",
        "Free · 300",
    ]
    assert _colour(bar, 100) == QColor("#7A2E35")
    assert _colour(bar, 330) == QColor("#A39C91")
    assert _colour(bar, 450) == QColor(PAPER.line)


def test_the_smallest_part_can_be_seen(bar: SpineBar) -> None:
    bar.show_parts((SpinePart("One", 1, "#7A2E35"), SpinePart("Free", 999_999)), 1_000_000)
    assert bar.part_at(5) == SpinePart("One", 1, "#7A2E35")


def test_what_does_not_fit_is_hatched_and_books_keep_their_colours(bar: SpineBar) -> None:
    bar.show_parts((SpinePart("Lease", 1200, "#7A2E35", read=0.0), SpinePart("Letters", 800, "#3F5A6B")), 1000)
    assert _colour(bar, 100) == QColor("#7A2E35")
    assert _colour(bar, 250 + 4) == QColor(PAPER.not_found), "here the context ends"
    beyond = {_colour(bar, x).name().upper() for x in range(300, 480)}
    assert {PAPER.ground, PAPER.not_found} <= beyond
    assert bar.part_at(400) is not None
    assert (bar.value(), bar.maximum()) == (100, 100)


def test_the_bar_is_as_wide_whatever_is_said(qtbot: QtBot) -> None:
    spine = Spine(Theme())
    qtbot.addWidget(spine)
    spine.resize(640, 36)
    spine.show()
    widths, long = set(), "53 % used · about 490 pages to read, about 3 min 26 s"
    for words, action in (("", ""), (long, "Pause reading"), ("-", "")):
        spine.show_use(_PARTS, 1000, words)
        spine.show_action(action)
        there(spine.layout()).activate()
        widths.add(spine.bar.width())
    assert len(widths) == 1


def test_the_keyboard_names_the_parts(qtbot: QtBot, bar: SpineBar, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda point, text, *rest: told.append(text))
    bar.show_parts(_PARTS, 1000)
    for _ in range(2):
        qtbot.keyClick(bar, Qt.Key.Key_Right)
    assert [name in text for name, text in zip(("Lease", "Talk"), told, strict=True)] == [True, True]
    assert bar.accessibleDescription() == "Lease · 600, Talk · 100, Free · 300"


def test_use_in_words_and_parts() -> None:
    book = Book("b", "Harbour <b>Lease</b>", Format.EPUB, "", "", 0.0, 412, 0)
    use = ContextUse(
        524_288,
        (ContextSegment("rules", 49), ContextSegment("book", 231_480, "b", book.title), ContextSegment("talk", 151)),
    )
    assert use_words(use) == "44 % used · about 510 pages left"
    assert use_tip(use) == "231,680 of 524,288 tokens"
    assert use_words(ContextUse(231_780, use.segments)) == "99 % used · less than a page left"
    parts = use_parts(use, PAPER)
    assert [(part.tokens, bool(part.colour)) for part in parts] == [(231_480, True), (200, True), (292_608, False)]
    assert parts[0].name == "Harbour <b>Lease</b> · 231,480 tokens"


def test_what_is_read_is_told_for_each_book() -> None:
    books = (
        ContextSegment("book", 1_000, "a", "A", held_tokens=1_000),
        ContextSegment("book", 2_000, "b", "B", held_tokens=500),
    )
    use = ContextUse(8_192, (ContextSegment("rules", 100), *books))
    assert [part.read for part in use_parts(use, PAPER)] == [1.0, 0.25, 1.0, 1.0]
    assert [part.read for part in use_parts(use.after(2_100), PAPER)] == [1.0, 0.5, 1.0, 1.0], (
        "reading has come further"
    )


def test_too_much_is_said(qtbot: QtBot) -> None:
    use = ContextUse(8_192, (ContextSegment("book", 9_000, "b", "Book"),))
    assert use_words(use) == "Full · about 1 page too many"
    assert use_words(ContextUse(8_999, use.segments)) == "Full", "hardly anything is too much"
    assert use_tip(use) == "9,000 of 8,192 tokens"
    spine = Spine(Theme())
    qtbot.addWidget(spine)
    spine.show_use(use_parts(use, PAPER), use.context_tokens, use_words(use))
    assert spine.text().startswith("Full")

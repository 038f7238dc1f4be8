"""How long what one does with a page keeps the window busy, as multiples of a frame: in books of 3,000 and of 50,000
pages, against one of 30."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.core.documents.document import Book, Format, Page
from app.ui.look.theme import Theme
from app.ui.page.drawn_pages import DrawnPages
from app.ui.page.page_column import PageColumn
from app.ui.page.text_pages import TextPages
from app.ui.page.zoom import PageZoom
from tests.ui.room import application

_FRAME_MS = 1000 / 60
_TEXT = "\n\n".join(["The tenant gives notice to the harbour office by registered post. " * 5] * 8)


def test_what_keeps_the_window_busy_does_not_follow_the_length_of_a_book() -> None:
    application()
    longest = {pages: _play(pages) for pages in (30, 3_000, 50_000)}
    for pages in (3_000, 50_000):
        for action, milliseconds in longest[pages].items():
            frames, ratio = milliseconds / _FRAME_MS, milliseconds / max(0.01, longest[30][action])
            print(f"\n{pages} pages, {action}: {frames:.2f} frames at most; {ratio:.1f} times as long as with 30 pages")


def _play(pages: int) -> dict[str, float]:
    """The longest of each action, in milliseconds of processor time."""
    drawn, text = DrawnPages(Theme()), TextPages(Theme())
    image = QImage(1250, 1618, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)

    def draw(wanted: Iterable[tuple[int, int]]) -> None:
        for page, _width in wanted:
            drawn.show_image(page, image)

    drawn.wanted.connect(draw)
    text.wanted.connect(lambda wanted: text.show_texts([Page(page, str(page), _TEXT) for page in wanted]))
    found: dict[str, float] = {}
    for view, format in ((drawn, Format.PDF), (text, Format.TEXT)):
        _show(view)
        found |= _act(
            view,
            Book("b", "Book", format, "", "", 0.0, pages, pages * len(_TEXT)),
            "drawings" if view is drawn else "text",
        )
    found["drawings, zoom"] = _longest(lambda n: drawn.set_zoom(PageZoom(None, 0.5 + 0.1 * n)), 10)
    found["text, size"] = _longest(lambda n: text.set_type_size(12 + n), 8)
    for view in (drawn, text):
        view.deleteLater()
    return found


def _act(view: DrawnPages | TextPages, book: Book, kind: str) -> dict[str, float]:
    bar = view.verticalScrollBar()
    return {
        f"{kind}, open": _longest(lambda _n: view.show_book(book), 3),
        f"{kind}, jump": _longest(lambda n: view.go_to(1 + n * 97 % book.page_count), 20),
        f"{kind}, wheel": _longest(lambda _n: bar.setValue(bar.value() + 120), 60),
        f"{kind}, resize": _longest(lambda n: view.resize(1300 - 7 * n, 1300), 20),
    }


def _show(view: PageColumn) -> None:
    view.resize(1300, 1300)
    view.show()
    QApplication.processEvents()


def _longest(act: Callable[[int], object], times: int) -> float:
    longest = 0.0
    for number in range(times):
        began = time.process_time()
        act(number)
        QApplication.processEvents()
        longest = max(longest, time.process_time() - began)
    return 1000 * longest

"""Pages, and parts of them, as images for the model: drawn when one asks about them, measured while one selects."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.core.conversations.image import Image, ImageRef
from app.core.errors import Code, Problem
from app.services.library.images import Area, drawn_size
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Job
from app.ui.kit.window_context import WindowContext
from app.ui.page.panel import PagePanel
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.units import count


class PageImages(QObject):
    """Makes images of pages. `taken` carries the Image."""

    taken = Signal(object)
    failed = Signal(str)

    def __init__(self, context: WindowContext, panel: PagePanel) -> None:
        super().__init__(panel)
        self._images = context.desk.documents.images
        self._bridge = context.bridge
        self._panel = panel
        self._area: Area | None = None
        self._tokens: int | None = None
        self._sizing: Job | None = None
        self._under_way: set[tuple[str, int, Area | None]] = set()
        panel.image.region.changed.connect(self._measure)

    def take(self, book_id: str, page: int, area: Area | None = None) -> None:
        """Make an image of a page, or of a part of it; one that is being made is not begun again."""
        wanted = (book_id, page, area)
        if wanted in self._under_way:
            return
        self._under_way.add(wanted)
        work = partial(self._images.from_page, book_id, page, area)
        self._bridge.call(Executor.READER, work, partial(self._take, wanted), partial(self._on_problem, wanted))

    def _take(self, wanted: tuple[str, int, Area | None], image: Image) -> None:
        self._under_way.discard(wanted)
        self.taken.emit(image)

    def _on_problem(self, wanted: tuple[str, int, Area | None], problem: Problem) -> None:
        self._under_way.discard(wanted)
        self.failed.emit(undrawn_words(problem))

    # ---- what a part would cost

    @Slot(object)
    def _measure(self, area: Area | None) -> None:
        """Show the size at once, and the tokens as soon as the engine has time to count them."""
        self._area = area
        if area is None:
            self._tokens = None
        self._show()
        if area is not None and (self._sizing is None or not self._sizing.running):
            self._count_tokens(self._size(area))

    def _size(self, area: Area) -> tuple[int, int]:
        return drawn_size(self._panel.image.proportions(), area)

    def _count_tokens(self, size: tuple[int, int]) -> None:
        work = partial(self._images.tokens, (ImageRef("", "", *size),))
        self._sizing = self._bridge.call(Executor.ENGINE, work, partial(self._take_cost, size), self._on_no_cost)

    def _take_cost(self, size: tuple[int, int], tokens: tuple[int, ...] | None) -> None:
        if self._area is None or tokens is None:
            return
        self._tokens = tokens[0]
        self._show()
        if (now := self._size(self._area)) != size:
            self._count_tokens(now)

    def _on_no_cost(self, problem: Problem) -> None:
        """Leave the size alone on the screen, as the tokens could not be counted."""

    def _show(self) -> None:
        if self._area is None:
            self._panel.image.region.show_words("")
            return
        width, height = self._size(self._area)
        words = _("{width} × {height} pixels").format(width=count(width), height=count(height))
        if self._tokens is not None:
            words += "\n" + _("{n} tokens").format(n=count(self._tokens))
        self._panel.image.region.show_words(words)


def undrawn_words(problem: Problem) -> str:
    """Return why a page has no drawing, as a sentence."""
    if problem.code is Code.DOCUMENT_PASSWORD_NEEDED:
        return _("This is the text of a protected document. To see its pages, add it again with its password.")
    return sentence(problem)

"""Scenes of the search of the library."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.core.conversations.conversation import Ending, Question
from app.core.settings import ThemeChoice
from app.features.library_search.window.library_search import LibrarySearchWindow
from app.features.library_search.window.panel import BY_WEIGHT
from app.wording.i18n import use_language
from tests.tools.screens.stage import Stage
from tests.ui.room import pause


def _searched(stage: Stage, words: str, *, by_weight: bool = False, steps: int = 0, **options: object) -> None:
    stage.add_books()
    talk = stage.add_conversation("Notice periods in the lease", [stage.books[0]])
    asked = stage.desk.conversations.add_question(
        Question(talk.id, "When must the tenant give notice, and does a side letter change it?")
    )
    answer = stage.desk.conversations.begin_answer(asked.id, "Scout")
    said = "The tenant shall give notice “not less than twelve months before the end” [p. 87]."
    stage.desk.conversations.save_answer(msgspec.structs.replace(answer, text=said, ending=Ending.COMPLETE))
    start = stage.desk.documents.library.page(stage.books[0].id, 88).text.index("registered")
    stage.desk.documents.notes.mark(
        stage.books[0].id, 88, (start, start + 15), None, "Ask Marlow whether the notice was registered."
    )
    stage.open(**options)  # type: ignore[arg-type]
    stage.feature(LibrarySearchWindow).open_search(words)
    stage.settle()
    panel = stage.feature(LibrarySearchWindow).search.panel
    if by_weight:
        panel.order.set_value(BY_WEIGHT)
        panel.order_chosen.emit(BY_WEIGHT)
    for _step in range(steps):
        panel._step(1)
    pause(100)


def search(stage: Stage) -> None:
    _searched(stage, "notice twelve months")
    panel = stage.feature(LibrarySearchWindow).search.panel
    panel.chosen.emit(panel.selected, False)
    stage.settle()


def search_by_relevance(stage: Stage) -> None:
    _searched(stage, "notice registered post", by_weight=True, steps=2)


def search_dark(stage: Stage) -> None:
    _searched(stage, '"registered post" kind:epub', steps=1, theme=ThemeChoice.DARK)


def search_small(stage: Stage) -> None:
    _searched(stage, "notice registered post", size=(1024, 700))


def search_ja(stage: Stage) -> None:
    use_language("ja")
    try:
        _searched(stage, "乾ドック page:flagged", by_weight=True)
        _searched_again(stage, "乾ドック")
    finally:
        use_language("en")


def _searched_again(stage: Stage, words: str) -> None:
    stage.feature(LibrarySearchWindow).open_search(words)
    stage.settle()
    pause(100)


def search_200(stage: Stage) -> None:
    _searched(stage, "notice registered post", size=(1024, 700))


def search_wide(stage: Stage) -> None:
    _searched(stage, "notice twelve months", size=(2560, 1440))


def search_start(stage: Stage) -> None:
    _searched(stage, "")


def search_nothing(stage: Stage) -> None:
    _searched(stage, "zeppelin after:2024")


def search_wrong(stage: Stage) -> None:
    _searched(stage, "notice from:Marlow")


def search_japanese_text(stage: Stage) -> None:
    _searched(stage, "乾ドック")


def palette_everywhere(stage: Stage) -> None:
    _searched(stage, "")
    stage.presenter.places.anything.find()
    from app.ui.palette.palette_dialog import PaletteDialog

    dialog = stage.window.findChild(PaletteDialog)
    assert dialog is not None
    dialog.line.setText("notice")
    pause(300)
    stage.settle()


_ALL = (
    *(search, search_by_relevance, search_dark, search_small, search_wide, search_start, search_nothing),
    *(search_wrong, search_japanese_text, search_ja, search_200, palette_everywhere),
)
LIBRARY_SEARCHES: dict[str, Callable[[Stage], None]] = {scene.__name__.replace("_", "-"): scene for scene in _ALL}

LIBRARY_SCALED = {"search-200": "2"}

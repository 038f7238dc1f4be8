"""Scenes of a comparison, by the name of their picture."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.core.documents.document import Document
from app.core.settings import ThemeChoice
from app.documents.formats.contract import Content
from app.documents.word import docx
from app.features.comparison.window.comparison import ComparisonWindow
from tests.features.comparison.contract import as_docx
from tests.tools.screens.stage import Stage
from tests.ui.room import pause


def _lease(new: bool) -> Document:
    read = docx.parse(Content("lease", as_docx(new), str(6 + new) * 64), lambda done, total: None)
    return msgspec.structs.replace(read, title="Lease of a berth (2026)" if new else "Lease of a berth")


def _comparison(stage: Stage, step: int, **options: object) -> None:
    books = [stage.add_book(_lease(new), 2 + new) for new in (False, True)]
    stage.add_conversation("The new lease", books)
    stage.open(**options)  # type: ignore[arg-type]
    stage.feature(ComparisonWindow).compare(books[0].id, books[1].id)
    stage.settle()
    dialog = stage.feature(ComparisonWindow).comparing.dialog
    assert dialog is not None
    for _step in range(step):
        dialog.go_on()
    stage.settle()
    pause(300)
    stage.settle()


def comparison(stage: Stage) -> None:
    _comparison(stage, 2)


def comparison_dark(stage: Stage) -> None:
    _comparison(stage, 4, theme=ThemeChoice.DARK)


COMPARISONS: dict[str, Callable[[Stage], None]] = {"comparison": comparison, "comparison-dark": comparison_dark}

"""Scenes of the chronology: events and people found, filtered, being found, changed, merged."""

from __future__ import annotations

import hashlib

from PySide6.QtCore import QItemSelectionModel, QPoint

from app.core.dates import DateSpan, PartialDate
from app.core.documents.document import Document, Format, Page
from app.core.settings import ThemeChoice
from app.features.chronology.data import FoundEvent, TimelineFinding
from app.features.chronology.service import timelines_of
from app.features.chronology.window.chronology import ChronologyWindow
from app.features.chronology.window.rows import EventRow, NameRow
from app.ui.kit.bridge import Executor
from app.wording.i18n import use_language
from tests.tools.screens.stage import Stage
from tests.ui.room import pause, wait

_SIGNED = (
    "The Harbour Office and Marlow Rigging Ltd signed the lease of Berth 3 on 5 March 2019 for a yearly rent of"
    " EUR 36,000.\n\n"
    "The following day Mr Olsen handed over the keys of the rope store to Anna Berg.\n\n"
    "From 3 to 5 June 2019 the fenders along the quay were renewed, and the crane stood still.\n\n"
    "The lease ends on 31 March 2031, unless the Tenant gives notice twelve months before."
)
_DISPUTE = (
    "In November 2021 the surveyor, Dr. Charlotte Falk, found that the quay wall had settled by 14 millimetres.\n\n"
    "On 18 January 2022 Helga Brandt wrote to Marlow Rigging Ltd that the Dry Dock would be closed, and that the repair"
    " would be charged to the Tenant under clause 9.5, as both parties had agreed when the side letter was signed.\n\n"
    "Two weeks later Tern Fisheries stopped paying its rent."
)
_MAIL = (
    "From: Anna Berg <a.berg@example.org>\nTo: Helga Brandt <brandt@example.org>\n"
    "Date: Fri, 21 Jan 2022 09:11:00 +0100\nSubject: The Dry Dock is not ours\n\n"
    "We do not owe the repair. Peter Olsen was there on 3 March 2020, when the record was signed."
)
_JAPANESE = "株式会社山田商事の山田太郎氏は、令和三年十二月一日に冷凍倉庫の契約を更新した。同月十五日に鍵が渡された。"


def _document(title: str, format: Format, *texts: str) -> Document:
    pages = tuple(Page(number, str(number), text) for number, text in enumerate(texts, 1))
    return Document(title, format, hashlib.sha256(title.encode()).hexdigest(), pages)


def _fill(stage: Stage) -> None:
    stage.add_book(_document("Lease of Berth 3", Format.DOCX, "Berth 3", _SIGNED), 1)
    stage.add_book(_document("Survey and correspondence 2021–2022", Format.PDF, _DISPUTE), 2)
    stage.add_book(_document("The Dry Dock is not ours", Format.EML, _MAIL), 3)
    stage.add_book(_document("冷凍倉庫の契約", Format.TEXT, _JAPANESE), 4)


def _open(stage: Stage, *, people: bool = False, **options: object) -> None:
    _fill(stage)
    stage.add_conversation("Notice periods in the lease")
    stage.open(**options)  # type: ignore[arg-type]
    chronology = stage.feature(ChronologyWindow)
    (chronology.open_people if people else chronology.open_events)()
    stage.settle()


def _choose(stage: Stage, *places: int) -> None:
    view = stage.feature(ChronologyWindow).timeline.panel.view
    rows = [row for row in view.model().rows if isinstance(row, EventRow | NameRow)]  # type: ignore[attr-defined]
    for place in places:
        index = view.model().index_of(rows[place].id)  # type: ignore[attr-defined]
        view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.Select)


def chronology(stage: Stage) -> None:
    _open(stage)
    _choose(stage, 1)
    stage.feature(ChronologyWindow).timeline.panel.view.citation_clicked.emit(
        stage.feature(ChronologyWindow).timeline.panel.chosen()[0].chips[0].citation
    )
    stage.settle()


def chronology_asked(stage: Stage) -> None:
    """With what a model found, and the dialog before it is asked about more."""
    _open(stage)
    book = next(book for book in stage.desk.documents.library.books() if book.title == "Lease of Berth 3")
    quote = "The lease ends on 31 March 2031, unless the Tenant gives notice twelve months before."
    found = FoundEvent(DateSpan(PartialDate(2019, 3)), 2, quote, "", "The parties agree on a notice of a year", True)
    timelines_of(stage.desk).store.keep_asked(book.id, "Scout", 2, [found], [])
    stage.feature(ChronologyWindow).open_events()
    stage.settle()
    stage.feature(ChronologyWindow).timeline.panel.ask.click()
    pause(200)


def chronology_dark(stage: Stage) -> None:
    _open(stage, theme=ThemeChoice.DARK)
    _choose(stage, 3)
    stage.feature(ChronologyWindow).timeline.panel.view.setFocus()
    stage.settle()


def chronology_small(stage: Stage) -> None:
    _open(stage, size=(1024, 700))


def chronology_large(stage: Stage) -> None:
    _open(stage, size=(2560, 1440))


def chronology_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _open(stage)
        stage.feature(ChronologyWindow).timeline.panel.view.setFocus()
        stage.settle()
    finally:
        use_language("en")


def chronology_filtered(stage: Stage) -> None:
    _open(stage, people=True)
    panel = stage.feature(ChronologyWindow).timeline.panel
    _choose(stage, [row.name for row in panel.view.model().rows].index("Marlow Rigging Ltd"))  # type: ignore[attr-defined]
    menu = stage.feature(ChronologyWindow).timeline.menu_of(panel.chosen())
    next(action for action in menu.actions() if action.text() == "Show events with this name").trigger()
    menu.close()
    stage.settle()


def chronology_finding(stage: Stage) -> None:
    _fill(stage)
    stage.add_conversation("Notice periods in the lease")
    stage.open()
    stage.hold(Executor.RULES)
    stage.feature(ChronologyWindow).open_events()
    wait(lambda: stage.feature(ChronologyWindow).timeline.running)
    books = stage.desk.documents.library.books()
    stage.feature(ChronologyWindow).timeline._on_event(TimelineFinding(2, len(books), books[1].id))
    pause(200)


def chronology_empty(stage: Stage) -> None:
    stage.add_conversation("Notice periods in the lease")
    stage.open()
    stage.feature(ChronologyWindow).open_events()
    stage.settle()


def people(stage: Stage) -> None:
    _open(stage, people=True)


def people_dark_menu(stage: Stage) -> None:
    _open(stage, people=True, theme=ThemeChoice.DARK)
    panel = stage.feature(ChronologyWindow).timeline.panel
    _choose(stage, 0)
    stage.feature(ChronologyWindow).timeline.menu_of(panel.chosen()).popup(panel.mapToGlobal(QPoint(300, 160)))
    pause(200)


def event_edited(stage: Stage) -> None:
    _open(stage)
    _choose(stage, 2)
    stage.feature(ChronologyWindow).timeline.edit(stage.feature(ChronologyWindow).timeline.panel.chosen()[0])
    stage.settle()


TIMELINE_SCENES = (
    *(
        chronology,
        chronology_asked,
        chronology_dark,
        chronology_small,
        chronology_large,
        chronology_japanese,
        chronology_filtered,
    ),
    *(chronology_finding, chronology_empty, people, people_dark_menu, event_edited),
)

"""Scenes of highlights and notes: on pages, in their card, in the list."""

from __future__ import annotations

from PySide6.QtCore import QRect

from app.core.documents.note import Marker, Note, NoteSource
from app.core.settings import ThemeChoice
from app.features.notes.service import note_keeping_of
from app.features.notes.window.notes import NotesWindow
from app.ui.page.notes import PageNotes
from app.wording.i18n import use_language
from tests.tools.screens.page_scenes import QUOTE, draw, read_layer
from tests.tools.screens.stage import Stage
from tests.ui.room import LEASE, LETTERS, RULES, pause

_LETTER = 22
_WRITTEN = "Side letter 9 changes this for Berth 3 only. Ask Marlow whether the record of handing over was signed."


def _mark(stage: Stage, book: int, page: int, words: str, marker: Marker | None, text: str = "") -> Note:
    book_id = stage.books[book].id
    start = stage.desk.documents.library.page(book_id, page).text.index(words)
    return stage.desk.documents.notes.mark(book_id, page, (start, start + len(words)), marker, text)


def _begin(stage: Stage, **options: object) -> Note:
    """Notes on three books; the one on the letter that is shown."""
    stage.reader.draw, stage.reader.layer = draw, read_layer
    stage.add_books()
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    lease = stage.desk.documents.library.page(stage.books[LEASE].id, 203).text
    _mark(stage, LEASE, 203, lease[: lease.index(".", 60) + 1], Marker.YELLOW)
    _mark(
        stage,
        LEASE,
        1,
        stage.desk.documents.library.page(stage.books[LEASE].id, 1).text.split("\n")[0][:60],
        Marker.GREEN,
    )
    stage.desk.documents.notes.mark(stage.books[LEASE].id, 12, None, None, "Compare with the schedule of the survey.")
    shown = _mark(stage, LETTERS, _LETTER, QUOTE, Marker.BLUE, _WRITTEN)
    rules = stage.desk.documents.library.page(stage.books[RULES].id, 1).text
    stage.desk.documents.notes.mark(
        stage.books[RULES].id, 1, (0, min(48, len(rules))), Marker.BLUE, "旧規則と比較すること。"
    )
    note_keeping_of(stage.desk).keep_words(
        "The notice period is nine months for Berths 4 to 7 (Side letters 2019–2024, p. 22), twelve for all others"
        " (Harbour Lease, consolidated, p. 203).",
        NoteSource.ANSWER,
        "a1",
    )
    stage.open(**options)  # type: ignore[arg-type]
    stage.presenter.places.pages.first.open_page(stage.books[LETTERS].id, _LETTER)
    stage.settle()
    stage.window.unfold_page()
    stage.settle()
    return shown


def _select(stage: Stage) -> None:
    image, text = stage.window.page.image, read_layer(_LETTER).text
    image.select(text.index("In particular"), text.index("dry dock.") + len("dry dock."))
    stage.settle()


def note_selected(stage: Stage) -> None:
    _begin(stage)
    _select(stage)


def note_selected_dark(stage: Stage) -> None:
    _begin(stage, theme=ThemeChoice.DARK, size=(1024, 700))
    _select(stage)


def _open_card(stage: Stage, note: Note) -> None:
    image = stage.window.page.image
    (noting,) = stage.window.page.findChildren(PageNotes)
    box = image.placed(_LETTER).on_view(image.marks(_LETTER).notes[0].boxes[-1])
    noting.open(note, QRect(image.viewport().mapToGlobal(box.topLeft().toPoint()), box.size().toSize()))
    pause(150)


def note_card(stage: Stage) -> None:
    _open_card(stage, _begin(stage))


def note_card_dark(stage: Stage) -> None:
    _open_card(stage, _begin(stage, theme=ThemeChoice.DARK))


def _popup(stage: Stage, **options: object) -> None:
    _begin(stage, **options)
    stage.desk.documents.notes.mark(stage.books[LETTERS].id, 4, None, None, "Nothing on the dry dock in this letter.")
    _mark(
        stage,
        LETTERS,
        9,
        stage.desk.documents.library.page(stage.books[LETTERS].id, 9).text[:120].strip(),
        Marker.GREEN,
    )
    stage.presenter.events.notes_changed.emit()
    stage.settle()
    stage.window.page.header.notes.click()
    pause(150)


def note_popup(stage: Stage) -> None:
    _popup(stage)


def note_popup_dark(stage: Stage) -> None:
    _popup(stage, theme=ThemeChoice.DARK)


def note_in_text(stage: Stage) -> None:
    """All markers, and what is lit beside them."""
    _begin(stage)
    page = stage.desk.documents.library.page(stage.books[LETTERS].id, 4).text
    words = page.split()
    for place, marker in ((4, Marker.BLUE), (14, Marker.YELLOW), (24, Marker.GREEN)):
        _mark(stage, LETTERS, 4, " ".join(words[place : place + 7]), marker)
    stage.presenter.events.notes_changed.emit()
    stage.presenter.places.pages.first.open_page(stage.books[LETTERS].id, 4, " ".join(words[34:41]))
    stage.window.page.toggle_drawing()
    stage.settle()


def note_in_text_dark(stage: Stage) -> None:
    stage.appearance.choose(ThemeChoice.DARK)
    note_in_text(stage)
    stage.appearance.choose(ThemeChoice.DARK)
    stage.settle()


def _list(stage: Stage, **options: object) -> None:
    note = _begin(stage, **options)
    stage.feature(NotesWindow).open()
    stage.settle()
    panel = stage.feature(NotesWindow).notes.panel
    panel.view.setCurrentIndex(panel.view.notes.index_of(note.id))
    stage.settle()


def note_list(stage: Stage) -> None:
    _list(stage)


def note_list_dark(stage: Stage) -> None:
    _list(stage, theme=ThemeChoice.DARK)


def note_list_small(stage: Stage) -> None:
    _list(stage, size=(1024, 700))


def note_list_wide(stage: Stage) -> None:
    _list(stage, size=(2560, 1440))


def note_list_200(stage: Stage) -> None:
    _list(stage, size=(1280, 800))


def note_list_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _list(stage, theme=ThemeChoice.DARK)
    finally:
        use_language("en")


def note_list_empty(stage: Stage) -> None:
    stage.add_books()
    stage.open()
    stage.feature(NotesWindow).open()
    stage.settle()


NOTE_SCENES = (
    note_selected,
    note_selected_dark,
    note_card,
    note_card_dark,
    note_popup,
    note_popup_dark,
    note_in_text,
    note_in_text_dark,
    note_list,
    note_list_dark,
    note_list_small,
    note_list_wide,
    note_list_200,
    note_list_japanese,
    note_list_empty,
)
NOTE_SCALED = {"note-list-200": "2"}

"""The chronology: has books looked through, shows what was found, and changes what the person changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QMenu

from app.core.dates import DateSpan
from app.core.documents.document import Book
from app.core.documents.untrusted import disarm
from app.core.names import EntityKind
from app.features.chronology import export
from app.features.chronology.data import NamedEntity, TimelineEvent, TimelineFinding
from app.features.chronology.export import TimelineReport, compose_chronology, compose_people
from app.features.chronology.service import Timelines, events_of, timelines_of
from app.features.chronology.window.dialogs import EntityDialog, EventDialog
from app.features.chronology.window.panel import EVENTS, PEOPLE, TimelinePanel
from app.features.chronology.window.rows import EventRow, NameRow, TimelineList, event_rows, name_rows
from app.features.chronology.words import limits_words, quote_words
from app.services.library.library import Library
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.presenter import Presenter
from app.ui.widgets.dialogs import Confirmation, SaveDialog, SmallDialog
from app.ui.workspace import Workspace
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.units import count, counted

_SHOWN_FIRST, _SHOWN_AGAIN = 20, 1.5
"""The number of books after which what was found so far is shown first, and how many times as many books there are
whenever it is shown again: all of it is read each time, which takes the longer, the more there is."""

_MOST_LIKELY = 8
"""The most others that are offered to be merged with a name."""


@dataclass(frozen=True)
class _Loaded:
    """All that is kept, and its books by id."""

    books: dict[str, Book]
    events: tuple[TimelineEvent, ...]
    entities: tuple[NamedEntity, ...]
    wanting: int


@dataclass(frozen=True)
class TimelineWork:
    """The presenter's work in the store, off the GUI thread. Raises AppError as the store does."""

    timelines: Timelines
    library: Library

    def load(self) -> _Loaded:
        store = self.timelines.store
        books = {book.id: book for book in self.library.books()}
        return _Loaded(books, store.events(), store.entities(), len(self.timelines.wanting()))

    def write(self, report: TimelineReport, path: Path, books: frozenset[str]) -> None:
        export.write(report, path)
        self.library.audit_log.exported("chronology", path, books=books)

    def change(self, change: Callable[[], None]) -> _Loaded:
        change()
        return self.load()


class TimelinePresenter(Presenter):
    """The presenter. Books are looked through when the chronology is shown, and those that come later while it is."""

    citation_wanted = Signal(object)
    saved = Signal(str)  # the file that was written

    def __init__(self, workspace: Workspace, panel: TimelinePanel, events: TimelineList, people: TimelineList) -> None:
        super().__init__(workspace.parent)
        self._work = TimelineWork(timelines_of(workspace.desk), workspace.desk.documents.library)
        self._bridge = workspace.bridge
        self.panel = panel
        self._events, self._people = events, people
        self._loaded = _Loaded({}, (), (), 0)
        self._entity_id = ""  # whose events alone are shown
        self._job: Job | None = None
        self._stopped = False
        self._shown_next = _SHOWN_FIRST
        panel.tab_changed.connect(self._show)
        panel.filtered.connect(self._show)
        panel.entity_dropped.connect(self._drop_entity)
        panel.stop_wanted.connect(self.stop)
        panel.export_wanted.connect(self.choose_export)
        panel.menu_wanted.connect(self._open_menu)
        panel.delete_wanted.connect(self._ask_to_delete)
        for view in (panel.events, panel.people):
            view.citation_clicked.connect(self.citation_wanted)

    @property
    def running(self) -> bool:
        return self._job is not None

    def open(self, *, people: bool) -> None:
        """Show what is kept, and look through the books that this was not done with."""
        self._stopped = False
        self.panel.show_tab(PEOPLE if people else EVENTS)
        self._load(self._work.load)
        self.panel.focus_list()

    @Slot()
    def look_if_shown(self) -> None:
        """Load the chronology again if it is shown, as books came or went."""
        if self.panel.isVisible():
            self._load(self._work.load)

    @Slot()
    def stop(self) -> None:
        """Stop looking through books: what was found so far stays, and the other books are looked through when the
        chronology is opened again."""
        self._stopped = True
        if self._job is not None:
            self._job.cancel()

    def _load(self, work: Callable[[], _Loaded]) -> None:
        self._call(work, self._take)

    @Slot(object)
    def _take(self, loaded: _Loaded) -> None:
        self._loaded = loaded
        self._show()
        if loaded.wanting and self._job is None and not self._stopped:
            self._shown_next = _SHOWN_FIRST
            self._job = self._bridge.stream(Executor.RULES, self._work.timelines.find, self._on_event)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        match event:
            case TimelineFinding(done, total, book_id):
                if not book_id:
                    return
                book = self._loaded.books.get(book_id)
                one = _("Looking for dates and names: {done} of 1 document")
                several = _("Looking for dates and names: {done} of {n} documents")
                words = counted(total, one, several, done=count(done))
                title = f" · {' '.join(disarm(book.title).split())}" if book else ""
                self.panel.show_running(words + title, done / total)
                if done >= self._shown_next:
                    self._shown_next = int(done * _SHOWN_AGAIN)
                    self._load(self._work.load)
            case Done() | Cancelled() | Failed():
                self._job = None
                self.panel.show_running("", None)
                self._load(self._work.load)
                if isinstance(event, Failed):
                    self._stopped = True
                    self.failed.emit(sentence(event.problem))

    # ---- what is shown

    @Slot()
    def _show(self) -> None:
        loaded, panel = self._loaded, self.panel
        entity = next((each for each in loaded.entities if each.id == self._entity_id), None)
        panel.show_only(disarm(entity.name) if entity is not None else "")
        if panel.tab == PEOPLE:
            people = self._shown_people()
            self._people.show_rows(name_rows(people, loaded.books))
            n = len(people)
            words = counted(n, _("1 name"), _("{n} names"))
        else:
            events = self._shown_events()
            self._events.show_rows(event_rows(events, loaded.books))
            n = len(events)
            words = counted(n, _("1 event"), _("{n} events"))
        panel.show_list(_("{found}. {limits}").format(found=words, limits=limits_words()), empty=self._empty_words())

    def _shown_events(self) -> tuple[TimelineEvent, ...]:
        entity = next((each for each in self._loaded.entities if each.id == self._entity_id), None)
        events, wanted = events_of(self._loaded.events, entity=entity), self._wanted()
        return tuple(
            event
            for event in events
            if _has(wanted, event.words, *(place.quote for place in event.places), *self._titles(event))
        )

    def _shown_people(self) -> tuple[NamedEntity, ...]:
        wanted = self._wanted()
        return tuple(
            entity
            for entity in self._loaded.entities
            if _has(wanted, entity.name, *entity.names, *self._titles(entity))
        )

    def _titles(self, entry: TimelineEvent | NamedEntity) -> list[str]:
        books = (self._loaded.books.get(book_id) for book_id in {place.book_id for place in entry.places})
        return [book.title for book in books if book is not None]

    def _wanted(self) -> list[str]:
        return self.panel.field.text().casefold().split()

    def _empty_words(self) -> tuple[str, str]:
        if self._wanted() or self._entity_id:
            return _("Nothing matches the filter"), _("Other words, or fewer, find more.")
        if self._job is not None or self._loaded.wanting:
            return _("Looking for dates and names…"), _("What is found is listed here.")
        if not self._loaded.books:
            return _("No documents yet"), _(
                "Add documents. Octavo then lists the events that they date, and whom they name."
            )
        if self.panel.tab == PEOPLE:
            return _("No persons or organisations were found"), limits_words()
        return _("No dated events were found"), limits_words()

    # ---- what can be done with entries

    @Slot(QPoint)
    def _open_menu(self, where: QPoint) -> None:
        menu = self.menu_of(self.panel.chosen())
        menu.popup(where)

    def menu_of(self, rows: list[EventRow | NameRow]) -> QMenu:
        """Make the menu of what can be done with these entries."""
        menu = QMenu(self.panel)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        first = rows[0]
        if len(rows) == 1:
            for chip in first.chips:
                menu.addAction(chip.label.replace("&", "&&"), partial(self.citation_wanted.emit, chip.citation))
            menu.addSeparator()
            if isinstance(first, NameRow):
                menu.addAction(_("Show events with this name"), partial(self._show_events_of, first.id))
                self._offer_likely(menu, first)
            menu.addAction(_("Edit…"), partial(self.edit, first))
        else:
            words = _("Merge {n} events into one") if isinstance(first, EventRow) else _("Merge {n} names into one")
            menu.addAction(words.format(n=count(len(rows))), partial(self.merge, [row.id for row in rows]))
        menu.addSeparator()
        menu.addAction(_("Delete"), self._ask_to_delete)
        return menu

    def _offer_likely(self, menu: QMenu, row: NameRow) -> None:
        """Offer the entries that share a word with this name in a menu: they may be the same."""
        words = {word for word in row.name.casefold().split() if len(word) > 2}
        others = [
            each
            for each in self._loaded.entities
            if each.id != row.id and words & set(" ".join((each.name, *each.names)).casefold().split())
        ]
        if others:
            below = menu.addMenu(_("Is the same as"))
            for each in others[:_MOST_LIKELY]:
                name = " ".join(disarm(each.name).split()).replace("&", "&&")
                below.addAction(name, partial(self.merge, [each.id, row.id]))

    def edit(self, row: EventRow | NameRow) -> None:
        if isinstance(row, EventRow):
            events = EventDialog(row.event, quote_words(row.event.places[0], self._loaded.books), self.panel.window())
            events.given.connect(partial(self._change_event, events))
            events.open()
        else:
            names = EntityDialog(row.entity, self.panel.window())
            names.given.connect(partial(self._change_entity, names))
            names.open()

    def merge(self, ids: list[str]) -> None:
        """Merge entries: the first of them stays, with the places of all."""
        store = self._work.timelines.store
        merge = store.merge_entities if self.panel.tab == PEOPLE else store.merge_events
        self._load(partial(self._work.change, partial(merge, ids)))

    def _change_event(self, dialog: SmallDialog, id: str, span: DateSpan, words: str) -> None:
        change = partial(self._work.timelines.store.change_event, id, span, words)
        self._submit(dialog, partial(self._work.change, change), self._take)

    def _change_entity(self, dialog: SmallDialog, id: str, name: str, kind: EntityKind) -> None:
        change = partial(self._work.timelines.store.change_entity, id, name, kind)
        self._submit(dialog, partial(self._work.change, change), self._take)

    @Slot()
    def _ask_to_delete(self) -> None:
        rows = self.panel.chosen()
        if not rows:
            return
        n = len(rows)
        if isinstance(rows[0], EventRow):
            title = counted(n, _("Delete this event?"), _("Delete {n} events?"))
        else:
            title = counted(n, _("Delete this name?"), _("Delete {n} names?"))
        words = _("Octavo will not find it again in these documents. The documents stay as they are.")
        dialog = Confirmation(title, words, _("Delete"), " ".join(row.id for row in rows), self.panel.window())
        dialog.confirmed.connect(self._delete_events if isinstance(rows[0], EventRow) else self._delete_entities)
        dialog.open()

    @Slot(str)
    def _delete_events(self, ids: str) -> None:
        self._load(partial(self._work.change, partial(self._work.timelines.store.delete_events, ids.split())))

    @Slot(str)
    def _delete_entities(self, ids: str) -> None:
        self._load(partial(self._work.change, partial(self._work.timelines.store.delete_entities, ids.split())))

    def _show_events_of(self, entity_id: str) -> None:
        self._entity_id = entity_id
        self.panel.field.clear()
        self.panel.show_tab(EVENTS)
        self._show()

    @Slot()
    def _drop_entity(self) -> None:
        self._entity_id = ""
        self._show()

    # ---- files

    @Slot()
    def choose_export(self) -> None:
        """Let the person say where what is listed is written, and as what."""
        title = _("People") if self.panel.tab == PEOPLE else _("Chronology")
        names = (_("Excel workbook (*.xlsx)"), _("Table (*.csv)"), _("Markdown (*.md)"))
        dialog = SaveDialog(self.panel.window(), _("Export the list"), title, names)
        dialog.fileSelected.connect(self.write)
        dialog.open()

    @Slot(str)
    def write(self, name: str) -> None:
        """Write what is listed into this file."""
        if self.panel.tab == PEOPLE:
            report = compose_people(self._shown_people(), self._loaded.books)
        else:
            report = compose_chronology(self._shown_events(), self._loaded.books)
        work = partial(self._work.write, report, Path(name), frozenset(self._loaded.books))
        self._do(work, partial(self._written, name))

    def _written(self, name: str) -> None:
        self.saved.emit(name)


def _has(wanted: list[str], *texts: str) -> bool:
    said = "\n".join(texts).casefold()
    return all(word in said for word in wanted)

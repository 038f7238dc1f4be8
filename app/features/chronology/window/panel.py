"""The chronology in the middle of the window, in the place of the conversation: dated events, or people."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QProgressBar, QStackedWidget, QTabBar

from app.features.chronology.window.rows import EventRow, NameRow, TimelineList
from app.features.chronology.window.view import TimelineView
from app.ui.kit.handbook import Chapter, explain
from app.ui.look.icons import Icons
from app.ui.look.theme import FOOT_HEIGHT, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS
from app.ui.widgets.accessibility import speak_as
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import ElidedLabel, PlainLabel, Separator
from app.ui.widgets.layouts import STRETCH, boxed, column, row
from app.ui.widgets.middle_panel import MiddlePanel
from app.wording.i18n import _

EVENTS, PEOPLE = 0, 1
"""The tabs."""

_FIELD_WIDTH = 280
_STEPS = 1000


class TimelinePanel(MiddlePanel):
    """The panel. It emits what the person wants, and does nothing itself."""

    tab_changed = Signal()
    filtered = Signal()
    entity_dropped = Signal()
    stop_wanted = Signal()
    export_wanted = Signal()
    ask_wanted = Signal()
    menu_wanted = Signal(QPoint)
    delete_wanted = Signal()

    def __init__(self, icons: Icons, events: TimelineList, people: TimelineList) -> None:
        super().__init__(icons, _("Chronology"))
        explain(self, Chapter.CHRONOLOGY)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(_("Events or people"))
        self.tabs.setDrawBase(False)
        for words in (_("Events"), _("People")):
            self.tabs.addTab(words)
        self.events = TimelineView(events, _("Events"), icons.theme)
        self.people = TimelineView(people, _("People"), icons.theme)
        self.ask = TextButton(_("Ask the model…"))
        self.export = TextButton(_("Export…"))
        self.field = QLineEdit()
        self.field.setPlaceholderText(_("Filter"))
        self.field.setAccessibleName(_("Filter"))
        self.field.setClearButtonEnabled(False)
        self.field.setMaximumWidth(_FIELD_WIDTH)
        self.field.setFixedHeight(self.export.sizeHint().height())
        self.only = TextButton("", role="quiet")
        self.stop = TextButton(_("Stop"))
        self.bar = QProgressBar(textVisible=False, maximum=_STEPS)
        self.status = ElidedLabel(role="soft")
        self.foot = ElidedLabel(role="small")
        self.empty_title, self.empty_words = PlainLabel(role="book"), PlainLabel(role="soft", wraps=True)
        self._lists = QStackedWidget()
        speak_as(self._lists, QAccessible.Role.Grouping)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        tools = row((self.field, 1), self.only, STRETCH, self.ask, self.export, spacing=SPACE_S)
        self._running = boxed(row((column(self.status, SPACE_XS, self.bar), 1), self.stop, spacing=SPACE_M))
        above = boxed(column(tools, self._running, margins=(SPACE_XL, SPACE_M, SPACE_XL, SPACE_S), spacing=SPACE_S))
        words = (STRETCH, self.empty_title, self.empty_words, STRETCH, STRETCH)
        for page in (self.events, self.people, boxed(column(*words, margins=(SPACE_XL * 2, 0, SPACE_XL * 2, 0)))):
            self._lists.addWidget(page)
        for label in (self.empty_title, self.empty_words):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        foot = boxed(row((self.foot, 1), margins=(SPACE_XL, 0, SPACE_XL, 0)))
        foot.setFixedHeight(FOOT_HEIGHT)
        self.fill(above, (self._lists, 1), Separator(), foot, beside_title=(self.tabs,))
        self.show_running("", None)
        self.show_only("")

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._name)
        self.tabs.currentChanged.connect(self.tab_changed)
        self.field.textChanged.connect(self.filtered)
        self.only.clicked.connect(self.entity_dropped)
        self.export.clicked.connect(self.export_wanted)
        self.ask.clicked.connect(self.ask_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        for view in (self.events, self.people):
            view.menu_wanted.connect(self.menu_wanted)
            view.delete_wanted.connect(self.delete_wanted)

    @property
    def tab(self) -> int:
        return self.tabs.currentIndex()

    @Slot()
    def _name(self) -> None:
        """Call the panel by what it lists."""
        name = _("People") if self.tab == PEOPLE else _("Chronology")
        self.title.setText(name)
        self.setAccessibleName(name)

    @property
    def view(self) -> TimelineView:
        """The list of the chosen tab."""
        return self.people if self.tab == PEOPLE else self.events

    def chosen(self) -> list[EventRow | NameRow]:
        return self.view.chosen()

    def show_tab(self, tab: int) -> None:
        self.tabs.setCurrentIndex(tab)

    def show_list(self, words: str, *, empty: tuple[str, str]) -> None:
        """Show the list of the chosen tab, with these `words` at the foot; the title and the words of `empty` in its
        place if it has no rows."""
        bare = not self.view.model().rowCount()
        self._lists.setCurrentIndex(2 if bare else self.tab)
        self.empty_title.setText(empty[0])
        self.empty_words.setText(empty[1])
        self.export.setEnabled(not bare)
        self.foot.setText(words)

    def show_only(self, name: str) -> None:
        """Show that the events of one person alone are listed; an empty name means those of all."""
        self.only.setText(f"{name}  ✕" if name else "")
        self.only.setAccessibleName(_("Show the events of all, not only of {name}").format(name=name) if name else "")
        self.only.setVisible(bool(name) and self.tab == EVENTS)

    def show_running(self, words: str, fraction: float | None) -> None:
        """Show how far books are looked through, or asked about; None if they are not."""
        self._running.setVisible(fraction is not None)
        self.ask.setEnabled(fraction is None)
        self.status.setText(words)
        self.bar.setAccessibleName(words)
        self.bar.setValue(round(_STEPS * (fraction or 0.0)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.field.text():
            self.field.clear()
        else:
            super().keyPressEvent(event)

    @Slot()
    def focus_list(self) -> None:
        self.view.setFocus()

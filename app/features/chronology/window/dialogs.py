"""Dialogs in which a person changes an event's day and words, or the name of a person or organisation."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from app.core.dates import DateSpan, PartialDate
from app.core.names import EntityKind
from app.features.chronology.data import NamedEntity, TimelineEvent
from app.features.chronology.words import kind_words
from app.ui.look.theme import SPACE_S, SPACE_XS
from app.ui.widgets.buttons import ChoiceButton
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import boxed, column, row
from app.wording.i18n import _

MOST_CHARACTERS = 1_000
_WORDS_HEIGHT = 96


class EventDialog(SmallDialog):
    """A dialog for an event. `given` carries the id of the event, its DateSpan and its words, empty if these are
    those of the page."""

    given = Signal(str, object, str)

    def __init__(self, event: TimelineEvent, quote: str, parent: QWidget | None = None) -> None:
        """Take the event, and its first quotation as a person reads it."""
        self.first, self.last = QLineEdit(event.span.first.text), QLineEdit()
        self.last.setText(event.span.last.text if event.span.last else "")
        self.words = QPlainTextEdit(event.text or quote)
        self.words.setProperty("role", "framed")
        self.words.setFixedHeight(_WORDS_HEIGHT)
        self.words.setTabChangesFocus(True)
        dates = row(_labelled(_("Date"), self.first), _labelled(_("Until"), self.last), spacing=SPACE_S)
        body = boxed(column(dates, _labelled(_("Event"), self.words), spacing=SPACE_S))
        hint = _("Write dates as 2024-03-05, 2024-03 or 2024. The quotations and their pages stay.")
        super().__init__(_("Edit the event"), hint, _("Save"), body=body, parent=parent)
        self._event, self._quote = event, quote
        for field in (self.first, self.last):
            field.textChanged.connect(self._check)
        self.words.textChanged.connect(self._check)
        self._check()
        self.first.setFocus()

    def span(self) -> DateSpan | None:
        """Return the span that is written; None if it is no date, or ends before it begins."""
        first, until = PartialDate.parse(self.first.text().strip()), self.last.text().strip()
        if first is None:
            return None
        last = PartialDate.parse(until) if until else None
        if until and (last is None or last <= first):
            return None
        return DateSpan(first, last)

    @Slot()
    def _check(self) -> None:
        self.action.setEnabled(self.span() is not None and bool(self.words.toPlainText().strip()))

    def accept(self) -> None:
        if (span := self.span()) is not None:
            words = " ".join(self.words.toPlainText().split())[:MOST_CHARACTERS]
            self.given.emit(self._event.id, span, "" if words == self._quote else words)
            super().accept()


class EntityDialog(SmallDialog):
    """A dialog for a person or organisation. `given` carries the id, the name and the EntityKind."""

    given = Signal(str, str, object)

    def __init__(self, entity: NamedEntity, parent: QWidget | None = None) -> None:
        self.name = QLineEdit(entity.name)
        kinds = tuple((kind.value, kind_words(kind)) for kind in EntityKind)
        self.kind = ChoiceButton(kinds, entity.kind.value)
        body = boxed(column(_labelled(_("Name"), self.name), _labelled(_("Kind"), self.kind), spacing=SPACE_S))
        hint = _("The pages keep the names that they have.")
        super().__init__(_("Edit the name"), hint, _("Save"), body=body, parent=parent)
        self._entity = entity
        self.name.textChanged.connect(self._check)
        self.name.selectAll()
        self.name.setFocus()

    @Slot()
    def _check(self) -> None:
        self.action.setEnabled(bool(self.name.text().strip()))

    def accept(self) -> None:
        name = " ".join(self.name.text().split())[:MOST_CHARACTERS]
        if name:
            self.given.emit(self._entity.id, name, EntityKind(self.kind.value()))
            super().accept()


def _labelled(words: str, field: QWidget) -> QWidget:
    field.setAccessibleName(words)
    return boxed(column(PlainLabel(words, role="setting"), field, spacing=SPACE_XS))

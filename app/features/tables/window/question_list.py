"""The questions of a new table, one row each."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.features.tables.rows import QuestionRow, QuestionRows
from app.features.tables.window.question_row import (
    KIND_WIDTH,
    NAME_SHARE,
    NUMBER_WIDTH,
    QUESTION_SHARE,
    QuestionRowView,
)
from app.ui.look.icons import Icons
from app.ui.look.theme import SPACE_S, SPACE_XXL
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import STRETCH, column, row
from app.wording.i18n import _


class QuestionList(QWidget):
    """The list. It shows `rows`, and changes them as a person writes. `changed` tells that something else is written.
    `shown_wanted` carries a widget that has the focus by now, for whatever scrolls this list."""

    changed = Signal()
    shown_wanted = Signal(object)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._locked = False
        self.rows = QuestionRows()
        self.views: list[QuestionRowView] = []
        heads = [PlainLabel(words, role="small") for words in (_("Question"), _("Heading"), _("Kind of answer"))]
        heads[2].setFixedWidth(KIND_WIDTH)
        head = row(
            *(NUMBER_WIDTH + SPACE_S, (heads[0], QUESTION_SHARE), (heads[1], NAME_SHARE), heads[2], SPACE_XXL),
            spacing=SPACE_S,
        )
        self.add = TextButton(_("Add a question"), role="link")
        self.add.clicked.connect(self._add)
        self.undo = TextButton(_("Put the removed question back"), role="link")
        self.undo.clicked.connect(self._undo)
        self._column = column(spacing=SPACE_S)
        foot = row(NUMBER_WIDTH, self.add, self.undo, STRETCH, spacing=SPACE_S)
        column(head, self._column, foot, of=self, spacing=SPACE_S)
        self._show()

    @property
    def written(self) -> tuple[QuestionRow, ...]:
        return self.rows.written

    def show_rows(self, rows: Iterable[QuestionRow]) -> None:
        """Show these rows in the place of all others."""
        self.rows = QuestionRows(rows)
        self._show()
        self.changed.emit()

    def lock(self, *, locked: bool) -> None:
        """Set whether nothing in the list can be changed."""
        if locked != self._locked:
            self._locked = locked
            self._show()

    def focus(self, place: int = 0) -> None:
        """Let the person write in the row at this place."""
        field = self.views[max(0, min(place, len(self.views) - 1))].question
        field.setFocus()
        self.shown_wanted.emit(field)

    # ---- inside

    def _show(self) -> None:
        while len(self.views) < len(self.rows):
            self._make_view()
        while len(self.views) > len(self.rows):
            view = self.views.pop()
            view.hide()
            view.deleteLater()
        for number, (view, shown) in enumerate(zip(self.views, self.rows, strict=True), 1):
            view.show_row(shown, number, locked=self._locked)
            view.up.setEnabled(number > 1)
            view.down.setEnabled(number < len(self.rows))
        self._look()

    def _look(self) -> None:
        for view, fault in zip(self.views, self.rows.faults, strict=True):
            view.show_fault(fault)
        self.add.setEnabled(not self._locked)
        self.undo.setVisible(self.rows.can_undo and not self._locked)

    def _make_view(self) -> None:
        view = QuestionRowView(self._icons)
        view.edited.connect(self._on_edited)
        view.written.connect(self._on_written)
        view.next_wanted.connect(self._on_next_wanted)
        view.stepped.connect(self._on_stepped)
        view.moved.connect(self._on_moved)
        view.removed.connect(self._on_removed)
        view.undo_wanted.connect(self._undo)
        self._column.addWidget(view)
        view.stackUnder(self.add)  # screen readers go by that
        view.show()  # now, not with the next event: the person goes on there
        before: QWidget | None = self.views[-1].more if self.views else None
        fields = (view.question, view.name, view.kind, view.menu_button, view.choices, view.more)
        for widget in (*fields, self.add, self.undo):
            if before is not None:
                QWidget.setTabOrder(before, widget)
            before = widget
        self.views.append(view)

    def _change(self, place: int) -> None:
        """Show the rows, which were changed; the person goes on at this place."""
        self._show()
        self.focus(place)
        self.changed.emit()

    @Slot(object)
    def _on_edited(self, view: QuestionRowView) -> None:
        place = self.views.index(view)
        self.rows.put(place, view.row)
        view.show_fault(self.rows.faults[place])
        self.changed.emit()

    @Slot(object)
    def _on_written(self, view: QuestionRowView) -> None:
        place = self.views.index(view)
        self.rows.put(place, view.row)
        last = self.rows.write(place, view.row.question)
        if last > place:
            self._change(last)
        else:
            self._show()
            self.changed.emit()

    @Slot(object)
    def _on_next_wanted(self, view: QuestionRowView) -> None:
        if not self._locked:
            self._change(self.rows.add_after(self.views.index(view)))

    @Slot(object, int)
    def _on_stepped(self, view: QuestionRowView, by: int) -> None:
        self.focus(self.views.index(view) + by)

    @Slot(object, int)
    def _on_moved(self, view: QuestionRowView, by: int) -> None:
        if not self._locked:
            self._change(self.rows.move(self.views.index(view), by))

    @Slot(object)
    def _on_removed(self, view: QuestionRowView) -> None:
        if not self._locked:
            self._change(self.rows.remove(self.views.index(view)))

    @Slot()
    def _add(self) -> None:
        self._change(self.rows.add_after(len(self.rows) - 1))

    @Slot()
    def _undo(self) -> None:
        if self.rows.can_undo and not self._locked:
            self._change(self.rows.undo())

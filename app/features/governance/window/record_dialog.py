"""The record: what was asked of which documents by which model, and whether it is as it was written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QDialog, QHeaderView, QTableView, QWidget

from app.core.kept import RecordedThing
from app.core.record import RecordEntry, RecordVerdict
from app.features.governance.record_words import entry_details, verdict_words
from app.features.governance.window.entries import ALL, ASKED, CAME, DECIDED, GONE, EntryTable, wanted
from app.ui.kit.frame_state import bound
from app.ui.look.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS
from app.ui.widgets.buttons import ChoiceButton, TextButton
from app.ui.widgets.labels import PlainLabel, set_role
from app.ui.widgets.layouts import DIALOG, STRETCH, column, row
from app.wording.i18n import _
from app.wording.units import counted

_WIDTH, _HEIGHT = 920, 660
_ROW_HEIGHT = 30
_DETAILS_HEIGHT = 64


class RecordDialog(QDialog):
    """The dialog. `export_wanted` asks for all entries in a file."""

    export_wanted = Signal()

    def __init__(
        self,
        entries: tuple[RecordEntry, ...],
        verdict: RecordVerdict,
        now: datetime,
        things: Sequence[RecordedThing],
        *,
        texts: bool,
        parent: QWidget | None = None,
    ) -> None:
        """`now` is aware of its zone; `things` are what entries name; `texts` tells that the record keeps questions and
        names."""
        super().__init__(parent)
        self._entries, self._now = entries, now
        self.setWindowTitle(_("Record"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.resize(bound(self, _WIDTH, _HEIGHT))
        self.verdict = PlainLabel(verdict_words(verdict), wraps=True)
        set_role(self.verdict, "soft" if verdict.flaw is None else "failure")
        self.group = ChoiceButton(_groups(), ALL)
        self.group.setAccessibleName(_("What is shown"))
        self.days = ChoiceButton(_periods(), "0")
        self.days.setAccessibleName(_("From when"))
        self.number = PlainLabel(role="soft")
        self.table = EntryTable(things, self)
        self.view = QTableView()
        self.details = PlainLabel(role="small", wraps=True)
        self._nothing = PlainLabel(_("Nothing of this kind was recorded in this time."), role="soft")
        self._set_up_view()
        for choice in (self.group, self.days):
            choice.chosen.connect(self._show)
        self._lay_out(texts)
        self._show()

    @property
    def shown(self) -> tuple[RecordEntry, ...]:
        return wanted(self._entries, self.group.value(), int(self.days.value()), self._now)

    def _lay_out(self, texts: bool) -> None:
        words = _("What was asked of which documents by which model, and what came and left.")
        kept = (
            _("Questions and names are kept until what they are about is deleted.")
            if texts
            else _("Questions and names are not kept.")
        )
        export, close = TextButton(_("Export…")), TextButton(_("Close"), role="primary")
        export.clicked.connect(self.export_wanted)
        close.clicked.connect(self.accept)
        close.setDefault(True)
        self.details.setFixedHeight(_DETAILS_HEIGHT)
        self.details.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column(
            PlainLabel(_("Record"), role="heading"),
            PlainLabel(f"{words} {kept}", wraps=True),
            self.verdict,
            SPACE_S,
            row(self.group, self.days, STRETCH, self.number, spacing=SPACE_S),
            (self.view, 1),
            (self._nothing, 1),
            SPACE_XS,
            self.details,
            SPACE_M,
            row(export, STRETCH, close, spacing=SPACE_S),
            of=self,
            margins=DIALOG,
            spacing=SPACE_S,
        )

    def _set_up_view(self) -> None:
        view, header = self.view, self.view.horizontalHeader()
        view.setModel(self.table)
        view.setAccessibleName(_("Record"))
        view.setProperty("role", "framed")
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setTabKeyNavigation(False)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(2 * SPACE_L)
        view.selectionModel().currentRowChanged.connect(self._show_details)

    @Slot()
    def _show(self) -> None:
        shown, header = self.shown, self.view.horizontalHeader()
        self.table.show_entries(shown)
        for place in range(3):
            header.setSectionResizeMode(place, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        one, several = _("1 entry"), _("{n} entries")
        self.number.setText(counted(len(shown), one, several))
        self.view.setVisible(bool(shown))
        self._nothing.setVisible(not shown)
        self.details.setText("")
        if shown:
            self.view.selectRow(0)
            self.view.setFocus()

    @Slot(QModelIndex)
    def _show_details(self, current: QModelIndex) -> None:
        entry = self.table.entry(current.row())
        self.details.setText("" if entry is None else entry_details(entry))


def _groups() -> tuple[tuple[str, str], ...]:
    return (
        (ALL, _("Everything")),
        (ASKED, _("Asked of a model")),
        (CAME, _("Came or left")),
        (GONE, _("Deleted")),
        (DECIDED, _("Settings and servers")),
    )


def _periods() -> tuple[tuple[str, str], ...]:
    return (
        ("0", _("At any time")),
        ("1", _("In the last day")),
        ("7", _("In the last 7 days")),
        ("30", _("In the last 30 days")),
        ("365", _("In the last year")),
    )

"""The dialog that looks for a name in all that is kept, and says what would delete each thing."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QLineEdit, QProgressBar, QTreeWidget, QTreeWidgetItem, QWidget

from app.core.kept import Keeps
from app.features.governance.data import PersonalDataDesk, PersonalDataReport
from app.features.governance.keeping import LookingThrough
from app.features.governance.personal_data_words import (
    desk_words,
    file_words,
    limits_words,
    nothing_words,
    places_words,
)
from app.ui.kit.frame_state import bound
from app.ui.look.theme import SPACE_L, SPACE_S
from app.ui.widgets.buttons import ChoiceButton, TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import DIALOG, STRETCH, column, row
from app.wording.i18n import _
from app.wording.units import count

_WIDTH, _HEIGHT = 820, 640
_HERE, _EVERYWHERE = "here", "everywhere"


class PersonalDataDialog(QDialog):
    """The dialog. `wanted` carries a name, empty to count everything, and whether all matters are looked into;
    `export_wanted` carries the report that is shown."""

    wanted = Signal(str, bool)
    export_wanted = Signal(object)

    def __init__(self, desk_name: str, keeps: Keeps, *, has_matters: bool, parent: QWidget | None = None) -> None:
        """`desk_name` is that of the desk that is open; `keeps` is everything that it can have; `has_matters` tells
        that there are some."""
        super().__init__(parent)
        self._keeps = keeps
        self._report: PersonalDataReport | None = None
        self.setWindowTitle(_("What is kept"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.resize(bound(self, _WIDTH, _HEIGHT))
        self.name = QLineEdit()
        self.name.setPlaceholderText(_("A person, a company, a case number"))
        self.name.setAccessibleName(_("Name"))
        self.look = TextButton(_("Look"), role="primary")
        self.everywhere = ChoiceButton(((_HERE, desk_name), (_EVERYWHERE, _("Library and all matters"))), _HERE)
        self.everywhere.setAccessibleName(_("Where to look"))
        self.everywhere.setVisible(has_matters)
        self.tree = QTreeWidget()
        self.words = PlainLabel(role="soft", wraps=True)
        self.bar = QProgressBar(textVisible=False)
        self.export = TextButton(_("Export…"))
        self._lay_out()
        self.look.clicked.connect(self._look)
        self.name.returnPressed.connect(self._look)
        self.export.clicked.connect(self._export)
        self.name.setFocus()

    def _lay_out(self) -> None:
        words = _(
            "All that has a name, in the bin too, and what would delete it. Without a name, everything is counted."
        )
        close = TextButton(_("Close"))
        close.clicked.connect(self.accept)
        self.look.setDefault(True)
        self.tree.setProperty("role", "framed")
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName(_("What is kept"))
        self.tree.setRootIsDecorated(False)
        self.tree.setItemsExpandable(False)
        self.tree.setIndentation(SPACE_L)
        self.tree.setWordWrap(True)
        self.bar.setAccessibleName(_("looking"))
        self.bar.hide()
        self.export.setEnabled(False)
        self.words.setText(limits_words())
        column(
            PlainLabel(_("What is kept"), role="heading"),
            PlainLabel(words, wraps=True),
            SPACE_S,
            row((self.name, 1), self.everywhere, self.look, spacing=SPACE_S),
            self.bar,
            SPACE_S,
            (self.tree, 1),
            self.words,
            SPACE_L,
            row(self.export, STRETCH, close, spacing=SPACE_S),
            of=self,
            margins=DIALOG,
            spacing=SPACE_S,
        )

    def show_progress(self, event: LookingThrough) -> None:
        self.bar.setMaximum(event.total)
        self.bar.setValue(event.done)

    def show_report(self, report: PersonalDataReport) -> None:
        self._set_busy(False)
        self._report = report
        self.tree.clear()
        for desk in report.desks:
            if desk.places or not report.name:
                self._add_desk(desk, named=bool(report.name), several=len(report.desks) > 1)
        if report.name and report.is_empty:
            self._add(None, nothing_words(report), bold=True)
        files = self._add(None, _("Files"), bold=True)
        for file in report.files:
            self._add(files, file_words(file))
        self.tree.expandAll()
        self.export.setEnabled(True)

    def show_problem(self, words: str) -> None:
        self._set_busy(False)
        self.words.setText(words)

    def _add_desk(self, desk: PersonalDataDesk, *, named: bool, several: bool) -> None:
        above = self._add(None, desk_words(desk), bold=True) if several else None
        if not named:
            for where, number in desk.totals.items():
                self._add(above, f"{self._keeps.kind(where).words()}: {count(number)}")
            return
        for where, places in groupby(desk.places, lambda place: place.where):
            group = self._add(above, self._keeps.kind(where).words(), bold=True)
            for words in places_words(where, tuple(places)):
                self._add(group, words)
            self._add(group, f"→ {self._keeps.kind(where).remedy()}")

    def _add(self, above: QTreeWidgetItem | None, words: str, *, bold: bool = False) -> QTreeWidgetItem:
        item = QTreeWidgetItem([words])
        font = item.font(0)
        font.setBold(bold)
        item.setFont(0, font)
        item.setToolTip(0, words)
        if above is None:
            self.tree.addTopLevelItem(item)
        else:
            above.addChild(item)
        return item

    @Slot()
    def _look(self) -> None:
        self._set_busy(True)
        self.words.setText(limits_words())
        self.wanted.emit(self.name.text().strip(), self.everywhere.value() == _EVERYWHERE)

    def _set_busy(self, busy: bool) -> None:
        for widget in (self.name, self.look, self.everywhere):
            widget.setEnabled(not busy)
        self.bar.setVisible(busy)
        self.bar.setValue(0)

    @Slot()
    def _export(self) -> None:
        if self._report is not None:
            self.export_wanted.emit(self._report)

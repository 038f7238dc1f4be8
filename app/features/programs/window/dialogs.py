"""Dialogs about what other programs may see: chosen when one asks first, and listed with what can be taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QWidget

from app.features.programs.data import McpClient, McpStanding
from app.features.programs.words import about_words, leaving_words, started_words
from app.ui.look.theme import SPACE_M, SPACE_S
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import PlainLabel, Separator
from app.ui.widgets.layouts import STRETCH, boxed, column, row, scroll_down
from app.wording.i18n import _
from app.wording.units import printable

_MOST_HEIGHT = 260
_LIST_WIDTH = 620


class AllowDialog(SmallDialog):
    """A dialog about one program. `allowed` carries its name and the ids of the desks that it may see."""

    allowed = Signal(str, object)  # tuple[str, ...]

    def __init__(
        self, client: McpClient, desks: Mapping[str, str], chosen: Collection[str], parent: QWidget | None = None
    ) -> None:
        """`desks` are names by ids, LIBRARY among them; `chosen` are those that are marked at first."""
        self._name = client.name
        self.desks: dict[str, QCheckBox] = {}
        for id, name in desks.items():
            box = self.desks[id] = QCheckBox(printable(name).replace("&", "&&"))
            box.setChecked(id in chosen)
            box.toggled.connect(self._enable)
        boxes = boxed(column(*self.desks.values(), STRETCH, spacing=SPACE_S))
        shown: QWidget = boxes
        if boxes.sizeHint().height() > _MOST_HEIGHT:
            shown = scroll_down(boxes, _("What it may see"))
            shown.setFixedHeight(_MOST_HEIGHT)
        started = PlainLabel(started_words(client), role="small", wraps=True)
        started.setVisible(bool(client.program))
        warning = PlainLabel(leaving_words(), role="small", wraps=True)
        seen = PlainLabel(_("What it may see"), role="setting")
        body = boxed(column(started, seen, shown, warning, spacing=SPACE_M))
        words = _("It can then list, search and read all documents of what you choose, and ask the model about them.")
        title = _("Allow “{name}”?").format(name=printable(client.name))
        super().__init__(title, words, _("Allow"), body=body, leave=_("Not now"), parent=parent)
        self.action.setDefault(False)  # whoever is typing a question allows nothing by Return
        self.action.setAutoDefault(False)
        self.cancel.setDefault(True)
        self.cancel.setFocus()
        self._enable()

    def accept(self) -> None:
        self.allowed.emit(self._name, self._chosen())
        super().accept()

    def _chosen(self) -> tuple[str, ...]:
        return tuple(id for id, box in self.desks.items() if box.isChecked())

    @Slot()
    def _enable(self) -> None:
        if hasattr(self, "action"):  # a box is marked before there are buttons
            self.action.setEnabled(bool(self._chosen()))


class ProgramsDialog(SmallDialog):
    """The list of programs. `change_wanted`, `refused` and `forgotten` carry a program's name."""

    change_wanted = Signal(str)
    refused = Signal(str)
    forgotten = Signal(str)

    def __init__(self, clients: Sequence[McpClient], desks: Mapping[str, str], parent: QWidget | None = None) -> None:
        """`desks` are names by ids, LIBRARY among them."""
        words = _(
            "Programs on this computer that ask by “octavo mcp”. Each sees what you allow, until you take it back; the"
            " record has what it asked."
        )
        if not clients:
            words += " " + _("None has asked yet.")
        rows = column(*(part for client in clients for part in self._row(client, desks)), STRETCH)
        shown = boxed(rows)
        body = scroll_down(shown, _("Other programs")) if shown.sizeHint().height() > _MOST_HEIGHT else shown
        if body is not shown:
            body.setFixedHeight(_MOST_HEIGHT)
        super().__init__(
            _("Other programs"), words, _("Done"), body=body if clients else None, leave=None, parent=parent
        )
        self.setFixedWidth(_LIST_WIDTH)

    def _row(self, client: McpClient, desks: Mapping[str, str]) -> tuple[QWidget, QWidget]:
        name = printable(client.name)
        said = column(
            PlainLabel(name, role="setting"),
            PlainLabel(about_words(client, desks), role="small", wraps=True),
            spacing=2,
        )
        undecided = client.standing is McpStanding.ASKED
        change = TextButton(_("Change…") if client.desks else _("Allow…"))
        change.clicked.connect(partial(self._change, client.name))
        undo = TextButton(_("Refuse") if undecided else _("Take back"), role="quiet")
        undo.clicked.connect(partial(self._refuse if undecided else self._forget, client.name))
        buttons = (change, undo)
        for button in buttons:
            button.setAccessibleName(f"{name}: {button.text()}")
        line = row((said, 1), *buttons, margins=(0, SPACE_M, 0, SPACE_M), spacing=SPACE_S)
        return boxed(line), Separator()

    def _change(self, name: str) -> None:
        self.accept()
        self.change_wanted.emit(name)

    def _refuse(self, name: str) -> None:
        self.accept()
        self.refused.emit(name)

    def _forget(self, name: str) -> None:
        self.accept()
        self.forgotten.emit(name)

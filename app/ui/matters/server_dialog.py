"""Asks which server answers in a matter."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.core.settings import RemoteSettings
from app.ui.widgets.buttons import ChoiceButton
from app.ui.widgets.dialogs import SmallDialog
from app.wording.i18n import _
from app.wording.units import printable

_NONE = "-"
_SERVER = "+"  # before a label, so that no label is one of the other values


class ServerDialog(SmallDialog):
    """The dialog. `given` carries the `RemoteSettings` of the matter's own."""

    given = Signal(object)

    def __init__(self, known: RemoteSettings, own: RemoteSettings, parent: QWidget | None = None) -> None:
        """`known` are a person's servers; `own` is what the matter has chosen."""
        labels = [server.label for server in known.servers]
        labels += [own.name] if own.name and own.name not in labels else []
        usual = _("As in the library ({name})").format(
            name=printable(known.server.label) if known.in_use else _("None")
        )
        values = (
            ("", usual),
            *((_SERVER + label, printable(label)) for label in labels),
            (_NONE, _("No server: texts stay on this computer")),
        )
        chosen = _NONE if not own.enabled else _SERVER + own.name if own.name else ""
        self.choice = ChoiceButton(values, chosen)
        self.choice.setAccessibleName(_("Server of this matter"))
        words = _("Texts of this matter go to this server, and to no other. It answers from the next question on.")
        super().__init__(_("Server of this matter"), words, _("Choose"), body=self.choice, parent=parent)

    def accept(self) -> None:
        value = self.choice.value()
        name = value.removeprefix(_SERVER) if value.startswith(_SERVER) else ""
        self.given.emit(RemoteSettings(enabled=value != _NONE, name=name))
        super().accept()

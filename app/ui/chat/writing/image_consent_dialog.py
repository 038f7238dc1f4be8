"""The dialog that asks whether images may go to a server, and its sentence."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.ui.widgets.dialogs import SmallDialog
from app.wording.i18n import _


def images_words(host: str) -> str:
    words = _("The images of this conversation go to {host} as they are. Nothing in them can be replaced.")
    return words.format(host=host)


class ImagesLeave(SmallDialog):
    """Asks whether images may go to a server."""

    def __init__(self, host: str, parent: QWidget | None = None) -> None:
        sentence = f"{images_words(host)} {_('Later images go without asking.')}"
        super().__init__(_("Images leave Octavo"), sentence, _("Send images"), parent=parent)

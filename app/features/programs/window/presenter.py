"""Asks a person what another program may see, once it has asked; and lists what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QFileSystemWatcher, Signal, Slot

from app.core.machine import desk_window
from app.core.matter import LIBRARY
from app.features.programs.data import McpClient, McpStanding
from app.features.programs.service import mcp_access_of
from app.features.programs.words import asks_words
from app.ui.kit.presenter import Presenter
from app.ui.widgets.notice import NoticeAction
from app.ui.workspace import Workspace
from app.wording.i18n import _
from app.wording.units import printable

if TYPE_CHECKING:
    from app.features.programs.window.dialogs import AllowDialog, ProgramsDialog


@dataclass(frozen=True)
class _Asking:
    """The programs that were found, and the names of the desks by their ids, with the library first."""

    clients: tuple[McpClient, ...]
    desks: dict[str, str]


class ProgramsPresenter(Presenter):
    """The presenter of programs. `done` carries a sentence about what was decided."""

    done = Signal(str)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        desk = workspace.desk
        self._access, self._paths, self._matters = mcp_access_of(desk), desk.paths, desk.shared.matters
        self._here = desk.matter.id if desk.matter is not None else LIBRARY
        self._bridge, self._window = workspace.bridge, workspace.window
        self._dialog: AllowDialog | ProgramsDialog | None = None
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._listen)

    @property
    def dialog(self) -> AllowDialog | ProgramsDialog | None:
        """The dialog while it is open; else None."""
        return self._dialog if self._dialog is not None and shiboken6.isValid(self._dialog) else None

    @Slot()
    def begin(self) -> None:
        """Ask about whoever asked while no window was open, and listen for those who knock."""
        if self._paths.window.is_dir():
            self._watcher.addPath(str(self._paths.window))
        self._call(self._find, self._offer)

    @Slot()
    def open_list(self) -> None:
        self._call(self._find, self._list)

    @Slot()
    def _listen(self) -> None:
        self._call(self._knocked, self._offer, self._ignore)

    # ---- off the GUI thread

    def _knocked(self) -> _Asking | None:
        return self._find() if desk_window.answer_knock(self._paths) else None

    def _find(self) -> _Asking:
        names = {matter.id: matter.name for matter in self._matters.all() if not matter.archived}
        return _Asking(self._access.all(), {LIBRARY: _("The library"), **names})

    # ---- what is shown

    @Slot(object)
    def _offer(self, found: _Asking | None) -> None:
        """Offer to decide about the program that asked last; the next one is offered after that."""
        waiting = [each for each in found.clients if each.standing is McpStanding.ASKED] if found is not None else []
        if found is None or not waiting or self.dialog is not None:
            return
        latest = max(waiting, key=lambda client: client.asked_at)
        actions = (
            NoticeAction(_("Choose what it may see…"), partial(self._decide, found, latest)),
            NoticeAction(_("Refuse"), partial(self._refuse, latest.name)),
        )
        self._window.offer(asks_words(latest), actions)

    def _decide(self, found: _Asking, client: McpClient) -> None:
        from app.features.programs.window.dialogs import AllowDialog  # when it is opened

        chosen = client.desks or (self._here,)
        dialog = self._dialog = AllowDialog(client, found.desks, chosen, self._window)
        dialog.allowed.connect(self._allow)
        dialog.open()

    @Slot(object)
    def _list(self, found: _Asking) -> None:
        from app.features.programs.window.dialogs import ProgramsDialog  # when it is opened

        dialog = self._dialog = ProgramsDialog(found.clients, found.desks, self._window)
        dialog.change_wanted.connect(partial(self._change, found))
        dialog.refused.connect(self._refuse)
        dialog.forgotten.connect(self._forget)
        dialog.open()

    def _change(self, found: _Asking, name: str) -> None:
        client = next(client for client in found.clients if client.name == name)
        self._decide(found, client)

    # ---- what is decided

    @Slot(str, object)
    def _allow(self, name: str, desks: tuple[str, ...]) -> None:
        words = _("“{name}” may ask from now on.").format(name=printable(name))
        self._do(partial(self._access.allow, name, desks), partial(self._say, words))

    @Slot(str)
    def _refuse(self, name: str) -> None:
        words = _("“{name}” is shown nothing from now on.").format(name=printable(name))
        self._do(partial(self._access.refuse, name), partial(self._say, words))

    @Slot(str)
    def _forget(self, name: str) -> None:
        words = _("What was decided about “{name}” is taken back.").format(name=printable(name))
        self._do(partial(self._access.forget, name), partial(self._say, words))

    def _say(self, words: str) -> None:
        self.done.emit(words)

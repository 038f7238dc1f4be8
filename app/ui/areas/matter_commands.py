"""The commands of matters."""

from __future__ import annotations

from app.ui.kit.commands import Anchor, Command, CommandGroup, Group
from app.ui.look.icons import Symbol
from app.ui.matters.presenter import MattersPresenter
from app.wording.i18n import _


def matter_commands(matters: MattersPresenter) -> CommandGroup:
    return CommandGroup(
        Group.MATTERS,
        _("Matters"),
        Symbol.MATTER,
        (
            Command(
                _("Open another matter…"),
                "",
                matters.open_menu,
                words=_("case, client, switch, library"),
                anchor=Anchor.OPENING,
            ),
            Command(
                _("Standing instructions of the matter…"),
                "",
                matters.instruct,
                words=_("system prompt, style, role"),
                symbol=Symbol.EDIT,
                can=matters.is_open,
            ),
            Command(
                _("Server of the matter…"),
                "",
                matters.choose_server,
                words=_("organisation, remote, model"),
                can=matters.is_open,
                anchor=Anchor.MANAGING,
            ),
        ),
    )

"""The commands of the shelf: what comes in, and what is found."""

from __future__ import annotations

from app.ui.areas.shelf import ShelfArea
from app.ui.areas.talk import TalkArea
from app.ui.chat.writing.composer import IMAGE_KEYS
from app.ui.frame.navigation import Navigation
from app.ui.kit.commands import Anchor, Command, CommandGroup, Group
from app.ui.look.icons import Symbol
from app.ui.palette.palette import Anything
from app.wording.i18n import _


def adding_commands(go: Navigation, area: ShelfArea, talk: TalkArea, anything: Anything) -> CommandGroup:
    return CommandGroup(
        Group.DESK,
        _("Desk"),
        Symbol.BOOK,
        (
            Command(
                _("New conversation"), "Ctrl+N", go.new_conversation, words=_("chat, start, begin"), symbol=Symbol.ADD
            ),
            Command(_("Add a document…"), "Ctrl+O", area.shelf.choose_files, words=_("open file, import, book, PDF")),
            Command(_("Add a folder…"), "", area.folders.choose, words=_("import documents, directory, all files")),
            Command(
                talk.images.words.command, IMAGE_KEYS, talk.images.choose, words=_("picture, photo"), symbol=Symbol.SCAN
            ),
            Command(
                _("Show the model a part of the screen…"),
                "",
                talk.portal.ask,
                talk.portal.found,
                words=_("screenshot"),
                symbol=Symbol.PART,
            ),
            Command(
                _("Find anything"),
                "Ctrl+K",
                anything.find,
                words=_("search"),
                symbol=Symbol.FIND,
                apart=True,
                anchor=Anchor.FINDING,
            ),
        ),
    )

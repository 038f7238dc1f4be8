"""The commands of a conversation, and of its questions and answers."""

from __future__ import annotations

from app.ui.areas.talk import TalkArea
from app.ui.frame.exporting import Exporting
from app.ui.frame.navigation import Navigation
from app.ui.kit.commands import Anchor, Command, CommandGroup, Group
from app.ui.look.icons import Symbol
from app.ui.shelf.marking import Marking
from app.wording.i18n import _


def conversation_commands(go: Navigation, marking: Marking, area: TalkArea, exporting: Exporting) -> CommandGroup:
    """Return the commands for the shown conversation: they make its menu."""
    return CommandGroup(
        Group.CONVERSATION,
        _("Conversation"),
        Symbol.CONVERSATION,
        (
            Command(
                _("Rename the conversation"),
                "F2",
                go.rename,
                words=_("title, name"),
                symbol=Symbol.EDIT,
                can=go.shows_conversation,
            ),
            Command(
                _("Pin the conversation"),
                "",
                marking.pin_shown,
                now=marking.pin_words,
                words=_("favourite, star, on top"),
                can=go.shows_conversation,
            ),
            Command(
                _("Archive the conversation"),
                "",
                marking.archive_shown,
                now=marking.archive_words,
                words=_("hide, put away, done"),
                can=go.shows_conversation,
            ),
            Command(
                _("Instructions for this conversation…"),
                "",
                area.instructing.instruct,
                words=_("system prompt, style, role"),
                can=go.shows_conversation,
            ),
            Command(
                _("Make room for the conversation…"),
                "",
                area.fitting.offer,
                words=_("too long, context full, does not fit"),
                can=go.shows_conversation,
                anchor=Anchor.FITTING,
            ),
            Command(
                _("Export the conversation…"),
                "Ctrl+Shift+S",
                exporting.export,
                words=_("save as, Word, PDF, download, share"),
                symbol=Symbol.EXPORT,
                can=exporting.has_words,
                apart=True,
                anchor=Anchor.EXPORTING,
            ),
            Command(
                _("Delete the conversation"),
                "",
                go.delete,
                words=_("remove, bin, trash"),
                symbol=Symbol.DELETE,
                can=go.shows_conversation,
                apart=True,
            ),
        ),
    )


def asking_commands(go: Navigation, area: TalkArea) -> CommandGroup:
    return CommandGroup(
        Group.ASKING,
        _("Questions and answers"),
        Symbol.TEXT,
        (
            Command(
                _("Ask again"),
                "Ctrl+R",
                area.asking.ask_last_again,
                words=_("retry, regenerate, try again"),
                symbol=Symbol.UNDO,
            ),
            Command(
                _("Ask again with excerpts"),
                "Ctrl+Shift+R",
                area.asking.ask_last_from_excerpts,
                words=_("passages, search instead of reading"),
            ),
            Command(
                _("Edit the last question"),
                "Ctrl+E",
                area.asking.edit_last,
                words=_("change, correct"),
                symbol=Symbol.EDIT,
            ),
            Command(
                _("Copy the last answer"),
                "Ctrl+Shift+C",
                area.conversation.copy_last,
                words=_("clipboard"),
                symbol=Symbol.COPY,
            ),
            Command(
                _("Ask all documents"), "", area.asking.planning.toggle, words=_("whole library, every document, scope")
            ),
            Command(_("Stop"), "Esc", go.stop, is_hint=True, words=_("cancel, abort, interrupt"), anchor=Anchor.ASKING),
            Command(
                _("Let the model read the documents on the desk now"),
                "",
                area.ahead.start,
                words=_("prepare, load, prefill"),
            ),
            Command(
                _("Pause or resume the reading"), "Ctrl+.", area.context.pause_or_resume, words=_("halt, continue")
            ),
        ),
    )

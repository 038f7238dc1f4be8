"""Other programs that ask over MCP, in words: what each may see, what was decided, and what that means."""

from __future__ import annotations

from collections.abc import Mapping

from app.features.programs.data import McpClient, McpStanding
from app.wording.i18n import _
from app.wording.units import printable


def standing_words(standing: McpStanding) -> str:
    return {McpStanding.ASKED: _("not decided"), McpStanding.ALLOWED: _("allowed"), McpStanding.REFUSED: _("refused")}[
        standing
    ]


def seen_words(client: McpClient, matters: Mapping[str, str]) -> str:
    """Say in a sentence what a program may see. `matters` are their names, by ids."""
    names = [_("the library")] if client.library else []
    names += [f"“{matters[id]}”" for id in client.matters if id in matters]
    words = _("“{name}” may list, search and read the documents of {desks}, and ask the model about them.")
    return words.format(name=client.name, desks=", ".join(names))


def about_words(client: McpClient, desks: Mapping[str, str]) -> str:
    """Say in a line what was decided about a program. `desks` are the names of the library and of matters, by ids."""
    if client.standing is McpStanding.ASKED:
        return _("Waits for your decision. It sees nothing.")
    if client.standing is McpStanding.REFUSED:
        return _("Refused. It sees nothing.")
    names = [printable(desks[id]) for id in client.desks if id in desks]
    return _("May see: {desks}").format(desks=", ".join(names) or _("nothing any more"))


def asks_words(client: McpClient) -> str:
    """Say that a program waits for a decision."""
    return _("The program “{name}” asks to read documents in Octavo.").format(name=printable(client.name))


def started_words(client: McpClient) -> str:
    """Say which program it is, as far as the system says."""
    return _("Started by {path}").format(path=printable(client.program))


def leaving_words() -> str:
    """Tell a person the risks before a program is allowed."""
    return _(
        "Octavo cannot see what the program does with what it reads: many send it to a model on the internet. Nor can"
        " it prove that the program is what it calls itself."
    )

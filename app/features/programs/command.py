"""`octavo mcp`: opens the desk for a program that asks; and a person decides at a terminal what each may see."""

from __future__ import annotations

import argparse
import sys

from app.cli import arguments, passphrases
from app.cli.screen import print_json, say_told
from app.cli.terminal_command import Terminal
from app.core.errors import AppError, Code
from app.core.matter import LIBRARY
from app.features.programs.data import McpClient, client_name
from app.features.programs.service import mcp_access_of
from app.features.programs.words import leaving_words, seen_words, standing_words
from app.services.services import Services
from app.wording.i18n import _
from app.wording.units import printable


def run(options: argparse.Namespace, desk: Services) -> None:
    """Carry out the command. Raises AppError USAGE, MCP_NO_NAME, MCP_FORBIDDEN, MCP_CLIENT_UNKNOWN, MATTER_UNKNOWN, and
    as the store does."""
    access = mcp_access_of(desk)
    match options.mcp_command:
        case "list":
            _list(options, desk)
        case "allow":
            _allow(options, desk)
        case "refuse":
            access.refuse(client_name(options.name))
            _say(options, "refused", _("“{name}” is shown nothing from now on."))
        case "forget":
            access.forget(client_name(options.name))
            _say(options, "forgotten", _("What was decided about “{name}” is taken back."))


def open_for_program(options: argparse.Namespace, terminal: Terminal) -> Services:
    """Open the library where nobody can be asked for its passphrase. Raises AppError as opening it does."""
    file = options.passphrase_file
    desk = terminal.open_desk(arguments.paths(options), passphrases.first_line(file) if file is not None else None)
    say_told(desk.features.told)
    return desk


def _allow(options: argparse.Namespace, desk: Services) -> None:
    matters = [desk.shared.matters.kept.named(name) for name in options.matters]
    desks = [LIBRARY] if options.library or not matters else []
    wanted = McpClient(client_name(options.name), library=bool(desks), matters=tuple(each.id for each in matters))
    if _agrees(seen_words(wanted, {each.id: each.name for each in matters})):
        mcp_access_of(desk).allow(options.name, [*desks, *(each.id for each in matters)])
        _say(options, "allowed", _("“{name}” may ask from now on."))


def _agrees(words: str) -> bool:
    """Ask a person who has to be there: a program that could allow itself would need no permission. Return whether they
    agree. Raises AppError USAGE."""
    if not sys.stdin.isatty():
        raise AppError(Code.USAGE, detail=_("only a person at a terminal can allow a program"))
    print(printable(words), file=sys.stderr)
    print(leaving_words(), file=sys.stderr)
    print(_("Allow it? [y/N] "), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes", _("yes"))


def _list(options: argparse.Namespace, desk: Services) -> None:
    clients, names = mcp_access_of(desk).all(), {each.id: each.name for each in desk.shared.matters.all()}
    if options.json:
        print_json({"event": "programs", "programs": [_described(client, names) for client in clients]})
    elif not clients:
        print(f"octavo: {_('No program has asked.')}", file=sys.stderr)
    else:
        for client in clients:
            seen = f"  {seen_words(client, names)}" if client.desks else ""
            print(printable(f"{client.name}  ({standing_words(client.standing)}){seen}"))


def _described(client: McpClient, names: dict[str, str]) -> dict[str, object]:
    return {
        "name": client.name,
        "standing": client.standing,
        "program": client.program,
        "library": client.library,
        "matters": [names[id] for id in client.matters if id in names],
        "asked_at": client.asked_at,
    }


def _say(options: argparse.Namespace, event: str, words: str) -> None:
    if options.json:
        print_json({"event": event, "name": client_name(options.name)})
    else:
        print(words.format(name=printable(client_name(options.name))))

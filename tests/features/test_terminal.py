"""Commands of features are as those of the kernel."""

from __future__ import annotations

from app.cli.parsers import parser
from tests.whole import TERMINAL_COMMANDS

_OF_NO_DESK = {"backup", "bench", "matters", "mcp", "prompts", "rescue", "restore"}
"""Commands that look into no desk, or into what is the person's in all of them."""


def test_every_command_that_looks_into_a_desk_takes_a_matter() -> None:
    commands = next(action for action in parser(TERMINAL_COMMANDS)._actions if action.dest == "command").choices
    assert isinstance(commands, dict)
    added = {name for each in TERMINAL_COMMANDS for name in each.names}
    without = {name for name in added if "--matter" not in commands[name].format_help()}
    assert without == added & _OF_NO_DESK

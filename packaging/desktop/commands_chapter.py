"""Makes the chapter of the handbook that lists the commands of the terminal, from their parsers.

Called as: commands_chapter.py [HANDBOOK]. HANDBOOK is the folder of the handbook, resources/handbook if it is left out.
Its folders `en` and `ja` each get a file `COMMANDS`. A test compares these files with the parsers, so whoever changes a
command calls this once more.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from app.cli import parsers
from app.feature import terminal_commands_of
from app.feature_list import FEATURES
from app.wording import i18n

COMMANDS = "20-commands.md"
LANGUAGES = ("en", "ja")
_SHARED = 4  # an option that so many commands have is described once, for all of them

_HEADINGS = {"en": "Commands of the terminal", "ja": "端末のコマンド"}
_COMMON_HEADINGS = {"en": "Options of several commands", "ja": "複数のコマンドに共通するオプション"}
_COMMON = {"en": "Also: {options}.", "ja": "ほかに：{options}。"}
_COLONS = {"en": ": ", "ja": "："}
_STOPS = {"en": ".", "ja": "。"}


class _Command(NamedTuple):
    """A command of the terminal, such as `models plan`, with the lines that describe its arguments and options."""

    name: str
    about: str
    options: dict[str, str]  # how an option is written, and what it does


def write(handbook: Path) -> None:
    """Write the chapter in each language into its folder in `handbook`."""
    for language in LANGUAGES:
        (handbook / language / COMMANDS).write_text(chapter(language), encoding="utf-8")


def chapter(language: str) -> str:
    """Return the chapter in `language`, `en` or `ja`, as Markdown; the language of messages is that one afterwards."""
    i18n.use_language(language)
    colon, stop = _COLONS[language], _STOPS[language]
    commands = list(_commands(parsers.parser(terminal_commands_of(FEATURES)), ""))
    counts = Counter(option for command in commands for option in command.options.items())
    shared = {written: does for (written, does), count in counts.items() if count >= _SHARED}
    lines = [f"## {_HEADINGS[language]}", ""]
    for command in commands:
        lines += [f"### octavo {command.name}", "", _sentence(command.about, stop), ""]
        own = {written: does for written, does in command.options.items() if shared.get(written) != does}
        lines += [f"- {written}{colon}{does}" for written, does in own.items()]
        common = [written for written in command.options if written not in own]
        if common:
            lines += [""] if own else []
            lines.append(_COMMON[language].format(options=", ".join(common)))
        lines += [""] if command.options else []
    lines += [f"### {_COMMON_HEADINGS[language]}", ""]
    lines += [f"- {written}{colon}{does}" for written, does in shared.items()]
    return "\n".join(lines) + "\n"


def _commands(parser: argparse.ArgumentParser, above: str) -> Iterator[_Command]:
    """Yield the commands of a parser and of the commands in them; `above` is the name of the command it belongs to."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            parsers.drop_former(action)
            abouts = {listed.dest: listed.help or "" for listed in action._choices_actions}
            for name, made in action.choices.items():
                whole = f"{above} {name}".strip()
                yield _Command(whole, abouts[name], dict(_options(made)))
                yield from _commands(made, whole)


def _options(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """Yield how each argument and option is written, and what it does: arguments first."""
    for action in sorted(parser._actions, key=lambda action: bool(action.option_strings)):
        if isinstance(action, (argparse._SubParsersAction, argparse._HelpAction)):
            continue
        if not action.option_strings:
            name = action.metavar if isinstance(action.metavar, str) else action.dest
            yield f"`{name}`", action.help or action.dest
            continue
        value = ""
        if action.nargs != 0:
            choices = ",".join(str(choice) for choice in action.choices or ())
            value = f" {{{choices}}}" if choices else f" {action.metavar or action.dest.upper()}"
        yield " / ".join(f"`{option}{value}`" for option in action.option_strings), action.help or action.dest


def _sentence(words: str, stop: str) -> str:
    return words[:1].upper() + words[1:] + stop


if __name__ == "__main__":
    resources = Path(__file__).resolve().parents[2] / "resources"
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else resources / "handbook")

"""Makes the manual pages from the parsers of the command line. Called as: manual.py OUT.

OUT gets `octavo.1` and `octavo-desk.1`, and the same in Japanese in `ja/`. What the parsers do not know stands in the
folder `manual`, in sections that argparse-manpage includes. The pages carry the day of SOURCE_DATE_EPOCH, if it is set.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from argparse_manpage.manpage import Manpage

from app import __version__
from app.cli import parsers
from app.feature import terminal_commands_of
from app.feature_list import FEATURES
from app.wording import i18n

_NAMES = {
    ("octavo", "en"): "ask whole documents, offline, and get answers whose pages are checked",
    ("octavo", "ja"): "文書を丸ごと読ませて質問し、答えのページを確かめる",
    ("octavo-desk", "en"): "the window of Octavo, a private reading desk",
    ("octavo-desk", "ja"): "自分だけの読書机 Octavo のウィンドウ",
}
_WORDS = {
    "en": {"positional arguments": "arguments"},
    "ja": {
        "positional arguments": "引数",
        "commands": "コマンド",
        "options": "オプション",
        "NAME": "名前",
        "SYNOPSIS": "書式",
        "DESCRIPTION": "説明",
        "User Commands": "ユーザーコマンド",
    },
}
_USAGE = re.compile(r"^usage: (octavo(?: [a-z]+)*)", re.MULTILINE)
_HEADING = re.compile(r"^\.SH ([A-Z]+)$", re.MULTILINE)


def write(folder: Path) -> None:
    """Write all pages below `folder`, which is made if it is not there."""
    os.environ["COLUMNS"] = "10000"  # argparse breaks no line: whoever shows the page does
    for language, place in (("en", folder), ("ja", folder / "ja")):
        i18n.use_language(language)
        place.mkdir(parents=True, exist_ok=True)
        for parser in (parsers.parser(terminal_commands_of(FEATURES)), parsers.window_parser()):
            (place / f"{parser.prog}.1").write_text(page(parser, language), encoding="utf-8")


def page(parser: argparse.ArgumentParser, language: str) -> str:
    """Return a manual page in roff, in `language`, in which the texts of `parser` are already."""
    words = _WORDS[language]
    _name_groups(parser, words)
    data = {
        "project_name": "Octavo",
        "version": __version__,
        "manual_title": words.get("User Commands", "User Commands"),
        "description": _NAMES[parser.prog, language],
        "include": str(Path(__file__).parent / "manual" / f"{parser.prog}.{language}.roff"),
    }
    parser.description = None  # the included one tells more
    made = str(Manpage(parser, data, format="single-commands-section"))
    head, body = made.split("\n", 1)
    head = head.replace(r"\-", "-")  # in a date it would be no date
    body = _HEADING.sub(lambda found: f".SH {words.get(found[1], found[1])}", body)
    return head + "\n" + _USAGE.sub(r"\\fB\1\\fR", body)


def _name_groups(parser: argparse.ArgumentParser, words: dict[str, str], colon: str = "") -> None:
    """Name the groups of options of all commands; a description that repeats a command's help is left out."""
    for group in parser._action_groups:
        for action in group._group_actions:
            if isinstance(action, argparse._SubParsersAction):
                group.title = "commands"
                parsers.drop_former(action)
                for command in action.choices.values():
                    command.description = None
                    _name_groups(command, words, colon=":")
        group.title = words.get(group.title or "", group.title or "") + colon


if __name__ == "__main__":
    write(Path(sys.argv[1]))

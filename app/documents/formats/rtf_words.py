"""What RTF's control words mean, and what holds inside its groups. Source: RTF specification 1.9.1."""

from __future__ import annotations

import re

import msgspec

_HEADING = "heading "
_HEADING_LEVELS = 9
TEXT, SILENT, SKIPPED = "text", "silent", "skipped"  # silent: only groups inside it may have text
FONTS, STYLES, TITLE, MARK = "fonts", "styles", "title", "mark"
_WORDS_OF_DESTINATIONS = {
    FONTS: "fonttbl",
    STYLES: "stylesheet",
    TITLE: "title",
    MARK: "listtext pntext",
    SILENT: "info shpinst do nesttableprops",
    SKIPPED: (
        "pict object colortbl filetbl template pgdsctbl fldinst shprslt sp nonesttables pntxta pntxtb atnid atnauthor"
        " header headerl headerr headerf footer footerl footerr footerf ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn"
        " generator xe tc tcn rxe txe bkmkstart bkmkend"
    ),
}
DESTINATIONS = {word: name for name, words in _WORDS_OF_DESTINATIONS.items() for word in words.split()}
NOTE, BOX = "note", "box"
OPENING = {"footnote": NOTE, "shptxt": BOX, "dptxbxtext": BOX}
READ_THOUGH_STARRED = {"shpinst", "do", "nesttableprops", "footnote"}
COMMENTS = {"annotation"}
CODE_PAGES = {"ansi": 1252, "mac": 10000, "pc": 437, "pca": 850}
CHARACTERS = {
    "tab": "\t",
    "line": "\n",
    "page": "\n",
    "column": "\n",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "emspace": "\u2003",
    "enspace": "\u2002",
    "qmspace": "\u2005",
    "zwj": "\u200d",
    "zwnj": "\u200c",
}
SYMBOLS = {"~": "\u00a0", "_": "-", "\\": "\\", "{": "{", "}": "}", "\t": "\t"}


class Group(msgspec.Struct):
    """What holds inside a pair of braces; a group begins as a copy of the one around it."""

    destination: str = TEXT
    opened: str = ""
    encoding: str = ""
    fallback_length: int = 1  # how many characters follow each `\\u` for readers without Unicode
    hidden: bool = False
    removed: bool = False
    style: int = 0
    outline_level: int | None = None
    in_table: bool = False
    table_depth: int = 1
    list_number: int = 0
    list_level: int = 0

    @property
    def depth(self) -> int:
        """In how many tables a paragraph is."""
        return self.table_depth if self.in_table else 0


class Style(msgspec.Struct):
    number: int = 0
    untrusted_name: str = ""
    outline_level: int | None = None

    @property
    def heading_level(self) -> int:
        if self.outline_level is not None:
            return heading_level(self.outline_level)
        name = self.untrusted_name.strip().rstrip(";").lower()
        digit = name.removeprefix(_HEADING)
        return int(digit) if name.startswith(_HEADING) and re.fullmatch("[1-9]", digit) else 0


def heading_level(outline_level: int) -> int:
    return outline_level + 1 if 0 <= outline_level < _HEADING_LEVELS else 0

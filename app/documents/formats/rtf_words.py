"""What RTF's control words mean, and what holds inside its groups. Source: RTF specification 1.9.1."""

from __future__ import annotations

import re

import msgspec

from app.documents.formats.rtf_forms import Form
from app.documents.formats.rtf_math import Formula
from app.documents.formats.runs import PLAIN, Change, Look, Shift

_HEADING = "heading "
_HEADING_LEVELS = 9
DEFAULT_SIZE = 24
_DEFAULT_POSITION = 6
TEXT, SILENT, SKIPPED = "text", "silent", "skipped"  # silent: only groups inside it may have text
FONTS, STYLES, TITLE, MARK, AUTHOR, MATH = "fonts", "styles", "title", "mark", "author", "math"
FIELD, ENTRY = "field", "entry"  # a field's instruction, and in it what a list of a form offers
_WORDS_OF_DESTINATIONS = {
    FONTS: "fonttbl",
    STYLES: "stylesheet",
    TITLE: "title",
    MARK: "listtext pntext",
    AUTHOR: "atnauthor",
    MATH: "moMath",
    FIELD: "fldinst",
    SILENT: "info shpinst do nesttableprops",
    SKIPPED: (
        "pict object colortbl filetbl template pgdsctbl shprslt sp nonesttables pntxta pntxtb atnid"
        " header headerl headerr headerf footer footerl footerr footerf ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn"
        " mmathPict moMathParaPr generator xe tc tcn rxe txe bkmkstart bkmkend"
    ),
}
DESTINATIONS = {word: name for name, words in _WORDS_OF_DESTINATIONS.items() for word in words.split()}
NOTE, BOX, COMMENT = "note", "box", "comment"
OPENING = {"footnote": NOTE, "shptxt": BOX, "dptxbxtext": BOX, "annotation": COMMENT}
READ_THOUGH_STARRED = {
    *("shpinst", "do", "nesttableprops", "footnote", "annotation", "atnauthor", "moMath", "moMathPara"),
    *("fldinst", "formfield", "ffl"),
}
LOOKS = {
    "v": "hidden",
    "deleted": "removed",
    "mvf": "removed",
    "revised": "inserted",
    "mvt": "inserted",
    "strike": "struck",
    "striked": "struck",
    "super": "shift",
    "sub": "shift",
    "nosupersub": "shift",
    "up": "position",
    "dn": "position",
    "fs": "size",
}
"""The properties of characters that say something."""
_SHIFTS = {"super": Shift.RAISED, "sub": Shift.LOWERED}
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
    form: Form | None = None  # of the field that it belongs to, where its destination is FIELD or ENTRY
    formula: Formula | None = None  # that it belongs to, where its destination is MATH
    in_formula: bool = False  # it is an element of that
    encoding: str = ""
    fallback_length: int = 1  # how many characters follow each `\\u` for readers without Unicode
    hidden: bool = False
    removed: bool = False  # by a recorded change
    inserted: bool = False
    struck: bool = False
    shift: Shift = Shift.NONE
    position: int = 0  # half-points above the base line
    size: int = DEFAULT_SIZE  # half-points
    style: int = 0
    outline_level: int | None = None
    in_table: bool = False
    table_depth: int = 1
    list_number: int = 0
    list_level: int = 0

    def set_look(self, name: str, number: int | None) -> None:
        """`name` is one of LOOKS."""
        if LOOKS[name] == "shift":
            self.shift = _SHIFTS.get(name, Shift.NONE) if number != 0 else Shift.NONE
        elif LOOKS[name] == "position":
            self.position = (_DEFAULT_POSITION if number is None else number) * (1 if name == "up" else -1)
        elif LOOKS[name] == "size":
            self.size = number or DEFAULT_SIZE
        else:
            setattr(self, LOOKS[name], number != 0)

    def set_plain(self) -> None:
        """No property of characters but the encoding."""
        self.hidden = self.removed = self.inserted = self.struck = False
        self.shift, self.position, self.size = Shift.NONE, 0, DEFAULT_SIZE

    def look(self, line_size: int) -> Look:
        """`line_size` is the size of what stands on the line: what is raised or lowered by a position is smaller."""
        if not (self.shift or self.position or self.removed or self.struck or self.inserted):
            return PLAIN
        shift = self.shift
        if self.position and self.size < line_size:
            shift = Shift.RAISED if self.position > 0 else Shift.LOWERED
        if self.removed or self.struck:
            return Look(shift, Change.STRUCK)
        if self.inserted:
            return Look(shift, Change.INSERTED)
        return Look(shift)

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

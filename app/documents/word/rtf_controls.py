"""Splits RTF's bytes into tokens, and knows what its control words, groups, forms, formulas and encodings mean. Source:
RTF specification 1.9.1."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from lxml import etree

from app.documents.formats.contract import Content, refuse_over
from app.documents.formats.xml import MAX_DEPTH, as_xml_text, child, local_name
from app.documents.text import notation
from app.documents.text.colours import TINY_POINTS, Colour, is_lost
from app.documents.text.runs import PLAIN, Change, RunStyle, Shift
from app.documents.word import omml
from app.documents.word.docx_styles import DocxStyle

MAX_GROUP_DEPTH = 500

_TOKEN = re.compile(
    rb"\\(?P<word>[A-Za-z]{1,32})(?P<number>-?[0-9]{1,10})? ?"
    rb"|\\'(?P<hex>[0-9A-Fa-f]{2})"
    rb"|\\(?P<symbol>[^A-Za-z])"
    rb"|(?P<brace>[{}])"
    rb"|[\r\n\x00]+"
    rb"|(?P<text>[^\\{}\r\n\x00]+)",
    re.DOTALL,
)

_CODE_PAGES = {
    **{number: f"cp{number}" for number in (437, 850, 852, 855, 857, 860, 861, 862, 863, 864, 865, 866, 869, 874)},
    **{number: f"cp{number}" for number in range(1250, 1259)},
    932: "cp932", 936: "gb18030", 949: "cp949", 950: "big5", 1361: "johab", 65001: "utf-8",
    10000: "mac_roman", 10006: "mac_greek", 10007: "mac_cyrillic", 10029: "mac_latin2", 10081: "mac_turkish",
}  # fmt: skip
_CHARSETS = {
    0: 1252, 77: 10000, 128: 932, 129: 949, 130: 1361, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255,
    178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250, 254: 437, 255: 850,
}  # fmt: skip
DEFAULT_ENCODING = "cp1252"
ENCODINGS = sorted(set(_CODE_PAGES.values()))
"""The encodings that a text may be in."""


class RtfToken(msgspec.Struct, frozen=True):
    """A control word with its number, a control symbol, a brace, or bytes of text."""

    kind: str  # "word", "symbol", "brace" or "text"
    name: str = ""
    number: int | None = None
    untrusted_bytes: bytes = b""


def tokens(untrusted_bytes: bytes, content: Content) -> Iterator[tuple[RtfToken, int]]:
    r"""Yield each token, and the offset where it ends; the bytes of pictures that follow `\bin` are skipped.

    Raises AppError DOCUMENT_LIMIT if groups nest too deep.
    """
    place = depth = 0
    while found := _TOKEN.match(untrusted_bytes, place):
        place = found.end()
        token = _token(found)
        if token is None:
            continue
        if token.name == "bin" and token.number:
            place += max(0, token.number)
        depth += (token.name == "{") - (token.name == "}")
        refuse_over(MAX_GROUP_DEPTH, depth, "group_depth", content)
        yield token, place


def _token(found: re.Match[bytes]) -> RtfToken | None:
    kind = found.lastgroup
    if kind == "text":
        return RtfToken("text", untrusted_bytes=found["text"])
    if kind == "hex":
        return RtfToken("text", untrusted_bytes=bytes([int(found["hex"], 16)]))
    if kind in ("word", "number"):
        return RtfToken("word", found["word"].decode("ascii"), int(found["number"]) if found["number"] else None)
    if kind in ("symbol", "brace"):
        return RtfToken(kind, found[kind].decode("latin-1"))
    return None


def encoding_of_page(code_page: int) -> str:
    """Return the encoding of a code page; "" for an unknown one."""
    return _CODE_PAGES.get(code_page, "")


def encoding_of_charset(charset: int) -> str:
    """Return the encoding of a font; "" for the document's own."""
    return _CODE_PAGES.get(_CHARSETS.get(charset, -1), "")


_HEADING = "heading "
_HEADING_LEVELS = 9
DEFAULT_SIZE = 24
_DEFAULT_POSITION = 6
TEXT, SILENT, SKIPPED = "text", "silent", "skipped"  # silent: only groups inside it may have text
FONTS, STYLES, TITLE, MARK, AUTHOR, MATH = "fonts", "styles", "title", "mark", "author", "math"
COLOURS = "colours"
FIELD, ENTRY = "field", "entry"  # a field's instruction, and in it the entries of a form's list
_WORDS_OF_DESTINATIONS = {
    FONTS: "fonttbl",
    COLOURS: "colortbl",
    STYLES: "stylesheet",
    TITLE: "title",
    MARK: "listtext pntext",
    AUTHOR: "atnauthor",
    MATH: "moMath",
    FIELD: "fldinst",
    SILENT: "info shpinst do nesttableprops",
    SKIPPED: (
        "pict object filetbl template pgdsctbl shprslt sp nonesttables pntxta pntxtb atnid"
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
_WORDS_OF_LOOKS = {
    "hidden": "v",
    "removed": "deleted mvf",
    "inserted": "revised mvt",
    "struck": "strike striked",
    "shift": "super sub nosupersub",
    "position": "up dn",
    "size": "fs",
    "colour": "cf",
    "marked": "highlight",
    "shaded": "chcbpat cb",
    "patterned": "chshdng",
}
LOOKS = {word: look for look, words in _WORDS_OF_LOOKS.items() for word in words.split()}
"""The properties of characters that matter for the text."""
_NUMBERED = {"colour", "marked", "shaded"}  # by the table of colours
_SHIFTS = {"super": Shift.RAISED, "sub": Shift.LOWERED}
CODE_PAGES = {"ansi": 1252, "mac": 10000, "pc": 437, "pca": 850}
CHARACTERS = {
    "tab": "\t", **dict.fromkeys(("line", "page", "column"), "\n"), "emdash": "—", "endash": "–", "bullet": "•",
    "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "emspace": "\u2003", "enspace": "\u2002",
    "qmspace": "\u2005", "zwj": "\u200d", "zwnj": "\u200c",
}  # fmt: skip
SYMBOLS = {"~": "\u00a0", "_": "-", "\\": "\\", "{": "{", "}": "}", "\t": "\t"}
_BOX, _CHOICES = 1, 2
_UNDEFINED = 25  # a result that means the default
_MAX_COLOURS = 1_000
_NO_NUMBER = -1  # of a colour that is not known
_MAX_ENTRIES = 1_000
_MAX_ENTRY_CHARACTERS = 1_000
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class Form(msgspec.Struct):
    """A field's instruction, filled control word by control word; most fields are no forms."""

    kind: int = 0
    result: int = _UNDEFINED
    default: int = 0
    untrusted_entries: list[str] = []

    def read(self, name: str, number: int | None) -> None:
        """Read a control word."""
        value = number or 0
        if name == "fftype":
            self.kind = value
        elif name == "ffres":
            self.result = value
        elif name == "ffdefres":
            self.default = value
        elif name == "ffl" and len(self.untrusted_entries) < _MAX_ENTRIES:
            self.untrusted_entries.append("")

    def add_text(self, untrusted_text: str) -> None:
        """Add text to the last entry to choose from."""
        if self.untrusted_entries:
            self.untrusted_entries[-1] = (self.untrusted_entries[-1] + untrusted_text)[:_MAX_ENTRY_CHARACTERS]

    def value(self) -> str:
        """Return the state of a box, or the chosen entry; "" if the field's text shows it, or there is nothing."""
        result = self.default if self.result == _UNDEFINED else self.result
        if self.kind == _BOX:
            return notation.check_box("", ticked=result == 1)
        if self.kind == _CHOICES and 0 <= result < len(self.untrusted_entries):
            return self.untrusted_entries[result]
        return ""


class RtfFormula:
    """A formula, built group by group; groups beyond xml.MAX_DEPTH are read as if they were not there."""

    def __init__(self) -> None:
        self._open = [etree.Element(f"{_MATH}oMath")]

    def open(self, name: str) -> bool:
        """Open an element for the control word `name`; return False if none is opened, and so none is to be closed."""
        if name in ("m", "moMath") or len(self._open) >= MAX_DEPTH or local_name(self._open[-1]) == "r":
            return False
        self._open.append(etree.SubElement(self._open[-1], _MATH + name[1:]))
        return True

    def set_look(self, name: str, number: int | None) -> None:
        """Read a control word inside an element; only one matters: that a run is text."""
        if name == "mnor" and number != 0 and local_name(self._open[-1]) == "r":
            etree.SubElement(etree.SubElement(self._open[-1], f"{_MATH}rPr"), f"{_MATH}nor")

    def close(self) -> None:
        element = self._open.pop()
        if local_name(self._open[-1]).endswith("pr"):
            element.set("val", "".join(map(str, element.itertext())).strip())

    def add_text(self, untrusted_text: str, struck: bool) -> None:
        inner = self._open[-1]
        if struck and local_name(inner) == "r" and inner.find(f"{_WORD}rPr") is None:
            etree.SubElement(etree.SubElement(inner, f"{_WORD}rPr"), f"{_WORD}strike")
        etree.SubElement(inner, f"{_MATH}t").text = as_xml_text(untrusted_text)

    def text(self) -> str:
        return omml.latex(self._open[0], _look).text


def _look(properties: etree._Element | None) -> DocxStyle:
    return DocxStyle(struck=child(properties, "strike") is not None)


class RtfGroup(msgspec.Struct):
    """The state inside a pair of braces; a group begins as a copy of the one around it."""

    destination: str = TEXT
    opened: str = ""
    form: Form | None = None  # of its field, where its destination is FIELD or ENTRY
    formula: RtfFormula | None = None  # of its formula, where its destination is MATH
    in_formula: bool = False  # it is an element of the formula
    encoding: str = ""
    fallback_length: int = 1  # how many characters follow each `\\u` for readers without Unicode
    hidden: bool = False
    removed: bool = False  # by a recorded change
    inserted: bool = False
    struck: bool = False
    shift: Shift = Shift.NONE
    position: int = 0  # half-points above the base line
    size: int = DEFAULT_SIZE  # half-points
    colour: int = 0  # of the text; this and those behind it by their numbers, of which 0 is none
    marked: int = 0
    shaded: int = 0
    ground: int = 0  # behind the paragraph
    patterned: bool = False
    style: int = 0
    outline_level: int | None = None
    in_table: bool = False
    table_depth: int = 1
    list_number: int = 0
    list_level: int = 0

    def set_look(self, name: str, number: int | None) -> None:
        """Set a property of characters; `name` is one of LOOKS."""
        if LOOKS[name] == "shift":
            self.shift = _SHIFTS.get(name, Shift.NONE) if number != 0 else Shift.NONE
        elif LOOKS[name] == "position":
            self.position = (_DEFAULT_POSITION if number is None else number) * (1 if name == "up" else -1)
        elif LOOKS[name] == "size":
            self.size = number or DEFAULT_SIZE
        elif LOOKS[name] in _NUMBERED:
            setattr(self, LOOKS[name], number or 0)
        else:
            setattr(self, LOOKS[name], number != 0)

    def set_paragraph(self, name: str, number: int | None) -> None:
        """Set a property of paragraphs, or of all text in the group."""
        value = number or 0
        if name == "uc":
            self.fallback_length = max(0, value)
        elif name == "pard":
            self.style, self.outline_level, self.in_table, self.table_depth = 0, None, False, 1
            self.list_number = self.list_level = self.ground = 0
        elif name == "s":
            self.style = value
        elif name == "outlinelevel":
            self.outline_level = value
        elif name == "cbpat":
            self.ground = value
        elif name == "shading" or name.startswith("bgdk"):
            self.ground = _NO_NUMBER
        elif name == "intbl":
            self.in_table = number != 0
        elif name == "itap":
            self.table_depth = max(1, value)
        elif name == "ls":
            self.list_number = value
        elif name == "ilvl":
            self.list_level = value

    def set_plain(self) -> None:
        """Reset all properties of characters but the encoding."""
        self.hidden = self.removed = self.inserted = self.struck = False
        self.shift, self.position, self.size = Shift.NONE, 0, DEFAULT_SIZE
        self.colour = self.marked = self.shaded = 0
        self.patterned = False

    def look(self, line_size: int) -> RunStyle:
        """Return the style of text in this group; `line_size` is the size of text on the base line, since only smaller
        text counts as raised or lowered by a position."""
        if not (self.shift or self.position or self.removed or self.struck or self.inserted):
            return PLAIN
        shift = self.shift
        if self.position and self.size < line_size:
            shift = Shift.RAISED if self.position > 0 else Shift.LOWERED
        if self.removed or self.struck:
            return RunStyle(shift, Change.STRUCK)
        if self.inserted:
            return RunStyle(shift, Change.INSERTED)
        return RunStyle(shift)

    @property
    def depth(self) -> int:
        """The number of tables that a paragraph is in."""
        return self.table_depth if self.in_table else 0


class ColourTable:
    """The colours that a file numbers from 0; what is not set is chosen by programs so that it is seen."""

    def __init__(self) -> None:
        self._colours: list[Colour | None] = []
        self._channels: dict[str, int] = {}

    def set_channel(self, name: str, number: int) -> None:
        if name in ("red", "green", "blue"):
            self._channels[name] = number

    def end(self, untrusted_text: str) -> None:
        """End a colour for each semicolon."""
        for _ in range(untrusted_text.count(";")):
            channels = self._channels
            found = Colour(channels.get("red", 0), channels.get("green", 0), channels.get("blue", 0))
            if len(self._colours) < _MAX_COLOURS:
                self._colours.append(found if channels else None)
            self._channels = {}

    def of(self, number: int) -> Colour | None:
        return self._colours[number] if 0 <= number < len(self._colours) else None

    def hides(self, group: RtfGroup, behind: Colour | None) -> bool:
        """Return whether text of a group is too small to be seen, or in the colour that is behind it; `behind` is the
        colour behind its paragraph."""
        if group.size <= 2 * TINY_POINTS:
            return True
        ground = next(filter(None, (group.marked, group.shaded, group.ground)), 0)
        if group.patterned:
            return False
        return is_lost(self.of(group.colour), self.of(ground) if ground else behind)


class RtfStyle(msgspec.Struct):
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

"""Reads LaTeX: sections make chapters, formulas stay as written, commands are left out and their text is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from app.core.documents.document import Document, Format
from app.documents.formats.contract import Content, Progress, to_document
from app.documents.plain_text import decode
from app.documents.text import notation
from app.documents.text.flow import Block, Heading, flow

format = Format.LATEX

MAX_NESTED_NOTES = 4
MAX_TITLE_CHARACTERS = 2_000
MAX_FORMULA_CHARACTERS = 20_000
_PROGRESS_STEP = 5_000
_LEVELS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph", "subparagraph")
_AS_WRITTEN = {"verbatim", "Verbatim", "lstlisting", "minted", "alltt"}
_FORMULAS = {
    *("equation", "align", "gather", "displaymath", "math", "eqnarray", "multline", "alignat", "flalign"),
    *("dmath", "IEEEeqnarray"),
}
_TABLES = {"tabular", "tabularx", "longtable", "array", "tabulary"}
# The numbers are of the arguments that go with these commands.
_DROPPED = {
    **dict.fromkeys(("label", "vspace", "hspace", "usepackage", "bibliographystyle", "bibliography", "pagestyle"), 1),
    **dict.fromkeys(("includegraphics", "documentclass", "thispagestyle", "index", "pagenumbering", "cline"), 1),
    **dict.fromkeys(("setlength", "setcounter", "addtolength", "newcommand", "renewcommand", "providecommand"), 2),
    "addcontentsline": 3,
    "color": 1,
    "hypersetup": 1,
    "title": 1,
    "author": 1,
    "date": 1,
    "textcolor": 1,
}
_REFERENCES = re.compile(r"(?:[A-Za-z]*cite[A-Za-z]*|ref|eqref|pageref|autoref|[cC]ref|nameref)")
_WORDS = {
    "ldots": "…",
    "dots": "…",
    "textellipsis": "…",
    "textbackslash": "\\",
    "ss": "ß",
    "ae": "æ",
    "AE": "Æ",
    "o": "ø",
    "O": "Ø",
    "oe": "œ",
    "OE": "Œ",
    "aa": "å",
    "AA": "Å",
    "l": "ł",
    "L": "Ł",
    "i": "i",
    "j": "j",
    "S": "§",
    "P": "¶",
    "textendash": "–",
    "textemdash": "—",
    "quad": " ",
    "qquad": " ",
    "newline": "\n",
    "tab": "\t",
    "euro": "€",
    "LaTeX": "LaTeX",
    "TeX": "TeX",
    "textregistered": "®",
    "texttrademark": "™",
    "copyright": "©",
    "pounds": "£",
}
_ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    '"': "\u0308",
    "=": "\u0304",
    ".": "\u0307",
    "c": "\u0327",
    "v": "\u030c",
    "u": "\u0306",
    "H": "\u030b",
    "r": "\u030a",
    "k": "\u0328",
    "d": "\u0323",
}
_SPACES = {",": "", ";": " ", ":": " ", "!": "", " ": " ", "\n": " ", "/": "", "-": "", "@": ""}
_TOKEN = re.compile(
    r"(?P<comment>%[^\n]*(?:\n[^\S\n]*(?!\s*\n))?)"
    r"|\\(?P<command>[A-Za-z]+)\*?[^\S\n]*"
    r"|(?P<formula>\\\[|\\\(|\$\$?)"
    r"|\\(?P<sign>.|\n)"
    r"|(?P<paragraph>\n[^\S\n]*\n\s*)"
    r"|(?P<space>\s+)|(?P<mark>[{}~&])|(?P<text>[^\\%${}~&\s]+)",
    re.DOTALL,
)
_ENDS = {"\\[": "\\]", "\\(": "\\)", "$": "$", "$$": "$$"}
_LIGATURES = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"))
_BODY = re.compile(r"\\begin\s*\{document\}(?P<body>.*?)(?:\\end\s*\{document\}|\Z)", re.DOTALL)
_TITLE = re.compile(r"\\title\s*(?:\[[^\]]{0,300}\])?\s*(?=\{)")
_OPTIONS = re.compile(r"\s*\[[^\[\]]{0,2000}\]")
_BRACED = re.compile(r"\s*\{")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


def parse(content: Content, progress: Progress) -> Document:
    """Parse a LaTeX file. All before the document's body is left out but the title; files it names are not read."""
    progress(0, 1)
    untrusted_text = decode(content).replace("\f", "\n")
    found = _BODY.search(untrusted_text)
    body = found["body"] if found else untrusted_text
    titled = _TITLE.search(untrusted_text)
    title = _titled(untrusted_text[titled.end() : titled.end() + MAX_TITLE_CHARACTERS]) if titled else ""
    flowed = flow(_Reader(body, progress).blocks())
    document = to_document(flowed, content, format, title, empty_pages=1)
    progress(1, 1)
    return document


def _titled(untrusted_text: str) -> str:
    """Return the plain text in the braces that `untrusted_text` begins with."""
    reader = _Reader(untrusted_text, lambda _done, _total: None)
    return reader.plain(reader.argument(0)[0])


class _Reader:
    def __init__(self, body: str, progress: Progress, depth: int = 0) -> None:
        """`depth` is that of the notes that it is in."""
        self._body = body
        self._progress = progress
        self._depth = depth
        self._place = 0
        self._closing = dict(_pairs(body))
        used = [level for level in _LEVELS if re.search(rf"\\{level}\*?\s*[\[{{]", body)]
        self._levels = {name: number for number, name in enumerate(used, 1)}
        self._line: list[str] = []  # of the paragraph that is open
        self._notes: list[Block] = []  # that follow it
        self._noted = 0
        self._tables = 0  # that are open

    def argument(self, place: int) -> tuple[str, int]:
        """Return the text in the braces at `place`, and where they end; "" if there are none, or they are not
        closed."""
        begun = _BRACED.match(self._body, place)
        closed = self._closing.get(begun.end() - 1) if begun else None
        if begun is None or closed is None:
            return "", place
        return self._body[begun.end() : closed], closed + 1

    def plain(self, untrusted_latex: str) -> str:
        """Return a title or a note on one line; what is nested too deep stays as it is written."""
        if self._depth == MAX_NESTED_NOTES:
            return " ".join(untrusted_latex.split())
        reader = _Reader(untrusted_latex, self._progress, self._depth + 1)
        return " ".join(" ".join(block.untrusted_text for block in reader.blocks()).split())

    def blocks(self) -> Iterator[Block]:
        place = count = 0
        while place < len(self._body):
            count += 1
            if count % _PROGRESS_STEP == 0:
                self._progress(0, 1)
            token = _TOKEN.match(self._body, place)
            if token is None:  # a single backslash at the end
                break
            place = token.end()
            kind, text = token.lastgroup, token[0]
            if kind == "paragraph":
                yield from self._end()
            elif kind == "formula":
                place = self._formula(text, place)
            elif kind == "command":
                name = token["command"]
                if name in self._levels:
                    yield from self._end()
                    short = _OPTIONS.match(self._body, place)
                    title, place = self.argument(short.end() if short else place)
                    said = self.plain(title)
                    yield Block(said, (Heading(said, self._levels[name]),))
                elif name == "begin":
                    yield from self._begin(place)
                    place = self._place
                else:
                    place = self._command(name, place)
            else:
                place = self._sign(token, place)
        yield from self._end()

    def _begin(self, place: int) -> Iterator[Block]:
        """Open an environment; one that stays as it is written is a block."""
        name, self._place = self.argument(place)
        plain = name.rstrip("*")
        if plain in _AS_WRITTEN or plain in _FORMULAS:
            end = self._body.find(f"\\end{{{name}}}", self._place)
            end = len(self._body) if end < 0 else end
            inside = self._body[self._place : end].strip("\n")
            self._place = end + len(f"\\end{{{name}}}")
            if plain in _FORMULAS:
                self._line.append(f" {' '.join(inside.split())} ")
            else:
                yield from self._end()
                yield Block(f"```\n{inside}\n```")
            return
        if options := _OPTIONS.match(self._body, self._place):
            self._place = options.end()
        if plain in _TABLES:
            self._tables += 1
            for _ in range(2 if plain in ("tabularx", "tabulary") else 1):
                _, self._place = self.argument(self._place)

    def _command(self, name: str, place: int) -> int:
        """Read a command, and return where what follows it goes on."""
        options = _OPTIONS.match(self._body, place)
        if name == "end":
            ended, place = self.argument(place)
            self._tables -= ended.rstrip("*") in _TABLES and self._tables > 0
            self._line.append("\n" if ended.rstrip("*") in _TABLES else " ")
        elif name == "item":
            self._line.append(f"\n{self.plain(options[0].strip()[1:-1])} " if options else "\n- ")
            return options.end() if options else place
        elif name in _DROPPED:
            for _ in range(_DROPPED[name]):
                while options := _OPTIONS.match(self._body, place):
                    place = options.end()
                _, place = self.argument(place)
        elif _REFERENCES.fullmatch(name):
            while options := _OPTIONS.match(self._body, place):
                place = options.end()
            key, place = self.argument(place)
            self._line.append(f"[{key.strip()}]")
        elif name in ("footnote", "thanks"):
            note, place = self.argument(place)
            self._noted += 1
            self._line.append(notation.note_mark(self._noted))
            self._notes.append(Block(f"{notation.note_mark(self._noted)} {self.plain(note)}"))
        elif name in _ACCENTS and (place < len(self._body)):
            return self._accent(name, place)
        elif name in _WORDS:
            self._line.append(_WORDS[name])
            place += self._body.startswith("{}", place) * 2
        elif options:
            return options.end()
        return place

    def _sign(self, token: re.Match[str], place: int) -> int:
        kind, text = token.lastgroup, token[0]
        if kind == "text":
            self._line.append(text)
        elif kind == "space":
            self._line.append(" ")
        elif kind == "mark":
            self._line.append({"~": " ", "&": " | " if self._tables else "&"}.get(text, ""))
        elif kind == "sign":
            sign = token["sign"]
            if sign == "\\":
                self._line.append("\n")
                options = _OPTIONS.match(self._body, place)
                return options.end() if options else place
            if sign in _ACCENTS:
                return self._accent(sign, place)
            self._line.append(_SPACES.get(sign, sign))
        return place

    def _accent(self, sign: str, place: int) -> int:
        letter, after = self.argument(place) if _BRACED.match(self._body, place) else ("", place)
        if not letter and place < len(self._body):
            letter, after = self._body[place], place + 1
        letter = letter.lstrip("\\")
        self._line.append(unicodedata.normalize("NFC", letter[:1] + _ACCENTS[sign]) + letter[1:] if letter else "")
        return after

    def _formula(self, begin: str, place: int) -> int:
        """Add a formula as it is written, with its signs; what is not closed is no formula."""
        end = self._body.find(_ENDS[begin], place, place + MAX_FORMULA_CHARACTERS)
        if end < 0 or "\n\n" in self._body[place:end]:
            self._line.append(begin)
            return place
        end += len(_ENDS[begin])
        self._line.append(begin + self._body[place:end])
        return end

    def _end(self) -> Iterator[Block]:
        """End the paragraph that is open, and yield it with its notes."""
        text = _tidied("".join(self._line))
        self._line = []
        if text:
            yield Block(text)
        yield from self._notes
        self._notes = []


def _pairs(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each brace that is closed opens, and where it closes."""
    opened: list[int] = []
    for found in _BRACE.finditer(text):
        if found[0] == "{":
            opened.append(found.start())
        elif found[0] == "}" and opened:
            yield opened.pop(), found.start()


def _tidied(text: str) -> str:
    for written, sign in _LIGATURES:
        text = text.replace(written, sign)
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)

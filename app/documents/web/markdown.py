"""Reads Markdown: the text stays as written, but for raised, struck and inserted words; headings make the chapters."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.core.documents.document import Document, Format
from app.core.documents.facts import Facts
from app.documents.formats.contract import Content, Progress, to_document
from app.documents.formats.facts import authors, make_facts
from app.documents.plain_text import decode
from app.documents.text.flow import Block, Heading, flow
from app.documents.text.open_paragraph import InlineMark, OpenParagraph
from app.documents.web.xhtml_styles import MARKS_BY_NAME

format = Format.MARKDOWN

_CODE = {"fence", "code_block"}
_PORTION_LINES = 2_000
_MAX_PORTION_LINES = 64_000  # a longer block is cut
_MAX_FRONT_MATTER_CHARACTERS = 20_000
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_MATTER_TITLE = re.compile(r"^title:[ \t]*(?P<quote>[\"']?)(?P<title>.+?)(?P=quote)[ \t]*$", re.MULTILINE)
_FRONT_MATTER_FACT = re.compile(
    r"^(?P<key>date|author):[ \t]*(?P<quote>[\"']?)(?P<value>[^\[{\n].*?)(?P=quote)[ \t]*$", re.MULTILINE
)
_MAX_OPEN = 50
_TILDES = "~~"
_TAGS = "|".join(MARKS_BY_NAME)
_SIGN = re.compile(
    rf"(?P<escape>\\.)|(?P<ticks>`+)|(?P<tildes>~+)|<(?P<close>/?)(?P<name>{_TAGS})(?:\s[^<>]{{0,200}})?>",
    re.IGNORECASE | re.DOTALL,
)
_HAS_MARKS = re.compile(rf"~~|<(?:{_TAGS})\b", re.IGNORECASE)


def parse(content: Content, progress: Progress) -> Document:
    """Parse a text. The blocks are those of CommonMark; only headings outside of lists, quotes and code make
    chapters."""
    progress(0, 0)
    untrusted_text = decode(content).replace("\f", "\n")
    front = _FRONT_MATTER.match(untrusted_text, 0, _MAX_FRONT_MATTER_CHARACTERS)
    declared = _FRONT_MATTER_TITLE.search(front[0]) if front else None
    flowed = flow(
        chain([Block(front[0])] if front else [], read_blocks(untrusted_text[front.end() if front else 0 :], progress))
    )
    first_heading = next((each.title for each in flowed.outline if each.level == 1), "")
    title = declared["title"] if declared else first_heading
    return to_document(flowed, content, format, title, facts=_facts(front[0] if front else ""))


def _facts(untrusted_front_matter: str) -> Facts:
    said = {each["key"]: each["value"] for each in _FRONT_MATTER_FACT.finditer(untrusted_front_matter)}
    return make_facts([said.get("date", "")], authors([said.get("author", "")]))


def read_blocks(untrusted_text: str, progress: Progress) -> Iterator[Block]:
    """Read the source lines of each top-level block, and those between, which make no block (link definitions).

    The parser gets some lines at a time, since it takes seconds and a gigabyte for a long book. The last block of a
    portion may go on in the next, so the next one starts with it.
    """
    parser = MarkdownIt("commonmark").enable("table").disable("inline")
    inline = MarkdownIt("commonmark")
    lines = untrusted_text.split("\n")
    start, size = 0, _PORTION_LINES
    while start < len(lines):
        tokens = parser.parse("\n".join(lines[start : start + size]))
        top = [(index, token.map) for index, token in enumerate(tokens) if token.level == 0 and token.map]
        portion_end = min(start + size, len(lines))
        if portion_end < len(lines):
            if len(top) >= 2:
                portion_end = start + top.pop()[1][0]
            elif size < _MAX_PORTION_LINES:
                size *= 2
                continue
        done = start
        for index, (first, last) in top:
            yield Block("\n".join(lines[done : start + first]))
            done = start + last
            token = tokens[index]
            headings = _headings(token, tokens[index + 1], inline) if token.type == "heading_open" else ()
            source = "\n".join(lines[start + first : done])
            yield Block(source if token.type in _CODE else _with_marks(source), headings)
        yield Block("\n".join(lines[done:portion_end]))
        start, size = portion_end, _PORTION_LINES
        progress(start, len(lines))


def _headings(token: Token, text: Token, inline: MarkdownIt) -> tuple[Heading, ...]:
    children = inline.parseInline(_with_marks(text.content))[0].children or []
    title = "".join(
        child.content if child.type in ("text", "code_inline") else " " * (child.type == "softbreak")
        for child in children
    )
    return (Heading(title, int(token.tag[1:])),)


def _with_marks(untrusted_text: str) -> str:
    """Write the marks of a block that is not code; code inside it, and marks that are never closed, stay as they
    are."""
    if not _HAS_MARKS.search(untrusted_text):
        return untrusted_text
    signs = _signs_outside_of_code(untrusted_text)
    pairs = _pairs(untrusted_text, signs)
    line = OpenParagraph(markup="*_")
    done = 0
    for index, sign in enumerate(signs):
        if index in pairs:
            line.add_text(untrusted_text[done : sign.start()])
            mark = pairs[index]
            if mark is None:
                line.close()
            else:
                line.open(mark)
            done = sign.end()
    line.add_text(untrusted_text[done:])
    return line.take()


def _signs_outside_of_code(untrusted_text: str) -> list[re.Match[str]]:
    """Return the signs that are not in a code span, which goes from a run of backticks to the next of the same
    length."""
    found = list(_SIGN.finditer(untrusted_text))
    runs: dict[int, list[int]] = {}  # by length, the indices of their signs
    for index, sign in enumerate(found):
        if sign["ticks"]:
            runs.setdefault(len(sign["ticks"]), []).append(index)
    signs: list[re.Match[str]] = []
    index = 0
    while index < len(found):
        sign = found[index]
        if sign["ticks"]:
            same = runs[len(sign["ticks"])]
            following = bisect_right(same, index)
            index = same[following] if following < len(same) else index
        elif not sign["escape"]:
            signs.append(sign)
        index += 1
    return signs


def _pairs(untrusted_text: str, signs: Sequence[re.Match[str]]) -> dict[int, InlineMark | None]:
    """Return for each sign with a partner the mark that it opens, or None if it closes one."""
    pairs: dict[int, InlineMark | None] = {}
    opened: list[tuple[str, int]] = []
    for index, sign in enumerate(signs):
        name = sign["tildes"] or sign["name"].lower()
        closes = sign["close"] or (name == _TILDES and not untrusted_text[sign.start() - 1 : sign.start()].isspace())
        partner = next((place for place in range(len(opened) - 1, -1, -1) if opened[place][0] == name), None)
        if closes and partner is not None:
            pairs[opened[partner][1]] = MARKS_BY_NAME.get(name, InlineMark.STRUCK)
            pairs[index] = None
            del opened[partner:]
        elif name == _TILDES:
            if (
                partner is None
                and not untrusted_text[sign.end() : sign.end() + 1].isspace()
                and len(opened) < _MAX_OPEN
            ):
                opened.append((name, index))
        elif name in MARKS_BY_NAME and not sign["close"] and len(opened) < _MAX_OPEN:
            opened.append((name, index))
    return pairs

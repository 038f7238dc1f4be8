"""Reads Org files: the text stays as written, but for stars and struck words; headlines make the chapters.

Source: Org Syntax, https://orgmode.org/worg/org-syntax.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.documents.document import Document, Format
from app.documents.formats.contract import Content, Progress, to_document
from app.documents.formats.facts import authors, make_facts
from app.documents.plain_text import decode
from app.documents.text import notation
from app.documents.text.flow import Block, Heading, flow

format = Format.ORG

_PROGRESS_STEP = 5_000
_HEADLINE = re.compile(r"(?P<stars>\*{1,50})[^\S\n]+(?P<words>\S[^\n]*)")
_STATE = re.compile(r"(?:TODO|DONE)[^\S\n]+|\[#\w\][^\S\n]+")
_TAGS = re.compile(r"[^\S\n]+:(?:[\w@#%]+:)+[^\S\n]*$")
_KEYWORD = re.compile(r"^#\+(title|author|date|language):[^\S\n]*(\S[^\n]{0,2000})", re.IGNORECASE | re.MULTILINE)
_BEGIN = re.compile(r"[^\S\n]*#\+begin_(?P<kind>\w+)", re.IGNORECASE)
_END = re.compile(r"[^\S\n]*#\+end_(?P<kind>\w+)", re.IGNORECASE)
_AS_WRITTEN = {"src", "example", "export", "comment"}
# Code is found too, so that no sign in it is taken for another one.
_MARKED = re.compile(
    r"(?<![^\s\-({'\"])(?P<sign>[=~+])(?P<words>[^\s=~+]|\S[^\n]{0,500}?\S)(?P=sign)(?![^\s\-.,;:!?')}\[\"\\])"
)


def parse(content: Content, progress: Progress) -> Document:
    """Parse an Org file. Headlines are in the outline without their states, priorities and tags; files that it names
    are not read."""
    progress(0, 1)
    untrusted_text = decode(content).replace("\f", "\n")
    said: dict[str, str] = {}
    for found in _KEYWORD.finditer(untrusted_text):
        said.setdefault(found[1].lower(), found[2])
    flowed = flow(_blocks(untrusted_text.split("\n"), progress))
    first = next((each.title for each in flowed.outline if each.level == 1), "")
    facts = make_facts([said.get("date", "").lstrip("<[")], authors([said.get("author", "")]))
    return to_document(
        flowed, content, format, said.get("title", first), said.get("language", ""), empty_pages=1, facts=facts
    )


def _blocks(untrusted_lines: list[str], progress: Progress) -> Iterator[Block]:
    """Yield the blocks: a headline, a paragraph, or all from `#+begin_…` to its end, which a headline ends too."""
    lines: list[str] = []
    kind = ""  # of the block of Org that is open
    for number, line in enumerate(untrusted_lines):
        if number % _PROGRESS_STEP == 0:
            progress(number, len(untrusted_lines))
        headline = _HEADLINE.match(line)
        begin, end = _BEGIN.match(line), _END.match(line)
        if headline or (not kind and (begin or not line.strip())):
            yield _block(lines, kind)
            lines, kind = [], ""
        if headline:
            yield Block(_struck(headline["words"]), (_heading(headline),))
            continue
        lines.append(line)
        if begin and not kind:
            kind = begin["kind"].lower()
        elif end and end["kind"].lower() == kind:
            yield _block(lines, kind)
            lines, kind = [], ""
    yield _block(lines, kind)
    progress(len(untrusted_lines), len(untrusted_lines))


def _block(untrusted_lines: list[str], kind: str) -> Block:
    text = "\n".join(untrusted_lines)
    return Block(text if kind in _AS_WRITTEN else _struck(text))


def _heading(headline: re.Match[str]) -> Heading:
    words = _TAGS.sub("", headline["words"])
    while state := _STATE.match(words):
        words = words[state.end() :]
    return Heading(_struck(words), len(headline["stars"]))


def _struck(untrusted_text: str) -> str:
    return _MARKED.sub(
        lambda found: notation.struck(found["words"]) if found["sign"] == "+" else found[0], untrusted_text
    )

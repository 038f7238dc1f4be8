"""Footnotes that a model writes in an answer, `[^1]` and elsewhere `[^1]: …`: which they are, and how they are parsed.

They have nothing to do with page marks, which files show as notes, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererProtocol
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

REFERENCE, SIGN = "footnote_ref", "footnote_sign"
"""Types of tokens: the sign of a note in the text, and before its own words. Their content is HTML, their `meta["id"]`
the number of the note, counted from 0."""

_FENCE = re.compile(r"[ >]*(`{3,}|~{3,})")
_LABEL = re.compile(r"(?P<code>(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))|\[\^(?P<label>[^\]\s]+)\]")
_DEFINED = re.compile(r" {0,3}\[\^([^\]\s]+)\]\\?:")
_ADDRESS = re.compile(r"\s*\S*(?:\s+[\"'(].*)?\s*")
_NO_ADDRESS = " &#8288;"  # a word joiner
_DEFINED_INSIDE = re.compile(r"[ >*+\d.)-]*\[\^[^\]\s]+\]\\?:")  # a list or a quotation


def find_notes(text: str) -> dict[str, int]:
    """Find the labels that are defined and referred to, with their numbers, counted from 1 in the order of the
    references. What is in code is neither."""
    if "[^" not in text:
        return {}
    defined: set[str] = set()
    used: dict[str, None] = {}
    for line, is_code in _lines(text):
        if is_code:
            continue
        begin = 0
        if (definition := _DEFINED.match(line)) is not None:
            defined.add(definition[1])
            begin = definition.end()
        used.update(dict.fromkeys(found["label"] for found in _LABEL.finditer(line, begin) if found["label"]))
    return {label: number for number, label in enumerate((label for label in used if label in defined), 1)}


def rename_notes(text: str, names: Mapping[str, str], *, guarded: bool = False) -> str:
    """Return Markdown in which the notes with these labels have these names, and nothing else looks like a note: what
    is defined and not referred to, twice, or inside a list is text. Code stays as it is.

    If `guarded`, a program that knows no notes must not take one for the address of a link.
    """
    if "[^" not in text:
        return text
    left = dict(names)

    def named(found: re.Match[str]) -> str:
        if found["code"]:
            return found[0]
        return f"[^{names[found['label']]}]" if found["label"] in names else f"\\{found[0]}"

    made = []
    for line, is_code in _lines(text):
        begun = ""
        if not is_code and (defined := _DEFINED.match(line)) is not None and defined[1] in left:
            begun, line = f"[^{left.pop(defined[1])}]:", line[defined.end() :]
            if guarded and _ADDRESS.fullmatch(line):
                begun += _NO_ADDRESS * (1 if line.strip() else 2)
        elif not is_code and (defined := _DEFINED_INSIDE.match(line)) is not None:
            begun, line = line[: defined.end()].replace("[^", "\\[^"), line[defined.end() :]
        made.append(line if is_code else begun + _LABEL.sub(named, line))
    return "\n".join(made)


def number_notes(text: str) -> tuple[str, int]:
    """Return Markdown in which the names of notes are their numbers, and how many there are."""
    notes = find_notes(text)
    return rename_notes(text, {label: str(number) for label, number in notes.items()}), len(notes)


def use_notes(parser: MarkdownIt) -> None:
    """Let a parser move notes to the end, each with a `SIGN` before its words, of a text from `number_notes`."""
    from mdit_py_plugins.footnote import footnote_plugin

    parser.use(footnote_plugin, inline=False)
    for kind in (REFERENCE, SIGN):
        parser.add_render_rule(kind, _render_content)
    tags = {"footnote_block_open": '<div class="footnotes">', "footnote_block_close": "</div>"}
    for kind in ("footnote_open", "footnote_close", "footnote_anchor", *tags):
        parser.add_render_rule(kind, _render_tag(tags.get(kind, "")))


def sign_notes(tokens: Sequence[Token], sign: Callable[[Token], str]) -> None:
    """Write the signs of notes; `sign` gives the HTML of each."""
    from markdown_it.token import Token

    note: int | None = None  # whose first words come
    for token in tokens:
        if token.type == "footnote_open":
            note = int(token.meta["id"])
        if token.type != "inline":
            continue
        if note is not None:
            token.children = [Token(SIGN, "", 0, meta={"id": note, "subId": 0}), *(token.children or ())]
            note = None
        for child in token.children or ():
            if child.type in (REFERENCE, SIGN):
                child.content = sign(child)


def split_notes(tokens: Sequence[Token]) -> tuple[list[Token], dict[int, str]]:
    """Return the tokens without those of the notes, and the words of each note, by its number counted from 0."""
    body: list[Token] = []
    notes: dict[int, list[str]] = {}
    inside: int | None = None
    for token in tokens:
        if token.type == "footnote_open":
            inside = int(token.meta["id"])
        if inside is None and not token.type.startswith("footnote_"):
            body.append(token)
        elif inside is not None and token.content:
            said = [each for each in token.children or (token,) if each.type != SIGN]
            words = (" " if each.type.endswith("break") else each.content for each in said)
            notes.setdefault(inside, []).append("".join(words).strip())
        if token.type == "footnote_close":
            inside = None
    return body, {number: " ".join(words) for number, words in notes.items()}


def raised_number(token: Token) -> str:
    """Return the sign of a note as a raised number, for where no other numbers are raised."""
    return f"<sup>{int(token.meta['id']) + 1}</sup>" + " " * (token.type == SIGN)


def letter_of(token: Token) -> str:
    """Return the sign of a note as a letter, a, b … z, aa, ab …, for where the raised numbers are those of page
    marks."""
    number, letters = int(token.meta["id"]) + 1, ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("a") + place) + letters
    return letters


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each line, and whether it is one of a block of code between fences."""
    fence = ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if fence:
            yield line, True
            if found is not None and found[1].startswith(fence):
                fence = ""
        else:
            fence = found[1] if found is not None else ""
            yield line, bool(fence)


def _render_content(
    self: RendererProtocol,  # noqa: ARG001 - the renderer's signature
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,  # noqa: ARG001
    env: EnvType,  # noqa: ARG001
) -> str:
    return tokens[index].content


def _render_tag(tag: str) -> Callable[..., str]:
    return lambda *_: tag

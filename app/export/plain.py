"""An answer as plain text, for the cells of spreadsheets: its words without the signs of Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token

from app.export.footnotes import REFERENCE, SIGN, letter_of
from app.export.formulas import KINDS, read_formula
from app.export.markdown import read_answer

_BULLET, _INDENT, _RULE = "• ", "   ", "–––"


def plain_text(answer: str) -> str:
    """Return an answer as plain text. Nothing is left out but signs: an address follows its link, footnotes follow the
    text."""
    return _Plain().write(read_answer(answer))


class _Plain:
    """Writes Markdown as plain text. `_lists` are the numbers of the next items of the lists that are open, None in one
    of bullets."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._lists: list[int | None] = []
        self._begins = ""  # the marker of an item whose first words come
        self._cells: list[str] | None = None

    def write(self, tokens: Sequence[Token]) -> str:
        for token in tokens:
            self._take(token)
        return "\n".join(self._lines).strip("\n")

    def _take(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self._lists.append(None)
            case "ordered_list_open":
                self._lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._begin_item()
            case "tr_open":
                self._cells = []
            case "tr_close":
                cells, self._cells = self._cells or [], None
                self._add(" | ".join(cells))
            case "inline" if self._cells is not None:
                self._cells.append(_words(token))
            case "inline":
                self._add(_words(token))
            case "fence" | "code_block":
                self._add(token.content.rstrip("\n"))
            case "math_block":
                self._add(read_formula(token).source)
            case "hr":
                self._add(_RULE)
        ends_block = token.nesting < 0 and not self._lists and token.type != "tr_close"
        if (ends_block or token.type in ("fence", "code_block", "math_block", "hr")) and token.level == 0:
            self._lines.append("")

    def _begin_item(self) -> None:
        number = self._lists[-1]
        self._begins = _BULLET if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1

    def _add(self, words: str) -> None:
        margin = _INDENT * max(0, len(self._lists) - 1)
        inside = margin + (" " * len(_BULLET) if self._lists else "")
        first = margin + self._begins if self._begins else inside
        self._begins = ""
        self._lines += [f"{inside if number else first}{line}" for number, line in enumerate(words.split("\n"))]


def _words(token: Token) -> str:
    said, addresses = [], []
    for child in token.children or ():
        match child.type:
            case "softbreak":
                said.append(" ")
            case "hardbreak":
                said.append("\n")
            case "link_open":
                addresses.append((len(said), str(child.attrs.get("href", ""))))
            case "link_close":
                begin, address = addresses.pop()
                said += [f" ({address})"] * ("".join(said[begin:]) != address)
            case kind if kind in KINDS:
                said.append(read_formula(child).source)
            case kind if kind in (REFERENCE, SIGN):
                said.append(f"[{letter_of(child)}]" + " " * (kind == SIGN))
            case _:
                said.append(child.content)
    return "".join(said)

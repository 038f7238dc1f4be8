"""Markdown as a list of top-level blocks, each with the tokens that it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


MAX_NESTING = 60  # lists and quotations inside each other; the parser drops what is deeper
MAX_CHARACTERS = 40_000  # of one paragraph without a blank line; longer ones are shown as they are


@dataclass(frozen=True)
class MarkdownBlock:
    """A top-level block: `tokens` of markdown-it, and the line (from 0) of the source where it begins."""

    tokens: tuple[Token, ...]
    line: int
    characters: int


def parse(source: str) -> list[MarkdownBlock]:
    """The blocks of a text. What the parser cannot take, because it is nested too deeply, comes back as plain text."""
    if _longest_paragraph(source) > MAX_CHARACTERS:
        return [_quote_verbatim(source)]
    try:
        tokens = _build_parser().parse(source)
    except RecursionError:
        return [_quote_verbatim(source)]
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        return [_quote_verbatim(source)]
    return _split_top_level(tokens)


def list_shown_texts(blocks: Sequence[MarkdownBlock]) -> Iterator[str]:
    """Every stretch of text in which a mark becomes a chip: not code blocks, not addresses."""
    for block in blocks:
        for token in block.tokens:
            if token.type == "verbatim":
                yield token.content
            for child in token.children or ():
                yield child.content


def _split_top_level(tokens: Sequence[Token]) -> list[MarkdownBlock]:
    blocks: list[MarkdownBlock] = []
    depth, begin = 0, 0
    for index, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            group = tuple(tokens[begin : index + 1])
            line = group[0].map[0] if group[0].map else 0
            blocks.append(MarkdownBlock(group, line, sum(len(member.content) for member in group)))
            begin = index + 1
    return blocks


def _quote_verbatim(source: str) -> MarkdownBlock:
    from markdown_it.token import Token

    return MarkdownBlock((Token("verbatim", "", 0, content=source),), 0, len(source))


def _longest_paragraph(source: str) -> int:
    if len(source) <= MAX_CHARACTERS:
        return len(source)
    return max(len(paragraph) for paragraph in source.split("\n\n"))


def _accept_address(url: str) -> bool:  # noqa: ARG001 - the parser's signature
    return True


@cache
def _build_parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # with the first answer that is shown

    # "reference" would let a line at the end of an answer turn every earlier `[p. 12]` into a link.
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": MAX_NESTING})
    # The parser keeps the source of a link that it refuses; here every link is recognised, and the renderer decides.
    parser.validateLink = _accept_address  # type: ignore[method-assign]
    return parser.enable(["table", "strikethrough"]).disable(["reference", "html_block", "html_inline"])

"""Code in colours: Pygments' tokens as runs of text with a style."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from app.ui.theme import Palette

if TYPE_CHECKING:  # Pygments is loaded with the first code that is shown
    from pygments.lexer import Lexer
    from pygments.token import _TokenType

MAX_CHARACTERS = 20_000  # of one block of code; longer ones stay in one colour


@dataclass(frozen=True)
class CodeRun:
    """A stretch of code in one style."""

    text: str
    colour: str
    strong: bool = False
    slanted: bool = False


def highlight(code: str, language: str, palette: Palette) -> Iterator[CodeRun]:
    """The code as runs that join to exactly `code`. `language` is a name that Pygments knows; others stay plain."""
    lexer = _find_lexer(language) if language and len(code) <= MAX_CHARACTERS else None
    if lexer is None:
        yield CodeRun(code, palette.ink)
        return
    from pygments import lex

    for kind, text in lex(code, lexer):
        yield _style(kind, text, palette)


@lru_cache(maxsize=64)
def _find_lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    # Cached, for an open block is highlighted ten times a second, and an unknown name is searched among all plugins.
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def _style(kind: _TokenType, text: str, palette: Palette) -> CodeRun:
    from pygments.token import Comment, Keyword, Name, Number, Operator, String

    if _belongs(kind, Comment):
        return CodeRun(text, palette.soft_ink, slanted=True)
    if _belongs(kind, Keyword, Operator.Word):
        return CodeRun(text, palette.accent)
    if _belongs(kind, String):
        return CodeRun(text, palette.verified)
    if _belongs(kind, Number):
        return CodeRun(text, palette.near)
    return CodeRun(text, palette.ink, strong=_belongs(kind, Name.Function, Name.Class, Name.Tag))


def _belongs(kind: _TokenType, *families: _TokenType) -> bool:
    return any(kind[: len(family)] == family for family in families)

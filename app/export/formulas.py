"""Formulas in LaTeX: which text is one, how the parsers of answers read it, and MathML for browsers."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError, fromstring

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

MAX_COST = 1_500
"""The highest cost of a formula that is set: its characters, each counted twice as often with every group that it is
in, since that is how the libraries' time grows. At this cost a formula takes a quarter of a second; those in books
cost 50 to 300."""

KINDS = ("math_inline", "math_inline_double", "math_block")
"""The types of tokens that hold LaTeX."""

_FORMULA_SIGNS = re.compile(r"[\\^_]")
_WORD = re.compile(r"(?<![\\\w])[^\W\d_]{3,}")
_OTHER_SCRIPT = re.compile(r"[\u0590-\u1fff\u2e80-\ua9ff\uac00-\ud7ff\uf900-\ufdff\uff00-\uffef]")
"""The characters that the font for formulas does not have, and those that hold the places of page marks."""
_PARTS = re.compile(r"\\left|\\right|\\begin|\\end|.", re.DOTALL)
_PAIRS = {"\\(": "\\)", "\\[": "\\]"}
_DELIMITERS: Mapping[str, tuple[str, str]] = {
    "math_inline": ("$", "$"),
    "math_inline_double": ("$$", "$$"),
    "math_block": ("$$", "$$"),
}
_MATHML = "{http://www.w3.org/1998/Math/MathML}"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ELEMENTS = _words(
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot mstyle mpadded mphantom msub msup msubsup munder mover"
    " munderover mmultiscripts mprescripts none mtable mtr mtd menclose"
)
_ATTRIBUTES = _words(
    "accent accentunder align columnalign columnlines columnspacing denomalign depth display displaystyle fence form"
    " frame height largeop linethickness lspace mathbackground mathcolor mathvariant maxsize minsize movablelimits"
    " notation numalign rowlines rowspacing rspace scriptlevel separator stretchy symmetric voffset width"
)
"""MathML without what leads somewhere, runs or styles: latex2mathml lets all three pass."""

_PARTS_OF = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3}
"""The number of children that each of these elements needs: the library leaves some out where LaTeX ends too early."""


@dataclass(frozen=True)
class FormulaText:
    """A formula as it was written, `source` with its delimiters, and in LaTeX. With `display` it is on a line of its
    own."""

    source: str
    tex: str
    display: bool

    @property
    def is_one(self) -> bool:
        """True if it is a formula at all, and can be set: two prices in dollars are none."""
        if not self.tex.strip() or _OTHER_SCRIPT.search(self.tex) or not _is_cheap(self.tex):
            return False
        return self.display or bool(_FORMULA_SIGNS.search(self.tex)) or not _WORD.search(self.tex)


def use_formulas(parser: MarkdownIt) -> None:
    r"""Let a parser find what may be formulas: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`."""
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    options = {"allow_labels": False, "allow_space": False, "allow_digits": False, "allow_blank_lines": False}
    parser.use(dollarmath_plugin, double_inline=True, **options)
    parser.inline.ruler.before("escape", "math_brackets", _read_brackets)


def read_formula(token: Token) -> FormulaText:
    """Return the formula in a token of one of `KINDS`."""
    opening, closing = (token.markup, _PAIRS[token.markup]) if token.markup in _PAIRS else _DELIMITERS[token.type]
    return FormulaText(f"{opening}{token.content}{closing}", token.content, token.type != "math_inline")


def write_formulas(tokens: Sequence[Token], formula: Callable[[FormulaText], str]) -> None:
    """Put the HTML that `formula` gives in the place of each, for a renderer that writes it as it is."""
    for token in tokens:
        if token.type in KINDS:
            token.content = formula(read_formula(token))
        write_formulas(token.children or (), formula)


def source_html(text: FormulaText) -> str:
    """Return a formula as it was written, in HTML."""
    return html.escape(text.source, quote=False)


def to_mathml(text: FormulaText) -> str:
    """Return a formula for browsers, or its source if it cannot be set."""
    if not text.is_one:
        return source_html(text)
    from latex2mathml.converter import convert

    try:
        made = fromstring(convert(text.tex.strip(), display="block" if text.display else "inline"))  # noqa: S314
    except bad_latex():
        return f"<code>{source_html(text)}</code>"
    if not all(map(_is_sound, made.iter())):
        return f"<code>{source_html(text)}</code>"
    return _write(made)


@cache
def bad_latex() -> tuple[type[Exception], ...]:
    """Return the exceptions that latex2mathml, and ziamath with it, raise on text that is no LaTeX. The libraries
    promise nothing: these came of 15,000 odd inputs; any other is a fault of ours or of theirs."""
    from latex2mathml import exceptions

    named = [each for each in vars(exceptions).values() if isinstance(each, type) and issubclass(each, Exception)]
    return (*named, ParseError, AssertionError, IndexError, RecursionError, StopIteration, ValueError)


def _is_sound(element: Element) -> bool:
    name = element.tag.removeprefix(_MATHML)
    return name in _ELEMENTS and len(element) == _PARTS_OF.get(name, len(element))


def _write(element: Element) -> str:
    name = element.tag.removeprefix(_MATHML)
    attributes = "".join(
        f' {key}="{html.escape(value)}"' for key, value in element.attrib.items() if key in _ATTRIBUTES
    )
    inside = "".join(_write(child) for child in element)
    return f"<{name}{attributes}>{html.escape(element.text or '', quote=False)}{inside}</{name}>"


def _read_brackets(state: StateInline, silent: bool) -> bool:
    r"""Read `\(…\)` and `\[…\]`, as a rule of markdown-it."""
    opening = state.src[state.pos : state.pos + 2]
    closing = _PAIRS.get(opening)
    end = state.src.find(closing, state.pos + 2, state.posMax) if closing else -1
    if end < 0:
        return False
    if not silent:
        token = state.push("math_inline_double" if opening == "\\[" else "math_inline", "math", 0)
        token.content, token.markup = state.src[state.pos + 2 : end], opening
    state.pos = end + 2
    return True


def _is_cheap(tex: str) -> bool:
    weight, cost = 1, 0
    for part in _PARTS.finditer(tex):
        if part.group() in ("{", "\\left", "\\begin"):
            weight *= 2
        elif part.group() in ("}", "\\right", "\\end"):
            weight = max(1, weight // 2)
        cost += weight * len(part.group())
        if cost > MAX_COST:
            return False
    return True

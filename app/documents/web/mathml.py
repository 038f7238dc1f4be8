"""Writes MathML formulas in one line. Sources: MathML 3.0, chapter 3; MathML Core."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from lxml import etree

from app.documents.formats.xml import attribute, local_name
from app.documents.text import formula
from app.documents.text.formula import FormulaPiece, FormulaPieceKind

_UNSEEN = {"annotation", "annotation-xml", "mphantom", "none", "mprescripts", "maligngroup", "malignmark"}
_ROWS = {"math", "mrow", "mstyle", "mpadded", "merror", "semantics", "maction", "mtd"}
_SPACE_WIDTH = re.compile(r"\s*(\d*\.?\d+)\s*(em)?")
_MIN_SPACE_EM = 0.1  # visible as a space
_NO_LINE = re.compile(r"\s*0*\.?0+\D*")
_SPACE = FormulaPiece("", FormulaPieceKind.SPACE)


class _Argument(NamedTuple):
    """The pieces of a child; `name` is "" for text between elements."""

    name: str
    pieces: list[FormulaPiece]

    @property
    def text(self) -> str:
        return formula.join(self.pieces)


def latex(math: etree._Element) -> str:
    r"""Write the visible formula in one line: `\frac{a}{b} = c^2`. Everything shown is kept, whatever is wrong with the
    markup.

    Annotations in TeX are ignored: they are not shown, and may say anything. Nested elements do not become nested
    calls.
    """
    frames = [_Frame(math)]
    while True:
        frame = frames[-1]
        child = next(frame.children, None)
        if child is None:
            frames.pop()
            if not frames:
                return formula.join(frame.pieces())
            frames[-1].take(frame.element, frame.pieces())
        elif not local_name(child) or local_name(child) in _UNSEEN:
            frame.take(child, [])
        else:
            frames.append(_Frame(child))


class _Frame:
    """An element whose children are being read."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self._name = local_name(element)
        self._arguments: list[_Argument] = []
        self.children: Iterator[etree._Element] = iter(())
        if self._name not in _TOKENS:
            self.children = _shown(element, self._name)
            self._add_text(element.text)

    def take(self, child: etree._Element, pieces: list[FormulaPiece]) -> None:
        if local_name(child):
            self._arguments.append(_Argument(local_name(child), pieces))
        self._add_text(child.tail)

    def _add_text(self, untrusted_text: str | None) -> None:
        """Add text between elements, which MathML forbids but browsers show."""
        if untrusted_text and untrusted_text.strip():
            self._arguments.append(_Argument("", formula.words(untrusted_text)))

    def pieces(self) -> list[FormulaPiece]:
        name, element, arguments = self._name, self.element, self._arguments
        if name in _TOKENS:
            return _TOKENS[name](element)
        if name in _SCRIPTED and len(arguments) == _SCRIPTED[name][0]:
            text = _SCRIPTED[name][1](*(each.text for each in arguments))
            return [FormulaPiece(text, _kind_of(arguments[0].pieces))]
        match name, len(arguments):
            case "mfrac", 2:
                return [_fraction(element, arguments)]
            case "mroot", 2:
                return [FormulaPiece(formula.root(arguments[0].text, arguments[1].text))]
            case "msqrt", _:
                return [FormulaPiece(formula.root(_row(arguments)))]
            case "mfenced", _:
                return _fenced(element, arguments)
            case "menclose", _:
                return _enclosed(element, arguments)
            case "mmultiscripts", count if count:
                return [_scripts_around(*arguments)]
            case "mtable", count if count:
                return [_table(arguments)]
            case "mtr", _:
                return [FormulaPiece(each.text, FormulaPieceKind.WORD) for each in arguments]
            case "mlabeledtr", _:  # a formula's number comes last, whichever side it is on
                return [FormulaPiece(each.text, FormulaPieceKind.WORD) for each in (*arguments[1:], *arguments[:1])]
        apart = [] if name in _ROWS else [_SPACE]
        return [piece for each in arguments for piece in (*each.pieces, *apart)]


def _shown(element: etree._Element, name: str) -> Iterator[etree._Element]:
    if name != "maction":
        return iter(element)
    selection = attribute(element, "selection").strip()[:9]
    chosen = int(selection) - 1 if selection.isdecimal() and 0 < int(selection) <= len(element) else 0
    return islice(element, chosen, chosen + 1)


def _kind_of(base: list[FormulaPiece]) -> FormulaPieceKind:
    """Return the kind of a base with scripts: an operator is still one."""
    return (
        base[0].kind
        if len(base) == 1 and base[0].kind in (FormulaPieceKind.WORD, FormulaPieceKind.INFIX)
        else FormulaPieceKind.ATOM
    )


def _said(element: etree._Element) -> str:
    return "".join(str(piece) for piece in element.itertext()) or attribute(element, "alt")


def _space(element: etree._Element) -> list[FormulaPiece]:
    width = _SPACE_WIDTH.match(attribute(element, "width"))
    wide = width is not None and (float(width[1]) >= _MIN_SPACE_EM if width[2] else float(width[1]) > 0)
    return [_SPACE] if wide or "mathspace" in attribute(element, "width") or attribute(element, "linebreak") else []


def _string(element: etree._Element) -> list[FormulaPiece]:
    opening, closing = element.get("lquote") or '"', element.get("rquote") or '"'
    return [formula.name(f"{opening}{_said(element)}{closing}")]


def _fraction(element: etree._Element, arguments: Sequence[_Argument]) -> FormulaPiece:
    line = not _NO_LINE.fullmatch(attribute(element, "linethickness"))
    return FormulaPiece(formula.fraction(arguments[0].text, arguments[1].text, line))


def _under_and_over(base: str, below: str, above: str) -> str:
    return formula.over(formula.under(base, below), above)


def _enclosed(element: etree._Element, arguments: Sequence[_Argument]) -> list[FormulaPiece]:
    look = attribute(element, "notation")
    if "strike" in look:
        return [FormulaPiece(formula.cancelled(_row(arguments)))]
    return [FormulaPiece(formula.root(_row(arguments)))] if "radical" in look else [*_pieces(arguments)]


def _fenced(element: etree._Element, arguments: list[_Argument]) -> list[FormulaPiece]:
    opening, closing = element.get("open"), element.get("close")
    separators = "".join((element.get("separators") or ",").split()) if element.get("separators") != "" else ""
    pieces = [FormulaPiece(formula.sign("(" if opening is None else opening).text, FormulaPieceKind.OPENING)]
    for index, each in enumerate(arguments):
        if index and separators:
            pieces.append(FormulaPiece(separators[min(index, len(separators)) - 1], FormulaPieceKind.SEPARATOR))
        pieces += each.pieces if separators else [*each.pieces, _SPACE]
    return [*pieces, FormulaPiece(formula.sign(")" if closing is None else closing).text, FormulaPieceKind.CLOSING)]


def _scripts_around(base: _Argument, *others: _Argument) -> FormulaPiece:
    """Write `mmultiscripts`: a base, then pairs of lower and upper scripts after it, then those before it."""
    middle = next((index for index, each in enumerate(others) if each.name == "mprescripts"), len(others))
    text = base.text
    for lower, upper in _pairs(others[:middle]):
        text = formula.scripts(text, lower, upper)
    for lower, upper in _pairs(others[middle + 1 :]):
        text = formula.before_base(text, lower, upper)
    return FormulaPiece(text, _kind_of(base.pieces))


def _pairs(arguments: Sequence[_Argument]) -> Iterator[tuple[str, str]]:
    for index in range(0, len(arguments), 2):
        yield arguments[index].text, arguments[index + 1].text if index + 1 < len(arguments) else ""


def _table(arguments: Sequence[_Argument]) -> FormulaPiece:
    """Write a matrix; the pieces of a row are its cells, and what is no row is a cell of its own."""
    rows = [[piece.text for piece in each.pieces] if each.name in _TABLE_ROWS else [each.text] for each in arguments]
    return FormulaPiece(formula.matrix(rows))


def _row(arguments: Sequence[_Argument]) -> str:
    return formula.join(_pieces(arguments))


def _pieces(arguments: Sequence[_Argument]) -> Iterator[FormulaPiece]:
    return (piece for each in arguments for piece in each.pieces)


_TABLE_ROWS = {"mtr", "mlabeledtr"}
_TOKENS: dict[str, Callable[[etree._Element], list[FormulaPiece]]] = {
    "mi": lambda element: [formula.name(_said(element))],
    "mn": lambda element: [formula.name(_said(element))],
    "ci": lambda element: [formula.name(_said(element)), _SPACE],
    "cn": lambda element: [formula.name(_said(element)), _SPACE],
    "mo": lambda element: [formula.sign(_said(element))],
    "mtext": lambda element: formula.words(_said(element)),
    "ms": _string,
    "mspace": _space,
    "mglyph": lambda element: [formula.name(_said(element))],
}
_SCRIPTED: dict[str, tuple[int, Callable[..., str]]] = {
    "msub": (2, formula.scripts),
    "msup": (2, lambda base, upper: formula.scripts(base, "", upper)),
    "msubsup": (3, formula.scripts),
    "munder": (2, formula.under),
    "mover": (2, formula.over),
    "munderover": (3, _under_and_over),
}

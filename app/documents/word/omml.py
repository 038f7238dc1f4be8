"""Writes Word's formulas in one line. Source: ECMA-376, part 1, 22.1 (Office Math Markup Language)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from lxml import etree

from app.documents.formats.xml import child, local_name, switch, value_in
from app.documents.text import formula
from app.documents.text.formula import FormulaPiece, FormulaPieceKind
from app.documents.word.docx_styles import DocxStyle

Element: TypeAlias = etree._Element
LookOf: TypeAlias = Callable[[Element | None], DocxStyle]
"""Returns a run's style by its properties."""

_SPACE = FormulaPiece("", FormulaPieceKind.SPACE)
_STRIKES = ("strikeh", "strikev", "strikebltr", "striketlbr")
_MATH = "/math}"  # the end of the namespace of formulas, in both of its forms
_DELETED = {"del", "movefrom"}


class OmmlFormula(NamedTuple):
    """The text of a formula; `hidden` is what of it people would not see."""

    text: str
    hidden: str


def latex(math: Element, look_of: LookOf) -> OmmlFormula:
    r"""Write the visible formula in one line: `\frac{a}{b} = c^2`. Everything shown is kept, whatever is wrong with the
    markup. Calls nest no deeper than the elements, which `xml.MAX_DEPTH` limits."""
    reader = _Reader(look_of)
    return OmmlFormula(formula.join(reader.row(math)), " ".join(reader.hidden))


class _Reader:
    def __init__(self, look_of: LookOf) -> None:
        self.hidden: list[str] = []
        self._look_of = look_of

    def row(self, element: Element | None) -> list[FormulaPiece]:
        """Return the pieces of the children, one after another."""
        pieces: list[FormulaPiece] = []
        for each in element if element is not None else ():
            name = local_name(each)
            if name and not name.endswith("pr"):
                pieces += self._read(each, name)
        return pieces

    def _said(self, element: Element | None) -> str:
        return formula.join(self.row(element))

    def _read(self, element: Element, name: str) -> list[FormulaPiece]:
        match name:
            case "r":
                return self._run(element)
            case "t" | "deltext":
                return formula.pieces_of(element.text or "")
            case "br" | "tab" | "cr":
                return [_SPACE]
            case "phant" if switch(_properties(element), "show") is False:
                self.hidden.append(self._said(element))
                return []
            case "borderbox" if any(switch(_properties(element), strike) for strike in _STRIKES):
                return [FormulaPiece(formula.cancelled(self._said(element)))]
            case "func":
                return self._function(element)
            case "d":
                return self._delimited(element)
            case "nary":
                return self._large(element)
        if name in _DELETED:
            return [FormulaPiece(formula.cancelled(text))] if (text := self._said(element)) else []
        if name in _BUILT:
            return self._built(element, name)
        if name in ("m", "eqarr"):
            return [FormulaPiece(formula.matrix([*self._rows(element, name)]))]
        return self.row(element)

    def _run(self, run: Element) -> list[FormulaPiece]:
        properties = [each for each in run if local_name(each) == "rpr"]
        own = next((each for each in properties if _MATH in str(each.tag)), None)
        look = self._look_of(next((each for each in properties if each is not own), None))
        if child(own, "nor") is not None:
            text = "".join(each.text or "" for each in run.iter() if local_name(each) in ("t", "deltext"))
            pieces = formula.words(text)
        else:
            pieces = self.row(run)
        if look.hidden:
            self.hidden.append(formula.join(pieces))
            return []
        return [FormulaPiece(formula.cancelled(formula.join(pieces)))] if look.struck and pieces else pieces

    def _function(self, element: Element) -> list[FormulaPiece]:
        name = self.row(child(element, "fname"))
        if len(name) == 1:
            name = [FormulaPiece(name[0].text, FormulaPieceKind.WORD)]
        return [*name, *self._others(element, "fname")]

    def _delimited(self, element: Element) -> list[FormulaPiece]:
        properties = _properties(element)
        opening, closing = value_in(properties, "begchr", "("), value_in(properties, "endchr", ")")
        between = value_in(properties, "sepchr", "|")
        pieces = [FormulaPiece(formula.sign(opening).text, FormulaPieceKind.OPENING)]
        for index, each in enumerate(_arguments(element)):
            pieces += [FormulaPiece(between, FormulaPieceKind.SEPARATOR)] if index else []
            pieces += self._read(each, local_name(each))
        return [*pieces, FormulaPiece(formula.sign(closing).text, FormulaPieceKind.CLOSING)]

    def _large(self, element: Element) -> list[FormulaPiece]:
        """Return the pieces of a sum, an integral and the like, then those of its operand."""
        sign = value_in(_properties(element), "chr", "∫")
        text = formula.scripts(sign, self._said(child(element, "sub")), self._said(child(element, "sup")))
        return [FormulaPiece(text, FormulaPieceKind.WORD), *self._others(element, "sub", "sup")]

    def _others(self, element: Element, *read: str) -> list[FormulaPiece]:
        """Return the pieces of all arguments but the first of each name in `read`."""
        done = [child(element, name) for name in read]
        others = (each for each in _arguments(element) if each not in done)
        return [piece for each in others for piece in self._read(each, local_name(each))]

    def _built(self, element: Element, name: str) -> list[FormulaPiece]:
        base = self.row(child(element, "e"))
        said = {key: self._said(child(element, key)) for key in _BUILT[name]} | {"e": formula.join(base)}
        # A name or an operator stays one with something above, below or after it.
        kind = base[0].kind if len(base) == 1 and name in _AROUND_BASE else FormulaPieceKind.ATOM
        text = self._written(element, name, said)
        return [FormulaPiece(text, kind), *self._others(element, "e", *_BUILT[name])]

    def _written(self, element: Element, name: str, said: dict[str, str]) -> str:
        properties = _properties(element)
        base, lower, upper = said["e"], said.get("sub", ""), said.get("sup", "")
        on_top = value_in(properties, "pos") == "top"
        match name:
            case "f":
                return formula.fraction(said["num"], said["den"], value_in(properties, "type") != "noBar")
            case "rad":
                return formula.root(base, said["deg"])
            case "spre":
                return formula.before_base(base, lower, upper)
            case "limlow":
                return formula.under(base, said["lim"])
            case "limupp":
                return formula.over(base, said["lim"])
            case "acc":
                return formula.over(base, value_in(properties, "chr", "\u0302"))
            case "bar":
                return formula.over(base, "¯") if on_top else formula.under(base, "_")
            case "groupchr":
                sign = value_in(properties, "chr", "\u23df")
                return formula.over(base, sign) if on_top else formula.under(base, sign)
        return formula.scripts(base, lower, upper)

    def _rows(self, element: Element, name: str) -> Iterator[list[str]]:
        for row in _arguments(element):
            if name == "eqarr":
                yield [formula.join(map(_without_alignment, self.row(row)))]
            else:
                yield [self._said(cell) for cell in _arguments(row)]


_BUILT = {
    "f": ("num", "den"),
    "ssup": ("sup",),
    "ssub": ("sub",),
    "ssubsup": ("sub", "sup"),
    "spre": ("sub", "sup"),
    "rad": ("deg",),
    "limlow": ("lim",),
    "limupp": ("lim",),
    "acc": (),
    "bar": (),
    "groupchr": (),
}
"""The arguments beside the base `e`, by the element's name."""
_AROUND_BASE = {"ssup", "ssub", "ssubsup", "limlow", "limupp"}


def _arguments(element: Element) -> Iterator[Element]:
    return (each for each in element if local_name(each) and not local_name(each).endswith("pr"))


def _properties(element: Element) -> Element | None:
    return child(element, f"{local_name(element)}pr")


def _without_alignment(piece: FormulaPiece) -> FormulaPiece:
    """Return a piece without alignment marks: in aligned lines, `&` marks what is aligned, and `#` the formula's
    number."""
    return _SPACE if piece.text == "#" else FormulaPiece("", FormulaPieceKind.GAP) if piece.text == "&" else piece

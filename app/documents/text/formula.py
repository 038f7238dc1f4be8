"""Writes formulas in one line, built as in LaTeX, with each sign as it is on the page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import NamedTuple

from app.documents.text import notation

_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<number>\d+(?:[.,\u00a0\u202f]\d+)*)|(?P<word>(?:[^\W\d_][\u0300-\u036f]*)+)|(?P<sign>.)",
    re.DOTALL,
)
_OPENING, _CLOSING = set("([{⟨⌈⌊⟦"), set(")]}⟩⌉⌋⟧!′″‴%‰°")
_SEPARATORS = {",", ";"}
_BARS = {"|", "‖", "∥"}
_INFIX = set("+-=<>·*")
_WRITTEN_INFIX = {":=", "=:", "!=", "->", "||", "&&"}
_NOT_INFIX = set("¬⁄⁒∀∁∂∃∄∅∆∇∎∕√∛∜∞∟∠∡∢∣∥∴∵∶⋮⋯⋰⋱")
_LARGE = set("∏∐∑⋀⋁⋂⋃⨀⨁⨂⨃⨄⨅⨆∫∬∭∮∯∰∱∲∳⨌")
_GAPS = set("\u2061\u2062\u2063\u2064\u200b")  # invisible operators: applied to, times, comma, plus
_MARKS_OF_A_BASE = re.compile("[′″‴⁗°'\"]+")
_OVER = {
    **dict.fromkeys("^ˆ\u0302", "hat"),
    **dict.fromkeys("¯‾ˉ\u0304\u0305―─", "overline"),
    **dict.fromkeys("→⃗⇀\u20d7", "vec"),
    **dict.fromkeys("~˜∼\u0303", "tilde"),
    **dict.fromkeys("˙.\u0307", "dot"),
    **dict.fromkeys("¨\u0308", "ddot"),
    **dict.fromkeys("ˇ\u030c", "check"),
    **dict.fromkeys("˘\u0306", "breve"),
    "\u23de": "overbrace",
    "\u23df": "underbrace",
}
_UNDER = {**dict.fromkeys("_ˍ\u0332―─", "underline"), "\u23df": "underbrace", "\u23de": "overbrace"}
_SCRIPT_END = re.compile(r"[\^_][-+]?\w+\Z")
_TAIL = 32  # characters, to see what a script ends with
_WORD = re.compile(r"[^\W\d_]{2,}")
_TAKES_LIMITS = {"lim", "limsup", "liminf", "max", "min", "sup", "inf", "argmax", "argmin", "det", "gcd", "Pr", "colim"}


class FormulaPieceKind(Enum):
    """The kind of a piece, which decides the spaces beside it."""

    ATOM = auto()
    WORD = auto()  # a name of several letters, or text: needs a space beside letters
    INFIX = auto()
    OPENING = auto()
    CLOSING = auto()
    SEPARATOR = auto()
    GAP = auto()  # an invisible operator
    SPACE = auto()


class FormulaPiece(NamedTuple):
    """A part of a formula, already written."""

    text: str
    kind: FormulaPieceKind = FormulaPieceKind.ATOM


def name(untrusted_text: str) -> FormulaPiece:
    """Return a name or a number as a piece."""
    text = " ".join(untrusted_text.split())
    return FormulaPiece(
        text.replace("{", r"\{").replace("}", r"\}"),
        FormulaPieceKind.WORD if _WORD.search(text) else FormulaPieceKind.ATOM,
    )


def words(untrusted_text: str) -> list[FormulaPiece]:
    """Return text inside a formula, with the space at its edges."""
    text = " ".join(untrusted_text.split())
    space = [FormulaPiece("", FormulaPieceKind.SPACE)]
    if not text:
        return space if untrusted_text else []
    return [*space * untrusted_text[0].isspace(), name(text), *space * untrusted_text[-1].isspace()]


def sign(untrusted_text: str) -> FormulaPiece:
    """Return an operator, a bracket, or what else is no name, as a piece."""
    text = "".join(untrusted_text.split())
    if not text or text in _GAPS:
        return FormulaPiece("", FormulaPieceKind.GAP)
    if _WORD.search(text):
        return name(untrusted_text)
    if text in _OPENING:
        return FormulaPiece("\\{" if text == "{" else text, FormulaPieceKind.OPENING)
    if text in _CLOSING:
        return FormulaPiece("\\}" if text == "}" else text, FormulaPieceKind.CLOSING)
    if text in _SEPARATORS:
        return FormulaPiece(text, FormulaPieceKind.SEPARATOR)
    if text in _LARGE:
        return FormulaPiece(text, FormulaPieceKind.WORD)
    return FormulaPiece(
        text, FormulaPieceKind.INFIX if text in _WRITTEN_INFIX or all(map(_is_infix, text)) else FormulaPieceKind.ATOM
    )


def pieces_of(untrusted_text: str) -> list[FormulaPiece]:
    """Return the pieces of a run that its format does not divide."""
    found: list[FormulaPiece] = []
    for token in _TOKEN.finditer(untrusted_text):
        if token.lastgroup == "space":
            found.append(FormulaPiece("", FormulaPieceKind.SPACE))
        elif token.lastgroup == "sign":
            found.append(sign(token[0]))
        else:
            found.append(name(token[0]))
    return found


def join(pieces: Iterable[FormulaPiece]) -> str:
    """Join the pieces, with spaces around infix operators and wherever a number or name would run into its
    neighbour."""
    written: list[str] = []
    before = FormulaPiece("", FormulaPieceKind.OPENING)
    space = gap = bar = False
    pending: FormulaPiece | None = None  # an operator, until it is known whether anything follows
    for piece in pieces:
        if piece.kind is FormulaPieceKind.SPACE:
            space = True
            continue
        if piece.kind is FormulaPieceKind.GAP:
            gap = True
            continue
        if not piece.text:
            continue
        if piece.text in _BARS:
            bar = not bar
            piece = FormulaPiece(piece.text, FormulaPieceKind.OPENING if bar else FormulaPieceKind.CLOSING)
        if pending is not None:
            written.append(
                pending.text
                if piece.kind in (FormulaPieceKind.CLOSING, FormulaPieceKind.SEPARATOR)
                else f" {pending.text} "
            )
            before, pending, space, gap = pending, None, False, False
        if piece.kind is FormulaPieceKind.INFIX and before.kind not in (
            FormulaPieceKind.OPENING,
            FormulaPieceKind.INFIX,
            FormulaPieceKind.SEPARATOR,
        ):
            pending = piece
            continue
        if written and (space or _needs_space(before, piece, gap)) and not written[-1].endswith(" "):
            written.append(" ")
        written.append(piece.text)
        before, space, gap = piece, False, False
    if pending is not None:
        written.append(pending.text)
    return "".join(written).strip()


def fraction(numerator: str, denominator: str, line: bool = True) -> str:
    return rf"\frac{{{numerator}}}{{{denominator}}}" if line else rf"{{{numerator} \atop {denominator}}}"


def root(radicand: str, degree: str = "") -> str:
    return rf"\sqrt[{degree}]{{{radicand}}}" if degree else rf"\sqrt{{{radicand}}}"


def scripts(base: str, lower: str = "", upper: str = "") -> str:
    """Return a base with what is lowered and raised after it; limits of sums are written in the same way."""
    if upper == "∘" and base[-1:].isdigit():
        upper = "°"  # as TeX makes degrees
    if _MARKS_OF_A_BASE.fullmatch(upper) and base:
        return scripts(base, lower) + upper if lower else base + upper
    if (lower and "_" in base) or (upper and "^" in base):
        base = base if base[-1] in ")]|" else f"{{{base}}}"
    lower, upper = lower and notation.lowered(lower), upper and notation.raised(upper)
    return (base or "{}") + lower + upper if lower or upper else base


def before_base(base: str, lower: str, upper: str) -> str:
    """Return a base with what is lowered and raised before it, like the numbers of an isotope."""
    lower, upper = lower and f"_{{{lower}}}", upper and f"^{{{upper}}}"
    return "{}" + lower + upper + base if lower or upper else base


def over(base: str, above: str) -> str:
    """Return a base with what is above it: an accent, a limit or anything else."""
    if above in _OVER:
        return rf"\{_OVER[above]}{{{base}}}"
    if _takes_limits(base) or base.startswith(r"\overbrace{"):
        return scripts(base, "", above)
    return rf"\overset{{{above}}}{{{base}}}" if above else base


def under(base: str, below: str) -> str:
    """Return a base with what is below it."""
    if below in _UNDER:
        return rf"\{_UNDER[below]}{{{base}}}"
    if _takes_limits(base) or base.startswith(r"\underbrace{"):
        return scripts(base, below, "")
    return rf"\underset{{{below}}}{{{base}}}" if below else base


def ends_in_script(text: str) -> bool:
    """Return whether a letter or number right after a text would belong to its last power or index."""
    return _SCRIPT_END.search(text[-_TAIL:]) is not None


def cancelled(text: str) -> str:
    """Return the notation of a part of a formula that is struck through."""
    return rf"\cancel{{{text}}}"


def matrix(rows: Sequence[Sequence[str]]) -> str:
    lines = r" \\ ".join(" & ".join(row) for row in rows)
    return rf"\begin{{matrix}} {lines} \end{{matrix}}"


def _is_infix(character: str) -> bool:
    if character in _INFIX or "\u2190" <= character <= "\u21ff":
        return True
    return character > "\x7f" and unicodedata.category(character) == "Sm" and character not in _NOT_INFIX


def _takes_limits(base: str) -> bool:
    """Return whether a base takes limits: a sum, an integral, or a name such as `lim`, bare or with a limit already."""
    head = re.split(r"[\^_]", base, maxsplit=1)[0].replace(" ", "")
    return head in _LARGE or head in _TAKES_LIMITS


def _needs_space(before: FormulaPiece, piece: FormulaPiece, gap: bool) -> bool:
    if before.kind is FormulaPieceKind.SEPARATOR:
        return True
    if before.kind is FormulaPieceKind.OPENING or piece.kind in (
        FormulaPieceKind.OPENING,
        FormulaPieceKind.CLOSING,
        FormulaPieceKind.SEPARATOR,
    ):
        return False
    last, first = before.text[-1], piece.text[0]
    if before.kind is FormulaPieceKind.WORD and (first.isalnum() or first == "\\"):
        return True
    if not last.isalnum():
        return piece.kind is FormulaPieceKind.WORD and last in "}′"
    if piece.kind is FormulaPieceKind.WORD and first.isalnum():
        return True
    if first.isalnum() and ends_in_script(before.text):
        return True
    return gap and last.isdigit() and first.isdigit()

"""Writes what plain text has no sign for: powers, marks of notes, struck words, form fields.

One notation for all formats, for the model and for people. Powers follow a circumflex, indices an underscore (`10^6`,
`m^-1`, `e^{n+1}`, `101_2`), as in TeX; a note's mark is in square brackets (`24.91[2]`), and so is all else that is not
running text, with a word for what it is (`[struck: four]`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from app.language.terms import is_unspaced

_NOTE_MARK = re.compile(r"\d{1,3}|[a-z]|[ivx]{1,4}|\d{1,3}(?:\s*[,;\u2013-]\s*\d{1,3})+|[a-z](?:\s*,\s*[a-z])+")
_SIGNS = re.compile(r"[*†‡§¶°º′″'\"#‖]+|\(?[®©™℠]\)?|TM|SM|\(R\)|\(TM\)")
_ORDINAL = re.compile(
    r"st|nd|rd|th|er|ers|re|res|e|es|ème|èmes|eme|ère|ères|bis|ter|o|a|os|as|ᵉ|me|mes|lle|lles|gr|te|º|ª", re.IGNORECASE
)
_SIMPLE = re.compile(r"[-+]?(?:\d+|[^\W\d_])")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2012": "-", "\ufe63": "-", "\uff0d": "-", "\uff0b": "+"})
_WORD_BEFORE = re.compile(r"([^\W\d_]+)$")
_NUMBER_BEFORE = re.compile(r"\d{1,3}(?:[\u00a0\u202f' ]\d{3})+(?:[.,]\d+)?$|\d(?:[\d.,]*\d)?$")
_ROUND_BEFORE = re.compile(r"\(([^()]*)\)$")
_FORMULA = re.compile(r"[-+*/=·×÷^_\u2212]|^\W*\w{1,2}\W*$|\d")
_RAISED_WORDS = (  # words of three letters and more that take a power: units and functions
    "mol|min|sec|rad|bar|lux|kpc|mpc|kmh|foot|feet|inch(es)?|yards?|miles?|met(er|re)s?|pixels?|mmhg|dpi"
    "|a?sin|a?cos|a?tan|cot|sec|csc|exp|log|sinh|cosh|tanh|arcsin|arccos|arctan"
)
_TAKES_POWER = re.compile(_RAISED_WORDS, re.IGNORECASE)
_ROMAN_BEFORE = re.compile(r"\b[IVXLCM]+$")
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x")),
    *((9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_MASS = re.compile(r"\d{1,3}m?")
_ELEMENTS = (  # whose isotopes texts mention; no symbol that also begins sentences
    "H Li B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd"
    " Ag Cd Sn Sb Te Xe Cs Ba La Ce Nd Sm Eu Gd Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po Rn Ra Ac Th Pa U Np Pu Cm Cf"
)
_ELEMENT_AFTER = re.compile(rf"(?:{_ELEMENTS.replace(' ', '|')})(?![^\W\d_])")


def superscript(untrusted_text: str, before: str, *, note: bool | None = None, after: str = "") -> str:
    """Write raised text between `before` and `after` (of its line; the nearest word of each is enough).

    `note` tells whether it is a note's mark, if the format says so; else the text before decides: a power follows a
    small whole number, a short name or a unit, a note's mark follows a word, a sign or a measured number. What is
    raised by custom (`1st`, `No`, `Octavo™`, `Smith*`), or follows nothing, stays as it is.
    """
    text = " ".join(untrusted_text.split())
    if not text:
        return untrusted_text
    if text[0] == "[" and text[-1] == "]":
        return text
    if note is None and _is_isotope(text, before, after):
        return "^{" + text + "}"
    if note or (note is None and _is_note(text, before)):
        return f"[{text.strip('()')}]"
    if not before.strip() or _is_sign(text) or (note is None and _is_customary(text, before)):
        return text
    return _apart(raised(text), after)


def subscript(untrusted_text: str, before: str, *, after: str = "") -> str:
    """Write lowered text between `before` and `after`. A number after a letter stays as it is: `H2O`."""
    text = " ".join(untrusted_text.split())
    if not text:
        return untrusted_text
    if text.isdigit() and before[-1:].isalpha() and not after[:1].isdigit():
        return text
    if before[-1:] in ("", " ") and not after[:1].isalnum():
        return text
    return _apart(lowered(text), after)


def fraction(numerator: str, stroke: str, denominator: str, before: str) -> str:
    """Write a fraction of a raised and a lowered number, with a space after a whole number before it."""
    return f"{' ' if before[-1:].isdigit() else ''}{numerator.strip()}{stroke}{denominator.strip()}"


def raised(untrusted_text: str) -> str:
    """Return the notation of a power, without its base."""
    return "^" + _argument(untrusted_text)


def lowered(untrusted_text: str) -> str:
    """Return the notation of an index, without its base."""
    return "_" + _argument(untrusted_text)


def note_mark(number: int | str) -> str:
    """Return the mark of a note, in the text and before the note itself."""
    return f"[{number}]"


def struck(untrusted_text: str) -> str:
    """Return the notation of words that are struck out, by their format or by a recorded change."""
    return _bracketed("struck", untrusted_text)


def inserted(untrusted_text: str) -> str:
    """Return the notation of words that a recorded change added."""
    return _bracketed("inserted", untrusted_text)


HIDDEN_SLIDE = "[hidden slide]"
SPEAKER_NOTES = "[speaker notes]"


def field(untrusted_name: str, untrusted_value: str) -> str:
    """Return the notation of a form field with its value, which may be empty. A box is `[x]` or `[ ]` before its
    name."""
    name, value = " ".join(untrusted_name.split()).rstrip(" :："), untrusted_value.strip()
    return f"[field {name}: {value}]" if name else f"[field: {value}]"


def check_box(untrusted_name: str, ticked: bool) -> str:
    return f"[{'x' if ticked else ' '}] {' '.join(untrusted_name.split())}".rstrip()


def chart(untrusted_title: str = "", untrusted_series: Iterable[str] = ()) -> str:
    """Return the text that replaces a chart, whose drawing cannot be read here."""
    title, series = " ".join(untrusted_title.split()), ", ".join(" ".join(name.split()) for name in untrusted_series)
    words = ": ".join(filter(None, (title, series)))
    return f"[chart: {words}]" if words else "[chart]"


def diagram(untrusted_labels: Iterable[str]) -> str:
    """Return the text that replaces a diagram: the words in it."""
    labels = "; ".join(filter(None, (" ".join(label.split()) for label in untrusted_labels)))
    return f"[diagram: {labels}]" if labels else "[diagram]"


def annotation(untrusted_text: str) -> str:
    """Return the notation of text that was put on top of a page, where people see it."""
    return f"[note on the page: {untrusted_text.strip()}]"


def comment(untrusted_text: str, untrusted_author: str = "", place: str = "") -> str:
    """Return the notation of a comment in the margin, which is no part of the page's text. `place` is the cell that it
    is on."""
    author, text = " ".join(untrusted_author.split()), " ".join(untrusted_text.split())
    where = f" on {place}" if place else ""
    return f"[comment by {author}{where}: {text}]" if author else f"[comment{where}: {text}]"


def roman(number: int) -> str:
    """Return the number in small Roman numerals; `number` is from 1 on."""
    written = ""
    for value, letters in _ROMAN:
        written += letters * (number // value)
        number %= value
    return written


def more_comments(number: int) -> str:
    """Return the text that replaces comments that were too many to keep."""
    return f"[{number} more comment{'s' if number > 1 else ''}, to be seen in the file]"


def _bracketed(word: str, untrusted_text: str) -> str:
    """Put the text in brackets; white space at its edges stays outside."""
    text = untrusted_text.strip()
    if not text:
        return untrusted_text
    start = untrusted_text.index(text)
    return f"{untrusted_text[:start]}[{word}: {text}]{untrusted_text[start + len(text) :]}"


def _argument(text: str) -> str:
    text = text.translate(_MINUS)
    return text if _SIMPLE.fullmatch(text) else "{" + text + "}"


def _apart(sign: str, after: str) -> str:
    """Return a sign, in braces if the text after it would run into it."""
    return f"{sign[0]}{{{sign[1:]}}}" if after[:1].isalnum() and sign[-1] != "}" else sign


def _is_sign(text: str) -> bool:
    return _SIGNS.fullmatch(text) is not None or all(unicodedata.category(character) == "So" for character in text)


def _is_isotope(text: str, before: str, after: str) -> bool:
    free = before[-1:] in ("", *"([/-\u2013\u2011") or before[-1:].isspace()
    return free and _MASS.fullmatch(text) is not None and _ELEMENT_AFTER.match(after) is not None


def _is_customary(text: str, before: str) -> bool:
    return bool(_ORDINAL.fullmatch(text)) and before[-1:].isalnum() and not _is_variable(text, before)


def _is_variable(text: str, before: str) -> bool:
    """Return whether one letter is raised on one letter: `x^a`, `e^o`."""
    word = _WORD_BEFORE.search(before)
    return len(text) == 1 and word is not None and len(word[1]) == 1 and not before[: word.start()][-1:].isdigit()


def _is_note(text: str, before: str) -> bool:
    if not _NOTE_MARK.fullmatch(text.strip("()")):
        return False
    before = before.rstrip("\u200b")
    if not before.strip():
        return True  # here the note itself begins
    word, number = _WORD_BEFORE.search(before), _NUMBER_BEFORE.search(before)
    measured = number is not None and not number[0].strip().isdigit()
    long = word is not None and len(word[1]) > 2 and _TAKES_POWER.fullmatch(word[1]) is None
    if text.isalpha() and len(text) == 1:  # else it is a variable, an ordinal (`XIX` with `e`), or unclear
        return measured or (long and _ROMAN_BEFORE.search(before) is None) or before[-1] in ".,;:!?”’»%"
    if before[-1].isspace():
        return True
    if word is not None:
        return is_unspaced(before[-1]) or long
    if number is not None:
        digits = number[0].strip()
        return measured or (len(digits) > 2 and digits.strip("0") != "1")
    inner = _ROUND_BEFORE.search(before)
    if inner is not None:
        return not _FORMULA.search(inner[1])
    return before[-1] not in "]}|^_∂∇∑∏∫πθ"

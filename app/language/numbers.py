"""Reads the numbers of a sentence, however they are written: values, units, and bounds such as "at least"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.language.languages import ENGLISH, Language
from app.language.terms import is_unspaced

_UNITS = {
    unit: names[0]
    for names in (
        ("percent", "%", "per cent", "prozent", "v.h", "pour cent", "por ciento", "per cento", "パーセント", "割"),
        ("permille", "‰", "promille"),
        ("degree", "°", "degrees", "grad", "°c", "度"),
        ("euro", "€", "euros", "eur", "ユーロ"),
        ("dollar", "$", "dollars", "usd", "ドル"),
        ("pound", "£", "pounds", "gbp"),
        ("yen", "¥", "円", "jpy"),
        ("second", "seconds", "sekunde", "sekunden", "秒"),
        ("minute", "minutes", "minuten", "分"),
        ("hour", "hours", "stunde", "stunden", "heure", "heures", "hora", "horas", "時間"),
        ("day", "days", "tag", "tage", "tagen", "jour", "jours", "día", "días", "giorno", "giorni", "日"),
        ("week", "weeks", "woche", "wochen", "semaine", "semaines", "semana", "semanas", "週間", "週"),
        ("month", "months", "monat", "monate", "monaten", "mois", "mes", "meses", "mese", "mesi",
         "か月", "ヶ月", "箇月", "カ月", "ヵ月", "月"),
        ("year", "years", "jahr", "jahre", "jahren", "an", "ans", "année", "años", "año", "anno", "anni", "年"),
        ("km", "kilometre", "kilometres", "kilometer", "kilometers"),
        ("m", "metre", "metres", "meter", "meters", "metern", "mètre", "mètres", "メートル"),
        ("cm", "centimetre", "centimetres", "zentimeter"),
        ("mm", "millimetre", "millimetres", "millimeter"),
        ("mile", "miles"),
        ("kg", "kilogram", "kilograms", "kilogramm", "キログラム"),
        ("g", "gram", "grams", "gramm", "グラム"),
        ("mg", "milligram", "milligrams"),
        ("tonne", "tonnes", "tons", "ton", "トン"),
        ("l", "litre", "litres", "liter", "liters", "リットル"),
        ("ml", "millilitre", "millilitres", "milliliter"),
        ("kb", "kilobyte", "kilobytes"), ("mb", "megabyte", "megabytes"), ("gb", "gigabyte", "gigabytes"),
        ("hz",), ("khz",), ("mhz",), ("kw",), ("mw",), ("w", "watt", "watts"), ("v", "volt", "volts"),
    )
    for unit in names
}  # fmt: skip
"""One name for every way to write a unit; those of several words are in `_LONG_UNITS` too."""

_LONG_UNITS = tuple(unit for unit in _UNITS if " " in unit)
_LEAST, _MOST, _LESS, _MORE = ">=", "<=", "<", ">"
_BOUNDS = (
    (re.compile(r"\b(?:(?:not|no) (?:less|fewer|earlier|lower) than|at least|(?:a )?minimum of)\b"), _LEAST),
    (re.compile(r"\b(?:(?:not|no) (?:more|later|longer|higher) than|at most|up to|(?:a )?maximum of)\b"), _MOST),
    (re.compile(r"\b(?:less|fewer|earlier) than\b"), _LESS),
    (re.compile(r"\b(?:more|later|longer) than\b"), _MORE),
    (re.compile(r"\b(?:nicht (?:weniger|früher) als|mindestens|wenigstens)\b"), _LEAST),
    (re.compile(r"\b(?:nicht (?:mehr|später|länger) als|höchstens|spätestens)\b"), _MOST),
    (re.compile(r"\bweniger als\b"), _LESS),
    (re.compile(r"\bmehr als\b"), _MORE),
)
_BOUND_SIGNS = {_LEAST: "\ue001", _MOST: "\ue002", _LESS: "\ue003", _MORE: "\ue004"}
_SIGN_BOUNDS = {sign: bound for bound, sign in _BOUND_SIGNS.items()}
_NOTE_MARK = re.compile(r"(?<=[^\s\[(])\[\d{1,3}\]")
_RAISED = re.compile("[\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u207a\u207b]+")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?![\d]|[.,]\d{3})")
_PIECE = re.compile(
    r"(?P<number>(?:(?<!\w)(?<!\d\s)[-\u2212])?\d+(?:[.,]\d+)*(?:\^\{?[-\w+]+\}?)?)(?P<ordinal>(?:st|nd|rd|th)\b)?"
    r"|(?P<word>[^\W\d_]+(?:\^\{?[-\w+]+\}?)?)|(?P<sign>[%‰°€$£¥\ue001-\ue004])"
)
_PLAIN = str.maketrans({"\u2212": "-", ",": ".", "{": None, "}": None})
_KANJI_DIGITS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")}
_KANJI_TENS = {"十": 10, "百": 100, "千": 1000}
_KANJI_NUMBER = re.compile(
    r"(?P<number>[〇一二三四五六七八九十百千万]+)"
    r"(?=か月|ヶ月|箇月|カ月|年|月|日|時|分|秒|週|円|%|パーセント|度|条|項|号|章|節|頁|ページ|個|人|名|件|回|歳|割"
    r"|本|台|隻|倍|メートル|キロ|トン|リットル)"
)


@dataclass(frozen=True)
class Figure:
    """A number in a text. `value` is written in digits, with a power as written; `unit` and `bound` are empty if there
    is none."""

    value: str
    unit: str
    bound: str

    def agrees(self, other: Figure) -> bool:
        """Return whether both may mean the same: a unit or bound that one of them leaves out makes no difference."""
        units = self.unit == other.unit or not (self.unit and other.unit)
        bounds = self.bound == other.bound or not (self.bound and other.bound)
        return self.value == other.value and units and bounds


def without_bounds(text: str) -> str:
    """Return the case-folded text with a sign for each bound such as "not less than", which negates nothing."""
    for words, bound in _BOUNDS:
        text = words.sub(_BOUND_SIGNS[bound], text)
    return text


def figures_of(text: str, language: Language) -> tuple[Figure, ...]:
    """Return all numbers of the text, in order."""
    text = _RAISED.sub(lambda match: f"^{match.group()}", _NOTE_MARK.sub("", text))
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _KANJI_NUMBER.sub(lambda match: str(kanji_value(match["number"])), text)
    text = _THOUSANDS.sub(lambda match: re.sub(r"\D", "", match.group()), without_bounds(text))
    for unit in _LONG_UNITS:
        text = text.replace(f" {unit}", f" {_UNITS[unit]}")
    return tuple(_figures(list(_PIECE.finditer(text)), language))


def begins_with_unit(text: str) -> bool:
    """Return whether the text, which follows a number, begins with a unit."""
    match = re.match(r"\s*([%‰°€$£¥]|[^\W\d_]+(?:\^\S+)?)", unicodedata.normalize("NFKC", text).casefold())
    if match is None:
        return False
    long = any(text.casefold().lstrip().startswith(unit) for unit in _LONG_UNITS)
    return long or bool(_unit(match[1]))


def _figures(pieces: Sequence[re.Match[str]], language: Language) -> Iterator[Figure]:
    bound, index = "", 0
    while index < len(pieces):
        piece = pieces[index]
        if piece["sign"] in _SIGN_BOUNDS:
            bound, index = _SIGN_BOUNDS[piece["sign"]], index + 1
            continue
        value, used = _value(pieces[index:], language)
        if not used:
            index += 1
            continue
        before, after = pieces[index - 1] if index else None, pieces[index + used : index + used + 1]
        unit = _unit(after[0].group()) if after else ""
        if not unit and before is not None and before["sign"]:
            unit = _unit(before["sign"])
        yield Figure(value, unit, bound)
        bound, index = "", index + used


def _value(pieces: Sequence[re.Match[str]], language: Language) -> tuple[str, int]:
    """Return the number at the beginning, and how many pieces it takes; 0 for no number."""
    first = pieces[0]
    if first["number"]:
        value = first["number"].translate(_PLAIN)
        return (f"{value}." if first["ordinal"] else value), 1
    word = first["word"] or ""
    if word in language.ordinals:
        return f"{language.ordinals.index(word) + 1}.", 1
    if language is ENGLISH and word == "one":
        following = pieces[1]["word"] if len(pieces) > 1 else None
        if following not in ("hundred", "thousand") and not _unit(following or ""):
            return "", 0  # "one of them", "no one"
    total = current = used = 0
    for piece in pieces:
        number = _word_value(piece["word"] or "", language)
        if number is None:
            following = pieces[used + 1]["word"] if used + 1 < len(pieces) else None
            joins = piece["word"] == "and" and current and not current % 100
            if not joins or _word_value(following or "", language) is None:
                break
            used += 1
            continue
        if number == 100:
            current = (current or 1) * 100
        elif number == 1000:
            total, current = total + (current or 1) * 1000, 0
        elif current % 100 and (current % 100 < 20 or number >= 10):
            break
        else:
            current += number
        used += 1
    return str(total + current), used


def _word_value(word: str, language: Language) -> int | None:
    if word in language.numbers:
        return language.numbers.index(word) + 2
    if word in language.tens:
        return (language.tens.index(word) + 2) * 10
    if language is ENGLISH:
        return {"one": 1, "hundred": 100, "thousand": 1000}.get(word)
    return None


def _unit(word: str) -> str:
    if word in _UNITS:
        return _UNITS[word]
    base, power, exponent = word.partition("^")
    if power and base in _UNITS:
        return f"{_UNITS[base]}^{exponent.strip('{}')}"
    if word and is_unspaced(word[0]):
        return next((_UNITS[unit] for unit in sorted(_UNITS, key=len, reverse=True) if word.startswith(unit)), "")
    return ""


def kanji_value(written: str) -> int:
    total = current = 0
    for character in written:
        if character in _KANJI_DIGITS:
            current = current * 10 + _KANJI_DIGITS[character]
        elif character == "万":
            total, current = (total + current) * 10_000, 0
        else:
            total, current = total + (current or 1) * _KANJI_TENS[character], 0
    return total + current

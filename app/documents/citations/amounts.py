"""Finds the amounts of a text with their currencies, however they are written in the languages that Octavo knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.language.languages import ENGLISH, language_of
from app.language.numbers import kanji_value
from app.language.terms import words_of

_NAMES = {
    "EUR": "€ eur euro euros ユーロ",
    "USD": "$ us$ usd dollar dollars ドル",
    "GBP": "£ gbp pound pounds",
    "JPY": "¥ ￥ jpy yen 円",
    "CHF": "chf franken",
}
_CODES = "aud cad cny czk dkk hkd huf inr krw nok nzd pln sek sgd"
_CURRENCIES = {name: code for code, names in _NAMES.items() for name in names.split()} | {
    code: code.upper() for code in _CODES.split()
}
_SCALES = {
    name: Decimal(10) ** power
    for power, names in (
        (3, "thousand tausend mille mil mila"),
        (6, "million millions mio. mio millionen millón millones milione milioni"),
        (9, "milliarde milliarden milliard milliards miliardo miliardi"),
    )
    for name in names.split()
}
"""A billion is not the same in all languages, and no scale here."""


def _one_of(names: dict[str, str] | dict[str, Decimal]) -> str:
    """Return a pattern for these names; those of letters are whole words."""
    longest = sorted(names, key=len, reverse=True)
    return "|".join(rf"(?<![^\W\d_]){re.escape(name)}(?![^\W\d_])" if name[0].isalpha() and name.isascii() else
                    re.escape(name) for name in longest)  # fmt: skip


_CURRENCY = _one_of(_CURRENCIES)
_AMOUNT = re.compile(
    rf"(?:(?P<before>{_CURRENCY})\s?)?(?<![\w.,])(?P<number>\d{{1,3}}(?:[.,'’\s]\d{{3}})+(?:[.,]\d{{1,2}})?(?![\d])|\d+(?:[.,]\d+)?)"
    rf"(?:,?[-\u2013]{{1,2}}(?=\s|$))?(?![\d]|[.,]\d)(?P<percent>\s?(?:%|‰|°))?(?:\s?(?P<scale>{_one_of(_SCALES)}))?"
    rf"(?:\s?(?:de\s|d['’]|di\s)?(?P<after>{_CURRENCY}))?"
)
_IN_BRACKETS = re.compile(rf"\s*[(（](?:in\s+)?(?P<currency>{_CURRENCY})[)）]\s*(?=[?？.。]?\s*$)", re.IGNORECASE)
_UNSPACED = re.compile(
    r"(?P<before>金|[¥￥])?\s*(?:(?P<oku>[\d,]+)億)?(?:(?P<man>[\d,]+)万)?(?P<rest>[\d,]+)?(?P<after>円|ユーロ|ドル)"
)
_KANJI = re.compile(r"[〇一二三四五六七八九十百千]+(?=[億万円〇一二三四五六七八九十百千]*円)")
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’\s]\d{3})+")
_ONE_GROUP = re.compile(r"\d{1,3}([.,])\d{3}")


@dataclass(frozen=True)
class Amount:
    """An amount at the characters [start, end) of a text. `number` is None if it may be read in two ways, as 1.475 may.
    `currency` is a code such as EUR, empty if none is named. `percent` tells that it is a share, or a degree."""

    start: int
    end: int
    number: Decimal | None
    currency: str = ""
    percent: bool = False

    def is_same(self, number: Decimal | None, currency: str) -> bool:
        """Return whether an amount is this number, in this currency if one is wanted."""
        return self.number is not None and self.number == number and currency in ("", self.currency)


def plain(text: str) -> str:
    """Return a case-folded text in NFKC with the numbers of its amounts in yen in digits."""
    return _KANJI.sub(lambda match: str(kanji_value(match.group())), text)


def without_currency(question: str) -> str:
    """Return a question without the currency in brackets at its end: the rent (EUR)."""
    return _IN_BRACKETS.sub("", question)


def currency_asked(question: str) -> str:
    """Return the code of the currency in brackets at the end of a question; empty if there is none."""
    found = _IN_BRACKETS.search(question)
    return _CURRENCIES[found["currency"].casefold()] if found is not None else ""


def amount_spans(plain_text: str) -> tuple[Amount, ...]:
    """Return all numbers of a case-folded text, in order, whether they are money or not."""
    english = language_of(words_of(plain_text)) is ENGLISH
    found = sorted(_found(plain_text, english=english), key=lambda each: (each.start, -each.end))
    apart: list[Amount] = []
    for each in found:
        if not apart or each.start >= apart[-1].end:
            apart.append(each)
    return tuple(apart)


def _found(text: str, *, english: bool) -> Iterator[Amount]:
    for match in _UNSPACED.finditer(text):
        parts = [Decimal(match[name].replace(",", "") or 0) if match[name] else None for name in ("oku", "man", "rest")]
        if any(part is not None for part in parts):
            oku, man, rest = (part or Decimal(0) for part in parts)
            total = oku * 10**8 + man * 10**4 + rest
            yield Amount(*match.span(), total, _CURRENCIES[match["after"]])
    for match in _AMOUNT.finditer(text):
        currency = _CURRENCIES.get(match["before"] or match["after"] or "", "")
        number = _number(match["number"], english=english, money=bool(currency))
        if number is not None and match["scale"]:
            number *= _SCALES[match["scale"]]
            number = number.to_integral_value() if number == number.to_integral_value() else number
        if text[: match.start("number")].endswith(("-", "\u2212")):
            number = None  # less than nothing, or the end of a span
        yield Amount(*match.span(), number, currency, bool(match["percent"]))


def _number(written: str, *, english: bool, money: bool) -> Decimal | None:
    """Return a number as it is written; None for what means one number in English, and another one elsewhere."""
    one = _ONE_GROUP.fullmatch(written)
    if one is not None and not money and (one[1] == ".") == english:
        return None
    grouped = _GROUPED.match(written)
    whole = grouped.group() if grouped is not None else ""
    if whole and len({sign for sign in whole if not sign.isdigit()}) > 1:
        return None
    rest = written[len(whole) :]
    return Decimal(re.sub(r"\D", "", whole) + rest.replace(",", "."))

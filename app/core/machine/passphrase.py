"""The strength of a passphrase: how hard it is to guess, and how hard it must be. Whoever sets one asks here."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.core.errors import AppError, Code

LEAST_DIGITS = 10.0
"""The least logarithm to base 10 of the number of guesses that a passphrase must take: ten thousand million guesses.
With `app.store.key_derivation`, a guess takes a core of this machine about a second."""
_DIGITS_OF_WORD = 3.0
"""Decimal digits of guesses that one more word adds, if it is chosen without the others in mind."""
_LOOKED_AT = 72  # characters; the estimate takes longer than its square

_OFTEN_IN_JAPAN = (
    *("パスワード", "合言葉", "あいことば", "ひみつ", "秘密", "ありがとう", "ありがとうございます", "こんにちは"),
    *("おはよう", "おはようございます", "よろしく", "よろしくお願いします", "いろはにほへと", "さくら", "桜", "日本"),
    *("にほん", "東京", "とうきょう", "大阪", "京都", "愛してる", "あいしてる", "大好き", "だいすき", "家族", "会社"),
    *("ドラえもん", "ピカチュウ", "ポケモン", "佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林"),
    *("himitsu", "pasuwado", "arigatou", "arigato", "sakura", "nippon", "nihon", "daisuki", "aishiteru", "konnichiwa"),
)
"""Common words and names of Japan: zxcvbn, which knows English, would take them for many signs that nobody can
guess."""


class Weakness(StrEnum):
    """A weakness of a passphrase: a program that guesses tries passphrases with it first."""

    SHORT = "short"
    COMMON = "common"
    NAME = "name"
    REPEATED = "repeated"
    SEQUENCE = "sequence"
    DATE = "date"


@dataclass(frozen=True)
class Guessing:
    """The effort that guessing a passphrase takes. `digits` is the logarithm to base 10 of the number of guesses;
    `weakness` is that of its most predictable part."""

    digits: float
    weakness: Weakness

    @property
    def enough(self) -> bool:
        return self.digits >= LEAST_DIGITS

    @property
    def missing_words(self) -> int:
        """So many more unrelated words make it enough."""
        return max(0, math.ceil((LEAST_DIGITS - self.digits) / _DIGITS_OF_WORD))


def normal(passphrase: str) -> str:
    """Return the passphrase in NFC (RFC 8265), so that it is the same whichever way its characters were typed."""
    return unicodedata.normalize("NFC", passphrase)


def guess(passphrase: str) -> Guessing:
    """Estimate how many guesses it takes, by words, names, dates and patterns that people choose. Source: zxcvbn
    (Wheeler, USENIX Security 2016). Where it knows no words, it counts ten guesses for each character: for Japanese
    that is less than there are characters, and about what its words are worth."""
    from zxcvbn import zxcvbn  # when it is needed: its lists of words take a while

    text = unicodedata.normalize("NFKC", passphrase)[:_LOOKED_AT]
    if not text:
        return Guessing(0, Weakness.SHORT)
    found = zxcvbn(text, user_inputs=["octavo", *_OFTEN_IN_JAPAN])
    return Guessing(float(found["guesses_log10"]), _weakness(found["sequence"]))


def require_strong(passphrase: str, least_digits: float = LEAST_DIGITS) -> None:
    """Refuse a passphrase that takes fewer than 10 ** `least_digits` guesses, and never accept fewer than the usual
    limit. Raises AppError PASSPHRASE_WEAK."""
    least, found = max(least_digits, LEAST_DIGITS), guess(passphrase)
    if found.digits < least:
        raise AppError(Code.PASSPHRASE_WEAK, words=math.ceil((least - found.digits) / _DIGITS_OF_WORD))


def _weakness(parts: list[dict[str, Any]]) -> Weakness:
    """Return the weakness of the part with the most characters that follows a pattern; SHORT where no part does."""
    known = [part for part in parts if part["pattern"] != "bruteforce"]
    longest = max(known, key=lambda part: len(part["token"]), default=None)
    if longest is None:
        return Weakness.SHORT
    match longest["pattern"]:
        case "repeat":
            return Weakness.REPEATED
        case "sequence" | "spatial":
            return Weakness.SEQUENCE
        case "date" | "regex":
            return Weakness.DATE
    of_names = longest["dictionary_name"] in ("surnames", "male_names", "female_names")
    return Weakness.NAME if of_names else Weakness.COMMON

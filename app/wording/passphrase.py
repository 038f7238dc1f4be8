"""The strength of a passphrase, and what would make it harder to guess, in words."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.machine.passphrase import Weakness, guess
from app.wording.i18n import _

MOST_SCORE = 4
_BOUNDS = (4.0, 7.0)
"""Digits of the number of guesses, below which a passphrase has the score 0 and 1."""
_STRONG_DIGITS = 13.0


@dataclass(frozen=True)
class Strength:
    """The strength of a passphrase: `score` is from 0, guessed at once, to `MOST_SCORE`; one that is `enough` may be
    set."""

    score: int
    words: str
    enough: bool


def wrong_words() -> str:
    """Say that a passphrase does not unlock the desk."""
    return _("This passphrase is wrong. Try again.")


def strength(passphrase: str) -> Strength:
    """Rate how hard a passphrase is to guess, as `app.core.machine.passphrase.guess` estimates it."""
    found = guess(passphrase)
    if found.digits >= _STRONG_DIGITS:
        return Strength(MOST_SCORE, _("Strong: very hard to guess."), True)
    if found.enough:
        return Strength(MOST_SCORE - 1, _("Good: hard to guess."), True)
    missing = found.missing_words
    if missing == 1:
        advice = _("One more unrelated word makes it strong enough.")
    else:
        advice = _("{count} more unrelated words make it strong enough.").format(count=missing)
    score = sum(found.digits >= bound for bound in _BOUNDS)
    return Strength(score, _("Too weak. {why} {advice}").format(why=_why(found.weakness), advice=advice), False)


def _why(weakness: Weakness) -> str:
    return {
        Weakness.SHORT: _("It is short."),
        Weakness.COMMON: _("Common words and passphrases are tried first."),
        Weakness.NAME: _("Names are tried first."),
        Weakness.REPEATED: _("Repeated words and letters add little."),
        Weakness.SEQUENCE: _("Sequences such as 1234 or qwerty are tried first."),
        Weakness.DATE: _("Dates and years are tried first."),
    }[weakness]

"""How hard a passphrase is to guess, in words."""

from __future__ import annotations

from dataclasses import dataclass

from app.wording.i18n import _

MOST_SCORE = 4
_LOOKED_AT = 72  # characters; the estimate takes longer than its square


@dataclass(frozen=True)
class Strength:
    """`score` from 0, guessed at once, to `MOST_SCORE`."""

    score: int
    words: str


def strength(passphrase: str) -> Strength:
    """An estimate of how many guesses it takes, by words, names, dates and patterns that people choose. Source: zxcvbn
    (Wheeler, USENIX Security 2016)."""
    from zxcvbn import zxcvbn  # when it is needed: its lists of words take a while

    score = int(zxcvbn(passphrase[:_LOOKED_AT])["score"]) if passphrase else 0
    words = (
        _("Weak: a program guesses it at once. Take four or five unrelated words."),
        _("Weak: a program guesses it soon. Take four or five unrelated words."),
        _("Fair: one or two more words make it safe."),
        _("Good: hard to guess."),
        _("Strong: very hard to guess."),
    )
    return Strength(score, words[score])

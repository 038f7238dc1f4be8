"""Numbers of chapters and sections: as headings have them, and as a question names them."""

from __future__ import annotations

import re
import unicodedata

_MARKDOWN = re.compile(r"#{1,6}\s+")
_KIND = r"(?:chapter|section|part|appendix|annex|article|kapitel|abschnitt|teil|anhang|artikel|chapitre|capítulo)"
_NUMBER = re.compile(
    rf"(?P<kind>{_KIND}\s+)?(?P<number>\d+(?:\.\d+)*|[A-Z](?:\.\d+)+)(?:[.:)]?\s+|[.:)]?$)(?=[^\W\d_]|$)"
    r"|第(?P<unspaced>\d+)[章節条編部]\s*",
    re.IGNORECASE,
)
_COUNTED = {
    word: str(number)
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
}
_ASKED = re.compile(
    rf"\b{_KIND}\s+(?P<number>\d+(?:\.\d+)*|{'|'.join(_COUNTED)})\b"
    r"|第?\s?(?P<unspaced>\d+(?:\.\d+)*|[一二三四五六七八九十]+)\s?[章節]",
    re.IGNORECASE,
)


def split_number(title: str) -> tuple[str, str]:
    """The number that a heading begins with, "" if none, and what is after it: "3.2", "Wages"; of "第4章 手当" "4"."""
    title = unicodedata.normalize("NFKC", _MARKDOWN.sub("", title.strip(), count=1))
    found = _NUMBER.match(title)
    return ("", title) if found is None else (found["number"] or found["unspaced"], title[found.end() :])


def is_titled(title: str) -> bool:
    """Whether a heading calls itself one: "Chapter 4", "第4章", "# Wages"."""
    title = unicodedata.normalize("NFKC", title.strip())
    found = _NUMBER.match(title)
    return _MARKDOWN.match(title) is not None or (found is not None and bool(found["kind"] or found["unspaced"]))


def asked_number(question: str) -> tuple[str, str]:
    """The number of the chapter or section that a question names, "" if none, and the question without it."""
    question = unicodedata.normalize("NFKC", question)
    found = _ASKED.search(question)
    if found is None:
        return "", question
    number = (found["number"] or found["unspaced"]).casefold()
    number = _COUNTED.get(number) or (number if number[0].isdigit() else _kanji(number))
    return number, question[: found.start()] + " " + question[found.end() :]


def _kanji(number: str) -> str:
    """Up to 99."""
    tens, ten, ones = number.rpartition("十")
    digits = {sign: at for at, sign in enumerate("一二三四五六七八九", 1)}
    return str((digits.get(tens, 1) * 10 if ten else 0) + digits.get(ones, 0))


def is_inside(number: str, other: str) -> bool:
    """Whether the section `other` is the section `number` or one of those in it."""
    return other == number or other.startswith(f"{number}.")

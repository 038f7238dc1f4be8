"""Chapters of books, by their outlines: their pages, and the one that a question means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import takewhile

import msgspec

from app.core.conversations.conversation import PageRange
from app.core.documents.document import Section

KINDS: tuple[tuple[str, str], ...] = (
    ("chapter", r"chapters?|chap|ch|kapitel|kap|chapitres?|capítulos?|capitulos?|章"),
    ("section", r"sections?|sect|sec|§+|abschnitte?|secci(?:ó|o)n(?:es)?|articles?|art|artikel|artículos?|節|条"),
    ("part", r"parts?|teile?|parties?|partes?|books?|部|編"),
    ("appendix", r"appendix|appendices|annex|anhang|anhänge|annexes?|anexos?|ap(?:é|e)ndices?|付録|附録|別紙"),
)
"""Kinds of places in an outline, with the words for them."""

NUMBERS: dict[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "one eins un une uno una",
            "two zwei deux dos",
            "three drei trois tres",
            "four vier quatre cuatro",
            "five fünf cinq cinco",
            "six sechs seis",
            "seven sieben sept siete",
            "eight acht huit ocho",
            "nine neun neuf nueve",
            "ten zehn dix diez",
            "eleven elf onze once",
            "twelve zwölf douze doce",
        ),
        1,
    )
    for word in words.split()
}
ORDINALS: dict[str, int] = {
    word: number
    for number, words in (
        (1, "first 1st erste ersten erstes premier première primer primera primero 最初"),
        (2, "second 2nd zweite zweiten zweites deuxième seconde segundo segunda"),
        (3, "third 3rd dritte dritten drittes troisième tercer tercera tercero"),
        (4, "fourth 4th vierte vierten viertes quatrième cuarto cuarta"),
        (5, "fifth 5th fünfte fünften fünftes cinquième quinto quinta"),
        (6, "sixth 6th sechste sechsten sechstes sixième sexto sexta"),
        (7, "seventh 7th siebte siebten siebtes septième séptimo séptima"),
        (8, "eighth 8th achte achten achtes huitième octavo octava"),
        (9, "ninth 9th neunte neunten neuntes neuvième noveno novena"),
        (10, "tenth 10th zehnte zehnten zehntes dixième décimo décima"),
        (-1, "last final letzte letzten letztes dernier dernière último última ultimo ultima 最後 最終"),
    )
    for word in words.split()
}
KANJI_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")}

FRONT_MATTER = re.compile(
    r"^\W*(?:contents?|table of contents|preface|foreword|acknowledge?ments?|dedication|title page|cover|copyright.*"
    r"|about (?:this|the) (?:book|document|manual|author).*|list of .*|inhalt(?:sverzeichnis)?|vorwort|impressum"
    r"|préface"
    r"|avant-propos|sommaire|table des matières|prólogo|prefacio|índice|目次|はじめに|まえがき|序文?|表紙|扉)\W*$"
)
"""Titles that are not counted among the chapters of an outline without numbers."""

_KIND = "|".join(f"(?P<{kind}>{words})" for kind, words in KINDS)
_VALUE = rf"(?P<value>\d+(?:\.\d+)*|[ivxlc]{{2,}}|[vxlc]|i(?=\s*(?:[?.!,;:)—–]|$))|[a-h]|{'|'.join(NUMBERS)})"
_ORDINAL = rf"(?P<value>{'|'.join(ORDINALS)}|\d+(?:th|e|er|ère|ème|[.ºª])?)"
_NAMED = (
    re.compile(rf"(?<!\w)(?:{_KIND})\.?\s*(?:no\.?|nr\.?|n°|number)?\s*{_VALUE}(?!\w)"),
    re.compile(rf"(?<!\w){_ORDINAL}\s+(?:{_KIND})(?!\w)"),
    re.compile(rf"(?P<value>最初|最後|最終)の(?:{_KIND})"),
    re.compile(rf"第?\s*(?P<value>\d+(?:\.\d+)*|[一二三四五六七八九十百〇]+)\s*(?:{_KIND})"),
)
"""Patterns by which a question, or a title, names a chapter: a kind of place and a number."""

_SPOKEN_OF = re.compile(r"\b(?:chapter|section|part|kapitel|abschnitt|chapitre|capítulo|capitulo|sección)\b|の章|の節")

_BARE = re.compile(r"^\s*(?P<value>\d+(?:\.\d+)*|[ivxlc]+(?=[.:)—–]))(?=[\s.:)—–-]|$)")
"""A title that begins with its number."""

_NUMBERED = ("chapter", "section")  # kinds that a title with nothing but a number may be of
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


class OutlineChapter(msgspec.Struct, frozen=True):
    """An entry of a book's outline, up to the next one of its level or a higher one; that one's page, too, where it
    begins further down.

    `tokens` is exactly what these pages take on the desk.
    """

    title: str
    level: int
    pages: PageRange
    tokens: int = 0


class ChapterName(msgspec.Struct, frozen=True):
    """A place as a question or a title names it: its kind, empty where only the number stands there; its number, such
    as (4, 2) for 4.2, or (-1,) for the last; the rest of the text, without these words."""

    kind: str
    number: tuple[int, ...]
    rest: str


def chapters_of(outline: Sequence[Section], page_count: int) -> tuple[OutlineChapter, ...]:
    """Return the chapters of a book as its outline has them, with tokens not counted yet."""
    chapters = []
    for number, section in enumerate(outline):
        following = next((other for other in outline[number + 1 :] if other.level <= section.level), None)
        last = page_count if following is None else following.page - following.begins_page
        last = max(section.page, last)
        chapters.append(OutlineChapter(section.title, section.level, PageRange(section.page, last)))
    return tuple(chapters)


def of_one_level(chapters: Sequence[OutlineChapter]) -> tuple[OutlineChapter, ...]:
    """Return the chapters of the highest level that has several: often the whole book lies below one entry, its
    title."""
    for level in sorted({chapter.level for chapter in chapters}):
        found = tuple(chapter for chapter in chapters if chapter.level == level)
        if len(found) > 1:
            return found
    return tuple(chapters)


def named_chapter(text: str) -> ChapterName | None:
    """Return the first place that a text names by kind and number: "chapter 3", "the last section", 第三章."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    matches = (found for pattern in _NAMED if (found := pattern.search(plain)))
    found = min(matches, key=lambda match: match.start(), default=None)
    if found is None:
        return None
    return _name(found, _kind_in(found), plain)


def find_chapter(wanted: ChapterName, chapters: Sequence[OutlineChapter]) -> OutlineChapter | None:
    """Return the chapter that is meant, or None if the outline lacks it. Titles that say their kind come first, then
    those with nothing but the number, the highest level before others; where no title has a number, chapters are
    counted, without the front matter."""
    if wanted.number[0] > 0:
        named = [(chapter, name) for chapter in chapters if (name := name_of(chapter.title)) is not None]
        fitting = [(chapter, name.kind) for chapter, name in named if name.number == wanted.number]
        for kind in (wanted.kind, "") if wanted.kind in _NUMBERED else (wanted.kind,):
            found = [chapter for chapter, its in fitting if its == kind]
            if found:
                return min(found, key=lambda chapter: chapter.level)
        if named:
            return None
    if wanted.kind not in _NUMBERED or (wanted.kind != "chapter" and len(wanted.number) == 1):
        return None
    return _count_to(wanted, chapters)


def _count_to(wanted: ChapterName, chapters: Sequence[OutlineChapter]) -> OutlineChapter | None:
    """Return the chapter in this place; for 3.2, the second one in the third."""
    counted = [c for c in of_one_level(chapters) if not FRONT_MATTER.match(c.title.casefold())]
    counted = [c for c in counted if (name := name_of(c.title)) is not None and name.kind in ("", "chapter")] or counted
    found = None
    for place in wanted.number:
        if not -len(counted) <= place <= len(counted):
            return None
        found = counted[place - 1 if place > 0 else place]
        counted = _inside(found, chapters)
    return found


def _inside(chapter: OutlineChapter, chapters: Sequence[OutlineChapter]) -> list[OutlineChapter]:
    """Return the chapters of the next level that belong to `chapter`."""
    later = chapters[chapters.index(chapter) + 1 :]
    inside = takewhile(lambda other: other.level > chapter.level, later)
    return [other for other in inside if other.level == chapter.level + 1]


def speaks_of_chapter(text: str) -> bool:
    """Return whether a text speaks of a chapter, with its number or without."""
    return _SPOKEN_OF.search(unicodedata.normalize("NFKC", text).casefold()) is not None


def find_titled(words: Sequence[str], chapters: Sequence[OutlineChapter]) -> OutlineChapter | None:
    """Return the chapter whose title has all these case-folded words: the highest, if there are several."""
    if not words:
        return None
    titles = [(chapter, unicodedata.normalize("NFKC", chapter.title).casefold()) for chapter in chapters]
    found = [chapter for chapter, title in titles if all(word in title for word in words)]
    return min(found, key=lambda chapter: chapter.level, default=None)


def name_of(title: str) -> ChapterName | None:
    """Return the kind and the number that a title begins with."""
    plain = unicodedata.normalize("NFKC", title).casefold().strip()
    found = _BARE.match(plain)
    if found is not None:
        return _name(found, "", plain)
    matches = (found for pattern in _NAMED if (found := pattern.match(plain)))
    return next((_name(found, _kind_in(found), plain) for found in matches), None)


def _kind_in(found: re.Match[str]) -> str:
    return next(kind for kind, _words in KINDS if found.group(kind))


def _name(found: re.Match[str], kind: str, plain: str) -> ChapterName | None:
    number = _number(found.group("value"), kind)
    return ChapterName(kind, number, f"{plain[: found.start()]} {plain[found.end() :]}") if number else None


def _number(value: str, kind: str) -> tuple[int, ...]:
    """Empty where it is none."""
    if value in ORDINALS:
        return (ORDINALS[value],)
    if value in NUMBERS:
        return (NUMBERS[value],)
    digits = re.match(r"\d+(?:\.\d+)*", value)
    if digits:
        return tuple(int(part) for part in digits.group().split("."))
    if value[0] in KANJI_DIGITS or value[0] in "十百":
        return (_from_kanji(value),)
    if kind == "appendix" and len(value) == 1 and value in "abcdefgh":
        return (ord(value) - ord("a") + 1,)
    return (_from_roman(value),) if all(sign in _ROMAN for sign in value) else ()


def _from_roman(value: str) -> int:
    numbers = [_ROMAN[sign] for sign in value]
    return sum(-n if n < max(numbers[place:]) else n for place, n in enumerate(numbers))


def _from_kanji(value: str) -> int:
    whole = digit = 0
    for sign in value:
        if sign in "十百":
            whole, digit = whole + (digit or 1) * (10 if sign == "十" else 100), 0
        else:
            digit = digit * 10 + KANJI_DIGITS[sign]
    return whole + digit

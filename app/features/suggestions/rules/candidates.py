"""The questions that passages of one book answer, in the order in which they are worth asking."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from app.core.conversations.chapters import FRONT_MATTER
from app.core.conversations.headings import is_listing, split_number
from app.core.documents.document import Section
from app.features.suggestions.rules.english import ENGLISH
from app.features.suggestions.rules.forms import Candidate, Grammar, Kind, ask_of_heading, ask_of_sentence, words_of
from app.features.suggestions.rules.french import FRENCH
from app.features.suggestions.rules.german import GERMAN
from app.features.suggestions.rules.japanese import JAPANESE
from app.features.suggestions.rules.spanish import SPANISH
from app.language.grammar import leading_language
from app.store.passages import Passage

GRAMMARS: Mapping[str, Grammar] = {"de": GERMAN, "en": ENGLISH, "es": SPANISH, "fr": FRENCH, "ja": JAPANESE}
_PLACES = ("en", "de", "fr", "es", "it")

MOST = 40
_RANKED = 200
_PARTS = 5  # of a book: one question of each, where all are as good
_KIND_AGAIN, _PART_AGAIN, _PAGE_AGAIN, _WORD_AGAIN = 22, 15, 10, 40
_KNOWN_THING = {Kind.CONSEQUENCE: 45, Kind.DEFINITION: 35, Kind.USE: 35, Kind.CONTENT: 35, Kind.CONDITION: 20}
"""The points that a question of each kind loses if it asks about something as if it was known, and that is not what its
section is about."""
_IN_HEADING = 15  # what one gains that is about what its section is about
_CODED, _DIGIT = 20, 10  # what one loses for words in capitals, and for each digit
_SHORT_WORD = 3  # characters: longer ones are matter
_LONG = 70  # characters of a question
_LEAST_BODY = 80  # characters below a heading

_BACK_MATTER = re.compile(
    r"\W*(?:(?:gnu |the )?.*\b(?:licen[cs]es?|copyrights?|trademarks?|imprint|colophon|bibliography|references|index"
    r"|glossary|acknowledge?ments|credits|version \d.*|release notes|changelog|revision history|see also|authors?|name"
    r"|lizenz(?:en)?|urheberrecht|impressum|literaturverzeichnis|stichwortverzeichnis|danksagung(?:en)?|siehe auch"
    r"|autor(?:en)?|bezeichnung|droits? d.auteur|bibliographie|remerciements|voir aussi|auteurs?"
    r"|licencias?|derechos de autor|bibliografía|agradecimientos|véase también|autore?s)"
    r"|.*(?:著作権|ライセンス|奥付|索引|参考文献|謝辞|著者|名前|関連項目).*)\W*",
    re.IGNORECASE,
)
"""Matches the headings of what belongs to a book and is not its matter."""

_LEGAL = re.compile(r"all rights reserved|©|\bISBN\b|general public license|\(c\) \d{4}", re.IGNORECASE)

_JOINT = re.compile(r"\s+")
_ENDS = re.compile(r"(?<=[.!?])[”\"’)]?\s+(?=[“\"‘(]?[A-ZÄÖÜÉÈÀÇ¿¡])")
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|cf|vs|Mr|Mrs|Ms|Dr|Prof|St|No|Nr|Art|Abs|z\.\s?B|d\.\s?h|bzw|ca|usw|p\. ex|Sr|Sra|Fig)\."
    r"|\d\.)$"
)
_BULLET = re.compile(r"^\s*(?:[-*•‣▪–・◦]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)])\s+")
_SMALL = re.compile(r"\b[a-zà-öø-ÿ][\w-]*")
_CAPITAL = re.compile(r"(?<=[a-z,] )[A-ZÀ-Þ][\w-]*")
_KANA = re.compile("[\u3041-\u30ff]")


@dataclass(frozen=True)
class PlacedCandidate:
    candidate: Candidate
    passage: Passage
    language: str
    worth: float


def language_of_text(text: str) -> str:
    """Return the language of a text as an ISO 639-1 code; empty if it is not plain, or none of those that are known
    here."""
    if len(_KANA.findall(text)) > len(text) / 10:
        return "ja"
    place = leading_language(words_of(text))
    return _PLACES[place] if place is not None else ""


def language_of_passages(passages: Sequence[Passage]) -> str:
    """Return the language of most of these passages."""
    counted = Counter(language_of_text(passage.text) for passage in passages[:: max(1, len(passages) // 60)])
    counted.pop("", None)
    most = max(counted, key=lambda language: counted[language], default="")
    return most if most in GRAMMARS else ""


def candidates(
    passages: Sequence[Passage], outline: Sequence[Section], language: str, sample: Sequence[Passage]
) -> list[PlacedCandidate]:
    """Return the questions that these passages answer, the most worth asking first; none in a language that has no
    grammar. `passages` are in the order of the book; `outline` is the book's; `sample` are passages that show how it
    writes words."""
    if language not in GRAMMARS:
        return []
    grammar, casing = GRAMMARS[language], Casing(sample)
    asking = [passage for passage in passages if _may_ask(passage, language)]
    found = []
    seen: set[str] = set()
    of_passages = _of_passages(asking, _title_of_book(outline), language, grammar, casing)
    for passage, candidate in chain(_of_outline(asking, outline, grammar, casing), of_passages):
        key = " ".join(words_of(candidate.text))
        if key not in seen:
            seen.add(key)
            found.append(PlacedCandidate(candidate, passage, language, _worth(candidate, passage, grammar, casing)))
    found = [each for each in found if each.worth >= 0]
    return _in_order(found, passages)


def _of_outline(
    passages: Sequence[Passage], outline: Sequence[Section], grammar: Grammar, casing: Casing
) -> Iterator[tuple[Passage, Candidate]]:
    """Yield the candidates made of headings, which may take several lines of a page."""
    by_page: dict[int, list[Passage]] = {}
    for passage in passages:
        by_page.setdefault(passage.page, []).append(passage)
    titles = Counter(section.title for section in outline)
    for section in outline:
        if section.title == _title_of_book(outline):
            continue
        asked = ask_of_heading(_matter_of(section.title), grammar, casing.is_common)
        if asked is None or titles[section.title] > 1:
            continue
        sought = _folded(_matter_of(section.title))[:60]
        below = (passage for passage in by_page.get(section.page, ()) if sought in _folded(passage.text))
        if first := next(below, None):
            yield first, asked


def _title_of_book(outline: Sequence[Section]) -> str:
    """Return the one entry of the outline below which the whole book is; empty if there is none."""
    highest = [section.title for section in outline if section.level == 1]
    return highest[0] if len(highest) == 1 and len(outline) > 1 else ""


def _of_passages(
    passages: Sequence[Passage], of_book: str, language: str, grammar: Grammar, casing: Casing
) -> Iterator[tuple[Passage, Candidate]]:
    titled = any(passage.heading for passage in passages)
    often = Counter(title for title, _group in itertools.groupby(map(_title, passages)))
    before = ""
    for passage in passages:
        title, body = _title(passage), passage.text
        if titled and not title:
            continue
        if title != before and title and title in body:
            body = body.partition(title)[2]
            asked = ask_of_heading(_matter_of(title), grammar, casing.is_common)
            if asked and len(body.strip()) > _LEAST_BODY and often[title] == 1 and _matter_of(title) != of_book:
                yield passage, asked
        before = title
        for sentence in sentences_of(body, language):
            if asked := ask_of_sentence(sentence, grammar, casing.is_common):
                yield passage, asked


class Casing:
    """The number of times that words are written small, and that they have a capital letter inside of a sentence."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._small: Counter[str] = Counter()
        self._capital: Counter[str] = Counter()
        for passage in passages:
            self._small.update(_SMALL.findall(passage.text))
            self._capital.update(word.casefold() for word in _CAPITAL.findall(passage.text))

    def is_rare(self, word: str) -> bool:
        """Return whether a word is written once at most; the first word of a sentence does not count."""
        return self._small[word] + self._capital[word] < 2

    def is_common(self, word: str) -> bool:
        return self._small[word] > 4 * self._capital[word]


def _title(passage: Passage) -> str:
    return passage.heading.partition("\n")[0].strip()


def _may_ask(passage: Passage, language: str) -> bool:
    """Return whether a passage is in the book's language, and no part of what stands before and after the book."""
    matter = _matter_of(_title(passage)).casefold()
    if FRONT_MATTER.match(matter) or _BACK_MATTER.fullmatch(matter) or _LEGAL.search(passage.text):
        return False
    return language_of_text(passage.text) in ("", language) and not is_listing(passage.text)


def _matter_of(title: str) -> str:
    """Return a heading without its number, and without brackets around what is left: 第4条（休暇）."""
    return split_number(title)[1].strip(" ()[]【】")


def _folded(text: str) -> str:
    return _JOINT.sub("", unicodedata.normalize("NFKC", text)).casefold()


def sentences_of(text: str, language: str) -> Iterator[str]:
    """Yield the whole sentences of a text in which nothing is divided at the end of a line."""
    if language == "ja":
        yield from _japanese_sentences(text)
        return
    paragraphs = re.split(r"\n\s*\n|\n(?=\s*(?:[-*•‣▪–・◦]|\(?\d{1,3}[.)])\s)", text)
    for paragraph in paragraphs:
        joined = _JOINT.sub(" ", _BULLET.sub("", paragraph)).strip()
        begun = ""
        for piece in _ENDS.split(joined):
            begun = f"{begun} {piece}".strip()
            if _ABBREVIATED.search(begun):
                continue
            if begun.endswith(".") and begun[:1].isupper() and 20 < len(begun) < 320:
                yield begun
            begun = ""


def _japanese_sentences(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text):
        joined = _JOINT.sub(" ", re.sub(r"(?<=[^\x00-\x7f])\s*\n\s*(?=[^\x00-\x7f])", "", paragraph))
        for sentence in re.findall(r"[^。]+。", joined):
            yield sentence.strip()


def _worth(candidate: Candidate, passage: Passage, grammar: Grammar, casing: Casing) -> float:
    about, title = candidate.about, _title(passage)
    named = candidate.kind is not Kind.SECTION and (
        about in title or any(len(word) > _SHORT_WORD for word in set(words_of(about)) & set(words_of(title)))
    )
    first, *others = about.split()
    is_name = any(word[:1].isupper() for word in others[:2]) and not grammar.nouns_have_capitals
    known = first.casefold() in grammar.definite and not named and not is_name
    coded = any(len(word) > _SHORT_WORD and word.isupper() for word in about.split())
    rare = known and any(len(word) > _SHORT_WORD and casing.is_rare(word) for word in words_of(about))
    lost = _KNOWN_THING.get(candidate.kind, 0) * (known + rare) + _CODED * coded + _DIGIT * sum(map(str.isdigit, about))
    return float(candidate.kind) + _IN_HEADING * named - lost - max(0, len(candidate.text) - _LONG)


def _in_order(found: Sequence[PlacedCandidate], passages: Sequence[Passage]) -> list[PlacedCandidate]:
    """Order candidates so that each is the best of what is left; kinds, parts of the book and words that were asked
    about count less."""
    part = {passage: number * _PARTS // len(passages) for number, passage in enumerate(passages)}
    left = sorted(found, key=lambda each: -each.worth)[:_RANKED]
    asked: Counter[int | str] = Counter()  # kinds by their names, parts, pages, words
    order: list[PlacedCandidate] = []

    def worth(each: PlacedCandidate) -> float:
        again = max((asked[word] for word in _words(each)), default=0)
        kind = asked[each.candidate.kind.name] * (each.candidate.kind is not Kind.ASKED)
        place = _PART_AGAIN * asked[part[each.passage]] + _PAGE_AGAIN * asked[_page(each)]
        return each.worth - _KIND_AGAIN * kind - place - _WORD_AGAIN * again

    while left and len(order) < MOST:
        best = max(left, key=worth)
        left.remove(best)
        order.append(best)
        asked.update((best.candidate.kind.name, part[best.passage], _page(best), *_words(best)))
    return order


def _page(found: PlacedCandidate) -> str:
    return f"p. {found.passage.page}"


def _words(found: PlacedCandidate) -> set[str]:
    return {word for word in words_of(found.candidate.about) if len(word) > _SHORT_WORD}

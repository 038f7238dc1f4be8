"""The rules that all languages have in common by which a question is made of a heading or of a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto
from typing import TypeAlias

MOST_CHARACTERS = 110
"""The most characters of a question: longer ones are read by nobody."""

_LEAST_HEADING = 4  # characters

_ODD = re.compile(r"[`\[\]{}<>|\\=*@#$%^~«»„“”\"()…]|://|\.\.|\s-|-\s|--|[.!?:;]\s|[^\w.!?)'’]$")
"""Matches the signs that no phrase has that can stand in a question."""

_POINTING = (
    "this these those it its they them he she above below dies diese diesem diesen dieser dieses hier oben unten cet"
    " cette ces il elle ils elles este esta estos estas ese esa eso"
)
"""The words of any language that, in a whole question, ask about what is said elsewhere."""

_FIRST_LETTER = re.compile(r"[^\W\d_]")
_NO_GAP = re.compile("(?<=[\u3040-\u9fff]) (?=[\u3040-\u9fff])")
_WORD = re.compile(r"[\w'’]+")

Groups: TypeAlias = Mapping[str, str]
Fits: TypeAlias = Callable[[Groups], bool]


class Kind(IntEnum):
    """The kind of thing that a question asks for. A higher one is more worth asking, if all else is equal."""

    SECTION = 0  # what a section says: always possible, never surprising
    CONTENT = 40
    DEFINITION = 60
    USE = 65
    WAY = 80  # how something is done
    NAME = 81
    CONSEQUENCE = 86
    REASON = 87
    CONDITION = 88
    DEADLINE = 89
    AMOUNT = 90
    ASKED = 100  # the heading is a question itself


class First(Enum):
    """The way in which the first letter of `np` is written inside of a question."""

    BY_BOOK = auto()  # small if the book writes the word so elsewhere
    SMALL = auto()
    KEPT = auto()


@dataclass(frozen=True)
class Candidate:
    """A question that a passage answers. `about` is what it asks about, as the passage writes it."""

    kind: Kind
    text: str
    about: str


def listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


def anything(groups: Groups) -> bool:
    del groups
    return True


_POINTED = listed(_POINTING)


@dataclass(frozen=True)
class QuestionForm:
    """A sentence that `pattern` matches as a whole becomes `template`, filled with its named groups.

    `np` is the phrase that the question is about, `asked` a whole question that is made of no parts; `np`, `vp` and
    `asked` may not point to what stands elsewhere. `verb` is replaced by its base form in `bases`; without one the form
    does not fit. `fits` has the last word.
    """

    kind: Kind
    pattern: re.Pattern[str]
    template: str
    fits: Fits = anything
    bases: Mapping[str, str] = field(default_factory=dict)
    first: First = First.BY_BOOK

    def match(self, text: str, grammar: Grammar) -> dict[str, str] | None:
        """Return the groups, if the text is of this form and each of them can stand in a question; else None."""
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        groups = {name: part.strip() for name, part in found.groupdict(default="").items()}
        if "verb" in groups:
            groups["verb"] = self.bases.get(groups["verb"].casefold(), "")
            if not groups["verb"]:
                return None
        asked = [part for name, part in groups.items() if name != "rest" and part]
        sound = self.fits(groups) and not any(map(_ODD.search, asked)) and not _dangles(groups, grammar)
        return groups if sound else None


@dataclass(frozen=True)
class Grammar:
    """The way in which a language asks.

    The first of `sentences` and of `headings` that fits is taken. `section` asks what is said below the heading `{np}`.
    `within` puts the title of a book before a question, `comparison` asks how two books differ. `dangling` are words
    that point to something outside of the phrase they are in. `lowered` are first words that have a capital letter only
    because a sentence begins with them. `definite` are articles of what is known already. All words are case-folded.
    """

    sentences: Sequence[QuestionForm]
    headings: Sequence[QuestionForm]
    section: str
    within: str
    comparison: str
    dangling: frozenset[str]
    lowered: frozenset[str]
    definite: frozenset[str] = frozenset()
    nouns_have_capitals: bool = False

    def name_book(self, question: str, title: str) -> str:
        """Return the question, asked about the book of this title."""
        if ", {question}" in self.within:
            question = _FIRST_LETTER.sub(lambda found: found[0].lower(), question, count=1)
        return self.within.format(title=title, question=question)


def words_of(text: str) -> list[str]:
    """Return the words of a text, case-folded."""
    return _WORD.findall(text.casefold().replace("’", "'"))


def ask_of_sentence(sentence: str, grammar: Grammar, is_common: Callable[[str], bool]) -> Candidate | None:
    """Return the question that one whole sentence answers; None if there is none. `is_common` tells whether the book
    also writes a word small."""
    return _first(sentence, grammar.sentences, grammar, is_common)


def ask_of_heading(heading: str, grammar: Grammar, is_common: Callable[[str], bool]) -> Candidate | None:
    """Return the question that a heading asks or, if it names no more than a matter, what is said below it; None if
    neither fits."""
    if asked := _first(heading, grammar.headings, grammar, is_common):
        return asked
    vague = heading.isupper() or not grammar.dangling.isdisjoint(words_of(heading))
    vague = vague or (heading.isascii() and " " not in heading) or len(heading) < _LEAST_HEADING
    if vague or _ODD.search(heading) or not heading[-1].isalnum():
        return None
    return Candidate(Kind.SECTION, grammar.section.format(np=heading), heading)


def _first(
    text: str, forms: Sequence[QuestionForm], grammar: Grammar, is_common: Callable[[str], bool]
) -> Candidate | None:
    for form in forms:
        if (groups := form.match(text, grammar)) is None:
            continue
        written = groups.get("np", "")
        groups["np"] = small = _small(written, form, grammar, is_common)
        if written != small and written.isalpha() and not written.endswith(("ing", "s")):
            continue  # an adjective at the beginning of a sentence looks like a noun
        asked = _NO_GAP.sub("", " ".join(form.template.format_map(groups).split()))
        if len(asked) <= MOST_CHARACTERS:
            return Candidate(form.kind, asked, small or groups["asked"])
    return None


def _small(phrase: str, form: QuestionForm, grammar: Grammar, is_common: Callable[[str], bool]) -> str:
    """Return the phrase as it is written inside of a sentence."""
    first = phrase.partition(" ")[0]
    word = first.casefold()
    known = any(map(is_common, (word, word.partition("-")[0], word.removesuffix("s"))))
    known = word in grammar.lowered or (first[1:].islower() and known and not grammar.nouns_have_capitals)
    if form.first is First.SMALL or (form.first is First.BY_BOOK and known):
        return phrase[:1].lower() + phrase[1:]
    return phrase


def _dangles(groups: Groups, grammar: Grammar) -> bool:
    parts = words_of(f"{groups.get('np', '')} {groups.get('vp', '')}")
    return not (grammar.dangling.isdisjoint(parts) and _POINTED.isdisjoint(words_of(groups.get("asked", ""))))

"""Finds the sentences of books that are nearest to a question, by shared words.

A sentence is near if it has a good part of what the question says, or one word of it that few sentences have. Common
verbs, and words of time and manner, make none near; they only help to rank those that are.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from app.language.grammar import grammar_in, measures_in, place_of_language, slight_in
from app.language.languages import LANGUAGES, word_set
from app.language.sentences import Sentence, SentenceKind, sentences
from app.language.terms import TextTerms, is_unspaced, stem, terms_of, weigh, weight_of, words_of

MIN_WORDS, MIN_SIGNS = 4, 8
"""The words (for a list entry, one fewer), or the characters in a script without spaces, below which a sentence is near
only with a rare word of the question, and if it says something besides."""
LEAST_WORDS, LEAST_SIGNS = 2, 4
"""The words, or characters in a script without spaces, below which a text states nothing."""
MAX_CHARACTERS = 600
MIN_SHARE, ENOUGH_WORDS = 0.4, 2.5
"""The share of the weight of the question's words with which a sentence is near; for a long question, the share of the
weight of this many words that are in no book."""
FEW, FEW_SHARE, FEW_AT_MOST = 3, 0.1, 0.25
"""The number of sentences up to which a word is rare; in a longer text, this share of them, and in a long one as many
as the square root of their number; in a very short one, never more than the last share."""
ABOUT_AS_NEAR, ABOUT_ALIKE = 0.9, 0.75
"""The least share of the nearest sentence's score that further ones have, and that those have with the same words."""
SAME = 0.6
"""The share of its terms that a sentence shares with a nearer one, from which on it adds nothing."""

_UNDER, _TOPIC = 0.5, 0.25  # what a word above the sentence counts, and what it adds if it is in both
_ASKED = 0.8  # a heading with this share of the question's weight says what is asked
_ENTRY = 0.85  # what an entry of a list, or a line without a full stop, counts against a sentence
_LONG = 0.2  # how much a sentence loses that is twice as long as usual
_PAIRS = 0.2  # how much one gains with the question's words in their order
_EARLY = 0.25  # how much one gains that begins with what is asked about
_FIRST = 0.1  # how much one gains that begins a paragraph
_MEASURED = 0.2  # how much one gains that has a number, where a number is asked for
_DEFINED = 1.0  # how much one gains that says what a thing is, where that is asked
_OTHER, _BESIDE = 0.6, 0.75  # what one counts that is about another than the question names, and if it names both
_MOST_DEFINED = 3  # words of a thing: a longer question asks for more than what it is
_TOLD_OF = 2  # sentences that begin with "The" and a word: something is told of it
_PAIRS_A_WORD = 2  # in scripts without spaces
_LINE_CHARACTERS = 120
_DIGITS = 9  # of weights: the order of a sum changes the last ones
_FOREIGN = "\0"
_FOREIGN_COUNTS, _SLIGHT_COUNTS = 0.8, 0.25  # the share that counts of the weight of such words

_HOW = word_set("how wie combien cuánto cuánta cuántos cuántas quanto quanta quanti quante")
_WHEN = word_set("when wann wieviel wieviele quand combien cuándo cuánto quando quanto")
_HOW_MUCH = re.compile(
    r"いくら|いくつ|いつ|[どれ]のくらい|どれくらい|どれだけ|何(?:年|月|日|時|分|秒|回|度|人|個|本|円|歳|[a-z])"
)
_NUMBER = re.compile(r"\d|[一二三四五六七八九十百千万]")
_ARTICLES = word_set("the a an der die das ein eine le la les un une el los las una il lo i gli")
_DEFINING = re.compile(
    r"(?:what (?:is|are)|was (?:ist|sind)|qu['’]est[- ]ce qu(?:e|['’]) ?|qué (?:es|son)|(?:che )?cos['’](?:è| sono))\b"
)
_IS = word_set("is are means mean ist sind bedeutet est sont signifie es son significa è sono")
_POSSESSIVE = re.compile(
    r"(\w+)(?:['’]s|(?<=s)['’])\s|\b(?:of the|des|der|du|de la|de los|de las|del|dello|della|dei)\s(\w+)", re.IGNORECASE
)

_KANJI = "\u3005\u3400-\u4dbf\u4e00-\u9fff"
_KANJI_PAIR = re.compile(f"[{_KANJI}]{{2}}")
_LONE_KANJI = re.compile(f"(?<![{_KANJI}])[{_KANJI}](?![{_KANJI}])")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]{2,}")
_SLIGHT_UNSPACED = word_set(
    "何時 何日 何年 何月 何回 何度 何人 何個 何本 何円 場合 必要 使用 利用 可能 方法 時間 以上 以下 以内 自分 説明 質問"
    " 多少 什么 怎么 可以 我们 如何"
) | frozenset("何使入言見行来出取置持要思私人時日年月的是了今上下中誰良方事物後前間分")

_LEADER = re.compile(r"(?:\s?[.·…]){4,}|…{2,}")  # of a table of contents
_NUMBERED = re.compile(
    r"§|\d+[.)]?\s+[^\W\d_]|\d+(?:\.\d+)+|[A-Z]\.\s|[IVXLC]+\.\s|第|[#|]"
    r"|(?:chapter|section|part|appendix|annex|article|kapitel|abschnitt|teil|anhang|artikel)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"^[^\d:：]+\s\d{1,2}$")  # of a thing among several: Lease of Berth 3
_VALUE = re.compile(r"\S\s.*\d|\w\s?[:：]\s*\w")

_IRREGULAR = {
    stem(form): stem(base)
    for base, *forms in map(
        str.split,
        (
            "child children",
            "foot feet",
            "tooth teeth",
            "man men",
            "woman women",
            "wife wives",
            "knife knives",
            "buy bought",
            "sell sold",
            "pay paid",
            "send sent",
            "spend spent",
            "lend lent",
            "leave left",
            "lose lost",
            "break broke broken",
            "write wrote written",
            "drive drove driven",
            "eat ate eaten",
            "drink drank drunk",
            "begin began begun",
            "build built",
            "choose chose chosen",
            "fall fell fallen",
            "forget forgot forgotten",
            "grow grew grown",
            "hear heard",
            "hide hid hidden",
            "hold held",
            "meet met",
            "rise rose risen",
            "sleep slept",
            "speak spoke spoken",
            "steal stole stolen",
            "teach taught",
            "throw threw thrown",
            "wear wore worn",
        ),
    )
    for form in forms
}
"""The stems of forms that no ending tells, and those of their words."""

_ENGLISH, _GERMAN = 0, 1
_GERMAN_ENDINGS = ("en", "em", "es", "et", "n", "s", "e", "t")
_GERMAN_ROOT, _GERMAN_PART = 4, 5  # letters that are left of a word, and that a part of a compound has
_FOLDED = str.maketrans("äöü", "aou")


@dataclass(frozen=True)
class Near:
    """A sentence on one line; `page` is the index of its page among those searched."""

    page: int
    text: str


@dataclass(frozen=True)
class _Piece:
    """A sentence, a list entry or a line; `whole` tells that no page's edge seems to cut it."""

    page: int
    sentence: Sentence
    line: bool = False
    whole: bool = True


@dataclass(frozen=True)
class _Statement:
    near: Near
    entry: bool
    whole: bool
    short: bool
    first: bool
    leads: bool
    stems: tuple[str, ...]
    holders: frozenset[str]  # the terms of those that it is about, or that it names as having something
    own: frozenset[str]  # its terms, and those of the question that it answers in the text
    under: frozenset[str]  # the terms of what stands above it, up to the title of its document
    topic: frozenset[str]  # those of the heading that it is the first below, and of the question that it answers
    lead: frozenset[str]  # those of them that are in the line above its list


@dataclass(frozen=True)
class _Asked:
    """The terms of a question, and whether it asks for a number.

    `content` are the terms of which a sentence must have some; `slight` are those that only rank; `words` are the terms
    of the content that together are one word; `measured` tells that the answer has a number. `thing` are the words, as
    terms, of what it asks to define; empty if it asks something else.
    """

    content: frozenset[str]
    slight: frozenset[str]
    words: frozenset[frozenset[str]]
    unspaced: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    measured: bool
    thing: tuple[str, ...]


@dataclass(frozen=True)
class _Reader:
    """Reads text into terms, in the language at this place, which is the question's.

    `headings` has the terms of those that were read, as many sentences are below one.
    """

    place: int
    headings: dict[str, frozenset[str]] = field(default_factory=dict)

    def key(self, word: str) -> str:
        """Return the term of a case-folded word."""
        return self._root(stem(word))

    def _root(self, stemmed: str) -> str:
        if self.place == _GERMAN:
            return _german_root(stemmed)
        return _IRREGULAR.get(stemmed, stemmed) if self.place == _ENGLISH else stemmed

    def terms(self, text: str) -> TextTerms:
        found = terms_of(text, grammar_in(self.place))
        stems = frozenset(map(self._root, found.stems))
        return TextTerms(stems, found.pairs | frozenset(() if text.isascii() else _LONE_KANJI.findall(text)))

    def heading(self, text: str) -> frozenset[str]:
        """Return the terms of what stands above sentences."""
        if text not in self.headings:
            self.headings[text] = self.terms(text).all
        return self.headings[text]


def nearest(
    question: str,
    pages: Sequence[str],
    limit: int,
    usable: Callable[[Near], bool] = lambda _: True,
    titles: Sequence[str] = (),
) -> tuple[Near, ...]:
    """Return the whole sentences nearest to `question`, best first and at most `limit`; none if none is near.

    `pages` are the texts of one or several books, in order; of several, `titles` has the one of each page's book.
    Further sentences are about as near as the first, and say something else. Headings, questions, lines of a table of
    contents, and those that are not `usable` are left out; sentences cut by a page's edge, too, if another is near. The
    same input gives the same result, always.
    """
    reader = _Reader(place_of_language(words_of(question)))
    asked = _asked(question, reader)
    if not asked.content:
        return ()
    pieces = [(piece, titles[piece.page] if titles else "") for piece in _pieces(pages)]
    statements = [made for piece, title in pieces if (made := _statement(piece, title, reader)) is not None]
    if reader.place == _GERMAN:
        statements = _with_compounds(statements, question, asked, reader)
    weights = _weights(asked, statements)
    telling = {term: weight for term, weight in weights.items() if term not in asked.slight}
    enough = ENOUGH_WORDS * math.log(2 + len(statements)) * (_PAIRS_A_WORD if asked.unspaced else 1)
    least = round(MIN_SHARE * min(sum(telling.values()), enough), _DIGITS)
    rare = _rare(asked, statements)
    near = [each for each in statements if _is_near(each, telling, least, rare)]
    usual = sum(len(statement.own) for statement in statements) / max(1, len(statements))
    told_of = _told_of(statements)
    scores = [
        round(
            _held(each, weights) * _form(each, weights, asked, usual) * _holding(each, asked.content, told_of), _DIGITS
        )
        for each in near
    ]
    for whole in (True, False):
        scored = [(score, each) for score, each in zip(scores, near, strict=True) if each.whole is whole]
        if chosen := _choose(_rank(scored, asked.content), limit, usable, asked.content):
            return tuple(statement.near for statement in chosen)
    return ()


def _asked(question: str, reader: _Reader) -> _Asked:
    text = unicodedata.normalize("NFKC", question)
    words = words_of(text)
    place = reader.place
    measures = {after for before, after in pairwise(words) if before in _HOW and after in measures_in(place)}
    slight = slight_in(place) | measures
    found = reader.terms(text)
    stems = reader.terms(" ".join(word for word in words if word not in slight)).stems
    unspaced = found.pairs - _SLIGHT_UNSPACED
    if not stems and not unspaced:
        stems = frozenset(map(reader.key, measures))
    single = {frozenset({stem}) for stem in stems if len(stem) > 1}
    single |= {frozenset({term}) for term in unspaced if len(term) == 1 or _KANJI_PAIR.fullmatch(term)}
    runs = {frozenset(a + b for a, b in pairwise(run)) & unspaced for run in _KATAKANA.findall(text)}
    measured = bool(measures) or not _WHEN.isdisjoint(words) or _HOW_MUCH.search(text) is not None
    pairs = frozenset(pairwise(map(reader.key, words)))
    content = stems | unspaced
    one_word = frozenset(single | runs) - {frozenset()}
    return _Asked(content, found.all - content, one_word, unspaced, pairs, measured, _thing(text, reader))


def _thing(question: str, reader: _Reader) -> tuple[str, ...]:
    """Return the words, as terms, of the one thing that a question such as "What is a lease?" asks to define."""
    asks = _DEFINING.match(question.casefold())
    words = words_of(question[asks.end() :]) if asks is not None else []
    thing = words[1:] if words and words[0] in _ARTICLES else words
    return tuple(map(reader.key, thing)) if len(thing) <= _MOST_DEFINED else ()


@lru_cache(50_000)
def _german_root(stemmed: str) -> str:
    """Return a stem without the endings of German nouns and verbs that it still has."""
    for ending in _GERMAN_ENDINGS:
        if stemmed.endswith(ending) and len(stemmed) - len(ending) >= _GERMAN_ROOT:
            stemmed = stem(stemmed.removesuffix(ending))
            break
    return stemmed.translate(_FOLDED)


def _pieces(pages: Sequence[str]) -> Iterator[_Piece]:
    """Yield the sentences, list entries and lines of the pages, each with the heading that is above it."""
    goes_on = False
    for index, page in enumerate(pages):
        found = list(sentences(page))
        following = pages[index + 1] if index + 1 < len(pages) else ""
        heading = question = ""
        headed = False
        for number, sentence in enumerate(found):
            after = found[number + 1] if number + 1 < len(found) else None
            cut = goes_on and not number
            if sentence.kind is SentenceKind.HEADING:
                if _is_line(sentence, after):
                    yield _Piece(index, replace(sentence, under=heading), line=True)
                headed = not _VALUE.search(sentence.text) or after is None or _states(after)
                heading = sentence.text.lstrip("# ") if headed else heading
            else:
                lead = sentence.under.partition("\n")[2]
                asked = sentence.asked or (question if sentence.first else "")
                placed = replace(
                    sentence, under=f"{heading}\n{lead}".strip(), asked=asked, leads=sentence.leads and headed
                )
                if sentence.kind is SentenceKind.FRAGMENT:
                    yield from _lines(index, placed, following if after is None else None, cut=cut)
                elif sentence.kind is not SentenceKind.QUESTION:
                    yield _Piece(index, placed, whole=not cut)
            question = sentence.text if sentence.kind is SentenceKind.QUESTION else ""
        last = found[-1] if found else None
        goes_on = last is not None and last.kind is SentenceKind.FRAGMENT and _is_cut(last, following)


def _is_line(heading: Sentence, after: Sentence | None) -> bool:
    """Return whether what looks like a heading says something: it has a value, or nothing is below it."""
    if _NUMBERED.match(heading.text) or _LEADER.search(heading.text):
        return False
    alone = after is not None and after.kind is SentenceKind.HEADING and not _NUMBERED.match(after.text)
    return alone or (_VALUE.search(heading.text) is not None and _NAME.search(heading.text) is None)


def _states(sentence: Sentence) -> bool:
    return sentence.kind in (SentenceKind.SENTENCE, SentenceKind.ENTRY, SentenceKind.QUESTION)


def _lines(page: int, fragment: Sentence, following: str | None, *, cut: bool) -> Iterator[_Piece]:
    """Yield the lines of a list that is written as text, or a text without an end. `following` is the text of the page
    after it, if it ends its page; `cut` tells that its beginning is missing."""
    lines = fragment.text.split("\n")
    open_ended = following is not None and _is_cut(fragment, following)
    if not _is_listed(lines):
        lines = [fragment.text]
    for number, line in enumerate(lines):
        ends = number == len(lines) - 1
        if line.endswith((":", "：")):
            continue
        whole = not (cut and not number) and not (open_ended and ends)
        first = replace(fragment, text=line.rstrip(",;、"), asked=fragment.asked if not number else "")
        yield _Piece(page, replace(first, leads=fragment.leads and not number), line=True, whole=whole)


def _is_listed(lines: Sequence[str]) -> bool:
    return len(lines) > 1 and all(_begins(line) and len(line) <= _LINE_CHARACTERS for line in lines)


def _is_cut(fragment: Sentence, following: str) -> bool:
    """Return whether the last piece of a page seems to go on on the following one."""
    if not following.strip():
        return False
    return not _begins(following) or not (_is_listed(fragment.text.split("\n")) or fragment.first)


def _begins(text: str) -> bool:
    """Return whether a sentence may begin with this, by its first letter."""
    return not text.lstrip(" \n\t“\"'‘«„([*_")[:1].islower()


def _statement(piece: _Piece, title: str, reader: _Reader) -> _Statement | None:
    sentence = piece.sentence
    words = words_of(sentence.text)
    telling = sum(not word.isdigit() for word in words)
    signs = sum(map(is_unspaced, sentence.text))
    if not telling or (len(words) < LEAST_WORDS and signs < LEAST_SIGNS) or len(sentence.text) > MAX_CHARACTERS:
        return None
    entry = piece.line or sentence.kind is SentenceKind.ENTRY
    short = telling < MIN_WORDS - entry and signs < MIN_SIGNS
    answers, under = reader.heading(sentence.asked), reader.heading(sentence.under)
    return _Statement(
        near=Near(piece.page, sentence.line),
        entry=entry,
        whole=piece.whole,
        short=short,
        first=sentence.first and not piece.line,
        leads=sentence.leads,
        stems=tuple(map(reader.key, words)),
        holders=_holders(sentence.text, words, reader),
        own=answers | reader.terms(sentence.text).all,
        under=under | reader.heading(title),
        topic=answers | under if sentence.leads else answers,
        lead=reader.heading(sentence.under.partition("\n")[2]) if entry else frozenset(),
    )


def _holders(text: str, words: Sequence[str], reader: _Reader) -> frozenset[str]:
    """Return the one of whom a sentence tells, if it begins so, and those that have something: the tenant's keys."""
    names = [(match[1] or match[2]).casefold() for match in _POSSESSIVE.finditer(text)]
    if words[0] in _ARTICLES:
        names += words[1:2]
    return frozenset(map(reader.key, names))


def _with_compounds(
    statements: Sequence[_Statement], question: str, asked: _Asked, reader: _Reader
) -> list[_Statement]:
    """Return the statements, with those terms of the question that none has and that are parts of their words, or the
    other way round: Winterreifen, Reifen."""
    held = frozenset[str]().union(*(each.own | each.under for each in statements))
    missing = {word: reader.key(word) for word in words_of(question) if reader.key(word) in asked.content - held}
    if not missing:
        return list(statements)
    words = {word for each in statements for word in words_of(each.near.text) if len(word) >= _GERMAN_PART}
    kin: dict[str, set[str]] = {}
    for word in words:
        for other, term in missing.items():
            if len(other) >= _GERMAN_PART and (other.endswith(word) or word.endswith(other)):
                kin.setdefault(reader.key(word), set()).add(term)
    return [replace(each, own=each.own.union(*(kin[term] for term in each.own & kin.keys()))) for each in statements]


def _weights(asked: _Asked, statements: Sequence[_Statement]) -> dict[str, float]:
    """Return the weights of the question's terms. A question in a script that the books do not have counts as one word
    that they do not have."""
    held = [statement.own | statement.under for statement in statements]
    unspaced = {term for term in asked.unspaced if len(term) > 1}
    wanted = asked.content | asked.slight
    if unspaced and unspaced.isdisjoint(frozenset[str]().union(*held)):
        wanted = wanted - unspaced | {_FOREIGN}
    counts = dict.fromkeys(asked.slight, _SLIGHT_COUNTS) | {_FOREIGN: _FOREIGN_COUNTS}
    return {term: weight * counts.get(term, 1.0) for term, weight in weigh(wanted, held).items()}


def _rare(asked: _Asked, statements: Sequence[_Statement]) -> list[frozenset[str]]:
    """Return the words of the question, as terms, that few statements have."""
    count = len(statements)
    few = max(1.0, min(max(FEW, min(FEW_SHARE * count, math.sqrt(count))), FEW_AT_MOST * count))
    return [word for word in asked.words if sum(word <= statement.own for statement in statements) <= few]


def _is_near(statement: _Statement, weights: Mapping[str, float], least: float, rare: Iterable[frozenset[str]]) -> bool:
    """Return whether a statement has enough of the question's weight, or a rare word. Such a word may be in the
    heading, for the first sentence below it, or in the line above a list."""
    own = statement.own
    if statement.short and own <= weights.keys():
        return False
    if (
        own
        and not statement.short
        and weights.keys() & (own | statement.under)
        and round(_held(statement, weights), _DIGITS) >= least
    ):
        return True
    above = statement.under if statement.leads else statement.lead
    return any(word <= own or word <= own | above for word in rare)


def _held(statement: _Statement, weights: Mapping[str, float]) -> float:
    """Return the weight of the question's terms in the statement or above it. The first sentence of a section is about
    all that its heading says, if that is what is asked; so is what answers a question in the text."""
    asked = weights.keys()
    own, under = statement.own & asked, statement.under & asked
    if weight_of(statement.topic & asked, weights) >= _ASKED * sum(weights.values()):
        return (1 + _TOPIC) * weight_of(under | own, weights)
    return weight_of(own, weights) + _UNDER * weight_of(under - own, weights) + _TOPIC * weight_of(under & own, weights)


def _form(statement: _Statement, weights: Mapping[str, float], asked: _Asked, usual: float) -> float:
    """Return the factor for a statement's form. `usual` is how many terms statements have on average."""
    stems = statement.stems
    begins = max(range(len(stems)), key=lambda index: (weights.get(stems[index], 0.0), -index))
    early = 1 - begins / len(stems) if stems[begins] in weights else 0.0
    factor = 1 / (1 + _LONG * max(0.0, len(statement.own) / usual - 1))
    factor *= 1 + _PAIRS * len(asked.pairs & frozenset(pairwise(stems))) / max(1, len(asked.pairs))
    factor *= (1 + _EARLY * early) * (1 + _FIRST * statement.first) * (1 + _DEFINED * _defines(stems, asked.thing))
    if asked.measured and (_NUMBER.search(statement.near.text) or not _NUMBERS.isdisjoint(stems)):
        factor *= 1 + _MEASURED
    return factor * _ENTRY if statement.entry else factor


def _defines(stems: Sequence[str], thing: Sequence[str]) -> bool:
    """Return whether a statement, by its words as terms, begins with the thing and says what it is: A lease is …"""
    begins = stems[1:] if stems[0] in _ARTICLE_TERMS else stems
    after = begins[len(thing) : len(thing) + 1]
    return bool(thing) and tuple(begins[: len(thing)]) == tuple(thing) and not _IS_TERMS.isdisjoint(after)


_ARTICLE_TERMS, _IS_TERMS = (frozenset(map(stem, words)) for words in (_ARTICLES, _IS))
_NUMBERS = frozenset(stem(word) for language in LANGUAGES for word in (*language.numbers, *language.tens))


def _told_of(statements: Iterable[_Statement]) -> frozenset[str]:
    """Return the holders of whom several statements tell."""
    counts = Counter(holder for statement in statements for holder in statement.holders)
    return frozenset(holder for holder, count in counts.items() if count >= _TOLD_OF)


def _holding(statement: _Statement, content: Set[str], told_of: Set[str]) -> float:
    """Return the factor for a statement about another than the question names: the landlord's notice, not the
    tenant's."""
    named = content & told_of
    holders = statement.holders & told_of
    if not named or not holders - content or not named.isdisjoint(holders):
        return 1.0
    return _OTHER if named.isdisjoint(statement.own | statement.under) else _BESIDE


def _rank(scored: Sequence[tuple[float, _Statement]], content: Set[str]) -> list[tuple[float, _Statement]]:
    """Rank statements, the best first. Of those with the same words of the question the best comes before all that have
    fewer of these words, whatever its form."""
    best: dict[frozenset[str], float] = {}
    for score, statement in scored:
        shared = _shared(statement, content)
        best[shared] = max(score, best.get(shared, 0.0))
    raised = {shared: max(best[other] for other in best if other <= shared) - best[shared] for shared in best}
    ranked = [(score + raised[_shared(statement, content)], statement) for score, statement in scored]
    return sorted(ranked, key=lambda entry: (-entry[0], -len(_shared(entry[1], content))))


def _shared(statement: _Statement, content: Set[str]) -> frozenset[str]:
    return (statement.own | statement.topic) & content


def _choose(
    ranked: Sequence[tuple[float, _Statement]], limit: int, usable: Callable[[Near], bool], content: Set[str]
) -> list[_Statement]:
    """Choose the best usable one, and those that are about as near and differ from it and from each other."""
    chosen: list[_Statement] = []
    best = 0.0
    for score, statement in ranked:
        if len(chosen) == limit:
            break
        alike = bool(chosen) and _shared(statement, content) == _shared(chosen[0], content)
        said = max((len(statement.own & other.own) for other in chosen), default=0)
        near = score >= best * (ABOUT_ALIKE if alike else ABOUT_AS_NEAR)
        if near and said < SAME * len(statement.own) and usable(statement.near):
            best = best or score
            chosen.append(statement)
    return chosen

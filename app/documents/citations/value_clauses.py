"""Reads which value the one clause of a sentence has that says all words of a question, and nothing besides.

Only what is read here may prove a value, so the rules are strict on purpose. Words that the question does not have make
a clause one about something else: the rent of a store, the first rent, a sub-lease. So do a condition, an exception, a
limit, a word that weighs what is said, and another part of the sentence that is no clause of its own. What fails may be
true all the same; a person has to compare.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.documents.citations import amounts
from app.documents.citations import value_words as listed
from app.documents.citations.duties import answers
from app.documents.citations.page_sentences import PageSentence
from app.documents.citations.word_for_word import leaves_turn_behind
from app.language import dates
from app.language.languages import BINDING, LANGUAGES, language_of
from app.language.numbers import figures_of
from app.language.sentences import SentenceKind
from app.language.terms import is_unspaced, stem, words_of


@dataclass(frozen=True)
class AskedQuestion:
    """A question that a clause may answer. `asked` are its words in order, without those that only ask."""

    text: str

    @property
    def plain(self) -> str:
        """The question without a currency in brackets at its end, which says how to answer."""
        return _plain(amounts.without_currency(self.text))

    @property
    def unspaced(self) -> bool:
        return any(map(is_unspaced, self.text))

    @property
    def asked(self) -> tuple[str, ...]:
        if self.unspaced:
            return tuple(_runs(listed.JAPANESE_ASKING.sub(" ", self.plain)))
        common = language_of(words_of(self.text)).common
        words = listed.TOKEN.findall(self.plain)
        return tuple(dict.fromkeys(word for word in words if _matters(word, common) and word not in listed.ASKING))

    @property
    def has_number(self) -> bool:
        return any(sign.isdigit() for sign in self.plain)


def date_in(sentence: PageSentence, question: AskedQuestion) -> tuple[str, ...]:
    """Return the date that the sentence has as the answer, as one or all that it may be; empty for none."""
    text = _bare(sentence.text, question)
    spans = dates.date_spans(text)
    found = _value_in(sentence, question, text, [(begin, end) for begin, end, _days in spans], _numbers(text))
    return next((days for begin, _end, days in spans if begin == found), ())


def amount_in(sentence: PageSentence, question: AskedQuestion) -> amounts.Amount | None:
    """Return the amount that the sentence has as the answer; None for none."""
    text = listed.PAID.sub("", _bare(sentence.text, question))
    others = [(begin, end) for begin, end, _days in dates.date_spans(text)]
    spans = [each for each in amounts.amount_spans(text) if not _overlaps((each.start, each.end), others)]
    found = _value_in(sentence, question, text, [(each.start, each.end) for each in spans], others)
    amount = next((each for each in spans if each.start == found), None)
    return None if amount is None or amount.percent or amount.number is None else amount


def text_is_in(sentence: PageSentence, question: AskedQuestion, value: str) -> bool:
    """Return whether a run of words is what the sentence has as the answer, whole."""
    text, wanted = _bare(sentence.text, question), _plain(value).strip(" .。")
    places = [match.span() for match in re.finditer(_whole(wanted), text)] if wanted else []
    if len(places) != 1:
        return False
    asking = listed.TOKEN.findall(question.plain)[:1]
    before = [token for token in listed.TOKEN.findall(text[: places[0][0]]) if token not in listed.ARTICLES][-1:]
    if asking and asking[0] in listed.ASKS_WHO and before and before[0] in listed.ROLES:
        return False
    return _value_in(sentence, question, text, places, (), turning=f"{question.text} {value}") is not None


def choice_in(sentence: PageSentence, question: AskedQuestion, choices: Sequence[str]) -> str:
    """Return the choice that the sentence has as the answer, if it has one alone; empty for none."""
    text = _bare(sentence.text, question)
    named = {choice: [m.span() for m in re.finditer(_whole(_plain(choice)), text)] for choice in choices}
    there = [choice for choice, spans in named.items() if spans]
    if len(there) != 1 or len(named[there[0]]) != 1 or question.unspaced:
        return ""
    asking = listed.TOKEN.findall(question.plain)
    if not asking or asking[0] not in listed.ASKS_WHO or _pronouns_of(question.text) & set(asking):
        return ""
    claim = f"{question.text} {there[0]}"
    found = _value_in(sentence, question, text, named[there[0]], _numbers(text), turning=claim, alone=True, acts=True)
    return there[0] if found is not None else ""


def answer_in(sentence: PageSentence, question: AskedQuestion) -> bool | None:
    """Return yes or no if the sentence says just what is asked, or negates just that; None if it takes more to
    decide."""
    decided = answers(question.text, sentence.text, sentence.text)
    if decided is None:
        return None
    text = listed.ANY_PART.sub(" ", _bare(sentence.text, question))
    negations = [word for word in listed.TOKEN.findall(text) if word in listed.NEGATIONS or word == "t"]
    negations += listed.JAPANESE_NEGATION.findall(text)
    turning = question.text if decided else f"{question.text} {' '.join(negations)}"
    found = _value_in(sentence, question, text, (), _numbers(text), turning=turning, alone=True)
    return decided if found is not None else None


def has_all_words(sentence: PageSentence, question: AskedQuestion, *, strict: bool = False) -> bool:
    """Return whether a sentence has all words of the question, or others with their stems; `strict` allows these words
    alone."""
    return bool(question.asked) and len(_shared_words(sentence, question, strict=strict)) == len(question.asked)


def has_half_of_words(sentence: PageSentence, question: AskedQuestion) -> bool:
    """Return whether a sentence has two of the question's words and half of them, or others with their stems."""
    shared = len(_shared_words(sentence, question))
    return shared > 1 and 2 * shared >= len(question.asked)


def has_a_word(sentence: PageSentence, question: AskedQuestion) -> bool:
    return _has_any(_plain(sentence.text), question, question.asked)


def may_change(sentence: PageSentence, question: AskedQuestion, *, by_consent: bool = False) -> bool:
    """Return whether a sentence changes, extends or replaces something, and has half of the question's words besides
    those for parties; with `by_consent`, also one that makes it depend on a consent."""
    text = _plain(sentence.text)
    if listed.CHANGES.search(text) is None and not (by_consent and listed.CONSENT.search(text)):
        return False
    named = [word for word in question.asked if word not in listed.PARTIES]
    there = [word for word in named if _has_any(text, question, (word,))]
    return bool(there) and 2 * len(there) >= len(named)


def weighs(text: str, question: str) -> bool:
    """Return whether a text has a word that the question lacks and that makes a value less than sure."""
    plain, asked = _plain(text), _plain(question)
    bare, words = _without_values(plain), listed.TOKEN.findall(asked)
    for match in listed.WEIGHED.finditer(bare):
        if f" {match.group()} " not in f" {' '.join(words)} " and not any(_like(match.group(), word) for word in words):
            return True
    if any(said not in asked for said in listed.WEIGHED_JAPANESE.findall(plain)):
        return True
    if listed.PAST.search(asked) is not None and listed.FUTURE.search(bare) is not None:
        return True
    return any(word in listed.MAYBE and word not in words for word in listed.TOKEN.findall(bare))


def _shared_words(sentence: PageSentence, question: AskedQuestion, *, strict: bool = False) -> list[str]:
    """Return the words of the question that a sentence has too, or, if not `strict`, of which it has others with their
    stems."""
    text = _plain(sentence.text)
    if question.unspaced:
        return [run for run in question.asked if run in text]
    words, alike = set(listed.TOKEN.findall(text)), _alike if strict else _like
    return [word for word in question.asked if any(alike(word, other) for other in words)]


def _has_any(text: str, question: AskedQuestion, asked: Sequence[str]) -> bool:
    if question.unspaced:
        return any(run in text for run in asked)
    words = set(listed.TOKEN.findall(text))
    return any(_like(word, other) for word in asked for other in words)


def _value_in(
    sentence: PageSentence,
    question: AskedQuestion,
    text: str,
    spans: Sequence[tuple[int, int]],
    others: Sequence[tuple[int, int]],
    *,
    turning: str = "",
    alone: bool = False,
    acts: bool = False,
) -> int | None:
    """Return where the value begins that the one clause with all words of the question has; 0 if none is looked for.

    `text` is that of the sentence, plain; `spans` are the values of the kind; `others` are other values. `turning` is
    what may turn the sentence, the question by itself. `alone` allows no other clause beside it; `acts` tells that the
    value is who does it.
    """
    if sentence.kind is not SentenceKind.SENTENCE or question.has_number or not question.asked:
        return None
    if sentence.lead.rstrip().endswith((":", "：")) or _narrows(sentence.lead, question):
        return None
    whole = replace(sentence, text=f"{sentence.lead} {sentence.text}") if sentence.lead else sentence
    if leaves_turn_behind(turning or question.text, whole) or weighs(whole.text, turning or question.text):
        return None
    clauses = list(_clauses(_masked(text, spans, others), alone=alone))
    order = [begin for begin, _end in spans]
    matching = _Japanese(question) if question.unspaced else _Spaced(question, sentence.text)
    fitting: list[tuple[int, int, frozenset[str]]] = []
    number = 0
    for index, (joiner, clause) in enumerate(clauses):
        here = clause.count(listed.VALUE)
        first = clauses[0][1] if index and joiner in listed.AND else ""
        if here == (1 if spans else 0) and (borrowed := matching.fits(clause, first, acts=acts)) is not None:
            fitting.append((index, order[number] if spans else 0, borrowed))
        number += here
    are_joined = all(not joiner or joiner in listed.AND for joiner, _clause in clauses)
    if len(fitting) != 1 or not are_joined or (alone and len(clauses) > 1):
        return None
    place, found, borrowed = fitting[0]
    beside = [clause for index, (_joiner, clause) in enumerate(clauses) if index != place]
    return found if all(matching.is_apart(clause, borrowed) for clause in beside) else None


class _Spaced:
    """Compares clauses with a question in a script with spaces."""

    def __init__(self, question: AskedQuestion, sentence: str) -> None:
        self._asked = question.asked
        self._question = listed.TOKEN.findall(question.plain)
        self._pronouns = _pronouns_of(sentence)
        self._common = language_of(words_of(sentence)).common | language_of(words_of(question.text)).common

    def fits(self, clause: str, first: str, *, acts: bool) -> frozenset[str] | None:
        """Return the words of the first clause whose subject a clause shares, if it fits; None if it lacks a word of
        the question, has them in another order, or has more than them. `first` is the first clause of the sentence."""
        tokens = listed.TOKEN.findall(clause)
        if self._pronouns & set(tokens):
            return None
        own = [self._place(token) for token in tokens]
        missing = [word for number, word in enumerate(self._asked) if number not in own]
        if missing:
            return self._shared(tokens, missing, listed.TOKEN.findall(first))
        fits = self._is_bare(tokens, own) and self._is_in_order(own, acts) and self._has_roles(tokens, own, acts)
        return frozenset() if fits else None

    def is_apart(self, clause: str, borrowed: frozenset[str]) -> bool:
        """Return whether another clause has a value and words of its own before it, and none of the question's but
        those that were `borrowed` from it."""
        tokens = listed.TOKEN.findall(clause)
        at = next((number for number, token in enumerate(tokens) if token in (listed.VALUE, listed.OTHER)), -1)
        own = any(self._extra(token) and self._place(token) is None for token in tokens[: max(0, at)])
        asked = {self._asked[place] for token in tokens if (place := self._place(token)) is not None}
        return at > 0 and own and tokens[0] not in listed.ROLES and asked <= borrowed

    def _shared(self, tokens: list[str], missing: list[str], first: list[str]) -> frozenset[str] | None:
        """Return the words that a clause such as "ends on" lacks, if they are just what the first clause says something
        of; else None."""
        of_first = [token for token in first if token not in listed.ARTICLES]
        subject, rest = of_first[: len(missing)], of_first[len(missing) :]
        if not tokens or self._place(tokens[0]) is None or len(subject) != len(missing):
            return None
        if not all(_alike(word, token) for word, token in zip(missing, subject, strict=True)):
            return None
        extras = [token for token in rest if token in (listed.OTHER, "%") or self._extra(token)]
        if len(extras) != 1 or rest[0] != extras[0]:
            return None
        whole = self.fits(" ".join((*subject, *tokens)), "", acts=False)
        return None if whole is None else frozenset(missing)

    def _place(self, token: str) -> int | None:
        return next((number for number, word in enumerate(self._asked) if _alike(word, token)), None)

    def _extra(self, token: str) -> bool:
        if token == listed.VALUE or token in self._common or token in BINDING | listed.NEGATIONS | listed.LINKING:
            return False
        return len(token) > 1 or token in (listed.OTHER, "%") or token.isdigit()

    def _is_bare(self, tokens: list[str], own: list[int | None]) -> bool:
        """Return whether a clause has no word that the question lacks, but who pays the amount to whom."""
        extras = [number for number, token in enumerate(tokens) if own[number] is None and self._extra(token)]
        first = next(number for number, place in enumerate(own) if place is not None)
        paying = [number for number in extras if tokens[number] in listed.PAYING]
        allowed = paying and all(
            number < first and (number in paying or tokens[number] in listed.PARTIES) for number in extras
        )
        if extras and not allowed:
            return False
        at = tokens.index(listed.VALUE) if listed.VALUE in tokens else 0
        before = [token for token in tokens[:at] if token not in listed.ARTICLES][-1:]
        return not any(word in listed.BEFORE_VALUE and word not in self._question for word in before)

    def _is_in_order(self, own: list[int | None], acts: bool) -> bool:
        """Return whether a clause's words stand as in the question; a verb may stand elsewhere."""
        order = list(dict.fromkeys(place for place in own if place is not None))
        return _longest_rising(order) >= len(order) - (0 if acts or len(order) < 2 else 1)

    def _has_roles(self, tokens: list[str], own: list[int | None], acts: bool) -> bool:
        """Return whether each word has the part in the clause that it has in the question."""
        if acts:
            at = tokens.index(listed.VALUE)
            before = [token for token in tokens[:at] if token not in listed.ARTICLES]
            if before and before[-1] not in listed.BY:
                return False
        for number, place in enumerate(own):
            if place is None:
                continue
            asked = next(index for index, token in enumerate(self._question) if _alike(self._asked[place], token))
            if tokens[number].removesuffix("ly") == self._question[asked] != tokens[number]:
                continue  # a yearly rent is one for a year
            if _role(tokens, number) != _role(self._question, asked):
                return False
        return True


class _Japanese:
    """Compares clauses with a question in Japanese: its runs of characters that are no grammar, in order."""

    def __init__(self, question: AskedQuestion) -> None:
        self._asked = list(question.asked)
        asked = listed.JAPANESE_ASKING.sub(" ", question.plain)
        self._roles, self._plain = _roles_of(asked), _is_grammar(asked)

    def fits(self, clause: str, first: str, *, acts: bool) -> frozenset[str] | None:  # noqa: ARG002 - shares nothing
        """Return an empty set if a clause has the runs of the question, in their order and in their parts; else
        None."""
        if not (_is_grammar(clause) and self._plain) or listed.JAPANESE_BOUND.search(clause) is not None:
            return None
        runs = [run for run in _runs(clause) if run != listed.VALUE]
        return frozenset() if runs == self._asked and _roles_of(clause) == self._roles else None

    def is_apart(self, clause: str, borrowed: frozenset[str]) -> bool:  # noqa: ARG002
        runs = _runs(clause)
        has_value = listed.VALUE in clause or listed.OTHER in clause
        return has_value and bool(set(runs) - {listed.VALUE, listed.OTHER}) and not set(runs) & set(self._asked)


def _is_grammar(text: str) -> bool:
    """Return whether all hiragana of a text is grammar, or the ending of the run before it."""
    plain = text.replace("本契約の", "").strip(" 。？?")
    return all(
        len(each) <= listed.LONGEST_ENDING and listed.JAPANESE_GRAMMAR.fullmatch(each) is not None
        for each in listed.HIRAGANA.findall(plain)
    )


def _runs(text: str) -> list[str]:
    """Return the runs of characters that are no grammar; `本契約`, which a contract calls itself, stands for any."""
    found = (_own(run) for run in listed.KANJI_RUN.findall(text.replace("本契約の", "")))
    return [run for run in found if run and run not in listed.JAPANESE_LINKING]


def _own(run: str) -> str:
    return run.removeprefix("本") if len(run) > 2 else run


def _roles_of(text: str) -> list[str]:
    """Return the particle behind each run, if it says which part in a sentence the run has."""
    roles = []
    for match in listed.KANJI_RUN.finditer(text.replace("本契約の", "")):
        run = _own(match.group())
        if run and run not in (*listed.JAPANESE_LINKING, listed.VALUE):
            particle = listed.JAPANESE_ROLE.match(text.replace("本契約の", ""), match.end())
            roles.append(particle.group() if particle is not None else "")
    return roles


def _role(tokens: Sequence[str], at: int) -> str:
    """Return the small word before a word and its article that says its part."""
    before = at - 1
    while before >= 0 and tokens[before] in listed.ARTICLES and tokens[before] not in listed.ROLES:
        before -= 1
    return tokens[before] if before >= 0 and tokens[before] in listed.ROLES else ""


def _pronouns_of(text: str) -> frozenset[str]:
    return listed.PRONOUNS[LANGUAGES.index(language_of(words_of(text)))]


def _alike(word: str, other: str) -> bool:
    """Return whether two words are one, or forms of one: lease, leases; not lessee, which begins as it does."""
    if word == other:
        return True
    size = next((at for at, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    return size >= listed.LEAST_STEM and frozenset((word[size:], other[size:])) in listed.INFLECTED


def _like(word: str, other: str) -> bool:
    """Return whether two words may be forms of one; others that begin as they do may be as well."""
    return _alike(word, other) or stem(word) == stem(other)


def _matters(word: str, common: frozenset[str]) -> bool:
    return word not in common and word not in BINDING and len(word) > 1


def _narrows(lead: str, question: AskedQuestion) -> bool:
    """Return whether a heading names something of what the question names: the lease of a crane."""
    tokens = listed.TOKEN.findall(_plain(lead))
    asked = question.asked
    at = next(
        (number for number, token in enumerate(tokens) if any(_alike(word, token) for word in asked)), len(tokens)
    )
    behind = tokens[at + 1 :]
    common = language_of(words_of(lead)).common
    return any(token in listed.ROLES for token in behind) and any(
        _matters(token, common) and not any(_alike(word, token) for word in asked) for token in behind
    )


def _without_values(text: str) -> str:
    """Return a plain text without its dates: May is a month."""
    return _masked(text, [(begin, end) for begin, end, _days in dates.date_spans(text)], ())


def _clauses(masked: str, *, alone: bool) -> Iterator[tuple[str, str]]:
    """Yield the clauses of a sentence, each with what joins it to the one before; with `alone`, words join none."""
    at, joiner = 0, ""
    for match in listed.JOINER.finditer(masked):
        if alone and match["word"]:
            continue
        if masked[at : match.start()].strip() or joiner:
            yield joiner, masked[at : match.start()]
        at, joiner = match.end(), (match["sign"] or match["word"] or "").strip()
    if listed.TOKEN.search(masked[at:]):
        yield joiner, masked[at:]


def _masked(text: str, values: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> str:
    """Return a plain text with a sign in the place of each value."""
    marks = [(*span, listed.VALUE) for span in values]
    marks += [(*span, listed.OTHER) for span in others if not _overlaps(span, values)]
    pieces, at = [], 0
    for begin, end, sign in sorted(marks):
        pieces += [text[at:begin], f" {sign} "]
        at = end
    return listed.JAPANESE_TOPIC.sub("", "".join((*pieces, text[at:])))


def _numbers(text: str) -> list[tuple[int, int]]:
    return [(each.start, each.end) for each in amounts.amount_spans(text)]


def _plain(text: str) -> str:
    """Return a text as it is compared, without the number of its clause and the signs of notes."""
    text = listed.RAISED.sub(" ", text)
    plain = amounts.plain(dates.plain(unicodedata.normalize("NFKC", text)))
    spans = dates.date_spans(plain)
    number = listed.NUMBERING.match(plain)
    begins_with_date = bool(spans) and number is not None and spans[0][0] < number.end()
    plain = plain if number is None or begins_with_date else plain[number.end() :]
    return listed.INFINITIVE.sub(" ", plain)


def _bare(text: str, question: AskedQuestion) -> str:
    """Return a sentence as it is compared, without what adds nothing to it: names that it defines, the document that it
    is in, and an amount once more in words."""
    plain = listed.DEFINED.sub("", _plain(text))
    itself = listed.ITSELF.search(plain)
    if itself is not None and not any(_alike(word, itself.group().split()[-1]) for word in question.asked):
        plain = listed.ITSELF.sub("", plain)
    for bracket in reversed(list(listed.IN_BRACKETS.finditer(plain))):
        before = amounts.amount_spans(plain[: bracket.start()])
        in_words = figures_of(bracket[1], language_of(words_of(text)))
        if (
            before
            and before[-1].end == bracket.start()
            and [each.value for each in in_words] == [f"{before[-1].number}"]
        ):
            plain = plain[: bracket.start()] + plain[bracket.end() :]
    return plain


def _whole(words: str) -> str:
    """Return a pattern for words that stand by themselves."""
    left, right = (r"(?<!\w)", r"(?!\w)") if words[:1].isascii() else ("", "")
    return f"{left}{re.escape(words)}{right}"


def _overlaps(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(span[0] < end and begin < span[1] for begin, end in others)


def _longest_rising(order: Sequence[int]) -> int:
    best: list[int] = []
    for number, value in enumerate(order):
        best.append(1 + max((best[before] for before in range(number) if order[before] < value), default=0))
    return max(best, default=0)

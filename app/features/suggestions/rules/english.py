"""The ways in which English asks."""

from __future__ import annotations

import re

from app.features.suggestions.rules import english_words as words
from app.features.suggestions.rules.forms import First, Fits, Grammar, Groups, Kind, QuestionForm, anything, listed

_W = r"[\w'’./+-]+"
_NP = rf"(?P<np>{_W}(?: {_W}){{0,5}}?)"
_VP = rf"(?P<vp>{_W}(?: {_W}){{1,11}}?)"
_NUMBER = (
    r"(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|twenty|thirty"
    r"|forty|fifty|sixty|ninety)"
)
_ABOUT = r"(?:about |at least |at most |up to |only )?"
_TIME = r"(?:business |working |calendar )?(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?)"
_COINS = rf"{_NUMBER}(?: million| thousand)? (?:euros?|dollars?|pounds?|yen)"
_MONEY = rf"(?:{_ABOUT}(?:[£$€¥] ?\d|(?:EUR|USD|GBP|CHF) \d|{_COINS}))"
_CAN = r"(?P<can>may|can|must|should)"
_IF = (
    r"(?:,? (?:only )?(?:if|when|unless|as long as|as soon as|provided that|in case) "
    r"|,? only (?:with|after|by|for|in) )"
)
_WHEN = (
    r" (?:within|no later than|not later than|at least|at the latest|for at least|at most|every|after|before)"
    rf" (?:a further |the |about )?{_NUMBER} {_TIME}\b.*"
)
_ACTS = (
    "click|press|choose|open|use|run|type|select|drop|drag|right-click|go|enter|set|add|call|install|put|edit|create"
)
_DONE = r"(?P<vp>\w+ed|built|held|written|made|begun|sold|bought|found|won|lost|drawn|read|met|paid|sent)"
_DATE = r"(?:in \d{4}|on \d{1,2} [A-Z]|in [A-Z][a-z]+ \d{4})"
_NAME = r"(?P<np>[A-Z][a-z]+(?: [A-Z]\.)? [A-Z][a-zA-Z'-]+)"

_DETERMINERS = listed("the a an each every any all either both")
_ARTICLES = listed("the a an")
_NO_END = listed("of for to the and or with in")
_NO_PLURAL = ("ss", "us", "is")


def _is_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith(_NO_PLURAL)


def _is_adverb(word: str) -> bool:
    return word.endswith(("ly", "n't")) and word.casefold() not in words.NO_ADVERBS


def _subject(groups: Groups) -> bool:
    """Return whether `np` is a noun phrase, as far as it can be seen: by a determiner, a plural, or names."""
    phrase = groups["np"].split()
    first, last = phrase[0].casefold(), phrase[-1]
    if first in words.STARTS or last.casefold() in _NO_END or any(map(_is_adverb, phrase)):
        return False
    if first in _DETERMINERS:
        return len(phrase) > 1
    names = all(word[:1].isupper() for word in phrase)
    return first == "you" or (len(phrase) <= 3 and (names or _is_plural(last)))


def _thing(groups: Groups) -> bool:
    """Return whether `np` is a thing that can be asked about alone: a definite phrase needs more than one word to say
    which it is."""
    first, *_others = phrase = groups["np"].casefold().split()
    head = [word for word in phrase if word not in _ARTICLES]
    if not _subject(groups) or first in _DETERMINERS - _ARTICLES or first == "you" or not head:
        return False
    if head[0] in words.GENERIC or (first == "the" and len(head) < 2):
        return False
    return groups.get("be", "is") != "is" or first in _ARTICLES or not _is_plural(head[-1])


def _one(groups: Groups) -> bool:
    return _subject(groups) and not groups["np"].endswith("s")


def _headed(*heads: str) -> Fits:
    """Make a test for a noun phrase whose head, its last word or the first after the article, is one of these."""

    def fits(groups: Groups) -> bool:
        phrase = groups["np"].casefold().split()
        return _subject(groups) and not {phrase[-1], phrase[min(1, len(phrase) - 1)]}.isdisjoint(heads)

    return fits


def _act(groups: Groups) -> bool:
    """Return whether somebody does something, or it is done: nobody only wants it."""
    done = groups["vp"].split()
    idle = done[0] in words.NO_ACTS or (done[0] == "be" and len(done) < 2)
    return _subject(groups) and not idle and re.search(r"\band (?:to|be)\b", groups["vp"]) is None


def _event(groups: Groups) -> bool:
    """Return whether there is a condition that may come about, and after it what follows from that."""
    clause = groups["np"].casefold().split()
    if not words.INTENTIONS.isdisjoint(clause) or len(clause) < 3:
        return False
    if groups["rest"].split()[0].casefold() in ("please", "consider", "note", "see", "and", "or", "but"):
        return False
    if clause[0] == "you":
        return clause[1] not in words.STATES
    return clause[0] in ("a", "an", "the", "no", "your") or clause[1] in ("is", "are", "fails", "has", "does")


def _instruction(groups: Groups) -> bool:
    """Say whether a phrase names something that is done, in words that fit whoever asks."""
    return groups["np"].split()[0] in words.VERBS and re.search(r"\byour", groups["np"]) is None


def _dated(groups: Groups) -> bool:
    return _subject(groups) and not groups["np"].startswith(("A ", "An "))


def _speaker(groups: Groups) -> bool:
    return groups["np"].split()[0] not in (
        "He",
        "She",
        "They",
        "The",
        "It",
        "We",
        "You",
        "I",
        "A",
        "An",
        "This",
        "That",
    )


def _gerund(groups: Groups) -> bool:
    """Return whether what follows a gerund can be its object: it lacks no article that it needs, and is no noun to
    which the gerund belongs."""
    if re.search(r"\byour|\band \w+ing\b|^the \S+$", groups["np"]):
        return False
    if re.match(r"(?:an?|the|to|from|as|with|for|up)\b", groups["np"]):
        return True
    head = re.split(r" (?:to|from|in|for|with|on|of|at|as|by|into|and|without|between)\b", groups["np"])[0]
    return groups["verb"] not in words.LIKE_NOUNS and _is_plural(head)


def _form(kind: Kind, pattern: str, template: str, fits: Fits = _subject) -> QuestionForm:
    first = First.KEPT if kind is Kind.NAME or "“{np}”" in template else First.BY_BOOK
    return QuestionForm(kind, re.compile(pattern), template, fits, first=first)


_INSTRUCTIONS = (
    _form(Kind.WAY, rf"To (?P<np>[a-z]+ [^,;:]{{4,70}}), (?:you|{_ACTS})\b.+", "How do I {np}?", _instruction),
    _form(
        Kind.CONSEQUENCE, r"If (?P<np>[^,;:]{12,80}), (?:then )?(?P<rest>[^,]{4,}.*)", "What happens if {np}?", _event
    ),
)
_NAMES = (
    _form(Kind.NAME, rf"(?:.* )?(?:{words.PERSONS}) {_NAME}(?:,? .*|\.)", "Who is {np}?", anything),
    _form(
        Kind.NAME,
        r".*[”\"’,!?] (?:said|asked|replied|cried|whispered|shouted) (?P<np>[A-Z][a-z]+(?: [A-Z][a-z]+)?)\b.*",
        "Who is {np}?",
        _speaker,
    ),
    _form(Kind.NAME, rf"{_NAME}, (?:the|an?) (?:[a-z]+ ){{0,3}}(?:{words.PERSONS})\b.*", "Who is {np}?", anything),
)
_AMOUNTS = (
    _form(
        Kind.AMOUNT,
        rf"{_NP} (?P<be>was|were|is|are) {_DONE} (?:twice|once|{_NUMBER} times)\b.*",
        "How often {be} {np} {vp}?",
    ),
    _form(Kind.AMOUNT, rf"{_NP} (?P<be>was|were) {_DONE} {_DATE}\b.*", "When {be} {np} {vp}?", _dated),
    _form(
        Kind.AMOUNT, rf"{_NP} (?:is|amounts to|shall be|is limited to|will be) {_MONEY}.*", "How much is {np}?", _one
    ),
    _form(Kind.AMOUNT, rf"{_NP} (?:was|amounted to) {_MONEY}.*", "How much was {np}?", _one),
    _form(
        Kind.AMOUNT,
        rf"{_NP} (?:is|shall be|will be|lasts) {_ABOUT}{_NUMBER} {_TIME}\b.*",
        "How long is {np}?",
        _headed("period", "term", "duration", "deadline", "delay", "time", "interval", "window", "leave", "cycle"),
    ),
    _form(
        Kind.AMOUNT,
        rf"{_NP} (?:is|shall be|will be) {_ABOUT}{_NUMBER} ?(?:%|percent|per cent)(?: .*|\.)",
        "How high is {np}?",
        _headed("rate", "share", "percentage", "interest", "proportion", "tax", "discount"),
    ),
)
_CONDITIONS = (
    _form(Kind.DEADLINE, rf"{_NP} (?:shall|must) {_VP}{_WHEN}", "When must {np} {vp}?", _act),
    _form(Kind.DEADLINE, rf"{_NP} {_CAN} {_VP}{_WHEN}", "When {can} {np} {vp}?", _act),
    _form(Kind.CONDITION, rf"{_NP} may not {_VP} unless .+", "When may {np} {vp}?", _act),
    _form(Kind.CONDITION, rf"{_NP} {_CAN} {_VP}{_IF}.+", "When {can} {np} {vp}?", _act),
    _form(Kind.CONDITION, rf"{_NP} shall {_VP}{_IF}.+", "When must {np} {vp}?", _act),
)
_REASONS = (
    QuestionForm(
        Kind.REASON, re.compile(rf"{_NP} (?P<verb>[a-z]+ed) because .+"), "Why did {np} {verb}?", _subject, words.PASTS
    ),
    QuestionForm(
        Kind.REASON,
        re.compile(rf"{_NP} (?P<verb>[a-z]+ed) (?P<vp>[^,;]+) because .+"),
        "Why did {np} {verb} {vp}?",
        _subject,
        words.PASTS,
    ),
    _form(
        Kind.REASON,
        rf"{_NP} (?P<be>is|are|was|were|must|should|cannot) (?P<no>not )?{_VP},? because .+",
        "Why {be} {np} {no} {vp}?",
    ),
)
_DEFINITIONS = (
    _form(
        Kind.NAME,
        rf"(?P<np>[A-Z][a-z]+(?: [A-Z][a-z]+)?) (?:is|was) (?:an?|the) (?:[\w-]+ ){{0,3}}(?:{words.PERSONS})\b.*",
        "Who is {np}?",
        _speaker,
    ),
    _form(Kind.USE, rf"{_NP} (?P<be>is|are) used (?:to|for|by|as) .+", "What {be} {np} used for?", _thing),
    _form(Kind.DEFINITION, r"(?:In .+, )?[“\"](?P<np>[\w -]+)[”\"] means .+", "What does “{np}” mean?", anything),
    _form(
        Kind.DEFINITION,
        rf"{_NP} (?P<be>is|are) (?:an? |any |the |one of |basically |simply ).{{12,}}",
        "What {be} {np}?",
        _thing,
    ),
    _form(
        Kind.CONTENT,
        rf"{_NP} does not (?P<vp>cover|include|apply to|replace|affect) .+",
        "What does {np} not {vp}?",
        _one,
    ),
    _form(Kind.CONTENT, rf"{_NP} contains .+", "What does {np} contain?", _thing),
    _form(Kind.CONTENT, rf"{_NP} consists of .+", "What does {np} consist of?", _thing),
)

_ASKING = "What|How|Why|When|Where|Who|Which|Can|May|Do|Does|Is|Are|Should|Must|Will"
_KIND_OF = r"(?:(?:[Bb]est|[Cc]ommon|[Bb]asic|[Gg]eneral|[Mm]ain|[Ss]pecial|[Tt]ypical|[Kk]nown) )?(?:[A-Za-z]+ )?"
_OF = "(?:for|of|on|about|to|in|between|when)"
_PLURAL = rf"(?:{words.PLURALS}|{words.PLURALS.title()})"
_SINGULAR = rf"(?:{words.SINGULARS}|{words.SINGULARS.title()})"


def _heading(kind: Kind, pattern: str, template: str, first: First = First.BY_BOOK) -> QuestionForm:
    return QuestionForm(kind, re.compile(pattern), template, first=first)


_HEADINGS = (
    _heading(Kind.ASKED, rf"(?P<asked>(?:{_ASKING})\b.{{8,}})\?", "{asked}?"),
    _heading(Kind.WAY, r"How to (?P<np>\w+ .+)", "How do I {np}?"),
    _heading(Kind.WAY, r"When to (?P<np>\w+ .+)", "When should I {np}?"),
    _heading(Kind.WAY, r"How (?P<np>.+) works", "How does {np} work?"),
    _heading(Kind.WAY, r"How (?P<np>[\w' -]+?) (?P<be>is|are|was|were) (?P<vp>\w+.*)", "How {be} {np} {vp}?"),
    _heading(Kind.DEFINITION, r"What (?P<np>.+) (?P<be>is|are)", "What {be} {np}?"),
    _heading(Kind.CONTENT, r"What (?P<np>.+) had to (?P<vp>\w+)", "What did {np} have to {vp}?"),
    _heading(Kind.CONTENT, rf"(?P<np>{_KIND_OF}{_PLURAL} {_OF} .+)", "What are the {np}?", First.SMALL),
    _heading(Kind.CONTENT, rf"(?P<np>{_PLURAL})", "What are the {np}?", First.SMALL),
    _heading(
        Kind.CONTENT, rf"(?P<np>(?:[A-Z][a-z]+ )?{_SINGULAR} (?:of|for|between) .+)", "What is the {np}?", First.SMALL
    ),
    QuestionForm(
        Kind.WAY,
        re.compile(r"(?P<verb>[A-Z]\w+ing) (?!and |or |of )(?P<np>.+)"),
        "How do I {verb} {np}?",
        _gerund,
        words.GERUNDS,
    ),
)

ENGLISH = Grammar(
    (*_INSTRUCTIONS, *_NAMES, *_AMOUNTS, *_CONDITIONS, *_REASONS, *_DEFINITIONS),
    _HEADINGS,
    "What does the section “{np}” say?",
    "According to “{title}”, {question}",
    "How do “{first}” and “{second}” differ?",
    words.DANGLING,
    _DETERMINERS | {"you", "your"},
    frozenset(("the",)),
)

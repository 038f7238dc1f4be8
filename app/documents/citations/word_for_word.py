"""Finds whether a page says a claim word for word, and leaves nothing behind that turns what it says.

The rule is strict on purpose, since only what passes it is shown in green: each clause of the claim is a run of one
sentence of a page that begins where that sentence begins. The sentence may go on behind the run only with a further
clause, and neither that clause, nor the line above a list, nor the sentence that follows may hold a condition, an
exception, a limit or a negation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from app.documents.citations import amounts
from app.documents.citations.cuts import fuller
from app.documents.citations.page_sentences import PageSentence, content_terms
from app.documents.citations.quotation import WantedQuotation
from app.documents.citations.value_words import PARTIES
from app.language import dates
from app.language.languages import TURNING
from app.language.sentences import SentenceKind
from app.language.terms import is_unspaced

MIN_WORDS, MIN_CHARACTERS = 3, 6
"""The least size of a clause in words, or in characters of a script without spaces: less of it states nothing."""

_MOST_CLAUSES = 3
_MOST_UNIT_WORDS = 2
_RATES = frozenset(["per", "pro", "je", "par", "por", "al"])
_A_VALUE = "\0"

_NUMBER = r"(?:\d+(?:[.\-]\d+)*[a-z]?|[IVXLC]{1,5}|[ivx]{1,5}|[a-zA-Z]|[一二三四五六七八九十百]+)"
_NUMBERING = re.compile(
    rf"[^\w]*(?:(?:(?:§+|art(?:ikel|icle|\.)?|section|clause|abs(?:atz|\.)?|ziffer|nr\.?|no\.?|step|schritt)\s*)?"
    rf"[(（]?{_NUMBER}[)）.:、．]?|第{_NUMBER}[条項号章節](?:の{_NUMBER})?(?:\s*[（(][^（()）]{{1,30}}[)）])?)?[^\w]*",
    re.IGNORECASE,
)
"""Matches the number of a clause or of an entry in a list, which may stand before a run."""

_FURTHER_CLAUSE = re.compile(r"\s*(?:[;；]|,\s(?:which|who)\s)")
"""Matches what begins a further clause. The rest of a condition may stand behind "and", so this ends no clause: "is due
on signing and on delivery"."""
_JAPANESE_TURN = re.compile(
    r"ない|ません|なかっ|なく|ず[、。に]|禁|除[かきくいっ]|以外|ただし|但し|場合|限[らりる]|ときは|のみ|だけ|しか|まで|未満|不可|対象外|例外|除外|もっとも|しかし"
)
_EXCEPTION_FOLLOWS = re.compile(
    r"(?:however|but|except|unless|an? exception|exceptions|notwithstanding|this (?:does not|do not|shall not|is not)"
    r"|it does not|the same does not|nor|otherwise|only"
    r"|(?:this|it|that) (?:also )?(?:requires|needs|is subject|depends|presupposes|applies (?:only|if|where|when))"
    r"|(?:dies|das|dafür|hierfür|hierzu|dazu) (?:setzt|bedarf|erfordert|ist (?:nur|die|eine|ein)|braucht|bedingt)"
    r"|jedoch|allerdings|aber|dies gilt (?:nicht|nur)|das gilt (?:nicht|nur)|ausgenommen|hiervon|davon|abweichend"
    r"|eine ausnahme|ausnahmen|es sei denn|sonst|nur|nicht"
    r"|toutefois|cependant|mais|sauf|sin embargo|pero|salvo|tuttavia|ma|salvo)\b"
    r"|ただし|但し|もっとも|しかし|この限り|前項の規定にかかわらず|(?:これ|それ|その|この)(?:に|ため|場合)?(?:には|は|、)[^。]*(?:必要|要[すし])",
    re.IGNORECASE,
)
_NUMBER_BEFORE = re.compile(rf"\d+(?:\.\d+)+\s+|(?:[(（]?{_NUMBER}[)）.:、．]\s*)+")

_POINTS_BACK = re.compile(
    r"(?:(?:it|they|he|she|its|their|his|her|such|that|those|these|here|otherwise|both|neither)\b"
    r"|there\b(?!\s+(?:is|are|was|were|has|have|had|will|shall|may|must|can)\b)"
    r"|the (?:former|latter)\b"
    r"|this(?!\s+(?-i:[A-Z]))\b(?!\s+(?:agreement|contract|lease|policy|manual|guide|document|report|letter|statute|licence"
    r"|license|handbook)\b)"
    r"|(?:er|es|sie|ihr|ihre|sein|seine|deren|dessen|dann|dort|dabei|dafür|davon|dazu|daran|darauf|damit|hierzu|hierbei)\b"
    r"|dies(?:e[rsnm]?|es)?\b(?!\s+(?:Vertrag|Satzung|Ordnung|Anleitung|Vereinbarung|Richtlinie|Bericht|Handbuch)\w*)"
    r"|(?:il|elle|ils|elles|cela|ce|celui-ci|ello|ellos|esto|eso|esso|essi|questo|ciò)\b"
    r"|これ|それ|あれ|同(?=[一-龠])|当該|彼|そこ|その|この(?!規則|契約|報告書|規程))",
    re.IGNORECASE,
)
"""Matches the beginning of a sentence that speaks of what the one before it names."""

_CLAUSE_BREAK = re.compile(
    r"\s*[;；]\s*|,?\s+(?:and|but|while|und|aber|sowie|während|et|mais|y|pero|e|ma)\s+|、(?:また|かつ)、?"
)

_DOCUMENT = (
    r"(?:document|text|page|section|clause|paragraph|article|chapter|contract|agreement|lease|policy|manual|guide|letter"
    r"|report|book|minutes|handbook|statute|byelaws|notice|record|table|appendix|schedule)s?"
)
_LEAD_IN = re.compile(
    r"(?:(?:according to|as (?:stated|specified|described|set out|noted) in|under|per|in|on)\s+"
    r"(?:the\s+)?(?:\w+\s+){0,3}?"
    rf"{_DOCUMENT}(?:\s+[\dIVX.]+)?,\s*"
    rf"|(?:(?:the|this)\s+(?:\w+\s+){{0,2}}?{_DOCUMENT}(?:\s+[\dIVX.]+)?|they\s+do|it\s+does)"
    r"\s+(?:says?|states?|reads?|provides?|specif(?:y|ies)|notes?)"
    r"(?:\s+that|\s*:|,)?\s*"
    r"|(?:also|in addition|additionally|furthermore|moreover|finally|first|second|third),\s*"
    r"|(?:außerdem|ferner|zudem|weiterhin),\s*|(?:また|なお|さらに)、\s*|[^「」、。]{1,20}(?:によると|によれば)、\s*)",
    re.IGNORECASE,
)
_JAPANESE_QUOTED = re.compile(
    r"^(?:[^「」]{0,24}(?:には|に|では|は)、?)?「(?P<words>[^「」]+)」と(?:の)?(?:ある|あります|されて(?:い)?(?:る|ます)"
    r"|(?:記載|規定|明記)されて(?:い)?(?:る|ます)|書かれて(?:い)?(?:る|ます)|定められて(?:い)?(?:る|ます)"
    r"|定めて(?:い)?(?:る|ます))。?$"
)
_DOUBLE_QUOTES = '"“”„«»「」『』'
_NO_QUOTES = str.maketrans("", "", _DOUBLE_QUOTES)
_QUOTES = "\"'“”„‘’«»「」『』"
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*|\d[\d.,]*")


@dataclass(frozen=True)
class WordForWord:
    """The page's sentences that a claim consists of, one for each of its clauses."""

    sentences: tuple[PageSentence, ...]


def word_for_word(
    claim: str, pool: Sequence[PageSentence], before: PageSentence | None = None, following: str = "", lead: str = ""
) -> WordForWord | None:
    """Return the sentences of `pool` that say the claim word for word; None if they do not.

    `before` is the page's sentence that the answer's sentence before this one was found to be, so that a claim such as
    "It ends in May" may go on from there; else what points back to something is not proved. `following` is the answer's
    next sentence, which may be the exception that the page adds. `lead` is the introducing line of the answer's list,
    if the claim is an entry of one: who does it may stand there, as it may on the page.
    """
    core = without_lead_in(claim)
    for clauses in chain.from_iterable(map(_ways, dict.fromkeys((claim.strip(), core, _unquoted(core))))):
        found: list[PageSentence] = []
        last = before
        for number, clause in enumerate(clauses):
            subject = clauses[0] if number else ""
            sentence = next((each for each in pool if _says_below(each, lead, clause, last, following, subject)), None)
            if sentence is None:
                break
            found.append(sentence)
            last = sentence
        else:
            return WordForWord(tuple(dict.fromkeys(found)))
    return None


def without_lead_in(claim: str) -> str:
    """Return the claim without what only says that the document says it, and without quotation marks around all of
    it."""
    text = claim.strip()
    if (quoted := _JAPANESE_QUOTED.match(text)) is not None:
        return quoted["words"]
    text = text[lead.end() :] if (lead := _LEAD_IN.match(text)) else text
    inner = text.strip(" .。").strip(_QUOTES)
    return inner if not any(sign in inner for sign in _DOUBLE_QUOTES) else text


def _unquoted(core: str) -> str:
    """Return the claim without the quotation marks around a part of it, since the page's sentence may have none."""
    return core.translate(_NO_QUOTES) if any(sign in core for sign in _DOUBLE_QUOTES) else ""


def _ways(core: str) -> Iterator[tuple[str, ...]]:
    """Yield the claim as one clause, and cut into two or three; none if that states nothing."""
    if is_clause(core):
        yield (core,)
    breaks = list(_CLAUSE_BREAK.finditer(core))
    for number, one in enumerate(breaks):
        two = (core[: one.start()], core[one.end() :])
        if all(map(is_clause, two)):
            yield two
        for other in breaks[number + 1 :]:
            three = (core[: one.start()], core[one.end() : other.start()], core[other.end() :])
            if len(three) <= _MOST_CLAUSES and all(map(is_clause, three)):
                yield three


def is_clause(text: str) -> bool:
    """Return whether a text is long enough to state something, and more than a value."""
    unspaced = sum(is_unspaced(sign) and sign.isalnum() for sign in text)
    return (unspaced >= MIN_CHARACTERS or len(_WORD.findall(text)) >= MIN_WORDS) and not _is_value(text)


def _is_value(text: str) -> bool:
    """Return whether a text is a date or an amount and nothing else, or begins with one and has two words more, such as
    "115.00 crowns a day": a page that has it may have it for another thing."""
    rest = dates.plain(text)
    for start, end, _days in reversed(dates.date_spans(rest)):
        rest = f"{rest[:start]} {_A_VALUE} {rest[end:]}"
    rest = amounts.plain(rest)
    for each in reversed(amounts.amount_spans(rest)):
        rest = f"{rest[: each.start]} {_A_VALUE} {rest[each.end :]}"
    words = content_terms(rest.replace(_A_VALUE, " ")) - TURNING - _RATES
    return not words or (rest.lstrip().startswith(_A_VALUE) and len(words) <= _MOST_UNIT_WORDS)


def leaves_turn_behind(claim: str, sentence: PageSentence) -> bool:
    """Return whether a page's sentence, or the one that follows it, has a condition, an exception, a limit or a
    negation of which the claim has no word."""
    said, there = _turning_words(claim), _turning_words(sentence.text)
    return len(there) > len(said) or bool(there - said) or (is_excepted(sentence) and not said)


def points_back(text: str) -> bool:
    """Return whether a sentence begins with a word for what another one names, such as "It" or "This"."""
    return _POINTS_BACK.match(_NUMBER_BEFORE.sub("", text.lstrip("*_ "), count=1)) is not None


def is_excepted(sentence: PageSentence) -> bool:
    """Return whether the next sentence takes back a part of this one."""
    return _EXCEPTION_FOLLOWS.match(_NUMBER_BEFORE.sub("", sentence.after, count=1)) is not None


def stands_alone(sentence: PageSentence) -> bool:
    """Return whether nothing above a sentence turns what it says: it states something, and is no entry of a list of
    exceptions."""
    return sentence.kind is not SentenceKind.QUESTION and not turns(sentence.lead)


def _says_below(
    sentence: PageSentence, lead: str, clause: str, before: PageSentence | None, following: str, subject: str
) -> bool:
    """Return whether a sentence says a clause, and the line above the answer's list names what the line above the
    sentence's list names: "The Landlord may:" is not said of the tenant."""
    above = sentence.list_lead
    head, sign, tail = clause.replace("：", ":").partition(":")
    if above and sign and _plain(head) == _plain(above):
        lead, clause = above, tail.strip()
    if not above and lead and sentence.kind is SentenceKind.ENTRY:
        above = sentence.lead  # a heading
    wanted = content_terms(above)
    if 2 * len(wanted & content_terms(lead)) < len(wanted) or _names_another(lead, above):
        return False
    return _says(sentence, clause, before, following, subject)


def _names_another(lead: str, above: str) -> bool:
    """Return whether both lines name a party, and not the same one: "Duties of the Landlord", "The Tenant:"."""
    said, there = (PARTIES.intersection(_WORD.findall(_folded(text))) for text in (lead, above))
    return bool(said and there) and said.isdisjoint(there)


def _says(sentence: PageSentence, clause: str, before: PageSentence | None, following: str, subject: str) -> bool:
    wanted = WantedQuotation(clause)
    if wanted.whole.skeleton not in sentence.normal.skeleton:
        return False
    if points_back(clause) and not (
        before is not None and sentence.page is before.page and sentence.before == before.text
    ):
        return False
    if is_excepted(sentence) and _plain(sentence.after) not in _plain(following):
        return False
    return any(
        not found.gaps
        and _is_harmless(sentence, sentence.text[: found.span[0]], sentence.text[found.span[1] :], subject)
        and fuller(sentence.text, found) is None
        for found in wanted.places(sentence.normal)
    )


def _is_harmless(sentence: PageSentence, left: str, right: str, subject: str) -> bool:
    """Return whether what a sentence has before and behind a run, and what stands around it, does not turn the run.

    `subject` is the claim's first clause, if the run is of a later one. The sentence may begin with the words that this
    clause begins with: "The tenant pays the rent and cleans the stairs" says the same as two sentences about him.
    """
    clause_before = left.rstrip().endswith((";", "；")) and ":" not in left and not turns(left)
    if not (clause_before or _NUMBERING.fullmatch(left) or _begins_alike(subject, left)):
        return False
    rest = right.strip(" \t.。!！)）]”’\"'*_")
    whole = not rest
    if not whole and (_FURTHER_CLAUSE.match(right) is None or turns(rest) or points_back(rest.lstrip(";； "))):
        return False
    if sentence.kind in (SentenceKind.HEADING, SentenceKind.FRAGMENT) and not (whole and not left.strip()):
        return False
    return stands_alone(sentence)


def _begins_alike(clause: str, left: str) -> bool:
    said, there = (_WORD.findall(_folded(text)) for text in (clause, _NUMBER_BEFORE.sub("", left, count=1)))
    return bool(there) and len(there) < len(said) and said[: len(there)] == there


def _plain(text: str) -> str:
    return "".join(_WORD.findall(_folded(text)))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def turns(text: str) -> bool:
    """Return whether a text has a word that negates, limits, excepts or makes depend."""
    return bool(_turning_words(text))


def _turning_words(text: str) -> frozenset[str]:
    folded = _folded(text)
    words = {word for word in _WORD.findall(folded) if word in TURNING or word.endswith(("n't", "n’t"))}
    return frozenset(words | set(_JAPANESE_TURN.findall("".join(folded.split()))))

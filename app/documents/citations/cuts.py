"""Finds words beside a quotation, or left out of it, that change its sense."""

from __future__ import annotations

import re

from app.documents.citations.quotation import FoundQuotation
from app.language.grammar import ALL, AUXILIARIES, BEGINNINGS, COMPARISONS, CONJUNCTIONS, LIMITS, ONLY_MORE
from app.language.languages import BINDING, CONDITIONS, NEGATIONS, NUMBERS
from app.language.sentences import sentences
from app.language.terms import is_unspaced

_REACH = 5
"""The number of words on either side that are checked; a clause's end stops before."""

_WINDOW = 120
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*|\d[\d.,]*")
_NOT_SHORT = re.compile(r"n['’]t$|^n['’]")
_STOP = re.compile(r"[.!?…,;:()\[\]{}|—–。、，；：！？「」『』（）“”„«»]|\n[^\S\n]*\n|\s[-*•]\s")
_SENTENCE_END = re.compile(r"[.!?…]['\"”’»)\]]*(?=\s|$)|[。！？；;][」』）”’]*|\n[^\S\n]*\n")

_LAST_NOT = re.compile(r"\bnicht\s*$")  # German clauses may end so
_MONEY = "€$£¥₩₽₹¢￥"
_SIGNS_BEFORE = re.compile(
    rf"(?:[{_MONEY}±+<>≤≥≈~×÷\u2212]\s?|(?<!\w)[-\u2012\u2013\ufe63\uff0d]|\d\s?[-\u2010-\u2014~〜]\s?"
    r"|\b(?:minus|plus|USD|EUR|GBP|CHF|JPY)\s?|マイナス|△|▲)$",
    re.IGNORECASE,
)
_REST_OF_WORD = re.compile(r"[\w^{}.,-]*(?<=[\w}])")
_BOX_BEFORE = re.compile(r"\[ \]\s*$")
_PREFIX_BEFORE = re.compile(r"[不非未無]$")
_BAR = r"\s?(?:\|\s)?"
_SIGNS_AFTER = re.compile(
    rf"[^\S\n]?\$|{_BAR}[%‰°℃℉％′″{_MONEY.replace('$', '')}]|{_BAR}[×·*]\s?10|±|[-\u2010-\u2015\u2212~〜]\s?\d"
    r"|\s(?:to|bis|à)\s\d|[\u00b2\u00b3\u2070-\u207f^]"
)
_RATE_BEFORE, _RATE_AFTER = re.compile(r"\d\s?[^\W\d_]{1,3}$"), re.compile(r"\s?[/·⋅]\s?[^\W\d_]+")  # 5 km/h
_SCALE_AFTER = re.compile(
    rf"{_BAR}(?:per\s?cent|percent|Prozent|pour\s?cent|por\s?ciento|per\s?cento|(?:hundred|thousand|[mbt]rillion|million"
    r"|billion|tausend|Million|Milliarde|mill[oó]n|milliard|millier|mil\b|dozen)\w*|パーセント|[万億兆割]|円)",
    re.IGNORECASE,
)
_UNIT_AFTER = re.compile(rf"{_BAR}(?P<word>[^\W\d_]+)")
_COUNTER_AFTER = re.compile(r"(?:[かヶカケヵ箇][月年所国]|つ|[\u30a1-\u30fa\u4e00-\u9fff])")
_KANJI_NUMBER = re.compile(r"[〇一二三四五六七八九十百千]$")
_KANJI_COUNTER = re.compile(r"[かヶカケヵ箇]?[年月日人円分時個回倍階度台枚件名歳週万億割条項号]")
_NUMBERED = re.compile(
    r"(?:\b(?:section|article|part|chapter|clause|paragraph|appendix|annex|figure|fig|table|pages?|pp?|no|nos|nr|vol|step"
    r"|rule|schedule|item|note|version|kapitel|abschnitt|artikel|art|absatz|abs|ziffer|seite|teil|anhang|anlage|tabelle"
    r"|abbildung|chapitre|partie|artículo|capítulo|capitolo|articolo)s?\.?\s*|§+\s*|第|\b(?:19|20)\d\d|[.:/-]\d+)\d*$",
    re.IGNORECASE,
)

_AFTER = re.compile(
    r",?\s*(?:unless|except(?:ing|ed)?|excluding|other than|save (?:for|that|where|as|in)|but (?:not|only)"
    r"|without|only (?:if|when|where|with|after|by|upon|in|to|for|on)|provided|subject to|if"
    r"|außer|ausgenommen|ohne|sofern|falls|soweit|es sei denn|wenn|vorbehaltlich|nur (?:wenn|mit|falls|nach|bei|in)"
    r"|sans|senza|sin|sauf|à moins|à condition|excepté|si|salvo|excepto|a menos|siempre que|con tal"
    r"|tranne|eccetto|a meno|purché)\b",
    re.IGNORECASE,
)
_COMMA_IF = re.compile(r",\s*(?:if|si)\b", re.IGNORECASE)
_JAPANESE_NOT = (
    r"(?:(?<![少危幼])ない(?!し[、一-龠])|(?<![少])なく(?!とも)|なかっ|なけれ(?!ば(?:なら|いけ)な)|ませ[んぬ]"
    r"|(?<=[らわまかさたなばがえせけれめべてねげぜでびきちりみじぎい出見来得])(?<!なら)(?<!は)ず(?=[に、。]|$)|ざる|[らわませ]ぬ|まい(?=[。、])|とは限ら|に非ず)"
)
_JAPANESE_LIMIT = r"(?:を除|以外|ただし|但し|に限|限り|場合|ときは|ときに限|ならば|であれば)"
_JAPANESE_PROVISO = re.compile(r"[。．]?\s*(?:ただし|但し)[^。．]{0,200}[。．]?")  # limits the sentence before it
_JAPANESE_AFTER = re.compile(
    rf"(?!だけで?なく|のみなら|なければ(?:なら|いけ)な|なくては(?:なら|いけ)|ねばな)"
    rf"(?:[\u4e00-\u9fff]{{0,2}}[\u3041-\u3096]{{0,6}}?{_JAPANESE_NOT}|、?{_JAPANESE_LIMIT})"
)
_JAPANESE_GAP = re.compile(f"{_JAPANESE_NOT}|{_JAPANESE_LIMIT}|のみ|だけ|しか")
_BOTH_OF = re.compile(
    r"\b(?:and|but|or|while|whereas|und|aber|oder|während|et|mais|ou|y|pero|o|e|ma)\s+(?:the|a|an|this|that|these|those|he|she"
    r"|it|they|we|you|no|each|every|der|die|das|ein|eine|er|sie|es|le|la|les|un|une|il|elle|el|los|las|una|lo|gli|i)\s",
    re.IGNORECASE,
)


def fuller(source: str, found: FoundQuotation) -> tuple[int, int] | None:
    """Return the range of a page's text that holds the quotation with the words that change its sense; None if none do.

    They are a negation or a condition of its clause, a sign or a unit of a number, on either side or in a gap. A whole
    sentence is not cut on its outer sides, but for a proviso that follows it (Japanese law).
    """
    begin, end = found.span
    first, last = _cut_before(source, begin), _cut_after(source, end)
    if first is not None or last is not None:
        starts, ends = _edges(source)
        first = first if begin not in starts or _BOX_BEFORE.search(source[max(0, begin - 5) : begin]) else None
        last = None if end in ends else last
    if last is None and (proviso := _JAPANESE_PROVISO.match(source, end)):
        last = proviso.end()
    turned = any(_turns(source, *gap) for gap in found.gaps)
    if first is None and last is None and not turned:
        return None
    if last is not None and (rest := _REST_OF_WORD.match(source, last)) is not None:
        last = rest.end()
    return begin if first is None else first, end if last is None else last


def _cut_before(source: str, begin: int) -> int | None:
    """Return where words begin that change the sense of what follows; None if none do."""
    before, following = source[max(0, begin - _WINDOW) : begin], source[begin : begin + 40]
    if following[:1].isdigit() and (sign := _SIGNS_BEFORE.search(before)):
        return begin - len(before) + sign.start()
    if box := _BOX_BEFORE.search(before):
        return begin - len(before) + box.start()
    if is_unspaced(following[:1]):
        return begin - 1 if _PREFIX_BEFORE.search(before) and "\u4e00" <= following[0] <= "\u9fff" else None
    stops = [stop.end() for stop in _STOP.finditer(before)]
    clause = stops[-1] if stops else 0
    words = [word for word in _WORD.finditer(before) if word.start() >= clause][-_REACH:]
    if not words and stops and before[stops[-1] - 1] == "," and not before[stops[-1] :].strip():
        return _before_comma(before[: stops[-1] - 1], following, begin - len(before))
    heavy = 0
    inner = _WORD.match(following)
    next_word = inner.group().casefold() if inner else ""
    for index, word in reversed(list(enumerate(words))):
        plain = word.group().casefold()
        at = begin - len(before) + words[max(0, index - 2)].start()
        if plain in CONDITIONS and word is words[-1]:
            return at
        if plain in NEGATIONS or _NOT_SHORT.search(plain):
            return None if next_word in ONLY_MORE else at
        if plain in CONJUNCTIONS:
            return None
        heavy += plain not in ALL and not plain.endswith("ly")
        if heavy > 1:
            return None
        next_word = plain
    return None


def _before_comma(before: str, following: str, offset: int) -> int | None:
    """Return where a negation begins that reaches across a comma, as in `may not, without consent, sublet`; None if
    there is none, or if a clause of its own follows."""
    *_, last = [None, *_WORD.finditer(before)]
    first = _WORD.match(following)
    if last is None or first is None or last.end() != len(before) or not first.group()[0].islower():
        return None
    plain = last.group().casefold()
    if (plain not in NEGATIONS and not _NOT_SHORT.search(plain)) or first.group().casefold() in CONJUNCTIONS:
        return None
    return (
        offset + last.start() if first.group().casefold() not in ("the", "a", "he", "she", "it", "they", "we") else None
    )


def _cut_after(source: str, end: int) -> int | None:
    """Return where words end that change the sense of what precedes them; None if none do."""
    after, before = source[end : end + _WINDOW], source[max(0, end - 30) : end]
    if (unit := _unit_after(before, after)) is not None:
        return end + unit
    if is_unspaced(before[-1:]):
        return _japanese_after(source, end)
    ended = before[-1:] in ",;:"
    if (condition := _AFTER.match(after)) and not _COMMA_IF.match("," * ended + after):
        return end + _with_more(after, condition.end())
    if ended:
        return None
    stop = _STOP.search(after)
    clause = after[: stop.start()] if stop else after
    words = list(_WORD.finditer(clause))[:_REACH]
    heavy = 0
    most = 1 if _LAST_NOT.search(clause) else 0
    for index, word in enumerate(words):
        plain = word.group().casefold()
        if plain in NEGATIONS or _NOT_SHORT.search(plain):
            following = [later.group().casefold() for later in words[index + 1 : index + 3]]
            adds = not ONLY_MORE.isdisjoint(following[:1]) or not COMPARISONS.isdisjoint(following[1:])
            return None if adds else end + _with_more(after, word.end())
        heavy += plain not in ALL
        if plain in CONJUNCTIONS or plain in BEGINNINGS or heavy > most or index > 2:
            return None
    return None


def _japanese_after(source: str, end: int) -> int | None:
    """Return where words end that change the sense of Japanese text before them, across line ends; None if none do."""
    kept = [at for at in range(max(0, end - 3), min(len(source), end + _WINDOW)) if not source[at].isspace()]
    text = "".join(source[at] for at in kept)
    begin = sum(at < end for at in kept)
    found = _JAPANESE_AFTER.match(text, begin)
    if found is None:
        return None
    stop = text.find("。", found.end())
    last = min(found.end() + 6, len(text) if stop < 0 else stop)
    return kept[last - 1] + 1


def _with_more(after: str, size: int) -> int:
    """Return the end of the words that change the sense, with up to three more."""
    stop = _STOP.search(after, size)
    words = list(_WORD.finditer(after, size, stop.start() if stop else len(after)))[:3]
    return words[-1].end() if words else size


def _unit_after(before: str, after: str) -> int | None:
    if scale := _SCALE_AFTER.match(after):
        return scale.end()
    if _RATE_BEFORE.search(before) and (rate := _RATE_AFTER.match(after)):
        return rate.end()
    word = re.search(r"[^\W\d_]+$", before)
    if _KANJI_NUMBER.search(before) and (counter := _KANJI_COUNTER.match(after)):
        return counter.end()
    if not before[-1:].isdigit() and (word is None or word.group().casefold() not in NUMBERS):
        return None
    if sign := _SIGNS_AFTER.match(after):
        return sign.end()
    if counter := _COUNTER_AFTER.match(after):
        return None if _NUMBERED.search(before) and after[0] not in "条項号章節" else counter.end()
    unit = _UNIT_AFTER.match(after)
    if unit is None or "\n" in unit.group() or is_unspaced(unit["word"][0]) or _NUMBERED.search(before):
        return None
    plain = unit["word"].casefold()
    return None if plain in ALL - {"m", "s", "t"} or plain in CONJUNCTIONS or plain in NEGATIONS else unit.end()


def _turns(source: str, begin: int, end: int) -> bool:
    """Return whether what was left out changes the sense of the rest."""
    gap = source[begin:end]
    if _unit_after(source[max(0, begin - 30) : begin], source[begin : begin + _WINDOW]) is not None:
        return True
    if source[end : end + 1].isdigit() and _SIGNS_BEFORE.search(source[max(0, end - 12) : end]):
        return True
    ends = list(_SENTENCE_END.finditer(gap))
    if not ends:
        return _holds_turn(gap) or _changes_subject(gap, source[end : end + 40])
    return _holds_turn(gap[: ends[0].start()]) or bool(gap[ends[-1].end() :].strip(" \n\t\r\u3000\"'“‘„«「『([*_-•"))


def _holds_turn(text: str) -> bool:
    if _JAPANESE_GAP.search("".join(text.split())) or _AFTER.match(text.lstrip(" ,")):
        return True
    words = [word.group().casefold() for word in _WORD.finditer(text)]
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if word in CONDITIONS or word in LIMITS or _NOT_SHORT.search(word):
            return True
        if word in NEGATIONS and following not in ONLY_MORE:
            return True
    return False


def _changes_subject(gap: str, following: str) -> bool:
    """Return whether the rest gets another subject: `The tenant pays the rent and the landlord repairs the crane`
    without `pays the rent and the landlord`."""
    first = _WORD.match(following)
    if first is None or not _BOTH_OF.search(gap + " "):
        return False
    plain = first.group().casefold()
    return plain in AUXILIARIES or plain in BINDING or plain not in ALL


def _edges(source: str) -> tuple[set[int], set[int]]:
    """Return where sentences begin and end, with and without the punctuation there."""
    starts: set[int] = set()
    ends: set[int] = set()
    at = 0
    for sentence in sentences(source):
        lines = sentence.text.split("\n")
        begin = source.find(lines[0], at)
        if begin < 0:
            continue
        stop = begin
        for line in lines:
            found = source.find(line, stop)
            stop = found + len(line) if found >= 0 else stop
        at = stop
        head = re.match(r"[\W_]*", source[begin:stop])
        tail = re.search(r"[\W_]*$", source[begin:stop])
        starts.update(range(begin, begin + (head.end() if head else 0) + 1))
        ends.update(range(begin + (tail.start() if tail else stop - begin), stop + 1))
    return starts, ends

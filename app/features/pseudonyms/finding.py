"""Lists what says who is meant in some texts, by rules alone: names, numbers, addresses, accounts.

What rules cannot find: a name that is never written with a title, a given name that is known, or a legal form; a
nickname; who is meant by what is said of him. So the list is shown to whoever sends the texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from app.core.names import EntityKind
from app.features.pseudonyms.data import Named, NamedKind
from app.features.pseudonyms.identifiers import identifiers
from app.features.pseudonyms.stand_ins import PATTERN
from app.language.grammar import ALL as GRAMMAR
from app.language.names import NameReader, WrittenName, is_first_name, shorter_forms

MOST = 20_000
"""The most names in one lot of texts: those after them are left out."""

_KINDS = {EntityKind.PERSON: NamedKind.PERSON, EntityKind.ORGANISATION: NamedKind.ORGANISATION}
_BLANKS = re.compile(r"\s+")
_ONE_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(r"[぀-ヿ㐀-鿿豈-﫿]")
_TWO_WORDS = re.compile(r"(?<=[a-zß-öø-ÿ,;(][ \n])(?=([A-ZÀ-ÖØ-Þ][\w'’-]+)[ \t\n]{1,2}([A-ZÀ-ÖØ-Þ][\w-]+))")
"""Matches two words that may be a name, within a sentence: the first word of one has a capital letter whatever it
is."""

_LEAST_ALONE = 3


def find(texts: Sequence[str]) -> list[tuple[Named, ...]]:
    """Return the names in texts, in the order in which they come, each with the other ways in which the texts write
    it."""
    reader, words = NameReader(texts), WrittenWords(texts)
    found: dict[str, tuple[Named, ...]] = {}
    for text in texts:
        for named in _in_text(text, reader):
            first = named[0].text
            if len(first) > 1 and first not in found:
                found[first] = (named[0], *(each for each in named[1:] if each.text in words))
            if len(found) == MOST:
                break
    return [*found.values(), *_relatives(texts, found, reader)]


def _relatives(
    texts: Sequence[str], found: Mapping[str, tuple[Named, ...]], reader: NameReader
) -> Iterator[tuple[Named, ...]]:
    """Yield others who have a last name that was found, with a first name that is not known."""
    every = [form for forms in found.values() for form in forms]
    ends = {forms[0].text.rpartition(" ")[2] for forms in found.values() if forms[0].kind is NamedKind.PERSON}
    last = ends & {form.text for form in every}
    known, seen = {form.text for form in every}, set[str]()
    for text in texts if last else ():
        for match in _TWO_WORDS.finditer(text):
            first, second = match[1], match[2]
            name = f"{first} {second}"
            is_new = second in last and name not in known and first not in known and name not in seen
            if is_new and is_first_name(first) and not reader.is_common(first) and first.casefold() not in GRAMMAR:
                seen.add(name)
                yield (Named(NamedKind.PERSON, name), Named(NamedKind.PERSON, first))


def _in_text(text: str, reader: NameReader) -> Iterable[tuple[Named, ...]]:
    for match in PATTERN.finditer(text):  # it would be taken for one of ours
        yield (Named(NamedKind.WORD, _BLANKS.sub(" ", match.group())),)
    for number in identifiers(text):
        yield (Named(number.kind, _BLANKS.sub(" ", text[number.start : number.end])),)
    for name in reader.read(text):
        yield _forms(name, reader)


def _forms(name: WrittenName, reader: NameReader) -> tuple[Named, ...]:
    """Return a name, and what else it may be called."""
    kind = _KINDS[name.kind]
    whole, *shorter = shorter_forms(name)
    alone = [form for form in shorter if " " in form or (len(form) >= _LEAST_ALONE and not reader.is_common(form))]
    written = [form for form in (whole, *alone) if len(form) >= _LEAST_ALONE]
    forms = dict.fromkeys((whole, *alone, *map(str.upper, written), *(f"{form}s" for form in written)))
    return tuple(Named(kind, form) for form in forms)


class WrittenWords:
    """The words, or runs of them, that are in some texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._text = _BLANKS.sub(" ", "\n".join(texts))
        self._words = frozenset(_ONE_WORD.findall(self._text))

    def __contains__(self, form: object) -> bool:
        if not isinstance(form, str):
            return False
        if _UNSPACED.search(form):
            return form in self._text
        return form in self._words if _ONE_WORD.fullmatch(form) else form in self._text

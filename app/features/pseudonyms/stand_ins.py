"""Words that stand in for a name or a number, such as "[Person 1]": made in the language of the texts, put in, taken
out."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from string import ascii_lowercase

from app.features.pseudonyms.data import NamedKind, Pseudonym
from app.language.grammar import place_of_language

_WORDS: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("Person", "Organisation", "E-mail", "Phone", "Address", "Account", "Card", "ID number", "Date of birth"),
        *("Case number", "IP address", "Web address", "Word"),
    ),
    "de": (
        *("Person", "Organisation", "E-Mail", "Telefon", "Anschrift", "Konto", "Karte", "Ausweis", "Geburtsdatum"),
        *("Aktenzeichen", "IP-Adresse", "Webadresse", "Wort"),
    ),
    "fr": (
        *("Personne", "Organisation", "Courriel", "Téléphone", "Adresse", "Compte", "Carte", "Identifiant"),
        *("Date de naissance", "Dossier", "Adresse IP", "Adresse web", "Mot"),
    ),
    "es": (
        *("Persona", "Organización", "Correo", "Teléfono", "Dirección", "Cuenta", "Tarjeta", "Identificación"),
        *("Fecha de nacimiento", "Expediente", "Dirección IP", "Dirección web", "Palabra"),
    ),
    "it": (
        *("Persona", "Organizzazione", "E-mail", "Telefono", "Indirizzo", "Conto", "Carta", "Documento"),
        *("Data di nascita", "Fascicolo", "Indirizzo IP", "Indirizzo web", "Parola"),
    ),
    "ja": (
        *("人物", "組織", "メール", "電話", "住所", "口座", "カード", "番号", "生年月日", "事件", "IPアドレス", "URL"),
        "語句",
    ),
}
"""The words for the kinds of names in each language, in the order of `NamedKind`."""

_BARE_KINDS = (NamedKind.PERSON, NamedKind.ORGANISATION)
"""The kinds whose stand-ins models write without brackets."""

_TAGS = ("en", "de", "fr", "es", "it")
"""The languages, in the order of `language.grammar`."""

_KANA = re.compile(r"[ぁ-ヿ]")
_WORD = re.compile(r"\w+")
_SAMPLE_CHARACTERS = 20_000
_LONGEST = 48
"""The most characters of a stand-in, however a model writes it: one may have begun so far before the end of a piece of
an answer."""

_MARK = re.compile(r"\bp\. ?[^\[\]\n]{1,16}(?=[\]］】])")
"""Matches the page of a page mark."""

_SPACED = r"[^\W぀-ヿ㐀-鿿豈-﫿]"
"""Matches a letter or digit of a script that puts blanks between words."""

_BARE_WORDS = {word.casefold() for words in _WORDS.values() for word in words[: len(_BARE_KINDS)]}


def _pattern() -> re.Pattern[str]:
    every = sorted({word for words in _WORDS.values() for word in words}, key=len, reverse=True)
    bare = sorted(_BARE_WORDS, key=len, reverse=True)
    number = r"\s?(\d{1,5})(z\d{1,2}|[a-z])?"
    return re.compile(
        rf"[\[［【]\s?({'|'.join(map(re.escape, every))}){number}\s?[\]］】]"
        rf"|(?<!{_SPACED})({'|'.join(map(re.escape, bare))}){number}(?!{_SPACED})",
        re.IGNORECASE,
    )


PATTERN = _pattern()
"""Matches whatever reads like a stand-in in any language, with brackets or, for persons and organisations, without."""

_UNFINISHED = re.compile(rf"(?:{'|'.join(map(re.escape, _BARE_WORDS))})\s?\d{{0,5}}(?:z\d?|[a-z])?")
_BEGUN = {word[:length] for word in _BARE_WORDS for length in range(1, len(word) + 1)}


def language_tag(texts: Iterable[str]) -> str:
    """Return the language in whose words stand-ins are made for texts."""
    sample = "\n".join(texts)[:_SAMPLE_CHARACTERS]
    if len(_KANA.findall(sample)) * 10 > len(sample):
        return "ja"
    return _TAGS[place_of_language([word.casefold() for word in _WORD.findall(sample)])]


def tag_of(known: Sequence[Pseudonym], texts: Iterable[str]) -> str:
    """Return the language of the stand-ins that there are, or else that of texts."""
    kinds = tuple(NamedKind)
    matches = ((each.kind, PATTERN.fullmatch(each.stand_in)) for each in known)
    written = {(kinds.index(kind), match[1]) for kind, match in matches if match is not None}
    fit = [tag for tag, words in _WORDS.items() if all(words[kind] == word for kind, word in written)]
    own = language_tag(texts) if not known or len(fit) > 1 else ""
    return own if not fit or own in fit else fit[0]


def stand_in(tag: str, kind: NamedKind, number: int, form: int = 0) -> str:
    """Return a stand-in; `form` is which way of writing a name it stands for, from 0 on."""
    word = _WORDS[tag][tuple(NamedKind).index(kind)]
    letter = "" if not form else ascii_lowercase[form] if form < len(ascii_lowercase) - 1 else f"z{form}"
    return f"[{word}{'' if tag == 'ja' else ' '}{number}{letter}]"


def number_of(written: str) -> int:
    """Return the number of a stand-in; 0 if it has none."""
    match = PATTERN.fullmatch(written)
    return int(match[2] or match[5]) if match is not None else 0


def _key(match: re.Match[str]) -> str:
    word, number, letter = match.group(1, 2, 3) if match[1] else match.group(4, 5, 6)
    return f"{word}{int(number)}{letter or ''}".casefold()


class Restorer:
    """Puts back what stand-ins stand for: in a whole text, or in one that comes in pieces. A stand-in that was never
    made is left as it is."""

    def __init__(self, used: Iterable[Pseudonym]) -> None:
        self._texts: dict[str, str] = {}
        for pseudonym in used:
            if (match := PATTERN.fullmatch(pseudonym.stand_in)) is not None:
                self._texts[_key(match)] = pseudonym.text
        self._held = ""

    def restored(self, text: str) -> str:
        return PATTERN.sub(lambda match: self._texts.get(_key(match), match.group()), text)

    def feed(self, piece: str) -> str:
        """Take the next piece of a text, and return as much of it, restored, as can be said by now."""
        text = self._held + piece
        at = _open_at(text)
        self._held = text[at:]
        return self.restored(text[:at])

    def end(self) -> str:
        """Return the rest of the text, restored."""
        text, self._held = self._held, ""
        return self.restored(text)


def _open_at(text: str) -> int:
    """Return where the end of a text begins that more text may make a stand-in of, or a longer one."""
    for at in range(max(0, len(text) - _LONGEST), len(text)):
        tail = text[at:]
        if tail[0] in "[［【":
            if not re.search(r"[\]］】]", tail):
                return at
        elif not (at and re.match(_SPACED, text[at - 1])):
            folded = tail.casefold()
            if folded in _BEGUN or _UNFINISHED.fullmatch(folded):
                return at
    return len(text)


class Replacer:
    """Puts stand-ins in the place of texts, the longest first, as whole words; never within the page of a page mark."""

    def __init__(self, used: Iterable[Pseudonym]) -> None:
        self._stand_ins = {pseudonym.text: pseudonym for pseudonym in used}
        self._pattern = _any_of(self._stand_ins)

    def replaced(self, text: str) -> tuple[str, frozenset[int]]:
        """Return the text with its stand-ins, and the numbers of the pseudonyms that are in it now."""
        if self._pattern is None:
            return text, frozenset()
        marks = [match.span() for match in _MARK.finditer(text)]
        starts = [start for start, _end in marks]
        used: set[int] = set()

        def put(match: re.Match[str]) -> str:
            before = bisect_right(starts, match.end() - 1) - 1
            if before >= 0 and marks[before][1] > match.start():
                return match.group()
            pseudonym = self._stand_ins[" ".join(match.group().split())]
            used.add(pseudonym.number)
            return pseudonym.stand_in

        return self._pattern.sub(put, text), frozenset(used)


def _any_of(texts: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern for any of these texts, as whole words; those with the same first character together, so that
    few are tried at a place."""
    by_first: dict[str, list[str]] = defaultdict(list)
    for text in sorted(texts, key=len, reverse=True):
        by_first[text[0]].append(text)
    if not by_first:
        return None
    groups = (_beginning(first, group) for first, group in by_first.items())
    return re.compile("|".join(groups))


def _beginning(first: str, texts: Sequence[str]) -> str:
    """Return the pattern of texts with the same first character: a name begins and ends where a word does, except in
    scripts without blanks. What is looked for around them stands there once, since it is dear to compile."""
    before = rf"(?<!{_SPACED})" if re.match(_SPACED, first) else ""
    rests: dict[str, list[str]] = {"": [], rf"(?!{_SPACED})": []}
    for text in texts:
        behind = rf"(?!{_SPACED})" if re.match(_SPACED, text[-1]) else ""
        rests[behind].append(r"\s+".join(map(re.escape, text[1:].split(" "))))
    groups = "|".join(f"(?:{'|'.join(group)}){behind}" for behind, group in rests.items() if group)
    return f"{before}{re.escape(first)}(?:{groups})"

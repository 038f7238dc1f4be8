"""References of documents as other programs take them: in words, as BibTeX, as CSL JSON.

Nothing is made up: what the file does not say is not there. BibTeX as its manual has it (Patashnik, "BibTeXing", 1988),
in UTF-8, which all of today's programs read; CSL JSON as csl-data.json of the schema of CSL 1.0.2.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import msgspec

from app.core.documents.citation_style import CitationStyle
from app.core.documents.document import Book, Format
from app.core.documents.facts import DocumentPerson, Facts, Role
from app.core.names import EntityKind
from app.export.references import cleaned

Json: TypeAlias = "str | int | list[Json] | dict[str, Json]"

_MAILS = (Format.EML, Format.MSG, Format.MBOX)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LATEX = {
    **{sign: f"\\{sign}" for sign in "&%$#_"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "{": r"\textbraceleft{}",  # an escaped brace would still count as one
    "}": r"\textbraceright{}",
}
_PARTICLES = frozenset(
    {
        *("von", "van", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "zu", "zur", "ter"),
        *("ten", "af", "av", "bin", "al"),
    }
)
_LETTERS_OF_WORD = 4
"""The least of a title's word that is put into a key."""


class _Name(msgspec.Struct, frozen=True):
    """A person's name in two parts, or, where it is none or cannot be divided, all of it in `family`."""

    family: str
    given: str = ""
    whole: bool = False


def cite(books: Sequence[Book], style: CitationStyle) -> str:
    """Return the references of books, in their order, as one text."""
    match style:
        case CitationStyle.TEXT:
            return "\n".join(map(_in_words, books))
        case CitationStyle.BIBTEX:
            keys = _keys(books)
            return "\n\n".join(_bibtex(book, key) for book, key in zip(books, keys, strict=True))
        case CitationStyle.CSL:
            items = [_csl(book, key) for book, key in zip(books, _keys(books), strict=True)]
            return msgspec.json.format(msgspec.json.encode(items), indent=2).decode()


def _in_words(book: Book) -> str:
    facts = book.facts
    people = "; ".join(_line(person.shown) for person in _writers(facts))
    day = facts.date.partition("T")[0]
    begin = f"{people} ({day})" if people and day else people or (f"({day})" if day else "")
    numbers = (f"https://doi.org/{facts.doi}" if facts.doi else "", f"ISBN {facts.isbn}" if facts.isbn else "")
    parts = (_line(book.title), _line(facts.container), _line(facts.publisher), *numbers)
    rest = ". ".join(part.rstrip(".") for part in parts if part)
    return f"{begin}: {rest}." if begin else f"{rest}."


# ---- BibTeX


def _bibtex(book: Book, key: str) -> str:
    fields = "".join(f",\n  {name} = {value}" for name, value in _fields(book) if value)
    return f"@{_entry_type(book)}{{{key}{fields}\n}}"


def _entry_type(book: Book) -> str:
    facts = book.facts
    if facts.container:
        return "incollection" if facts.isbn else "article"
    return "book" if facts.isbn or (facts.publisher and facts.of(Role.AUTHOR, Role.EDITOR)) else "misc"


def _fields(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the fields of an entry. The title is in two pairs of braces: styles then keep its capitals."""
    facts = book.facts
    year, _hyphen, rest = facts.date.partition("T")[0].partition("-")
    kind = _entry_type(book)
    yield "author", _braced(_bibtex_names(_writers(facts)))
    yield "editor", _braced(_bibtex_names(facts.of(Role.EDITOR))) if facts.of(Role.AUTHOR) else ""
    yield "title", f"{{{{{_latex(book.title)}}}}}"
    yield "journal" if kind == "article" else "booktitle", _braced(_latex(facts.container))
    yield "publisher", _braced(_latex(facts.publisher))
    yield "year", _braced(year)
    yield "month", _MONTHS[int(rest[:2]) - 1] if rest else ""
    yield "doi", _braced(re.sub(r"[{}\\]", lambda sign: f"%{ord(sign[0]):02X}", facts.doi))
    yield "isbn", _braced(facts.isbn)
    if book.format in _MAILS:
        receivers = ", ".join(_latex(person.shown) for person in facts.of(Role.RECEIVER))
        yield "howpublished", _braced(f"E-mail to {receivers}" if receivers else "E-mail")


def _bibtex_names(people: Iterable[DocumentPerson]) -> str:
    names = (_name(person) for person in people)
    return " and ".join(
        f"{{{_latex(name.family)}}}" if name.whole else f"{_latex(name.family)}, {_latex(name.given)}" for name in names
    )


def _latex(untrusted_text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in _line(untrusted_text))


def _braced(text: str) -> str:
    return f"{{{text}}}" if text else ""


# ---- CSL


def _csl(book: Book, key: str) -> dict[str, Json]:
    facts = book.facts
    item: dict[str, Json] = {"id": key, "type": _csl_type(book), "title": _line(book.title)}
    roles = (("author", _writers(facts)), ("editor", facts.of(Role.EDITOR)), ("recipient", facts.of(Role.RECEIVER)))
    for name, people in roles:
        if people and not (name == "editor" and not facts.of(Role.AUTHOR)):
            item[name] = [_csl_name(person) for person in people]
    if facts.date:
        parts: list[Json] = [int(part) for part in facts.date.partition("T")[0].split("-")]
        item["issued"] = {"date-parts": [parts]}
    named = (
        ("container-title", facts.container),
        ("publisher", facts.publisher),
        ("DOI", facts.doi),
        ("ISBN", facts.isbn),
        ("language", book.language),
    )
    item |= {name: _line(value) for name, value in named if value}
    return item


def _csl_type(book: Book) -> str:
    if book.format in _MAILS:
        return "personal_communication"
    return {"article": "article-journal", "incollection": "chapter", "book": "book"}.get(_entry_type(book), "document")


def _csl_name(person: DocumentPerson) -> dict[str, Json]:
    name = _name(person)
    return {"literal": name.family} if name.whole else {"family": name.family, "given": name.given}


# ---- both


def _writers(facts: Facts) -> tuple[DocumentPerson, ...]:
    return facts.of(Role.AUTHOR) or facts.of(Role.EDITOR) or facts.of(Role.SENDER)


def _name(person: DocumentPerson) -> _Name:
    """Return a person's name in parts: "Melville, Herman" and "Herman Melville" are divided; the names of organisations
    are not, nor those whose script has no order that could be told."""
    from app.language.names import NameReader  # now: its patterns take long to make

    name = _line(person.shown)
    if "@" in name or any(found.kind is not EntityKind.PERSON for found in NameReader((name,)).read(name)):
        return _Name(name, whole=True)
    family, comma, given = (part.strip() for part in name.partition(","))
    if comma and family and given and "," not in given:
        return _Name(family, given)
    words = name.split()
    if len(words) < 2 or comma or not all(unicodedata.name(word[0], "").startswith("LATIN") for word in words):
        return _Name(name, whole=True)
    first = next((place for place, word in enumerate(words[:-1]) if place and word in _PARTICLES), len(words) - 1)
    return _Name(" ".join(words[first:]), " ".join(words[:first]))


def _keys(books: Sequence[Book]) -> list[str]:
    """Return the books' keys, each different, such as `melville1851moby`: keys that are the same get a, b, c behind
    them."""
    made = [_key(book) for book in books]
    return [
        f"{key}{_letters(made[:place].count(key))}" if made.count(key) > 1 else key for place, key in enumerate(made)
    ]


def _key(book: Book) -> str:
    writers = _writers(book.facts)
    name = _plain(_name(writers[0]).family) if writers else ""
    words = (_plain(word) for word in _line(book.title).split())
    word = next((word for word in words if len(word) >= _LETTERS_OF_WORD), "")
    return f"{name}{book.facts.date[:4]}{word}" if name or word else f"document{book.sha256[:8]}"


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in decomposed if sign.isascii() and sign.isalpha())


def _letters(number: int) -> str:
    """Return a to z for 0 to 25, then aa and so on."""
    rest, place = divmod(number, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("a") + place)


def _line(untrusted_text: str) -> str:
    return " ".join(cleaned(untrusted_text).split())

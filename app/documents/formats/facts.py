"""Makes facts of what a file says of its document; what has no sense or no room is left out."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from email.utils import parsedate

from lxml import etree

from app.core.documents.facts import MAX_FACT_CHARACTERS, MAX_PEOPLE, DocumentPerson, Facts, Role
from app.documents.formats.xml import find_all, text_of
from app.documents.text.clean import clean_line

_MAX_READ = 8_000  # characters of one fact in the file
_NUMBERS = re.compile(  # ISO 8601, its profile for the web, and PDF's dates (ISO 32000-1, 7.9.4)
    r"\s*(?:D:)?(?P<year>[12]\d{3})(?:[-/.]?(?P<month>\d{2})(?:[-/.]?(?P<day>\d{2})"
    r"(?:[T ]?(?P<hour>\d{2}):?(?P<minute>\d{2}))?)?)?"
)
_UNSET = frozenset({"1970-01-01", "1601-01-01", "1899-12-30", "1904-01-01", "1980-01-01"})
"""The dates that programs write if they know none: the days from which they count."""

_PIECES = re.compile(r'(?:"[^"]*"|[^,;"])+')
_ADDRESS = re.compile(r"<([^<>\s]+@[^<>\s]+)>|^([^<>\s]+@[^<>\s]+)$")
_NOBODY = frozenset(
    {
        *("", "?", "-", "unknown", "anonymous", "user", "administrator", "admin", "owner", "author", "root", "none"),
        *("python-docx", "openpyxl", "microsoft office user", "undisclosed-recipients:", "undisclosed recipients:"),
    }
)
_DOI = re.compile(r"10\.[0-9]{4,9}/[!-~]{1,180}")
_ISBN = re.compile(r"(?<![0-9])(?:97[89][- ]?)?(?:[0-9][- ]?){9}[0-9Xx](?![0-9])")


def make_facts(
    untrusted_dates: Iterable[str] = (),
    people: Iterable[DocumentPerson] = (),
    *,
    untrusted_publisher: str = "",
    untrusted_container: str = "",
    untrusted_identifiers: str = "",
) -> Facts:
    """Make facts. The first of `untrusted_dates` that is a date counts; a DOI and an ISBN are looked for in
    `untrusted_identifiers`."""
    return Facts(
        date=next(filter(None, map(date_in, untrusted_dates)), ""),
        people=tuple(dict.fromkeys(people))[:MAX_PEOPLE],
        publisher=_line(untrusted_publisher),
        container=_line(untrusted_container),
        doi=_doi_in(untrusted_identifiers[:_MAX_READ]),
        isbn=_isbn_in(untrusted_identifiers[:_MAX_READ]),
    )


def date_in(untrusted_text: str) -> str:
    """Return a date as `Facts.date` has it, from one in numbers or as mails have it (RFC 5322); "" if there is none."""
    text = untrusted_text[:100]
    found = _NUMBERS.match(text)
    if found:
        return _date(*(int(part) if part else None for part in found.groups()))
    parsed = _of_mail(text)
    return _date(*parsed[:5]) if parsed else ""


def _of_mail(untrusted_text: str) -> tuple[int, ...] | None:
    try:
        return parsedate(untrusted_text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _date(year: int | None, month: int | None, day: int | None, hour: int | None, minute: int | None) -> str:
    """Return the date in ISO 8601, as exact as its parts are possible; "" if even its year is not, or for an unset
    one."""
    if not year or not 1000 <= year <= 2999:
        return ""
    if not month or not 1 <= month <= 12:
        return str(year)
    try:
        whole = datetime.date(year, month, day or 1).isoformat()
    except ValueError:
        return f"{year}-{month:02}"
    if whole in _UNSET:
        return ""
    if not day:
        return whole[:7]
    timed = hour is not None and minute is not None and hour < 24 and minute < 60 and (hour or minute)
    return f"{whole}T{hour:02}:{minute:02}" if timed else whole


def authors(untrusted_names: Iterable[str], role: Role = Role.AUTHOR) -> Iterator[DocumentPerson]:
    """Yield the people that are named: semicolons part names; commas do not, since some put the family name first."""
    for names in untrusted_names:
        for name in names[:_MAX_READ].split(";"):
            yield from _person(name, "", role)


def correspondents(untrusted_header: str, role: Role) -> Iterator[DocumentPerson]:
    """Yield the people in a decoded header of a mail. A name may have commas, quoted or not: it ends with an
    address."""
    held: list[str] = []
    for piece in _PIECES.findall(untrusted_header[:_MAX_READ]):
        held.append(piece)
        found = _ADDRESS.search(piece.strip())
        if found:
            named = ",".join(held)
            yield from correspondent(named[: named.rfind("<")] if found[1] else "", found[1] or found[2], role)
            held = []
    for name in held:
        yield from _person(name, "", role)


def correspondent(untrusted_name: str, untrusted_address: str, role: Role) -> Iterator[DocumentPerson]:
    """Yield a person whose name and address are known apart; none if both are empty."""
    yield from _person(untrusted_name.strip(" \t\r\n\"'"), untrusted_address, role)


def package_facts(core: etree._Element | None) -> Facts:
    """Return the facts in the core properties of an OOXML package (ECMA-376, part 2, 8.3) or the metadata of an
    OpenDocument file (OpenDocument 1.3, part 3, 4.3)."""
    created = ("created", "creation-date", "modified", "date")
    names = list(texts(core, "initial-creator")) or list(texts(core, "creator"))
    return make_facts(
        (date for name in created for date in texts(core, name)),
        authors(names),
        untrusted_identifiers=" ".join(texts(core, "identifier")),
    )


def texts(root: etree._Element | None, name: str) -> Iterator[str]:
    """Return the texts of all elements in `root` with this local name."""
    return map(text_of, find_all(root, name))


def _person(untrusted_name: str, untrusted_address: str, role: Role) -> Iterator[DocumentPerson]:
    name, address = _line(untrusted_name), _line(untrusted_address)
    if name.casefold() in _NOBODY or name == address:
        name = ""
    if name or address:
        yield DocumentPerson(name, role, address)


def _line(untrusted_text: str) -> str:
    line = clean_line(untrusted_text[:_MAX_READ], MAX_FACT_CHARACTERS)
    return line if line.isprintable() else "".join(each for each in line if each.isprintable())


def _doi_in(untrusted_text: str) -> str:
    found = _DOI.search(untrusted_text)
    return found[0].rstrip(".,;:)]}'\"") if found else ""


def _isbn_in(untrusted_text: str) -> str:
    """Return the first ISBN whose check digit is right (ISO 2108); "" if there is none."""
    for found in _ISBN.finditer(untrusted_text):
        digits = found[0].replace("-", "").replace(" ", "").upper()
        values = [10 if digit == "X" else int(digit) for digit in digits]
        if len(values) == 10 and sum(weight * each for weight, each in zip(range(10, 0, -1), values, strict=True)) % 11:
            continue
        if len(values) == 13 and sum(each * (3 if place % 2 else 1) for place, each in enumerate(values)) % 10:
            continue
        return digits
    return ""

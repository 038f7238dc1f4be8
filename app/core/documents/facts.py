"""Facts that a file gives about its document beside the text: when it was written, by whom, to whom, where it was
published."""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

MAX_PEOPLE, MAX_FACT_CHARACTERS = 60, 200
"""The most people of a document, and the most characters of a name or any other fact of it: what is more, or longer, is
left out or cut."""

_DATE = re.compile(r"[12]\d{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:T(?:[01]\d|2[0-3]):[0-5]\d)?)?)?")
_DOI = re.compile(r"10\.[0-9]{4,9}/[!-~]+")
_ISBN = re.compile(r"[0-9]{9}[0-9X]|[0-9]{13}")


class Role(StrEnum):
    """The part that a person has in a document."""

    AUTHOR = "author"
    EDITOR = "editor"
    SENDER = "from"
    RECEIVER = "to"
    COPIED = "cc"


class DocumentPerson(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person or an organisation, as the file calls them. `address`, of mail; one of the two may be empty."""

    name: str
    role: Role
    address: str = ""

    @property
    def shown(self) -> str:
        return self.name or self.address


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """Nobody has checked them: they are what the file says, and "" or none where it says nothing.

    `date` is the document's own, as it is written there, in its own time zone: `2026`, `2026-03`, `2026-03-12` or
    `2026-03-12T09:30`; such dates sort as texts. `container` is the journal or the book that it is part of; `isbn` has
    10 or 13 digits and no hyphens.
    """

    date: str = ""
    people: tuple[DocumentPerson, ...] = ()
    publisher: str = ""
    container: str = ""
    doi: str = ""
    isbn: str = ""

    def of(self, *roles: Role) -> tuple[DocumentPerson, ...]:
        """Return the people in these roles, in the file's order."""
        return tuple(person for person in self.people if person.role in roles)

    @property
    def are_sound(self) -> bool:
        """True if these facts keep to the limits and forms that every trusted reader keeps to."""
        texts = [self.publisher, self.container, self.doi, self.isbn]
        texts += [text for person in self.people for text in (person.name, person.address)]
        return (
            len(self.people) <= MAX_PEOPLE
            and all(person.shown for person in self.people)
            and all(len(text) <= MAX_FACT_CHARACTERS and text.isprintable() for text in texts)
            and all(not text or form.fullmatch(text) for text, form in self._formed())
        )

    def _formed(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        return (self.date, _DATE), (self.doi, _DOI), (self.isbn, _ISBN)


NO_FACTS = Facts()

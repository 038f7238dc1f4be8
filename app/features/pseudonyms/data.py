"""The names, numbers, addresses and accounts that say who or what is meant, and the words that stand in for them."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class NamedKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"  # of a house, or a postcode
    ACCOUNT = "account"  # at a bank
    CARD = "card"
    ID_NUMBER = "id_number"  # that a state or an insurer gave
    BIRTH_DATE = "birth_date"
    CASE_NUMBER = "case_number"  # of a case, a file, a policy, a customer
    IP_ADDRESS = "ip_address"
    WEB_ADDRESS = "web_address"
    WORD = "word"  # that a person added


class Named(msgspec.Struct, frozen=True):
    """A text as it is written, its blanks made one each."""

    kind: NamedKind
    text: str


class PseudonymUse(StrEnum):
    """The texts in which something is replaced."""

    FOUND = "found"  # in texts that are sent for the first time after it was found
    ALWAYS = "always"  # in all: a person added it
    SENT = "sent"  # in files that are exported alone: it was sent as it is, before it was found
    NEVER = "never"  # nowhere: a person took it off


class Pseudonym(msgspec.Struct, frozen=True):
    """A text of one conversation and its stand-in, such as "[Person 1]" for "John Smith". Each way of writing a name
    has one of its own ("[Person 1b]" for "Smith"), so that texts come back as they were.

    `number` is its place among those of the conversation, from 1 on, in the order in which they were found.
    """

    number: int
    kind: NamedKind
    text: str
    stand_in: str
    use: PseudonymUse = PseudonymUse.FOUND


REPLACED = (PseudonymUse.FOUND, PseudonymUse.ALWAYS)
"""The uses with which a text is replaced on the way to a server."""

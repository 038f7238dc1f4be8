"""Names and numbers before they leave this computer: what kinds there are, what became of them; for both faces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.conversation import Answer
from app.core.pseudonym import REPLACED, NamedKind, Pseudonym
from app.services.pseudonyms.stand_ins import number_of
from app.wording.i18n import _
from app.wording.units import count


def kind_words(kind: NamedKind) -> str:
    """A heading over some of a kind."""
    return {
        NamedKind.PERSON: _("Persons"),
        NamedKind.ORGANISATION: _("Organisations"),
        NamedKind.EMAIL: _("E-mail addresses"),
        NamedKind.PHONE: _("Telephone numbers"),
        NamedKind.ADDRESS: _("Postal addresses"),
        NamedKind.ACCOUNT: _("Bank accounts"),
        NamedKind.CARD: _("Payment cards"),
        NamedKind.ID_NUMBER: _("Identity and tax numbers"),
        NamedKind.BIRTH_DATE: _("Dates of birth"),
        NamedKind.CASE_NUMBER: _("Case and reference numbers"),
        NamedKind.IP_ADDRESS: _("IP addresses"),
        NamedKind.WEB_ADDRESS: _("Web addresses"),
        NamedKind.WORD: _("Other words"),
    }[kind]


@dataclass(frozen=True)
class FoundEntry:
    """One person, say, with all ways of writing the name."""

    kind: NamedKind
    stand_in: str
    texts: tuple[str, ...]
    replaced: bool


def by_kind(found: Sequence[Pseudonym]) -> list[tuple[NamedKind, list[FoundEntry]]]:
    """What there is of each kind, in the order in which kinds are shown."""
    entries: dict[tuple[NamedKind, int], list[Pseudonym]] = defaultdict(list)
    for each in found:
        entries[each.kind, number_of(each.stand_in)].append(each)
    shown: dict[NamedKind, list[FoundEntry]] = {kind: [] for kind in NamedKind}
    for (kind, _number), forms in entries.items():
        replaced = any(form.use in REPLACED for form in forms)
        shown[kind].append(FoundEntry(kind, forms[0].stand_in, tuple(form.text for form in forms), replaced))
    return [(kind, of_kind) for kind, of_kind in shown.items() if of_kind]


def limits_words() -> str:
    """What rules cannot find."""
    return _(
        "Found by rules, which miss some: names without a title, a known first name or a legal form, nicknames, and"
        " persons that are only described. Dates, amounts and places stay as they are."
    )


def sent_words(answer: Answer) -> str:
    """What was replaced on the way to the server that answered; empty where none did, or nothing was."""
    if answer.sent is None or not answer.sent.replaced:
        return ""
    words = _("{n} names and numbers were replaced on the way to {host}.")
    if answer.sent.replaced == 1:
        words = _("One name or number was replaced on the way to {host}.")
    return words.format(n=count(answer.sent.replaced), host=answer.sent.host)

"""Words for names and numbers before they leave this computer: what kinds there are; for both faces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from app.features.pseudonyms.data import REPLACED, NamedKind, Pseudonym
from app.features.pseudonyms.stand_ins import number_of
from app.services.asking.replacing import FoundEntry, FoundNames
from app.wording.i18n import _


def kind_words(kind: NamedKind) -> str:
    """Return a heading over some names of a kind."""
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


def by_kind(found: Sequence[Pseudonym]) -> list[tuple[NamedKind, list[FoundEntry]]]:
    """Return the entries of each kind, in the order in which kinds are shown."""
    entries: dict[tuple[NamedKind, int], list[Pseudonym]] = defaultdict(list)
    for each in found:
        entries[each.kind, number_of(each.stand_in)].append(each)
    shown: dict[NamedKind, list[FoundEntry]] = {kind: [] for kind in NamedKind}
    for (kind, _number), forms in entries.items():
        replaced = any(form.use in REPLACED for form in forms)
        shown[kind].append(FoundEntry(kind, forms[0].stand_in, tuple(form.text for form in forms), replaced))
    return [(kind, of_kind) for kind, of_kind in shown.items() if of_kind]


def found_names(found: Sequence[Pseudonym]) -> FoundNames:
    """Return the names that were found, with words for a person."""
    kinds = tuple((kind_words(kind), tuple(of_kind)) for kind, of_kind in by_kind(found))
    return FoundNames(kinds, limits_words())


def limits_words() -> str:
    """Say which names rules cannot find."""
    return _(
        "Found by rules, which miss some: names without a title, a known first name or a legal form, nicknames, and"
        " persons that are only described. Dates, amounts and places stay as they are."
    )

"""Two sentences of nearly the same words: which of them say something else, and which only say it in other words."""

from __future__ import annotations

import pytest

from app.documents.citations.differences import differ, takes_back

_NOTICE = "The Tenant gives notice not less than twelve months before the end of the then current Term."
_EMAIL = "Notice that is sent by e-mail alone has no effect."
_JA_NOTICE = "借主は、契約期間の満了の十二か月前までに、書留郵便によって港湾事務所に通知しなければならない。"
_JA_INTEREST = "使用料が遅れたときは、年六分の利息を付する。"


@pytest.mark.parametrize(
    ("said", "source"),
    [
        # numbers, units, bounds
        ("The Tenant gives notice eleven months before the end.", _NOTICE),
        ("The Tenant gives notice 12 weeks before the end.", _NOTICE),
        ("The Tenant gives notice less than twelve months before the end.", _NOTICE),
        ("The rent is 48,700 euros.", "The rent is 48,500 euros."),
        ("The rent is 48,500 dollars.", "The rent is 48,500 euros."),
        ("The mass is 106 kg.", "The mass is 10^6 kg."),
        ("The mass is 102 kg.", "The mass is 10² kg."),
        ("It is \u22125 degrees.", "It is 5 degrees."),
        ("It is due on the second working day.", "It is due on the first working day."),
        ("It was one hundred and sixty-two steps.", "It was one hundred and fifty-two steps."),
        ("Berths 4 to 4 are let.", "Berths 4 to 7 are let."),
        ("Die Frist beträgt drei Monate.", "Die Frist beträgt zwei Monate."),
        ("借主は、契約期間の満了の十一か月前までに通知しなければならない。", _JA_NOTICE),
        # negations
        ("Notice that is sent by e-mail alone has effect.", _EMAIL),
        ("The rent for those days is due.", "The rent for those days is not due."),
        ("The rent for those days isn’t due.", "The rent for those days is due."),
        ("Dogs are allowed in all cabins.", "Dogs are allowed in no cabins."),
        ("He must not smoke and must drink.", "He must not smoke and must not drink."),
        (
            "Where a card is not there and is not used, it tells why.",
            "Where a card is there and is not used, it tells why.",
        ),
        ("It says whether all are there; if not, which are.", "It says whether all are there; if not, which are not."),
        ("They may be measured where they no longer hold.", "They must be measured where they no longer hold."),
        ("Der Mieter darf keine Hunde halten.", "Der Mieter darf Hunde halten."),
        ("Le locataire paie le loyer.", "Le locataire ne paie pas le loyer."),
        ("El inquilino paga la renta de mayo.", "El inquilino no paga la renta de mayo."),
        ("Il conduttore non paga il canone di maggio.", "Il conduttore paga il canone di maggio."),
        ("使用料が遅れたときは、利息を付さない。", _JA_INTEREST),
        # duties
        ("The tenant may keep dogs.", "The tenant must keep dogs."),
        ("It must stand in the description.", "It should stand in the description."),
        ("借主は、港湾事務所に通知することができる。", _JA_NOTICE),
        # names
        ("The letter came from Berta in the spring.", "The letter came from Anna in the spring."),
        ("Berta does not come back.", "Anna does not come back."),
        ("The Landlord keeps the gates in repair.", "The Tenant keeps the gates in repair."),
    ],
)
def test_what_says_something_else(said: str, source: str) -> None:
    assert differ(said, source)


@pytest.mark.parametrize(
    ("said", "source"),
    [
        (_NOTICE, _NOTICE),
        ("The tenant must give notice at least 12 months before the end.", _NOTICE),
        ("Sending e-mail alone has no effect.", _EMAIL),
        ("The rent is 48500 €, and 6,5 % more later.", "The rent is 48,500 euros and 6.5 per cent more."),
        ("There are 152 steps.", "There are one hundred and fifty-two steps."),
        ("The mass is 10⁶ kg.", "The mass is 10^6 kg[2]."),
        ("The tenant must not keep dogs.", "The tenant may not keep dogs."),
        ("The rent is due in March.", "The rent is due in March; the Landlord does not remind him."),
        ("No, the rent is due in March.", "The rent is due in March."),
        ("See No. 5 of the list.", "No. 5 of the list is this."),
        ("The boat comes from Gotland.", "The boat comes from Gotland, with flour for Anna."),
        ("Removal is asked for by a bug report.", "Packages are removed after a bug report asks for it."),
        ("Die Frist beträgt zwei Monate.", "Die Kündigungsfrist beträgt 2 Monate."),
        ("借主は、12か月前までに通知する必要があります。", _JA_NOTICE),
        ("少なくとも六分の利息を付する。", _JA_INTEREST),
    ],
)
def test_what_says_it_in_other_words(said: str, source: str) -> None:
    assert not differ(said, source)


def test_what_stands_elsewhere_on_the_page_may_be_said_too() -> None:
    rent, late = "The rent is 48,500 euros a year.", "Rent that is late bears no interest before 8 days."
    said = "The rent is 48,500 euros a year, and late rent bears no interest before 8 days."
    assert differ(said, rent)
    assert not differ(said, rent, late)
    assert differ("The rent is 48,500 euros a year, and late rent bears interest before 8 days.", rent, late)


@pytest.mark.parametrize(
    ("run", "before", "after", "takes"),
    [
        ("dogs are allowed in the cabins of the ship", "It is not true that ", ".", True),
        ("dogs are allowed in the cabins of the ship", "Since May ", ", unless the captain objects.", True),
        ("a notice can be taken back by the tenant", "", " only if the Landlord agrees.", True),
        ("the tenant leaves a deposit of 1,250", "", " dollars.", True),
        ("dogs are allowed in the cabins of the ship", "Nobody minds. ", ". No cats are.", False),
        ("dogs are allowed in the cabins of the ship", "Since May ", ", and on deck.", False),
        ("借主は契約期間の満了の前に通知する", "", "ことができない。", True),
    ],
)
def test_what_stands_beside_a_run_of_words_may_take_it_back(run: str, before: str, after: str, takes: bool) -> None:
    assert takes_back(run, before, after, "", "") is takes
    assert not takes_back(run, before, after, before, after), "an answer that says it too loses nothing"

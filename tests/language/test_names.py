"""Persons and organisations are found by rules, and words with a capital letter alone are none."""

from __future__ import annotations

import pytest

from app.core.names import EntityKind
from app.language.names import NameReader

_LETTER = """\
From: "Anna Berg" <anna@example.org>
To: John H. Smith <john@example.com>, Marlow Rigging Ltd <office@example.com>
Subject: The lease

The Tenant, Mr Smith, wrote to John Smith's lawyer, Dr. Charlotte von Stein, about the lease of Marlow
Rigging Ltd. The Company paid Acme Widgets, Inc. and the Bank of England. Victoria Street is closed.
In the Company's Registered Office, registered there, Mrs Jones met Maria de la Cruz.

Yours,
Peter Olsen
Director

He is a director of the Siemens AG at the Amtsgericht München. Dear Sir or Madam.
Signed by: Tom O'Brien
"""


def names(text: str, kind: EntityKind, *others: str) -> set[str]:
    return {each.name for each in NameReader([text, *others]).read(text) if each.kind is kind}


def test_a_person_of_an_organisation_is_not_a_part_of_its_name() -> None:
    text = "Anna Berg of Marlow Rigging Ltd wrote to the Bank of Ireland plc."
    assert names(text, EntityKind.PERSON) == {"Anna Berg"}
    assert names(text, EntityKind.ORGANISATION) == {"Marlow Rigging Ltd", "Bank of Ireland plc"}


def test_a_name_with_an_address_behind_it_is_one_whatever_it_looks_like() -> None:
    text = "Copyright 2004 Theodore Y. Ts'o <t@example.org>, Pali Rohár <p@example.org>\nby Simon Law <s@example.org>."
    assert names(text, EntityKind.PERSON, "the law") == {"Theodore Y. Ts'o", "Pali Rohár", "Simon Law"}


def test_a_team_is_no_person() -> None:
    text = (
        "From: Harbour Support <help@example.org>\nTo: Anna Berg <anna@example.org>\n\n"
        "Developer's Reference Team <team@example.org> wrote.\nAuthor: Debian Policy Team\nAuthor: Peter Olsen\n"
        "Mr Service was there."
    )
    teams = {"Harbour Support", "Developer's Reference Team", "Debian Policy Team"}
    assert names(text, EntityKind.ORGANISATION) == teams
    assert names(text, EntityKind.PERSON) == {"Anna Berg", "Peter Olsen", "Mr Service"}


def test_persons() -> None:
    assert names(_LETTER, EntityKind.PERSON) == {
        *("Anna Berg", "John H. Smith", "Mr Smith", "John Smith", "Charlotte von Stein"),
        *("Mrs Jones", "Maria de la Cruz", "Peter Olsen", "Tom O'Brien"),
    }


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("Signed: A. Pryce   J. Marlow", {"A. Pryce", "J. Marlow"}),
        ("Signed: A. B. Pryce J.-P. Marlow", {"A. B. Pryce", "J.-P. Marlow"}),
        ("Signed: J. Edgar Marlow", {"J. Edgar Marlow"}),
        ("Signed: John D. Marlow", {"John D. Marlow"}),
    ],
)
def test_those_who_sign_side_by_side_are_several(line: str, people: set[str]) -> None:
    assert names(line, EntityKind.PERSON) == people


def test_organisations() -> None:
    assert names(_LETTER, EntityKind.ORGANISATION) == {
        *("Marlow Rigging Ltd", "Marlow Rigging Ltd.", "Acme Widgets, Inc.", "Bank of England"),
        *("Siemens AG", "Amtsgericht München"),
    }


def test_names_that_are_joined() -> None:
    assert names("Mr Smith and Marlow Rigging Ltd met.", EntityKind.ORGANISATION) == {"Marlow Rigging Ltd"}
    assert names("Mr Smith and Marlow Rigging Ltd met.", EntityKind.PERSON) == {"Mr Smith"}
    assert names("Alders and Sons Ltd met.", EntityKind.ORGANISATION) == {"Alders and Sons Ltd"}
    ministry = "Ministry of Trade and Industry"
    assert names(f"The {ministry} met.", EntityKind.ORGANISATION) == {ministry}


def test_japanese() -> None:
    text = (
        "株式会社山田商事の代表取締役山田太郎氏は、鈴木様と東京地方裁判所で会った。"
        "皆様、お客様へ。ジョン・スミスさん\n氏名：佐藤 花子"
    )
    assert names(text, EntityKind.PERSON) == {"山田太郎", "鈴木", "ジョン・スミス", "佐藤 花子"}
    assert names(text, EntityKind.ORGANISATION) == {"株式会社山田商事", "東京地方裁判所"}


def test_a_word_that_is_also_written_small_is_no_name() -> None:
    assert names("The Harbour Office signed.", EntityKind.ORGANISATION) == {"Harbour Office"}
    assert names("The Head Office signed.", EntityKind.ORGANISATION, "at the head of") == set()
    assert names("Mark Clauses as read.", EntityKind.PERSON, "the clauses") == set()


def test_a_long_run_takes_no_long_time() -> None:
    for piece in ("ア", "A", "Aa ", "Aa-", "山", "von ", "Mr ", "A. ", "Ltd "):
        text = piece * 20_000
        assert len(list(NameReader([text]).read(text))) <= 20_000

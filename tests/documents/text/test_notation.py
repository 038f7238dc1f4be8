"""Signs that plain text does not have are written in one way, and no number runs into another."""

from __future__ import annotations

import pytest

from app.documents.text import notation


@pytest.mark.parametrize(
    ("before", "raised", "written"),
    [
        ("10", "6", "^6"),
        ("of 2 · 10", "\u22126", "^-6"),
        ("km", "2", "^2"),
        ("m", "-1", "^-1"),
        ("e", "n+1", "^{n+1}"),
        ("(a + b)", "2", "^2"),
        ("x", "n", "^n"),
        ("2", "10", "^10"),
        ("mol", "-1", "^-1"),
        ("sin", "2", "^2"),
        ("Kerala 24.91", "2", "[2]"),
        ("in 2019", "4", "[4]"),
        ("1,250", "1", "[1]"),
        ("1 250", "1", "[1]"),
        ("10^6 10", "6", "^6"),
        ("100, 10", "6", "^6"),
        ("the tenant", "12", "[12]"),
        ("the tenant", "(3)", "[3]"),
        ("the tenant.", "3,4", "[3,4]"),
        ("tenancy”", "7", "[7]"),
        ("(see above)", "7", "[7]"),
        ("条文", "2", "[2]"),
        ("", "1", "[1]"),
        ("chapter XIV", "2", "[2]"),
        ("Total", "a", "[a]"),
        ("12.5", "b", "[b]"),
        ("the berth.", "b", "[b]"),
        ("XIX", "e", "e"),
        ("1", "ère", "ère"),
        ("n", "o", "^o"),
        ("21", "st", "st"),
        ("M", "me", "me"),
        ("Octavo", "™", "™"),
        ("Smith", "*", "*"),
        ("alloc", "⚠", "⚠"),
        ("Na", "+", "^{+}"),
        ("20", "°", "°"),
    ],
)
def test_what_stands_before_tells_a_power_from_a_note(before: str, raised: str, written: str) -> None:
    assert notation.superscript(raised, before) == written


@pytest.mark.parametrize(
    ("before", "raised", "after", "written"),
    [
        ("10", "6", "5", "^{6}"),
        ("m", "2", "K", "^{2}"),
        ("10", "6", " volts", "^6"),
        ("SO4", "2-", "x", "^{2-}"),
        ("dated by ", "14", "C.", "^{14}"),
        ("", "14", "C dating", "^{14}"),
        ("", "1", "Carbon is", "[1]"),
        ("", "1", "He argued", "[1]"),
        ("tenant. ", "1", "See", "[1]"),
        ("the tenant", "1", "C", "[1]"),
    ],
)
def test_what_follows_does_not_run_into_it(before: str, raised: str, after: str, written: str) -> None:
    assert notation.superscript(raised, before, after=after) == written


@pytest.mark.parametrize(
    ("before", "raised", "note", "written"),
    [("10", "6", True, "[6]"), ("tenant", "2", False, "^2"), ("x", "[3]", True, "[3]"), ("x", " ", None, " ")],
)
def test_what_a_format_says_goes_before_that(before: str, raised: str, note: bool | None, written: str) -> None:
    assert notation.superscript(raised, before, note=note) == written


@pytest.mark.parametrize(
    ("before", "lowered", "written"),
    [("H", "2", "2"), ("101", "2", "_2"), ("x", "i", "_i"), ("a", "n-1", "_{n-1}"), ("", "2", "2")],
)
def test_what_is_lowered_makes_no_other_number(before: str, lowered: str, written: str) -> None:
    assert notation.subscript(lowered, before) == written


@pytest.mark.parametrize(
    ("before", "lowered", "after", "written"),
    [("H", "2", "O", "2"), ("log", "10", "100", "_{10}"), ("x", "i", "y", "_{i}"), ("101", "2", "0", "_{2}")],
)
def test_what_follows_makes_no_other_number_of_it(before: str, lowered: str, after: str, written: str) -> None:
    assert notation.subscript(lowered, before, after=after) == written


def test_a_fraction_stands_apart_from_the_whole_number() -> None:
    assert f"1{notation.fraction('1', '/', '2', '1')} cups" == "1 1/2 cups"
    assert notation.fraction("3", "\u2044", "4", "of ") == "3\u20444"


def test_struck_and_inserted_words_leave_the_spaces_outside() -> None:
    assert (
        f"pay{notation.struck(' four ')}{notation.inserted('five')} rents"
        == "pay [struck: four] [inserted: five] rents"
    )
    assert notation.struck("  ") == "  "


def test_a_field_has_a_name_and_may_be_empty() -> None:
    assert notation.field("Rent\n", " 1,475.00 ") == "[field Rent: 1,475.00]"
    assert notation.field("Town", "") == "[field Town: ]"
    assert notation.check_box("Furnished", ticked=True) == "[x] Furnished"
    assert notation.comment("Is this\nright?", "Ann") == "[comment by Ann: Is this right?]"

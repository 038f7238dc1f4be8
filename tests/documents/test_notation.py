"""What plain text has no sign for is written in one way, and no number runs into another."""

from __future__ import annotations

import pytest

from app.documents import notation


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
        ("the tenant", "12", "[12]"),
        ("the tenant", "(3)", "[3]"),
        ("the tenant.", "3,4", "[3,4]"),
        ("tenancy”", "7", "[7]"),
        ("(see above)", "7", "[7]"),
        ("条文", "2", "[2]"),
        ("", "1", "[1]"),
        ("21", "st", "st"),
        ("M", "me", "me"),
        ("Octavo", "™", "™"),
        ("Smith", "*", "*"),
        ("20", "°", "°"),
    ],
)
def test_what_stands_before_tells_a_power_from_a_note(before: str, raised: str, written: str) -> None:
    assert notation.superscript(raised, before) == written


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

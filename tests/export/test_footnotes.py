"""Footnotes of a model: which they are, whatever else looks like one."""

from __future__ import annotations

import pytest

from app.export.footnotes import find_notes, number_notes, rename_notes

TEXT = "It is late[^b], says the book [p. 12].[^a] Again[^b].\n\n[^a]: The *first*.\n[^b]: The second [p. 3].\n"


def test_notes_are_counted_in_the_order_of_their_references() -> None:
    assert find_notes(TEXT) == {"b": 1, "a": 2}
    text, notes = number_notes(TEXT)
    assert notes == 2
    assert (
        text
        == "It is late[^1], says the book [p. 12].[^2] Again[^1].\n\n[^2]: The *first*.\n[^1]: The second [p. 3].\n"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Not defined[^1].", "Not defined\\[^1]."),
        ("Nothing.\n\n[^1]: Not referred to.", "Nothing.\n\n\\[^1]: Not referred to."),
        ("```\nx[^1]\n[^1]: y\n```\nx[^1]", "```\nx[^1]\n[^1]: y\n```\nx\\[^1]"),
        ("x[^1]\n\n[^1]: y\n[^1]: z", "x[^1]\n\n[^1]: y\n\\[^1]: z"),
        ("x[^1]\n\n[^1]: y\n- [^1]: z", "x[^1]\n\n[^1]: y\n- \\[^1]: z"),
        ("A class `[^abc]` is ``code `[^1]` ``, not[^1].", "A class `[^abc]` is ``code `[^1]` ``, not\\[^1]."),
        ("[a-z^] and [^ ] and [p. 1]", "[a-z^] and [^ ] and [p. 1]"),
        ("As said[^x]: so.\n\n[^x]: y", "As said[^1]: so.\n\n[^1]: y"),
    ],
)
def test_what_only_looks_like_one(text: str, shown: str) -> None:
    assert number_notes(text)[0] == shown


def test_names() -> None:
    assert rename_notes("x[^1] y[^2]\n\n[^1]\\: z", {"1": "n7"}) == "x[^n7] y\\[^2]\n\n[^n7]: z"

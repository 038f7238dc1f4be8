"""Docstrings and comments that begin in the middle of a sentence are found; sentences and names of things are not."""

from __future__ import annotations

import pytest

from tests.packaging.programs import script

docstrings = script("docstrings.py")


def places(source: str) -> list[str]:
    return [fault.place for fault in docstrings.find_faults(source, "desk.py")]


def function(docstring: str) -> str:
    return f'def pages():\n    """{docstring}"""\n'


@pytest.mark.parametrize(
    "docstring",
    [
        "Of a page.",
        "As `read` does.",
        "Those that are shown.",
        "What goes to a server.",
        "Whether it is open.",
        "Than anything else that is kept.",
        "Which pages are shown.",
        "How many pages there are.",
        "Where the page ends.",
        "Off the GUI thread.",
        "None without a desk.",
        "Its pages.",
        "For a parser.",
        "The pages of a document.",
        "Pages of a document.",
        "Names of pages.",
        "Lists that end here.",
        "Place of a page.",
        "`first`: the page that is shown.",
        "",
    ],
)
def test_a_function_whose_docstring_begins_with_no_verb_is_found(docstring: str) -> None:
    assert places(function(docstring)) == ["desk.py pages"]


@pytest.mark.parametrize(
    "docstring",
    [
        "Return the pages of a document.",
        "Return whether it is open.",
        "Raises AppError.",
        "Carries a page to its place.",
        "Reads pages as they come.",
        "Do as `read` does.",
        "Say that no page is shown. None without a desk.",
        "Close the page,\n    and what is beside it.",
    ],
)
def test_a_verb_begins_a_functions_docstring(docstring: str) -> None:
    assert places(function(docstring)) == []


@pytest.mark.parametrize("decorator", ["property", "functools.cached_property", "Property(str)"])
def test_a_property_is_something_and_needs_no_verb(decorator: str) -> None:
    method = function("The pages.").replace("\n", "\n    ")
    expected = [] if "(" not in decorator else ["desk.py Desk.pages"]
    assert places(f"class Desk:\n    @{decorator}\n    {method}") == expected


@pytest.mark.parametrize(
    ("docstring", "is_found"),
    [
        ("A page of a document.", False),
        ("Shows pages.", False),
        ("In Japanese, a page is read from the right.", False),
        ("In a document.", True),
        ("Where pages lie.", True),
        ("Its pages.", True),
        ("Whose pages are shown.", True),
    ],
)
def test_a_module_a_class_and_a_constant_need_no_verb_but_a_beginning(docstring: str, *, is_found: bool) -> None:
    found = ["desk.py", "desk.py Page", "desk.py Page.number"] if is_found else []
    text = f'"""{docstring}"""\n'
    assert places(f"{text}class Page:\n    {text}    number: int\n    {text}") == found


def test_a_constructors_docstring_may_begin_with_a_parameter() -> None:
    source = 'class Desk:\n    def {}(self, pages):\n        """`pages`: those that are shown."""\n'
    assert places(source.format("__init__")) == []
    assert places(source.format("show")) == ["desk.py Desk.show"]


def test_what_is_defined_below_a_condition_or_in_a_function_is_looked_at() -> None:
    source = f'"""Pages."""\nif True:\n    {function("Of a page.").replace(chr(10), chr(10) + "    ")}'
    assert places(source) == ["desk.py pages"]
    inner = function("Of a page.").replace("\n", "\n    ")
    assert places(f"def show():\n    {inner}") == ["desk.py show.pages"]


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        ("# Of pages that are shown.", ["desk.py # Of pages that are"]),
        ("# What is shown: pages.", ["desk.py # What is shown:"]),
        ("# Pages are shown:\n# of all documents.", []),
        ("# It is shown once.", []),
        ("# In Japanese, pages are read from the right.", []),
        ("pages = 3  # of a document", []),
        ("# noqa: ERA001", []),
        ("#!/usr/bin/env python3", []),
        ('text = "# Of pages"', []),
    ],
)
def test_a_comment_on_its_own_line_begins_a_sentence(comment: str, found: list[str]) -> None:
    assert places(f"{comment}\nshown = 1\n") == found


def test_two_comments_are_two_beginnings() -> None:
    assert places("# Pages are shown.\nshown = 1\n# Of all documents.\n") == ["desk.py # Of all documents."]

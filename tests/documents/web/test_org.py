"""Org: headlines as chapters, the text as written, struck words, what a file says of itself, and hostile files."""

from __future__ import annotations

import pytest

from app.core.documents.document import Document
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.worker import parse


def _parse(text: str) -> Document:
    return parse(Content("notes.org", text.encode(), ""), lambda done, total: None)


def _text(text: str) -> str:
    return "\n\n".join(page.text for page in _parse(text).pages)


def test_headlines_are_chapters_without_their_states_and_tags() -> None:
    document = _parse("Before\n\n* One :lease:2026:\nWords,\nmore.\n** TODO [#A] Two\n*bold* is no headline\n*\n")
    assert [(each.title, each.level) for each in document.outline] == [("One", 1), ("Two", 2)]
    assert document.title == "One"
    assert _text("* One :lease:\nWords,\nmore.\n** TODO [#A] Two\n*b*") == (
        "One :lease:\n\nWords,\nmore.\n\nTODO [#A] Two\n\n*b*"
    )


def test_a_file_says_its_title_author_and_date() -> None:
    document = _parse("#+title: The Harbour\n#+AUTHOR: Ada Olsen\n#+DATE: <2026-03-12 Thu>\n#+TITLE: Later\n\nWords\n")
    assert document.title == "The Harbour"
    assert document.facts.date == "2026-03-12"
    assert [each.name for each in document.facts.people] == ["Ada Olsen"]
    assert "#+AUTHOR: Ada Olsen" in document.pages[0].text


@pytest.mark.parametrize(
    ("org", "text"),
    [
        ("the +old+ rent, +all of it+.", "the [struck: old] rent, [struck: all of it]."),
        ("1 + 2 + 3, C++ and +5 and a+b+c", "1 + 2 + 3, C++ and +5 and a+b+c"),
        ("=a +b+ c= and ~+x+~", "=a +b+ c= and ~+x+~"),
        ("#+BEGIN_SRC sh\na\n\n  +b+\n#+END_SRC\n+c+", "#+BEGIN_SRC sh\na\n\n  +b+\n#+END_SRC\n\n[struck: c]"),
        ("#+begin_quote\n+a+\n\nb\n#+end_quote", "#+begin_quote\n[struck: a]\n\nb\n#+end_quote"),
        ("#+begin_src\na\n* One\n+b+", "#+begin_src\na\n\nOne\n\n[struck: b]"),
        (
            "| Berth | Rent |\n|-------+------|\n| 12    | 300  |",
            "| Berth | Rent |\n|-------+------|\n| 12    | 300  |",
        ),
        (
            "[[https://a.example][there]] {{{macro}}} # no\n# remark",
            "[[https://a.example][there]] {{{macro}}} # no\n# remark",
        ),
    ],
)
def test_the_text_stays_as_it_is_written(org: str, text: str) -> None:
    assert _text(org) == text


def test_a_file_without_words_is_told() -> None:
    with pytest.raises(AppError) as raised:
        _parse(" \n\n")
    assert raised.value.code is Code.DOCUMENT_NO_TEXT


@pytest.mark.parametrize(
    "piece", ["+a ", "+a+b", "=a ", "*\n", "* +\n", "#+begin_src\n", "* a :b:c", "* TODO ", "[#A] "]
)
def test_odd_markup_is_read_in_time(piece: str) -> None:
    assert _parse("* " + piece * 20_000 + "x").pages

"""Markdown: kept as written, its headings the chapters."""

from __future__ import annotations

import pytest

from app.core.documents.document import Document
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.web import markdown
from app.documents.worker import parse

_BODY = "Words of a paragraph that goes on. " * 20


def _parse(source: str, name: str = "notes.md") -> Document:
    return parse(Content(name, source.encode(), ""), lambda done, total: None)


def test_the_text_stays_as_it_is_written() -> None:
    source = (
        'Intro with *emphasis*, `code` and a [link](https://example.org "title").\n\n> A quote\nthat goes on\n\n'
        "- one\n- two\n\n  more of two\n\n1. three\n\n| a | b |\n|---|--:|\n| c | d |\n\n```python\n# no heading\n"
        "\nx = 1\n```\n\n"
        "    indented code\n\n***\n\n<div>\n\nhtml\n\n</div>\n\n[ref]: https://example.org\n\nHard  \nbreak"
    )
    assert _parse(source).pages[0].text == source


def test_headings_make_the_outline() -> None:
    source = (
        f"# One *with* `code` and [a link](x)\n\n{_BODY}\n\nTwo\nlines\n---\n\n{_BODY}\n\n### Three ###\n\n{_BODY}\n\n"
        "```\n# in a fence\n```\n\n~~~\n```\n# in another\n~~~\n\n> # in a quote\n\n- # in a list\n\n    # in code\n\n"
        "\\# escaped\n\n#hashtag\n\n<!--\n# in a comment\n-->\n\n# Last"
    )
    document = _parse(source)
    assert [(entry.title, entry.level) for entry in document.outline] == [
        ("One with code and a link", 1),
        ("Two lines", 2),
        ("Three", 3),
        ("Last", 1),
    ]
    assert [page.chapter for page in document.pages[:2]] == ["One with code and a link", "Two lines"]
    assert "".join("".join(page.text.split()) for page in document.pages) == "".join(source.split())


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ('---\nauthor: X\ntitle: "The: Title"\n---\n# Heading\n', "The: Title"),
        ("---\ntitle: 'It''s'\n...\n# Heading\n", "It''s"),
        ("---\nauthor: X\n---\n# Heading\n", "Heading"),
        ("## Second\n\n# First\n", "First"),
        ("Text\n\n---\n\ntitle: no\n\n---\n", "notes"),
    ],
)
def test_the_title_is_the_front_matters_or_the_first_headings(source: str, title: str) -> None:
    assert _parse(source).title == title


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("pay ~~four~~ five", "pay [struck: four] five"),
        ("10<sup>6</sup> volts, 24.91<sup>2</sup>, H<sub>2</sub>O", "10^6 volts, 24.91[2], H2O"),
        ("**10**<sup>6</sup> volts, *x*<SUP class='a'>2</SUP>", "**10**^6 volts, *x*^2"),
        ("<del>four</del> <ins>five</ins> ~~a\nb~~", "[struck: four] [inserted: five] [struck: a\nb]"),
        ("x<sup>y<sup>z</sup></sup>", "x^{y^z}"),
        ("> - 10<sup>6</sup> ~~x~~", "> - 10^6 [struck: x]"),
        ("| a | 10<sup>6</sup> |\n|---|---|\n| ~~b~~ | c |", "| a | 10^6 |\n|---|---|\n| [struck: b] | c |"),
    ],
)
def test_raised_struck_and_inserted_words_are_as_in_every_format(source: str, text: str) -> None:
    assert _parse(source).pages[0].text == text


@pytest.mark.parametrize(
    "source",
    [
        "`a ~~b~~ <sup>c</sup>` and ``d ` <del>e</del>``",
        "```\n~~a~~ 10<sup>6</sup>\n```",
        "    ~~a~~ 10<sup>6</sup>",
        "- one\n\n  ```\n  ~~a~~\n  ```",
        "about ~~ 5 ~~ and ~6~ and ~~~7~~~ or ~~8",
        "\\~~a~~ \\<sup>b</sup> <sup>c <supper>d</supper>",
        "a</sup> <sub>b</del>",
    ],
)
def test_code_and_lonely_signs_stay(source: str) -> None:
    assert _parse(source).pages[0].text == source.rstrip()


def test_headings_say_it_in_the_outline_too() -> None:
    assert [each.title for each in _parse("# Area in m<sup>2</sup> ~~old~~\n\nText.").outline] == [
        "Area in m^2 [struck: old]"
    ]


def test_thousands_of_signs_are_read_in_one_go() -> None:
    source = "`a``b" * 20_000 + "~~a ~~" * 20_000 + "<sup>" * 20_000 + "</sub>" * 20_000
    assert "".join(page.text for page in _parse(source).pages).count("<sup>") == 20_000


def test_front_matter_is_no_heading() -> None:
    document = _parse("---\ntitle: One\n---\n\nText.")
    assert document.outline == ()
    assert document.pages[0].text == "---\ntitle: One\n---\n\nText."


def test_a_long_book_in_portions_is_the_same_as_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    block = (
        "# A\n\ntext\nmore\n\n```\n\n# no\n\n```\n\n- a\n\n  b\n\n> c\nd\n\n[r]: x\n\nE\n===\n\n| a |\n|--|\n| # |\n\n"
    )
    source = block * 30 + "```\n" + "# inside\n\n" * 40 + "```\n" + block
    at_once = _parse(source)
    monkeypatch.setattr(markdown, "_PORTION_LINES", 7)
    told: list[tuple[int, int]] = []
    in_portions = parse(Content("notes.md", source.encode(), ""), lambda done, total: told.append((done, total)))
    assert in_portions == at_once
    assert len(at_once.outline) == 62
    assert len(told) > 50


def test_a_block_longer_than_the_longest_portion_is_cut_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "_PORTION_LINES", 4)
    monkeypatch.setattr(markdown, "_MAX_PORTION_LINES", 8)
    source = "\n".join(f"line {number}" for number in range(100))
    assert "".join("".join(page.text.split()) for page in _parse(source).pages) == "".join(source.split())


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(AppError) as raised:
        _parse("\n \n")
    assert raised.value.code is Code.DOCUMENT_NO_TEXT

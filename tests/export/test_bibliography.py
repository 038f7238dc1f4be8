"""References as BibTeX and CSL JSON: what the file says and nothing else, in the signs that these formats bear."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.documents.citation_style import CitationStyle
from app.core.documents.document import Book, Format
from app.core.documents.facts import DocumentPerson, Facts, Role
from app.export.bibliography import cite


def book(title: str, facts: Facts = Facts(), format: Format = Format.PDF) -> Book:  # noqa: B008 - it is frozen
    return Book("b", title, format, "abcdef" * 10 + "abcd", "/b.pdf", 0.0, 3, 100, "en", facts=facts)


def people(role: Role, *names: str) -> tuple[DocumentPerson, ...]:
    return tuple(DocumentPerson(name, role) for name in names)


MOBY = book(
    "Moby-Dick; or, The Whale",
    Facts("1851-10-18", people(Role.AUTHOR, "Herman Melville"), "Harper & Brothers", isbn="9780142437247"),
)
PAPER = book(
    "On 5_% of {braces} & ~tildes^ \\ $x$ #1",
    Facts(
        "2024",
        people(Role.AUTHOR, "van Dyke, Ann", "Ludwig van Beethoven", "Harbour Office Ltd", "夏目漱石"),
        container="Journal of Quays",
        doi="10.1000/a{b}_c",
    ),
)


def test_a_book_as_bibtex() -> None:
    assert cite((MOBY,), CitationStyle.BIBTEX) == (
        "@book{melville1851mobydick,\n"
        "  author = {Melville, Herman},\n"
        "  title = {{Moby-Dick; or, The Whale}},\n"
        "  publisher = {Harper \\& Brothers},\n"
        "  year = {1851},\n"
        "  month = oct,\n"
        "  isbn = {9780142437247}\n"
        "}"
    )


def test_signs_that_mean_something_to_latex_mean_nothing_any_more() -> None:
    written = cite((PAPER,), CitationStyle.BIBTEX)
    assert (
        "title = {{On 5\\_\\% of \\textbraceleft{}braces\\textbraceright{} \\& \\textasciitilde{}tildes"
        "\\textasciicircum{} \\textbackslash{} \\$x\\$ \\#1}}"
    ) in written
    assert "author = {van Dyke, Ann and van Beethoven, Ludwig and {Harbour Office Ltd} and {夏目漱石}}" in written
    assert "journal = {Journal of Quays}" in written
    assert "doi = {10.1000/a%7Bb%7D_c}" in written
    assert "month" not in written


@given(st.text(max_size=60))
def test_braces_are_balanced_whatever_a_title_has(title: str) -> None:
    depth = 0
    for sign in cite((book(title, MOBY.facts),), CitationStyle.BIBTEX):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0


def test_csl_json() -> None:
    moby, paper = json.loads(cite((MOBY, PAPER), CitationStyle.CSL))
    assert moby == {
        "id": "melville1851mobydick",
        "type": "book",
        "title": "Moby-Dick; or, The Whale",
        "author": [{"family": "Melville", "given": "Herman"}],
        "issued": {"date-parts": [[1851, 10, 18]]},
        "publisher": "Harper & Brothers",
        "ISBN": "9780142437247",
        "language": "en",
    }
    assert paper["type"] == "article-journal"
    assert paper["author"] == [
        {"family": "van Dyke", "given": "Ann"},
        {"family": "van Beethoven", "given": "Ludwig"},
        {"literal": "Harbour Office Ltd"},
        {"literal": "夏目漱石"},
    ]
    assert (paper["container-title"], paper["DOI"]) == ("Journal of Quays", "10.1000/a{b}_c")


def test_a_mail() -> None:
    facts = Facts("2026-03-12T09:30", people(Role.SENDER, "Ann Marlow") + people(Role.RECEIVER, "Office", "b@x.org"))
    mail = book("Notice", facts, Format.EML)
    (item,) = json.loads(cite((mail,), CitationStyle.CSL))
    assert item["type"] == "personal_communication"
    assert item["author"] == [{"family": "Marlow", "given": "Ann"}]
    assert item["recipient"] == [{"literal": "Office"}, {"literal": "b@x.org"}]
    assert item["issued"] == {"date-parts": [[2026, 3, 12]]}
    assert "howpublished = {E-mail to Office, b@x.org}" in cite((mail,), CitationStyle.BIBTEX)


def test_the_same_keys_are_told_apart() -> None:
    keys = [item["id"] for item in json.loads(cite((MOBY, PAPER, MOBY), CitationStyle.CSL))]
    assert keys == ["melville1851mobydicka", "vandyke2024braces", "melville1851mobydickb"]
    nameless = book("『』", msgspec.structs.replace(MOBY.facts, people=()))
    assert cite((nameless,), CitationStyle.BIBTEX).startswith("@book{documentabcdefab,\n")


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (MOBY, "Herman Melville (1851-10-18): Moby-Dick; or, The Whale. Harper & Brothers. ISBN 9780142437247."),
        (book("Lease"), "Lease."),
        (book("Lease", Facts("2020")), "(2020): Lease."),
    ],
)
def test_in_words(shown: Book, words: str) -> None:
    assert cite((shown,), CitationStyle.TEXT) == words

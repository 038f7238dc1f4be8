"""A query that is typed into the search of the desk is understood whole, or refused with what is wrong."""

from __future__ import annotations

from datetime import date

import pytest

from app.core.documents.document import Format
from app.core.errors import AppError, Code
from app.core.search_query import (
    PageCondition,
    SearchFilter,
    SearchPlace,
    SearchQuery,
    literally,
    unwanted_in,
    values_of,
    wanted_again,
    with_filter,
)
from app.core.search_query import parse as parse_of

_PLACES = (*SearchPlace, "notes", "tables")


def parse(text: str) -> SearchQuery:
    return parse_of(text, _PLACES)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", SearchQuery()),
        ("dry dock", SearchQuery(words=("dry", "dock"))),
        ('rent "side  letter" -draft', SearchQuery(words=("rent",), phrases=("side letter",), without=("draft",))),
        ('-"side letter"', SearchQuery(without=("side letter",))),
        ("“side letter” 「乾ドック」", SearchQuery(phrases=("side letter", "乾ドック"))),
        ('"not closed yet', SearchQuery(phrases=("not closed yet",))),
        ("kind:pdf KIND:Mail", SearchQuery(kinds=(Format.PDF, Format.EML, Format.MSG, Format.MBOX))),
        ('folder:Contracts person:"Jane Roe"', SearchQuery(folders=("Contracts",), people=("Jane Roe",))),
        ("after:2023", SearchQuery(after=date(2024, 1, 1))),
        ("before:2024-03", SearchQuery(before=date(2024, 3, 1))),
        ("after:2024/2/29 before:2024-12 before:2025", SearchQuery(after=date(2024, 3, 1), before=date(2024, 12, 1))),
        ("page:flagged page:scanned", SearchQuery(pages=(PageCondition.FLAGGED, PageCondition.SCANNED))),
        ("in:notes in:conversation", SearchQuery(places=("notes", SearchPlace.CONVERSATIONS))),
        ("10:30 https://octavo.example a-b -", SearchQuery(words=("10:30", "https://octavo.example", "a-b", "-"))),
        ("dpkg -L", SearchQuery(words=("dpkg", "-L"))),
        ("ls --all -o=json -1 -", SearchQuery(words=("ls", "--all", "-o=json", "-1", "-"))),
        ("tax -e-mail -2023 -猫", SearchQuery(words=("tax",), without=("e-mail", "2023", "猫"))),
        ("Note: rent", SearchQuery(words=("Note", "rent"))),
    ],
)
def test_each_part_is_understood(text: str, query: SearchQuery) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        ("from:Jane", Code.SEARCH_FILTER_UNKNOWN, {"name": "from", "written": "from:Jane"}),
        ("-kind:pdf", Code.SEARCH_FILTER_WITHOUT, {"name": "kind"}),
        ("kind:papyrus", Code.SEARCH_VALUE_UNKNOWN, {"name": "kind", "value": "papyrus"}),
        ("kind:", Code.SEARCH_VALUE_MISSING, {"name": "kind", "known": "pdf, word, mail"}),
        ("in:papyrus", Code.SEARCH_VALUE_UNKNOWN, {"known": "documents, conversations, notes, tables"}),
        ("in:", Code.SEARCH_VALUE_MISSING, {"known": "documents, conversations, notes, tables"}),
        ("page:blue", Code.SEARCH_VALUE_UNKNOWN, {"known": "flagged, scanned, hidden"}),
        ("before:yesterday", Code.SEARCH_DATE_INVALID, {"name": "before", "value": "yesterday"}),
        ("after:2023-02-30", Code.SEARCH_DATE_INVALID, {"value": "2023-02-30"}),
        ("after:0000", Code.SEARCH_DATE_INVALID, {"value": "0000"}),
        ("after:9999", Code.SEARCH_DATE_INVALID, {"value": "9999"}),
    ],
)
def test_what_is_not_understood_is_named(text: str, code: Code, params: dict[str, str]) -> None:
    with pytest.raises(AppError) as raised:
        parse(f"rent {text} notice")
    assert raised.value.code is code
    assert params.items() <= raised.value.params.items()


def test_where_all_is_words_nothing_is_refused() -> None:
    assert literally("from:Jane -x") == SearchQuery(words=("from:Jane", "-x"))


def test_only_documents_have_kinds_folders_people_and_pages() -> None:
    assert all(map(parse("rent").looks_in, _PLACES))
    for text in ("rent kind:pdf", "folder:A", "person:B", "page:hidden"):
        assert [place for place in _PLACES if parse(text).looks_in(place)] == [SearchPlace.DOCUMENTS]
    for text in ("in:tables after:2020", "in:sheets", "in:sheet"):
        assert [place for place in _PLACES if parse(text).looks_in(place)] == ["tables"]
    assert not any(map(parse("in:tables kind:pdf").looks_in, _PLACES))


def test_a_filter_is_put_into_the_text_and_taken_out_again() -> None:
    text = with_filter("rent kind:pdf “side letter”", SearchFilter.KIND, "mail")
    assert text == "rent “side letter” kind:mail"
    assert values_of(text, SearchFilter.KIND) == ("mail",)
    assert with_filter(text, SearchFilter.KIND, "") == "rent “side letter”"
    assert with_filter("", SearchFilter.PERSON, "Jane Roe") == 'person:"Jane Roe"'
    assert values_of('person:"Jane Roe" x', SearchFilter.PERSON) == ("Jane Roe",)
    assert with_filter("rent", SearchFilter.KIND, "") == "rent"


def test_an_exclusion_is_named_and_taken_out_again() -> None:
    text = 'dpkg -L -draft rent -"side letter" -kind:pdf -draft'
    assert unwanted_in(text) == ("draft", "side letter")
    assert wanted_again(text, "draft") == 'dpkg -L rent -"side letter" -kind:pdf'
    assert wanted_again("rent -draft", "side letter") == "rent -draft"

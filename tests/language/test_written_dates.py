"""Dates are found in all ways in which people write them, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.dates import DateSpan, PartialDate
from app.language.written_dates import DateReader, day_comes_first


def found(text: str, day_first: bool | None = None, before: PartialDate | None = None) -> list[str]:
    """Each as "words = first" or "words = first..last", with ~ before what is reckoned."""
    return [
        f"{text[each.start : each.end]} = {'~' if each.is_reckoned else ''}{each.span.first.text}"
        + (f"..{each.span.last.text}" if each.span.last else "")
        for each in DateReader(day_first).read(text, before)
    ]


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("signed on 5 March 2024 in London", ["5 March 2024 = 2024-03-05"]),
        ("The 5th of March, 2024", ["5th of March, 2024 = 2024-03-05"]),
        ("On March 5,\n2024 and Mar. 6 he", ["March 5,\n2024 = 2024-03-05", "Mar. 6 = ~2024-03-06"]),
        ("from 3 to 5 March 2024", ["3 to 5 March 2024 = 2024-03-03..2024-03-05"]),
        ("1 March to 5 April 2024", ["1 March to 5 April 2024 = 2024-03-01..2024-04-05"]),
        ("March–May 2024", ["March–May 2024 = 2024-03..2024-05"]),
        ("Tue, 5 Mar 2024 10:21:00 +0100", ["5 Mar 2024 = 2024-03-05"]),
        ("2024-03-05 14:00; 2024/3/5", ["2024-03-05 = 2024-03-05", "2024/3/5 = 2024-03-05"]),
        ("05.03.2024 bis 07.03.2024", ["05.03.2024 bis 07.03.2024 = 2024-03-05..2024-03-07"]),
        ("am 5. März 2024, am folgenden Tag", ["5. März 2024 = 2024-03-05", "am folgenden Tag = ~2024-03-06"]),
        ("le 1er mars 2024", ["1er mars 2024 = 2024-03-01"]),
        ("el 5 de marzo de 2024", ["5 de marzo de 2024 = 2024-03-05"]),
        ("il 2 giugno 1946", ["2 giugno 1946 = 1946-06-02"]),
        ("since 1998; between 2019 and 2021", ["1998 = 1998", "2019 and 2021 = 2019..2021"]),
        ("Q3 2024", ["Q3 2024 = 2024-07..2024-09"]),
        (
            "On 10 June 2024. Two weeks later he left. The following year she came.",
            ["10 June 2024 = 2024-06-10", "Two weeks later = ~2024-06-24", "The following year = ~2025"],
        ),
        (
            "令和6年3月5日に締結。同年5月1日に開始し、翌日届いた。同月10日。",
            ["令和6年3月5日 = 2024-03-05", "同年5月1日 = ~2024-05-01", "翌日 = ~2024-05-02", "同月10日 = ~2024-05-10"],
        ),
        ("令和元年五月一日", ["令和元年五月一日 = 2019-05-01"]),
        ("二〇二四年十二月二十五日", ["二〇二四年十二月二十五日 = 2024-12-25"]),
        ("平成31年4月", ["平成31年4月 = 2019-04"]),
        ("２０２４年３月５日", ["２０２４年３月５日 = 2024-03-05"]),
        ("作成日 R6.3.5", ["R6.3.5 = 2024-03-05"]),
    ],
)
def test_forms(text: str, dates: list[str]) -> None:
    assert found(text) == dates


@pytest.mark.parametrize(
    "text",
    [
        "31 February 2024 and 2023-02-29",
        "Regulation (EU) 2016/679",
        "Section 1.2.24 of part H1.2.3",
        "in 2000 cases",
        "they may 5 times set 20",
        "IPv6",
        "the following day",
        "3月5日",
        "IPv4 10.0.12.1, 1998.5 tons, 555-2024-11",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert found(text) == []


_PIECES = st.sampled_from(
    [
        *"年月日元十五同翌前〇–./-,",
        "2024",
        "3",
        "05",
        "31",
        "٣",
        "令和",
        "R",
        "to",
        "and",
        "March",
        "ſept",
        "İan",
        "may",
        "the same day",
    ]
)


@given(st.lists(st.one_of(_PIECES, st.text(max_size=3)), max_size=12), st.sampled_from(["", " "]))
def test_any_text_is_borne(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    for each in DateReader().read(text, PartialDate(9999, 12, 31)):
        assert 0 <= each.start < each.end <= len(text)
        assert PartialDate.parse(each.span.first.text) == each.span.first


def test_numbers_alone_are_read_as_the_document_writes_them() -> None:
    assert found("3/4/2024") == ["3/4/2024 = 2024"], "nobody knows which month it is"
    assert found("3/4/2024", day_first=True) == ["3/4/2024 = 2024-04-03"]
    assert found("3/4/2024", day_first=False) == ["3/4/2024 = 2024-03-04"]
    assert found("25/4/2024") == ["25/4/2024 = 2024-04-25"]
    assert day_comes_first(["on 3/4/2024", "on 25/4/2024"]) is True
    assert day_comes_first(["on 4/25/2024"]) is False
    assert day_comes_first(["4/25/2024", "25/4/2024"]) is None
    assert day_comes_first(["3/4/2024"]) is None


def test_a_date_without_a_year_has_that_of_the_one_before() -> None:
    assert found("On 3 May she came.", before=PartialDate(2021, 2)) == ["3 May = ~2021-05-03"]
    assert found("5月3日に来た。", before=PartialDate(2021, 2)) == ["5月3日 = ~2021-05-03"]


def test_a_distance_from_something_else_is_no_date() -> None:
    before = PartialDate(2024, 3, 5)
    assert found("Notice is given two weeks before the meeting.", before=before) == []
    assert found("He had left two weeks before.", before=before) == ["two weeks before = ~2024-02-20"]


def test_partial_dates() -> None:
    assert PartialDate.parse("2024-03") == PartialDate(2024, 3)
    assert PartialDate.parse("2024-13") is None
    assert PartialDate(2024, 1, 31).moved(months=1) == PartialDate(2024, 2, 29)
    assert PartialDate(2024, 3).moved(days=1) is None
    assert sorted(["2024-03", "2024", "2024-03-05"]) == ["2024", "2024-03", "2024-03-05"]
    assert DateSpan(PartialDate(2024, 3), PartialDate(2024, 5)).has(PartialDate(2024, 4, 30))
    assert DateSpan(PartialDate(2024)).has(PartialDate(2024, 4))
    assert not DateSpan(PartialDate(2024, 3, 5)).has(PartialDate(2024, 3, 6))

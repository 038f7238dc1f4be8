"""Headings: their numbers, and the outline that they make where a book's file has none."""

from __future__ import annotations

import pytest

from app.core.conversations.chapters import chapters_of
from app.core.conversations.conversation import PageRange
from app.core.conversations.headings import heading_of, outline_of, split_number
from app.core.documents.document import Page, Section


@pytest.mark.parametrize(
    ("title", "number", "rest"),
    [
        ("3.2.  Wages", "3.2", "Wages"),
        ("Chapter 4: Pay", "4", "Pay"),
        ("## 7 Notice", "7", "Notice"),
        ("第４章　手当", "4", "手当"),
        ("第三章 解約", "三", "解約"),
        ("A.1 Forms", "A.1", "Forms"),
        ("Wages", "", "Wages"),
    ],
)
def test_the_number_of_a_heading(title: str, number: str, rest: str) -> None:
    assert split_number(title) == (number, rest)


@pytest.mark.parametrize(
    ("line", "heading"),
    [("3.2 Wages", "3.2 Wages"), ("## Notice", "Notice"), ("Chapter 4 is long", ""), ("3.2 kg of flour", "")],
)
def test_a_line_that_is_a_heading(line: str, heading: str) -> None:
    assert heading_of(line) == heading


def outline(*texts: str) -> list[tuple[int, int, str]]:
    sections = outline_of(tuple(Page(number, str(number), text) for number, text in enumerate(texts, 1)))
    return [(section.level, section.page, section.title) for section in sections]


def test_headings_with_numbers_make_an_outline() -> None:
    assert outline(
        "Chapter 1 Harbour\nIt is old.\n1.1 Boats\nMany.",
        "1.2 Berths\nAs Chapter 3 says, few.\nChapter 3 Notice\nwas read before.",
        "Chapter 2 Rent\nDue monthly.",
        "Chapter 3 Notice\nThree months.\n3.1 Form\nIn writing.",
    ) == [
        (1, 1, "Chapter 1 Harbour"),
        (2, 1, "1.1 Boats"),
        (2, 2, "1.2 Berths"),
        (1, 3, "Chapter 2 Rent"),
        (1, 4, "Chapter 3 Notice"),
        (2, 4, "3.1 Form"),
    ]


def test_a_number_that_stands_alone_gets_its_title_from_the_next_line() -> None:
    assert outline("CHAPTER\nONE\nTHE HARBOUR\nOld.", "Chapter II.\nRent\nDue.", "第三章\n解約\n三ヶ月前。") == [
        (1, 1, "CHAPTER ONE THE HARBOUR"),
        (1, 2, "Chapter II. Rent"),
        (1, 3, "第三章 解約"),
    ]


def test_a_number_without_a_word_is_a_chapter_where_its_sections_follow() -> None:
    text = "1 Method\n1.1 Data\nSome.\n1.2 Words\nMore.\nThe steps:\n1. Weigh it\n2. Boil it"
    assert outline(text) == [(1, 1, "1 Method"), (2, 1, "1.1 Data"), (2, 1, "1.2 Words")]


def test_articles_are_counted_beside_chapters() -> None:
    assert outline(
        "第1章 総則\n第1条（目的）\n第2条（期間）", "第2章 賃料\n第3条（賃料）", "第3章 解約\n第4条（通知）"
    ) == [
        (1, 1, "第1章 総則"),
        (2, 1, "第1条（目的）"),
        (2, 1, "第2条（期間）"),
        (1, 2, "第2章 賃料"),
        (2, 2, "第3条（賃料）"),
        (1, 3, "第3章 解約"),
        (2, 3, "第4条（通知）"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Chapter 1 Rent\nChapter 2 Notice",  # two may be anything
        "1.1 Rent .......... 4\n1.2 Notice ......... 7\n1.3 Form .......... 9\n2.1 Keys ........ 12",
        "Take 1.5 litres.\n2.5 kg of flour\n3.5 spoons of salt",
    ],
)
def test_what_makes_no_outline(text: str) -> None:
    assert outline(text) == []


def test_an_outline_says_what_it_is_of() -> None:
    pages = tuple(Page(n, str(n), f"Chapter {n} Rent") for n in range(1, 4))
    assert outline_of(pages)[0] == Section("Chapter 1 Rent", 1)


def numbered(titles: list[tuple[str, int, int]], *texts: str) -> list[str]:
    pages = tuple(Page(number, str(number), text) for number, text in enumerate(texts, 1))
    return [section.title for section in outline_of(pages, [Section(*title) for title in titles])]


def test_titles_of_the_file_get_the_numbers_that_stand_on_their_pages() -> None:
    assert numbered(
        [("About this Manual", 1, 1), ("Scope", 1, 2), ("Debian’s files", 2, 1), ("Modes", 3, 2), ("Index", 4, 1)],
        "CHAPTER\nONE\nABOUT THIS MANUAL\n1.1 Scope\nAll of it.",
        "CHAPTER TWO\nDEBIAN'S FILES\nMany.",
        "As 7.1 says.\n2.1 Modes\n755.",
        "files, 2\nmodes, 3",
    ) == ["1 About this Manual", "1.1 Scope", "2 Debian’s files", "2.1 Modes", "Index"]


def test_a_chapter_is_what_its_first_section_is_in() -> None:
    titles = [("Preface", 1, 1), ("Rent", 1, 1), ("Deposit", 2, 2), ("Arrears", 2, 2)]
    texts = "Dear reader\nRent\nis due.", "3.1 Deposit\nTwo months.\n3.2 Arrears\nNone."
    assert numbered(titles, *texts) == ["Preface", "3 Rent", "3.1 Deposit", "3.2 Arrears"]


def test_titles_that_have_their_numbers_or_none_at_all_stay() -> None:
    titles = [("Chapter 2: Rent", 1, 1), ("Deposit", 1, 2), ("第3章 解約", 2, 1)]
    assert numbered(titles, "2 Rent\nDeposit", "1.1 解約") == [title for title, _page, _level in titles]


def test_a_title_further_down_does_not_begin_its_page() -> None:
    texts = ("CHAPTER\nFOUR\nRENT\nIt is due.\n4.1 Deposit\nTwo months.", "There is more on this.\n4.2 Late", "Notice")
    titles = [Section("Rent", 1), Section("Deposit", 1, 2), Section("Late", 2, 2), Section("Notice", 3)]
    pages = tuple(Page(number, str(number), text) for number, text in enumerate(texts, 1))
    assert [section.begins_page for section in outline_of(pages, titles)] == [True, False, False, True]
    assert [chapter.pages for chapter in chapters_of(outline_of(pages, titles), 3)] == [
        PageRange(1, 2),
        PageRange(1, 2),
        PageRange(2, 2),
        PageRange(3, 3),
    ]

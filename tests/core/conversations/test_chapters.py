"""Chapters of outlines, and how questions name them."""

from __future__ import annotations

import pytest

from app.core.conversations.chapters import chapters_of, find_chapter, named_chapter, of_one_level
from app.core.documents.document import Section


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("Summarise Chapter 3.", "chapter", (3,)),
        ("What does § 4.2 say?", "section", (4, 2)),
        ("chapter XIV", "chapter", (14,)),
        ("Kapitel zwei", "chapter", (2,)),
        ("el capítulo 12", "chapter", (12,)),
        ("le dernier chapitre", "chapter", (-1,)),
        ("the 3rd section", "section", (3,)),
        ("第二十三章について", "chapter", (23,)),
        ("第１章", "chapter", (1,)),
        ("最後の章", "chapter", (-1,)),
        ("Appendix B", "appendix", (2,)),
        ("Part II", "part", (2,)),
    ],
)
def test_a_place_is_named_by_kind_and_number(text: str, kind: str, number: tuple[int, ...]) -> None:
    named = named_chapter(text)
    assert named is not None
    assert (named.kind, named.number) == (kind, number)


@pytest.mark.parametrize(
    "text", ["How much is the rent?", "the chapters", "In this chapter I miss", "3 weeks", "部屋は3つ"]
)
def test_other_numbers_name_no_place(text: str) -> None:
    assert named_chapter(text) is None


def found(text: str, *titles: str) -> str:
    chapters = chapters_of(tuple(Section(title, page) for page, title in enumerate(titles, 1)), len(titles))
    named = named_chapter(text)
    assert named is not None
    chapter = find_chapter(named, chapters)
    return chapter.title if chapter else ""


def test_a_title_that_says_its_kind_comes_first() -> None:
    assert found("chapter 2", "Part 2", "2 Intro", "Chapter 2: Rent") == "Chapter 2: Rent"
    assert found("chapter 2", "Part 2", "2 Rent") == "2 Rent"
    assert found("part 2", "2 Rent", "Part II") == "Part II"


def test_chapters_without_numbers_are_counted() -> None:
    assert found("chapter 2", "Preface", "Harbour", "Rent", "Notice") == "Rent"
    assert found("第2章", "目次", "総則", "賃料") == "賃料"
    assert found("the last chapter", "Preface", "Harbour", "Rent") == "Rent"


def test_sections_without_numbers_are_counted_in_their_chapter() -> None:
    outline = (
        Section("Preface", 1),
        Section("Harbour", 2),
        Section("Rent", 3),
        Section("Due", 3, 2),
        Section("Late", 4, 2),
        Section("By a week", 5, 3),
        Section("Notice", 6),
    )
    chapters = chapters_of(outline, 6)
    for text, title in (
        ("section 2.2", "Late"),
        ("chapter 2.2.1", "By a week"),
        ("section 2.3", ""),
        ("section 2", ""),
    ):
        named = named_chapter(text)
        assert named is not None
        chapter = find_chapter(named, chapters)
        assert (chapter.title if chapter else "") == title


def test_a_number_that_no_title_has_is_no_chapter() -> None:
    assert found("chapter 9", "1 Harbour", "2 Rent") == ""
    assert found("chapter 9", "Harbour", "Rent") == ""


def test_a_book_below_its_title_has_the_chapters_of_the_level_below() -> None:
    outline = (Section("The Lease", 1), Section("Harbour", 1, 2), Section("Rent", 2, 2))
    assert [chapter.title for chapter in of_one_level(chapters_of(outline, 3))] == ["Harbour", "Rent"]

"""Flowing text on stable pages."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.documents.document import Flag
from app.documents.text.clean import clean
from app.documents.text.flow import MAX_PAGE_CHARACTERS, PAGE_CHARACTERS, SHORT_PAGE_CHARACTERS, Block, Heading, flow

_CALM = settings(deadline=None, database=None)
_WORDS = st.text(st.sampled_from("abc .。!\n\t \u3000漢\u200b\u0007"), max_size=40)


@st.composite
def _blocks(draw: st.DrawFn) -> Block:
    text = draw(_WORDS) * draw(st.sampled_from([1, 1, 1, 7, 40, 200]))
    titles = st.sampled_from(["One", "Two", "", "\u200b"])
    headings = draw(st.lists(st.builds(Heading, titles, st.integers(1, 4)), max_size=2))
    return Block(text, tuple(headings), new_page=draw(st.booleans()))


def _bare(text: str) -> str:
    return "".join(clean(text)[0].split())


@_CALM
@given(st.lists(_blocks(), max_size=12))
@example([Block("x" * 10_000)])
@example([Block(" " * 5_000 + "x")])
def test_nothing_is_lost_and_every_page_keeps_its_measure(blocks: list[Block]) -> None:
    flowed = flow(blocks)
    given_text = "".join(block.untrusted_text for block in blocks)
    assert _bare("".join(page.text for page in flowed.pages)) == _bare(given_text)
    for number, page in enumerate(flowed.pages, 1):
        assert page.text.strip()
        assert len(page.text) <= MAX_PAGE_CHARACTERS
        assert (page.number, page.label) == (number, str(number))
    assert all(1 <= section.page <= len(flowed.pages) for section in flowed.outline)
    assert [section.page for section in flowed.outline] == sorted(section.page for section in flowed.outline)
    assert flow(blocks) == flowed


@_CALM
@given(st.lists(st.integers(1, MAX_PAGE_CHARACTERS), max_size=20))
def test_a_paragraph_that_fits_on_a_page_is_never_split(lengths: list[int]) -> None:
    paragraphs = [(f"{index} " + "word " * 500)[:length].strip() for index, length in enumerate(lengths)]
    pages = flow(Block(paragraph) for paragraph in paragraphs).pages
    found = [paragraph for page in pages for paragraph in page.text.split("\n\n")]
    assert found == [paragraph for paragraph in paragraphs if paragraph]


def test_pages_of_ordinary_prose_are_about_as_long_as_promised() -> None:
    pages = flow(Block("A sentence of some length. " * 12) for _ in range(60)).pages
    assert all(PAGE_CHARACTERS * 0.75 < len(page.text) <= PAGE_CHARACTERS for page in pages[:-1])


def test_a_long_paragraph_is_split_after_a_sentence() -> None:
    pages = flow([Block("The quick brown fox jumps. " * 200)]).pages
    assert len(pages) == 3
    assert all(page.text.endswith("jumps.") and page.text.startswith("The") for page in pages)
    japanese = flow([Block("吾輩は猫である。名前はまだ無い。" * 300)]).pages
    assert all(page.text.endswith("。") for page in japanese)


def test_a_long_listing_is_split_between_lines_and_keeps_its_indentation() -> None:
    pages = flow([Block("\n".join(f"    line {number}." for number in range(400)))]).pages
    assert all(page.text.startswith("    line ") and page.text.endswith(".") for page in pages)


def test_a_chapter_begins_a_page_and_names_the_pages_that_follow() -> None:
    body = Block("Words and words. " * 60)
    flowed = flow(
        [
            Block("Preface.", (Heading("Preface", 1),)),
            body,
            Block("One", (Heading("One", 1),)),
            Block("A part", (Heading("A part", 3),)),
            *[body] * 3,
            Block("Two", (Heading("Two", 2),)),
            body,
        ]
    )
    assert [page.chapter for page in flowed.pages] == ["Preface", "One", "A part", "A part", "Two"]
    assert [(section.title, section.page, section.level) for section in flowed.outline] == [
        ("Preface", 1, 1),
        ("One", 2, 1),
        ("A part", 2, 3),
        ("Two", 5, 2),
    ]


def test_a_very_short_page_takes_the_next_chapter_in() -> None:
    title = Block("The Book", (Heading("The Book", 1),))
    chapter = Block("One", (Heading("One", 2),))
    assert len("The Book") < SHORT_PAGE_CHARACTERS
    flowed = flow([title, Block("By somebody."), chapter, Block("Text. " * 100)])
    assert [page.chapter for page in flowed.pages] == ["The Book"]
    assert [page.chapter for page in flow([Block("A motto."), chapter]).pages] == ["One"]
    assert [section.page for section in flowed.outline] == [1, 1]


def test_a_heading_stays_with_the_text_below_it() -> None:
    filler = Block("x" * (PAGE_CHARACTERS - 60))
    pages = flow([filler, Block("A heading", (Heading("A heading", 3),)), Block("Its text. " * 30)]).pages
    assert pages[0].text == filler.untrusted_text
    assert pages[1].text.startswith("A heading\n\nIts text.")


def test_a_page_is_flagged_for_what_stands_on_it_alone() -> None:
    full = "x" * PAGE_CHARACTERS
    pages = flow(
        [
            Block(full + "\u200b"),
            Block(full),
            Block("\ue000" * PAGE_CHARACTERS),
            Block(full, flags=(Flag.HIDDEN_TEXT,)),
            Block("", flags=(Flag.DAMAGED,)),
        ]
    ).pages
    assert [page.flags for page in pages] == [
        (Flag.INVISIBLE_CHARACTERS,),
        (),
        (Flag.ODD_CHARACTERS,),
        (Flag.HIDDEN_TEXT, Flag.DAMAGED),
    ]


def test_nothing_flows_onto_no_pages() -> None:
    assert flow([]).pages == ()
    assert flow([Block(" \n"), Block("", (Heading("Alone", 1),))]).outline == ()

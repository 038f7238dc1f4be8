"""Text that a page hides: left out of it, kept to be shown, and no more of it than that needs."""

from __future__ import annotations

import pytest

from app.core.documents.document import MAX_COMMENT_CHARACTERS, MAX_HIDDEN_CHARACTERS, Document, Flag
from app.documents.formats.contract import Content
from app.documents.text.flow import Block, Comment, flow
from app.documents.text.hidden import LeftOut
from app.documents.worker import parse
from tests.documents.pdf_writer import show, write_pdf

PARAGRAPH = "A sentence that fills the page. " * 60


def _parse(name: str, data: bytes) -> Document:
    return parse(Content(name, data, ""), lambda done, total: None)


def _tags(words: str) -> str:
    return "".join(chr(0xE0000 + ord(letter)) for letter in words)


def test_pieces_are_joined_as_they_are_up_to_the_limit() -> None:
    left_out = LeftOut()
    for piece in ("Hid", "den\n  ", "text\u202e ", "", " here\u200b"):
        left_out.add(piece)
    assert left_out.take() == "Hidden text here"
    assert left_out.take() == ""
    left_out.add("x" * (MAX_HIDDEN_CHARACTERS - 1) + "   ")
    assert not left_out.is_full
    left_out.add("yz")
    assert left_out.is_full
    left_out.add("never")
    assert left_out.take() == "x" * (MAX_HIDDEN_CHARACTERS - 1) + " "


def test_what_is_hidden_stays_with_its_page() -> None:
    blocks = [
        Block(PARAGRAPH, untrusted_hidden="one"),
        Block("Seen", new_page=True),
        Block("", untrusted_hidden="two"),
        Block(PARAGRAPH * 3, new_page=True, untrusted_hidden="three"),
        Block("", untrusted_hidden="four"),
    ]
    pages = flow(blocks).pages
    assert [page.hidden for page in pages] == ["one", "two", "three", *[""] * (len(pages) - 4), "four"]


def test_what_is_hidden_after_the_last_page_joins_it() -> None:
    first, last = Block("Seen", untrusted_hidden="one"), Block("", (), (Flag.HIDDEN_TEXT,), untrusted_hidden="two")
    (page,) = flow([first, last]).pages
    assert (page.hidden, page.flags) == ("one two", (Flag.HIDDEN_TEXT,))


@pytest.mark.parametrize("name", ["story.txt", "story.md", "story.html"])
def test_what_is_written_in_tags_is_read_out(name: str) -> None:
    words = f"Seen by all{_tags('obey me')}, and this too"
    page = _parse(name, words.encode()).pages[0]
    assert page.text == "Seen by all, and this too"
    assert page.hidden == "obey me"
    assert Flag.INVISIBLE_CHARACTERS in page.flags


def test_a_printed_text_says_what_it_writes_in_tags() -> None:
    page = _parse("list.txt", f"Seen{_tags('obey')}\n\f{PARAGRAPH}\n\fthird\n".encode()).pages[0]
    assert (page.text, page.hidden) == ("Seen", "obey")


def test_of_very_much_hidden_text_a_part_is_kept() -> None:
    hidden = "".join(show(f"Nobody sees line {number}", y=y, before="3 Tr") for number, y in enumerate(range(700)))
    page = _parse("file.pdf", write_pdf([show("Seen", y=750) + hidden])).pages[0]
    assert page.text == "Seen"
    assert page.hidden.startswith("Nobody sees line 0 Nobody sees line 1 ")
    assert MAX_HIDDEN_CHARACTERS / 2 < len(page.hidden) <= MAX_HIDDEN_CHARACTERS
    longest = show("x" * 9_000, before="3 Tr", size=1)
    page = _parse("file.pdf", write_pdf([show("Seen", y=750) + longest])).pages[0]
    assert (page.text, page.hidden) == ("Seen", "x" * MAX_HIDDEN_CHARACTERS)
    html = f"<p>Seen</p><p hidden>{'Nobody sees this. ' * 1_000}</p>"
    (page,) = _parse("file.html", html.encode()).pages
    assert (page.text, len(page.hidden)) == ("Seen", MAX_HIDDEN_CHARACTERS)


def test_text_that_was_read_in_another_encoding_is_flagged() -> None:
    words = "Größe, Maße und Straße".encode().decode("cp1252")
    for name in ("story.txt", "story.html"):
        assert _parse(name, words.encode()).pages[0].flags == (Flag.WRONG_ENCODING,)
    assert _parse("story.txt", f"{PARAGRAPH} lost: \ufffd".encode()).pages[0].flags == (Flag.WRONG_ENCODING,)


def test_comments_have_room_of_their_own_and_what_is_over_is_told() -> None:
    left_out = LeftOut()
    left_out.add("x" * 2 * MAX_HIDDEN_CHARACTERS)
    for number in (1, 2, 3):
        left_out.add_comment(f"[comment: {number}\u202e {'y' * 9_000}]")
    left_out.add_comment("[comment: 4]")
    first, *comments = left_out.take().split(" [")
    assert first == "x" * MAX_HIDDEN_CHARACTERS
    assert comments[0] == f"comment: 1 {'y' * 9_000}]"
    assert comments[2].startswith("comment: 3 yyy")
    assert comments[2].endswith("yy…]")
    assert comments[3] == "1 more comment, to be seen in the file]"
    assert MAX_COMMENT_CHARACTERS - 10 <= sum(map(len, comments[:3])) <= MAX_COMMENT_CHARACTERS + 10
    assert left_out.take() == ""


def test_comments_after_the_last_page_join_it() -> None:
    first = Block("Seen", untrusted_hidden="one", comments=(Comment("[comment: a]"),))
    last = Block("", new_page=True, untrusted_hidden="two", comments=(Comment("[comment: b]"),))
    (page,) = flow([first, last]).pages
    assert (page.hidden, page.flags) == ("one two [comment: a] [comment: b]", (Flag.COMMENTS,))


def test_a_comment_stays_with_its_place_in_a_block_that_is_split() -> None:
    text = "".join(f"Line {number} of a long block\n" for number in range(300))
    block = Block(text, comments=(Comment("[comment: a]"), Comment("[comment: b]", text.index("Line 250 "))))
    pages = flow([block]).pages
    assert [page.number for page in pages if page.flags] == [
        1,
        next(page.number for page in pages if "Line 250 " in page.text),
    ]
    assert [page.hidden for page in pages if page.flags] == ["[comment: a]", "[comment: b]"]

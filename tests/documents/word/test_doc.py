"""Word 97 to 2003: headings, tables, notes, lists, recorded changes, what is not shown, and hostile files."""

from __future__ import annotations

import struct

import pytest

from app.core.documents.document import Document, Flag
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.word import doc_file
from app.documents.worker import parse
from tests.documents.doc_writer import Runs, number, paragraph, row, write_doc

_STRUCK, _DELETED, _INSERTED, _HIDDEN, _SHIFT = 0x0837, 0x0800, 0x0801, 0x083C, 0x2A48
_LIST, _LEVEL = 0x460B, 0x260A


def _parse(data: bytes, name: str = "lease.doc") -> Document:
    return parse(Content(name, data, "5" * 64), lambda _done, _total: None)


def _text(*paragraphs: tuple[Runs, bytes], compressed: bool = False) -> str:
    return "\n\n".join(page.text for page in _parse(write_doc(paragraphs, compressed=compressed)).pages)


def _refusal(data: bytes, name: str = "lease.doc") -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(data, name)
    assert raised.value.params["path"] == name
    return raised.value


@pytest.mark.parametrize("compressed", [False, True])
def test_paragraphs_headings_and_the_title(compressed: bool) -> None:
    words = [paragraph("The quay", 1), paragraph("Café “Hafen”\x0bsecond line\twide", 0), paragraph("Notes", 2)]
    document = _parse(write_doc([*words, paragraph("Words")], title="The lease", compressed=compressed))
    assert document.title == "The lease"
    assert document.pages[0].text == "The quay\n\nCafé “Hafen”\nsecond line\twide\n\nNotes\n\nWords"
    assert [(each.title, each.level) for each in document.outline] == [("The quay", 1), ("Notes", 2)]


def test_characters_beyond_the_first_plane() -> None:
    assert _text(paragraph("契約書 𠮷野 🙂")) == "契約書 𠮷野 🙂"


def test_looks_that_change_the_meaning() -> None:
    runs = [
        ("The tenant pays ", b""),
        ("four", number(_DELETED, 1)),
        ("five", number(_INSERTED, 1)),
        (" rents, ", number(_STRUCK, 0)),
        ("in cash", number(_STRUCK, 1)),
        (" by 10", b""),
        ("6", number(_SHIFT, 1)),
        (".", b""),
    ]
    assert _text(paragraph(runs)) == "The tenant pays [struck: four][inserted: five] rents, [struck: in cash] by 10^6."


def test_a_position_with_a_size_of_its_own_raises_or_lowers() -> None:
    small, up, down = number(0x4A43, 14), number(0x4845, 8), number(0x4845, 0x10000 - 4)
    runs = [("km", b""), ("2", up + small), (" H", b""), ("2", down + small), ("O ", b""), ("set higher", up)]
    assert _text(paragraph(runs)) == "km^2 H2O set higher"


def test_what_a_person_does_not_see_is_left_out_and_kept_apart() -> None:
    document = _parse(write_doc([paragraph([("Seen ", b""), ("unseen", number(_HIDDEN, 1)), ("words", b"")])]))
    (page,) = document.pages
    assert (page.text, page.flags, page.hidden) == ("Seen words", (Flag.HIDDEN_TEXT,), "unseen")


@pytest.mark.parametrize("look", [number(0x6870, 0xFFFFFF), number(0x2A42, 8), number(0x4A43, 2)])
def test_text_that_is_white_or_too_small_is_kept_apart(look: bytes) -> None:
    (page,) = _parse(write_doc([paragraph([("Seen ", b""), ("unseen", look), ("words", b"")])])).pages
    assert (page.text, page.flags, page.hidden) == ("Seen words", (Flag.HIDDEN_TEXT,), "unseen")
    marked = look + number(0x2A0C, 1)
    if look != number(0x4A43, 2):
        assert _text(paragraph([("Seen ", b""), ("too", marked)])) == "Seen too"


def test_of_a_field_its_result_is_read() -> None:
    field = '\x13 HYPERLINK "https://example.org" \x13 PAGE \x14 9 \x15\x14the site\x15'
    assert _text(paragraph(f"See {field}, page \x13 PAGE \x15.")) == "See the site, page ."
    assert _text(paragraph("An \x15 end \x14 alone"), paragraph("goes on")) == "An  end  alone\n\ngoes on"
    assert _text(paragraph("Opened \x13 never"), paragraph("closed")) == "Opened"


def test_tables_keep_their_empty_cells() -> None:
    inner = number(0x2416, 1) + number(0x6649, 2)
    nested = [
        paragraph("a", 0, inner + number(0x244B, 1)),
        paragraph("b", 0, inner + number(0x244B, 1)),
        paragraph("", 0, inner + number(0x244B, 1) + number(0x244C, 1)),
    ]
    rows = [*row("Town", "Loads", ""), *row("Kiel", "", "2019"), *nested, *row("", "x")]
    assert _text(paragraph("Before"), *rows, paragraph("After")) == (
        "Before\n\nTown | Loads | \nKiel |  | 2019\na | b | x\n\nAfter"
    )


def test_lists_are_numbered_as_word_numbers_them() -> None:
    def level(kind: int, start: int, text: str) -> bytes:
        units = text.encode("utf-16-le")
        return struct.pack("<IB19xBBH", start, kind, 0, 0, 0) + struct.pack("<H", len(text)) + units

    levels = level(0, 1, "\x00.") + level(0, 1, "\x00.\x01") + level(4, 1, "(\x02)") + level(23, 1, "o") * 6
    lists = struct.pack("<HI22xBx", 1, 77, 0)
    overrides = struct.pack("<II12x", 1, 77)
    items = [
        paragraph("Rent", 1, number(_LIST, 1) + number(_LEVEL, 0)),
        paragraph("due monthly", 0, number(_LIST, 1) + number(_LEVEL, 1)),
        paragraph("in cash", 0, number(_LIST, 1) + number(_LEVEL, 2)),
        paragraph("or by transfer", 0, number(_LIST, 1) + number(_LEVEL, 2)),
        paragraph("late", 0, number(_LIST, 1) + number(_LEVEL, 1)),
        paragraph("a point", 0, number(_LIST, 1) + number(_LEVEL, 3)),
        paragraph("Term", 1, number(_LIST, 1) + number(_LEVEL, 0)),
    ]
    assert _parse(write_doc(items, pairs={74: overrides, 73: lists}, behind={73: levels})).pages[0].text == (
        "1. Rent\n\n  1.1 due monthly\n    (a) in cash\n    (b) or by transfer\n  1.2 late\n      - a point\n\n2. Term"
    )


def test_notes_and_comments_stand_where_they_belong() -> None:
    main = [paragraph("Counted 24\x02 and 26\x02.\x05"), paragraph("More.")]
    notes = [paragraph("\x02 In March."), paragraph("\x02 In May."), paragraph("")]
    comment = [paragraph("\x05Is this right?"), paragraph("")]
    size = [sum(len(run) for runs, _ in part for run, _ in runs) for part in (main, notes, comment)]
    first = len("\x02 In March.\r")
    pairs = {
        2: struct.pack("<3I", 10, 18, size[0]) + bytes(4),
        3: struct.pack("<4I", 0, first, size[1] - 1, size[1]),
        4: struct.pack("<2I", 20, size[0]) + bytes(30),
        5: struct.pack("<3I", 0, size[2] - 1, size[2]),
    }
    data = write_doc([*main, *notes, *comment], counts={1: size[1], 4: size[2]}, pairs=pairs)
    (page,) = _parse(data).pages
    assert page.text == "Counted 24[1] and 26[2].\n\n[1] In March.\n\n[2] In May.\n\nMore."
    assert (page.flags, page.hidden) == ((Flag.COMMENTS,), "[comment: Is this right?]")


# ---- what is refused ------------------------------------------------------------------------------------------


def test_passwords_and_older_versions_are_named() -> None:
    assert _refusal(write_doc([paragraph("x")], flags=0x0100)).code is Code.DOCUMENT_ENCRYPTED
    older = _refusal(write_doc([paragraph("x")], version=0x68))
    assert (older.code, older.params["kind"]) == (Code.FORMAT_REFUSED, "word")
    assert _refusal(write_doc([paragraph("x")]), "lease.xls").code is Code.FORMAT_MISMATCH
    assert _parse(write_doc([paragraph("x")]), "lease").format == "doc"
    assert _refusal(write_doc([paragraph("")])).code is Code.DOCUMENT_NO_TEXT


@pytest.mark.parametrize(
    "pieces",
    [
        b"",
        b"\2",
        b"\2\xff\xff\xff\xff",
        b"\1\xff\xff",
        b"\2" + struct.pack("<IIIHIH", 16, 5, 9, 0, 0, 0),
        b"\2" + struct.pack("<IIIIHIHHIH", 28, 0, 9, 3, 0, 0, 0, 0, 0, 0),
    ],
)
def test_piece_tables_that_make_no_sense_are_damage(pieces: bytes) -> None:
    assert _refusal(write_doc([paragraph("words")], pieces=pieces)).code is Code.DOCUMENT_DAMAGED


def test_a_small_file_cannot_hold_a_large_text(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _refusal(write_doc([paragraph("x")], counts={1: 2_000_000_000})).code in (
        Code.DOCUMENT_LIMIT,
        Code.DOCUMENT_DAMAGED,
    )
    count = 60_000  # pieces, all of them of the same text
    table = struct.pack(f"<{count + 1}I", *range(0, 5 * count + 1, 5)) + struct.pack("<HIH", 0, 2_048, 0) * count
    pieces = b"\2" + struct.pack("<I", len(table)) + table
    assert _refusal(write_doc([paragraph("words")], pieces=pieces)).code is Code.DOCUMENT_DAMAGED
    monkeypatch.setattr(doc_file, "MAX_PIECES", 10)
    assert _refusal(write_doc([paragraph("words")], pieces=pieces)).params["limit"] == "streams"


@pytest.mark.parametrize("texts", [(0, 2**32 - 1), (2**32 - 1, 0), (0, 4, 0, 4, 0, 4), (9, 9)])
def test_notes_that_lie_anywhere_end(texts: tuple[int, ...]) -> None:
    notes = struct.pack(f"<{len(texts)}I", *texts)
    references = struct.pack(f"<{len(texts)}I", *range(len(texts))) + bytes(2 * len(texts))
    marks = paragraph("\x02" * 6 + "words")
    data = write_doc([marks, paragraph("note")], counts={1: 5}, pairs={2: references, 3: notes})
    assert _parse(data).pages[0].text.count("note") <= 1


def test_a_text_that_is_shorter_than_it_says_ends() -> None:
    assert _refusal(write_doc([paragraph("words")], counts={5: 90_000_000})).code is Code.DOCUMENT_DAMAGED
    assert "words" in _parse(write_doc([paragraph("words")], counts={3: -900})).pages[0].text


def test_properties_that_make_no_sense_cost_themselves() -> None:
    odd = [b"\xff" * 40, b"\x08\xd6\xff\xff", b"\x15\xc6\xff", b"\x46\x66\xff\xff\xff\x7f", number(0x6649, 2**31)]
    for properties in odd:
        assert "words" in _text(paragraph("words", 0, number(0x2416, 1) + properties))
        assert "words" in _text(paragraph([("words", properties)]))

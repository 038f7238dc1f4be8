"""Where characters stand on a drawing: checked against the pixels that PDFium drew there."""

from __future__ import annotations

from array import array

import pytest

from app.core.conversations.image import Raster
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.layer import Box, Layer
from app.documents.worker import page_image, page_layer
from tests.documents.pdf_writer import lines, show, write_pdf
from tests.documents.table_writer import Drawn

_TURNS = ["", "/Rotate 90", "/Rotate 180", "/Rotate 270"]
_CROPPED = "/CropBox [50 100 500 760]"


def _content(page: str, entries: str = "") -> Content:
    return Content("file.pdf", write_pdf([page], page_entries=entries), "")


def _layer(page: str, entries: str = "") -> Layer:
    return Layer(page_layer(_content(page, entries), 1))


def _ink(image: Raster) -> Box:
    """The box of everything that is darker than grey."""
    xs, ys = [], []
    for y in range(image.height):
        row = image.rgb[3 * y * image.width : 3 * (y + 1) * image.width : 3]
        dark = [x for x, value in enumerate(row) if value < 128]
        if dark:
            xs += [dark[0], dark[-1] + 1]
            ys += [y, y + 1]
    return Box(min(xs) / image.width, min(ys) / image.height, max(xs) / image.width, max(ys) / image.height)


@pytest.mark.parametrize("crop", ["", _CROPPED])
@pytest.mark.parametrize("turn", _TURNS)
def test_a_word_is_lit_where_it_is_drawn(turn: str, crop: str) -> None:
    entries = f"{turn} {crop}"
    layer = _layer(show("Harbour", x=200, y=500, size=20), entries)
    bands = layer.bands(0, len("Harbour"))
    lit = Box(*(edge(values) for edge, values in zip((min, min, max, max), zip(*bands, strict=True), strict=True)))
    ink = _ink(page_image(_content(show("Harbour", x=200, y=500, size=20), entries), 1, 800))
    slack = 0.004
    assert lit.left - slack <= ink.left
    assert ink.right <= lit.right + slack
    assert lit.top - slack <= ink.top
    assert ink.bottom <= lit.bottom + slack
    upright = "90" not in turn and "270" not in turn
    along, across = (lit.right - lit.left, lit.bottom - lit.top) if upright else (lit[3] - lit[1], lit[2] - lit[0])
    assert along < 0.25
    assert across < 0.06, "no higher than its line"


def test_a_quotation_across_lines_has_a_band_for_each() -> None:
    layer = _layer(
        lines("The tenant shall give notice not less than twelve months be-", "fore the end of the Term.", "X")
    )
    found = layer.find_quotation("twelve months before the end")
    assert found is not None
    first, second = layer.bands(*found)
    assert first.bottom <= second.top + 0.01
    assert first.left > second.left
    assert layer.text[slice(*found)] == "twelve months be-\nfore the end"


def test_a_quotation_is_found_on_a_drawing_that_has_no_signs_for_powers_notes_and_cells() -> None:
    layer = _layer(lines("It takes 106 volts at Kiel2 in all", "Kiel 12 2019"))
    for words in ("It takes 10^6 volts at Kiel[2] in all", "It takes 10^{6} volts at", "Kiel | 12 | 2019"):
        found = layer.find_quotation(words)
        assert found is not None, words
    assert layer.find_quotation("It takes 107 volts at Kiel") is None


def test_words_are_found_whatever_their_case_and_where_they_are_broken() -> None:
    layer = _layer(lines("Notice by the Harbour Office, and the harbour", "office has a har-", "bour office"))
    assert [layer.text[a:b].split() for a, b in layer.find_words("harbour OFFICE")] == [
        ["Harbour", "Office"],
        ["harbour", "office"],
        ["har-", "bour", "office"],
    ]
    assert layer.find_words("quay") == ()
    assert layer.find_words(" ") == ()


@pytest.mark.parametrize(
    ("quotation", "lit"),
    [
        ("a force of 10^6 newton", "a force of 106 newton"),
        ("pays 24.91[2] a month", "pays 24.912 a month"),
        ("see /usr/share/doc/PACKAGE/copyright", "see /usr/share/doc/ PACKAGE/copyright"),
    ],
)
def test_what_the_pages_text_writes_otherwise_is_lit(quotation: str, lit: str) -> None:
    def raised(before: str, number: str, after: str, y: float) -> str:
        return f"BT /F 12 Tf 72 {y} Td ({before}) Tj 4 Ts /F 7 Tf ({number}) Tj 0 Ts /F 12 Tf ({after}) Tj ET\n"

    page = (
        raised("Then a force of 10", "6", " newton acts.", 700)
        + raised("Ann pays 24.91", "2", " a month.", 680)
        + show("Please see /usr/share/doc/", y=660)
        + show("PACKAGE/copyright for it", y=646)
    )
    layer = _layer(page)
    found = layer.find_quotation(quotation)
    assert found is not None
    assert " ".join(layer.text[slice(*found)].replace("\r\n", "").split()).replace("/P", "/ P") == lit
    assert layer.bands(*found)


def test_columns_are_not_bridged() -> None:
    layer = _layer(show("left words", x=72) + show("right words", x=400))
    assert len(layer.bands(0, len(layer.text))) == 2


def test_what_nobody_sees_has_no_place() -> None:
    layer = _layer(show("Seen") + show("Unseen", y=600, before="3 Tr"))
    assert "Unseen" not in layer.text
    assert "Seen" in layer.text


def test_a_character_beyond_the_first_plane_is_one() -> None:
    layer = page_layer(_content(show("AC", font="M")), 1)
    assert "\U0001d400" in layer.text
    assert len(layer.boxes) == 16 * len(layer.text)


def test_what_lies_off_the_page_has_an_empty_box() -> None:
    layer = page_layer(_content(show("In") + show("Half out of the page, to the right of it", x=500)), 1)
    assert all(0.0 <= edge <= 1.0 for edge in array("f", layer.boxes))


def test_the_character_under_the_pointer() -> None:
    layer = _layer(lines("First line of the page", "Second line"))
    at = layer.text.index("line", 20)
    box = layer.bands(at, at + 1)[0]
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    assert layer.character_at(x, y) == at
    assert layer.holds(at, x, y)
    assert layer.word_around(at + 1) == (at, at + 4)
    assert layer.character_at(0.99, y) == len(layer.text) - 1, "the line's last one, from right of it"
    assert _layer("").character_at(0.5, 0.5) is None


@pytest.mark.parametrize("page", [0, 2])
def test_a_page_that_is_not_there_has_no_layer(page: int) -> None:
    with pytest.raises(AppError) as caught:
        page_layer(_content(show("A")), page)
    assert caught.value.code is Code.PAGE_UNAVAILABLE


@pytest.mark.parametrize("ruled", ["grid", ""])
def test_the_rows_of_a_table_are_found_as_the_page_has_them(ruled: str) -> None:
    """A cell of two lines stands between those beside it, though its second line is drawn after them."""
    rows = (
        ("Article", "What it says", "Fee"),
        ("12", "Berths are let for a year and\nmay then be let again", "1,475"),
        ("13", "Whoever leaves owes the rent\nthat is still to be paid", ""),
        ("14", "Dogs", "25"),
    )
    table = Drawn(rows, (72, 130, 300, 360), ruled=ruled)
    layer = _layer(table.draw())
    assert layer.text.split("\n") == [*(line if line[-1] != "|" else line + " " for line in table.lines()), ""]
    place = layer.find_quotation("may then be let again | 1,475")
    assert place
    last, fee = layer.bands(*place)[0], layer.bands(*place)[-1]
    assert last.left < fee.left
    assert last.top > fee.top

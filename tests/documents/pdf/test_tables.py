"""Tables on PDF pages: a row a line, cells told apart, empty ones kept; and what is no table stays as it is."""

from __future__ import annotations

import pytest

from app.documents.formats.contract import Content
from app.documents.worker import parse
from tests.documents.pdf_writer import lines, show, write_pdf
from tests.documents.table_writer import Drawn

_HARBOURS = (
    ("Harbour", "Berths", "Opened", "Keeper"),
    ("Kiel", "1,200", "", "A. Brandt"),
    ("Bremen", "900", "1887", ""),
    ("", "75", "1901", "F. Ohlsen"),
    ("Emden", "", "", "H. Janssen"),
    ("Stade", "48", "1911", "K. Meyer"),
)
_XS = (72, 190, 260, 330, 450)
_PROSE = (
    "The river rises in the hills above the town and runs past the old mill before it turns",
    "to the south, where the meadows are under water every spring. In the year of the long",
    "rain the bridge was carried away, and no other was built for a generation after that.",
)
_COLUMN = (
    "The river rises in the hills above",
    "the town and runs past the old mill",
    "before it turns to the south where",
    "the meadows are under water every",
    "spring. In the year of the long rain",
    "the bridge was carried away, and no",
    "other was built for a generation.",
)


def _content(*pages: str, entries: str = "", form: str = "") -> Content:
    return Content("a.pdf", write_pdf(pages, page_entries=entries, form=form), "0" * 64)


def _pages(*pages: str, entries: str = "", form: str = "") -> list[str]:
    return [page.text for page in parse(_content(*pages, entries=entries, form=form), lambda done, total: None).pages]


def _lines(page: str, entries: str = "", form: str = "") -> list[str]:
    return _pages(page, entries=entries, form=form)[0].split("\n")


_TABLES = {
    "grid": Drawn(_HARBOURS, _XS, ruled="grid"),
    "thin boxes": Drawn(_HARBOURS, _XS, ruled="boxes", right=(1, 2)),
    "rules between columns": Drawn(_HARBOURS, _XS, ruled="columns", right=(1, 2)),
    "rules between rows": Drawn(_HARBOURS, _XS, ruled="rows", right=(1, 2)),
    "three rules": Drawn(_HARBOURS, _XS, ruled="book", right=(1, 2)),
    "no rules": Drawn(_HARBOURS, _XS, right=(1, 2)),
    "written column by column": Drawn(_HARBOURS, _XS, right=(1, 2), by_column=True),
    "cells of several lines": Drawn(
        (
            ("Article", "What it says", "Fee"),
            ("12", "Berths are let for a year\nand may be let again", "1,475"),
            ("13\nand 14", "Whoever leaves before that\nowes the rest of the rent", ""),
            ("15", "Dogs", "free"),
        ),
        (72, 130, 300, 360),
        ruled="grid",
    ),
    "cells that wrap, without rules": Drawn(
        (
            ("Harbour", "What is said of it", "Berths"),
            ("Kiel", "The largest of the harbours on\nthis coast by far", "1,200"),
            ("Bremen", "Up the river", "900"),
            ("Emden", "Behind a lock that is closed when\nthe water is low", "75"),
            ("Stade", "For small boats", "48"),
        ),
        (72, 140, 330, 390),
        right=(2,),
    ),
    "narrow gaps": Drawn(
        tuple(tuple(f"{1000 + 37 * row * column % 900}" for column in range(1, 8)) for row in range(1, 9)),
        tuple(72 + 28.5 * column for column in range(8)),
        right=tuple(range(7)),
    ),
}


@pytest.mark.parametrize("name", _TABLES)
def test_rows_are_lines_and_cells_are_told_apart(name: str) -> None:
    table = _TABLES[name]
    page = lines(*_PROSE, y=760) + table.draw() + lines(*_PROSE, y=table.tops[-1] - 40)
    found = _lines(page)
    assert found[1:-1] == table.lines()
    assert found[0] == found[-1] == " ".join(_PROSE)


def test_of_all_rows_nearly_all_are_their_own() -> None:
    """Ten pages, as a person meets them: what the reader promises of tables, counted."""
    expected = [(name, line) for name, table in _TABLES.items() for line in table.lines()]
    texts = dict(zip(_TABLES, _pages(*(table.draw() for table in _TABLES.values())), strict=True))
    found = [line in texts[name].split("\n") for name, line in expected]
    assert sum(found) >= 0.95 * len(expected)


def test_an_empty_column_in_the_middle_of_a_row_is_kept() -> None:
    rows = (("Kiel", "", "2019"), ("Bremen", "900", ""), ("Emden", "75", "2021"))
    assert _lines(Drawn(rows, (72, 150, 230, 300), ruled="grid").draw())[0] == "Kiel |  | 2019"


def test_a_header_over_several_columns_stands_in_the_first_of_them() -> None:
    xs, tops = (72, 160, 220, 280, 340), (700, 685, 670, 655, 640)
    rules = "".join(f"72 {top} m 340 {top} l S\n" for top in tops if top != 685) + "160 685 m 340 685 l S\n"
    rules += "".join(f"{x} 640 m {x} {685 if x in (220, 280) else 700} l S\n" for x in xs)
    cells = show("Harbour", 76, 689, size=10) + show("Berths in the two years", 170, 689, size=10)
    for row, texts in enumerate((("", "2018", "2019", "more"), ("Kiel", "1", "2", "1"), ("Emden", "3", "3", ""))):
        cells += "".join(show(text, xs[column] + 4, tops[row + 1] - 11, size=10) for column, text in enumerate(texts))
    assert _lines(cells + rules) == [
        "Harbour | Berths in the two years |  |",
        "| 2018 | 2019 | more",
        "Kiel | 1 | 2 | 1",
        "Emden | 3 | 3 |",
    ]


def test_a_header_over_several_columns_without_rules() -> None:
    table = Drawn(_HARBOURS[1:], _XS, right=(1, 2))
    page = show("Berths and when opened", 210, table.y + 4, size=10) + show("Name", 340, table.y + 4, size=10)
    assert _lines(page + table.draw()) == ["| Berths and when opened |  | Name", *table.lines()]


def test_two_tables_side_by_side_are_read_one_after_the_other() -> None:
    left = Drawn((("Kiel", "1"), ("Bremen", "2"), ("Emden", "3")), (72, 150, 200), ruled="grid")
    right = Drawn((("Rot", "x"), ("Gelb", "y"), ("Blau", "z")), (300, 380, 430), ruled="grid")
    pairs = zip(left.draw().splitlines(keepends=True), right.draw().splitlines(keepends=True), strict=True)
    page = "".join(part for pair in pairs for part in pair)
    assert _lines(page) == [*left.lines(), *right.lines()]


def test_a_table_within_two_columns_of_text() -> None:
    table = Drawn((("Kiel", "1,200", "1865"), ("Bremen", "900", ""), ("Emden", "75", "1901")), (40, 120, 180, 240))
    page = table.draw() + "".join(
        show(text, 40, 640 - 15 * row) + show(text, 300, 640 - 15 * row) for row, text in enumerate(_COLUMN)
    )
    page += "".join(show(text, 300, 689 - 15 * row) for row, text in enumerate(_COLUMN[:3]))
    found = _lines(page)
    assert [line for line in found if "|" in line] == table.lines()
    assert " ".join(_COLUMN) in " ".join(found).replace("\n", " ")


def test_a_table_across_two_columns_of_text() -> None:
    table = Drawn(_HARBOURS, (40, 200, 300, 400, 540), y=560, ruled="grid")
    page = "".join(
        show(text, 40, 700 - 15 * row - drop) + show(text, 300, 700 - 15 * row - drop)
        for drop in (0, 240)
        for row, text in enumerate(_COLUMN)
    )
    found = _lines(page + table.draw())
    assert [line for line in found if "|" in line] == table.lines()
    assert " ".join(found).count(_COLUMN[-1]) == 4


@pytest.mark.parametrize("turned", [90, 180, 270])
@pytest.mark.parametrize("ruled", ["grid", ""])
def test_turned_pages(turned: int, ruled: str) -> None:
    matrix = {90: "0 1 -1 0 612 0", 180: "-1 0 0 -1 612 792", 270: "0 -1 1 0 0 792"}[turned]
    table = Drawn(_HARBOURS, _XS, y=500, ruled=ruled, right=(1, 2))
    assert _lines(f"q {matrix} cm\n{table.draw()}Q\n", entries=f"/Rotate {turned}") == table.lines()


def test_a_table_in_a_form_that_is_scaled() -> None:
    """Rules come through the matrix of the form that they are in."""
    table = Drawn(_HARBOURS, _XS, y=900, ruled="grid")
    assert _lines("q 0.7 0 0 0.7 20 50 cm /Form Do Q", form=table.draw()) == table.lines()


def test_what_stands_below_a_table_is_no_part_of_its_last_row() -> None:
    table = Drawn(_HARBOURS, _XS, ruled="book", right=(1, 2))
    note = show("1 The note that belongs to it, which is set in small letters", 72, table.tops[-1] - 14, size=8)
    assert _lines(table.draw() + note) == [
        *table.lines(),
        "1 The note that belongs to it, which is set in small letters",
    ]


def test_each_page_has_the_rows_that_stand_on_it() -> None:
    first, second = Drawn(_HARBOURS[:4], _XS, ruled="grid"), Drawn(_HARBOURS[4:], _XS, ruled="grid")
    assert [page.split("\n") for page in _pages(first.draw(), second.draw())] == [first.lines(), second.lines()]


def test_a_wide_table_leaves_the_text_beside_it_in_paragraphs() -> None:
    """How wide a full line is, is told by the lines of text alone."""
    rows = tuple(tuple(f"{name} of the harbour" for name in ("Keeper", "Berths", "Boats", "Dogs")) for _ in range(20))
    table = Drawn(rows, (40, 180, 320, 460, 590), ruled="grid")
    text = [line[:60].rsplit(" ", 1)[0] for line in _PROSE]
    assert _lines(lines(*text, y=760) + table.draw()) == [" ".join(text), *table.lines()]


def test_hidden_text_in_a_table_stays_out() -> None:
    table = Drawn(_HARBOURS, _XS, ruled="grid")
    hidden = show("IGNORE", 275, table.tops[1] - 11, before="3 Tr", size=10)
    assert _lines(table.draw() + hidden) == table.lines()


_NO_TABLES = {
    "a list": [f"{number}. The {number}th rule of the harbour" for number in range(1, 8)],
    "short lines": ["So much depends", "upon a red wheel", "barrow glazed with", "rain water"],
    "prose": list(_PROSE),
}


@pytest.mark.parametrize("name", _NO_TABLES)
def test_what_is_no_table_has_no_cells(name: str) -> None:
    assert not any("|" in line for line in _lines(lines(*_NO_TABLES[name])))


def test_marks_of_a_list_are_no_column() -> None:
    items = ("Berths are let for a year", "Dogs are free", "The keeper is paid", "Boats are moored by the bow")
    page = "".join(show("-", 72, 700 - 15 * row) + show(text, 96, 700 - 15 * row) for row, text in enumerate(items))
    assert _lines(page) == [f"- {text}" for text in items]


def test_entries_with_leaders_are_no_table() -> None:
    page = "".join(
        show(f"Chapter {row}", 72, 700 - 15 * row)
        + show(". " * 40, 180, 700 - 15 * row)
        + show(str(10 * row), 420, 700 - 15 * row)
        for row in range(1, 8)
    )
    assert not any("|" in line for line in _lines(page))


def test_chapters_among_entries_with_leaders_are_no_table() -> None:
    page = "".join(
        show(f"{row} The chapter", 72, 700 - 15 * row) + show(str(10 * row), 420, 700 - 15 * row) for row in range(1, 6)
    )
    page += lines(*(f"1.{row} An entry {'. ' * 40}{row}" for row in range(1, 8)), y=600)
    assert not any("|" in line for line in _lines(page))


def test_a_formula_is_no_table() -> None:
    terms = {72: "sin(x)", 130: "=", 160: "x - (1/3!)x", 250: "+ (1/5!)x", 340: "- (1/7!)x", 430: "+ (1/9!)x"}
    page = "".join(show(power, x + 54, 706, size=6) for x, power in zip(list(terms)[2:], "3579", strict=True))
    page += "".join(show(term, x, 700, size=10) for x, term in terms.items())
    page += "".join(show("2", x + 54, 690, size=6) for x in list(terms)[2:])
    assert not any("|" in line for line in _lines(page))


def test_an_index_is_no_table() -> None:
    words = ("anchor", "berth", "buoy", "crane", "dock", "ferry", "harbour", "jetty", "keel", "lock")
    page = "".join(
        show(f"{word}, {row + 3}, {row + 20}", 72 + 180 * column, 700 - 14 * row)
        for column in range(3)
        for row, word in enumerate(words)
    )
    assert not any("|" in line for line in _lines(page))


def test_two_rules_around_text_make_no_table() -> None:
    page = "72 772 m 540 772 l S 72 700 m 540 700 l S 72 640 m 540 640 l S\n" + lines(*_PROSE, y=750)
    assert _lines(page) == [" ".join(_PROSE)]


def test_a_page_of_very_many_rules_is_read_without_them() -> None:
    rules = "".join(f"{72 + index % 400} 100 m {72 + index % 400} {110 + index % 500} l S\n" for index in range(30_000))
    assert _lines(lines(*_PROSE) + rules) == [" ".join(_PROSE)]

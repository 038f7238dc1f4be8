"""Tables are found where a text has them, and bars of programs and grammars stay what they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.documents.document import Format
from app.language.tables import CellSide, find_tables

_TEXTS = st.text(st.sampled_from("ab1.|-+:= \n#`\\[]()😀港"), max_size=200)


def _cells(text: str, format: Format) -> list[list[list[str]]]:
    return [
        [[text[start:end] for start, end in row.cells] for row in table.rows] for table in find_tables(text, format)
    ]


def test_rows_as_octavo_writes_them() -> None:
    text = "Rent\n\nQuarter | Due | EUR\nFirst | 2 January | 12,500.00\nSecond |  | 9.5\n\nThe rest stands."
    assert _cells(text, Format.DOCX) == [
        [["Quarter", "Due", "EUR"], ["First", "2 January", "12,500.00"], ["Second", "", "9.5"]]
    ]
    (table,) = find_tables(text, Format.DOCX)
    assert table.head == 1
    assert table.sides == (CellSide.LEFT, CellSide.LEFT, CellSide.RIGHT)
    assert text[table.start : table.end].endswith("9.5")


def test_a_cell_over_all_columns_and_empty_cells_at_the_edges() -> None:
    text = " | Index Entry | Section\nA\n | alias | Builtins\n | bg |"
    assert _cells(text, Format.HTML) == [
        [["", "Index Entry", "Section"], ["A"], ["", "alias", "Builtins"], ["", "bg", ""]]
    ]
    (table,) = find_tables(text, Format.HTML)
    assert [row.spans for row in table.rows] == [False, True, False, False]


def test_markdown_has_a_rule_which_is_no_row() -> None:
    text = "# Keys\n\n| Key | n | x |\n|:----|--:|:-:|\n| a \\| b | 1 | 2 |\n| c | | |\n\nafter | all"
    assert _cells(text, Format.MARKDOWN) == [[["Key", "n", "x"], [], ["a \\| b", "1", "2"], ["c", "", ""]]]
    (table,) = find_tables(text, Format.MARKDOWN)
    assert table.sides == (CellSide.LEFT, CellSide.RIGHT, CellSide.MIDDLE)


def test_markdown_without_outer_bars_and_below_a_paragraph() -> None:
    text = "Some words\nKey | n\n--- | ---\na | 1"
    assert _cells(text, Format.MARKDOWN) == [[["Key", "n"], [], ["a", "1"]]]


def test_the_rest_of_a_table_of_markdown_at_the_beginning_of_a_page() -> None:
    text = "| a | 1 |\n| b | 2 |\n\n| no | table |\n| it | is |"
    assert _cells(text, Format.MARKDOWN) == [[["a", "1"], ["b", "2"]]]


def test_tables_that_programs_draw() -> None:
    drawn = "+-----+-----+\n| num | sum |\n+-----+-----+\n| 1   | 2   |\n+-----+-----+"
    assert _cells(drawn, Format.TEXT) == [[[], ["num", "sum"], [], ["1", "2"], []]]
    assert next(find_tables(drawn, Format.TEXT)).head == 2
    printed = "=> SELECT *;\n num | name\n-----+------\n   1 | a\n     | b\n(2 rows)"
    assert _cells(printed, Format.HTML) == [[["num", "name"], [], ["1", "a"], ["", "b"]]]


@pytest.mark.parametrize(
    "text",
    [
        "$ ls | wc\n$ ps | grep less",
        "git branch [--color[=<when>] | --no-color]\ngit help [-a | --all] [[-i | --info] [-m | --man]]",
        "objdump -p libfoo.so \\\n    | sed -n -e s/x/y/ \\\n    | sort",
        "    HEAD\n     |\n     v\na---b  branch\n     |\n   tag",
        "Depends: gpgv | gpgv2\nBreaks: apt",
        "one | line",
    ],
)
@pytest.mark.parametrize("format", [Format.HTML, Format.TEXT, Format.MARKDOWN])
def test_bars_of_programs_and_grammars_are_no_table(text: str, format: Format) -> None:
    assert _cells(text, format) == []


def test_code_of_markdown_is_no_table() -> None:
    for text in ("```\na | b\n---|---\n1 | 2\n```", "    a | b\n    ---|---\n    1 | 2"):
        assert _cells(text, Format.MARKDOWN) == []


def test_a_sheet_is_a_table_whatever_its_cells_say() -> None:
    assert _cells("Name | f(x\n$ 5 | y)", Format.CSV) == [[["Name", "f(x"], ["$ 5", "y)"]]]
    assert _cells("Name | Size", Format.XLSX) == [[["Name", "Size"]]]


def test_the_first_row_is_a_header_where_it_names_columns() -> None:
    def head(text: str) -> int:
        return next(find_tables(f"Title\n\n{text}", Format.DOCX)).head

    assert head("No. | Name | EUR\n1 | Falk | 3.50") == 1
    assert head("Year | 2024 | 2025\nRent | 1 | 2") == 1
    assert head("Tenant | Falk & Sons\nLandlord | The Harbour Office") == 0
    assert head("Rent | 12.50 | 13.00\nCosts | 1.00 | 2.00") == 0


@given(_TEXTS, st.sampled_from([Format.MARKDOWN, Format.HTML, Format.CSV]))
def test_tables_are_lines_of_the_text_in_their_order(text: str, format: Format) -> None:
    done = 0
    for table in find_tables(text, format):
        assert table.start >= done
        lines = text[table.start : table.end].split("\n")
        assert [text[row.start : row.end] for row in table.rows] == lines
        for row in table.rows:
            edges = [row.start, *(edge for cell in row.cells for edge in cell), row.end]
            assert edges == sorted(edges)
            assert len(row.cells) <= len(table.sides)
        done = table.end + 1

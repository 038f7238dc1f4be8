"""XLSX: raised and struck words, comments and charts, as a person sees them on the sheet."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pytest
import xlsxwriter

from app.core.documents.document import Flag, Page
from app.documents.formats.contract import Content
from app.documents.worker import parse
from tests.documents.workbook_writer import cell, sheet, write_workbook

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MICROSOFT = "http://schemas.microsoft.com/office/2017/10/relationships"
_PERSONS = f'Type="{_MICROSOFT}/person" Target="persons/person.xml"'


def _pages(sheets: Mapping[str, str], **parts: Any) -> tuple[Page, ...]:
    return parse(Content("book.xlsx", write_workbook(sheets, **parts), ""), lambda done, total: None).pages


def _rich(*runs: tuple[str, str]) -> str:
    inner = "".join(f'<r><rPr>{look}</rPr><t xml:space="preserve">{text}</t></r>' for text, look in runs)
    return f'<c t="inlineStr"><is>{inner}</is></c>'


_UP, _DOWN = '<vertAlign val="superscript"/>', '<vertAlign val="subscript"/>'


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ([("10", ""), ("6", _UP), (" volts", "")], "10^6 volts"),
        ([("10", ""), ("1", _UP), ("0", f"<b/>{_UP}")], "10^10"),
        ([("Kerala 24.91", ""), ("2", _UP)], "Kerala 24.91[2]"),
        ([("H", ""), ("2", _DOWN), ("O x", ""), ("i", _DOWN)], "H2O x_i"),
        ([("in ", ""), ("four", "<strike/>"), (" weeks", "")], "in [struck: four] weeks"),
        ([("in ", ""), ("four", '<strike val="0"/>'), (" weeks", '<vertAlign val="baseline"/>')], "in four weeks"),
    ],
)
@pytest.mark.parametrize("shared", [False, True])
def test_runs_of_a_cell_say_what_their_look_says(runs: list[tuple[str, str]], text: str, shared: bool) -> None:
    rich = _rich(*runs)
    inner = rich.removeprefix('<c t="inlineStr"><is>').removesuffix("</is></c>")
    strings = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>a</t></si><si>{inner}</si></sst>'
    placed = '<c t="s"><v>0</v></c><c t="s"><v>1</v></c>' if shared else f"{cell('a')}{rich}"
    relations = f'<Relationship Id="t" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    data = write_workbook(
        {"Sheet": f"<row>{placed}</row>"}, relations=relations, members={"xl/sharedStrings.xml": strings}
    )
    (page,) = parse(Content("book.xlsx", data, ""), lambda done, total: None).pages
    assert page.text == f"Sheet\n\na | {text}"


def test_a_cell_may_be_struck_out_by_its_style() -> None:
    fonts = "<fonts><font/><font><strike/></font><font><strike val='0'/></font></fonts>"
    styles = "".join(f'<xf fontId="{number}"/>' for number in (0, 1, 2))
    members = {
        "xl/styles.xml": '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"{fonts}<cellXfs>{styles}</cellXfs></styleSheet>"
    }
    rows = (
        f'<row r="3">{cell((4, 1), "C3")}{cell((5, 2), "D3")}{cell(6, "E3")}</row><row r="5">{cell((7, 1), "D5")}</row>'
    )
    (page,) = _pages({"Sheet": rows}, members=members)
    assert page.text == "Sheet\n\n[struck: 4] | 5 | 6\n | [struck: 7]"


_FONTS = (
    "<font/><font><color rgb='FFFFFFFF'/></font><font><color theme='0'/></font><font><color rgb='FF003366'/></font>"
)
_FILLS = (
    "<fill><patternFill patternType='none'/></fill>"
    "<fill><patternFill patternType='solid'><fgColor rgb='FF003366'/></patternFill></fill>"
    "<fill><gradientFill/></fill>"
)


@pytest.mark.parametrize(
    ("style", "is_seen"),
    [
        *(("fontId='0' fillId='0'", True), ("fontId='1' fillId='0'", False), ("fontId='2' fillId='0'", False)),
        *(("fontId='1' fillId='1'", True), ("fontId='3' fillId='1'", False), ("fontId='1' fillId='2'", True)),
        ("fontId='0' fillId='0' numFmtId='170'", False),
    ],
)
def test_a_cell_that_does_not_show_what_is_in_it_is_kept_aside(style: str, is_seen: bool) -> None:
    members = {
        "xl/styles.xml": '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<numFmts><numFmt numFmtId='170' formatCode=';;;'/></numFmts><fonts>{_FONTS}</fonts><fills>{_FILLS}</fills>"
        f"<cellXfs><xf/><xf {style}/></cellXfs></styleSheet>"
    }
    rows = f'<row r="1">{cell(1, "A1")}{cell((2, 1), "B1")}{cell(3, "C1")}</row>'
    (page,) = _pages({"Sheet": rows}, members=members)
    assert (page.text, page.hidden) == (f"Sheet\n\n1 | {'2' if is_seen else ''} | 3", "" if is_seen else "2")
    if not is_seen:  # what fills cells besides
        (page,) = _pages({"Sheet": rows + "<conditionalFormatting/>"}, members=members)
        assert page.hidden == ""


# ---- comments -------------------------------------------------------------------------------------------------


def _related(*relations: tuple[str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="c{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(relations)
    )
    return f"<Relationships>{inner}</Relationships>"


def _notes(*notes: tuple[str, int, str]) -> str:
    inner = "".join(
        f'<comment ref="{reference}" authorId="{author}"><text>{text}</text></comment>'
        for reference, author, text in notes
    )
    authors = "<author>Ann</author><author>tc={1}</author>"
    return f"<comments><authors>{authors}</authors><commentList>{inner}</commentList></comments>"


def test_comments_are_kept_aside_with_their_cells_and_authors() -> None:
    notes = _notes(("B2", 0, "<r><rPr><b/></rPr><t>Ann:</t></r><r><t>\nToo high?</t></r>"), ("A1", 7, "<t>Check</t>"))
    members = {
        "xl/worksheets/_rels/sheet1.xml.rels": _related(("comments", "../comments1.xml")),
        "xl/comments1.xml": notes,
    }
    (page,) = _pages({"Rents": sheet([["Town", "Rent"], ["Kiel", 9]]), "Other": sheet([["a"]])}, members=members)
    assert page.flags == (Flag.COMMENTS,)
    assert page.hidden == "[comment on A1: Check] [comment by Ann on B2: Too high?]"


def test_a_thread_is_read_in_place_of_its_stand_in() -> None:
    threads = (
        '<ThreadedComments><threadedComment ref="A2" personId="{p}" id="{1}"><text>Why?</text></threadedComment>'
        '<threadedComment ref="A2" personId="{q}" id="{2}" parentId="{1}"><text>Why not?</text></threadedComment>'
        "</ThreadedComments>"
    )
    people = '<personList><person displayName="Ann" id="{p}"/><person displayName="Bo" id="{q}"/></personList>'
    members = {
        "xl/worksheets/_rels/sheet1.xml.rels": _related(
            ("comments", "../comments1.xml"), ("threadedComment", "../threadedComments/threadedComment1.xml")
        ),
        "xl/comments1.xml": _notes(("A2", 1, "<t>[Threaded comment] Your version of Excel ...</t>")),
        "xl/threadedComments/threadedComment1.xml": threads,
        "xl/persons/person.xml": people,
    }
    (page,) = _pages({"Sheet": sheet([["a"], ["b"]])}, relations=f'<Relationship Id="p" {_PERSONS}/>', members=members)
    assert page.hidden == "[comment by Ann on A2: Why?] [comment by Bo on A2: Why not?]"


def test_a_comment_goes_with_its_row() -> None:
    members = {
        "xl/worksheets/_rels/sheet1.xml.rels": _related(("comments", "../comments1.xml")),
        "xl/comments1.xml": _notes(("A150", 0, "<t>Here</t>"), ("ZZ9999", 0, "<t>Below</t>"), ("x", 0, "<t>Odd</t>")),
    }
    pages = _pages({"Sheet": sheet([[f"Row {n} {'x' * 40}"] for n in range(1, 201)])}, members=members)
    found = {page.number: page.hidden for page in pages if page.hidden}
    (here,) = [page for page in pages if "Row 150 " in page.text]
    assert found == {
        1: "[comment by Ann: Odd]",
        here.number: "[comment by Ann on A150: Here]",
        len(pages): "[comment by Ann on ZZ9999: Below]",
    }


@pytest.mark.parametrize("part", ["<broken", "", "<comments><commentList><comment/></commentList></comments>"])
def test_a_broken_part_costs_nothing_but_itself(part: str) -> None:
    members = {
        "xl/worksheets/_rels/sheet1.xml.rels": _related(("comments", "../comments1.xml"), ("comments", "../../etc")),
        "xl/comments1.xml": part,
    }
    (page,) = _pages({"Sheet": sheet([["a"]])}, members=members)
    assert (page.text, page.flags) == ("Sheet\n\na", ())


# ---- charts ---------------------------------------------------------------------------------------------------


def test_charts_are_there_with_their_titles() -> None:
    chart = "<c:chartSpace xmlns:c='c' xmlns:a='a'><c:chart><c:title><a:p><a:r><a:t>Rent</a:t></a:r></a:p></c:title>"
    members = {
        "xl/worksheets/_rels/sheet1.xml.rels": _related(("drawing", "../drawings/drawing1.xml")),
        "xl/drawings/_rels/drawing1.xml.rels": _related(
            ("chart", "../charts/chart1.xml"), ("chart", "../charts/chart2.xml"), ("image", "../media/1.png")
        ),
        "xl/charts/chart1.xml": f"{chart}</c:chart></c:chartSpace>",
    }
    (page,) = _pages({"Sheet": sheet([["a"]])}, members=members)
    assert page.text == "Sheet\n\na\n\n[chart: Rent]\n[chart]"


def test_a_workbook_of_another_maker() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        written = workbook.add_worksheet("Rents")
        raised, struck = workbook.add_format({"font_script": 1}), workbook.add_format({"font_strikeout": True})
        written.write_rich_string("A1", "10", raised, "6", " volts")
        written.write("B1", "four", struck)
        written.write("A2", 5)
        written.write_comment("A2", "Too high?", {"author": "Ann"})
        chart = workbook.add_chart({"type": "line"})
        chart.add_series({"values": "=Rents!$A$2:$A$2", "name": "Kiel"})
        chart.set_title({"name": "Rent per year"})
        written.insert_chart("D2", chart)
        sheet_of_chart = workbook.add_chartsheet("Drawn")
        alone = workbook.add_chart({"type": "bar"})
        alone.add_series({"values": "=Rents!$A$2:$A$2"})
        sheet_of_chart.set_chart(alone)
    (page,) = parse(Content("book.xlsx", file.getvalue(), ""), lambda done, total: None).pages
    lines = ("Rents", "10^6 volts | [struck: four]\n5", "[chart: Rent per year: Kiel]", "Drawn", "[chart]")
    assert page.text == "\n\n".join(lines)
    assert page.hidden == "[comment by Ann on A2: Too high?]"

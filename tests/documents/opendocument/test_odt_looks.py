"""ODT: raised, struck and inserted words, comments, formulas, charts and forms, as a person sees them on the page."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.documents.document import Flag, Page
from app.documents.formats.contract import Content
from app.documents.worker import parse
from tests.documents.office_writer import write_odt


def _style(name: str, properties: str, family: str = "text", parent: str = "") -> str:
    based = f' style:parent-style-name="{parent}"' if parent else ""
    inner = f"<style:text-properties {properties}/>" if properties else ""
    return f'<style:style style:name="{name}" style:family="{family}"{based}>{inner}</style:style>'


_STYLES = "".join(
    (
        _style("Up", 'style:text-position="super 58%"'),
        _style("UpUp", "", parent="Up"),
        _style("Down", 'style:text-position="sub 58%"'),
        _style("High", 'style:text-position="33% 58%"'),
        _style("Low", 'style:text-position="-8% 58%"'),
        _style("Large", 'style:text-position="33% 100%"'),
        _style("Flat", 'style:text-position="0% 100%"'),
        _style("Gone", 'style:text-line-through-style="solid" style:text-line-through-type="single"'),
        _style("Kept", 'style:text-line-through-style="none" style:text-line-through-type="none"'),
        _style("Gone", 'style:text-line-through-type="double"', "paragraph"),
        _style("Unseen", 'text:display="none"'),
    )
)


def _pages(body: str, **parts: Any) -> tuple[Page, ...]:
    data = write_odt(body, styles=_STYLES, **parts)
    return parse(Content("book.odt", data, ""), lambda done, total: None).pages


def _text(body: str, **parts: Any) -> str:
    (page,) = _pages(body, **parts)
    assert (page.flags, page.hidden) == ((), "")
    return page.text


def _p(text: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def _span(style: str, text: str) -> str:
    return f'<text:span text:style-name="{style}">{text}</text:span>'


# ---- raised, lowered, struck out ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (f"10{_span('Up', '6')} volts", "10^6 volts"),
        (f"10{_span('Up', '1')}{_span('UpUp', '0')} volts", "10^10 volts"),
        (f"Kerala 24.91{_span('Up', '2')}", "Kerala 24.91[2]"),
        (f"H{_span('Down', '2')}O, x{_span('Low', 'n')}", "H2O, x_n"),
        (f"10{_span('High', '6')} 10{_span('Large', '6')}", "10^6 106"),
        (_span("Up", f"3{_span('Flat', ' See')}"), "[3] See"),
        (f"in {_span('Gone', 'four')} weeks", "in [struck: four] weeks"),
        (f"in {_span('Gone', 'fo')}{_span('Gone', 'ur')} weeks", "in [struck: four] weeks"),
        (_span("Gone", f"a{_span('', 'b')}{_span('Kept', 'c')}"), "[struck: ab]c"),
        (_span("Gone", f"10{_span('Up', '6')}"), "[struck: 10^6]"),
    ],
)
def test_the_look_of_words_that_says_something_is_said(inner: str, text: str) -> None:
    assert _text(_p(inner)) == text


def test_a_paragraph_may_be_struck_out_and_what_is_hidden_stays_so() -> None:
    (page,) = _pages(_p(f"four {_span('Unseen', _span('Gone', 'five'))}weeks", "Gone") + _p("a"))
    assert (page.text, page.hidden) == ("[struck: four weeks]\n\na", "five")


# ---- recorded changes -----------------------------------------------------------------------------------------


def _region(name: str, kind: str, content: str = "") -> str:
    info = "<office:change-info><dc:creator>Ann</dc:creator><dc:date>2026-01-01</dc:date></office:change-info>"
    return f'<text:changed-region text:id="{name}"><text:{kind}>{info}{content}</text:{kind}></text:changed-region>'


def _changes(*regions: str) -> str:
    return f"<text:tracked-changes>{''.join(regions)}</text:tracked-changes>"


def _at(name: str) -> str:
    return f'<text:change text:change-id="{name}"/>'


def _start(name: str) -> str:
    return f'<text:change-start text:change-id="{name}"/>'


def _end(name: str) -> str:
    return f'<text:change-end text:change-id="{name}"/>'


def test_what_was_deleted_and_inserted_is_marked() -> None:
    changes = _changes(
        _region("d", "deletion", _p(f"10{_span('Up', '6')}")), _region("i", "insertion"), _region("f", "format-change")
    )
    body = _p(f"in {_at('d')}{_start('i')}five{_end('i')} {_start('f')}weeks{_end('f')}{_at('none')}")
    assert _text(changes + body) == "in [struck: 10^6][inserted: five] weeks"


def test_a_change_may_go_over_paragraphs_and_stand_between_them() -> None:
    changes = _changes(_region("d", "deletion", _p("one") + _p("two")), _region("i", "insertion"))
    body = _p(f"a {_start('i')}b") + _p(f"c{_end('i')} d") + _at("d") + _p("e")
    assert _text(changes + body) == "a [inserted: b]\n\n[inserted: c] d\n\n[struck: one\ntwo]\n\ne"


def test_a_deletion_is_written_once_and_deletions_of_one_another_end() -> None:
    changes = _changes(_region("d", "deletion", _p(f"four{_at('e')}")), _region("e", "deletion", _p(f"five{_at('d')}")))
    assert _text(changes + _p("a " + _at("d") * 1_000 + _at("e"))) == "a [struck: fourfive]"


def test_what_is_hidden_and_commented_in_a_deletion_is_kept_aside() -> None:
    comment = f"<office:annotation><dc:creator>Ann</dc:creator>{_p('Hm')}</office:annotation>"
    changes = _changes(_region("d", "deletion", _p(f"four {_span('Unseen', 'five')}{comment}")))
    (page,) = _pages(changes + _p(f"a {_at('d')}"))
    assert (page.text, page.hidden) == ("a [struck: four]", "five [comment by Ann: Hm]")
    assert page.flags == (Flag.HIDDEN_TEXT, Flag.COMMENTS)


# ---- comments -------------------------------------------------------------------------------------------------


def test_comments_are_kept_aside_with_their_authors() -> None:
    comment = (
        "<office:annotation office:name='c'><dc:creator>Ann</dc:creator><dc:date>2026-01-01</dc:date>"
        f"{_p('Too long?')}{_p('10' + _span('Up', '6'))}</office:annotation>"
    )
    (page,) = _pages(_p(f"Seen {comment}by all<office:annotation-end office:name='c'/>"))
    assert (page.text, page.flags) == ("Seen by all", (Flag.COMMENTS,))
    assert page.hidden == "[comment by Ann: Too long? 10^6]"


def test_a_comment_without_words_is_none() -> None:
    assert _text(_p("Seen<office:annotation><dc:creator>Ann</dc:creator></office:annotation>")) == "Seen"


# ---- formulas and charts --------------------------------------------------------------------------------------

_MATH = "<math:math><math:mfrac><math:mi>a</math:mi><math:mi>b</math:mi></math:mfrac></math:math>"


def _object(address: str, inner: str = "") -> str:
    return f'<draw:frame><draw:object xlink:href="{address}">{inner}</draw:object><draw:image/></draw:frame>'


def _chart(title: str) -> str:
    heads = "".join(f"<table:table-cell>{_p(name)}</table:table-cell>" for name in ("", "Kiel", "Bremen"))
    row = f"<table:table-header-rows><table:table-row>{heads}</table:table-row></table:table-header-rows>"
    table = f"<table:table>{row}</table:table>"
    named = f"<chart:title>{_p(title)}</chart:title>" if title else ""
    return f"<office:chart><chart:chart>{named}{table if title else ''}</chart:chart></office:chart>"


@pytest.mark.parametrize(
    ("objects", "inner", "text"),
    [
        ({}, _object("", _MATH), r"Here \frac{a}{b}."),
        ({"Object 1": _MATH}, _object("./Object 1"), r"Here \frac{a}{b}."),
        ({"Object 1": _chart("Rent per year")}, _object("Object 1"), "Here [chart: Rent per year: Kiel, Bremen]."),
        ({"Object 1": _chart("")}, _object("Object 1") * 2, "Here [chart][chart]."),
        ({"Object 1": "<office:text/>"}, _object("Object 1"), "Here ."),
        ({}, _object("./Object 1") + _object("../../etc/passwd") + _object("http://example.org"), "Here ."),
    ],
)
def test_formulas_and_charts_are_said(objects: dict[str, str], inner: str, text: str) -> None:
    body = f"<office:body>{objects['Object 1']}</office:body>" if objects else ""
    assert _text(_p(f"Here {inner}."), objects=dict.fromkeys(objects, body)) == text


def test_a_chart_that_hangs_from_the_page_has_a_paragraph() -> None:
    objects = {"Object 1": f"<office:body>{_chart('Rent')}</office:body>"}
    assert _text(_object("./Object 1") + _p("a"), objects=objects) == "[chart: Rent: Kiel, Bremen]\n\na"


# ---- forms ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("control", "text"),
    [
        ('<form:text form:id="c" form:name="Rent" form:current-value="9.50" form:value="0"/>', "[field Rent: 9.50]"),
        ('<form:textarea form:id="c" form:name="Town" form:value="Kiel"/>', "[field Town: Kiel]"),
        ('<form:text form:id="c" form:name="Rent"/>', "[field Rent: ]"),
        ('<form:checkbox form:id="c" form:label="Furnished" form:current-state="checked"/>', "[x] Furnished"),
        (
            '<form:checkbox form:id="c" form:label="Furnished" form:state="checked" form:current-state="unchecked"/>',
            "[ ] Furnished",
        ),
        ('<form:radio form:id="c" form:label="Monthly" form:current-selected="true"/>', "[x] Monthly"),
        (
            '<form:listbox form:id="c" form:name="Town"><form:option form:label="Kiel"/>'
            '<form:option form:label="Bremen" form:current-selected="true"/></form:listbox>',
            "[field Town: Bremen]",
        ),
        ('<form:fixed-text form:id="c" form:label="Only a label"/>', "Only a label"),
        ('<form:password form:id="c" form:current-value="secret"/>', ""),
    ],
)
def test_a_control_says_what_is_filled_in(control: str, text: str) -> None:
    forms = f"<office:forms><form:form>{control}</form:form></office:forms>"
    placed = '<draw:control draw:control="c"/><draw:control draw:control="none"/>'
    assert _text(forms + _p(f"Here: {placed}.")) == f"Here: {text}."


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ('<loext:content-control loext:checkbox="true" loext:checked="true">☒</loext:content-control>', "[x]"),
        ('<loext:content-control loext:checkbox="true" loext:checked="false">☐</loext:content-control>', "[ ]"),
        ('<loext:content-control loext:showing-place-holder="true">Click</loext:content-control>', "[field: ]"),
        ("<loext:content-control>Kiel</loext:content-control>", "Kiel"),
        ('<text:drop-down text:name="Town"><text:label text:value="Bremen"/>Kiel</text:drop-down>', "Kiel"),
        (
            '<field:fieldmark field:type="vnd.oasis.opendocument.field.FORMCHECKBOX">'
            '<field:param field:name="Checkbox_Checked" field:value="true"/></field:fieldmark>',
            "[x]",
        ),
        (
            '<field:fieldmark field:type="vnd.oasis.opendocument.field.FORMDROPDOWN">'
            '<field:param field:name="Dropdown_ListEntry" field:value="Kiel"/>'
            '<field:param field:name="Dropdown_ListEntry" field:value="Bremen"/>'
            '<field:param field:name="Dropdown_Selected" field:value="1"/></field:fieldmark>',
            "Bremen",
        ),
    ],
)
def test_a_field_says_what_is_filled_in(inner: str, text: str) -> None:
    assert _text(_p(f"Here: {inner}.")) == f"Here: {text}."


# ---- text that nobody sees ------------------------------------------------------------------------------------

_LOOKS = "".join(
    (
        _style("White", 'fo:color="#ffffff"'),
        _style("Black", 'fo:color="#000000"'),
        _style("Auto", 'style:use-window-font-color="true"'),
        _style("Tiny", 'fo:font-size="1pt"'),
        _style("Clear", 'fo:color="#336699" loext:opacity="0%"'),
        _style("Navy", 'fo:color="#000080" fo:background-color="#000080"'),
        _style("Marked", 'fo:color="#ffffff" fo:background-color="#336699"'),
        _style("Base", 'fo:color="#FFFFFE"', "paragraph"),
        '<style:style style:name="Child" style:family="paragraph" style:parent-style-name="Base"/>',
        '<style:style style:name="Bar" style:family="paragraph" style:parent-style-name="Base">'
        '<style:paragraph-properties fo:background-color="#003366"/></style:style>',
        *(
            f'<style:style style:name="{name}" style:family="{kind}"><style:{kind}-properties {look}/></style:style>'
            for name, kind, look in (
                ("Head", "table-cell", 'fo:background-color="#003366"'),
                ("Head", "table-row", 'fo:background-color="#003366"'),
                ("Head", "table", 'fo:background-color="#003366"'),
                ("Plain", "table-cell", 'fo:background-color="transparent"'),
                ("Box", "graphic", 'draw:fill="none"'),
                ("Filled", "graphic", 'draw:fill="solid" draw:fill-color="#ffffff"'),
                ("Shaded", "graphic", 'draw:fill="gradient" draw:fill-color="#ffffff"'),
            )
        ),
    )
)


def _table(cell: str = "", row: str = "", table: str = "") -> str:
    return (
        f'<table:table table:style-name="{table}"><table:table-row table:style-name="{row}"><table:table-cell'
        f' table:style-name="{cell}">{_p(_span("White", "Text"))}</table:table-cell></table:table-row></table:table>'
    )


def _box(style: str) -> str:
    box = f"<draw:text-box>{_p('Text', 'Child')}</draw:text-box>"
    return _p(f'<draw:frame draw:style-name="{style}">{box}</draw:frame>')


@pytest.mark.parametrize(
    "body",
    [
        *(_p(_span(look, "Text")) for look in ("White", "Tiny", "Clear", "Navy")),
        *(_p("Text", "Child"), _p(_span("Unknown", "Text"), "Child"), _table(), _table("Plain"), _box("Filled")),
        _p('Text<text:hidden-paragraph text:is-hidden="true"/>'),
        '<draw:frame draw:style-name="Filled" loext:display="none"><draw:text-box>'
        + _p("Text")
        + "</draw:text-box></draw:frame>",
    ],
)
def test_what_nobody_sees_is_kept_aside(body: str) -> None:
    data = write_odt(_p("Seen") + body, styles=_LOOKS)
    (page,) = parse(Content("book.odt", data, ""), lambda done, total: None).pages
    assert (page.text, page.hidden, page.flags) == ("Seen", "Text", (Flag.HIDDEN_TEXT,))


@pytest.mark.parametrize(
    "body",
    [
        *(_p(_span("Marked", "Text")), _p("Text", "Bar"), _p(_span("Black", "Text"), "Child")),
        *(_p(_span("Auto", "Text"), "Child"), _table("Head"), _table("Plain", "Head"), _table(table="Head")),
        *(_box("Box"), _box("Shaded"), _box("")),
    ],
)
def test_what_has_another_colour_behind_it_stays(body: str) -> None:
    data = write_odt(_p("Seen") + body, styles=_LOOKS)
    (page,) = parse(Content("book.odt", data, ""), lambda done, total: None).pages
    assert (page.text, page.flags) == ("Seen\n\nText", ())


def test_on_pages_of_a_colour_white_text_stays() -> None:
    layout = '<style:page-layout><style:page-layout-properties fo:background-color="#003366"/></style:page-layout>'
    data = write_odt(_p("Text", "Child"), styles=_LOOKS + layout)
    assert parse(Content("book.odt", data, ""), lambda done, total: None).pages[0].text == "Text"

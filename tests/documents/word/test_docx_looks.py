"""DOCX: raised, struck and inserted words, comments, form fields and charts, as a person sees them on the page."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.documents.document import MAX_COMMENT_CHARACTERS, MAX_HIDDEN_CHARACTERS, Flag, Page
from app.documents.formats.contract import Content
from app.documents.worker import parse
from tests.documents.office_writer import paragraph, write_docx

_UP, _DOWN = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'


def _pages(body: str, **parts: Any) -> tuple[Page, ...]:
    return parse(Content("book.docx", write_docx(body, **parts), ""), lambda done, total: None).pages


def _text(body: str, styles: str = "", footnotes: str = "") -> str:
    (page,) = _pages(body, styles=styles, footnotes=footnotes)
    assert (page.flags, page.hidden) == ((), "")
    return page.text


def _run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def _p(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


# ---- powers and the marks of notes ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (_run("10") + _run("6", _UP) + _run(" volts"), "10^6 volts"),
        (_run("10") + _run("1", _UP) + _run("0", _UP) + _run(" volts"), "10^10 volts"),
        (_run("10") + _run("6 ", _UP) + _run("volts"), "10^6 volts"),
        (_run("Kerala 24.91") + _run("2", _UP), "Kerala 24.91[2]"),
        (_run("H") + _run("2", _DOWN) + _run("O and x") + _run("i", _DOWN), "H2O and x_i"),
        (_run("10") + _run("6", '<w:rStyle w:val="Up"/>'), "10^6"),
        (_run("10") + _run("6", '<w:rStyle w:val="UpUp"/>'), "10^6"),
        (_run("10") + _run("6", '<w:rStyle w:val="Up"/><w:vertAlign w:val="baseline"/>'), "106"),
        (_run("10") + _run("6", '<w:position w:val="6"/><w:sz w:val="14"/>'), "10^6"),
        (_run("10") + _run("6", '<w:position w:val="6"/>'), "106"),
        (_run("x") + _run("n", '<w:position w:val="-6"/><w:sz w:val="14"/>'), "x_n"),
        (_run("3", _UP) + _run(" See above."), "[3] See above."),
        (_run("10") + _run("6", _UP) + _run("m"), "10^{6}m"),
        (_run("3") + _run("1", _UP) + _run("/") + _run("2", _DOWN) + _run(" inches"), "3 1/2 inches"),
    ],
)
def test_what_is_raised_or_lowered_makes_no_other_number(runs: str, text: str) -> None:
    styles = (
        f'<w:style w:type="character" w:styleId="Up"><w:rPr>{_UP}</w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="UpUp"><w:basedOn w:val="Up"/></w:style>'
    )
    assert _text(_p(runs), styles=styles) == text


def test_a_paragraph_may_be_raised_by_its_style_and_a_size_by_the_defaults() -> None:
    styles = (
        '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="30"/></w:rPr></w:rPrDefault></w:docDefaults>'
        f'<w:style w:type="paragraph" w:styleId="Up"><w:rPr>{_UP}</w:rPr></w:style>'
    )
    down = '<w:vertAlign w:val="baseline"/>'
    body = f'<w:p><w:pPr><w:pStyle w:val="Up"/></w:pPr>{_run("10", down)}{_run("6")}</w:p>'
    raised = _p(_run("10"), _run("9", '<w:position w:val="4"/><w:sz w:val="22"/>'))
    assert _text(body + raised, styles=styles) == "10^6\n\n10^9"


def test_the_mark_of_a_real_note_stays_its_number() -> None:
    reference = f'<w:r><w:rPr>{_UP}</w:rPr><w:footnoteReference w:id="2"/></w:r>'
    note = f'<w:footnote w:id="2"><w:p><w:r><w:rPr>{_UP}</w:rPr><w:footnoteRef/></w:r>{_run(" 5 · 10")}{_run("3", _UP)}'
    text = _text(_p(_run("10"), _run("6", _UP), reference), footnotes=f"{note}</w:p></w:footnote>")
    assert text == "10^6[1]\n\n[1] 5 · 10^3"


# ---- struck out and inserted ----------------------------------------------------------------------------------


def _del(text: str) -> str:
    return f'<w:del w:author="Ann"><w:r><w:delText>{text}</w:delText></w:r></w:del>'


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (_run("in ") + _run("four", "<w:strike/>") + _run(" weeks"), "in [struck: four] weeks"),
        (
            _run("in ") + _run("fo", "<w:dstrike/>") + _run("ur", "<w:strike/>") + _run(" weeks"),
            "in [struck: four] weeks",
        ),
        (_run("in ") + _run("four", '<w:rStyle w:val="Gone"/>'), "in [struck: four]"),
        (_run("in ") + _run("four", '<w:rStyle w:val="Gone"/><w:strike w:val="0"/>'), "in four"),
        (_run("in ") + _del("four") + f"<w:ins>{_run('five')}</w:ins>", "in [struck: four][inserted: five]"),
        (_run("in ") + _del("fo") + _del("ur"), "in [struck: four]"),
        (f"<w:ins>{_run('one ')}</w:ins><w:ins>{_run('two')}</w:ins>", "[inserted: one two]"),
        (f"<w:ins>{_del('five')}</w:ins>", "[struck: five]"),
        (
            f"<w:moveFrom>{_run('here')}</w:moveFrom> <w:moveTo>{_run('there')}</w:moveTo>",
            "[struck: here][inserted: there]",
        ),
        (f"<w:ins>{_run('10')}{_run('6', _UP)}</w:ins>", "[inserted: 10^6]"),
        (_run("10") + _run("6", f"{_UP}<w:strike/>"), "10[struck: ^6]"),
    ],
)
def test_words_that_are_struck_out_or_inserted_are_marked(runs: str, text: str) -> None:
    styles = '<w:style w:type="character" w:styleId="Gone"><w:rPr><w:strike/></w:rPr></w:style>'
    assert _text(_p(runs), styles=styles) == text


def test_paragraphs_and_rows_are_marked_each_by_itself() -> None:
    styles = '<w:style w:type="paragraph" w:styleId="Gone"><w:rPr><w:strike/></w:rPr></w:style>'
    gone = '<w:pStyle w:val="Gone"/>'
    assert _text(paragraph("a", gone) + paragraph("b", gone), styles=styles) == "[struck: a]\n\n[struck: b]"
    rows = "".join(
        f"<w:tr><w:trPr>{mark}</w:trPr><w:tc>{paragraph('a')}</w:tc><w:tc>{paragraph('b')}</w:tc></w:tr>"
        for mark in ("", "<w:del/>", '<w:ins w:author="Ann"/>', "")
    )
    lines = ("a | b", "[struck: a] | [struck: b]", "[inserted: a] | [inserted: b]", "a | b")
    assert _text(f"<w:tbl>{rows}</w:tbl>") == "\n".join(lines)


def test_a_note_of_words_that_were_deleted_is_kept() -> None:
    reference = '<w:del><w:r><w:delText>four</w:delText></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:del>'
    note = f'<w:footnote w:id="1">{paragraph("Why four.")}</w:footnote>'
    assert _text(_p(reference), footnotes=note) == "[struck: four[1]]\n\n[1] Why four."


# ---- comments -------------------------------------------------------------------------------------------------


def _comment(number: int, text: str, author: str = "Ann") -> str:
    return f'<w:comment w:id="{number}" w:author="{author}">{text}</w:comment>'


def _on(number: int) -> str:
    return f'<w:r><w:commentReference w:id="{number}"/></w:r>'


def test_comments_are_kept_aside_with_their_authors() -> None:
    comments = _comment(0, paragraph("Too long?") + _p(_run("10"), _run("6", _UP))) + _comment(1, paragraph("No."), "")
    (page,) = _pages(_p(_run("Seen"), _on(0), _on(1), _on(7)), comments=comments)
    assert (page.text, page.flags) == ("Seen", (Flag.COMMENTS,))
    assert page.hidden == "[comment by Ann: Too long? 10^6] [comment: No.]"


def test_a_comment_is_on_the_page_where_what_it_is_about_begins() -> None:
    begun = '<w:commentRangeStart w:id="0"/>'
    body = _p(_run("One. " * 300), begun) + paragraph("Two. " * 300) + _p(_run("Three. " * 200), _on(0), _on(1))
    pages = _pages(body, comments=_comment(0, paragraph("a")) + _comment(1, paragraph("b")))
    assert [page.hidden for page in pages] == ["[comment by Ann: a]", "", "[comment by Ann: b]"]
    assert [page.flags for page in pages] == [(Flag.COMMENTS,), (), (Flag.COMMENTS,)]


@pytest.mark.parametrize("listed", [False, True])
def test_in_a_long_table_or_list_a_comment_goes_with_its_row(listed: bool) -> None:
    numbered = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>' if listed else ""
    rows = [f"<w:p>{numbered}{_run(f'Row {n} ' + 60 * 'x')}{_on(0) if n == 70 else ''}</w:p>" for n in range(100)]
    whole = "".join(rows) if listed else "".join(f"<w:tr><w:tc>{row}</w:tc></w:tr>" for row in rows)
    pages = _pages(whole if listed else f"<w:tbl>{whole}</w:tbl>", comments=_comment(0, paragraph("This one")))
    (commented,) = [page for page in pages if page.hidden]
    assert "Row 70 " in commented.text
    assert (commented.hidden, commented.flags) == ("[comment by Ann: This one]", (Flag.COMMENTS,))
    assert sum(Flag.COMMENTS in page.flags for page in pages) == 1


def test_comments_on_notes_and_on_nothing_are_not_lost() -> None:
    note = f'<w:footnote w:id="1"><w:p>{_run("Noted")}{_on(0)}</w:p></w:footnote>'
    comments = _comment(0, paragraph("on the note")) + _comment(1, paragraph("on nothing"))
    (page,) = _pages(_p(_run("A"), '<w:r><w:footnoteReference w:id="1"/></w:r>'), footnotes=note, comments=comments)
    assert (page.text, page.flags) == ("A[1]\n\n[1] Noted", (Flag.COMMENTS,))
    assert page.hidden == "[comment by Ann: on the note] [comment by Ann: on nothing]"


def test_comments_beside_hidden_text() -> None:
    body = _p(_run("Seen"), _run("unseen ", "<w:vanish/>"), _on(0), _run("as well", "<w:vanish/>"))
    (page,) = _pages(body, comments=_comment(0, paragraph("Hm")))
    assert (page.flags, page.hidden) == ((Flag.HIDDEN_TEXT, Flag.COMMENTS), "unseen as well [comment by Ann: Hm]")


def test_many_comments_are_kept_and_of_very_many_it_is_told() -> None:
    words = "A remark of some length. " * 20
    kept = 4 * MAX_HIDDEN_CHARACTERS // len(words)
    (page,) = _pages(
        _p(_run("Seen"), *map(_on, range(kept))), comments="".join(_comment(n, paragraph(words)) for n in range(kept))
    )
    assert page.hidden.count(words.strip()) == kept
    many = MAX_COMMENT_CHARACTERS // len(words) + 10
    (page,) = _pages(
        _p(_run("Seen"), *map(_on, range(many))), comments="".join(_comment(n, paragraph(words)) for n in range(many))
    )
    whole = page.hidden.count("[comment by Ann: ")
    assert page.hidden.endswith(f"…] [{many - whole} more comments, to be seen in the file]")
    assert len(page.hidden) < MAX_COMMENT_CHARACTERS + 200


def test_comments_that_refer_to_one_another_are_read_once_each() -> None:
    count = 3_000
    comments = "".join(_comment(n, _p(_run(f"c{n}."), _on((n + 1) % count))) for n in range(count))
    (page,) = _pages(_p(_run("Seen"), _on(0)), comments=comments)
    assert page.hidden.startswith("[comment by Ann: c0.] [comment by Ann: c1.] ")


# ---- form fields and controls ---------------------------------------------------------------------------------


def _control(properties: str, content: str) -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def _box(state: str) -> str:
    return f'<w14:checkbox><w14:checked w14:val="{state}"/></w14:checkbox>'


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (_run("Rent: ") + _control("<w:text/>", _run("1,475.00")), "Rent: 1,475.00"),
        (_control(_box("1"), _run("☒")) + _run(" Furnished"), "[x] Furnished"),
        (_control(_box("0"), _run("☐")) + _run(" Furnished"), "[ ] Furnished"),
        (_run("Town: ") + _control("<w:dropDownList/>", _run("Kiel")), "Town: Kiel"),
        (
            _control('<w:alias w:val="Rent"/><w:showingPlcHdr/><w:text/>', _run("Click here ") + _run("to enter")),
            "[field Rent: ]",
        ),
        (_run("Rent ") + _control("<w:showingPlcHdr/>", _run("Click here")), "Rent [field: ]"),
        (_control('<w:showingPlcHdr w:val="0"/>', _run("1,475.00")), "1,475.00"),
    ],
)
def test_a_content_control_says_what_is_filled_in(inner: str, text: str) -> None:
    assert _text(_p(inner)) == text


def test_a_control_around_paragraphs_keeps_them() -> None:
    boxed = _control(_box("1"), paragraph("☒")) + paragraph("Furnished")
    assert _text(paragraph("A") + boxed) == "A\n\n[x]\n\nFurnished"
    assert _text(_control("", _control("<w:showingPlcHdr/>", paragraph("Click")) + paragraph("B"))) == "[field: ]\n\nB"


def _form(form: str, result: str = "") -> str:
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("separate", "end")]
    begin = f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="F"/>{form}</w:ffData></w:fldChar></w:r>'
    return begin + "<w:r><w:instrText>FORM</w:instrText></w:r>" + marks[0] + result + marks[1]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (_form("<w:textInput><w:default w:val='no'/></w:textInput>", _run("1,475.00")), "1,475.00"),
        (_form('<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>'), "[x]"),
        (_form('<w:checkBox><w:default w:val="1"/><w:checked w:val="0"/></w:checkBox>'), "[ ]"),
        (_form("<w:checkBox><w:default w:val='1'/></w:checkBox>"), "[x]"),
        (_form('<w:ddList><w:result w:val="1"/><w:listEntry w:val="a"/><w:listEntry w:val="b"/></w:ddList>'), "b"),
        (_form('<w:ddList><w:listEntry w:val="a"/></w:ddList>'), "a"),
        (_form('<w:ddList><w:result w:val="9"/><w:listEntry w:val="a"/></w:ddList>'), ""),
    ],
)
def test_a_form_field_says_what_is_filled_in(form: str, text: str) -> None:
    assert _text(_p(_run("Here: "), form, _run("."))) == f"Here: {text}."


# ---- charts ---------------------------------------------------------------------------------------------------

_DRAWN = '<w:r><w:drawing><c:chart r:id="{}"/></w:drawing></w:r>'


def _members(chart: str) -> dict[str, str | bytes]:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
    relations = f'<Relationships><Relationship Id="c1" Type="{kind}" Target="charts/chart1.xml"/></Relationships>'
    return {"word/_rels/document.xml.rels": relations, "word/charts/chart1.xml": chart}


def test_a_chart_is_there_with_its_title_and_its_series() -> None:
    title = "<c:title><a:p><a:r><a:t>Rent </a:t></a:r><a:r><a:t>per year</a:t></a:r></a:p></c:title>"
    names = "".join(
        f"<c:ser><c:tx><c:strRef><c:f>Sheet1!$B$1</c:f><c:v>{name}</c:v></c:strRef></c:tx></c:ser>"
        for name in ("Kiel", "Bremen")
    )
    chart = f'<c:chartSpace xmlns:c="c" xmlns:a="a"><c:chart>{title}{names}</c:chart></c:chartSpace>'
    (page,) = _pages(_p(_run("See: "), _DRAWN.format("c1")), members=_members(chart))
    assert page.text == "See: [chart: Rent per year: Kiel, Bremen]"


@pytest.mark.parametrize(("chart", "place"), [("<c:chart xmlns:c='c'/>", "c1"), ("<broken", "c1"), ("", "c9")])
def test_a_chart_without_words_is_there(chart: str, place: str) -> None:
    (page,) = _pages(_p(_run("See: "), _DRAWN.format(place)), members=_members(chart))
    assert page.text == "See: [chart]"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (
            "<dgm:dataModel xmlns:dgm='d' xmlns:a='a'><dgm:ptLst><dgm:pt><dgm:t><a:p><a:r><a:t>Plan</a:t></a:r></a:p>"
            "</dgm:t></dgm:pt><dgm:pt/><dgm:pt><dgm:t><a:p><a:r><a:t>Bu</a:t></a:r><a:r><a:t>ild</a:t></a:r>"
            "</a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>",
            "[diagram: Plan; Build]",
        ),
        ("<broken", "[diagram]"),
    ],
)
def test_a_diagram_is_there_with_its_words(data: str, text: str) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/diagramData"
    relations = f'<Relationships><Relationship Id="d1" Type="{kind}" Target="diagrams/data1.xml"/></Relationships>'
    members = {"word/_rels/document.xml.rels": relations, "word/diagrams/data1.xml": data}
    drawn = '<w:r><w:drawing><dgm:relIds xmlns:dgm="d" r:dm="d1" r:lo="d2"/></w:drawing></w:r>'
    (page,) = _pages(_p(_run("See: "), drawn), members=members)
    assert page.text == f"See: {text}"

"""DOCX: what a person reads in a Word document, and what hostile ones may not do."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from app.core.documents.document import Document, Flag
from app.core.errors import AppError, Code
from app.documents.formats import archive
from app.documents.formats.contract import Content
from app.documents.worker import parse
from tests.documents.compound_writer import write_compound
from tests.documents.office_writer import paragraph, word_heading, write_docx

_NOTE = '<w:r><w:footnoteReference w:id="{}"/></w:r>'
_LISTED = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="1"/></w:numPr>'


def _parse(data: bytes, name: str = "book.docx") -> Document:
    return parse(Content(name, data, ""), lambda done, total: None)


def _refusal(data: bytes) -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(data)
    assert raised.value.params["path"] == "book.docx"
    return raised.value


def _read(body: str, styles: str = "", footnotes: str = "", numbering: str = "") -> tuple[str, tuple[Flag, ...]]:
    pages = _parse(write_docx(body, styles=styles, footnotes=footnotes, numbering=numbering)).pages
    return "\n\n".join(page.text for page in pages), pages[0].flags


def _text(body: str, styles: str = "", footnotes: str = "", numbering: str = "") -> str:
    text, flags = _read(body, styles, footnotes, numbering)
    assert flags == ()
    return text


def _run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def _table(*rows: list[str]) -> str:
    cells = ("".join(f"<w:tc><w:tcPr/>{cell}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl><w:tblPr/>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def _field(instruction: str, result: str) -> str:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    code = f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
    return mark("begin") + code + mark("separate") + _run(result) + mark("end")


# ---- a book ---------------------------------------------------------------------------------------------------


def test_headings_make_the_outline_by_name_by_level_and_by_inheritance() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="Teil"><w:name w:val="Teil"/><w:basedOn w:val="Heading2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Own"><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>'
    )
    body = (
        word_heading("One")
        + paragraph("Text")
        + paragraph("Two", '<w:pStyle w:val="Teil"/>')
        + paragraph("Three", '<w:pStyle w:val="Own"/>')
        + paragraph("Four", '<w:outlineLvl w:val="3"/>')
        + paragraph("None", '<w:pStyle w:val="Own"/><w:outlineLvl w:val="9"/>')
    )
    document = _parse(write_docx(body, styles=styles))
    assert [(each.title, each.level) for each in document.outline] == [
        ("One", 1),
        ("Two", 2),
        ("Three", 3),
        ("Four", 4),
    ]
    assert document.pages[0].text == "One\n\nText\n\nTwo\n\nThree\n\nFour\n\nNone"


def test_styles_that_go_in_circles_end() -> None:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{one}"><w:basedOn w:val="{two}"/></w:style>'
        for one, two in ("ab", "ba")
    )
    assert _text(paragraph("Text", '<w:pStyle w:val="a"/>'), styles) == "Text"


def test_title_and_language_are_those_of_the_properties() -> None:
    styles = '<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="fr-CA"/></w:rPr></w:rPrDefault></w:docDefaults>'
    document = _parse(write_docx(paragraph("Ok"), title="A &amp; B", styles=styles))
    assert (document.title, document.language) == ("A & B", "fr")
    assert _parse(write_docx(paragraph("Ok"))).title == "book"


def test_lists_tables_and_breaks() -> None:
    items = [paragraph("a", _LISTED.format(0)), paragraph("b", _LISTED.format(1)), paragraph("c", _LISTED.format(0))]
    assert _text("".join(items) + paragraph("d")) == "- a\n  - b\n- c\n\nd"
    styled = (
        '<w:style w:type="paragraph" w:styleId="L"><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>'
    )
    listed = '<w:pStyle w:val="L"/>'
    off = '<w:numPr><w:numId w:val="0"/></w:numPr>'
    assert _text(paragraph("a", listed) + paragraph("b", listed + off), styled) == "- a\n\nb"
    inner = _table([paragraph("x"), paragraph("y")])
    table = _table([paragraph("a") + paragraph("b"), paragraph("c")], [paragraph("d") + inner + paragraph("e"), ""])
    assert _text(paragraph("A") + table + paragraph("B")) == "A\n\na b | c\nd\nx | y\ne |\n\nB"
    breaks = "<w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r></w:p>"
    assert _text(breaks) == "a\nb\tc-d"


def _level(level: int, kind: str, text: str, start: int = 1) -> str:
    properties = f'<w:start w:val="{start}"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{level}">{properties}</w:lvl>'


def _in_list(text: str, number: int, level: int = 0) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def _numbering(*levels: str) -> str:
    """Lists 1 and 2 of the same definition, and 3 that begins anew at 7."""
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>'
    lists = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="0"/>{again if number == 3 else ""}</w:num>'
        for number in (1, 2, 3)
    )
    return f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>{lists}'


def test_lists_have_the_numbers_that_word_shows() -> None:
    numbering = _numbering(_level(0, "decimal", "%1."), _level(1, "lowerLetter", "%1.%2)", start=2))
    body = "".join(
        (
            *(_in_list("a", 1), _in_list("b", 1), _in_list("c", 1, 1), _in_list("d", 1, 1), _in_list("e", 1)),
            *(paragraph("x"), _in_list("f", 2), paragraph("y"), _in_list("g", 3), _in_list("h", 3), _in_list("i", 9)),
        )
    )
    lists = ("1. a\n2. b\n  2.b) c\n  2.c) d\n3. e", "x", "4. f", "y", "7. g\n8. h\n- i")
    assert _text(body, numbering=numbering) == "\n\n".join(lists)


@pytest.mark.parametrize(
    ("kind", "start", "mark"),
    [
        *(("lowerRoman", 14, "(xiv)"), ("upperRoman", 1994, "(MCMXCIV)"), ("upperLetter", 28, "(BB)")),
        *(("decimalZero", 7, "(07)"), ("aiueo", 3, "(3)"), ("upperRoman", 99_999, "(99999)"), ("bullet", 1, "-")),
    ],
)
def test_kinds_of_numbers(kind: str, start: int, mark: str) -> None:
    assert _text(_in_list("a", 1), numbering=_numbering(_level(0, kind, "(%1)", start))) == f"{mark} a"


def test_headings_are_numbered_by_their_style() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="N"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/>'
        '<w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    body = "".join(paragraph(text, '<w:pStyle w:val="N"/>') + paragraph("Text.") for text in ("Parties", "Term"))
    document = _parse(write_docx(body, styles=styles, numbering=_numbering(_level(0, "decimal", "§ %1"))))
    assert [section.title for section in document.outline] == ["§ 1 Parties", "§ 2 Term"]


def test_a_list_level_beyond_reason_is_no_indent_beyond_reason() -> None:
    assert len(_text(paragraph("a", _LISTED.format(999)))) < 40


def test_notes_follow_the_paragraph_that_refers_to_them() -> None:
    notes = (
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        f'<w:footnote w:id="1">{paragraph("First")}{paragraph("goes on")}</w:footnote>'
        f'<w:footnote w:id="2">{paragraph("Second")}</w:footnote>'
    )
    body = f"<w:p>{_run('A')}{_NOTE.format(2)}{_run('B')}{_NOTE.format(1)}{_NOTE.format(7)}</w:p>" + paragraph("C")
    assert _text(body, footnotes=notes) == "A[1]B[2]\n\n[1] Second\n\n[2] First\ngoes on\n\nC"
    end = '<w:p><w:r><w:t>A</w:t><w:endnoteReference w:id="1"/></w:r></w:p>'
    data = write_docx(end, endnotes=f'<w:endnote w:id="1">{paragraph("Last")}</w:endnote>')
    assert _parse(data).pages[0].text == "A[1]\n\n[1] Last"


def test_notes_of_lists_and_tables() -> None:
    notes = f'<w:footnote w:id="1">{paragraph("Note")}</w:footnote>'
    noted = f"<w:p><w:pPr>{{}}</w:pPr>{_run('a')}{_NOTE.format(1)}</w:p>"
    listed = noted.format(_LISTED.format(0)) + paragraph("b", _LISTED.format(0))
    assert _text(listed, footnotes=notes) == "- a[1]\n\n[1] Note\n\n- b"
    table = _table([noted.format(""), paragraph("b")], [paragraph("c")])
    assert _text(table + paragraph("d"), footnotes=notes) == "a[1] | b\nc\n\n[1] Note\n\nd"


def test_links_fields_content_controls_and_text_boxes() -> None:
    assert _text(f"<w:p><w:hyperlink>{_run('Link')}</w:hyperlink>{_run(' on')}</w:p>") == "Link on"
    nested = _field("IF " + _field("PAGE", "7") + " x", "Result")
    assert _text(f"<w:p>{_run('See ')}{nested}.{_run('!')}</w:p>") == "See Result!"
    assert _text(f"<w:p><w:fldSimple w:instr='PAGE'>{_run('3')}</w:fldSimple></w:p>") == "3"
    assert _text(f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph('Inside')}</w:sdtContent></w:sdt>") == "Inside"
    box = f"<w:txbxContent>{paragraph('Box')}{_table([paragraph('a'), paragraph('b')])}</w:txbxContent>"
    both = (
        f"<w:r><mc:AlternateContent><mc:Choice><wps:txbx>{box}</wps:txbx></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert _text(f"<w:p>{_run('A')}{both}{_run('B')}</w:p>") == "AB\n\nBox\n\na | b"
    old = f"<w:p><w:r><w:pict><v:textbox>{box}</v:textbox></w:pict></w:r></w:p>"
    assert _text(old) == "Box\n\na | b"


def test_a_field_that_does_not_end_takes_its_paragraph_only() -> None:
    begun = '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>' + _run("code") + "</w:p>"
    assert _text(paragraph("A") + begun + paragraph("B")) == "A\n\nB"


# ---- what is not shown ----------------------------------------------------------------------------------------

_VANISHED = '<w:style w:type="{}" w:styleId="V"><w:rPr><w:vanish/></w:rPr></w:style>'


@pytest.mark.parametrize(
    ("inner", "styles"),
    [
        (_run("Secret", "<w:vanish/>"), ""),
        (_run("Secret", '<w:vanish w:val="true"/>'), ""),
        (_run("Secret", '<w:rStyle w:val="V"/>'), _VANISHED.format("character")),
        (f"<w:ins>{_run('Secret', '<w:strike/><w:vanish/>')}</w:ins>", ""),
        ("<w:del><w:r><w:rPr><w:vanish/></w:rPr><w:delText>Secret</w:delText></w:r></w:del>", ""),
    ],
)
def test_hidden_text_is_left_out_and_flagged(inner: str, styles: str) -> None:
    page = _parse(write_docx(f"<w:p>{_run('Seen')}{inner}</w:p>", styles=styles)).pages[0]
    assert (page.text, page.flags, page.hidden) == ("Seen", (Flag.HIDDEN_TEXT,), "Secret")


def test_hidden_paragraphs_and_rows() -> None:
    hidden = paragraph("Secret", '<w:pStyle w:val="V"/>')
    assert _read(paragraph("Seen") + hidden, _VANISHED.format("paragraph")) == ("Seen", (Flag.HIDDEN_TEXT,))
    row = f"<w:tr><w:trPr><w:hidden/><w:del/></w:trPr><w:tc>{paragraph('Secret')}</w:tc></w:tr>"
    table = f"<w:tbl>{row}<w:tr><w:tc>{paragraph('Seen')}</w:tc></w:tr></w:tbl>"
    assert _read(table) == ("Seen", (Flag.HIDDEN_TEXT,))


_WHITE = '<w:color w:val="FFFFFF"/>'


@pytest.mark.parametrize(
    "run",
    [
        _WHITE,
        '<w:color w:val="ffffff" w:themeColor="background1"/>',
        _WHITE + '<w:shd w:val="clear" w:fill="FFFFFF"/>',
        _WHITE + '<w:highlight w:val="none"/>',
        '<w:sz w:val="1"/>',
        '<w:color w:val="FDFEFF"/>',
        '<w:color w:val="000080"/><w:highlight w:val="darkBlue"/>',
    ],
)
def test_what_nobody_can_see_is_left_out_and_flagged(run: str) -> None:
    table = f"<w:tbl><w:tr><w:tc>{paragraph('Secret', run=run)}</w:tc></w:tr></w:tbl>"
    for hidden in (paragraph("Secret", run=run), table):
        page = _parse(write_docx(paragraph("Seen") + hidden)).pages[0]
        assert (page.text, page.flags, page.hidden) == ("Seen", (Flag.HIDDEN_TEXT,), "Secret")


def test_white_on_a_colour_is_seen() -> None:
    marked = paragraph("a", run=_WHITE + '<w:highlight w:val="black"/>')
    shaded = paragraph("b", '<w:shd w:val="clear" w:fill="203040"/>', _WHITE)
    fill, cell = '<w:shd w:val="clear" w:fill="203040"/>', paragraph("c", run=_WHITE)
    tables = (
        f"<w:tbl><w:tr><w:tc><w:tcPr>{fill}</w:tcPr>{cell}</w:tc></w:tr></w:tbl>",
        f"<w:tbl><w:tblPr>{fill}</w:tblPr><w:tr><w:tc>{cell}</w:tc></w:tr></w:tbl>",
        f'<w:tbl><w:tblPr><w:tblStyle w:val="T"/></w:tblPr><w:tr><w:tc>{cell}</w:tc></w:tr></w:tbl>',
    )
    style = f'<w:style w:type="table" w:styleId="T"><w:tblStylePr><w:tcPr>{fill}</w:tcPr></w:tblStylePr></w:style>'
    for table in tables:
        body = marked + shaded + table + paragraph("d", run='<w:color w:val="auto"/>')
        page = _parse(write_docx(body, styles=style)).pages[0]
        assert (page.text, page.flags) == ("a\n\nb\n\nc\n\nd", ())


def test_what_only_looks_hidden_stays() -> None:
    body = (
        f"<w:p><w:pPr><w:rPr><w:vanish/><w:del/></w:rPr></w:pPr>{_run('a', '<w:vanish w:val=' + repr('0') + '/>')}"
        f"{_run(' ', '<w:vanish/>')}{_run('b')}{_run('c', '<w:webHidden/>')}"
        f"{_run('d', '<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>')}</w:p>"
    )
    assert _text(body) == "abcd"


# ---- broken and hostile ---------------------------------------------------------------------------------------


def test_an_encrypted_document_is_told_from_an_old_one() -> None:
    old = write_compound({"WordDocument": b"x"})
    assert _refusal(write_compound({"EncryptedPackage": b"x"})).code is Code.DOCUMENT_ENCRYPTED
    assert _refusal(old).code is Code.FORMAT_MISMATCH


@pytest.mark.parametrize("part", ["word/styles.xml", "word/footnotes.xml", "docProps/core.xml", "_rels/.rels"])
def test_a_broken_part_costs_nothing_but_itself(part: str) -> None:
    assert _parse(write_docx(paragraph("Text"), members={part: "<broken"})).pages[0].text == "Text"


@pytest.mark.parametrize("document", ["", "<broken", "<document/>", "no markup"])
def test_a_broken_document_is_refused(document: str) -> None:
    assert _refusal(write_docx("", members={"word/document.xml": document})).code is Code.DOCUMENT_DAMAGED


def test_no_text_is_refused() -> None:
    assert _refusal(write_docx(paragraph(""))).code is Code.DOCUMENT_NO_TEXT
    assert _refusal(write_docx(paragraph("Secret", run="<w:vanish/>"))).code is Code.DOCUMENT_NO_TEXT


def test_the_document_may_have_another_name() -> None:
    relation = '<Relationships><Relationship Type="x/officeDocument" Target="/word/document2.xml"/></Relationships>'
    other = f'<document><body><p xmlns="w">{"<r><t>Other</t></r>"}</p></body></document>'
    members = {"_rels/.rels": relation, "word/document2.xml": other}
    assert _parse(write_docx(paragraph("Not this"), members=members)).pages[0].text == "Other"


def _with_entity(definitions: str, name: str) -> bytes:
    document = f"<document><body><p><r><t>Before</t><t>&{name};</t><t>After</t></r></p></body></document>"
    return write_docx("", members={"word/document.xml": f"<!DOCTYPE x [{definitions}]>{document}"})


@pytest.mark.parametrize("levels", [2, 4, 8, 12])
def test_a_billion_laughs_are_refused_or_none(levels: int) -> None:
    laughs = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, levels))
    started = time.process_time()
    try:
        text = _parse(_with_entity(f'<!ENTITY l0 "lol">{laughs}', f"l{levels - 1}")).pages[0].text
    except AppError as refusal:
        text = refusal.code.value
    assert time.process_time() - started < 1
    assert text in ("BeforeAfter", Code.DOCUMENT_DAMAGED.value)


def test_no_file_is_read_for_an_entity(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Secret", encoding="ascii")
    document = _parse(_with_entity(f'<!ENTITY x SYSTEM "{secret.as_uri()}">', "x"))
    assert document.pages[0].text == "BeforeAfter"


@pytest.mark.parametrize("depth", [300, 50_000])
@pytest.mark.parametrize("tag", ["w:sdt", "w:tbl", "w:txbxContent", "w:p", "w:del"])
def test_deep_nesting_is_refused(depth: int, tag: str) -> None:
    refusal = _refusal(write_docx(f"<{tag}>" * depth + paragraph("x") + f"</{tag}>" * depth))
    assert refusal.code in (Code.DOCUMENT_LIMIT, Code.DOCUMENT_DAMAGED)


@pytest.mark.parametrize("tag", ["w:tbl", "w:txbxContent", "w:p", "w:del", "w:r"])
def test_nesting_within_the_limit_is_read(tag: str) -> None:
    body = paragraph("Seen") + f"<{tag}>" * 150 + paragraph("x") + f"</{tag}>" * 150
    assert _parse(write_docx(body)).pages[0].text.startswith("Seen")


def test_a_note_referred_to_a_thousand_times_is_written_once() -> None:
    notes = f'<w:footnote w:id="1"><w:p>{_run("Long" * 50)}{_NOTE.format(1)}</w:p></w:footnote>'
    document = _parse(write_docx(f"<w:p>{_NOTE.format(1) * 1_000}</w:p>", footnotes=notes))
    assert "".join(page.text for page in document.pages).count("Long") == 50


def test_bombs_traversal_and_lengths_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = _refusal(write_docx(paragraph("x"), members={"word/document.xml": " " * 30_000_000}))
    assert (refusal.code, refusal.params["limit"]) == (Code.DOCUMENT_LIMIT, "expansion")
    assert _refusal(write_docx(paragraph("x"), members={"../outside": "x"})).code is Code.DOCUMENT_DAMAGED
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    assert _refusal(write_docx(paragraph("x"))).params["limit"] == "archive_members"


def test_too_many_characters_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.documents.word.block_builder.MAX_CHARACTERS", 10)
    assert _refusal(write_docx(paragraph("More than ten"))).params["limit"] == "characters"


def test_a_file_cut_at_every_tenth_is_refused() -> None:
    data = write_docx(word_heading("One") + paragraph("Text " * 200))
    for tenth in range(1, 10):
        assert _refusal(data[: len(data) * tenth // 10]).code is Code.DOCUMENT_DAMAGED

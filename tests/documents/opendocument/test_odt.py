"""ODT: what a person reads in an OpenDocument text, and what hostile ones may not do."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from app.core.documents.document import Document, Flag
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.worker import parse
from tests.documents.office_writer import write_odt

_HIDDEN = (
    '<style:style style:name="H" style:family="{}"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="Child" style:family="{}" style:parent-style-name="H"/>'
)


def _parse(data: bytes, name: str = "book.odt") -> Document:
    return parse(Content(name, data, ""), lambda done, total: None)


def _refusal(data: bytes) -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(data)
    assert raised.value.params["path"] == "book.odt"
    return raised.value


def _p(text: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def _note(text: str) -> str:
    return (
        '<text:note text:note-class="footnote"><text:note-citation>9</text:note-citation>'
        f"<text:note-body>{_p(text)}</text:note-body></text:note>"
    )


def _read(body: str, styles: str = "") -> tuple[str, tuple[Flag, ...]]:
    pages = _parse(write_odt(body, styles=styles)).pages
    return "\n\n".join(page.text for page in pages), pages[0].flags


def _list(*items: str) -> str:
    return f"<text:list>{''.join(f'<text:list-item>{item}</text:list-item>' for item in items)}</text:list>"


def _table(*rows: list[str]) -> str:
    cells = ("".join(f"<table:table-cell>{cell}</table:table-cell>" for cell in row) for row in rows)
    return f"<table:table>{''.join(f'<table:table-row>{row}</table:table-row>' for row in cells)}</table:table>"


# ---- a book ---------------------------------------------------------------------------------------------------


def test_headings_make_the_outline() -> None:
    body = '<text:h text:outline-level="1">One</text:h>' + _p("Text")
    body += _list(_list('<text:h text:outline-level="2"><text:number>1.1</text:number>Two</text:h>'))
    document = _parse(write_odt(body + '<text:h text:outline-level="x">Three</text:h>'))
    assert [(each.title, each.level) for each in document.outline] == [("One", 1), ("Two", 2), ("Three", 1)]
    assert document.pages[0].text == "One\n\nText\n\nTwo\n\nThree"


def test_title_and_language_are_those_of_the_metadata() -> None:
    document = _parse(write_odt(_p("Ok"), title="A &amp; B", language="fr-CA"))
    assert (document.title, document.language) == ("A & B", "fr")
    assert _parse(write_odt(_p("Ok"))).title == "book"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (_p("\n  One\n  <text:span> two</text:span> <text:s text:c='2'/>three"), "One two   three"),
        (_p("a<text:tab/>b<text:line-break/>c"), "a\tb\nc"),
        (_p("a<text:s text:c='999999'/>b"), "a" + " " * 100 + "b"),
        (_list(_p("a") + _p("b"), _p("c") + _list(_p("d"))) + _p("e"), "- a\n  b\n- c\n  - d\n\ne"),
        ("<text:list><text:list-header><text:p>a</text:p></text:list-header></text:list>", "  a"),
        (
            _table([_p("a") + _p("b"), _p("c")], [_p("d") + _table([_p("x"), _p("y")]) + _p("e"), ""]),
            "a b | c\nd\nx | y\ne |",
        ),
        (_p(f"a{_note('Note')} b") + _p("c"), "a[1] b\n\n[1] Note\n\nc"),
        (_list(_p(f"a{_note('Note')}"), _p("b")), "- a[1]\n\n[1] Note\n\n- b"),
        (_table([_p(f"a{_note('Note')}"), _p("b")]) + _p("c"), "a[1] | b\n\n[1] Note\n\nc"),
        (_p("<text:a>Link</text:a> on page <text:page-number>3</text:page-number>"), "Link on page 3"),
        (
            _p(f"a <draw:frame><svg:desc>No</svg:desc><draw:text-box>{_p('Box')}</draw:text-box></draw:frame>b"),
            "a b\n\nBox",
        ),
        (_p(f"a<draw:custom-shape>{_p('Shape')}</draw:custom-shape>"), "a\n\nShape"),
        ("<text:section>" + _p("a") + "</text:section><text:sequence-decls/>", "a"),
        (
            "<text:table-of-content><text:table-of-content-source><text:index-title-template>No"
            f"</text:index-title-template></text:table-of-content-source><text:index-body>{_p('Yes')}</text:index-body>"
            "</text:table-of-content>",
            "Yes",
        ),
        (
            _p("<text:ruby><text:ruby-base>漢字</text:ruby-base><text:ruby-text>かんじ</text:ruby-text></text:ruby>"),
            "漢字",
        ),
    ],
)
def test_markup_becomes_the_text_that_a_person_reads(body: str, text: str) -> None:
    read, flags = _read(body)
    assert (read.rstrip(), flags) == (text, ())


# ---- what is not shown ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hidden",
    [
        _p("Secret", "H"),
        _p("Secret", "Child"),
        _p("<text:span text:style-name='H'>Secret</text:span>"),
        f"<text:section text:display='none'>{_p('Secret')}</text:section>",
        _p("<text:hidden-text text:is-hidden='true'>Secret</text:hidden-text>"),
    ],
)
def test_hidden_text_is_left_out_and_flagged(hidden: str) -> None:
    styles = _HIDDEN.format("paragraph", "paragraph") + _HIDDEN.format("text", "text")
    assert _read(_p("Seen") + hidden + _p("too"), styles) == ("Seen\n\ntoo", (Flag.HIDDEN_TEXT,))


def test_changes_that_are_not_recorded_and_shown_sections_stay() -> None:
    body = (
        _p("a<text:change-start/>b<text:change-end/>") + f"<text:section text:display='true'>{_p('c')}</text:section>"
    )
    assert _read(body, _HIDDEN.format("text", "text")) == ("ab\n\nc", ())


# ---- broken and hostile ---------------------------------------------------------------------------------------


def test_an_encrypted_document_is_told() -> None:
    manifest = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    assert _refusal(write_odt(_p("x"), manifest=manifest)).code is Code.DOCUMENT_ENCRYPTED


@pytest.mark.parametrize("part", ["styles.xml", "meta.xml", "META-INF/manifest.xml"])
def test_a_broken_part_costs_nothing_but_itself(part: str) -> None:
    assert _parse(write_odt(_p("Text"), members={part: "<broken"})).pages[0].text == "Text"


@pytest.mark.parametrize("content", ["", "<broken", "<document-content/>", "no markup"])
def test_a_broken_document_is_refused(content: str) -> None:
    assert _refusal(write_odt("", members={"content.xml": content})).code is Code.DOCUMENT_DAMAGED


def test_no_text_is_refused() -> None:
    assert _refusal(write_odt(_p(""))).code is Code.DOCUMENT_NO_TEXT


def _with_entity(definitions: str, name: str) -> bytes:
    document = f"<document-content><body><text><p>Before&{name};After</p></text></body></document-content>"
    return write_odt("", members={"content.xml": f"<!DOCTYPE x [{definitions}]>{document}"})


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
@pytest.mark.parametrize(
    "tag", ["text:list", "text:section", "table:table", "text:p", "draw:text-box", "text:note-body"]
)
def test_deep_nesting_is_refused(depth: int, tag: str) -> None:
    refusal = _refusal(write_odt(f"<{tag}>" * depth + _p("x") + f"</{tag}>" * depth))
    assert refusal.code in (Code.DOCUMENT_LIMIT, Code.DOCUMENT_DAMAGED)


@pytest.mark.parametrize("tag", ["text:list", "table:table", "text:p", "draw:text-box", "text:note-body", "text:note"])
def test_nesting_within_the_limit_is_read(tag: str) -> None:
    body = _p("Seen") + f"<{tag}>" * 150 + _p("x") + f"</{tag}>" * 150
    assert _parse(write_odt(body)).pages[0].text.startswith("Seen")


def test_a_bomb_is_refused() -> None:
    refusal = _refusal(write_odt("", members={"content.xml": " " * 30_000_000}))
    assert (refusal.code, refusal.params["limit"]) == (Code.DOCUMENT_LIMIT, "expansion")


def test_a_file_cut_at_every_tenth_is_refused() -> None:
    data = write_odt(_p("Text " * 200))
    for tenth in range(1, 10):
        assert _refusal(data[: len(data) * tenth // 10]).code is Code.DOCUMENT_DAMAGED

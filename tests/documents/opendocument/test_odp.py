"""ODP: what a person reads on a slide, in which order, and what hostile presentations may not do."""

from __future__ import annotations

import pytest

from app.core.documents.document import Document, Flag
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.worker import parse
from tests.documents.office_writer import write_odt
from tests.documents.slides_writer import frame, write_odp


def _parse(data: bytes) -> Document:
    return parse(Content("deck.odp", data, ""), lambda done, total: None)


def _refusal(data: bytes) -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(data)
    assert raised.value.params["path"] == "deck.odp"
    return raised.value


def _p(text: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def _slide(*shapes: str, style: str = "") -> str:
    return f'<draw:page draw:style-name="{style}">{"".join(shapes)}</draw:page>'


def test_a_slide_is_a_page_with_its_title_its_shapes_in_order_and_its_notes() -> None:
    points = "<text:list>" + "".join(f"<text:list-item>{_p(each)}</text:list-item>" for each in "ab") + "</text:list>"
    notes = "<presentation:notes><draw:page-thumbnail/>" + frame(_p("Slowly."), kind="notes") + "</presentation:notes>"
    table = (
        '<draw:frame svg:x="1cm" svg:y="9cm" svg:width="9cm" svg:height="2cm"><table:table><table:table-row>'
        f"<table:table-cell>{_p('Berth')}</table:table-cell><table:table-cell>{_p('Rent')}</table:table-cell>"
        "</table:table-row></table:table><draw:image/></draw:frame>"
    )
    group = (
        f'<draw:g><draw:custom-shape svg:x="12cm" svg:y="1cm" svg:width="5cm" svg:height="5cm">{_p("right")}'
        f'</draw:custom-shape><draw:custom-shape svg:x="20cm" svg:y="1cm" svg:width="5cm" svg:height="5cm">{_p("far")}'
        "</draw:custom-shape></draw:g>"
    )
    shapes = (table, group, frame(points, place=(1, 1, 10, 6), kind="outline"), frame(_p("The lease"), kind="title"))
    document = _parse(write_odp([_slide(), _slide(*shapes, notes), _slide("<draw:frame><draw:image/></draw:frame>")]))
    first, second, third = document.pages
    assert (first.flags, third.flags) == ((Flag.EMPTY,), (Flag.NO_TEXT,))
    assert second.text.split("\n\n") == [
        *("The lease", "- a\n- b", "right", "far", "Berth | Rent", "[speaker notes]", "Slowly.")
    ]
    assert [(each.title, each.page) for each in document.outline] == [("The lease", 2)]


def test_a_hidden_slide_says_so_and_comments_are_kept_apart() -> None:
    styles = (
        '<style:style style:name="dp1" style:family="drawing-page"><style:drawing-page-properties'
        ' presentation:visibility="hidden"/></style:style><style:style style:name="T" style:family="text">'
        '<style:text-properties style:text-position="super 58%"/></style:style>'
    )
    comment = f"<office:annotation><dc:creator>Ada</dc:creator>{_p('Sure?')}</office:annotation>"
    words = _p('10<text:span text:style-name="T">6</text:span>')
    (page,) = _parse(write_odp([_slide(frame(words), comment, style="dp1")], styles=styles)).pages
    assert (page.text, page.hidden) == ("[hidden slide]\n\n10^6", "[comment by Ada: Sure?]")
    assert page.flags == (Flag.COMMENTS,)


def test_what_is_no_presentation_is_refused() -> None:
    mime = "application/vnd.oasis.opendocument.presentation"
    assert _refusal(write_odt("", members={"mimetype": mime})).code is Code.DOCUMENT_DAMAGED
    nothing = _refusal(write_odp([_slide(), _slide()]))
    assert (nothing.code, nothing.params["pages"]) == (Code.DOCUMENT_NO_TEXT, 2)
    entry = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    assert _refusal(write_odp([_slide(frame(_p("x")))], manifest=entry)).code is Code.DOCUMENT_ENCRYPTED


def test_bombs_and_nesting_are_refused_or_read() -> None:
    assert _refusal(write_odp([_slide(frame(_p(" " * (20 << 20))))])).params["limit"] == "expansion"
    assert _refusal(write_odp(["<draw:g>" * 230 + "</draw:g>" * 230])).params["limit"] == "xml_depth"
    deep = _slide("<draw:g>" * 150 + frame(_p("deep")) + "</draw:g>" * 150)
    spaced = _slide(frame(_p('a<text:s text:c="999999999"/>b')))
    assert [page.text[:4] for page in _parse(write_odp([deep, spaced])).pages] == ["deep", "a b"]

"""Links of a PDF page: where they are on the drawing, and where they lead."""

from __future__ import annotations

from typing import Any

import pytest
from pikepdf import Array, Dictionary, Name, String

from app.core.documents.document import MAX_LINK_BOXES, MAX_PAGE_LINKS, PageLink
from app.documents.formats.contract import Content
from app.documents.layer import Layer
from app.documents.worker import page_layer
from tests.documents.annotated import Annotated
from tests.documents.pdf_writer import show

_WIDTH, _HEIGHT = 612, 792


def _links(document: Annotated) -> tuple[PageLink, ...]:
    return page_layer(Content("file.pdf", document.data(), ""), 1).links


def _two_pages() -> Annotated:
    return Annotated(show("1 Notice", x=100, y=500), show("Notice", x=100, y=396))


def _uri(address: str) -> dict[str, Any]:
    return {"A": Dictionary(S=Name.URI, URI=String(address))}


def test_a_link_leads_to_a_place_of_its_file() -> None:
    document = _two_pages()
    target = document.pdf.pages[1].obj
    box = (100, 490, 200, 520)
    document.add("Link", box, Dest=Array([target, Name.XYZ, 0, 396, 0]))
    document.add("Link", box, A=Dictionary(S=Name.GoTo, D=Array([target, Name.Fit])))
    document.pdf.Root.Dests = Dictionary(there=Array([target, Name.XYZ, None, 594, None]))
    document.add("Link", box, Dest=Name.there)
    exact, whole, named = _links(document)
    assert (exact.page, whole.page, named.page) == (2, 2, 2)
    assert (exact.share, whole.share, named.share) == pytest.approx((0.5, 0.0, 0.25))
    (place,) = exact.boxes
    assert place == pytest.approx((100 / _WIDTH, 1 - 520 / _HEIGHT, 200 / _WIDTH, 1 - 490 / _HEIGHT), abs=1e-4)


def test_a_link_over_two_lines_has_two_boxes() -> None:
    document = _two_pages()
    quads = [400, 520, 500, 520, 400, 500, 500, 500, 100, 500, 160, 500, 100, 480, 160, 480]
    document.add("Link", (100, 480, 500, 520), QuadPoints=quads, **_uri("https://example.org"))
    (link,) = _links(document)
    assert [round(box[0] * _WIDTH) for box in link.boxes] == [400, 100]


def test_it_is_found_by_its_place_and_has_words() -> None:
    document = _two_pages()
    document.add("Link", (95, 490, 300, 520), Dest=Array([document.pdf.pages[1].obj, Name.Fit]))
    layer = Layer(page_layer(Content("file.pdf", document.data(), ""), 1))
    (link,) = layer.links
    assert layer.link_at(110 / _WIDTH, 1 - 505 / _HEIGHT) == link
    assert layer.link_at(0.9, 0.9) is None
    assert layer.words_of(link) == "1 Notice"


@pytest.mark.parametrize(
    "entries",
    [
        _uri("file:///etc/passwd"),
        _uri("javascript:alert(1)"),
        _uri("https://" + "a" * 3_000),
        _uri("https://a b\x07"),
        {"A": Dictionary(S=Name.Launch, F=String("/bin/sh"))},
        {"A": Dictionary(S=Name.GoToR, F=String("other.pdf"), D=Array([0, Name.Fit]))},
        {"A": Dictionary(S=Name.JavaScript, JS=String("1"))},
        {"Dest": Array([7, Name.Fit])},
        {"Dest": Name.nowhere},
        {},
    ],
)
def test_what_leads_neither_to_a_page_nor_to_the_web_is_left_out(entries: dict[str, Any]) -> None:
    document = _two_pages()
    document.add("Link", (100, 490, 200, 520), **entries)
    assert _links(document) == ()


def test_a_link_off_the_page_is_left_out() -> None:
    document = _two_pages()
    document.add("Link", (-300, 490, -200, 520), **_uri("https://example.org"))
    assert _links(document) == ()


def test_links_have_limits() -> None:
    document = _two_pages()
    many = [number for _line in range(2 * MAX_LINK_BOXES) for number in (400, 520, 500, 520, 400, 500, 500, 500)]
    for _number in range(MAX_PAGE_LINKS + 5):
        document.add("Link", (100, 490, 200, 520), **_uri("https://example.org"))
    document.pdf.pages[0].obj.Annots[0].QuadPoints = many
    links = _links(document)
    assert len(links) == MAX_PAGE_LINKS
    assert len(links[0].boxes) == MAX_LINK_BOXES

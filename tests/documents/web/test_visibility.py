"""Text of pages that nobody sees: by its style, its colour, its place; and text that only looks so."""

from __future__ import annotations

import pytest

from app.core.documents.document import Flag, Page
from app.documents.formats.contract import Content
from app.documents.worker import parse
from tests.documents.epub_writer import write_epub


def _page(body: str, head: str = "") -> Page:
    data = f"<!DOCTYPE html><html><head>{head}</head><body><p>Seen</p>{body}</body></html>".encode()
    (page,) = parse(Content("page.html", data, ""), lambda done, total: None).pages
    return page


@pytest.mark.parametrize(
    "look",
    [
        *("color:white", "color:#FFF", "color:rgb(255,255,255)", "color:rgb(100% 100% 100%)", "color:hsl(0 0% 100%)"),
        *("color:transparent", "color:rgba(1,2,3,0)", "color:#0000", "color:#fdfdfd", "color:lab(100 0 0)"),
        *("background:navy;color:navy", "background:#000", "c\\6flor:#fff", "color:/**/WHITE!important"),
        *("font-size:0.1px", "font-size:1px", "font-size:.01em", "font:0/0 a", "opacity:0%", "visibility:hidden"),
        *("text-indent:-9999px", "position:absolute;left:-9999px", "position:absolute;clip:rect(0 0 0 0)"),
        *("clip-path:inset(50%)", "height:0;overflow:hidden", "display:none !important"),
    ],
)
def test_what_is_not_seen_is_left_out_and_flagged(look: str) -> None:
    for page in (
        _page(f"<p style='{look}'>Secret</p>"),
        _page("<div class=a><p class='x y'>Secret</p></div>", f"<style>@media screen{{.a > p.x{{{look}}}}}</style>"),
    ):
        assert (page.text, page.hidden, page.flags) == ("Seen", "Secret", (Flag.HIDDEN_TEXT,))


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("<p><font color=white>Secret</font>", ""),
        ("<p style='color:#fff'><i>Secret</i>", ""),
        ("<p id=q>Secret", "<style>#q{color:#fff}</style>"),
        ("<div style='background:#036;color:#fff'><p style='background:white;color:currentColor'>Secret</div>", ""),
        ("<p style='color:#fff;background:#fff'>Secret", "<link rel=stylesheet href=away.css>"),
        ("<p style='color:#fff'>S<b>e</b>cret <math><mi>x</mi></math>", ""),
    ],
)
def test_a_colour_comes_from_around_and_so_does_what_is_behind(body: str, head: str) -> None:
    assert _page(body, head).text == "Seen"


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("<table><tr style='background:#036'><th style='color:#fff'>Head</table>", ""),
        ("<table><tr bgcolor=navy><th><font color=white>Head</font></table>", ""),
        ("<table><tr><td bgcolor=white class=h>Head</table>", "<style>.h{background:#036;color:#fff}</style>"),
        ("<table class=t><tr><td>Head</table>", "<style>td{color:#fff} table.t td{background:#123}</style>"),
        ("<div class=a><p style='color:#fff'>Head</div>", "<style>div[x]{background:#036}</style>"),
        ("<div class=a><p style='color:#fff'>Head</div>", "<link rel=stylesheet href=away.css>"),
        ("<div style='background:url(x.png)'><p style='color:#fff'>Head</div>", ""),
        ("<div style='background:linear-gradient(red,blue)'><p style='color:#fff'>Head</div>", ""),
        ("<p style='color:transparent;background:linear-gradient(red,blue);background-clip:text'>Head", ""),
        ("<p style='color:#fff;text-shadow:1px 1px #000'>Head", ""),
        ("<div><img src=x><p style='position:relative;top:-2em;color:#fff'>Head</div>", ""),
        ("<p class=x>Head", "<style>html{background:#111} .x{color:#fff}</style>"),
        ("<p class=x>Head", "<style>:root{--b:#000} body{background:var(--b)} .x{color:#fff}</style>"),
        ("<p class=x>Head", "<style>@media (max-width:300px){.x{color:#fff}} @media print{.x{display:none}}</style>"),
        ("<p class=x>Head", "<style>.x{visibility:hidden} .x:hover{visibility:visible}</style>"),
        ("<p class=x>Head", "<style>.x{display:none}</style><script>show()</script>"),
        ("<p class=x>Head", "<style>.x{opacity:0;animation:in 1s}</style>"),
        ("<p class=x>Head", "<style>.x::before{display:none} .x + p, {color:#fff}</style>"),
        ("<p style='color:#fff'><span style='color:#000'>Head</span>", ""),
        ("<p style='color:#fff'><a href=x>Head</a>", ""),
        ("<p><a style='color:#eee'>Head</a>", ""),
        ("<ul style='font-size:0;list-style:none'><li style='font-size:12px'>Head</ul>", ""),
        ("<h1 style='text-indent:-9999px;background:url(logo.png)'>Head</h1>", ""),
        ("<p style='text-indent:-2em;height:0'>Head", ""),
    ],
)
def test_what_may_be_seen_stays(body: str, head: str) -> None:
    page = _page(body, head)
    assert ("Head" in page.text, page.hidden, page.flags) == (True, "", ())


def test_a_sign_that_shows_when_the_mouse_is_over_it_is_no_reason_to_warn() -> None:
    page = _page("<h1>One<a href=x style='visibility:hidden'>¶</a></h1>")
    assert (page.text, page.flags) == ("Seen\n\nOne", ())


def test_what_draws_a_formula_keeps_it_out_of_sight() -> None:
    math = "<span class=m><math xmlns='http://www.w3.org/1998/Math/MathML'><mi>x</mi></math></span>"
    assert _page(f"<p>Let {math} be", "<style>.m{position:absolute;clip:rect(1px,1px,1px,1px)}</style>").text.endswith(
        "Let x be"
    )


def test_sheets_of_a_book_count_with_what_they_import() -> None:
    sheets = {
        "OEBPS/a.css": "@import 'b.css'; th{background:#036} .s{color:#fff}",
        "OEBPS/b.css": ".gone{display:none} th{color:white}",
    }
    link = "<link rel='stylesheet' href='../a.css'/>"
    body = f"{link}<p>Seen</p><table><tr><th>Head</th></tr></table><p class='s'>Pale</p><p class='gone'>Gone</p>"
    (page,) = parse(Content("book.epub", write_epub([body], members=sheets), ""), lambda done, total: None).pages
    assert (page.text, page.hidden) == ("Seen\n\nHead", "Pale Gone")


def test_a_note_that_opens_when_its_mark_is_clicked_is_read() -> None:
    style = "<style>aside{display:none}</style>"
    body = f"{style}<p>One<a epub:type='noteref' href='#n'>1</a></p><aside id='n' epub:type='footnote'>Note</aside>"
    (page,) = parse(Content("book.epub", write_epub([body]), ""), lambda done, total: None).pages
    assert (page.text, page.flags) == ("One[1]\n\n[1] Note", ())


@pytest.mark.parametrize("css", ["(" * 20_000, "a{" * 20_000, "@media x{" * 20_000, "a " * 9_000 + "{color:red}", "\\"])
def test_hostile_styles_are_read_as_far_as_they_make_sense(css: str) -> None:
    assert _page(f"<p style='{css}'>Text", f"<style>{css}</style>").text == "Seen\n\nText"

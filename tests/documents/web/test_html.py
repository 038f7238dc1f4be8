"""Web pages: the main text, encodings, what is hidden, saved pages, and hostile markup."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urljoin

import pytest

from app.core.documents.document import Document, Flag, Format
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.web import html
from app.documents.worker import parse

_PROSE = "The lighthouse keeper wrote every evening into the book that lay beside the lamp. "
_JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"
_GERMAN = "Der Bär fraß die Äpfel, während die Öfen glühten. Übermut tut selten gut."


def _parse(page: str | bytes, name: str = "page.html") -> Document:
    data = page.encode() if isinstance(page, str) else page
    return parse(Content(name, data, ""), lambda done, total: None)


def _text(page: str | bytes) -> str:
    return "\n\n".join(each.text for each in _parse(page).pages)


def _refusal(page: str | bytes, name: str = "page.html") -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(page, name)
    assert raised.value.params["path"] == name
    return raised.value


# ---- the text -------------------------------------------------------------------------------------------------


def test_headings_make_the_outline() -> None:
    body = f"<p>{_PROSE * 10}</p>"
    document = _parse(f"<body><h1>One</h1>{body}<h2>Inside</h2>{body}<h1>Two</h1>{body}")
    assert [(each.title, each.page, each.level) for each in document.outline] == [
        ("One", 1, 1),
        ("Inside", 2, 2),
        ("Two", 3, 1),
    ]
    assert document.format is Format.HTML


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title> A &amp;\n B </title><h1>C</h1>", "A & B"),
        ("<svg><title>Drawing</title></svg><h2>B</h2><h1>C <i>d</i></h1>", "C d"),
        ("<title> </title><p>x", "page"),
        ("<title>a\u202eb\u200bc</title><p>x", "abc"),
    ],
)
def test_the_title_is_that_of_the_head_else_the_first_heading(page: str, title: str) -> None:
    assert _parse(page).title == title


def test_the_language_that_a_page_declares_is_believed() -> None:
    assert _parse("<html lang='fr-CA'><body><p>Ok").language == "fr"


@pytest.mark.parametrize(
    "page",
    [
        "<p>Seen</p><script>No</script><style>No</style><nav>No</nav><template>No</template><noscript>No</noscript>",
        "<title>No</title><nav>No</nav><p>Seen</p>",  # no body: libxml2 leaves what it does not know in the head
        "<title>No</title><main>Seen</main>",
        "<head><title>No</title></head><body><header>Seen</header></body>",
        "<!-- No --><html><body><!-- No -->Seen<select><option>No</select></body></html>",
        "<?xml version='1.0'?><!DOCTYPE html><html xmlns='http://www.w3.org/1999/xhtml'><head><script src='a'/></head>"
        "<body><p>Seen</p><nav>No</nav></body></html>",
    ],
)
def test_what_is_no_text_is_left_out(page: str) -> None:
    assert _text(page) == "Seen"


def test_pictures_tables_and_lists_are_as_in_books() -> None:
    body = "<p>See <img src='data:image/png;base64,AAAA' alt='a map'>.</p><table><tr><th>a<td>b</table><ul><li>c</ul>"
    assert _text(body) == "See [picture: a map].\n\na | b\n\n- c"


# ---- the main part --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        f"<header>Menu</header><main><p>{_PROSE}</p></main><footer>Imprint</footer>",
        f"<div>Menu</div><article><p>{_PROSE}</p></article><div>Imprint</div>",
        f"<main>Menu<article><p>{_PROSE}</p></article></main>Imprint",
        f"Menu<div role='main'><p>{_PROSE}</p></div>",
    ],
)
def test_the_part_with_most_of_the_text_is_taken(page: str) -> None:
    assert _text(page) == _PROSE.strip()


@pytest.mark.parametrize(
    "page",
    [
        f"<main></main><p>{_PROSE}</p>",
        f"<main>Loading</main><p>{_PROSE}</p>",
        f"<article>A teaser</article><article>Another</article><p>{_PROSE}</p>",
        f"<table><tr><td><main>{_PROSE}</main></td></tr></table>",  # tables for layout
        f"<nav>{_PROSE}</nav>",
        f"<p aria-hidden='true'>{_PROSE}</p>",
        f"<main hidden>Other</main><p>{_PROSE}</p>",
        f"<main>{_PROSE}",
    ],
)
def test_the_only_text_is_never_lost(page: str) -> None:
    assert _PROSE.strip() in _text(page)


def test_a_main_part_inside_of_what_is_hidden_stays_hidden() -> None:
    document = _parse(f"<p>Seen</p><div style='display:none'><main>{_PROSE}</main></div>")
    assert [(each.text, each.flags) for each in document.pages] == [("Seen", (Flag.HIDDEN_TEXT,))]
    assert document.pages[0].hidden


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>Secret</p>",
        "<p aria-hidden=TRUE>Secret</p>",
        "<p style='color:red;DISPLAY : none'>Secret</p>",
        "<p style='visibility:hidden'>Secret</p>",
        "<div hidden><p>a<p>Secret</div>",
    ],
)
@pytest.mark.parametrize("place", ["{}<p>Seen</p>", "<p>Seen</p>{}", "<main><p>Seen</p>{}</main>"])
def test_hidden_text_is_left_out_and_flagged(hidden: str, place: str) -> None:
    document = _parse(place.format(hidden))
    assert [(each.text, each.flags) for each in document.pages] == [("Seen", (Flag.HIDDEN_TEXT,))]


def test_invisible_characters_go_and_are_flagged() -> None:
    document = _parse("<p>See\u200bn \U000e0041\u202e")
    assert [(each.text, each.flags) for each in document.pages] == [("Seen", (Flag.INVISIBLE_CHARACTERS,))]


# ---- encodings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declaration", "written", "encoding"),
    [
        ("", _JAPANESE, "utf-8"),
        ("", _JAPANESE, "utf-8-sig"),
        ("", _JAPANESE, "utf-16"),
        ("", _JAPANESE, "cp932"),
        ("", _GERMAN, "cp1252"),
        ("<meta charset=utf-8>", _JAPANESE, "utf-16"),  # the mark says otherwise
        ("<meta charset='Shift_JIS'>", _JAPANESE, "shift_jis"),
        ("<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=EUC-JP'>", _JAPANESE, "euc_jp"),
        ("<meta name=viewport content=x><meta charset=iso-8859-1>", "“" + _GERMAN, "cp1252"),
        ("<?xml version='1.0' encoding='windows-1251'?>", "Съешь ещё этих мягких", "cp1251"),
        # names that lie
        ("<meta charset=iso-8859-1>", _JAPANESE, "utf-8"),
        ("<meta charset=utf-8>", _GERMAN, "cp1252"),
        ("<meta charset=utf-16>", _JAPANESE, "utf-8"),
        ("<meta charset=idna>", _GERMAN, "utf-8"),
        ("<meta charset=x-unheard-of>", _GERMAN, "cp1252"),
        ("<?xml version='1.0' encoding='rot13'?>", _GERMAN, "utf-8"),
    ],
)
def test_the_encoding_is_found(declaration: str, written: str, encoding: str) -> None:
    page = f"{declaration}<html><body><p>{written}</p></body></html>"
    assert _text(page.encode(encoding)) == written


def test_a_page_that_breaks_off_within_a_character_is_read() -> None:
    whole = f"<meta charset=shift_jis><p>{_JAPANESE}".encode("shift_jis")
    assert _JAPANESE[:-2] in _text(whole[:-1])


# ---- pages saved with their pictures --------------------------------------------------------------------------


def _saved(charset: str = "utf-8", encoding: str = "quoted-printable") -> bytes:
    mail = EmailMessage()
    mail["From"] = "<Saved by Blink>"
    mail["Snapshot-Content-Location"] = "https://example.org/"
    mail.set_content(f"<title>Saved</title><p>{_GERMAN}", "html", charset=charset, cte=encoding)
    mail.add_related(b"\x89PNG", "image", "png", cid="<a>")
    return bytes(mail)


@pytest.mark.parametrize("name", ["page.mht", "page.MHTML"])
@pytest.mark.parametrize(
    ("charset", "encoding"), [("utf-8", "base64"), ("utf-8", "quoted-printable"), ("iso-8859-1", "quoted-printable")]
)
def test_a_page_saved_with_its_pictures(name: str, charset: str, encoding: str) -> None:
    document = _parse(_saved(charset, encoding), name)
    assert (document.format, document.title) == (Format.HTML, "Saved")
    assert [each.text for each in document.pages] == [_GERMAN]


_PLACE = "https://example.org/a/page.html"


def _with_sheets(links: str, **sheets: str) -> bytes:
    """A page that was saved with style sheets, by the addresses or content ids that they are stored under."""
    mail = EmailMessage()
    mail["Content-Type"] = "multipart/related"
    page = EmailMessage()
    page.set_content(f"<head>{links}</head><p>{_PROSE}</p><p class=a>Secret</p>", "html")
    page["Content-Location"] = _PLACE
    mail.attach(page)
    for place, css in sheets.items():
        part = EmailMessage()
        part.set_content(css, "css")
        part["Content-ID" if place.startswith("<") else "Content-Location"] = place
        mail.attach(part)
    return bytes(mail)


@pytest.mark.parametrize(
    ("link", "place"),
    [
        ("../a.css", "https://example.org/a.css"),
        ("cid:css-1@mhtml.blink", "cid:css-1@mhtml.blink"),
        ("cid:one@here", "<one@here>"),
    ],
)
@pytest.mark.parametrize("css", [".a{display:none}", ".a{color:#fff}", "@import 'hide.css'; p{}"])
def test_a_saved_page_hides_what_its_sheets_hide(link: str, place: str, css: str) -> None:
    beside = {urljoin(place, "hide.css"): ".a{visibility:hidden}"}
    document = _parse(_with_sheets(f"<link rel=stylesheet href='{link}'>", **{place: css}, **beside), "page.mht")
    assert [(each.text, each.hidden) for each in document.pages] == [(_PROSE.strip(), "Secret")]


@pytest.mark.parametrize("link", ["gone.css", "http://[", "a.css' media='print"])
def test_a_saved_page_keeps_what_its_sheets_do_not_surely_hide(link: str) -> None:
    sheets = {"https://example.org/a/a.css": ".a{color:#fff}"}
    document = _parse(_with_sheets(f"<link rel=stylesheet href='{link}'>", **sheets), "page.mht")
    assert "Secret" in document.pages[0].text


def test_a_saved_page_without_a_page_is_damaged() -> None:
    assert _refusal(b"MIME-Version: 1.0\r\nContent-Type: image/png\r\n\r\nx", "a.mht").code is Code.DOCUMENT_DAMAGED


# ---- hostile pages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["div", "ul", "table", "b", "main", "article", "nav", "template"])
def test_deep_nesting_is_refused(tag: str) -> None:
    refusal = _refusal(f"<html><body>{f'<{tag}>' * 10_000}x{f'</{tag}>' * 10_000}")
    assert (refusal.code, refusal.params["limit"]) == (Code.DOCUMENT_LIMIT, "xml_depth")


def test_no_entity_is_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Secret", encoding="ascii")
    for start in ("", "<?xml version='1.0'?>"):
        doctype = f'<!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY l "{"lol" * 9}">]>'
        text = _text(f"{start}{doctype}<html><body><p>&x;{'&l;' * 9}</p><p>After</p></body></html>")
        assert "Secret" not in text
        assert "After" in text


@pytest.mark.parametrize("page", ["<html>", "<html><body><img src=a></body></html>", "<!-- x -->", "<p hidden>x", " "])
def test_a_page_without_text_is_told(page: str) -> None:
    assert _refusal(page).code is Code.DOCUMENT_NO_TEXT


def test_too_much_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "MAX_CHARACTERS", 1_000)
    assert _parse("<p>" + "x" * 990).pages
    assert _refusal("<p>" + "x" * 1_001).params == {"path": "page.html", "limit": "characters", "value": 1_000}
    assert _refusal("<p>" + "x" * 4_001).code is Code.DOCUMENT_LIMIT


def test_thousands_of_parts_that_all_say_to_be_the_main_one_are_read_once() -> None:
    text = _text("<body>" + f"<article>{_PROSE}</article>" * 5_000)
    assert text.count("lighthouse") == 5_000

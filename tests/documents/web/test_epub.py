"""EPUB: the order of the spine, the table of contents, and what hostile archives and markup may not do."""

from __future__ import annotations

import io
import stat
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from app.core.documents.document import Document, Flag
from app.core.errors import AppError, Code
from app.documents.formats import archive
from app.documents.formats.contract import Content
from app.documents.web import epub
from app.documents.worker import cover_picture, parse
from tests.documents.epub_writer import CONTAINER, XHTML, page, write_epub

_BODY = "<p>" + "Words of a paragraph that goes on. " * 20 + "</p>"


def _parse(data: bytes, name: str = "book.epub") -> Document:
    return parse(Content(name, data, ""), lambda done, total: None)


def _refusal(data: bytes) -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(data)
    assert raised.value.params["path"] == "book.epub"
    return raised.value


def _text(body: str) -> str:
    return "\n\n".join(each.text for each in _parse(write_epub([body])).pages)


def _outline(document: Document) -> list[tuple[str, int, int]]:
    return [(entry.title, entry.page, entry.level) for entry in document.outline]


# ---- a book ---------------------------------------------------------------------------------------------------


def test_chapters_come_in_the_order_of_the_spine() -> None:
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata/><manifest>'
        '<item id="b" href="text/2.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="a" href="text/1.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="p" href="cover.svg" media-type="image/svg+xml"/>'
        '<item id="c" href="text/a%20b.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="p"/><itemref idref="b"/><itemref idref="c" linear="no"/><itemref idref="a"/></spine>'
        "</package>"
    )
    members = {"OEBPS/book.opf": opf, "OEBPS/text/a b.xhtml": page("<p>Aside</p>")}
    document = _parse(write_epub(["<p>First</p>", "<p>Second</p>"], members=members))
    assert [each.text for each in document.pages] == ["Second\n\nAside\n\nFirst"]
    assert document.title == "book"


def test_title_and_language_are_those_of_the_metadata() -> None:
    document = _parse(write_epub(["<p>Ok</p>"], title="A &amp; B", language="fr-CA"))
    assert (document.title, document.language) == ("A & B", "fr")
    mended = _parse(write_epub(["<p>Ok</p>"], title="Q & A", language="fr"))
    assert (mended.title, mended.pages[0].text) == ("Q A", "Ok")


def test_the_navigation_document_names_the_chapters() -> None:
    nav = (
        '<ol><li><a href="text/1.xhtml">Part <b>One</b></a>'
        '<ol><li><a href="text/1.xhtml#here">Inside</a></li></ol></li>'
        '<li><span>No link</span><ol><li><a href="./text/../text/2.xhtml">Two</a></li></ol></li>'
        '<li><a href="https://example.org/text/2.xhtml">Elsewhere</a></li><li><a href="gone.xhtml">Gone</a></li></ol>'
    )
    chapters = [f'<h1>Not this</h1>{_BODY * 3}<p id="here">Here</p>{_BODY}', f"<p>A chapter</p>{_BODY}"]
    document = _parse(write_epub(chapters, nav=nav))
    assert _outline(document) == [("Part One", 1, 1), ("Inside", 3, 2), ("Two", 4, 2)]
    assert [each.chapter for each in document.pages] == ["Part One", "Part One", "Inside", "Two"]


def test_the_ncx_of_epub_2_does_so_too() -> None:
    def point(title: str, target: str, inner: str = "") -> str:
        return f'<navPoint><navLabel><text>{title}</text></navLabel><content src="{target}"/>{inner}</navPoint>'

    ncx = point("One", "text/1.xhtml", point("Inside", "text/1.xhtml#here")) + point("Two", "text/2.xhtml")
    document = _parse(write_epub([f'{_BODY}<p><a name="here"/>Here</p>{_BODY}', _BODY], ncx=ncx))
    assert _outline(document) == [("One", 1, 1), ("Inside", 2, 2), ("Two", 3, 1)]


def test_without_a_table_of_contents_the_headings_do() -> None:
    document = _parse(write_epub([f"<h1>One</h1>{_BODY}<h3>Inside</h3>{_BODY}", "<h2>Two</h2>" + _BODY]))
    assert [(title, level) for title, _, level in _outline(document)] == [("One", 1), ("Inside", 3), ("Two", 2)]


def test_a_broken_table_of_contents_costs_nothing_but_itself() -> None:
    document = _parse(write_epub(["<h1>One</h1><p>Text</p>"], nav="<ol>", members={"OEBPS/nav.xhtml": b"\x00\xff<<<"}))
    assert _outline(document) == [("One", 1, 1)]


def test_a_chapter_that_is_missing_leaves_a_flag() -> None:
    opf_without = zipfile.ZipFile(io.BytesIO(write_epub(["<p>One</p>"] * 2))).read("OEBPS/book.opf")
    document = _parse(write_epub(["<p>One</p>"], members={"OEBPS/book.opf": opf_without}))
    assert [(each.text, each.flags) for each in document.pages] == [("One", (Flag.DAMAGED,))]


# ---- markup ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>One\n two</p><div>three<p>four</p>five</div>six", "One two\n\nthree\n\nfour\n\nfive\n\nsix"),
        ("<p>A<b>B</b> <i>c</i>d<br/>e</p>", "AB cd\ne"),
        ("<ul><li>a</li><li><p>b</p><p>c</p><ol><li>d</li></ol></li></ul>f", "- a\n- b\n  c\n  1. d\n\nf"),
        ("<ol start='3'><li>a</li><li value='7'>b<p>c</p></li><li>d</li></ol>", "3. a\n7. b\n  c\n8. d"),
        ("<ol start='x'><li value='1e9'>a</li><li value='99999999999999999999'>b</li></ol>", "1. a\n2. b"),
        ("<table><tr><th>a</th><td>b</td></tr><tr><td><p>c</p><p>d</p></td><td/></tr></table>", "a | b\nc d | "),
        ("<pre>  one\n    two\n\n  three</pre>", "  one\n    two\n\n  three"),
        ("<p>See <img src='x' alt='a  map'/> and <img src='y'/>.</p>", "See [picture: a map] and [picture]."),
        ("<p>a</p><script>b</script><style>c</style><svg><text>d</text></svg><!-- e --><?f g?><p>h</p>", "a\n\nh"),
        ("<p><ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>を読む</p>", "漢字を読む"),
        ("<p>caf&eacute;&nbsp;&#8212;&amp;&unheard;</p>", "café —&&unheard;"),
        ("<p>One<p>two <b>three</p><br>four", "One\n\ntwo three\n\nfour"),
        ("<dl><dt>a</dt><dd>b</dd></dl><blockquote>c</blockquote><hr/>", "a\n\nb\n\nc"),
        ("<p>a<a id='x'/>b<span/>c</p>", "abc"),
        ("</p></div>text</li></td>", "text"),
        ("<li>alone</li><td>cell</td>", "alone\n\ncell"),
    ],
)
def test_markup_becomes_the_text_that_a_person_reads(body: str, text: str) -> None:
    assert _text(body).rstrip() == text.rstrip()


@pytest.mark.parametrize(
    "hidden",
    [
        *(
            "<p hidden=''>Secret</p>",
            "<p style='color:red; display : none'>Secret</p>",
            "<div style='VISIBILITY:hidden'>Secret</div>",
        ),
        *(
            "<p>a <span style='font-size:0'>Secret</span></p>",
            "<p style='opacity:0.0'>Secret</p>",
            "<p style='font-size: 0px;'>Secret</p>",
        ),
    ],
)
def test_hidden_text_is_left_out_and_flagged(hidden: str) -> None:
    document = _parse(write_epub([f"<p>Seen</p>{hidden}<p>Seen too</p>"]))
    assert "Secret" not in document.pages[0].text
    assert "Seen too" in document.pages[0].text
    assert document.pages[0].flags == (Flag.HIDDEN_TEXT,)
    assert document.pages[0].hidden == "Secret"


def test_what_only_looks_hidden_stays() -> None:
    body = "<p style='opacity:0.9;font-size:0.9em'>Seen</p><nav hidden=''><ol><li>12</li></ol></nav><p hidden=''> </p>"
    document = _parse(write_epub([body]))
    assert (document.pages[0].text, document.pages[0].flags) == ("Seen", ())


def test_invisible_characters_go_and_are_flagged() -> None:
    document = _parse(write_epub(["<p>See\u200bn &#xE0041;hyph\u00aden</p>"]))
    assert (document.pages[0].text, document.pages[0].flags) == ("Seen hyphen", (Flag.INVISIBLE_CHARACTERS,))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "shift_jis", "euc-jp", "iso-2022-jp"])
def test_chapters_may_be_in_other_encodings(encoding: str) -> None:
    chapter = f'<?xml version="1.0" encoding="{encoding}"?>{XHTML}<body><p>吾輩は猫である。</p></body></html>'
    document = _parse(write_epub([""], members={"OEBPS/text/1.xhtml": chapter.encode(encoding)}))
    assert (document.pages[0].text, document.language) == ("吾輩は猫である。", "ja")


# ---- hostile markup -------------------------------------------------------------------------------------------


def _with_doctype(doctype: str, body: str) -> bytes:
    chapter = f'<?xml version="1.0"?><!DOCTYPE html {doctype}>{XHTML}<body><p>Before</p>{body}</body></html>'
    return write_epub([""], members={"OEBPS/text/1.xhtml": chapter})


def test_a_billion_laughs_are_none() -> None:
    laughs = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 12))
    document = _parse(_with_doctype(f'[<!ENTITY l0 "lol">{laughs}]', "<p>&l11;</p><p>After</p>"))
    assert document.characters < 200
    assert "After" in document.pages[0].text


def test_no_file_is_read_for_an_entity(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Secret", encoding="ascii")
    document = _parse(_with_doctype(f'[<!ENTITY x SYSTEM "{secret.as_uri()}">]', "<p>&x;After</p>"))
    assert "Secret" not in document.pages[0].text
    document = _parse(_with_doctype(f'SYSTEM "{secret.as_uri()}"', "<p>After</p>"))
    assert document.pages[0].text == "Before\n\nAfter"


@pytest.mark.parametrize("depth", [300, 50_000])
@pytest.mark.parametrize("tag", ["div", "ul", "table", "b"])
def test_deep_nesting_is_refused(depth: int, tag: str) -> None:
    refusal = _refusal(write_epub([f"<{tag}>" * depth + "x" + f"</{tag}>" * depth]))
    assert refusal.code is Code.DOCUMENT_LIMIT
    assert refusal.params["limit"] == "xml_depth"


def test_deep_contents_and_packages_are_refused() -> None:
    deep = "<navPoint>" * 1_000 + "</navPoint>" * 1_000
    assert _refusal(write_epub(["<p>x</p>"], ncx=deep)).code is Code.DOCUMENT_LIMIT
    opf = "<package>" + "<a>" * 1_000 + "</a>" * 1_000 + "</package>"
    assert _refusal(write_epub([], members={"OEBPS/book.opf": opf})).code in (
        Code.DOCUMENT_LIMIT,
        Code.DOCUMENT_DAMAGED,
    )


# ---- hostile archives -----------------------------------------------------------------------------------------


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    refusal = _refusal(write_epub([" " * 30_000_000]))
    assert (refusal.code, refusal.params["limit"]) == (Code.DOCUMENT_LIMIT, "expansion")


def test_a_member_that_says_it_is_small_is_unpacked_no_further() -> None:
    """The archive says 100 bytes where 32 MiB are: what is beyond these bytes is not even unpacked."""
    blank = " " * (32 << 20)
    data, size = write_epub([_BODY, blank]), len(page(blank))
    assert data.count(struct.pack("<I", size)) == 2
    tracemalloc.start()
    try:
        document = _parse(data.replace(struct.pack("<I", size), struct.pack("<I", 100)))
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert document.pages[0].text.startswith("Words of a paragraph")


def test_no_element_has_attributes_without_end() -> None:
    crowd = " ".join(f'data-{number}="1"' for number in range(1_200))
    refusal = _refusal(write_epub([f"<p {crowd}>Crowded</p>"]))
    assert (refusal.code, refusal.params["limit"]) == (Code.DOCUMENT_LIMIT, "xml_attributes")


@pytest.mark.parametrize(
    ("limit", "name"),
    [
        *(("MAX_MEMBERS", "archive_members"), ("MAX_MEMBER_BYTES", "archive_member_bytes")),
        *(("MAX_READ_BYTES", "archive_bytes"), ("MAX_DECLARED_BYTES", "archive_bytes")),
    ],
)
def test_an_archive_keeps_its_limits(limit: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = write_epub([_BODY] * 3)
    monkeypatch.setattr(archive, limit, 2)
    refusal = _refusal(data)
    assert (refusal.code, refusal.params["limit"], refusal.params["value"]) == (Code.DOCUMENT_LIMIT, name, 2)


def test_a_size_that_lies_is_damage() -> None:
    data = write_epub([_BODY * 40])
    size = len(page(_BODY * 40).encode())
    assert data.count(struct.pack("<I", size)) == 2
    assert _refusal(data.replace(struct.pack("<I", size), struct.pack("<I", 100))).code is Code.DOCUMENT_DAMAGED


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "a/../../outside", "..\\outside", "C:\\outside", ".."])
def test_a_member_outside_is_refused(name: str) -> None:
    packed = write_epub(["<p>x</p>"], members={"PLACEHOLDER": "x"})
    assert _refusal(write_epub(["<p>x</p>"], members={name: "x"})).code is Code.DOCUMENT_DAMAGED
    assert _parse(packed).pages


def test_members_over_one_another_are_refused() -> None:
    data = bytearray(write_epub(["<p>x</p>"], members={"one": "1" * 50, "two": "2" * 50}))
    directory = zipfile.ZipFile(io.BytesIO(data))
    one, two = directory.getinfo("one"), directory.getinfo("two")
    entry = data.rindex(b"two") - 46
    assert struct.unpack_from("<I", data, entry + 42)[0] == two.header_offset
    struct.pack_into("<I", data, entry + 42, one.header_offset)
    assert _refusal(bytes(data)).code is Code.DOCUMENT_DAMAGED


def test_a_symbolic_link_is_no_chapter() -> None:
    packed = io.BytesIO(write_epub(["<p>One</p>", "<p>Two</p>"]))
    linked = io.BytesIO()
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(linked, "w") as target:
        for member in source.infolist():
            if member.filename.endswith("2.xhtml"):
                member.external_attr = (stat.S_IFLNK | 0o777) << 16
            target.writestr(member, source.read(member))
    document = _parse(linked.getvalue())
    assert [(each.text, each.flags) for each in document.pages] == [("One", (Flag.DAMAGED,))]


def test_compression_that_epub_does_not_know_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        target.writestr("META-INF/container.xml", CONTAINER, zipfile.ZIP_BZIP2)
    assert _refusal(packed.getvalue()).code is Code.DOCUMENT_DAMAGED


# ---- locked and broken books ----------------------------------------------------------------------------------


def _encryption(algorithm: str) -> str:
    return (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:e="http://www.w3.org/2001/04/xmlenc#">'
        f'<e:EncryptedData><e:EncryptionMethod Algorithm="{algorithm}"/>'
        '<e:CipherData><e:CipherReference URI="OEBPS/x"/></e:CipherData></e:EncryptedData></encryption>'
    )


def test_drm_is_told_and_scrambled_fonts_are_fine() -> None:
    drm, fonts = "http://www.w3.org/2001/04/xmlenc#aes256-cbc", "http://www.idpf.org/2008/embedding"
    locked = write_epub(["<p>x</p>"], members={"META-INF/encryption.xml": _encryption(drm)})
    assert _refusal(locked).code is Code.DOCUMENT_ENCRYPTED
    open_book = write_epub(["<p>x</p>"], members={"META-INF/encryption.xml": _encryption(fonts)})
    assert _parse(open_book).pages[0].text == "x"


def test_an_archive_under_a_password_is_told() -> None:
    data = bytearray(write_epub(["<p>x</p>"]))
    entry = data.rindex(b"OEBPS/text/1.xhtml") - 46
    data[entry + 8] |= 1
    assert _refusal(bytes(data)).code is Code.DOCUMENT_ENCRYPTED


@pytest.mark.parametrize(
    "members",
    [
        {"META-INF/container.xml": ""},
        {"META-INF/container.xml": "<container/>"},
        {"META-INF/container.xml": CONTAINER.replace("book.opf", "gone.opf")},
        {"META-INF/container.xml": CONTAINER.replace("OEBPS/book.opf", "../../../etc/passwd")},
        {"OEBPS/book.opf": "<package/>"},
        {"OEBPS/book.opf": b"\x00" * 100},
        {"OEBPS/text/1.xhtml": ""},
    ],
)
def test_a_broken_book_is_damaged(members: dict[str, str | bytes]) -> None:
    refusal = _refusal(write_epub(["<p>x</p>"], members=members))
    assert (refusal.code, refusal.params["format"]) == (Code.DOCUMENT_DAMAGED, "epub")


def test_a_book_of_pictures_has_no_text() -> None:
    refusal = _refusal(write_epub(["<img src='1.jpg'/>", "<svg/>"]))
    assert (refusal.code, refusal.params["pages"]) == (Code.DOCUMENT_NO_TEXT, 2)


def test_too_many_chapters_or_characters_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = write_epub([_BODY] * 3)
    monkeypatch.setattr(epub, "MAX_CHARACTERS", 1_500)
    assert _refusal(data).params["limit"] == "characters"
    monkeypatch.setattr(epub, "MAX_SPINE_ITEMS", 2)
    assert _refusal(data).params["limit"] == "chapters"


# ---- a real book, where there is one --------------------------------------------------------------------------

_REFERENCE = Path("/usr/share/developers-reference/developers-reference.epub")


@pytest.mark.skipif(not _REFERENCE.exists(), reason="Debian's developers-reference is not installed")
def test_a_real_book() -> None:
    document = _parse(_REFERENCE.read_bytes())
    assert document.language == "en"
    assert len(document.outline) > 100
    assert not [each.number for each in document.pages if each.flags]
    duties = next(entry for entry in document.outline if entry.title == "Going on vacation gracefully")
    assert "periods of absence" in document.pages[duties.page - 1].text


# ---- footnotes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "note"),
    [
        ("<a epub:type='noteref' href='#n'>*</a>", "<aside epub:type='footnote' id='n'><p>The note.</p></aside>"),
        ("<a role='doc-noteref' href='#n'><sup>7</sup></a>", "<div id='n'><p>7. The note.</p></div>"),
        ("<sup><a href='#n'>7</a></sup>", "<aside role='doc-footnote'><p id='n'>The note.</p></aside>"),
        ("<sup id='r'><a href='#n'>7</a></sup>", "<ol><li><p id='n'>The note. <a href='#r'>\u21a9</a></p></li></ol>"),
        (
            "<a class='sdfootnoteanc' name='r' href='#n'><sup>7</sup></a>",
            "<div id='x'><p><a class='sdfootnotesym' name='n' href='#r'>7</a> The note.</p></div>",
        ),
    ],
)
def test_a_note_follows_the_paragraph_that_refers_to_it(reference: str, note: str) -> None:
    assert _text(f"<p>One{reference}.</p><p>Two.</p>{note}") == "One[1].\n\n[1] The note.\n\nTwo."


def test_a_note_in_another_chapter_comes_where_it_is_referred_to() -> None:
    text = "<p>One<a epub:type='noteref' href='2.xhtml#n'>1</a>.</p><p>Two.</p>"
    notes = "<h1>Notes</h1><p id='n'>1. The note.</p><p id='m'>2. Nobody asks for this.</p>"
    pages = _parse(write_epub([text, notes])).pages
    assert "\n\n".join(page.text for page in pages) == (
        "One[1].\n\n[1] The note.\n\nTwo.\n\nNotes\n\n2. Nobody asks for this."
    )


def test_notes_of_lists_and_tables() -> None:
    mark = "<a epub:type='noteref' href='#{}'>*</a>"
    notes = "".join(f"<aside epub:type='footnote' id='{name}'>{name} said</aside>" for name in "nm")
    items = f"<ul><li>a{mark.format('n')}</li><li>b</li></ul>"
    table = f"<table><tr><td>c{mark.format('m')}</td><td>d</td></tr><tr><td>e</td></tr></table>"
    assert _text(items + table + notes) == "- a[1]\n\n[1] n said\n\n- b\n\nc[2] | d\ne\n\n[2] m said"


def test_what_follows_a_note_is_no_part_of_it() -> None:
    note = "<aside epub:type='footnote' id='n'>The note.</aside>"
    text = _text(f"<div>One<a epub:type='noteref' href='#n'>*</a>. {note} Two.</div>")
    assert text == "One[1]. Two.\n\n[1] The note."


def test_a_note_is_told_once() -> None:
    mark = "<a epub:type='noteref' href='#n'>*</a>"
    text = _text(f"<p>One{mark}.</p><p>Two{mark}.</p><aside id='n' epub:type='footnote'>The note.</aside>")
    assert text == "One[1].\n\n[1] The note.\n\nTwo[1]."


def test_a_note_inside_a_note_is_told_once() -> None:
    marks = "".join(f"<a epub:type='noteref' href='#{name}'>*</a>" for name in "nm")
    note = "<aside id='n' epub:type='footnote'>Outer <p>x</p><aside id='m' epub:type='footnote'>inner</aside></aside>"
    assert _text(f"<p>One{marks}.</p>{note}") == "One[1]*.\n\n[1] Outer\nx\ninner"


def test_what_is_longer_than_a_note_stays_where_it_is() -> None:
    long = "word " * 5_000
    document = _parse(write_epub([f"<p>One<a epub:type='noteref' href='#n'>*</a>.</p><aside id='n'>{long}</aside>"]))
    assert document.pages[0].text.startswith("One*.\n\nword")


def test_a_note_whose_reference_is_hidden_is_told_all_the_same() -> None:
    hidden = "<p hidden=''>One<a epub:type='noteref' href='#n'>*</a></p>"
    assert _text(f"{hidden}<p>Two.</p><aside id='n' epub:type='footnote'>The note.</aside>") == "Two.\n\n[1] The note."


@pytest.mark.parametrize(
    ("link", "mark"),
    [
        ("<sup><a href='#n'>2</a></sup>", "[2]"),  # leads to a paragraph that is no note
        ("<a href='#n'>2</a>", "2"),
        ("<a epub:type='noteref' href='#h'>2</a>", "[2]"),
        ("<a epub:type='noteref' href='#away'>2</a>", "[2]"),
        ("<a epub:type='noteref' href='gone.xhtml#n'>2</a>", "[2]"),
        ("<a epub:type='noteref' href='gone.xhtml#n'>*</a>", "*"),
    ],
)
def test_other_links_move_nothing(link: str, mark: str) -> None:
    text = _text(f"<p>One{link}.</p><p id='n'>Two.</p><div id='h'><h2>Three</h2></div>")
    assert text == f"One{mark}.\n\nTwo.\n\nThree"


def test_a_book_of_nothing_but_pictures_has_no_text() -> None:
    drawing = "<svg xmlns='http://www.w3.org/2000/svg'><image href='a.png'/></svg>"
    with pytest.raises(AppError) as raised:
        _parse(write_epub([f"<p>{drawing}</p>", "<img src='b.png'/>"]))
    assert raised.value.code is Code.DOCUMENT_NO_TEXT
    assert _text(f"<p>{drawing}</p><p>The end.</p>") == "[picture]\n\nThe end."


# ---- the cover

_META = '<meta name="cover" content="pic"/>'


def _item(properties: str = "", media_type: str = "image/jpeg", href: str = "cover.jpg") -> str:
    return f'<item id="pic" href="{href}" media-type="{media_type}" properties="{properties}"/>'


def _cover(metadata: str, manifest: str, picture: bytes = b"picture") -> bytes:
    members = {"OEBPS/cover.jpg": picture}
    data = write_epub([_BODY], metadata=metadata, manifest=manifest, members=members)
    return cover_picture(Content("book.epub", data, ""))


@pytest.mark.parametrize(("metadata", "manifest"), [("", _item("cover-image")), (_META, _item())])
def test_the_picture_that_the_package_names_is_the_cover(metadata: str, manifest: str) -> None:
    assert _cover(metadata, manifest) == b"picture"


@pytest.mark.parametrize(
    ("metadata", "manifest"),
    [
        ("", _item()),
        ('<meta name="cover" content="elsewhere"/>', _item()),
        (_META, _item(media_type="application/xhtml+xml")),
        (_META, _item(href="missing.jpg")),
        (_META, _item(href="../../../etc/passwd")),
        (_META, _item(href="https://example.org/cover.jpg")),
    ],
)
def test_a_book_that_names_no_picture_of_its_own_has_none(metadata: str, manifest: str) -> None:
    assert _cover(metadata, manifest) == b""


def test_a_picture_that_is_too_large_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epub, "MAX_COVER_BYTES", 6)
    assert _cover(_META, _item()) == b""


def test_another_format_has_no_cover() -> None:
    assert cover_picture(Content("notes.txt", b"Notes", "")) == b""

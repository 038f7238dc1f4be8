"""RTF: what a person reads in a Rich Text file, and what hostile ones may not do."""

from __future__ import annotations

import contextlib
import time

import pytest

from app.core.documents.document import Document, Flag
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.word.rtf_controls import MAX_GROUP_DEPTH
from app.documents.worker import parse
from tests.documents.office_writer import write_rtf


def _parse(data: bytes, name: str = "book.rtf") -> Document:
    return parse(Content(name, data, ""), lambda done, total: None)


def _refusal(data: bytes) -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(data)
    assert raised.value.params["path"] == "book.rtf"
    return raised.value


def _read(body: str, head: str = "") -> tuple[str, tuple[Flag, ...]]:
    pages = _parse(write_rtf(body, head=head)).pages
    return "\n\n".join(page.text for page in pages), pages[0].flags


# ---- a book ---------------------------------------------------------------------------------------------------


def test_headings_make_the_outline_by_style_and_by_level() -> None:
    body = (
        r"\pard\s1 One\par\pard Text\par\pard\s3 Three\par{\pard\outlinelevel1 Two\par}\pard\s1\outlinelevel9 None\par"
    )
    document = _parse(write_rtf(body))
    assert [(each.title, each.level) for each in document.outline] == [("One", 1), ("Three", 3), ("Two", 2)]
    assert document.pages[0].text == "One\n\nText\n\nThree\n\nTwo\n\nNone"


def test_the_title_is_that_of_the_information_group() -> None:
    assert _parse(write_rtf("Ok", title=r"Caf\'e9 {\b \u8212 -} B")).title == "Café — B"
    assert _parse(write_rtf("Ok")).title == "book"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"One \b two\b0  three\par four", "One two three\n\nfour"),
        ("One\r\n two\\\nthree", "One two\n\nthree"),
        (r"a\tab b\line c\~d\_e\-f\{g\}\\", "a\tb\nc\u00a0d-ef{g}\\"),
        (r"\ldblquote a\rdblquote\emdash b\rquote s", "“a”—b’s"),
        (r"{\pntext\'b7\tab}a\par{\pntext\f1 1.\tab}b\par\pard c", "- a\n1. b\n\nc"),
        (r"\pard\ls1 a\par\ls1\ilvl1 b\par\pard c", "- a\n  - b\n\nc"),
        (r"{\*\pn\pnlvlbody{\pntxta .}}{\listtext\pard\plain o\tab}\pard\ls2\ilvl0 a", "- a"),
        (
            r"A\par\trowd\cellx1\pard\intbl a\par b\cell c\cell\row\trowd\pard\intbl d\cell\cell\row\pard B",
            "A\n\na b | c\nd |\n\nB",
        ),
        (
            r"\pard\intbl a\par\pard\intbl\itap2 x\nestcell y\nestcell{\*\nesttableprops\trowd\nestrow}"
            r"{\nonesttables\par}\pard\intbl b\cell c\cell\row\pard d",
            "a\nx | y\nb | c\n\nd",
        ),
        (r"A{\super\chftn}{\footnote\pard\plain{\super\chftn} Note\par on}B\par C", "A[1]B\n\n[1] Note\non\n\nC"),
        (r"A{\footnote One{\b two}} B{\*\footnote\ftnalt End}", "A[1] B[2]\n\n[1] Onetwo\n\n[2] End"),
        (r"\intbl A{\footnote Note}\cell B\cell\row\pard C", "A[1] | B\n\n[1] Note\n\nC"),
        (r"{\listtext 1.\tab}\ls1 A{\footnote\ls1 Note\par}\par\ls1 B", "1. A[1]\n\n[1] - Note\n\n- B"),
        (r'{\field{\*\fldinst{HYPERLINK "x"}}{\fldrslt{\ul Link}}} on', "Link on"),
        (r"{\field{\fldinst PAGE}{\fldrslt 3}}", "3"),
        (
            r"A{\shp{\*\shpinst\shpleft1{\sp{\sn x}{\sv 1}}{\shptxt Box\par two}}{\shprslt{\par Box}}}B",
            "AB\n\nBox\n\ntwo",
        ),
        (r"A{\*\do\dobxpage{\dptxbxtext Box}}B", "AB\n\nBox"),
        (r"A{\pict\wmetafile8 0102}{\*\shppict{\pict 03}}{\object{\*\objdata 04}{\result No}}B", "AB"),
        ("A{\\pict\\bin5 }}{{\\}B", "AB"),
        (r"{\header Head}{\footerl Foot}A{\*\unheard Of}{\xe Index}{\*\bkmkstart b}", "A"),
        (r"\u8364 ?\u-255 ?\u55357 ?\u56832 ?", "€！😀"),
        (r"\uc2\u8364 ab{\uc0\u8364 ab}\u8364\'61\'62c{\u8364 x}y", "€€ab€c€y"),
        (r"Caf\'e9 \'93a\'94", "Café “a”"),
    ],
)
def test_control_words_become_the_text_that_a_person_reads(body: str, text: str) -> None:
    read, flags = _read(body)
    assert (read, flags) == (text.rstrip(), ())


@pytest.mark.parametrize(
    ("text", "head", "body"),
    [
        ("Война", r"{\fonttbl{\f1\fcharset204 A;}}", r"\f1\'c2\'ee\'e9\'ed\'e0"),
        ("Война и", r"\ansicpg1251", r"\'c2\'ee\'e9\'ed\'e0 \'e8"),
        ("漢字", r"{\fonttbl{\f0\fcharset128 A;}}", r"\plain\'8a\'bf\'8e\'9a"),
        ("ソ", r"{\fonttbl{\f2\fcharset128 A;}}", r"{\f2 \'83\'5c}"),
        ("ア", r"{\fonttbl{\f2\fcharset128 A;}}", r"\f2 \'83A"),
        ("éа", r"{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}}", r"\'e9{\f1\'e0}"),
        ("Žž", r"\ansicpg1250", r"\'8e\'9e"),
        ("é", r"\mac", r"\'8e"),
        ("é", r"\ansicpg99999", r"\'e9"),
    ],
)
def test_bytes_are_read_in_the_encoding_of_the_font_else_of_the_document(text: str, head: str, body: str) -> None:
    assert _read(body, head)[0] == text


# ---- what is not shown ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hidden",
    [
        *(
            r"{\v Secret}",
            r"\v Secret\v0 ",
            r"\v Secret\plain ",
            r"{\v\deleted\strike Secret}",
            r"{\v A{\footnote Secret}}",
        ),
        r"{\v\'53\u101 e}",
    ],
)
def test_hidden_text_is_left_out_and_flagged(hidden: str) -> None:
    assert _read(rf"Seen {hidden}too\par") == ("Seen too", (Flag.HIDDEN_TEXT,))


def test_what_only_looks_hidden_stays() -> None:
    assert _read(r"{\v0 a}{\v  }{\revised0 b}{\deleted0 c}\webhidden d") == ("abcd", ())


# ---- broken and hostile ---------------------------------------------------------------------------------------


def test_what_is_cut_off_is_read_and_flagged() -> None:
    page = _parse(write_rtf(r"One\par Two {\b three")[:-1]).pages[0]
    assert (page.text, page.flags) == ("One\n\nTwo three", (Flag.DAMAGED,))
    page = _parse(write_rtf(r"One{\footnote Two")[:-1]).pages[0]
    assert (page.text, page.flags) == ("One[1]\n\n[1] Two", (Flag.DAMAGED,))


def test_a_file_cut_at_every_tenth_is_flagged_or_refused() -> None:
    data = write_rtf(r"\pard\s1 One\par\pard Text\par" * 40)
    for tenth in range(1, 10):
        try:
            damaged = Flag.DAMAGED in _parse(data[: len(data) * tenth // 10]).pages[-1].flags
        except AppError as refusal:
            damaged = refusal.code is Code.DOCUMENT_DAMAGED
        assert damaged


def test_what_comes_after_the_end_is_no_text() -> None:
    assert _parse(write_rtf("One") + b"}}}{\\par Two\x00").pages[0].text == "One"


def test_no_text_is_refused() -> None:
    assert _refusal(write_rtf(r"\par\par")).code is Code.DOCUMENT_NO_TEXT
    assert _refusal(write_rtf(r"{\v Secret}")).code is Code.DOCUMENT_NO_TEXT
    assert _refusal(b"{\\rtf1").code is Code.DOCUMENT_DAMAGED


@pytest.mark.parametrize("inner", ["{", "{\\footnote ", "{\\shptxt ", "{\\pict ", "{\\b "])
@pytest.mark.parametrize("depth", [MAX_GROUP_DEPTH, 100_000])
def test_deep_nesting_is_refused(inner: str, depth: int) -> None:
    refusal = _refusal(write_rtf(inner * depth + "x" + "}" * depth))
    assert (refusal.code, refusal.params["limit"]) == (Code.DOCUMENT_LIMIT, "group_depth")


@pytest.mark.parametrize("inner", ["{\\footnote x", "{\\shptxt x", "{\\listtext x", "{\\stylesheet x", "{\\info x"])
def test_nesting_within_the_limit_is_read(inner: str) -> None:
    depth = MAX_GROUP_DEPTH - 10
    assert "Seen" in _parse(write_rtf("Seen " + inner * depth + "}" * depth)).pages[0].text


@pytest.mark.parametrize(
    "body",
    [
        *(r"\intbl\itap9999999999 a\nestcell", r"\ls1\ilvl9999999999 a", r"\uc9999999999\u65 a", r"\u-9999999999 a"),
        *(r"\u9999999999 a", r"a\bin9999999999 b", r"\f-1\s-1\cell\row\nestrow a", r"\outlinelevel-5 a\par"),
        *(
            "a" + "\\row\\cell\\nestcell" * 5_000,
            "a" + "{\\footnote}" * 5_000,
            "a{\\*\\}\\",
            "\\fonttbl\\f\\fcharset a",
        ),
    ],
)
def test_senseless_numbers_and_words_do_no_harm(body: str) -> None:
    started = time.process_time()
    with contextlib.suppress(AppError):
        _parse(write_rtf("Seen" + r"\par" + body))
    assert time.process_time() - started < 5

"""Files state facts about their documents, beside the text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.core.documents.facts import MAX_FACT_CHARACTERS, MAX_PEOPLE, NO_FACTS, DocumentPerson, Facts, Role
from app.documents import worker
from app.documents.formats.contract import Content
from app.documents.formats.facts import authors, correspondents, date_in, make_facts
from tests.documents.compound_writer import write_xls, xls_sheet
from tests.documents.epub_writer import write_epub
from tests.documents.images.gallery import flag
from tests.documents.message_writer import Values, message, write_msg
from tests.documents.office_writer import ODF, PACKAGE, paragraph, write_docx, write_odt
from tests.documents.pdf_writer import lines, write_pdf

_ADA = DocumentPerson("Ada Byron", Role.AUTHOR)
_CORE = (
    f'<p:coreProperties xmlns:p="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:dcterms="http://purl.org/dc/terms/"><dc:creator>Ada Byron; python-docx</dc:creator><dcterms:modified>'
    "2026-04-01T00:00:00Z</dcterms:modified><dcterms:created>2026-03-12T09:30:00Z</dcterms:created></p:coreProperties>"
)


def _pdf() -> bytes:
    written = write_pdf([lines("Text")], title="One) /Author (Ada Byron) /CreationDate (D:20260312093000+01'00'")
    return written.replace(b"/Title (One) ", b"/Subject (J. of Lamps, doi:10.1000/182) /Title (One) ")


def _docx() -> bytes:
    return write_docx(paragraph("Text"), members={"docProps/core.xml": _CORE})


def _odt() -> bytes:
    meta = (
        f"<office:document-meta {ODF}><office:meta><dc:date>2026-04-01</dc:date><meta:initial-creator>Ada Byron"
        "</meta:initial-creator><dc:creator>Bob</dc:creator><meta:creation-date>2026-03-12T09:30:11.5</meta:creation-date>"
        "</office:meta></office:document-meta>"
    )
    return write_odt("<text:p>Text</text:p>", members={"meta.xml": meta})


def _epub() -> bytes:
    metadata = (
        '<dc:date opf:event="modification" xmlns:opf="o">2026-04-01</dc:date><dc:date>1851</dc:date>'
        '<dc:creator>Ada Byron</dc:creator><dc:creator opf:role="edt" xmlns:opf="o">Bob</dc:creator>'
        "<dc:publisher>Harper</dc:publisher><dc:identifier>urn:isbn:978-3-16-148410-0</dc:identifier>"
    )
    return write_epub(["<p>Text</p>"], metadata=metadata)


def _html() -> bytes:
    said = {
        "citation_author": "Ada Byron",
        "author": "Webmaster",
        "citation_journal_title": "Journal of Lamps",
        "citation_publication_date": "2026/03/12",
        "citation_doi": "10.1000/182",
    }
    head = "".join(f'<meta name="{name}" content="{value}">' for name, value in said.items())
    return f"<!DOCTYPE html><title>One</title>{head}<p>Text".encode()


def _fb2() -> bytes:
    about = (
        "<title-info><author><first-name>Ada</first-name><last-name>Byron</last-name></author><date>1843</date>"
        "</title-info><publish-info><publisher>Harper</publisher><year>1851</year></publish-info>"
    )
    return f"<FictionBook><description>{about}</description><body><p>Text</p></body></FictionBook>".encode()


def _eml() -> bytes:
    return (
        b'From: =?utf-8?q?Byron=2C_Ada?= <ada@example.org>\nTo: bob@example.org, "Roe, Rick" <rick@example.org>\n'
        b"Cc: Eve\nDate: Thu, 12 Mar 2026 09:30:00 +0100\nSubject: Lamps\n\nText\n"
    )


def _msg() -> bytes:
    filetime = 134_177_814_000_000_000  # 2026-03-12 09:30 UTC
    receivers: list[Values] = [{0x3001: "Roe, Rick", 0x39FE: "rick@example.org", 0x0C15: 1}, {0x3001: "Eve", 0x0C15: 2}]
    return write_msg(
        message({0x0037: "Lamps", 0x0C1A: "Byron, Ada", 0x1000: "Text", 0x0039: filetime}, receivers=receivers)
    )


_MAILED = (
    DocumentPerson("Byron, Ada", Role.SENDER, "ada@example.org"),
    DocumentPerson("", Role.RECEIVER, "bob@example.org"),
    DocumentPerson("Roe, Rick", Role.RECEIVER, "rick@example.org"),
    DocumentPerson("Eve", Role.COPIED),
)


@pytest.mark.parametrize(
    ("name", "write", "facts"),
    [
        ("a.pdf", _pdf, Facts("2026-03-12T09:30", (_ADA,), doi="10.1000/182")),
        ("a.docx", _docx, Facts("2026-03-12T09:30", (_ADA,))),
        ("a.odt", _odt, Facts("2026-03-12T09:30", (_ADA,))),
        ("a.epub", _epub, Facts("1851", (_ADA, DocumentPerson("Bob", Role.EDITOR)), "Harper", isbn="9783161484100")),
        ("a.html", _html, Facts("2026-03-12", (_ADA,), container="Journal of Lamps", doi="10.1000/182")),
        ("a.fb2", _fb2, Facts("1851", (_ADA,), "Harper")),
        ("a.eml", _eml, Facts("2026-03-12T09:30", _MAILED)),
        ("a.mbox", lambda: b"From a Thu Mar 12 10:00:00 2026\n" + _eml(), Facts(people=_MAILED[:1])),
        ("a.msg", _msg, Facts("2026-03-12T09:30", (DocumentPerson("Byron, Ada", Role.SENDER), *_MAILED[2:]))),
        (
            "a.md",
            lambda: b"---\ntitle: One\nauthor: 'Ada Byron'\ndate: 2026-03-12\n---\nText\n",
            Facts("2026-03-12", (_ADA,)),
        ),
        (
            "a.rtf",
            lambda: rb"{\rtf1{\info{\author Ada Byr\'f6n}{\creatim\yr2026\mo3\dy12\hr9}} Text\par}",
            Facts("2026-03-12", (DocumentPerson("Ada Byrön", Role.AUTHOR),)),
        ),
        ("a.xls", lambda: write_xls({"One": xls_sheet([["Text"]])}, title="One"), NO_FACTS),
        ("a.txt", lambda: b"Text", NO_FACTS),
    ],
)
def test_a_file_says_when_and_by_whom_it_was_written(name: str, write: Callable[[], bytes], facts: Facts) -> None:
    document = worker.parse(Content(name, write(), "5" * 64), lambda _done, _total: None)
    assert document.facts == facts
    assert document.facts.are_sound


def test_a_photo_says_when_it_was_taken(tmp_path) -> None:  # type: ignore[no-untyped-def]
    picture, path = flag(), tmp_path / "a.jpg"
    exif = picture.getexif()
    exif[306] = "2026:03:12 09:30:00"
    picture.save(path, exif=exif)
    document = worker.parse(Content("a.jpg", path.read_bytes(), "5" * 64), lambda _done, _total: None)
    assert document.facts == Facts("2026-03-12T09:30")


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("D:20260312093015Z", "2026-03-12T09:30"),
        ("D:2026", "2026"),
        ("2026-03", "2026-03"),
        ("20260312", "2026-03-12"),
        ("2026-03-12T00:00:00Z", "2026-03-12"),
        ("2026-02-31", "2026-02"),
        ("2026-13-01", "2026"),
        ("12 Mar 26 09:30 +0100", "2026-03-12T09:30"),
        ("1970-01-01T00:00:00Z", ""),
        ("0101-01-01", ""),
        ("soon", ""),
        ("", ""),
        ("9" * 100_000, ""),
        ("Thu, " * 50_000, ""),
    ],
)
def test_a_date_is_as_exact_as_it_was_written(written: str, date: str) -> None:
    assert date_in(written) == date


@pytest.mark.parametrize(
    "header", ["(" * 8_000, '"' * 8_001, "<" * 8_000, "a@b," * 2_000, "a <a@b> " * 1_000, ",;" * 4_000]
)
def test_headers_of_mails_may_be_anything(header: str) -> None:
    assert make_facts(people=correspondents(header, Role.RECEIVER)).are_sound


def test_facts_have_limits() -> None:
    names = [f"{number} {'x' * 1_000}\n\x00\u202e\ue000" for number in range(1_000)]
    facts = make_facts(
        people=authors(names), untrusted_publisher="x" * 1_000_000, untrusted_identifiers="10.1000/" * 999
    )
    assert facts.are_sound
    assert len(facts.people) == MAX_PEOPLE
    assert len(facts.publisher) == MAX_FACT_CHARACTERS
    assert not Facts(publisher="x" * 201).are_sound
    assert not Facts("tomorrow").are_sound
    assert not Facts(people=(DocumentPerson("", Role.AUTHOR),)).are_sound
    assert not Facts(people=(_ADA,) * (MAX_PEOPLE + 1)).are_sound
    assert not Facts(isbn="978").are_sound


@pytest.mark.parametrize(
    ("text", "isbn"),
    [("ISBN 0-306-40615-2", "0306406152"), ("0-306-40615-3", ""), ("080442957x", "080442957X"), ("12345678901234", "")],
)
def test_an_isbn_has_its_check_digit(text: str, isbn: str) -> None:
    assert make_facts(untrusted_identifiers=text).isbn == isbn

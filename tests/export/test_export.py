"""Exports: what was checked is told beside every reference, and nothing in a file does anything when it is opened."""

from __future__ import annotations

import io
import re
import zipfile

import msgspec
import pytest
from docx import Document
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from app.core.conversation import (
    Answer,
    BookRef,
    Citation,
    CitationState,
    Ending,
    StoredQuestion,
    Support,
    Turn,
    WeighedSentence,
)
from app.core.errors import AppError, Code
from app.core.image import ImageRef
from app.export import docx, html, markdown
from app.export.report import Picture, Report, compose

ANSWER = (
    "# Notice\n\nThe lease asks for **twelve months** “not less than twelve months” [p. 87].\n\n"
    "- by post [p. 88]\n- not by `e-mail`\n\n1. first\n\n| a | b |\n|---|---|\n| *c* | d [p. 9] |\n\n"
    "```\ncode <b>\n```\n"
)


NOTHING_FOUND = "Nothing about this was found in the books."


def cite(mark: str, state: CitationState, *, quote: str = "", on_page: str = "", named: str = "") -> Citation:
    start = ANSWER.index(mark)
    label = mark.strip("[]").split()[-1]
    return Citation("b", "Harbour Lease", int(label), label, quote, state, start, start + len(mark), on_page, named)


def turn(
    text: str, citations: tuple[Citation, ...] = (), ending: Ending = Ending.COMPLETE, asked: str = "When?"
) -> Turn:
    question = StoredQuestion("q", "c", None, asked, (BookRef("b"),), 0.0)
    return Turn(question, Answer("a", "q", text, ending, "Scout", 0.0, citations))


def no_address(picture: Picture) -> str:
    raise AppError(Code.IMAGE_MISSING, path="")


def no_png(ref: ImageRef, longest_side: int) -> bytes:
    raise AppError(Code.IMAGE_MISSING, path="")


@pytest.fixture
def report() -> Report:
    found = Citation("b", "Harbour Lease", 3, "3", "The Tenant pays.", CitationState.FOUND)
    citations = (
        cite("[p. 87]", CitationState.VERIFIED, quote="not less than twelve months"),
        cite("[p. 88]", CitationState.REPAIRED, quote="by registered post", named="12"),
        cite("[p. 9]", CitationState.NEAR, quote="pays ten", on_page="pays twelve"),
        found,
    )
    turns = (turn(ANSWER, citations), turn("No.", ending=Ending.CANCELLED, asked="And then?"))
    return compose("Notice periods", turns, {})


def test_references_are_numbered_through_and_say_what_was_found(report: Report) -> None:
    assert [reference.words for reference in report.references] == [
        "Harbour Lease, p. 87: these words are on this page, word for word. “not less than twelve months”",
        "Harbour Lease, p. 88: these words are on this page, word for word; the answer named p. 12."
        " “by registered post”",
        "Harbour Lease, p. 9: the quotation is on this page in other words, as follows. “pays twelve”",
        "Harbour Lease, p. 3: found by Octavo, not named by the answer. “The Tenant pays.”",
    ]
    assert report.parts[1].note == "This answer is not complete."
    assert "[p. 87]" not in report.parts[0].answer


def test_a_cut_quotation_is_told_with_the_words_that_are_missing() -> None:
    cut = cite("[p. 9]", CitationState.CUT, quote="agree to extend", on_page="did not agree to extend")
    report = compose("Notice periods", (turn(ANSWER, (cut,)),), {})
    (words,) = (reference.words for reference in report.references)
    told = "the quotation is cut; in full, the page says. “did not agree to extend”"
    assert words == f"Harbour Lease, p. 9: {told}"


def test_what_is_no_proof_is_not_called_one() -> None:
    related = Citation("b", "Lease", 3, "3", "The Tenant pays.", CitationState.RELATED)
    differs = Citation("b", "Lease", 4, "4", "He pays ten.", CitationState.DIFFERS, on_page="He pays nine.")
    unresolved = Citation("", "Lease / Letters", 0, "5", "", CitationState.PAGE)
    report = compose("Notice", (turn("Yes.", (related, differs, unresolved)),), {})
    assert [reference.words for reference in report.references] == [
        "Lease, p. 3: most related page, found by Octavo only by shared words. “The Tenant pays.”",
        "Lease, p. 4: differs from the answer in a number, name, negation or obligation, as follows. “He pays nine.”",
        "Lease / Letters, p. 5: named by the answer, which does not say which of these books it means.",
    ]
    assert report.parts[0].note == ""


def test_an_answer_for_which_nothing_was_found_says_so() -> None:
    missing = Citation("b", "Lease", 3, "3", "words", CitationState.NOT_FOUND)
    for citations in ((), (missing,)):
        report = compose("Notice", (turn("He may not.", citations),), {})
        assert report.parts[0].note == NOTHING_FOUND
        assert f"*{NOTHING_FOUND}*" in markdown.write(report, no_address)
        assert NOTHING_FOUND in html.write(report, no_address)
    assert compose("Notice", (turn("He may", ending=Ending.CANCELLED),), {}).parts[0].note != NOTHING_FOUND


def test_turns_that_are_left_out_say_so() -> None:
    first, second = turn("No.", ending=Ending.LENGTH), turn("Yes.", asked="And then?")
    assert first.answer is not None
    left_out = msgspec.structs.replace(first, answer=msgspec.structs.replace(first.answer, left_out=True))
    report = compose("Notice periods", (left_out, second), {})
    told = "The following questions were asked without this one and its answer."
    assert [part.note for part in report.parts] == [
        f"This answer was cut off at the length limit. {told}",
        NOTHING_FOUND,
    ]
    assert told in markdown.write(report, no_address)


def test_markdown_has_footnotes(report: Report) -> None:
    text = markdown.write(report, no_address)
    assert text.startswith("# Notice periods\n\n> When?\n")
    assert "“not less than twelve months” [^1]." in text
    assert "- by post [^2]" in text
    assert "[^2]: Harbour Lease, p. 88: these words" in text
    assert "```\n [^4]" in text or "[^4]" in text
    assert "*This answer is not complete.*" in text


def test_html_links_its_references(report: Report) -> None:
    page = html.write(report, no_address)
    assert '<sup><a href="#r1">1</a></sup>' in page
    assert '<li id="r1">Harbour Lease, p. 87: ' in page
    assert "<strong>twelve months</strong>" in page
    assert "<td>d <sup>" in page
    assert "code &lt;b&gt;" in page


def test_a_word_document_has_styles_a_table_and_references(report: Report) -> None:
    written = Document(io.BytesIO(docx.write(report, no_png)))
    styles = {paragraph.text: paragraph.style.name for paragraph in written.paragraphs if paragraph.style}
    assert styles["Notice periods"] == "Title"
    assert styles["Notice"] == "Heading 2"
    assert styles["When?"] == "Intense Quote"
    assert styles["by post [2]"] == "List Bullet"
    assert styles["first"] == "List Number"
    (table,) = written.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["a", "b"], ["c", "d [3]"]]
    assert written.paragraphs[-1].text.startswith("[4] Harbour Lease, p. 3: found by Octavo")


HOSTILE = (
    "<script>alert(1)</script> ![x](https://tracker.example/p.png) <img src=x onerror=y> [a](javascript:alert(1))\n\n"
    "[p. 1]: https://evil.example\n\n\u202eevil\ufdd21\ufdd3"
)


def test_nothing_in_an_export_is_fetched_or_run() -> None:
    report = compose("<b>T</b>", (turn(HOSTILE, asked="<script>2</script>"),), {})
    page = html.write(report, no_address)
    for active in ("<script", "<img", "onerror=y>", 'src="', 'href="javascript', "\u202e", "\ufdd2"):
        assert active not in page.replace("onerror=y&gt;", "")
    text = markdown.write(report, no_address)
    assert "![" not in text
    assert "\\<script>" in text
    with zipfile.ZipFile(io.BytesIO(docx.write(report, no_png))) as archive:
        relations = archive.read("word/_rels/document.xml.rels").decode()
        assert "tracker" not in relations
        assert "tracker" in archive.read("word/document.xml").decode(), "shown as text"


@pytest.mark.parametrize(
    "address",
    [
        "//evil/share/a.png",
        "\\\\\\\\evil\\\\share",
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "/etc/passwd",
        "a.exe",
        "javascript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "smb://evil/share",
        "ms-word:x",
        "#r1",
        "http:evil",
    ],
)
def test_no_export_links_to_anything_but_the_web(address: str) -> None:
    answer = (
        f"[a]({address}) [b](<{address}>) [c]( {address} 't') ![d]({address}) [e] [f][e] <{address}>\n\n"
        f"[e]: {address}\n\n> [e]: <{address}>\n\n- [g](\n{address})"
    )
    report = compose("T", (turn(answer, asked=answer),), {})
    reread = MarkdownIt("commonmark").render(markdown.write(report, no_address))
    for page in (html.write(report, no_address), reread):
        found = lxml_html.document_fromstring(page)
        assert found.xpath("//a/@href | //img/@src") == []
        assert re.split(r"[/\\]", address)[-1] in found.text_content(), "it is said all the same"
    sheet = MarkdownIt("commonmark").render(f"| {markdown._cell(answer)} |")
    assert lxml_html.document_fromstring(sheet).xpath("//a/@href | //img/@src") == []


def test_links_to_the_web_and_to_people_stay() -> None:
    answer = "[a](https://example.org/a) [b](HTTP://example.org/b) [c](mailto:me@example.org)"
    report = compose("T", (turn(answer),), {})
    for page in (html.write(report, no_address), MarkdownIt("commonmark").render(markdown.write(report, no_address))):
        links = lxml_html.document_fromstring(page).xpath("//a/@href")
        assert [link.lower() for link in links] == [
            "https://example.org/a",
            "http://example.org/b",
            "mailto:me@example.org",
        ]


def test_an_empty_conversation_is_a_title() -> None:
    assert markdown.write(compose("", (), {}), no_address) == "# Conversation\n"
    assert docx.write(compose("", (), {}), no_png)


def test_deep_nesting_is_written() -> None:
    report = compose("Deep", (turn(">" * 500 + " deep\n\n" + "- " * 300 + "item"),), {})
    assert html.write(report, no_address)
    assert docx.write(report, no_png)


def test_weighed_sentences_are_listed_and_do_nothing() -> None:
    text = "He pays <b>ten</b> euros. He sings ![a](http://b)."
    weighed = (
        WeighedSentence(0, 25, Support.OTHERWISE, "b", "Lease", 3, "iii", "He pays nine euros.", 0.1),
        WeighedSentence(26, len(text), Support.NOTHING),
    )
    said = turn(text)
    assert said.answer is not None
    said = msgspec.structs.replace(said, answer=msgspec.structs.replace(said.answer, weighed=weighed))
    report = compose("Rent", (said,), {})
    assert report.parts[0].note.endswith(
        "Weighed sentence by sentence: “He pays <b>ten</b> euros.”: Lease, p. iii says otherwise;"
        " “He sings ![a](http://b).”: nothing found."
    )
    written = markdown.write(report, no_address)
    assert "pays \\<b\\>ten" in written
    assert "!\\[a\\]" in written
    assert "<b>" not in html.write(report, no_png).split("Weighed")[1]

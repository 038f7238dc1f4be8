"""Exports: what was checked is told beside every reference, and nothing in a file does anything when it is opened."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime

import msgspec
import pytest
from docx import Document
from docx.oxml.ns import nsmap
from lxml import etree
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from app import __version__
from app.core.conversation import (
    Answer,
    BookRef,
    Citation,
    CitationState,
    Ending,
    MatterPlan,
    PageRange,
    PassageRef,
    StoredQuestion,
    Support,
    Turn,
    WeighedSentence,
)
from app.core.document import Book, Format
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
    assert text.startswith("# Notice periods\n\n- Date: ")
    assert "## Question 1\n\n> When?\n" in text
    assert "“not less than twelve months”[^1]." in text
    assert "- by post[^2]" in text
    assert "[^2]: Harbour Lease, p. 88: these words" in text
    assert "```\n[^4]" in text
    assert "| 1 | Harbour Lease | p. 87 | “not less than twelve months” | Verified |\n" in text
    assert "*This answer is not complete.*" in text


@pytest.mark.parametrize("nested", ["> " * 3000, "- " * 1500, "> - 1. " * 400])
def test_what_is_nested_too_deeply_is_written_as_it_is(nested: str) -> None:
    report = compose("Deep", (turn(f"First.\n\n{nested}Within & <b>\n\nLast."),), {})
    page = html.write(report, no_address)
    word_file = Document(io.BytesIO(docx.write(report, no_png)))
    for written in (page, "".join(paragraph.text for paragraph in word_file.paragraphs)):
        assert all(word in written for word in ("First.", "Within &", "Last."))
    assert "<b>" not in page


def test_html_links_its_references(report: Report) -> None:
    page = html.write(report, no_address)
    assert '<sup><a id="n1" href="#r1">1</a></sup>' in page
    row = '<tr id="r1"><td><a href="#n1">1</a></td><td>Harbour Lease</td><td>p. 87</td>'
    assert row + '<td>“not less than twelve months”</td><td><span class="Verified">Verified</span></td></tr>' in page
    assert "<strong>twelve months</strong>" in page
    assert "<td>d<sup>" in page
    assert "<h3>Notice</h3>" in page, "below the page's own headings"
    assert "code &lt;b&gt;" in page


def test_a_word_document_has_styles_a_table_and_references(report: Report) -> None:
    written = Document(io.BytesIO(docx.write(report, no_png)))
    styles = {paragraph.text: paragraph.style.name for paragraph in written.paragraphs if paragraph.style}
    assert styles["Notice periods"] == "Title"
    assert styles["Notice"] == "Heading 2"
    assert styles["Question 1"] == "Question Label"
    assert styles["When?"] == "Question"
    assert styles["by post"] == "List Bullet"
    assert styles["first"] == "List Number"
    facts, table, quotations = written.tables
    assert [row.cells[0].text for row in facts.rows] == [
        "Date",
        "Asked",
        "Model",
        "References",
        "Written with",
        "Documents",
    ]
    assert facts.rows[-1].cells[1].text == "Harbour Lease (deleted since)"
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["a", "b"], ["c", "d"]]
    assert [[cell.text for cell in row.cells] for row in quotations.rows] == [
        ["", "Document", "Page", "Quotation", "Finding"],
        ["1", "Harbour Lease", "p. 87", "“not less than twelve months”", "Verified"],
        ["2", "Harbour Lease", "p. 88", "“by registered post”",
         "Page corrected\nthese words are on this page, word for word; the answer named p. 12"],
        ["3", "Harbour Lease", "p. 9", "“pays twelve”",
         "Similar\nthe quotation is on this page in other words, as follows"],
        ["4", "Harbour Lease", "p. 3", "“The Tenant pays.”", "Found by Octavo"],
    ]  # fmt: skip


def part_of(data: bytes, name: str) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return etree.fromstring(archive.read(name))


def test_references_in_a_word_document_are_footnotes(report: Report) -> None:
    data = docx.write(report, no_png)
    notes = part_of(data, "word/footnotes.xml").xpath("w:footnote[@w:id > 0]", namespaces=nsmap)
    assert ["".join(note.itertext()).strip() for note in notes] == [reference.words for reference in report.references]
    body = part_of(data, "word/document.xml")
    assert body.xpath("//w:footnoteReference/@w:id", namespaces=nsmap) == ["1", "2", "3", "4"]
    (paragraph,) = body.xpath("//w:p[w:r/w:footnoteReference/@w:id = 1]", namespaces=nsmap)
    before = paragraph.xpath("string(w:r[w:footnoteReference]/preceding-sibling::w:r[1])", namespaces=nsmap)
    assert before.endswith("months”"), "no space before the mark"
    known = {style.style_id for style in Document(io.BytesIO(data)).styles}
    for file in ("word/document.xml", "word/footnotes.xml", "word/footer1.xml"):
        used = part_of(data, file).xpath(
            "//w:pStyle/@w:val | //w:rStyle/@w:val | //w:tblStyle/@w:val", namespaces=nsmap
        )
        assert set(used) <= known


def test_a_word_document_has_our_type_and_the_number_of_every_page(report: Report) -> None:
    data = docx.write(report, no_png)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not any("theme" in name or "thumbnail" in name for name in archive.namelist())
    styles = part_of(data, "word/styles.xml")
    faces = set(styles.xpath("//w:rFonts/@w:ascii", namespaces=nsmap))
    assert faces == {"Source Serif Pro", "Source Sans Pro", "Courier New"}
    named = part_of(data, "word/fontTable.xml").xpath("//w:font[w:altName]/@w:name", namespaces=nsmap)
    assert faces - {"Courier New"} < set(named), "with what may stand in for them"
    foot = part_of(data, "word/footer1.xml")
    assert foot.xpath("//w:fldSimple/@w:instr", namespaces=nsmap) == ["PAGE", "NUMPAGES"]
    assert "".join(foot.itertext()) == "Notice periods1 of 1"


def test_each_list_in_a_word_document_begins_anew() -> None:
    report = compose("T", (turn("1. a\n2. b\n\ntext\n\n1. c\n\n   more of c\n2. d\n\ntext\n\n5. e"),), {})
    data = docx.write(report, no_png)
    body, numbering = part_of(data, "word/document.xml"), part_of(data, "word/numbering.xml")
    numbered = {
        "".join(paragraph.itertext()): "".join(paragraph.xpath("w:pPr/w:numPr/w:numId/@w:val", namespaces=nsmap))
        for paragraph in body.xpath("//w:body/w:p", namespaces=nsmap)
    }
    assert numbered["a"] == numbered["b"] != numbered["c"] == numbered["d"] != numbered["e"]
    assert numbered["more of c"] == ""
    starts = "string(w:num[@w:numId = $id]/w:lvlOverride[1]/w:startOverride/@w:val)"
    assert [numbering.xpath(starts, namespaces=nsmap, id=numbered[item]) for item in "ace"] == ["1", "1", "5"]
    document = Document(io.BytesIO(data))
    assert {p.text: p.style.name for p in document.paragraphs if p.style}["more of c"] == "List Continue"


def test_who_gets_it_knows_what_was_asked_of_which_files() -> None:
    lease = Book(
        "b", "Harbour Lease", Format.PDF, "ab" * 32, "", 0.0, 103, 0, labels=("i", "ii", *map(str, range(1, 102)))
    )
    seen = MatterPlan((PassageRef("t", "Survey", 2, "2", 0, 9),), nothing=("u",))
    asked = (BookRef("b"), BookRef("s", PageRange(4, 9)))
    some = StoredQuestion("r", "c", None, "Then?", asked, 1_764_000_000.0, plan=seen)
    survey = Book("t", "Survey", Format.PDF, "ef" * 32, "", 0.0, 40, 0)
    short = Book("s", "Letters", Format.DOCX, "cd" * 32, "", 0.0, 12, 0)
    second = Turn(some, Answer("a2", "r", "Never.", Ending.COMPLETE, "Maverick", 0.0))
    now = datetime(2025, 11, 27, 12, tzinfo=UTC)
    head = compose("Notice", (turn("No."), second), {"b": lease, "s": short, "t": survey}, now=now).head
    assert dict(head.facts) == {
        "Date": "27 November 2025",
        "Asked": "1 January 1970 – 24 November 2025",
        "Model": "Scout; Maverick",
        "Written with": f"Octavo {__version__}",
    }
    assert [(each.title, each.pages, each.digest) for each in head.documents] == [
        ("Harbour Lease", "103 pages", f"SHA-256 {'ab' * 32}"),
        ("Letters", "p. 4–9 of 12", f"SHA-256 {'cd' * 32}"),
        ("Survey", "passages", f"SHA-256 {'ef' * 32}"),
    ]
    report = compose("Notice", (turn("No."), second), {"b": lease, "s": short, "t": survey}, now=now)
    assert [part.label for part in report.parts] == [
        "Question 1 · 1 January 1970 · Scout",
        "Question 2 · 24 November 2025 · Maverick",
    ]
    for written in (markdown.write(report, no_address), html.write(report, no_address)):
        assert all(words in written for words in ("ab" * 32, "p. 4–9 of 12", "24 November 2025", "Scout; Maverick"))
    assert compose("Notice", (turn("No."),), {}, now=now).parts[0].label == "", "it is the only one"


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
        "/\\\\evil/share",
        "\t//evil/share",
        "java\tscript:alert(1)",
        "%66ile:///etc/passwd",
        "\u00a0file:///etc/passwd",
    ],
)
def test_no_export_links_to_anything_but_the_web(address: str) -> None:
    answer = (
        f"[a]({address}) [b](<{address}>) [c]( {address} 't') ![d]({address}) [e] [f][e] <{address}> [^n][^m]\n\n"
        f"[^n]: {address}\n\n[^m]:\n{address} 't'\n\n"
        f"[e]: {address}\n\n> [e]: <{address}>\n\n- [g](\n{address})"
    )
    report = compose("T", (turn(answer, asked=answer),), {})
    reread = MarkdownIt("commonmark").render(markdown.write(report, no_address))
    for page in (html.write(report, no_address), reread):
        found = lxml_html.document_fromstring(page)
        links = [link for link in found.xpath("//a/@href | //img/@src") if not re.fullmatch("#[ft]1[a-z]", link)]
        assert links == []
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
    assert markdown.write(compose("", (), {}), no_address).startswith("# Conversation\n\n- Date: ")
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


NOTED = (
    "It ends[^x] in May [p. 87].[^y] Again[^x]. Not one[^z].\n\n[^q]: Lost.\n\n"
    "[^x]: By **notice** [p. 88].\n[^y]: At noon.\n"
)


@pytest.fixture
def noted() -> Report:
    def cited(mark: str) -> Citation:
        start = NOTED.index(mark)
        state = CitationState.VERIFIED
        return Citation("b", "Harbour Lease", int(mark[4:-1]), mark[4:-1], "x", state, start, start + len(mark))

    return compose(
        "Notes", (turn(NOTED, (cited("[p. 87]"), cited("[p. 88]"))), turn("So[^x].\n\n[^x]: Yes, it is.")), {}
    )


def test_footnotes_of_a_model_and_page_marks_do_not_meet_in_markdown(noted: Report) -> None:
    written = markdown.write(noted, no_address)
    assert "It ends[^1-1] in May[^1].[^1-2] Again[^1-1]. Not one\\[^z]." in written
    assert "\n\\[^q]\\: Lost.\n\n[^1-1]: By **notice**[^2].\n[^1-2]: At noon.\n" in written
    assert "So[^2-1].\n\n[^2-1]: Yes, it is." in written
    assert written.count("\n[^1]: Harbour Lease") == written.count("\n[^2]: Harbour Lease") == 1


def test_in_html_they_have_letters_and_lead_to_their_notes(noted: Report) -> None:
    page = lxml_html.fromstring(html.write(noted, no_address))
    notes = page.find_class("footnotes")
    assert [" ".join(note.text_content().split()) for note in notes] == ["a By notice2. b At noon.", "a Yes, it is."]
    ids = [each.get("id") for each in page.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    assert all(link[1:] in ids for link in page.xpath("//div[@class='footnotes']//a/@href"))
    text = " ".join(page.xpath("//p[contains(., 'It ends')]")[0].text_content().split())
    assert text.startswith("It endsa in May1.b Againa. Not one[^z].")
    assert "[^q]: Lost." in page.text_content()


def test_in_a_word_document_they_are_footnotes_among_those_of_page_marks(noted: Report) -> None:
    archive = zipfile.ZipFile(io.BytesIO(docx.write(noted, no_png)))
    root = etree.fromstring(archive.read("word/footnotes.xml"))
    words = ["".join(note.itertext()).strip() for note in root.findall("w:footnote", nsmap)]
    said = [each for each in words if each]
    assert said[0] == said[3] == "By notice (Harbour Lease, p. 88)."
    assert said[1].startswith("Harbour Lease, p. 87")
    assert (said[2], said[4]) == ("At noon.", "Yes, it is.")
    text = "".join(paragraph.text for paragraph in Document(io.BytesIO(docx.write(noted, no_png))).paragraphs)
    assert "By notice" not in text
    assert "[^q]: Lost." in text

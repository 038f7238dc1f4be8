"""Exports: each sentence has one verdict, and nothing in a file does anything when it is opened."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime

import msgspec
import pytest
from docx import Document
from markdown_it import MarkdownIt

from app import __version__
from app.core.conversations.conversation import (
    Answer,
    BookRef,
    Citation,
    CitationState,
    Ending,
    MatterPlan,
    PageRange,
    PassageRef,
    StoredQuestion,
    Turn,
)
from app.core.conversations.image import ImageRef
from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.core.documents.document import Book, Format
from app.core.errors import AppError, Code
from app.export import docx, html, markdown
from app.export.report import Picture, Report, compose
from app.wording.support import nothing_found_words
from tests.export.markup import elements, page_of, part_of, text_of, texts

ANSWER = (
    "# Notice\n\nThe lease asks for **twelve months** “not less than twelve months” [p. 87].\n\n"
    "- by post [p. 88]\n- not by `e-mail`\n\n1. first\n\n| a | b |\n|---|---|\n| *c* | d [p. 9] |\n\n"
    "```\ncode <b>\n```\n"
)


NOTHING_FOUND = nothing_found_words()


def cite(mark: str, state: CitationState = CitationState.PAGE) -> Citation:
    start = ANSWER.index(mark)
    label = mark.strip("[]").split()[-1]
    return Citation("b", "Harbour Lease", int(label), label, "", state, start, start + len(mark))


def found(
    text: str, verdict: Verdict, sentence: str, page: int = 0, on_page: str = "", named: str = ""
) -> SentenceVerdict:
    evidence = (Evidence("b", "Harbour Lease", page, str(page), on_page),) if page else ()
    start = text.index(sentence)
    return SentenceVerdict(start, start + len(sentence), verdict, evidence, named)


def turn(
    text: str,
    citations: tuple[Citation, ...] = (),
    ending: Ending = Ending.COMPLETE,
    asked: str = "When?",
    verdicts: tuple[SentenceVerdict, ...] = (),
) -> Turn:
    question = StoredQuestion("q", "c", None, asked, (BookRef("b"),), 0.0)
    return Turn(question, Answer("a", "q", text, ending, "Scout", 0.0, citations, verdicts=verdicts))


def no_address(picture: Picture) -> str:
    raise AppError(Code.IMAGE_MISSING, path="")


def no_png(ref: ImageRef, longest_side: int) -> bytes:
    raise AppError(Code.IMAGE_MISSING, path="")


VERDICTS = (
    found(
        ANSWER, Verdict.VERBATIM, "The lease asks for **twelve months** “not less than twelve months” [p. 87].", 87, "x"
    ),
    found(ANSWER, Verdict.OTHERWISE, "by post [p. 88]", 12, "It is given\n by <b>e-mail</b>.", "88"),
    found(ANSWER, Verdict.NOTHING, "not by `e-mail`"),
)
OTHERWISE = "p. 12 of Harbour Lease says otherwise; the answer names p. 88"
ON_PAGE = "The page: “It is given by <b>e-mail</b>.”"


@pytest.fixture
def report() -> Report:
    unmarked = Citation("b", "Harbour Lease", 3, "3", "The Tenant pays.", CitationState.VERIFIED)
    citations = (cite("[p. 87]", CitationState.VERIFIED), cite("[p. 88]"), cite("[p. 9]"), unmarked)
    turns = (turn(ANSWER, citations, verdicts=VERDICTS), turn("No.", ending=Ending.CANCELLED, asked="And then?"))
    return compose("Notice periods", turns, {})


def test_each_page_mark_says_what_the_pages_have_of_its_sentence(report: Report) -> None:
    assert [reference.words for reference in report.references] == [
        "On p. 87 of Harbour Lease, word for word.",
        f"{OTHERWISE}. {ON_PAGE}",
        "Harbour Lease, p. 9.",  # by no sentence that states something
    ]
    assert report.parts[1].note == "This answer is not complete."
    assert "[p. 87]" not in report.parts[0].answer


def test_each_sentence_has_one_line_and_a_quotation_none_of_its_own(report: Report) -> None:
    said = [(each.numbers, each.sentence, each.finding.verdict, each.finding.evidence) for each in report.sentences]
    assert said == [
        (
            (1,),
            "The lease asks for twelve months “not less than twelve months”.",
            "On p. 87 of Harbour Lease, word for word",
            "",
        ),
        ((2,), "by post", OTHERWISE, ON_PAGE),
        ((), "not by e-mail", "No page says this", ""),
        ((3,), "", "Harbour Lease, p. 9", ""),
    ]


@pytest.mark.parametrize("verdict", list(Verdict))
def test_what_follows_follows_and_only_word_for_word_is_green(verdict: Verdict) -> None:
    text = "He pays ten [p. 3, p. 4]."
    marks = tuple(
        Citation("b", "Lease", page, str(page), "", CitationState.PAGE, start, start + 4)
        for page, start in ((3, 13), (4, 19))
    )
    on_page = "" if verdict is Verdict.NOTHING else "He pays nine."
    given = found(text, verdict, text, 3 if on_page else 0, on_page)
    report = compose("Rent", (turn(text, marks, verdicts=(given,)),), {})
    (line,) = report.sentences
    assert line.numbers == (1, 2), "both marks are of one sentence"
    shown = verdict in (Verdict.SEEMS, Verdict.COMPARE, Verdict.OTHERWISE)
    for words in (line.words, *(reference.words for reference in report.references)):
        assert ("The page: “He pays nine.”" in words) == shown
    page = html.write(report, no_address)
    assert ('class="Verified"' in page) == (verdict is Verdict.VERBATIM)
    assert ("✓" in page, "Verified sentence" in page) == (False, False)
    assert "“compare”, that it has something close" in page, "the words are explained"


def test_a_mark_of_another_page_than_the_evidence_says_both() -> None:
    text = "He pays ten [p. 4]. He leaves [p. 99]."
    marks = (
        Citation("b", "Lease", 4, "4", "", CitationState.PAGE, 12, 18),
        Citation("b", "Lease", 0, "99", "", CitationState.NOT_FOUND, 30, 37),
    )
    verdicts = (
        found(text, Verdict.COMPARE, "He pays ten [p. 4].", 3, "He pays nine."),
        found(text, Verdict.NOTHING, "He leaves [p. 99].", named="99"),
    )
    report = compose("Rent", (turn(text, marks, verdicts=verdicts),), {})
    assert [reference.words for reference in report.references] == [
        "Lease, p. 4. Close to p. 3 of Harbour Lease: compare. The page: “He pays nine.”",
        "Lease, p. 99. No page says this; the answer names p. 99.",
    ]


def test_evidence_of_several_pages_names_them() -> None:
    pieces = tuple(
        Evidence("b", "Lease", page, str(page), text) for page, text in ((3, "One."), (3, "Two."), (5, "Six."))
    )
    given = SentenceVerdict(0, 6, Verdict.SEEMS, pieces)
    (line,) = compose("Rent", (turn("It is.", verdicts=(given,)),), {}).sentences
    assert line.words == "“It is.”: p. 3 of Lease seems to say this. The page: “One. … Two.” p. 5: “Six.”"


def test_an_answer_from_a_search_names_pages_and_no_verdict() -> None:
    cited = Citation("b", "Lease", 3, "3", "The Tenant pays.", CitationState.VERIFIED, 17, 23)
    said = turn("The Tenant pays. [p. 3]", (cited,))
    assert said.answer is not None
    said = msgspec.structs.replace(said, answer=msgspec.structs.replace(said.answer, from_search=True))
    report = compose("Rent", (said,), {})
    assert [reference.words for reference in report.references] == ["Lease, p. 3."]
    for written in (markdown.write(report, no_address), html.write(report, no_address, "p{}")):
        assert not any(words in written for words in ("✓", "erified", "word for word", "Word for word"))
        assert "Pages named" in written


def test_a_mark_that_several_books_have_says_so() -> None:
    unresolved = Citation("", "Lease / Letters", 0, "5", "", CitationState.PAGE, 0, 4)
    report = compose("Notice", (turn("Yes.", (unresolved,)),), {})
    assert [reference.words for reference in report.references] == [
        "Lease / Letters, p. 5: named by the answer, which does not say which of these documents it means."
    ]


def test_an_answer_for_which_nothing_was_found_says_so() -> None:
    missing = Citation("b", "Lease", 3, "3", "words", CitationState.NOT_FOUND, 0, 2)
    nothing = (SentenceVerdict(0, 11, Verdict.NOTHING),)
    for citations, verdicts in (((), nothing), ((missing,), nothing), ((), ()), ((missing,), ())):
        report = compose("Notice", (turn("He may not.", citations, verdicts=verdicts),), {})
        assert report.parts[0].note == NOTHING_FOUND
        assert f"*{NOTHING_FOUND}*" in markdown.write(report, no_address)
        assert NOTHING_FOUND in html.write(report, no_address)
    assert compose("Notice", (turn("He may", ending=Ending.CANCELLED),), {}).parts[0].note != NOTHING_FOUND
    for verdict in set(Verdict) - {Verdict.NOTHING}:
        said = turn("He may not.", verdicts=(*nothing, SentenceVerdict(0, 11, verdict)))
        assert compose("Notice", (said,), {}).parts[0].note == ""


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
    assert f"[^2]: {OTHERWISE}. The page: “It is given by \\<b>" in text
    assert "| 1 | The lease asks for twelve months “not less than twelve months”. | On p. 87 of" in text
    assert "|  | not by e-mail | No page says this | – |\n" in text
    assert "| 3 | – | Harbour Lease, p. 9 | – |\n" in text
    assert f"*{report.parts[1].note}*" in text


def test_the_answer_comes_before_the_documents_and_their_digests() -> None:
    lease = Book("b", "Harbour Lease", Format.PDF, "ab" * 32, "", 0.0, 103, 0)
    report = compose(
        "Notice",
        (turn("He *may* not.", verdicts=(found("He *may* not.", Verdict.NOTHING, "He *may* not."),)),),
        {"b": lease},
    )
    body = part_of(docx.write(report, no_png), "word/document.xml")
    in_order = "\n".join(texts(body, "//w:t/text()"))
    for written, answer in (
        (markdown.write(report, no_address), "He *may* not."),
        (html.write(report, no_address), "He <em>may</em> not."),
        (in_order, "He \nmay\n not."),
    ):
        below = written[written.index("A language model wrote") :]
        places = [below.index(words) for words in (answer, "Sentence by sentence", "Documents", "ab" * 32)]
        assert places == sorted(places)
        assert written.count("ab" * 32) == 1


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
    assert '<sup><a id="n1" href="#r1">[1]</a></sup>' in page
    row = '<tr id="r1"><td><a href="#n1">1</a></td><td>The lease asks for twelve months “not less than twelve months”.'
    assert row + '</td><td><span class="Verified">On p. 87 of Harbour Lease, word for word</span></td><td>–' in page
    assert '<span class="NotFound">p. 12 of Harbour Lease says otherwise' in page
    assert "<b>e-mail" not in page
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
    facts, table, sentences, documents = written.tables
    assert [[cell.text for cell in row.cells] for row in facts.rows][2:] == [
        ["Model", "Scout"],
        ["Sentences", "1 word for word · 1 says otherwise · 1 not found"],
        ["Documents", "Harbour Lease (deleted since)"],
        ["Written with", f"Octavo {__version__}"],
    ]
    assert [cell.text for cell in documents.rows[0].cells] == ["Harbour Lease (deleted since)", ""]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["a", "b"], ["c", "d"]]
    assert [[cell.text for cell in row.cells] for row in sentences.rows] == [
        ["", "Sentence", "Finding", "For comparison"],
        ["1", "The lease asks for twelve months “not less than twelve months”.",
         "On p. 87 of Harbour Lease, word for word", "–"],
        ["2", "by post", OTHERWISE, ON_PAGE],
        ["", "not by e-mail", "No page says this", "–"],
        ["3", "–", "Harbour Lease, p. 9", "–"],
    ]  # fmt: skip
    tones = [row.cells[2].paragraphs[0].runs[0].style.name for row in sentences.rows[1:]]
    assert tones == ["Verified", "NotFound", "NotFound", "Named"]


def test_references_in_a_word_document_are_footnotes(report: Report) -> None:
    data = docx.write(report, no_png)
    notes = elements(part_of(data, "word/footnotes.xml"), "w:footnote[@w:id > 0]")
    assert [text_of(note).strip() for note in notes] == [reference.words for reference in report.references]
    body = part_of(data, "word/document.xml")
    assert texts(body, "//w:footnoteReference/@w:id") == ["1", "2", "3"]
    (paragraph,) = elements(body, "//w:p[w:r/w:footnoteReference/@w:id = 1]")
    (before,) = texts(paragraph, "string(w:r[w:footnoteReference]/preceding-sibling::w:r[1])")
    assert before.endswith("months”"), "no space before the mark"
    known = {style.style_id for style in Document(io.BytesIO(data)).styles}
    for file in ("word/document.xml", "word/footnotes.xml", "word/footer1.xml"):
        used = texts(part_of(data, file), "//w:pStyle/@w:val | //w:rStyle/@w:val | //w:tblStyle/@w:val")
        assert set(used) <= known


def test_a_word_document_has_our_type_and_the_number_of_every_page(report: Report) -> None:
    data = docx.write(report, no_png)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not any("theme" in name or "thumbnail" in name for name in archive.namelist())
    styles = part_of(data, "word/styles.xml")
    faces = set(texts(styles, "//w:rFonts/@w:ascii"))
    assert faces == {"Source Serif Pro", "Source Sans Pro", "Courier New"}
    named = texts(part_of(data, "word/fontTable.xml"), "//w:font[w:altName]/@w:name")
    assert faces - {"Courier New"} < set(named), "with what may stand in for them"
    foot = part_of(data, "word/footer1.xml")
    assert texts(foot, "//w:fldSimple/@w:instr") == ["PAGE", "NUMPAGES"]
    assert text_of(foot) == "Notice periods1 of 1"


def test_each_list_in_a_word_document_begins_anew() -> None:
    report = compose("T", (turn("1. a\n2. b\n\ntext\n\n1. c\n\n   more of c\n2. d\n\ntext\n\n5. e"),), {})
    data = docx.write(report, no_png)
    body, numbering = part_of(data, "word/document.xml"), part_of(data, "word/numbering.xml")
    numbered = {
        text_of(paragraph): "".join(texts(paragraph, "w:pPr/w:numPr/w:numId/@w:val"))
        for paragraph in elements(body, "//w:body/w:p")
    }
    assert numbered["a"] == numbered["b"] != numbered["c"] == numbered["d"] != numbered["e"]
    assert numbered["more of c"] == ""
    starts = "string(w:num[@w:numId = $id]/w:lvlOverride[1]/w:startOverride/@w:val)"
    assert [texts(numbering, starts, id=numbered[item]) for item in "ace"] == [["1"], ["1"], ["5"]]
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
        "Documents": "Harbour Lease; Letters; Survey",
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
        root = page_of(page)
        links = [link for link in texts(root, "//a/@href | //img/@src") if not re.fullmatch("#[ft]1[a-z]", link)]
        assert links == []
        assert re.split(r"[/\\]", address)[-1] in root.text_content(), "it is said all the same"
    sheet = MarkdownIt("commonmark").render(f"| {markdown.cell_text(answer)} |")
    assert texts(page_of(sheet), "//a/@href | //img/@src") == []


def test_links_to_the_web_and_to_people_stay() -> None:
    answer = "[a](https://example.org/a) [b](HTTP://example.org/b) [c](mailto:me@example.org)"
    report = compose("T", (turn(answer),), {})
    for page in (html.write(report, no_address), MarkdownIt("commonmark").render(markdown.write(report, no_address))):
        links = texts(page_of(page), "//a/@href")
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


def test_many_documents_are_named_at_the_end_alone() -> None:
    books = {id: Book(id, f"Book {id}", Format.PDF, id * 64, "", 0.0, 9, 0) for id in "bcdef"}
    question = StoredQuestion("q", "c", None, "When?", tuple(map(BookRef, books)), 0.0)
    head = compose("Notice", (Turn(question, None),), books).head
    assert dict(head.facts)["Documents"] == "Book b; Book c; Book d and 2 more, listed at the end"
    assert len(head.documents) == 5


def test_what_sentences_and_pages_say_is_not_done() -> None:
    text = "He pays <b>ten</b> euros. He sings ![a](http://b)."
    verdicts = (
        found(text, Verdict.OTHERWISE, "He pays <b>ten</b> euros.", 3, "He pays <i>nine</i> | ![c](http://d) euros."),
        found(text, Verdict.NOTHING, "He sings ![a](http://b)."),
    )
    report = compose("Rent", (turn(text, verdicts=verdicts),), {})
    assert report.parts[0].note == "", "a sentence has one line, and no second one"
    written = markdown.write(report, no_address).split("Sentence by sentence")[1]
    assert "![" not in written
    assert "pays \\<b>ten" in written
    assert "\\<i>nine\\</i> &#124; !\\[c]" in written
    assert not re.search("<[bi]>|<img", html.write(report, no_address))


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
    page = page_of(html.write(noted, no_address))
    notes = page.find_class("footnotes")
    assert [" ".join(note.text_content().split()) for note in notes] == ["a By notice[2]. b At noon.", "a Yes, it is."]
    ids = [each.get("id") for each in page.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    assert all(link[1:] in ids for link in page.xpath("//div[@class='footnotes']//a/@href"))
    text = " ".join(page.xpath("//p[contains(., 'It ends')]")[0].text_content().split())
    assert text.startswith("It endsa in May[1].b Againa. Not one[^z].")
    assert "[^q]: Lost." in page.text_content()


def test_in_a_word_document_they_are_footnotes_among_those_of_page_marks(noted: Report) -> None:
    root = part_of(docx.write(noted, no_png), "word/footnotes.xml")
    words = [text_of(note).strip() for note in elements(root, "w:footnote")]
    said = [each for each in words if each]
    assert said[0] == said[3] == "By notice (Harbour Lease, p. 88)."
    assert said[1].startswith("Harbour Lease, p. 87")
    assert (said[2], said[4]) == ("At noon.", "Yes, it is.")
    text = "".join(paragraph.text for paragraph in Document(io.BytesIO(docx.write(noted, no_png))).paragraphs)
    assert "By notice" not in text
    assert "[^q]: Lost." in text

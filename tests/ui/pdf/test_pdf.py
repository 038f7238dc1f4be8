"""A conversation as PDF is set for paper: its sizes are in points, whatever the window's font is."""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtGui import QGuiApplication, QPageSize, QTextDocument
from PySide6.QtPrintSupport import QPrinter

from app.core.conversations.conversation import Answer, Citation, CitationState, Ending, StoredQuestion, Turn
from app.core.conversations.image import ImageRef, Raster
from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.core.errors import AppError, Code
from app.export.report import compose
from app.ui.look.fonts import load_fonts, ui_font
from app.ui.pdf import pdf
from app.ui.pdf.pdf_formulas import PaperFormulas

ANSWER = """The lessee gives notice “in writing” before the berth is given up, and pays until then.

## Deadlines

- Three months before the end of the term
- 賃借人は書面で通知する。

| Clause | Months |
|---|---|
| 4 | 12 |

    monospaced words
"""


@pytest.fixture(autouse=True)
def font_in_pixels(qapp: QGuiApplication) -> Iterator[None]:
    """Set the font in pixels, as the window has it."""
    load_fonts()
    before = QGuiApplication.font()
    QGuiApplication.setFont(ui_font())
    assert QGuiApplication.font().pointSize() < 0, "in pixels"
    yield
    QGuiApplication.setFont(before)


def no_image(ref: ImageRef, side: int) -> Raster:
    raise AppError(Code.IMAGE_MISSING, path="")


def words_and_sizes(document: pypdfium2.PdfDocument) -> list[tuple[str, float]]:
    """The characters of all pages, each with the size in points in which it is printed."""
    raw, found = pypdfium2.raw, []
    for page in document:
        text = page.get_textpage()
        for index in range(text.count_chars()):
            matrix = raw.FS_MATRIX()
            raw.FPDFText_GetMatrix(text, index, ctypes.byref(matrix))
            size = raw.FPDFText_GetFontSize(text, index) * abs(matrix.d)
            found.append((chr(raw.FPDFText_GetUnicode(text, index)), size))
    return found


def size_of(words: str, printed: list[tuple[str, float]]) -> float:
    """The size of `words`, which are printed once, in points."""
    text = "".join(character for character, _size in printed)
    assert text.count(words) == 1, (words, text)
    start = text.index(words)
    sizes = {round(size, 1) for character, size in printed[start : start + len(words)] if not character.isspace()}
    assert len(sizes) == 1, (words, sizes)
    return sizes.pop()


def asked(images: tuple[ImageRef, ...] = ()) -> Turn:
    question = StoredQuestion("q", "c", None, "When must notice be given? いつ通知するか。", (), 0.0, images)
    start = ANSWER.index(" before")
    citation = Citation("b", "Harbour Lease", 4, "4", "in writing", CitationState.VERIFIED, start=start, end=start)
    return Turn(question, Answer("a", "q", ANSWER, Ending.LENGTH, "Scout", 0.0, citations=(citation,)))


def test_sizes_on_paper_are_those_of_print() -> None:
    made = pdf.write(compose("Notice of the lease", (asked(),), {}), no_image)
    with pypdfium2.PdfDocument(made) as document:
        printed = words_and_sizes(document)
    body = size_of("The lessee gives notice", printed)
    assert 10 <= body <= 12
    assert body < size_of("When must notice be given?", printed) <= 12
    assert size_of("Three months before the end of the term", printed) == body
    assert size_of("賃借人は書面で通知する。", printed) == body, "as text, in a face that stands in"
    assert size_of("いつ通知するか。", printed) == size_of("When must notice be given?", printed)
    title = "Notice of the lease"
    foot = size_of(title, printed[-40:])
    assert size_of(title, printed[:40]) > size_of("Pages named", printed) > body
    assert size_of("Deadlines", printed) >= body
    assert 8 <= foot < body
    for small in ("monospaced words", "This answer was cut off", "Clause", "Harbour Lease"):
        assert 8.5 <= size_of(small, printed) < body


def test_faces_are_those_of_print() -> None:
    with pypdfium2.PdfDocument(pdf.write(compose("Notice of the lease", (asked(),), {}), no_image)) as document:
        texts = [text for page in document for text in page.get_objects((pypdfium2.raw.FPDF_PAGEOBJ_TEXT,))]
        names = {text.get_font().get_base_name() for text in texts}
    assert any("SourceSerif" in name for name in names), names
    assert any("SourceSans" in name for name in names), names
    assert not any("Georgia" in name or "Segoe" in name or "Helvetica" in name for name in names), names


def test_a_line_is_as_long_as_one_reads() -> None:
    long_answer = "A line of an answer that goes on and on, as those of models do. " * 120
    turn = Turn(asked().question, Answer("a", "q", long_answer, Ending.COMPLETE, "Scout", 0.0))
    with pypdfium2.PdfDocument(pdf.write(compose("Long", (turn,), {}), no_image)) as document:
        assert len(document) > 1
        text = document[0].get_textpage()
        characters = text.get_text_range()
        boxes = [text.get_charbox(index) for index, sign in enumerate(characters) if not sign.isspace()]
        width, height = document[0].get_size()
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    assert 380 < max(rights) - min(lefts) < 400, "points, some 75 characters of 11 points"
    assert min(lefts) == pytest.approx(width - max(rights), abs=8)
    assert 40 < height - max(tops) < 90
    assert 30 < min(bottoms) < 90, "the page's number"


def test_an_image_is_as_large_as_in_print() -> None:
    picture = ImageRef("x", "chart.png", 400, 300)
    pixels = Raster(400, 300, bytes(400 * 300 * 3))
    made = pdf.write(compose("Notice", (asked((picture,)),), {}), lambda _ref, _side: pixels)
    with pypdfium2.PdfDocument(made) as document:
        (image,) = document[0].get_objects((pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,))
        left, bottom, right, top = image.get_bounds()
    assert (round(right - left), round(top - bottom)) == (300, 225), "points, 4 of 3 pixels"


def rows_and_pages(document: pypdfium2.PdfDocument) -> list[str]:
    return [page.get_textpage().get_text_range() for page in document]


def test_every_page_says_which_of_how_many_it_is_and_no_row_is_cut() -> None:
    text = "".join(f"Fact {number} [p. {number}x]. " for number in range(60))
    verdicts = tuple(
        SentenceVerdict(text.index(f"Fact {n} "), text.index(f"[p. {n}x]."), Verdict.COMPARE,
                        (Evidence("b", "Harbour Lease", 4, "4", f"first{n} " + "words of it " * 12 + f"last{n}"),))
        for n in range(60)
    )  # fmt: skip
    turn = Turn(asked().question, Answer("a", "q", text, Ending.COMPLETE, "Scout", 0.0, verdicts=verdicts))
    with pypdfium2.PdfDocument(pdf.write(compose("Long", (turn,), {}), no_image)) as document:
        pages = rows_and_pages(document)
    assert len(pages) == 10
    for number, page in enumerate(pages, 1):
        assert f"{number} of {len(pages)}" in page
    for number in range(60):
        (whole,) = [page for page in pages if f"“first{number} " in page]
        assert f"last{number}”" in whole


def test_of_many_headings_none_is_lost() -> None:
    text = "".join(f"# Part {number}.\n\nWords.\n\n" for number in range(300))
    question, answer = (
        StoredQuestion("q", "c", None, "All?", (), 0.0),
        Answer("a", "q", text, Ending.COMPLETE, "m", 0.0),
    )
    document = pypdfium2.PdfDocument(pdf.write(compose("Long", (Turn(question, answer),), {}), no_image))
    printed = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert [number for number in range(300) if f"Part {number}." not in printed] == []


def test_no_page_is_empty() -> None:
    """The end of a table would begin one where the table fills its page."""
    for lines in range(20, 40):
        text = "A line.\n\n" * lines + "| a |\n|---|\n| b |\n"
        turn = Turn(asked().question, Answer("a", "q", text, Ending.COMPLETE, "Scout", 0.0))
        with pypdfium2.PdfDocument(pdf.write(compose("Lines", (turn,), {}), no_image)) as document:
            last = rows_and_pages(document)[-1]
        assert "A line." in last or "b" in last or "Nothing about this" in last


def test_paper_shows_what_the_file_shows(tmp_path: Path) -> None:
    text = "".join(f"Fact {number} [p. {number}x]. " for number in range(400))
    turn = Turn(asked().question, Answer("a", "q", text, Ending.COMPLETE, "Scout", 0.0))
    report = compose("Notice of the lease", (turn,), {})
    with pypdfium2.PdfDocument(pdf.write(report, no_image)) as document:
        wanted = rows_and_pages(document)
    assert len(wanted) > 2
    for pages, shown in ((None, wanted), ((2, 2), wanted[1:2]), ((2, 99), wanted[1:])):
        assert pdf.print_report(report, no_image, _printer(tmp_path / "paper.pdf"), pages)
        with pypdfium2.PdfDocument(tmp_path / "paper.pdf") as document:
            assert rows_and_pages(document) == shown


@pytest.mark.qt_log_ignore("QPainter::begin", extend=True)
def test_a_printer_that_takes_nothing_is_noticed(tmp_path: Path) -> None:
    report = compose("Notice of the lease", (asked(),), {})
    assert not pdf.print_report(report, no_image, _printer(tmp_path / "gone" / "paper.pdf"), None)


def _printer(file: Path) -> QPrinter:
    """One that prints into a file; there is no other on a machine for tests."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setOutputFileName(str(file))
    return printer


def _written(answer: str, title: str = "T") -> pypdfium2.PdfDocument:
    question = StoredQuestion("q", "c", None, "What?", (), 0.0)
    turn = Turn(question, Answer("a", "q", answer, Ending.COMPLETE, "Scout", 0.0))
    return pypdfium2.PdfDocument(pdf.write(compose(title, (turn,), {}), no_image))


def letters(text: str) -> str:
    """Spaces are left out: a reader of PDFs tells them and line breaks by where words are."""
    return "".join(unicodedata.normalize("NFC", text).split())


@pytest.mark.parametrize(
    "answer",
    [
        "The fjord’s left bank; office staff draft “affidavits” first, 5 m² at ½ the rate, in non‑breaking words.",
        "Häufig trifft die Schifffahrt „Auflagen“: fünf Maße, Straße und ẞ, Stoff, Tüftler, 1\u202f200,50 € nach § 4.",
        "Le locataire donne congé par écrit\u202f; « l’œuvre » suffit, où l’on affirme l’efficacité du greffier.",
        "賃借人は書面で通知する。人の口・目・耳・手・足・金・長・門・音・風・飛・食・首・高・黒・鼻、ｶﾀｶﾅ、①、𠮟る。",
        "Ο μισθωτής ειδοποιεί εγγράφως πριν εγκαταλείψει τη θέση· μ και µ, Ω και Ω, Ἐν ἀρχῇ ἦν ὁ λόγος.",
        "Арендатор уведомляет письменно; ёлка и Йод, объём 5 м³, «договор» — съёмка, п. 2 ст. 10.",
        "يجب على المستأجر أن يخطر كتابة قبل إخلاء المرسى لأي سبب",
        "השוכר ייתן הודעה בכתב לפני פינוי המעגן",
        "Done ✅ and 😀 then ❤️ or 👩‍👩‍👧 and 👍🏽.",
    ],
    ids=["English", "German", "French", "Japanese", "Greek", "Russian", "Arabic", "Hebrew", "emoji"],
)
def test_a_pdf_says_what_the_answer_says(answer: str) -> None:
    page = _written(f"{answer}\n\n- {answer}\n\n| **{answer}** |\n|---|\n| {answer} |")[0]
    assert letters(page.get_textpage().get_text_bounded()).count(letters(answer)) == 4


def test_the_number_of_a_note_is_said_once() -> None:
    """Said twice, it would look like digits of the amount before it."""
    text = "The deposit is EUR 1,950 [p. 4]. The rent is EUR 12,000 [p. 4]."
    found = (SentenceVerdict(0, 32, Verdict.NOTHING, named="4"), SentenceVerdict(33, len(text), Verdict.NOTHING))
    places = [match.span() for match in re.finditer(r"\[p. 4]", text)]
    marks = tuple(Citation("b", "B", 4, "4", "", CitationState.PAGE, start=begin, end=end) for begin, end in places)
    question = StoredQuestion("q", "c", None, "What?", (), 0.0)
    turn = Turn(question, Answer("a", "q", text, Ending.COMPLETE, "Scout", 0.0, marks, verdicts=found))
    with pypdfium2.PdfDocument(pdf.write(compose("Notice", (turn,), {}), no_image)) as document:
        printed = letters(document[0].get_textpage().get_text_bounded())
    assert "ThedepositisEUR1,950[1].TherentisEUR12,000[2]." in printed, printed


def test_what_is_repeated_or_counted_is_said_too() -> None:
    """Qt paints the head of a table again on each of its pages, and counts the rows of a list."""
    rows = "| The fjord’s left |\n|---|\n" + "| b |\n" * 90
    document = _written(f"{rows}\n\n1. ✅ one\n2. two")
    pages = [page.get_textpage().get_text_bounded() for page in document]
    assert [page.count("The fjord’s left") for page in pages] == [1, 1, 1, 0]
    assert "1. ✅ one" in "".join(pages)
    assert "2. two" in "".join(pages)


def test_a_paragraph_begins_where_it_is_read_from() -> None:
    text = _written("left\n\nהודעה\n\nleft")[0].get_textpage()
    words = text.get_text_range()
    width = 595 - 2 * 35 / 25.4 * 72
    (left, *_rest), (_left, _bottom, right, _top) = (text.get_charbox(words.index(each)) for each in ("left", "ה"))
    assert right - left == pytest.approx(width, abs=4)


def test_letters_that_a_font_joins_are_text_all_the_same() -> None:
    """Found by searching, and copied whole."""
    words = "after craft fjord office fluffy first Thorn"
    answer = f"# {words}\n\n{words} **{words}** *{words}* `{words}`\n\n| {words} |\n|---|\n| {words} |"
    text = " ".join(_written(answer, words)[0].get_textpage().get_text_bounded().split())
    assert text.count(words) == 9


def test_a_paragraph_of_many_formulas_is_laid_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    changes: list[int] = []
    place = PaperFormulas.place

    def watched(formulas: PaperFormulas, document: QTextDocument, dots_per_inch: int, points: float) -> None:
        document.contentsChange.connect(lambda *_: changes.append(1))
        place(formulas, document, dots_per_inch, points)
        document.contentsChange.disconnect()

    monkeypatch.setattr(PaperFormulas, "place", watched)
    assert "x^2" not in _written("$x^2$ and $\\frac{a$ " * 20)[0].get_textpage().get_text_bounded()
    assert len(changes) <= 2  # not one for each


def test_formulas_are_drawn_in_their_lines() -> None:
    answer = "It is $x^2$, not $5 to $10.\n\n$$\n\\frac{aaa}{b}\n$$\n\n| a |\n|---|\n| $y_1$ |\n\nNone: $\\frac{a$."
    page = _written(answer)[0]
    text = page.get_textpage().get_text_bounded()
    assert "It is" in text
    assert ", not $5 to $10." in text
    assert "x^2" not in text
    assert "frac{aaa}" not in text
    assert "None: $\\frac{a$." in text
    assert sum(each.type == pypdfium2.raw.FPDF_PAGEOBJ_PATH for each in page.get_objects(max_depth=9)) > 7

"""Images in exports: at their place, numbered and named as the model read them, and never a reason to fail."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from urllib.parse import unquote

import pytest
from docx import Document
from docx.shared import Cm
from markdown_it import MarkdownIt
from PIL import Image as Pillow

from app.core.conversations.conversation import Answer, BookRef, Ending, StoredQuestion, Turn
from app.core.conversations.image import ImageRef
from app.core.errors import AppError, Code
from app.export import files
from app.export.report import PICTURE_SIDE, Picture, Report, compose
from app.wording.support import nothing_found_words
from tests.export.markup import page_of, texts
from tests.ui.direct_images import png_of

NOTHING_FOUND = nothing_found_words()
PREFACE = "A language model wrote the answers."
CHART, PHOTO, GONE = png_of(400, 300, "#7A2E35"), png_of(4_000, 3_000, "#2F6B4F"), png_of(8, 8, "#000000")


def ref(name: str, width: int, height: int) -> ImageRef:
    return ImageRef(name, name, width, height)


KEPT = {"chart.png": CHART, "photo.jpg": PHOTO}
ALL = (ref("chart.png", 400, 300), ref("gone.webp", 8, 8), ref("photo.jpg", 4_000, 3_000))


def load(image: ImageRef, longest_side: int) -> bytes:
    assert longest_side == PICTURE_SIDE
    if image.sha256 not in KEPT:
        raise AppError(Code.IMAGE_MISSING, path="")
    return KEPT[image.sha256]


def turn(asked: str, images: tuple[ImageRef, ...], text: str = "Yes.", id: str = "a") -> Turn:
    question = StoredQuestion("q", "c", None, asked, (BookRef("b"),), 0.0, images)
    return Turn(question, Answer(id, "q", text, Ending.COMPLETE, "Scout", 0.0))


@pytest.fixture
def report() -> Report:
    return compose("Seen", (turn("What is this?", ALL[:2]), turn("And this?", ALL[2:])), {})


def written(report: Report, path: Path) -> bytes:
    files.write(report, path, load)
    assert path.stat().st_mode & 0o777 == 0o600
    return path.read_bytes()


def test_images_are_counted_as_the_model_reads_them() -> None:
    unanswered = Turn(StoredQuestion("q", "c", None, "?", (), 0.0, ALL[:1]), None)
    turns = (turn("a", ALL[:1]), unanswered, turn("b", ALL[:1], text=""), turn("c", ALL[1:], id="last"))
    numbers = [[picture.number for picture in part.pictures] for part in compose("", turns, {}).parts]
    assert numbers == [[1], [2], [2], [2, 3]], "what was not answered is not repeated to the model"
    (alone,) = compose("", turns, {}, "last").parts
    assert [picture.caption for picture in alone.pictures] == ["Image 2: gone.webp", "Image 3: photo.jpg"]


@pytest.mark.parametrize(
    ("pixels", "shown"),
    [((10, 20), (10, 20)), ((4_000, 1_000), (472, 118)), ((900, 9_000), (45, 454)), ((1, 9_999), (1, 454))],
)
def test_an_image_stands_within_the_text_and_never_larger_than_it_is(
    pixels: tuple[int, int], shown: tuple[int, int]
) -> None:
    assert Picture(1, "x", ref("x", *pixels)).size == shown


def test_a_word_document_has_the_images_above_the_question(report: Report, tmp_path: Path) -> None:
    document = Document(io.BytesIO(written(report, tmp_path / "out.docx")))
    chart, photo = document.inline_shapes
    assert (chart.width, chart.height) == (400 * 9_525, 300 * 9_525)
    assert photo.width == pytest.approx(Cm(12.5), abs=9_525)
    assert photo.width / photo.height == pytest.approx(4 / 3, rel=0.01)
    drawn = document.element.body.xpath(".//pic:blipFill/a:blip/@r:embed")
    assert [document.part.related_parts[place].blob for place in drawn] == [CHART, PHOTO]
    told = document.element.body.xpath(".//wp:docPr/@descr")
    assert told == ["Image 1: chart.png", "Image 3: photo.jpg"]
    assert [paragraph.text for paragraph in document.paragraphs] == [
        "Seen",
        PREFACE,
        "Question 1",
        "",
        "Image 1: chart.png",
        "Image 2: gone.webp is missing. The image “gone.webp” is no longer stored. Attach it again.",
        "What is this?",
        "Yes.",
        NOTHING_FOUND,
        "Question 2",
        "",
        "Image 3: photo.jpg",
        "And this?",
        "Yes.",
        NOTHING_FOUND,
        "Documents",
    ]


def test_a_web_page_holds_its_images(report: Report, tmp_path: Path) -> None:
    page = page_of(written(report, tmp_path / "out.html").decode())
    chart, photo = page.iter("img")
    assert chart.get("alt") == "Image 1: chart.png"
    assert (photo.get("width"), photo.get("height")) == ("472", "354")
    prefix, data = chart.get("src").split(",")
    assert prefix == "data:image/png;base64"
    assert Pillow.open(io.BytesIO(base64.b64decode(data))).getpixel((9, 9)) == (0x7A, 0x2E, 0x35)
    text = page.text_content()
    told = ["Image 1: chart.png", "Image 2: gone.webp is missing.", "What is this?", "Image 3: photo.jpg", "And this?"]
    assert [text.index(words) for words in told] == sorted(text.index(words) for words in told)


def test_a_question_that_is_only_an_image_has_no_empty_words(tmp_path: Path) -> None:
    report = compose("Seen", (turn("", ALL[:1]),), {})
    assert b'class="question"' not in written(report, tmp_path / "out.html")
    document = Document(io.BytesIO(written(report, tmp_path / "out.docx")))
    assert [paragraph.text for paragraph in document.paragraphs] == [
        "Seen",
        PREFACE,
        "",
        "Image 1: chart.png",
        "Yes.",
        NOTHING_FOUND,
        "Documents",
    ]
    text = written(report, tmp_path / "out.md").decode()
    assert f"\n>\n> Image 1: chart.png\n\nYes.\n\n*{NOTHING_FOUND}*\n\n## Documents\n" in text


def test_markdown_links_the_images_beside_it(report: Report, tmp_path: Path) -> None:
    text = written(report, tmp_path / "Über dies [1].md").decode()
    folder = tmp_path / "Über dies [1] images"
    assert folder.stat().st_mode & 0o777 == 0o700
    kept = {file.name: file for file in folder.iterdir()}
    assert set(kept) == {"image 1 chart.png", "image 3 photo.png"}
    assert {file.stat().st_mode & 0o777 for file in kept.values()} == {0o600}
    page = page_of(MarkdownIt("commonmark", {"html": False}).render(text))
    unquoted = [unquote(address) for address in texts(page, "//blockquote//img/@src")]
    assert [(tmp_path / place).read_bytes() for place in unquoted] == [CHART, PHOTO]
    assert "> Image 2: gone.webp is missing." in text
    written(report, tmp_path / "Über dies [1].md")
    assert len(list(folder.iterdir())) == 2, "written again, it takes the place of what was there"


def test_images_of_the_same_number_and_name_are_two_files(tmp_path: Path) -> None:
    KEPT["other"] = GONE
    unanswered = Turn(StoredQuestion("q", "c", None, "?", (), 0.0, (ImageRef("other", "chart.png", 8, 8),)), None)
    text = written(
        compose("T", (unanswered, turn("Again", ALL[:1]), turn("And", ALL[:1])), {}), tmp_path / "out.md"
    ).decode()
    kept = {file.name: file.read_bytes() for file in (tmp_path / "out images").iterdir()}
    assert kept == {"image 1 chart.png": GONE, "image 1 chart (1).png": CHART, "image 2 chart.png": CHART}
    assert text.index("image%201%20chart.png") < text.index("image%201%20chart%20%281%29.png")


HOSTILE = "../../../etc/x](javascript:1) <img src=x>\n# `*_\u202e\ufdd2" + "y" * 300 + ".PNG"


def test_a_name_does_nothing(tmp_path: Path) -> None:
    KEPT[HOSTILE] = CHART
    report = compose("T", (turn("Q", (ref(HOSTILE, 4, 4),)),), {})
    page = written(report, tmp_path / "out.html").decode()
    assert page.count("<img") == 1
    assert "\u202e" not in page
    text = written(report, tmp_path / "out.md").decode()
    read = page_of(MarkdownIt("commonmark", {"html": False}).render(text))
    assert [node.text_content() for node in read.iter("h1")] == ["T"]
    (image,) = read.iter("img")
    assert image.get("alt") == " ".join(f"Image 1: {HOSTILE}".replace("\u202e\ufdd2", "\ufffd").split())
    assert [file.parent for file in tmp_path.rglob("*.png")] == [tmp_path / "out images"]
    written(report, tmp_path / "out.docx")


def test_an_unwritable_folder_is_told_in_the_place_of_the_images(report: Report, tmp_path: Path) -> None:
    (tmp_path / "out images").write_text("a file", encoding="utf-8")
    text = written(report, tmp_path / "out.md").decode()
    assert "Image 1: chart.png is missing. “chart.png” could not be written." in text
    assert "> What is this?" in text

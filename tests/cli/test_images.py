"""`octavo ask --image` from end to end, with real children: in order, with what each takes, encoded once."""

from __future__ import annotations

import io
import json
import os
import pty
import shutil
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from PIL import Image as Pillow

from app.core.errors import Code
from app.core.machine.paths import Paths
from app.core.settings import EngineSettings, Settings
from tests.cli.conftest import Octavo
from tests.models.projector import write_projector
from tests.models.reciter import write_reciter
from tests.said import says
from tests.ui.direct_images import png_of
from tests.whole import open_desk

RED, GREEN = (0x7A, 0x2E, 0x35), (0x2F, 0x6B, 0x4F)


@pytest.fixture(scope="module")
def seeing(tmp_path_factory: pytest.TempPathFactory, tiny_scout: Path) -> Path:
    """A tiny model with a projector beside it."""
    folder = tmp_path_factory.mktemp("seeing")
    write_projector(folder / "mmproj-tiny.gguf")
    return Path(shutil.copy(tiny_scout, folder / "tiny-scout.gguf"))


@pytest.fixture
def run(tmp_path: Path, octavo: Octavo) -> Any:
    """Run `octavo ask --json` on a desk of its own; gives exit code, events, stderr."""

    def call(*arguments: object) -> tuple[int, list[dict[str, Any]], str]:
        code, out, err = octavo("ask", "--data-dir", str(tmp_path / "desk"), "--json", *map(str, arguments))
        return code, [json.loads(line) for line in out.splitlines()], err

    return call


@pytest.fixture
def images(tmp_path: Path) -> tuple[object, ...]:
    """Options for a wide red image and a small green one."""
    (tmp_path / "wide.png").write_bytes(png_of(900, 400, "#7A2E35"))
    with Pillow.open(io.BytesIO(png_of(300, 300, "#2F6B4F"))) as small:
        small.save(tmp_path / "small.jpg", quality=100, subsampling=0)
    return ("--image", tmp_path / "wide.png", "--image", tmp_path / "small.jpg")


def tiny(model: Path) -> tuple[object, ...]:
    """Options for the tiny model."""
    return ("--model", model, "--context", 8192, "--max-tokens", 4, "--temperature", 0)


def of(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == name]


def test_thoughts_come_apart_from_the_answer(run: Any, tmp_path: Path) -> None:
    words = ("<think>", "Ġthe", "Ġhouse", "</think>", "Ċ", "Ġthe", "Ġletter", "Ġcame")
    model = write_reciter(tmp_path / "reciter.gguf", words)
    how = ("--model", model, "--context", 2048, "--temperature", 0)
    code, events, err = run(*how, "What came?")
    assert (code, err) == (0, "")
    assert next(event["event"] for event in events if event["event"] in ("thinking", "token")) == "thinking"
    assert "".join(event["text"] for event in of(events, "token")) == "the letter came"
    (finished,) = of(events, "finished")
    assert finished["answer"] == "the letter came"
    assert "".join(event["text"] for event in of(events, "thinking")).strip() == "the house"
    assert (finished["thought"]["text"], finished["thought"]["tokens"]) == ("the house", 4)
    code, events, _err = run(*how, "--max-thought-tokens", 2, "--max-tokens", 9, "What came?")
    assert code == 0
    assert of(events, "finished")[0]["thought"]["limited"]


def test_images_are_shown_in_order_and_encoded_once(run: Any, images: tuple[object, ...], seeing: Path) -> None:
    code, events, err = run(*tiny(seeing), *images, "What is in image 1?", "And in image 2?")
    assert (code, err) == (0, "")
    order = list(dict.fromkeys(event["event"] for event in events))
    assert order == ["loading", "images", "looking", "reading", "token", "finished"]
    (shown,) = of(events, "images")
    assert [(image["name"], image["width"], image["height"]) for image in shown["images"]] == [
        ("wide.png", 900, 400),
        ("small.jpg", 300, 300),
    ]
    wide, small = (image["tokens"] for image in shown["images"])
    assert wide > 5 * small > 5 * 144
    looks = of(events, "looking")
    assert [look["image"] for look in looks] == sorted(look["image"] for look in looks)
    assert {look["images"] for look in looks} == {2}
    ends = [look for look in looks if look["done"] == look["total"]]
    assert [end["image"] for end in ends] == [1, 2]
    first, second = of(events, "finished")
    assert first["usage"]["encoded_images"] == 2
    assert first["usage"]["prompt_tokens"] > wide + small
    assert second["usage"]["encoded_images"] == 0
    assert second["usage"]["reused_tokens"] >= first["usage"]["prompt_tokens"]

    code, events, _ = run(*tiny(seeing), *images, "What is in image 1?")
    assert code == 0
    assert of(events, "looking") == [], "what was encoded is kept from one process to the next"
    assert of(events, "finished")[0]["usage"]["encoded_images"] == 0


def test_images_come_with_documents_and_are_exported(
    run: Any, images: tuple[object, ...], seeing: Path, tmp_path: Path
) -> None:
    (tmp_path / "book.txt").write_text("The lamp burned all night. " * 40, encoding="utf-8")
    out = tmp_path / "out.docx"
    code, events, _ = run(
        *tiny(seeing), "--document", tmp_path / "book.txt", *images, "--export", out, "Do they agree?", "Why?"
    )
    assert code == 0
    assert of(events, "finished")[0]["usage"]["encoded_images"] == 2
    document = Document(str(out))
    texts = [paragraph.text for paragraph in document.paragraphs][1:]  # after the title
    told = [texts.index(words) for words in ("Image 1: wide.png", "Image 2: small.jpg", "Do they agree?", "Why?")]
    assert told == sorted(told)
    places = document.element.body.xpath(".//a:blip/@r:embed")
    for place, colour in zip(places, (RED, GREEN), strict=True):
        with Pillow.open(io.BytesIO(document.part.related_parts[place].blob)) as picture:
            assert picture.getpixel((100, 100)) == pytest.approx(colour, abs=2)


def test_the_projector_can_be_named(run: Any, images: tuple[object, ...], seeing: Path, tiny_scout: Path) -> None:
    code, events, err = run(*tiny(tiny_scout), *images, "What is it?")
    assert code == 4
    assert says(err, Code.MODEL_BLIND, path=tiny_scout.name)
    assert events[-1]["code"] == "model_blind"
    assert not of(events, "reading"), "told before anything is read"
    assert not of(events, "images")
    projector = seeing.with_name("mmproj-tiny.gguf")
    code, events, _ = run(*tiny(tiny_scout), "--projector", projector, *images, "What is it?")
    assert code == 0
    assert of(events, "finished")[0]["usage"]["encoded_images"] == 2


def test_a_stored_projector_is_not_taken_for_another_model(run: Any, seeing: Path, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png_of(30, 30))
    desk = open_desk(Paths(tmp_path / "desk"))
    engine = EngineSettings(model_path="other.gguf", projector_path="of-the-other.gguf")
    desk.settings.save(Settings(engine=engine))
    desk.close()
    code, events, _ = run(*tiny(seeing), "--image", tmp_path / "a.png", "What is it?")
    assert code == 0
    assert of(events, "finished")[0]["usage"]["encoded_images"] == 1


@pytest.mark.parametrize(
    ("image", "code", "told"),
    [
        ("nowhere.png", 3, "There is no file"),
        ("paper.pdf", 3, "For a document, use --document"),
        ("film.mp4", 3, "for a video, choose frames in the window"),
        ("cut.png", 3, "damaged or incomplete"),
        ("folder", 3, "is a folder"),
    ],
)
def test_what_is_no_image_gets_a_sentence_before_the_model_is_loaded(
    run: Any, tmp_path: Path, image: str, code: int, told: str
) -> None:
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7\n" + bytes(200))
    (tmp_path / "film.mp4").write_bytes(b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + bytes(200))
    (tmp_path / "cut.png").write_bytes(png_of(300, 300)[:200])
    (tmp_path / "folder").mkdir()
    exit_code, events, err = run("--image", tmp_path / image, "What is it?")
    assert exit_code == code
    assert told in err
    assert image in err
    assert [event["event"] for event in events] == ["failed"]


def test_more_images_than_a_question_takes_are_refused(run: Any, tmp_path: Path) -> None:
    code, events, err = run(*["--image", tmp_path / "never-opened.png"] * 21, "What is it?")
    assert code == 2
    assert "20 images" in err
    assert events[-1]["code"] == "usage"


def test_a_terminal_tells_what_they_take_and_where_it_is(
    images: tuple[object, ...], seeing: Path, tmp_path: Path
) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    command = [sys.executable, "-m", "app", "ask", "--data-dir", str(tmp_path / "desk"), *map(str, tiny(seeing))]
    with subprocess.Popen(
        [*command, *map(str, images), "What is it?"], stdout=subprocess.PIPE, stderr=theirs, text=True
    ) as process:
        os.close(theirs)
        told = b"".join(iter(lambda: _read(ours), b"")).decode()
        os.close(ours)
        assert process.stdout is not None
        answer = process.stdout.read()
    assert process.returncode == 0
    assert "wide.png: 900 × 400 pixels, 1,0" in told
    places = [told.index(words) for words in ("small.jpg: 300", "looking at image 1 of 2", "looking at image 2 of 2")]
    assert places == sorted(places)
    assert answer.strip()
    assert "looking" not in answer


def _read(terminal: int) -> bytes:
    """Nothing once the other side is closed, which Linux tells as an error."""
    try:
        return os.read(terminal, 4_096)
    except OSError:
        return b""

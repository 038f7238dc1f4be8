"""Scenes of images in the conversation and in large, by the name of their picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint

from app.core.conversations.conversation import Usage
from app.core.conversations.events import Looking
from app.core.conversations.image import Image
from app.core.settings import ThemeChoice
from app.ui.chat.pictures.lightbox import ImageDialog
from tests.tools.screens import pictures
from tests.tools.screens.stage import Stage
from tests.ui.gate import Gate
from tests.ui.pictured import add_turn, take
from tests.ui.room import LEASE, pause, wait

_FIRST = "How much quay was let in 2025, and in which room is the counter?"
_ANSWER = (
    "About 455 metres of quay were let in 2025, the last and tallest bar of [image 1: Berths let.png].\n\n"
    "The counter hall lies in the middle of the ground floor, between the post room and Quay 3 "
    "[image 2: Harbour office, ground floor.png]."
)
_SECOND = "Was it taken from the quay?"
_ANSWER_2 = "No. [image 3: IMG_20250611_201455.jpg] looks over the water to the quay, so it was taken from the mole."


def _images(stage: Stage, *made: tuple[Callable[[], bytes], str]) -> list[Image]:
    return [take(stage.desk, draw(), name) for draw, name in made]


def _talk(stage: Stage, **options: object) -> None:
    """Two questions with images, answered."""
    stage.add_books()
    conversation = stage.add_conversation("Berths and rooms", [stage.books[LEASE]])
    first = _images(stage, (pictures.chart, "Berths let.png"), (pictures.plan, "Harbour office, ground floor.png"))
    usage = Usage(234_992, 231_480, 3_512, 74, 2)
    answer = add_turn(stage.desk, conversation, _FIRST, first, _ANSWER, usage=usage)
    second = _images(stage, (pictures.photograph, "IMG_20250611_201455.jpg"))
    add_turn(stage.desk, conversation, _SECOND, second, _ANSWER_2, follows=answer, usage=usage)
    stage.open(**options)  # type: ignore[arg-type]


def _many(stage: Stage, question: str, names: Sequence[str], answer: str | None, **options: object) -> None:
    stage.add_books()
    conversation = stage.add_conversation(question, [stage.books[LEASE]])
    drawn = (pictures.chart, pictures.plan, pictures.photograph, pictures.timetable, pictures.receipt)
    images = _images(stage, *zip(drawn, names, strict=True))
    add_turn(stage.desk, conversation, question, images, answer, usage=Usage(234_992, 231_480, 3_512, 74))
    stage.open(**options)  # type: ignore[arg-type]


_NAMES = (
    "Berths let.png",
    "Harbour office, ground floor.png",
    "IMG_20250611_201455.jpg",
    "Tides 2025, all berths, high water.png",
    "Receipt of the harbour dues.webp",
)


def images(stage: Stage) -> None:
    _talk(stage)


def images_dark(stage: Stage) -> None:
    _talk(stage, theme=ThemeChoice.DARK)


def images_small(stage: Stage) -> None:
    _talk(stage, size=(1024, 700))


def images_200(stage: Stage) -> None:
    _talk(stage, size=(1280, 800))


def images_many(stage: Stage) -> None:
    """The numbers of the answer lie open."""
    _many(stage, "Which of these shows the dues of July?", _NAMES, "The last one, [image 5: Receipt].")
    stage.last_answer().foot.numbers_button.click()
    stage.settle()


def images_japanese(stage: Stage) -> None:
    names = ("貸付岸壁の推移.png", "港湾事務所一階平面図.png", "夕方の港.jpg", "潮汐表二〇二五年.png", "領収書.webp")
    _many(stage, "七月の使用料はどの画像にありますか。", names, "五枚目の領収書にあります [image 5: 領収書.webp]。")


def images_without_preview(stage: Stage) -> None:
    stage.add_books()
    conversation = stage.add_conversation("Berths and rooms", [stage.books[LEASE]])
    made = _images(stage, (pictures.chart, "Berths let.png"), (pictures.plan, "Harbour office, ground floor.png"))
    add_turn(stage.desk, conversation, _FIRST, made, _ANSWER)
    with stage.desk.database.write() as connection:
        connection.execute("UPDATE images SET thumbnail_width = 0 WHERE sha256 = ?", (made[1].ref.sha256,))
    stage.open()


def _looking(stage: Stage, **options: object) -> None:
    gate = Gate()
    _many(stage, "Which of these shows the dues of July?", _NAMES, None, **options)
    stage.engine.looks = [(Looking(17, 17, 1, 1),), (Looking(4, 17, 1, 1), gate)]
    stage.presenter.talk_area.asking.ask_last_again()
    wait(gate.reached.is_set)
    pause(200)


def looking(stage: Stage) -> None:
    _looking(stage)


def looking_dark(stage: Stage) -> None:
    _looking(stage, theme=ThemeChoice.DARK, size=(1024, 700))


def _large(stage: Stage, place: int, **options: object) -> ImageDialog:
    _many(stage, "Which of these shows the dues of July?", _NAMES, "The last one.", **options)
    gallery = stage.presenter.talk_area.gallery
    gallery.show(stage.window.talk.view.images(), place)
    stage.settle()
    pause(300)
    assert gallery.dialog is not None
    return gallery.dialog


def image_large(stage: Stage) -> None:
    _large(stage, 0)


def image_large_200(stage: Stage) -> None:
    _large(stage, 0, size=(1280, 800))


def image_large_dark(stage: Stage) -> None:
    _large(stage, 2, theme=ThemeChoice.DARK)


def image_large_small(stage: Stage) -> None:
    _large(stage, 3, size=(1024, 700))


def image_zoomed(stage: Stage) -> None:
    dialog = _large(stage, 2)
    dialog.magnifier.toggle()
    stage.settle()
    pause(300)


def image_zoomed_dark(stage: Stage) -> None:
    dialog = _large(stage, 4, theme=ThemeChoice.DARK)
    dialog.magnifier.toggle()
    stage.settle()
    pause(300)


def image_loading(stage: Stage) -> None:
    dialog = _large(stage, 0)
    dialog.pixels_wanted.disconnect()
    dialog.step(2)
    pause(500)


def image_error(stage: Stage) -> None:
    dialog = _large(stage, 0)
    with stage.desk.database.write() as connection:
        connection.execute("DELETE FROM question_images WHERE sha256 = ?", (dialog.images[1].ref.sha256,))
    dialog.step(1)
    stage.settle()


def image_menu(stage: Stage) -> None:
    _talk(stage)
    image = stage.window.talk.view.images()[0]
    stage.presenter.talk_area.gallery.offer(image, stage.window.mapToGlobal(QPoint(560, 180)))
    pause(200)


def image_single(stage: Stage) -> None:
    """Before it is sent: an image without a number, and no other beside it."""
    _talk(stage)
    image = take(stage.desk, pictures.chart(), "Berths let.png")
    stage.presenter.talk_area.gallery.show_alone(image)
    stage.settle()
    pause(300)


GALLERY_SCENES = (
    images,
    images_dark,
    images_small,
    images_200,
    images_many,
    images_japanese,
    images_without_preview,
    looking,
    looking_dark,
    image_large,
    image_large_200,
    image_large_dark,
    image_large_small,
    image_zoomed,
    image_zoomed_dark,
    image_loading,
    image_error,
    image_menu,
    image_single,
)
GALLERY_SCALED = {"images-200": "2", "image-large-200": "2"}

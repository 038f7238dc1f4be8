"""The images of questions in the conversation: their places, numbers, names, keys, and what is left without a book."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import Turn
from app.core.conversations.image import ImageRef, Raster
from app.ui.chat.messages.question import QuestionMessage
from app.ui.chat.messages.slots import Slot
from app.ui.chat.messages.tiles import NumberedImage, Tile, number_images, place_tiles
from app.ui.chat.messages.view import ConversationView
from app.ui.look.theme import USUAL_SIZES
from tests.ui.chat.talk import answer, asked, colours, turn
from tests.ui.focus import in_focus

CHART = ImageRef("a" * 64, "chart.png", 1640, 980)
PLAN = ImageRef("b" * 64, "plan.png", 1200, 1500, book_id="lease")
WIDE = ImageRef("c" * 64, "panorama.png", 8000, 200)
TALL = ImageRef("d" * 64, "receipt.png", 200, 8000)
ICON = ImageRef("e" * 64, "icon.png", 16, 16)


def shown(number: int, images: Sequence[ImageRef], text: str | None = "Yes.") -> Turn:
    """Question `q<number>` with images, answered unless `text` is None."""
    made = turn(number, f"What is this, {number}?", text)
    return msgspec.structs.replace(made, question=msgspec.structs.replace(made.question, images=tuple(images)))


def questions(view: ConversationView) -> list[QuestionMessage]:
    return [message for message in view.messages() if isinstance(message, QuestionMessage)]


def tiles(view: ConversationView) -> list[Tile]:
    return [tile for message in questions(view) for tile in message.tiles]


def captions(view: ConversationView) -> list[str]:
    return [tile.accessibleName() for tile in tiles(view)]


# places


def test_tiles_stand_in_rows_whose_captions_are_on_a_line() -> None:
    images = number_images((CHART, PLAN, WIDE, TALL, ICON))
    for width in (600, 492, 330, 150):
        places = place_tiles(images, width)
        assert all(place.left() >= 0 and place.right() < width for place in places)
        for number, place in enumerate(places):
            assert place.height() <= 160 + 20
            for other in places[number + 1 :]:
                assert not place.intersects(other)
                assert other.bottom() == place.bottom() or other.top() > place.bottom()


def test_one_or_two_are_larger_than_many_and_none_is_too_small_to_be_hit() -> None:
    few, many = place_tiles(number_images((CHART,)), 492), place_tiles(number_images((CHART, PLAN, TALL)), 492)
    assert few[0].width() == 240
    assert many[0].width() < few[0].width()
    assert len({place.bottom() for place in many}) == 1
    for image in (WIDE, TALL, ICON):
        (place,) = place_tiles(number_images((image,)), 492)
        assert place.width() >= 100
        assert place.height() >= 60


def test_nothing_moves_when_the_thumbnails_come(view: ConversationView) -> None:
    view.show_turns((shown(1, (CHART, WIDE)), shown(2, (TALL,))), {})
    before = [message.geometry() for message in view.messages()]
    asked: list[object] = []
    view.thumbnails.drawn.connect(asked.append)
    view.thumbnails.put(CHART.sha256, Raster(32, 19, bytes([200, 30, 30]) * 32 * 19))
    QApplication.processEvents()
    assert asked == [CHART.sha256]
    assert [message.geometry() for message in view.messages()] == before


@pytest.mark.parametrize("images", [(CHART,), (CHART, PLAN, WIDE, TALL, ICON)])
def test_the_height_is_known_before_a_question_was_ever_shown(
    view: ConversationView, images: tuple[ImageRef, ...]
) -> None:
    made = shown(1, images)
    view.show_turns((made,), {})
    for width in (1000, 500):
        view.resize(width, 700)
        slot = Slot("q1", made.question.text, images=number_images(images))
        slot.guess_height(view.measure(), USUAL_SIZES)
        assert abs(questions(view)[0].height() - slot.height) <= 2


# what is drawn


def test_a_tile_draws_its_thumbnail_and_a_quiet_ground_until_it_comes(view: ConversationView) -> None:
    view.show_turns((shown(1, (CHART,)),), {})
    (tile,) = tiles(view)
    assert "#c81e1e" not in colours(tile)
    view.thumbnails.put(CHART.sha256, Raster(32, 19, bytes([200, 30, 30]) * 32 * 19))
    assert "#c81e1e" in colours(tile)


def test_only_what_comes_into_sight_is_asked_for(view: ConversationView, qtbot: QtBot) -> None:
    asked: list[object] = []
    view.thumbnails.wanted.connect(asked.append)
    refs = [msgspec.structs.replace(CHART, sha256=f"{number:064}") for number in range(40)]
    view.show_turns(tuple(shown(number, (ref,)) for number, ref in enumerate(refs)), {})
    qtbot.waitUntil(lambda: bool(asked))
    while len(asked) < 40:
        before = len(asked)
        view.thumbnails.put(str(asked[-1]), None)
        if len(asked) == before:
            break
    assert len(asked) < 8
    assert refs[-1].sha256 in asked


def test_where_no_thumbnail_is_kept_it_says_so(view: ConversationView) -> None:
    view.show_turns((shown(1, (CHART,)),), {})
    (tile,) = tiles(view)
    loading = tile.grab().toImage()
    view.thumbnails.put(CHART.sha256, None)
    assert tile.grab().toImage() != loading
    assert view.thumbnails.is_missing(CHART.sha256)


def test_a_name_cannot_bring_markup_into_a_tooltip_or_turn_the_text_around(view: ConversationView) -> None:
    name = '<img src="file:///etc/passwd">\u202egnp.x'
    view.show_turns((shown(1, (msgspec.structs.replace(CHART, untrusted_name=name),)),), {})
    (tile,) = tiles(view)
    assert "<img" not in tile.toolTip()
    assert "\u202e" not in tile.text() + tile.toolTip() + tile.accessibleName()


# numbers


def test_images_are_numbered_through_the_conversation(view: ConversationView) -> None:
    view.show_turns((shown(1, (CHART, PLAN)), shown(2, ()), shown(3, (TALL,))), {})
    assert captions(view) == ["Image 1 · chart.png", "Image 2 · plan.png", "Image 3 · receipt.png"]
    view.begin_turn(asked(4, "And this?", (), (WIDE,)), "a4")
    assert captions(view)[-1] == "Image 4 · panorama.png"
    assert questions(view)[0].accessibleDescription().startswith("Image 1 · chart.png\nImage 2 · plan.png\nWhat")


def test_images_of_a_question_without_an_answer_do_not_count(view: ConversationView) -> None:
    """The captions count images as the model is told them."""
    view.show_turns((shown(1, (CHART, PLAN), ""), shown(2, (TALL,))), {})
    assert captions(view) == ["Image 1 · chart.png", "Image 2 · plan.png", "Image 1 · receipt.png"]


def test_an_open_answer_that_came_to_nothing_does_not_count_either(view: ConversationView) -> None:
    view.begin_turn(asked(1, "What is this?", (), (CHART,)), "a1")
    view.finish(answer(1, ""))
    view.begin_turn(asked(2, "And this?", (), (TALL,)), "a2")
    assert captions(view) == ["Image 1 · chart.png", "Image 1 · receipt.png"]


def test_without_a_book_its_images_are_gone_and_the_others_count_on(view: ConversationView) -> None:
    view.show_turns((shown(1, (CHART, PLAN)), shown(2, (PLAN,)), shown(3, (TALL,))), {})
    view.forget_book("lease")
    assert captions(view) == ["Image 1 · chart.png", "Image 2 · receipt.png"]
    assert [image.number for image in view.images()] == [1, 2]
    assert all(tile.isVisible() for tile in tiles(view))


def test_an_open_answer_goes_on_below_a_question_that_loses_an_image(view: ConversationView) -> None:
    view.begin_turn(asked(1, "What is this?", ("lease",), (PLAN, CHART)), "a1")
    view.append("It is ")
    view.forget_book("lease")
    view.append("a chart.")
    assert view.text_of("a1") == "It is a chart."
    assert captions(view) == ["Image 1 · chart.png"]


# what a person does


def test_a_click_return_and_space_open_an_image(view: ConversationView, qtbot: QtBot) -> None:
    opened: list[NumberedImage] = []
    view.image_opened.connect(opened.append)
    view.show_turns((shown(1, (CHART, PLAN)),), {})
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    QTest.mouseClick(tiles(view)[1], Qt.MouseButton.LeftButton)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        QTest.keyClick(in_focus(), Qt.Key.Key_Tab)
        QTest.keyClick(in_focus(), key)
    assert opened == [NumberedImage(PLAN, 2), NumberedImage(CHART, 1), NumberedImage(PLAN, 2)]
    QTest.keyClick(in_focus(), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is questions(view)[0].copy_button


def test_a_tile_with_the_focus_is_marked(view: ConversationView, qtbot: QtBot) -> None:
    view.show_turns((shown(1, (CHART,)),), {})
    (tile,) = tiles(view)
    plain: QImage = tile.grab().toImage()
    tile.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(tile.hasFocus)
    assert tile.grab().toImage() != plain


def test_the_menu_is_wanted_where_the_mouse_is(view: ConversationView) -> None:
    wanted: list[tuple[NumberedImage, QPoint]] = []
    view.image_menu_wanted.connect(lambda image, place: wanted.append((image, place)))
    view.show_turns((shown(1, (CHART,)),), {})
    (tile,) = tiles(view)
    place = tile.mapToGlobal(QPoint(5, 5))
    QApplication.sendEvent(tile, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 5), place))
    assert wanted == [(NumberedImage(CHART, 1), place)]


def test_a_question_of_images_alone_can_be_shown_and_selected(view: ConversationView) -> None:
    made = shown(1, (CHART,))
    view.show_turns((msgspec.structs.replace(made, question=msgspec.structs.replace(made.question, text="")),), {})
    message = questions(view)[0]
    message.select_all()
    assert message.selected_text() == ""
    QTest.mouseClick(message, Qt.MouseButton.LeftButton, pos=QPoint(message.width() - 4, message.height() - 4))
    assert message.height() > 160


def test_the_text_stands_below_the_images_and_is_selected_there(view: ConversationView) -> None:
    view.show_turns((shown(1, (CHART,)),), {})
    message, (tile,) = questions(view)[0], tiles(view)
    assert message.pieces[0].top > tile.geometry().bottom()
    QTest.mouseDClick(message, Qt.MouseButton.LeftButton, pos=QPoint(tile.x() + 5, message.pieces[0].top + 10))
    assert message.selected_text() == "What"


# what an answer cost


@pytest.mark.parametrize(
    ("images", "encoded", "words"),
    [
        ((CHART, PLAN), 2, "2 images processed"),
        ((CHART,), 1, "1 image processed"),
        ((CHART, PLAN), 0, "images already processed"),
        ((CHART,), 0, "image already processed"),
        ((), 3, "3 images processed"),
    ],
)
def test_the_numbers_tell_how_many_images_were_encoded(
    view: ConversationView, images: tuple[ImageRef, ...], encoded: int, words: str
) -> None:
    made = shown(1, images)
    assert made.answer is not None
    usage = msgspec.structs.replace(made.answer.usage, encoded_images=encoded)
    view.show_turns((msgspec.structs.replace(made, answer=msgspec.structs.replace(made.answer, usage=usage)),), {})
    foot = view.messages()[-1].foot  # type: ignore[attr-defined]
    foot.numbers_button.click()
    assert words in foot.describe().split(", ")


def test_without_images_the_numbers_do_not_speak_of_them(view: ConversationView) -> None:
    view.show_turns((shown(1, ()),), {})
    foot = view.messages()[-1].foot  # type: ignore[attr-defined]
    foot.numbers_button.click()
    assert "image" not in foot.describe()

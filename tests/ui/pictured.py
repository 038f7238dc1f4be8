"""Questions with images, kept as if they had been asked."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.core.conversations.conversation import Answer, BookRef, Conversation, Ending, Question, Timings, Usage
from app.core.conversations.image import Image, ImageRef, Raster
from app.core.work import Cancel
from app.services.services import Services
from app.ui.chat.messages.question import QuestionMessage
from app.ui.chat.messages.tiles import Tile
from app.ui.kit.jobs import Done
from tests.endings import as_events
from tests.ui.direct_images import png_of
from tests.ui.room import Room

RED, GREEN, BLUE = "#c81e1e", "#1ea03c", "#1e3cc8"


def take(desk: Services, png: bytes, name: str) -> Image:
    """Take an image into the desk, as when it is attached."""
    *_, ending = as_events(desk.documents.images.take(png, name, Cancel()))
    assert isinstance(ending, Done)
    return ending.result


def add_turn(
    desk: Services,
    conversation: Conversation,
    question: str,
    images: Sequence[Image | ImageRef],
    answer: str | None,
    *,
    follows: Answer | None = None,
    usage: Usage | None = None,
    books: tuple[BookRef, ...] = (),
) -> Answer | None:
    """The answer that was kept; `answer` None keeps the question alone."""
    parent_id = follows.id if follows is not None else None
    stored = desk.conversations.add_question(Question(conversation.id, question, books, parent_id, tuple(images)))
    if answer is None:
        return None
    kept = msgspec.structs.replace(
        desk.conversations.begin_answer(stored.id, "Scout"),
        text=answer,
        ending=Ending.COMPLETE,
        usage=usage or Usage(),
        timings=Timings(first_token_s=0.3),
    )
    desk.conversations.save_answer(kept)
    return kept


def ask_about_colours(room: Room, *, last: str | None = "Green.") -> Conversation:
    """Two questions: the first one with a red and a blue image, the second one with a large green one."""
    conversation = room.add_conversation("Colours")
    red = take(room.desk, png_of(640, 400, RED), "red.png")
    blue = take(room.desk, png_of(300, 900, BLUE), "blue.png")
    green = take(room.desk, png_of(3000, 2000, GREEN), "green.png")
    first = add_turn(room.desk, conversation, "Which colours?", (red, blue), "Red and blue.")
    add_turn(room.desk, conversation, "And this?", (green,), last, follows=first)
    return conversation


def tiles(room: Room) -> list[Tile]:
    """Return the tiles that are widgets now, from the top."""
    shown = [message for message in room.window.talk.view.messages() if isinstance(message, QuestionMessage)]
    return [tile for message in shown for tile in message.tiles]


def remove_book(room: Room, book_id: str) -> None:
    """From the shelf."""
    room.window.shelf.book_remove_wanted.emit(book_id)


def draw_blue(page: int, width: int) -> Raster:
    """Pages of a book."""
    return Raster(width, width, bytes([30, 60, 200]) * (width * width))

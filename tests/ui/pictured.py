"""Questions with images, kept as if they had been asked."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.core.cancel import Cancel
from app.core.conversation import Answer, BookRef, Conversation, Ending, Question, Timings, Usage
from app.core.events import Done
from app.core.image import Image, ImageRef
from app.services.desk import Desk


def take(desk: Desk, png: bytes, name: str) -> Image:
    """As when it is attached."""
    *_, ending = desk.images.take(png, name, Cancel())
    assert isinstance(ending, Done)
    return ending.result


def add_turn(
    desk: Desk,
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

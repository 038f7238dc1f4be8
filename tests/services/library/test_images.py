"""Images of questions: shown to the model once, in order, named through the conversation, and gone with their talk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.bin import BinKind
from app.core.conversations.conversation import BookRef, Ending, Question
from app.core.conversations.events import Looking, Reading, Stored, Token
from app.core.conversations.image import Image, Raster
from app.core.documents.document import Document, Format, Page
from app.core.errors import AppError, Code
from app.core.work import Cancel
from app.services.asking.prompts import WITH_IMAGES
from app.services.library.images import Area
from app.ui.kit.jobs import Done
from tests.endings import as_events
from tests.ui.direct_images import png_of
from tests.ui.fakes import SCOUT, FakeDesk, ScriptedEngine, ScriptedReader, open_desk
from tests.work import answered, at, run, unanswered


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk")
    yield made
    made.desk.close()


@pytest.fixture
def talk(fake: FakeDesk) -> str:
    return fake.desk.conversations.create().id


def taken(fake: FakeDesk, name: str, width: int = 40, height: int = 30) -> Image:
    *_, ending = as_events(fake.desk.documents.images.take(png_of(width, height), name, Cancel()))
    assert isinstance(ending, Done)
    return ending.result


def test_images_are_kept_shown_in_order_and_told(fake: FakeDesk, talk: str) -> None:
    one, two = taken(fake, "one.png"), taken(fake, "two.png", 50)
    events, answer = run(fake.desk.asking.ask.ask(Question(talk, "Which is wider?", images=(one, two)), Cancel()))
    stored = fake.desk.conversations.turns(talk)[0].question
    assert stored.images == (one.ref, two.ref)
    assert [type(event) for event in events] == [Stored, Looking, Looking, Token]
    assert [(e.image, e.images) for e in events if isinstance(e, Looking)] == [(1, 2), (2, 2)]
    (message,) = fake.engine.prompts[-1].messages
    assert [image.sha256 for image in message.images] == [one.ref.sha256, two.ref.sha256]
    assert [image.untrusted_label for image in message.images] == ["[image 1: one.png]", "[image 2: two.png]"]
    assert message.text == f"{WITH_IMAGES} Which is wider?"
    assert answer.ending is Ending.COMPLETE
    assert answer.usage.encoded_images == 2


def test_an_image_that_was_seen_is_not_shown_again(fake: FakeDesk, talk: str) -> None:
    one = taken(fake, "one.png")
    first = answered(fake.desk.asking.ask.ask(Question(talk, "What is it?", images=(one,)), Cancel()))
    again = Question(talk, "And this?", parent_id=first.id, images=(one.ref, taken(fake, "two.png", 50)))
    second = answered(fake.desk.asking.ask.ask(again, Cancel()))
    assert second.usage.encoded_images == 1
    earlier, _answer, now = fake.engine.prompts[-1].messages
    assert [image.untrusted_label for image in (*earlier.images, *now.images)] == [
        "[image 1: one.png]",
        "[image 2: one.png]",
        "[image 3: two.png]",
    ]


def test_a_model_that_sees_nothing_says_so_and_keeps_the_question(tmp_path: Path) -> None:
    fake = open_desk(tmp_path / "desk", ScriptedEngine(info=msgspec.structs.replace(SCOUT, vision=None)))
    talk = fake.desk.conversations.create().id
    question = Question(talk, "What is it?", images=(taken(fake, "one.png"),))
    problem = unanswered(fake.desk.asking.ask.ask(question, Cancel()))
    assert problem.code is Code.MODEL_BLIND
    (turn,) = fake.desk.conversations.turns(talk)
    assert len(turn.question.images) == 1
    assert turn.answer is not None
    assert turn.answer.ending is Ending.FAILED
    fake.desk.close()


def test_a_later_question_to_a_model_that_sees_nothing_names_the_images(fake: FakeDesk, talk: str) -> None:
    first = answered(
        fake.desk.asking.ask.ask(Question(talk, "What is it?", images=(taken(fake, "one.png"),)), Cancel())
    )
    fake.engine.info = msgspec.structs.replace(SCOUT, vision=None)
    answered(fake.desk.asking.ask.ask(Question(talk, "Why?", parent_id=first.id), Cancel()))
    earlier = fake.engine.prompts[-1].messages[0]
    assert earlier.images == ()
    assert earlier.text == "[image 1: one.png] (you cannot see it)\nWhat is it?"


def test_an_image_alone_is_a_question(fake: FakeDesk, talk: str) -> None:
    answered(fake.desk.asking.ask.ask(Question(talk, "", images=(taken(fake, "one.png"),)), Cancel()))
    assert len(fake.engine.prompts[-1].messages[0].images) == 1
    conversation = fake.desk.conversations.get(talk)
    assert conversation is not None
    assert conversation.title == "one.png"


def test_stopping_while_it_looks_ends_the_answer(fake: FakeDesk, talk: str) -> None:
    cancel = Cancel()
    work = fake.desk.asking.ask.ask(Question(talk, "What?", images=(taken(fake, "one.png"),)), cancel)
    events, _answer = run(work, at(Looking, cancel.request))
    assert not any(isinstance(event, Reading | Token) for event in events)
    (turn,) = fake.desk.conversations.turns(talk)
    assert turn.answer is not None
    assert turn.answer.ending is Ending.CANCELLED


def test_what_was_deleted_is_forgotten_everywhere(fake: FakeDesk, talk: str) -> None:
    one, two = taken(fake, "one.png"), taken(fake, "two.png", 50)
    answered(fake.desk.asking.ask.ask(Question(talk, "What?", images=(one, two)), Cancel()))
    other = fake.desk.conversations.create().id
    answered(fake.desk.asking.ask.ask(Question(other, "What?", images=(two,)), Cancel()))
    folder = fake.desk.paths.readings / "images"
    folder.mkdir(parents=True)
    (folder / "somebody-elses.embeddings").write_bytes(b"x")
    entry = fake.desk.documents.removal.delete(BinKind.CONVERSATION, talk)
    assert entry is not None
    fake.desk.documents.removal.sweep()
    with pytest.raises(AppError):
        fake.desk.documents.images.png(one.ref.sha256)
    assert one.ref.sha256 in fake.desk.documents.removal.images.all(), "it may come back"
    fake.desk.documents.removal.purge(entry)
    assert list(folder.iterdir()) == []
    fake.desk.documents.removal.release()
    assert fake.engine.seen == [two.ref.sha256]
    with pytest.raises(AppError) as caught:
        fake.desk.documents.images.png(one.ref.sha256)
    assert caught.value.code is Code.IMAGE_MISSING


def test_a_part_of_a_page_is_cut_out_and_belongs_to_its_book(tmp_path: Path) -> None:
    rows = bytes(range(40)) * 3  # each pixel says where it is
    reader = ScriptedReader(draw=lambda _page, width: Raster(width, 20, (rows * width)[: 3 * width] * 20))
    fake = open_desk(tmp_path / "desk", reader=reader)
    book = fake.books.add(Document("Lease", Format.PDF, "00" * 32, (Page(1, "xii", "Text."),)), Path("/lease.pdf"))
    whole = fake.desk.documents.images.from_page(book.id, 1)
    part = fake.desk.documents.images.from_page(book.id, 1, Area(0.25, 0.5, 0.75, 1.0))
    assert (whole.ref.untrusted_name, whole.ref.book_id) == ("Lease, p. xii", book.id)
    assert (part.ref.width, part.ref.height, part.ref.book_id) == (whole.ref.width // 2, whole.ref.height // 2, book.id)
    talk = fake.desk.conversations.create(books=(BookRef(book.id),)).id
    answered(fake.desk.asking.ask.ask(Question(talk, "What?", (BookRef(book.id),), images=(part,)), Cancel()))
    fake.desk.documents.removal.delete(BinKind.BOOK, book.id)
    assert fake.desk.conversations.turns(talk)[0].question.images == ()
    fake.desk.close()

"""The chronology by the model: what it lists is kept only where the page has its words; nothing is asked twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import BookRef
from app.core.documents.document import Book, Document, Format, Page
from app.core.errors import AppError, Code
from app.core.work import Cancel, Stopped, finish
from app.features.chronology.asking import TimelineAsked, TimelineProgress, read_answer, timeline_asking_of
from app.features.chronology.data import EntrySource, TimelineFinding
from app.features.chronology.service import timelines_of
from app.models import local
from tests.ui.fakes import SCOUT, FakeDesk, ScriptedEngine, open_desk
from tests.ui.gate import Gate

FIRST = "The parties met in the spring of that year.\n\nMarlow signed the lease on 5 March 2024, before Olga Brand."
SECOND = "Then the Tenant left the berth, which had been agreed for 2031-03-31."
ANSWER = """\
"Marlow signed the lease on 5 March 2024" [p. 1] | 2024-03-05 | The lease is signed
“The parties met in the spring of that year.” [p. 2] | 2024-04 | The parties meet
"the Tenant flew away in 2031" [p. 2] | 2031-03-31 | The Tenant leaves
"Then the Tenant left the berth" [p. 2] | 2024-13-01 | The Tenant leaves
"Then the Tenant left the berth" [p. 2] | 1999-01-01 | The Tenant leaves
"The parties met in the spring of that year." [p. 1] | 2024-05-01 | The crane was sold
"Marlow signed the lease on 5 March 2024" [p. 1] | 2025-01-01 | The lease is signed
Name | Olga Brand | person | [p. 1]
Name | Olga | person | [p. 7]
Name | Nobody | person | [p. 1]
Here you are."""


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk", ScriptedEngine())
    yield made
    made.desk.close()


def add(fake: FakeDesk, *texts: str, title: str = "Lease") -> Book:
    pages = tuple(Page(number, str(number), text) for number, text in enumerate(texts, 1))
    document = Document(title, Format.TEXT, title.encode().hex().ljust(64, "0"), pages, language="en")
    return fake.books.add(document, Path(f"/{title}.txt"))


def ask(fake: FakeDesk) -> TimelineAsked:
    finish(timelines_of(fake.desk).find(Cancel()))
    return finish(timeline_asking_of(fake.desk).run(Cancel()))


def test_what_the_pages_have_is_kept(fake: FakeDesk) -> None:
    add(fake, FIRST, SECOND)
    fake.engine.answers = [(ANSWER,)]
    asked = ask(fake)
    assert asked == TimelineAsked(added=2, dropped=6)
    events = [(event.span.first.text, event.words, event.places[0]) for event in timelines_of(fake.desk).store.events()]
    days = [(day, words.split(",")[0], place.page, place.source) for day, words, place in events]
    assert days == [
        ("2024", "The parties meet", 1, EntrySource.MODEL),
        ("2024-03-05", "Marlow signed the lease on 5 March 2024", 1, EntrySource.RULES),
        ("2031-03-31", "Then the Tenant left the berth", 2, EntrySource.RULES),
    ]
    assert events[0][2].quote == "The parties met in the spring of that year."
    assert events[0][2].is_reckoned, "its words do not name the day"
    named = {entity.name: entity.places[0].source for entity in timelines_of(fake.desk).store.entities()}
    assert named == {"Olga Brand": EntrySource.RULES, "Olga": EntrySource.MODEL}


def test_nothing_is_asked_twice_and_a_book_is_read_once(fake: FakeDesk) -> None:
    add(fake, *(f"Page {number}. {'All is quiet in the harbour. ' * 150}" for number in range(1, 5)))
    fake.engine.answers = [("none",)] * 4
    ask(fake)
    assert [prompt.messages[0].text.split("\n")[0] for prompt in fake.engine.prompts] == [
        f"List every dated event on pages {first} to {first}, one per line, like this:" for first in range(1, 5)
    ]
    assert len({prompt.documents for prompt in fake.engine.prompts}) == 1, "the whole book is before each question"
    assert ask(fake) == TimelineAsked()
    assert len(fake.engine.prompts) == 4
    add(fake, FIRST, title="Letter")
    fake.engine.answers = [("none",)]
    ask(fake)
    assert len(fake.engine.prompts) == 5


def test_a_stopped_run_goes_on_where_it_was(fake: FakeDesk) -> None:
    add(fake, "First. " * 1200, "Second. " * 1200)
    gate, cancel = Gate(), Cancel()
    fake.engine.answers = [("none",), (gate, "none"), ("none",)]
    seen: list[TimelineProgress] = []

    def stop_at_second(progress: TimelineProgress) -> None:
        seen.append(progress)
        if isinstance(progress, TimelineFinding) and progress.done == 1:
            cancel.request()

    with pytest.raises(Stopped):
        finish(timeline_asking_of(fake.desk).run(cancel), stop_at_second)
    book = fake.desk.documents.library.books()[0]
    assert timelines_of(fake.desk).store.asked_pages(book.id, SCOUT.name) == 1
    gate.open()
    fake.engine.answers = [("none",)]
    assert ask(fake) == TimelineAsked()
    assert timelines_of(fake.desk).store.asked_pages(book.id, SCOUT.name) == 2


def test_a_book_that_does_not_fit_is_read_in_parts(fake: FakeDesk) -> None:
    add(fake, "First. " * 1200, "Second. " * 1200)
    fake.engine.info = msgspec.structs.replace(SCOUT, context_tokens=4_000)
    fake.engine.answers = [("none",), ("none",)]
    ask(fake)
    assert all(len(prompt.documents[0].pages) == 1 for prompt in fake.engine.prompts)


def test_the_starter_is_not_asked(fake: FakeDesk) -> None:
    found = local.starter()
    assert found is not None
    fake.engine.info = msgspec.structs.replace(SCOUT, path=found.path)
    add(fake, FIRST)
    with pytest.raises(AppError) as caught:
        ask(fake)
    assert caught.value.code is Code.MODEL_LISTS_NOTHING


def test_a_model_that_finds_more_later_adds_nothing_twice(fake: FakeDesk) -> None:
    add(fake, FIRST, SECOND)
    fake.engine.answers = [(ANSWER,)]
    ask(fake)
    fake.engine.info = msgspec.structs.replace(SCOUT, name="Another")
    fake.engine.answers = [(ANSWER,)]
    assert ask(fake) == TimelineAsked(added=0, dropped=6)


def test_lines_of_a_small_model_are_read_too(fake: FakeDesk) -> None:
    """It leaves out the quotation marks, turns the fields around, quotes half a sentence, and invents a day."""
    book = add(fake, FIRST, SECOND)
    cited = fake.books.cited(BookRef(book.id))
    found = read_answer(
        "2024-03-05 | Marlow signed the lease [p. 1] | Marlow, Olga Brand\n"
        "2031-12-24 | the Tenant left the berth [p. 1]\n"
        "A line of prose.\n| | |\n2024 |",
        cited,
        book,
    )
    assert [(event.span.first.text, event.page, event.quote) for event in found.events] == [
        ("2024-03-05", 1, "Marlow signed the lease on 5 March 2024, before Olga Brand.")
    ]
    assert found.dropped == 1

"""Without a feature that replaces names, a server gets texts only if the person wants them sent as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.core.conversations.conversation import Answer, BookRef, Question
from app.core.documents.document import Document, Format, Page
from app.core.errors import AppError, Code, Problem
from app.core.settings import RemoteTexts
from app.core.work import Cancel, finish
from app.engine.protocol import Measure, Prompt
from app.services.asking.replacing import AsItIsEngine
from tests.ui import fakes
from tests.ui.fakes import SCOUT, FakeDesk, open_desk

_HOST = "models.example.org"


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDesk]:
    monkeypatch.setattr(fakes, "REPLACING", None)
    made = open_desk(tmp_path / "desk")
    made.engine.info = replace(SCOUT, host=_HOST)
    finish(made.desk.models.load(None, Cancel()))
    yield made
    made.desk.close()


def _ask(fake: FakeDesk) -> Answer:
    book = fake.books.add(Document("Lease", Format.TEXT, "00" * 32, (Page(1, "1", "It ends."),)), Path("/lease.txt"))
    talk = fake.desk.conversations.create(books=(BookRef(book.id),))
    fake.engine.answers = [("In May.",)]
    return finish(fake.desk.asking.ask.ask(Question(talk.id, "When?", talk.books), Cancel()))


@pytest.mark.parametrize("texts", [RemoteTexts.UNDECIDED, RemoteTexts.ASKED, RemoteTexts.REPLACED])
def test_nothing_goes_to_a_server_that_is_to_be_replaced(fake: FakeDesk, texts: RemoteTexts) -> None:
    fake.desk.settings.change("remote.texts", texts)
    assert _ask(fake).problem == Problem(Code.REMOTE_NAMES, {"host": _HOST})
    assert fake.engine.prompts == []


def test_what_may_go_as_it_is_goes(fake: FakeDesk) -> None:
    fake.desk.settings.change("remote.texts", RemoteTexts.AS_IS)
    assert _ask(fake).text == "In May."
    assert len(fake.engine.prompts) == 1


def test_a_model_on_this_machine_is_asked(fake: FakeDesk) -> None:
    fake.engine.info = SCOUT
    finish(fake.desk.models.load(None, Cancel()))
    fake.desk.settings.change("remote.texts", RemoteTexts.REPLACED)
    assert _ask(fake).text == "In May."


def test_the_server_does_not_even_count_what_may_not_go(fake: FakeDesk) -> None:
    engine = AsItIsEngine(fake.engine, lambda: RemoteTexts.REPLACED)
    with pytest.raises(AppError) as refused:
        finish(engine.run(Measure(Prompt("", (), ()))))
    assert refused.value.code is Code.REMOTE_NAMES

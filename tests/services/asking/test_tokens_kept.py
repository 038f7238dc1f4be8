"""A desk is tokenized once, whatever is started again, whether readings are saved or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.bin import BinKind
from app.core.conversations.conversation import BookRef
from app.core.conversations.events import Tokenizing
from app.core.documents.document import Document, Format, Page
from app.core.settings import EngineSettings
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from tests.there import there
from tests.ui.fakes import FakeDesk, open_desk
from tests.work import at, run, stop

PAGES = tuple(Page(n, str(n), f"Rent {n} is due in May. " * 100) for n in range(1, 120))
DOCUMENT = Document("Lease", Format.TEXT, "00" * 32, PAGES)

Start = Callable[[], FakeDesk]


@pytest.fixture
def start(tmp_path: Path, tiny_scout_fast: Path, near_engines: None) -> Iterator[Start]:
    """Start the program on the same desk, with an engine of its own; what ran before is ended. It saves no readings."""
    running: list[FakeDesk] = []

    def end() -> None:
        while running:
            running.pop().desk.close()

    def make() -> FakeDesk:
        end()
        made = open_desk(tmp_path / "desk", EngineClient())  # type: ignore[arg-type]
        running.append(made)
        settings = made.desk.settings.load()
        made.desk.settings.save(msgspec.structs.replace(settings, readings_quota_gb=0))
        made.desk.models.use(EngineSettings(model_path=str(tiny_scout_fast), context_tokens=1024))
        finish(made.desk.models.ready(Cancel()))
        return made

    yield make
    end()


def test_a_desk_is_tokenized_once_and_its_tokens_go_with_its_books(start: Start) -> None:
    fake = start()
    book = fake.books.add(DOCUMENT, Path("/lease.txt"))
    talk = fake.desk.conversations.create(books=(BookRef(book.id),))
    cancel = Cancel()
    assert stop(fake.desk.asking.context.use(talk, cancel), at(Tokenizing, cancel.request))
    told, first = run(fake.desk.asking.context.use(talk, Cancel()))
    assert told[-1].done == told[-1].total < sum(len(page.text) for page in PAGES), "what was stopped goes on"
    fake = start()
    assert run(fake.desk.asking.context.use(talk, Cancel())) == ([], first)
    assert run(fake.desk.documents.library.tokens(book.id, Cancel())) == ([], there(first).segments[1].tokens)
    folder = fake.desk.paths.readings
    assert [path.suffix for path in folder.rglob("*") if path.is_file()] == [".tokens"]
    entry = fake.desk.documents.removal.delete(BinKind.BOOK, book.id)
    assert entry is not None
    assert any(path.is_file() for path in folder.rglob("*")), "it may come back"
    fake.desk.documents.removal.purge(entry)
    fake.desk.documents.removal.release(book.id)
    assert not any(path.is_file() for path in folder.rglob("*"))

"""A real server sees no names: in a table whose cells are answered side by side, and in sentences that are weighed."""

from __future__ import annotations

import msgspec
import pytest

from app.core.record import RecordKind
from app.core.settings import RemoteTexts
from app.core.work import Cancel, finish
from app.engine.protocol import Prompt, Weigh
from app.features.tables.service import sheets_of
from tests.engine.remote.toy_server import ToyServer
from tests.features.tables.test_side_by_side import asked, fake, kept, make, server
from tests.ui.fakes import FakeDesk

__all__ = ["fake", "server"]

pytestmark = pytest.mark.usefixtures("near_engines")


def test_names_are_replaced_in_every_request_of_every_lane(fake: FakeDesk, server: ToyServer) -> None:
    settings = fake.desk.settings
    remote = msgspec.structs.replace(settings.load().remote, texts=RemoteTexts.REPLACED)
    settings.save(msgspec.structs.replace(settings.load(), remote=remote))
    server.answer = ["[Per", "son 1] ", "pays."]
    grid = make(fake, 4, "Who pays?", "Who is Anna Meyer?")
    finish(sheets_of(fake.desk).run(grid.id, Cancel()))
    assert not [text for text in asked(server) if "Anna Meyer" in text]
    cells = kept(fake, grid).cells
    assert {cell.answer.text for cell in cells if cell.answer} == {"Anna Meyer pays."}
    assert all(cell.answer and cell.answer.sent and cell.answer.sent.replaced for cell in cells)
    entries = [entry for entry in fake.desk.record.store.entries() if entry.kind == RecordKind.CELL]
    assert len(entries) == len(cells), "the record has each"


def test_the_sentences_that_are_weighed_have_their_names_replaced(fake: FakeDesk, server: ToyServer) -> None:
    settings = fake.desk.settings
    remote = msgspec.structs.replace(settings.load().remote, texts=RemoteTexts.REPLACED)
    settings.save(msgspec.structs.replace(settings.load(), remote=remote))
    finish(fake.desk.models.load(None, Cancel()))
    likely = {"choices": [{"logprobs": {"top_logprobs": [{"Yes": -0.1, "No": -3.0}]}}]}
    server.routes["/v1/completions"] = lambda handler: handler.send_json(likely)
    conversation = fake.desk.conversations.create().id
    prompt = Prompt("The rules.", (), (), conversation_id=conversation)
    order = Weigh(prompt, ("Does the lease of Anna Meyer end in May?", "Does it say so?"), ("yes", "no"))
    weighed = finish(fake.desk.asking.ask.engine.run(order, Cancel()))
    assert len(weighed.logs) == 2
    assert not [text for text in asked(server) if "Anna Meyer" in text]
    assert "end in May?" in asked(server)[0]

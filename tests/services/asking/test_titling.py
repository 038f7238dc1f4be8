"""Titles of conversations, with a scripted engine and a real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import Answer, Question, Timings
from app.core.work import Cancel, finish
from app.services.asking import titling
from app.services.services import titling_of
from tests.ui.fakes import SCOUT, FakeDesk, ScriptedEngine, open_desk

ASKED = "How long before the end do I have to say that I am moving out?"


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk", ScriptedEngine(answers=[("Three months.",)], title="Notice period"))
    yield made
    made.desk.close()


def ask(fake: FakeDesk, text: str = ASKED, after: Answer | None = None) -> Answer:
    kept = fake.desk.conversations
    parent = kept.question(after.question_id) if after is not None else None
    talk = parent.conversation_id if parent is not None else kept.create().id
    return finish(fake.desk.asking.ask.ask(Question(talk, text, parent_id=after.id if after else None), Cancel()))


def make(fake: FakeDesk, answer: Answer) -> str:
    if not titling_of(fake.desk).is_wanted(answer):
        return ""
    return finish(titling_of(fake.desk).title(answer, Cancel()))


def title(fake: FakeDesk) -> str:
    return fake.desk.conversations.all()[0].title


def test_after_an_answer_a_conversation_gets_a_title_once(fake: FakeDesk) -> None:
    answer = ask(fake)
    assert title(fake).startswith("How long before")
    assert make(fake, answer) == title(fake) == "Notice period"
    assert not titling_of(fake.desk).is_wanted(ask(fake, "And then?", answer))


def test_one_that_has_none_yet_gets_it_after_a_later_answer(fake: FakeDesk) -> None:
    assert make(fake, ask(fake, "And then?", ask(fake))) == "Notice period"


def test_a_name_that_a_person_gave_stays(fake: FakeDesk) -> None:
    answer = ask(fake)
    talk = fake.desk.conversations.all()[0].id
    work = titling_of(fake.desk).title(answer, Cancel())
    fake.desk.conversations.rename(talk, "Mine")  # while the model writes
    assert finish(work) == ""
    assert title(fake) == "Mine"
    assert not titling_of(fake.desk).is_wanted(answer)


def test_no_book_is_read_for_a_title(fake: FakeDesk) -> None:
    answer = ask(fake)
    fake.engine.to_read = 65
    assert make(fake, answer) == ""
    fake.engine.to_read = 64
    assert make(fake, answer) == "Notice period"


@pytest.mark.parametrize("why", ["off", "starter", "remote", "slow"])
def test_where_no_model_is_asked(fake: FakeDesk, why: str) -> None:
    answer = ask(fake)
    match why:
        case "off":
            fake.desk.settings.change("title_conversations", False)
        case "starter":
            answer = msgspec.structs.replace(answer, from_search=True)
        case "remote":
            fake.engine.info = msgspec.structs.replace(SCOUT, host="example.org")
        case "slow":
            usage = msgspec.structs.replace(answer.usage, generated_tokens=50)
            answer = msgspec.structs.replace(answer, usage=usage, timings=Timings(generate_s=90))
    assert not titling_of(fake.desk).is_wanted(answer)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Notice period", "Notice period"),
        ('**Title:** "Notice Period"\n\nThe tenant', "Notice Period"),
        ("# Conversation title: Notice period and deposit.", "Notice period and deposit"),
        ("“Notice period” [p. 12].", "Notice period"),
        ("- The mill: a history", "The mill: a history"),
        ("題名：「水車小屋の歴史」", "水車小屋の歴史"),
        ("タイトル: 水車小屋【12頁】。", "水車小屋"),
        ("What is due?", "What is due?"),
        ("\u202eNotice\u200b", "‹U+202E›Notice"),
        ("word " * 30, "word " * 11 + "word…"),
        ("***", ""),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_what_a_model_writes_is_cleaned(written: str, kept: str) -> None:
    assert titling.clean(written) == kept


@pytest.mark.parametrize(
    ("asked", "begins"),
    [
        ("When does the lease end?", "Give"),
        ("Wann endet der Vertrag und was muss ich dafür tun?", "Gib"),
        ("Quand est-ce que le contrat finit et que dois-je faire ?", "Donne"),
        ("水車はいつ壊れましたか。", "この会話"),
        ("4711?", "Give"),
    ],
)
def test_a_title_is_asked_for_in_the_language_of_the_question(asked: str, begins: str) -> None:
    assert titling.request_for(asked).startswith(begins)


def test_what_has_no_end_is_no_title() -> None:
    assert titling.clean("Notice period and the ret", whole=False) == ""
    assert titling.clean("Notice period\nand", whole=False) == "Notice period"


def test_copies_are_no_titles(fake: FakeDesk) -> None:
    for copied in ("How long before the end", "Three months.", "Write the title alone", "A title of two to six words"):
        fake.engine.title = copied
        assert make(fake, ask(fake)) == ""
        assert title(fake).startswith("How long")

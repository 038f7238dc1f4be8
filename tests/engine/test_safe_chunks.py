"""No text ends the engine: what std::regex would recurse too deep for is cut, and all else keeps its tokens."""

from __future__ import annotations

import ctypes
import random
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.work import finish
from app.engine.client import EngineClient
from app.engine.llama.llama import LONGEST_STRETCH, LlamaModel, safe_chunks
from app.engine.protocol import DocumentText, Measure, Message, PageText, Prompt
from tests.engine.conftest import load

UNITS = {
    "letter": "a",
    "cases": "aB",
    "blank": " ",
    "sign": "=",
    "line break": "\n",
    "blank lines": " \n",
    "kana": "あ",
    "ideograph": "漢",
    "digit": "7",
    "emoji": "😀",
    "combining mark": "\u0301",
    "marked letter": "e\u0301",
    "letters and digits": "a1",
    "words": "word ",
    "no-break space": "\u00a0",
}
LONG, HUGE = 30_000, 3_000_000


def run_of(unit: str, length: int) -> str:
    return (unit * (length // len(unit) + 1))[:length]


def everywhere(text: str) -> Prompt:
    """A prompt in which `text` stands wherever a person, a book or a model can put one."""
    book = DocumentText(text, (PageText(text, text), PageText("2", "A page.")))
    turns = (Message("user", text), Message("assistant", text), Message("user", text))
    return Prompt("The rules.", (book,), turns)


@pytest.fixture(scope="module", params=["tiny_scout", "starter"])
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def model(path: Path) -> Iterator[LlamaModel]:
    loaded = LlamaModel(path, 0, lambda _fraction: True, vocabulary_only=True)
    yield loaded
    loaded.close()


def whole(model: LlamaModel, text: str) -> array[int]:
    """Return the tokens that llama.cpp makes of a text in one piece."""
    raw = text.encode("utf-8", "replace")
    room = 2 * len(raw) + 16
    tokens = (ctypes.c_int32 * room)()
    count = model._api.llama_tokenize(model._vocab, raw, len(raw), tokens, room, False, False)
    return array("i", tokens[:count])


@pytest.fixture(scope="module")
def engine(path: Path) -> Iterator[EngineClient]:
    started = EngineClient()
    load(started, path, context_tokens=512)
    yield started
    started.close()


@pytest.mark.parametrize("name", UNITS)
def test_a_long_run_anywhere_does_not_end_the_engine(engine: EngineClient, name: str) -> None:
    process = engine.pid
    size = finish(engine.run(Measure(everywhere(run_of(UNITS[name], LONG)))))
    assert min(*size.documents, *size.messages) > 0
    assert engine.pid == process


@pytest.mark.slow
@pytest.mark.parametrize("name", UNITS)
def test_nor_does_a_run_of_millions(engine: EngineClient, name: str) -> None:
    process = engine.pid
    text = run_of(UNITS[name], HUGE)
    book = DocumentText("A book", (PageText("1", text),))
    for asked in (
        Prompt("The rules.", (book,), (Message("user", "What?"),)),
        Prompt("The rules.", (DocumentText(text, book.pages[:0]),), (Message("user", text),)),
        Prompt("The rules.", (), (Message("user", "What?"), Message("assistant", text), Message("user", "Why?"))),
    ):
        assert finish(engine.run(Measure(asked))).total > 0
    assert engine.pid == process


def prose(rng: random.Random, length: int) -> str:
    """One line of words, figures and signs."""
    words = [
        "the",
        "Tenant's",
        "rent",
        "1,475.00",
        "(EUR)",
        "shall",
        "“give”",
        "notice;",
        "§ 12",
        "über",
        "日本語の本。",
        "—",
    ]
    text = ""
    while len(text) < length:
        text += rng.choice(words) + " "
    return text[:length]


@pytest.mark.parametrize("seed", range(5))
def test_a_line_as_long_as_a_book_keeps_its_tokens(model: LlamaModel, seed: int) -> None:
    text = prose(random.Random(seed), 60_000)
    assert model.tokenize(text, special=False) == whole(model, text)


def test_lines_are_never_cut_however_many(model: LlamaModel) -> None:
    rng = random.Random(7)
    text = "\n".join(prose(rng, rng.randrange(1, 400)) for _ in range(400))
    assert list(safe_chunks(text, LONGEST_STRETCH)) == [text]
    assert model.tokenize(text, special=False) == whole(model, text)


def test_japanese_without_a_blank_is_cut_at_its_signs(model: LlamaModel) -> None:
    text = "本を読むことは、旅をすることに似ている。「そうですか」と彼は言った。" * 1_000
    assert len(list(safe_chunks(text, LONGEST_STRETCH))) > 1
    assert model.tokenize(text, special=False) == whole(model, text)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.integers(1, 12))
@example("\n \n a", 2)
@example("a b c", 1)
def test_the_parts_are_the_text_and_none_has_too_long_a_stretch(text: str, longest: int) -> None:
    parts = list(safe_chunks(text, longest))
    assert "".join(parts) == text
    for part in parts:
        stretch = 0
        for place, character in enumerate(part):
            if place and part[place - 1] == "\n" and not character.isspace():
                stretch = 0
            stretch += 1
            assert stretch <= longest


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_survives_and_gives_itself_back(model: LlamaModel, text: str) -> None:
    """Over all of Unicode; as it is, and repeated until it is longer than what a stretch may be."""
    for long in (text, text * (LONGEST_STRETCH // max(1, len(text)) + 1)):
        tokens = model.tokenize(long, special=False)
        if len(long) <= LONGEST_STRETCH:
            assert tokens == whole(model, long)
        if model.tokenize("\x06", special=False):  # the starter's vocabulary lacks some bytes, and drops them
            assert b"".join(model.piece(token) for token in tokens) == long.encode()

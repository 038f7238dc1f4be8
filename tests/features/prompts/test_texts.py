"""Instructions and saved prompts as one text."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.core.errors import AppError, Code
from app.core.settings import Settings
from app.features.prompts.data import SavedPrompt
from app.features.prompts.service import compose, parse, prompt_texts_of
from tests.ui.fakes import FakeDesk, open_desk
from tests.whole import open_desk_at as open_whole_desk

TEXT = """Answer like a notary.
Use euros.

# Notice periods /notice

List all notice periods.

\\# with their pages

# Parties

Who are the parties?
"""
PROMPTS = (
    SavedPrompt("", "Notice periods", "List all notice periods.\n\n# with their pages", "notice"),
    SavedPrompt("", "Parties", "Who are the parties?"),
)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk")
    yield made
    made.desk.close()


def test_a_text_says_what_is_kept_and_is_taken_in_again() -> None:
    assert parse(TEXT) == ("Answer like a notary.\nUse euros.", PROMPTS)
    assert compose("Answer like a notary.\nUse euros.", PROMPTS) == TEXT


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), include_characters="\n#\\/")))
def test_any_text_comes_back(text: str) -> None:
    if text.strip():
        prompt = SavedPrompt("", "A name", text.strip(), "n")
        assert parse(compose("", (prompt,))) == ("", (prompt,))


def test_a_file_is_taken_in(fake: FakeDesk, tmp_path: Path) -> None:
    file, texts = tmp_path / "prompts.txt", prompt_texts_of(fake.desk)
    file.write_text(TEXT, encoding="utf-8")
    fake.desk.settings.save(Settings(instructions="Before."))
    texts.prompts.keep(SavedPrompt("", "Parties", "Who?", "p"))
    assert texts.take(file) == 2
    assert [replace(prompt, id="") for prompt in texts.prompts.all()] == list(PROMPTS)
    assert fake.desk.settings.load().instructions == "Answer like a notary.\nUse euros."
    assert texts.text() == TEXT


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"# A name\n\n", Code.PROMPT_INVALID),
        (b"# \n\ntext", Code.PROMPT_INVALID),
        (b"# good\n\ntext\n# " + b"n" * 81 + b"\n\ntext", Code.PROMPT_INVALID),
        (b"x" * 4001, Code.PROMPT_INVALID),
        (b"\xff\xfe", Code.PROMPTS_NOT_UTF8),
    ],
)
def test_of_a_wrong_file_nothing_is_kept(fake: FakeDesk, tmp_path: Path, content: bytes, code: Code) -> None:
    file, texts = tmp_path / "prompts.txt", prompt_texts_of(fake.desk)
    file.write_bytes(content)
    with pytest.raises(AppError) as caught:
        texts.take(file)
    assert caught.value.code is code
    assert texts.prompts.all() == ()


def test_every_matter_has_the_prompts_of_the_library(tmp_path: Path) -> None:
    with contextlib.closing(open_whole_desk(tmp_path)) as library:
        prompt_texts_of(library).prompts.keep(SavedPrompt("", "Dates", "List all dates.", "d"))
        marlow = library.shared.turn_to(library.shared.matters.create("Marlow").id)
        assert [prompt.name for prompt in prompt_texts_of(marlow).prompts.all()] == ["Dates"]
        marlow.database.close()

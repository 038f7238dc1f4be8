"""The rules that models are given: every version stays as it was released."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.conversation import RULES_VERSION, BookRef
from app.core.document import Document, Format, Page
from app.services.rules import VERSIONS, rules_of
from tests.ui.fakes import FakeDesk, open_desk

RELEASED = {1: "cac55d521f19be43", 2: "211eb11402557eb2"}
"""Digests of versions. A new version gets a line; a line that is there is never changed: conversations that began with
that version would have to read their books again."""


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk")
    yield made
    made.desk.close()


def test_a_released_version_is_never_changed() -> None:
    assert len(VERSIONS) == RULES_VERSION
    texts = [(r.documents, r.excerpts, r.nothing, r.page, r.several, r.short, r.short_japanese) for r in VERSIONS]
    digests = [hashlib.blake2b("\0".join(each).encode(), digest_size=8).hexdigest() for each in texts]
    assert dict(enumerate(digests, 1)) == RELEASED


def test_the_first_version_puts_questions_as_it_did(fake: FakeDesk) -> None:
    """Word for word: saved readings of conversations from before stay of use."""
    refs = tuple(
        BookRef(fake.books.add(Document(title, Format.TEXT, id * 32, (Page(1, "1", "One."),)), Path(f"/{id}")).id)
        for title, id in (("Lease", "00"), ("Letters [2019]", "11"))
    )
    turns = fake.desk.ask.prompts
    (one, _), (two, _) = turns.build(refs[:1], (), "When?", rules=1), turns.build(refs, (), "When?", rules=1)
    assert [message.text for message in one.messages] == ["When?"]
    hint = "Several documents: name each with its pages, like [Lease, p. 12] or [Letters (2019), p. 12]."
    assert [message.text for message in two.messages] == [f"{hint} When?"]
    assert one.rules == two.rules == rules_of(1).documents


@pytest.mark.parametrize(("question", "begin"), [("When?", "Find the words"), ("いつですか。", "文書の中から")])
def test_the_rules_in_short_are_in_the_language_of_the_question(question: str, begin: str) -> None:
    short = rules_of(RULES_VERSION).after(question, ("[Lease, p. N]", "[Letters, p. N]"))
    assert short.startswith(begin)
    assert "[Lease, p. N]" in short
    assert "[Letters, p. N]" in short

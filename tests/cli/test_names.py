"""Names of files and folders that are no UTF-8, as Linux allows them: used where they can be, else a sentence."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from app.cli.main import EXIT_INPUT
from app.core.errors import Code
from tests.cli.conftest import Octavo
from tests.said import says
from tests.whole import needs


def named(folder: Path, name: bytes) -> Path:
    return folder / os.fsdecode(name)


@pytest.fixture
def model(tmp_path: Path, tiny_scout: Path) -> Path:
    return Path(shutil.copy(tiny_scout, named(tmp_path, b"m\xff.gguf")))


def test_a_data_folder_is_refused_with_a_sentence(octavo: Octavo, tmp_path: Path) -> None:
    code, out, err = octavo("doctor", "--data-dir", named(tmp_path, b"d\xffir"))
    assert (code, out) == (EXIT_INPUT, "")
    assert says(err, Code.NAME_NOT_UTF8, path=f"{tmp_path}/d�ir")
    assert len(err.splitlines()) == 1


def test_a_model_is_refused_with_a_sentence(octavo: Octavo, tmp_path: Path, model: Path) -> None:
    desk = ("--data-dir", tmp_path / "desk")
    for words in (
        ("ask", *desk, "--model", model, "?"),
        ("models", "show", *desk, model),
        ("models", "plan", *desk, model),
        ("models", "import", *desk, model),
        ("models", "pack", *desk, model, tmp_path / "m.tar"),
        ("models", "import", "--json", *desk, model),
    ):
        code, _out, err = octavo(*words)
        assert code == EXIT_INPUT, words
        assert says(err, Code.NAME_NOT_UTF8, path=f"{tmp_path}/m�.gguf")
    assert not (tmp_path / "m.tar").exists()


def test_a_model_in_the_models_folder_is_listed_with_its_sentence(octavo: Octavo, tmp_path: Path, model: Path) -> None:
    folder = tmp_path / "desk" / "models"
    folder.mkdir(parents=True)
    model.rename(folder / model.name)
    code, out, _err = octavo("models", "list", "--data-dir", tmp_path / "desk")
    assert code == 0
    assert says(out, Code.NAME_NOT_UTF8)
    code, out, _err = octavo("models", "list", "--json", "--data-dir", tmp_path / "desk")
    assert code == 0
    first = json.loads(out)["models"][0]
    assert first["code"] == "name_not_utf8"
    assert os.fsencode(first["path"]).endswith(b"/desk/models/m\xff.gguf"), "as the name is"
    code, _out, err = octavo("models", "remove", "--data-dir", tmp_path / "desk", folder / model.name)
    assert (code, err) == (0, "")
    assert not (folder / model.name).exists()


@pytest.fixture
def desk(tmp_path: Path, tiny_scout: Path) -> tuple[object, ...]:
    return "--data-dir", tmp_path / "desk", "--model", tiny_scout, "--context", 4096, "--max-tokens", 4


@pytest.fixture
def book(tmp_path: Path) -> Path:
    made = named(tmp_path, b"b\xff.md")
    made.write_text("# The lighthouse\n\nThe lamp burned all night.\n", encoding="utf-8")
    return made


def test_books_and_exports_are_used(octavo: Octavo, tmp_path: Path, desk: tuple[object, ...], book: Path) -> None:
    export = named(tmp_path, b"out\xff.md")
    code, _out, err = octavo("ask", *desk, "--document", book, "--export", export, "What burned?")
    assert (code, err.splitlines()[1:]) == (0, [])
    assert "cut off after 4 tokens" in err, "and nothing else"
    assert export.read_text(encoding="utf-8").startswith("# What burned?")


@needs("tables")
def test_lists_of_questions_are_used(octavo: Octavo, tmp_path: Path, desk: tuple[object, ...], book: Path) -> None:
    questions = named(tmp_path, b"q\xff.txt")
    questions.write_text("What burned?\n", encoding="utf-8")
    table = named(tmp_path, b"table\xff.md")
    code, _out, err = octavo("sheet", *desk, "--document", book, "--questions", questions, "--export", table)
    assert (code, err) == (0, "")
    assert "What burned?" in table.read_text(encoding="utf-8")
    code, _out, err = octavo("ask", *desk, "--export", named(tmp_path, b"no\xff/out.md"), "What burned?")
    assert code == EXIT_INPUT
    assert says(err, Code.EXPORT_NOT_WRITTEN, path=f"{tmp_path}/no�/out.md")
    log = (tmp_path / "desk" / "logs" / "octavo.log").read_text(encoding="utf-8")
    assert "burned" not in log
    assert str(tmp_path) not in log

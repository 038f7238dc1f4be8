"""`octavo settings`: the settings in the terminal, in the words of the window."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core.settings import KvType, Settings
from app.wording.settings import meanings, value_words
from tests.cli.conftest import Octavo


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("engine.threads", 0, "Automatic"),
        ("engine.threads", 1, "1 threads"),
        ("engine.context_tokens", 32_768, "32,768 tokens"),
        ("engine.gpu_layers", -1, "Automatic"),
        ("engine.kv_type", None, "Automatic"),
        ("engine.kv_type", KvType.Q8_0, "q8_0, half the size"),
        ("sampling.temperature", 0.2, "Precise"),
        ("sampling.temperature", 0.35, "0.35"),
        ("sampling.seed", None, "Random"),
        ("readings_quota_gb", 0, "Save none"),
        ("weigh_sentences", True, "On"),
        ("instructions", " two\nlines ", "two lines"),
        ("engine.model_path", "", "Starter model"),
        ("engine.adapters", (), "None"),
    ],
)
def test_a_value_in_words(path: str, value: object, words: str) -> None:
    assert value_words(meanings()[path], value) == words


def test_settings_are_listed_explained_and_changed(octavo: Octavo, tmp_path: Path) -> None:
    def run(*words: str) -> tuple[int, str, str]:
        return octavo("settings", *words, "--data-dir", str(tmp_path / "desk"))

    code, out, _err = run()
    assert code == 0
    assert "engine.context_tokens Automatic" in " ".join(out.split())
    code, out, _err = run("engine.context_tokens", "16384")
    assert (code, out.splitlines()) == (
        0,
        ["engine.context_tokens  16,384 tokens", "Takes effect when the model is loaded again."],
    )
    assert "Space for documents and conversation" in run("engine.context_tokens")[1]
    assert run("engine.context_tokens", "automatic")[1].startswith("engine.context_tokens  Automatic\n")
    given = {"weigh_sentences": "off", "theme": "dark", "sampling.seed": "7", "engine.kv_type": "q4_0"}
    for path, text in given.items():
        assert run(path, text)[0] == 0
    kept = json.loads(run("--json")[1])["settings"]
    assert {path: kept[path] for path in given} == {
        "weigh_sentences": False,
        "theme": "dark",
        "sampling.seed": 7,
        "engine.kv_type": "q4_0",
    }
    assert len(kept) == len(meanings())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("engine.threads", "-3"), "a whole number of at least 0"),
        (("engine.threads", "many"), "engine.threads"),
        (("hub.endpoint", "example.org"), "This is no address"),
        (("wings", "2"), "there is no setting “wings”"),
    ],
)
def test_what_is_not_valid_is_not_kept(octavo: Octavo, tmp_path: Path, words: tuple[str, str], said: str) -> None:
    where = ("--data-dir", str(tmp_path / "desk"))
    code, _out, err = octavo("settings", *words, *where)
    assert code != 0
    assert said in err
    kept = json.loads(octavo("settings", "--json", *where)[1])["settings"]
    assert kept["engine.threads"] == Settings().engine.threads

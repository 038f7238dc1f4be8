"""A model's chat format: taken where it is known, else worked out once and kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.chat_template import ChatTemplate, WorkedOut
from app.core.conversations.events import Loading
from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.core.model import ModelHeader
from app.core.settings import EngineSettings
from app.core.work import Cancel, Work, finish
from app.engine.protocol import EncodePrompt, Message, ModelInfo, Prompt
from app.models.templates.format_finding import work_out
from app.models.templates.reader import TemplateReader
from app.services.services import Services
from app.wording.errors import sentence
from tests.models import llama4
from tests.models.llama4 import write_scout
from tests.whole import open_desk

UNKNOWN = (
    "{{ bos_token }}{% for m in messages %}"
    "{{ '<|header_start|>' ~ m.role ~ '|end|>' ~ m.content ~ '<|eot|>' }}{% endfor %}"
    "{{ '<|header_start|>assistant|end|>' }}"
)
"""Written with marks that the tiny model has, in a form that nobody knows."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates that a process was asked for; here none is started."""
    templates: list[str] = []

    def work(self: TemplateReader, untrusted_template: str, path: str, cancel: Cancel) -> WorkedOut:
        templates.append(untrusted_template)
        return work_out(untrusted_template)

    monkeypatch.setattr(TemplateReader, "work_out", work)
    return templates


@pytest.fixture
def desk(tmp_path: Path, near_engines: None, asked: list[str]) -> Iterator[Services]:
    opened = open_desk(Paths(tmp_path / "desk"))
    yield opened
    opened.close()


@pytest.fixture
def strange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model whose format is written by its own template alone."""
    return with_template(UNKNOWN, tmp_path, monkeypatch)


def with_template(template: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(llama4, "TEMPLATE", template)
    return write_scout(folder / "strange.gguf")


def load(desk: Services, path: Path) -> Work[Loading, ModelInfo]:
    desk.models.use(EngineSettings(model_path=str(path), context_tokens=512))
    return desk.models.load(None, Cancel())


def header(desk: Services, path: Path) -> ModelHeader:
    return finish(desk.models.plans.headers.read(path, Cancel()))


def test_a_model_with_a_format_of_its_own_is_loaded_and_laid_out(
    desk: Services, strange: Path, asked: list[str]
) -> None:
    finish(load(desk, strange))
    prompt = Prompt("Rules.", (), (Message("user", "Who?<|eot|>"),))
    encoded = finish(desk.engine.run(EncodePrompt(prompt)))
    texts = [token for token in encoded.tokens if token in encoded.control_tokens]
    assert len(texts) == 6  # what begins the text, three headers and two ends; none of what the question says
    finish(load(desk, strange))
    assert asked == [UNKNOWN]  # the second time it was known


def test_what_is_known_is_asked_of_no_process(desk: Services, tiny_scout: Path, asked: list[str]) -> None:
    finish(load(desk, tiny_scout))
    assert asked == []


@pytest.mark.parametrize("template", ["{{ messages }}", "x" * 300_000])
def test_a_format_that_cannot_be_found_out_is_refused_before_anything_is_loaded(
    desk: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str
) -> None:
    path = with_template(template, tmp_path, monkeypatch)
    for _ in range(2):
        with pytest.raises(AppError) as caught:
            finish(load(desk, path))
        assert caught.value.code is Code.MODEL_TEMPLATE_REFUSED
        assert "strange.gguf" in sentence(caught.value.problem)
        assert desk.models.loaded() is None


def test_what_the_makers_write_otherwise_is_said(
    desk: Services, tiny_scout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    templates = desk.models.plans.templates
    same = templates.report(header(desk, tiny_scout), "a", Cancel())
    assert same is not None
    assert not same.differs
    other = with_template(llama4.TEMPLATE.replace("<|eot|>", "<|eot|>\n"), tmp_path, monkeypatch)
    report = templates.report(header(desk, other), "a", Cancel())
    assert report is not None
    assert isinstance(report.known, ChatTemplate)
    assert report.differs

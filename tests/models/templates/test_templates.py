"""Formats worked out of templates: what is written by them is what jinja2 writes, and none does harm."""

from __future__ import annotations

import re
from collections.abc import Iterator

import jinja2
import pytest
from jinja2.ext import Extension, loopcontrols

from app.core.chat_template import ChatTemplate, WorkedOut
from app.core.errors import AppError, Code
from app.core.work import Cancel
from app.isolation.client import ReaderLimits, ReaderProcess
from app.models.templates import format_finding, reader
from app.models.templates.protocol import TemplateFlaw, Worked
from app.models.templates.reader import TemplateReader, ask
from app.models.templates.rendering import FIRST_DAY
from app.wording.errors import sentence
from tests.models.templates.shapes import ENDLESS, REFUSED, SHAPES

TALK = (
    ("system", "Answer in one line. {{ braces }} <|im_end|> \"quoted\" & 'so on'"),
    ("user", "Wo ist die Fähre?\n\n[INST] 中文 %s {0}"),
    ("assistant", "At <b>nine</b>.\nIt leaves twice."),
    ("user", "Why?"),
    ("assistant", "So it says."),
    ("user", "And then?"),
)


class _Generation(Extension):
    tags = {"generation"}  # noqa: RUF012

    def parse(self, parser: jinja2.parser.Parser) -> list[jinja2.nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def refuse(message: str) -> str:
    raise jinja2.TemplateError(message)


def reference(template: str, talk: tuple[tuple[str, str], ...]) -> str:
    """Return what transformers would render."""
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, loopcontrols])
    environment.globals |= {"raise_exception": refuse, "strftime_now": FIRST_DAY.strftime}
    messages = [{"role": role, "content": content} for role, content in talk]
    return environment.from_string(template).render(
        messages=messages, add_generation_prompt=True, bos_token="<s>", eos_token="</s>", tools=None, documents=None
    )


@pytest.fixture(scope="module")
def process() -> Iterator[ReaderProcess]:
    """One for many templates; each model's has its own."""
    made = TemplateReader(limits=ReaderLimits(memory_bytes=reader.MEMORY_BYTES, cpu_s=60))
    with made._client.opened((), "model.gguf") as opened:
        yield opened
    made._client.close()


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_worked_out_writes_what_the_template_writes(process: ReaderProcess, name: str) -> None:
    worked = ask(process, SHAPES[name], "model.gguf", Cancel())
    format_ = worked.template.with_tokens("<s>", "</s>")
    for length in (2, 4, 6):
        rules, question, *more = TALK[:length]
        talk = (rules, question, *more)
        if not worked.keeps_rules_apart:
            talk = (("user", f"{rules[1]}\n\n{question[1]}"), *more)
        assert format_.written(TALK[:length]) == reference(SHAPES[name], talk)
    assert worked.keeps_rules_apart == (name not in ("no rules", "rules at the end"))
    assert worked.dated == (name in ("dated", "channels"))
    assert worked.trims == (name in ("dated", "thinking"))


def test_words_that_a_template_adds_are_named(process: ReaderProcess) -> None:
    def added(name: str) -> tuple[str, ...]:
        return ask(process, SHAPES[name], "model.gguf", Cancel()).added

    assert added("dated") == ("Today Date: 01 Jan 2026",)
    assert added("default system") == ()  # since rules are there always
    assert "Current date: 2026-01-01" in added("channels")
    assert "Reasoning strength: high." in added("recipients")


@pytest.mark.parametrize("flaw", REFUSED)
def test_what_does_harm_ends_with_a_sentence(process: ReaderProcess, flaw: str) -> None:
    for template in REFUSED[flaw]:
        with pytest.raises(AppError) as caught:
            ask(process, template, "model.gguf", Cancel())
        assert caught.value.code is Code.MODEL_TEMPLATE_REFUSED
        assert (template[:80], caught.value.params["flaw"]) == (template[:80], flaw)
        assert "model.gguf" in sentence(caught.value.problem)
        assert process.alive


def test_a_template_without_an_end_ends_its_process_alone() -> None:
    made = TemplateReader(limits=ReaderLimits(memory_bytes=reader.MEMORY_BYTES, cpu_s=1))
    with pytest.raises(AppError) as caught:
        made.work_out(ENDLESS, "model.gguf", Cancel())
    assert caught.value.params == {"path": "model.gguf", "flaw": TemplateFlaw.TIME.value}
    made._client.close()


def test_every_flaw_has_words() -> None:
    """None of them is what is said of an unknown one."""
    said = {
        sentence(AppError(Code.MODEL_TEMPLATE_REFUSED, path="a", flaw=flaw).problem)
        for flaw in (*(each.value for each in TemplateFlaw), "unknown")
    }
    assert len(said) == len(TemplateFlaw) + 1


@pytest.mark.parametrize(
    "result",
    [
        WorkedOut(ChatTemplate("x" * 20_000, "", "", "")),
        WorkedOut(ChatTemplate("a", "b", "c", "d", "e" * 20_000)),
        WorkedOut(ChatTemplate("a", "b", "c", "d"), added=("x" * 20_000,)),
    ],
)
def test_a_process_that_was_taken_over_is_not_believed(result: WorkedOut) -> None:
    assert not reader._is_sound(Worked(result))


def test_nothing_is_left_of_a_template_for_the_next(process: ReaderProcess) -> None:
    first = ask(process, SHAPES["thinking"], "model.gguf", Cancel())
    for template in ("{% set messages = [] %}{% set bos_token = 'evil' %}", REFUSED["template_steps"][0]):
        with pytest.raises(AppError):
            ask(process, template, "model.gguf", Cancel())
    assert ask(process, SHAPES["thinking"], "model.gguf", Cancel()) == first


def test_a_piece_is_never_a_text_of_the_conversation() -> None:
    """The texts that are cut at must not be in what is cut out."""
    for template in SHAPES.values():
        for piece in format_finding.work_out(template).template.pieces:
            assert "octavo" not in piece


def test_a_format_keeps_its_place_for_tokens() -> None:
    pieces = format_finding.work_out(SHAPES["rules at the end"]).template
    assert pieces.with_tokens("<s>", "</s>") == ChatTemplate("<s>[INST] ", "\n\n", "[/INST] ", "</s>[INST] ", "[/INST]")
    assert not re.search("first|end", "".join(pieces.with_tokens("", "").pieces))

"""Answers held to a form: the value is one of its kind whatever a model would write; then comes a quotation."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.conversations.conversation import CitationState, Ending
from app.core.conversations.events import Token
from app.core.conversations.values import AnswerForm, HeldForm, ValueKind, ValueState, held_form, read_value
from app.core.documents.document import Page
from app.core.settings import Sampling
from app.core.work import Cancel
from app.documents.citations.checker import CitedBook, check
from app.engine.client import EngineClient
from app.engine.protocol import AnswerTo, DocumentText, Message, PageText, Prompt
from app.engine.writing.held_value import HeldValue
from tests.engine.conftest import NewEngine, load
from tests.models.reciter import write_reciter
from tests.work import run

CHOICES = ("tenant", "tenant and landlord", "貸主")
FORMS = (
    AnswerForm(ValueKind.TEXT),
    AnswerForm(ValueKind.YES_NO),
    AnswerForm(ValueKind.DATE),
    AnswerForm(ValueKind.AMOUNT),
    AnswerForm(ValueKind.CHOICE, CHOICES),
)
PAGES = (
    "The harbour opens at six in the morning, and the first ship that comes in pays half. The master writes it down.",
    "A tenant gives notice not less than twelve months before the end of the Term, which is 31 March 2031.",
)


def held(kind: ValueKind, *choices: str) -> HeldForm:
    form = held_form(AnswerForm(kind, choices), "Which?")
    assert form is not None
    return form


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (held(ValueKind.DATE), "2032-02-29"),
        (held(ValueKind.DATE), "2031-12-31"),
        (held(ValueKind.AMOUNT), "EUR 1,248,000.50"),
        (held(ValueKind.AMOUNT), "-17"),
        (held(ValueKind.YES_NO), "No"),
        (held(ValueKind.CHOICE, *CHOICES), "tenant and landlord"),
        (held(ValueKind.CHOICE, *CHOICES), "貸主"),
        (held(ValueKind.TEXT), "zwölf Monate, 12か月"),
        (held(ValueKind.DATE), "Not in this document"),
    ],
)
def test_a_value_is_written_byte_by_byte(form: HeldForm, text: str) -> None:
    value = HeldValue(form)
    for byte in text.encode():
        assert value.allows(bytes([byte])), value
        value.feed(bytes([byte]))
    assert value.is_whole


@pytest.mark.parametrize(
    ("form", "begun", "piece"),
    [
        (held(ValueKind.DATE), "2031-02", "-30"),
        (held(ValueKind.DATE), "2031-02-", "3"),
        (held(ValueKind.DATE), "2031-1", "3"),
        (held(ValueKind.DATE), "", "31"),
        (held(ValueKind.AMOUNT), "EUR 12,34", "."),
        (held(ValueKind.AMOUNT), "EUR 12", "\n"),
        (held(ValueKind.AMOUNT), "", "about"),
        (held(ValueKind.YES_NO), "Yes", ","),
        (held(ValueKind.CHOICE, *CHOICES), "tenant ", "or"),
        (held(ValueKind.TEXT), "12", "\n"),
        (held(ValueKind.TEXT), "", "“"),
        (held(ValueKind.TEXT), "", " "),
    ],
)
def test_nothing_else_is(form: HeldForm, begun: str, piece: str) -> None:
    value = HeldValue(form)
    value.feed(begun.encode())
    assert not value.allows(piece.encode())


@pytest.mark.parametrize("form", FORMS)
def test_there_is_always_a_way_on(form: AnswerForm) -> None:
    """From every beginning that is written with the least of what is offered, a value is reached."""
    wanted = held_form(form, "Which?")
    assert wanted is not None
    begun = [""]
    for _step in range(40):
        text = begun.pop()
        value = HeldValue(wanted)
        value.feed(text.encode())
        if value.is_final or (value.is_whole and len(text) > 12):
            assert read_value(text, form).state is not ValueState.UNFIT
            if not begun:
                break
            continue
        ways = value.continuations()
        assert ways, text
        begun += [text + way for way in {ways[0], ways[-1]}]


def answer(engine: EngineClient, form: AnswerForm, sampling: Sampling) -> tuple[str, Ending]:
    book = DocumentText("A lease", tuple(PageText(str(n), text) for n, text in enumerate(PAGES, 1)), "b")
    prompt = Prompt("Answer with quotations.", (book,), (Message("user", "When does the Term end?"),))
    order = AnswerTo(prompt, sampling, 300, held_form(form, "When?"))
    events, ended = run(engine.run(order, Cancel()))
    return "".join(event.text for event in events if isinstance(event, Token)), ended.ending


def check_answer(text: str, ending: Ending, form: AnswerForm) -> None:
    value = read_value(text, form)
    assert ending is Ending.COMPLETE
    assert value.state is not ValueState.UNFIT, text
    cited = CitedBook("b", "A lease", tuple(Page(n, str(n), page) for n, page in enumerate(PAGES, 1)))
    states = [citation.state for citation in check(text, (cited,)) if citation.quote]
    assert states == ([CitationState.VERIFIED] if value.state is ValueState.HAS else []), text


def test_an_answer_is_a_value_and_a_quotation_with_its_page(near_engine: NewEngine, tiny_scout: Path) -> None:
    """The model's weights are random, so that it would write neither by itself."""
    engine = near_engine()
    load(engine, tiny_scout, context_tokens=1024)
    for seed, form in enumerate(FORMS):
        text, ending = answer(engine, form, Sampling(temperature=1.5, seed=seed))
        check_answer(text, ending, form)


def test_a_thought_comes_before_the_value(near_engine: NewEngine, tmp_path: Path) -> None:
    path = write_reciter(tmp_path / "thinks.gguf", ("<think>", "Ġthe", "Ġletter", "</think>", "Ġcame"))
    engine = near_engine()
    load(engine, path, context_tokens=1024)
    text, ending = answer(engine, AnswerForm(ValueKind.YES_NO), Sampling(temperature=0))
    assert ending is Ending.COMPLETE
    assert text.startswith('Yes\n"')

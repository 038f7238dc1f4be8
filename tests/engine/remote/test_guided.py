"""Forms that a server holds an answer to, as a regular expression and as a grammar; which servers are asked how."""

from __future__ import annotations

import re

import pytest

from app.core.conversations.values import AnswerForm, ValueKind, ValueState, held_form, value_of
from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.protocol import AnswerTo, DocumentText, Message, PageText, Prompt
from app.engine.remote.guided import MOST_SENTENCES, answer_form, as_gbnf, as_regex
from tests.engine.remote.conftest import NewServer, connect
from tests.engine.remote.toy_server import Handler, complete

_LEASE = DocumentText("A lease", (PageText("1", "The tenant pays. It ends in May (2031)."), PageText("2", "Signed.")))
_DATE = AnswerForm(ValueKind.DATE)
_KINDS = {
    ValueKind.DATE: (("2031-03-31", "2031-03", "1999"), ("2031-13", "31.03.2031", "2031-3")),
    ValueKind.AMOUNT: (
        ("EUR 1,200.50", "-12", "300", "1,234,567", "1,234,567,890,123"),
        ("12 EUR", "1,20", "a lot", "1" * 16),
    ),
    ValueKind.YES_NO: (("Yes", "No"), ("Maybe", "yes")),
    ValueKind.CHOICE: (("tenant", "land+lord"), ("neither", "landdlord")),
    ValueKind.TEXT: (("Anna's boat", "x"), ("a\nb", 'the "boat"', "x" * 161)),
}


def _pattern(kind: ValueKind, *documents: DocumentText) -> re.Pattern[str]:
    held = held_form(AnswerForm(kind, ("tenant", "land+lord")), "When?")
    assert held is not None
    return re.compile(as_regex(answer_form(held, documents)))


@pytest.mark.parametrize("kind", _KINDS)
def test_a_value_has_its_form_or_the_document_has_none(kind: ValueKind) -> None:
    pattern, (right, wrong) = _pattern(kind, _LEASE), _KINDS[kind]
    below = '\n"The tenant pays." [p. 1]'
    assert all(pattern.fullmatch(value + below) for value in right)
    assert not any(pattern.fullmatch(value + below) for value in wrong)
    assert pattern.fullmatch("Not in this document")
    form = AnswerForm(kind, ("tenant", "land+lord"))
    assert all(value_of(value, form).state is ValueState.HAS for value in right), "and the desk reads it so"


def test_a_quotation_is_a_sentence_of_a_short_document_with_its_own_page() -> None:
    pattern = _pattern(ValueKind.YES_NO, _LEASE)
    assert pattern.fullmatch('Yes\n"It ends in May (2031)." [p. 1]')
    assert not pattern.fullmatch('Yes\n"It ends in May (2031)." [p. 2]')
    assert not pattern.fullmatch('Yes\n"It ends in June." [p. 1]')
    assert _pattern(ValueKind.YES_NO, _LEASE, _LEASE).fullmatch('Yes\n"Signed." [A lease, p. 2]')


def test_of_a_long_document_any_words_may_be_quoted_and_only_its_pages_named() -> None:
    pages = tuple(PageText(str(n), f"Sentence {n}.") for n in range(MOST_SENTENCES + 1))
    pattern = _pattern(ValueKind.YES_NO, DocumentText("Long", pages))
    assert pattern.fullmatch('Yes\n"whatever it says" [p. 7]')
    assert not pattern.fullmatch('Yes\n"whatever it says" [p. 9999]')


def test_a_text_that_looks_like_notation_is_text() -> None:
    page = PageText("1", "A \\ back[slash] {2} a|b (c)* ^$ a-b/c?")
    document = DocumentText("Odd", (page,))
    assert _pattern(ValueKind.YES_NO, document).fullmatch(f'Yes\n"{page.untrusted_text}" [p. 1]')
    held = held_form(AnswerForm(ValueKind.YES_NO), "When?")
    assert held is not None
    assert '"A \\\\ back[slash] {2} a|b (c)* ^$ a-b/c?"' in as_gbnf(answer_form(held, (document,)))


def _ask(engine: EngineClient) -> None:
    prompt = Prompt("The rules.", (_LEASE,), (Message("user", "When?"),))
    finish(engine.run(AnswerTo(prompt, Sampling(), 8, held_form(_DATE, "When?")), Cancel()))


@pytest.mark.parametrize(
    ("kind", "field"),
    [("llama-server", "grammar"), ("vllm", "structured_outputs"), ("vllm", "guided_regex"), ("sglang", "regex")],
)
def test_what_a_server_obeys_is_found_out_once(
    kind: str, field: str, new_server: NewServer, engine: EngineClient
) -> None:
    server = new_server(kind)
    server.holds, server.answer = field, ["Not in this ", "document"]
    connect(engine, server.address)
    _ask(engine)
    _ask(engine)
    bodies = [body for path, body, _headers in server.asked if path == "/v1/completions"]
    streamed = [body for body in bodies if body.get("stream")]
    assert all(field in body for body in streamed)
    assert len(streamed) == 2
    tried = {"structured_outputs": 2, "guided_regex": 3}.get(field, 1)  # and vLLM for how many engines there are
    assert len(bodies) == 2 + tried
    probes = [body for body in bodies if not body.get("stream")]
    assert not any("lease" in str(body) for body in probes), "nothing of a book is in it"


@pytest.mark.parametrize(
    ("kind", "field", "sent"),
    [
        ("llama-server", "grammar", ("json_schema", {"type": "integer"})),
        ("vllm", "structured_outputs", ("structured_outputs", {"json": {"type": "integer"}})),
        ("vllm", "guided_regex", ("guided_json", {"type": "integer"})),
        ("sglang", "regex", ("json_schema", '{"type": "integer"}')),
    ],
)
def test_a_schema_goes_as_the_server_wants_it(
    kind: str, field: str, sent: tuple[str, object], new_server: NewServer, engine: EngineClient
) -> None:
    server = new_server(kind)
    server.holds = field
    connect(engine, server.address)
    prompt = Prompt("The rules.", (_LEASE,), (Message("user", "When?"),))
    finish(engine.run(AnswerTo(prompt, Sampling(), 8, schema='{"type": "integer"}'), Cancel()))
    body = server.asked[-1][1]
    name, value = sent
    assert body[name] == value
    assert not {"grammar", "guided_regex", "regex"} & set(body)


def test_a_server_that_obeys_nothing_or_refuses_is_asked_as_before(new_server: NewServer, engine: EngineClient) -> None:
    server = new_server("vllm")
    connect(engine, server.address)
    _ask(engine)
    assert not {"structured_outputs", "guided_regex"} & set(server.asked[-1][1])

    server.holds = "structured_outputs"

    def refusing(handler: Handler) -> None:
        if "structured_outputs" in handler.body:
            handler.send_json({"error": {"message": "too complex"}}, 400)
        else:
            complete(handler)

    server.routes["/v1/completions"] = refusing
    connect(engine, server.address)
    _ask(engine)
    assert not {"structured_outputs", "guided_regex"} & set(server.asked[-1][1])

"""Weighing by a server's log-probabilities: what is asked, and what the logarithms of words are made of."""

from __future__ import annotations

import math

import pytest

from app.core.conversations.events import Weighing
from app.core.errors import Code
from app.core.work import Cancel
from app.engine.client import EngineClient
from app.engine.protocol import Message, Prompt, Weigh
from tests.engine.remote.conftest import NewServer, connect
from tests.engine.remote.toy_server import Handler, complete
from tests.work import problem_of, run

_ASKED = Prompt("The rules.", (), (Message("user", "Does the tenant pay?"), Message("assistant", "Yes")))
_ORDER = Weigh(_ASKED, ("Does it say so?", "And this?"), ("yes", "no"))
_LIKELY = {"Yes": -0.5, " yes": -2.0, "No": -1.5, "\n": -3.0, "Maybe": -4.0}


def _says(handler: Handler) -> None:
    if "logprobs" not in handler.body:
        complete(handler)
        return
    if handler.server.kind == "llama-server":
        likely = [{"token": token, "logprob": log} for token, log in _LIKELY.items()]
        said: object = {"content": [{"token": "Yes", "logprob": -0.5, "top_logprobs": likely}]}
    else:
        said = {"tokens": ["Yes"], "token_logprobs": [-0.5], "top_logprobs": [_LIKELY]}
    usage = {"prompt_tokens": 100, "prompt_tokens_details": {"cached_tokens": 60}}
    handler.send_json({"choices": [{"text": "Yes", "logprobs": said}], "usage": usage})


@pytest.mark.parametrize("kind", ["llama-server", "vllm", "sglang"])
def test_words_get_the_probabilities_of_the_tokens_that_begin_them(
    kind: str, new_server: NewServer, engine: EngineClient
) -> None:
    server = new_server(kind)
    server.routes["/v1/completions"] = _says
    connect(engine, server.address)
    events, weighed = run(engine.run(_ORDER, Cancel()))
    assert [event.done for event in events if isinstance(event, Weighing)] == [1, 2]
    expected = (math.log(math.exp(-0.5) + math.exp(-2.0)), -1.5)
    for logs in weighed.logs:
        assert logs == pytest.approx(expected)
    assert weighed.evaluated_tokens > 0
    first, second = server.prompts()
    common = next(index for index, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1])
    text = bytes(token for token in first[:common] if token < 256)
    assert b"Does the tenant pay?" in text, "up to the question all is equal"


def test_a_server_that_says_nothing_of_it_weighs_nothing(new_server: NewServer, engine: EngineClient) -> None:
    server = new_server()
    server.routes["/v1/completions"] = lambda handler: handler.send_json({"choices": [{"text": "Yes"}]})
    connect(engine, server.address)
    assert problem_of(engine.run(_ORDER, Cancel())).code is Code.WEIGHING_REMOTE

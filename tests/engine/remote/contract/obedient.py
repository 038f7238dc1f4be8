"""A toy server that does all that a good one does: it holds answers to their form, remembers prompts, says how sure it
is, and refuses what is longer than its context."""

from __future__ import annotations

import json
import re
from itertools import takewhile
from typing import Any

from tests.engine.remote.toy_server import Handler, Route, ToyServer, prompt_tokens

_HELD_BY = {"vllm": "structured_outputs", "sglang": "regex", "llama-server": "grammar"}
_TEXTS = ("zq7", '{"berth": 4}', "Not in this document")
"""Everything that this server can write for a form."""


class ObedientToy(ToyServer):
    def __init__(self, kind: str) -> None:
        super().__init__(kind, sees=True)
        self.holds = _HELD_BY[kind]
        self.answer = [f"word {number} " for number in range(40)]
        self.remembered: list[list[int]] = []
        self.routes["/v1/completions"] = _complete

    def route(self, path: str, _body: Any) -> Route | None:
        return self.routes.get(path)


def _complete(handler: Handler) -> None:
    server, body = handler.server, handler.body
    assert isinstance(server, ObedientToy)
    prompt = prompt_tokens(handler)
    if prompt is None:
        return
    if len(prompt) >= server.context_tokens:
        handler.send_json({"error": {"message": "This model's maximum context length is 4096 tokens."}}, 400)
        return
    cached = max((_common(prompt, before) for before in server.remembered), default=0)
    server.remembered.append(prompt)
    words = _held(body) or server.answer
    written = words[: body["max_tokens"]]
    reason = "stop" if len(written) == len(words) else "length"
    usage = {
        "prompt_tokens": len(prompt),
        "completion_tokens": len(written),
        "prompt_tokens_details": {"cached_tokens": cached},
    }
    if not body.get("stream"):
        likely = {"top_logprobs": [{word: -0.2, "other": -2.0} for word in written]}
        choice = {"text": "".join(written), "logprobs": likely, "finish_reason": reason}
        handler.send_json({"choices": [choice], "usage": usage})
        return
    handler.begin_stream()
    for word in written:
        handler.send_event({"choices": [{"text": word, "finish_reason": None}]})
    handler.send_event({"choices": [{"text": "", "finish_reason": reason}]})
    handler.send_event({"choices": [], "usage": usage})
    handler.send_event("[DONE]")


def _common(one: list[int], other: list[int]) -> int:
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _held(body: Any) -> list[str]:
    """Return the first of the texts that the form or schema of a request allows; none without one."""
    outputs = body.get("structured_outputs", {})
    if schema := outputs.get("json") or body.get("json_schema"):
        assert json.loads(schema) if isinstance(schema, str) else schema
        return [_TEXTS[1]]
    if pattern := outputs.get("regex") or body.get("regex"):
        return [next(text for text in _TEXTS if re.fullmatch(pattern, text))]
    if grammar := body.get("grammar"):
        return [next(text for text in _TEXTS if f'"{text}"' in grammar)]
    return []

"""Bytes of a stream into events, and texts that cannot speak as the system."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.chat_template import ChatTemplate
from app.engine.remote import formats
from app.engine.remote import formats as escaping
from app.engine.remote.transport import EventBytes, TooLong

_STREAM = (
    b': ping\r\n\r\ndata: {"a": 1}\r\n\r\nevent: x\ndata: one\ndata:two\n\n\rdata: last\r\r: data: no\n\ndata: cut'
)
_EVENTS = [b'{"a": 1}', b"one\ntwo", b"last"]


@given(st.lists(st.integers(0, len(_STREAM)), max_size=12))
def test_events_are_the_same_wherever_the_bytes_are_cut(cuts: list[int]) -> None:
    events, reader = [], EventBytes(1000)
    for start, end in pairwise([0, *sorted(cuts), len(_STREAM)]):
        events += reader.feed(_STREAM[start:end])
    assert events == _EVENTS


def test_an_event_that_never_ends_is_not_kept() -> None:
    for part in (b"data: " + b"x" * 60, b"x" * 60, b"data: xxxx\n" * 6):
        reader = EventBytes(100)
        with pytest.raises(TooLong):
            all(reader.feed(part) == [] for _ in range(20))


@pytest.mark.parametrize(
    "token",
    ["<|eot|>", "<|im_end|>", "</s>", "<s>", "[INST]", "[/INST]", "<start_of_turn>", "<｜User｜>", "<|reserved_7|>",
     "[gMASK]", "[sMASK]", ">>QUESTION<<"],
)  # fmt: skip
def test_what_looks_like_a_control_token_is_taken_apart(token: str) -> None:
    text = f"He wrote {token}{token} on the wall{token}"
    parts = escaping.apart(text)
    assert "".join(parts) == text
    assert not any(token in part for part in parts)
    assert token not in escaping.spaced(text)


@given(st.text(alphabet="<>|[]/sINSTeot ", max_size=40))
def test_no_part_holds_a_control_token_of_any_known_format(text: str) -> None:
    parts = escaping.apart(text)
    assert "".join(parts) == text
    for token in ("<|eot|>", "</s>", "<s>", "[INST]", "[/INST]"):
        assert not any(token in part for part in parts)
        assert token not in escaping.spaced(text)


def test_ordinary_text_stays_whole() -> None:
    for text in ("", "a < b and b > c", "[p. 12] Clause [3]", "x[i] <- 4", "It ends with <", "[sic]", "a >> b << c"):
        assert escaping.apart(text) == [text]
        assert escaping.spaced(text) == text


@pytest.mark.parametrize("used", formats.FORMATS)
def test_a_format_is_recognised_by_the_tokens_that_it_takes(used: ChatTemplate) -> None:
    def reported(conversation: formats.Conversation) -> int:
        return len(formats.rendered(used, conversation))

    assert formats.recognised(len, reported) == used


def test_an_unknown_format_is_not_guessed() -> None:
    assert formats.recognised(len, lambda conversation: 17) is None

"""Thoughts and answers are separated however the bytes come; what was not thought comes through as it is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.formats.thinking import Thoughts

ANSWER = "The tenant pays (“§ 3”) – 船は港を出る. In XML a <think>note</think> is an element, <|end|> is not. [p. 3]"
THOUGHT = "Who pays? <b>Clause 3</b> says </thin, or <|chan.\n\nThe owner wrote “x”."
HARMONY = "<|start|>assistant"
FORMS = [
    pytest.param("", f"<think>{THOUGHT}</think>\n\n{ANSWER}", id="think"),
    pytest.param("", f"\n <think>\n\n</think>\n\n{ANSWER}", id="an empty thought"),
    pytest.param("", f"<think>{THOUGHT}</think><think>{THOUGHT}</think>{ANSWER}", id="two thoughts"),
    pytest.param("", f"<thinking>{THOUGHT}</thinking>{ANSWER}", id="thinking"),
    pytest.param("", f"[THINK]{THOUGHT}[/THINK]{ANSWER}", id="Magistral"),
    pytest.param("<|im_start|>assistant\n<think>\n", f"{THOUGHT}</think>\n\n{ANSWER}", id="opened by the prompt"),
    pytest.param("<|im_start|>assistant\n<think>\n", f"<think>{THOUGHT}</think>{ANSWER}", id="opened twice"),
    pytest.param(
        HARMONY,
        f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}",
        id="Harmony",
    ),
    pytest.param(HARMONY, f"<|channel|>final<|message|>{ANSWER}<|return|>", id="Harmony without a thought"),
    pytest.param(
        HARMONY,
        f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>commentary to=functions.x "
        f"<|constrain|>json<|message|>{{}}<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}<|return|>",
        id="Harmony with a comment",
    ),
]
PLAIN = st.text(alphabet=" \n<>|/[]thinkTHINKchannelend“ä船", max_size=60)


def split(text: str, before: str = "", cuts: list[int] | None = None, *, bare: bool = False) -> str:
    thoughts, raw = Thoughts(before, bare=bare), text.encode()
    places = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts or ())})
    return b"".join([*(thoughts.feed(raw[a:b]) for a, b in pairwise(places)), thoughts.end()]).decode()


@pytest.mark.parametrize(("before", "text"), FORMS)
def test_only_the_answer_comes_through_wherever_one_cut_is(before: str, text: str) -> None:
    for cut in range(len(text.encode()) + 1):
        assert split(text, before, [cut]) == ANSWER


@pytest.mark.parametrize(("before", "text"), FORMS)
def test_and_byte_by_byte(before: str, text: str) -> None:
    assert split(text, before, list(range(len(text.encode())))) == ANSWER


@pytest.mark.parametrize(("before", "text"), FORMS)
@given(cuts=st.lists(st.integers(0, 600), max_size=12))
def test_and_in_any_pieces(before: str, text: str, cuts: list[int]) -> None:
    assert split(text, before, cuts) == ANSWER


@given(text=PLAIN, cuts=st.lists(st.integers(0, 600), max_size=12))
def test_an_answer_without_thoughts_comes_through_byte_for_byte(text: str, cuts: list[int]) -> None:
    openings = ("<think>", "<thinking>", "[THINK]", "<|channel|>")
    if not text.lstrip().startswith(openings):
        assert split(text, cuts=cuts) == text


@given(
    thought=PLAIN, answer=st.text(alphabet="ANSWER ?!“”船", min_size=1), cuts=st.lists(st.integers(0, 600), max_size=12)
)
def test_no_word_of_a_thought_comes_through(thought: str, answer: str, cuts: list[int]) -> None:
    if "</think>" not in thought and answer.strip():
        assert split(f"<think>{thought}</think>{answer}", cuts=cuts) == answer.lstrip()
        assert split(f"<think>{thought}", cuts=cuts) == ""
    if "<|channel|>" not in f"{thought}<|channel|>"[:-1]:
        assert split(f"<|channel|>analysis<|message|>{thought}", HARMONY, cuts) == ""


@given(text=st.text(max_size=60), cuts=st.lists(st.integers(0, 600), max_size=12))
def test_no_more_is_held_back_than_may_become_a_mark(text: str, cuts: list[int]) -> None:
    thoughts = Thoughts()
    said = thoughts.feed(b"An answer. ")
    for a, b in pairwise(sorted({0, len(text.encode()), *(cut % (len(text.encode()) + 1) for cut in cuts)})):
        assert thoughts.feed(text.encode()[a:b]) == text.encode()[a:b]
    assert said == b"An answer. "
    assert not thoughts.any


@pytest.mark.parametrize(
    "text",
    ["<", "<thin", "<thinks>", "<Think>", "<|chan", "[", "[T", "", "  \n", "<think", "“<think>” it says", "[p. 3]"],
)
def test_what_only_looks_like_a_mark_comes_through(text: str) -> None:
    for cut in range(len(text) + 1):
        assert split(text, cuts=[cut]) == text


def test_it_says_while_it_thinks() -> None:
    thoughts = Thoughts()
    assert not thoughts.thinking
    thoughts.feed(b"<think")
    assert not thoughts.thinking
    thoughts.feed(b">Well")
    assert (thoughts.thinking, thoughts.any) == (True, True)
    assert thoughts.feed(b"</think>So") == b"So"
    assert (thoughts.thinking, thoughts.any) == (False, True)


def test_a_prompt_that_closes_its_thought_opens_none() -> None:
    assert split("An answer.", "<|im_start|>assistant\n<think>\n\n</think>\n\n") == "An answer."


def test_where_marks_are_left_out_harmony_is_known_by_its_words() -> None:
    """Servers that leave control tokens out of what they stream send such text."""
    text = f"analysis{THOUGHT}assistantfinal{ANSWER}"
    for cut in range(len(text.encode()) + 1):
        assert split(text, HARMONY, [cut], bare=True) == ANSWER
    assert split(f"final{ANSWER}", HARMONY, bare=True) == ANSWER
    assert split("analysis of the lease", "<|im_start|>assistant\n", bare=True) == "analysis of the lease"
    assert split("analysis of the lease", HARMONY) == "analysis of the lease"


def test_only_marks_of_thoughts_are_seen_of_control_tokens() -> None:
    thoughts = Thoughts()
    steps = [(b"", b"<|eot|>"), (b"", b"<think>"), (b"Well", b""), (b"", b"</think>"), (b"So", b""), (b"", b"<think>")]
    assert b"".join(thoughts.feed(*step) for step in steps) + thoughts.end() == b"So"

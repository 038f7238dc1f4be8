"""Each family's thoughts come apart from its answers, in whatever pieces; each is had not to think as it wants it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.formats.thinking import Thoughts
from app.engine.formats.thought_marks import FAMILIES, family_of, with_thought, without_thought
from tests.engine.thought_streams import ANSWER, REPEATED, STREAMS, STUBBORN, TEMPLATES, THOUGHT, WRAPPED, as_tokens

few = settings(max_examples=15)
CUTS = st.lists(st.integers(0, 900), max_size=12)


def separate(text: str, before: str, cuts: list[int]) -> tuple[str, str]:
    """Thought and answer of what comes in pieces that end at `cuts`."""
    thoughts, raw = Thoughts(before), text.encode()
    places = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts)})
    said, thought = b"", b""
    for a, b in pairwise(places):
        said += thoughts.feed(raw[a:b])
        thought += thoughts.take_thought()
    said += thoughts.end()
    return (thought + thoughts.take_thought()).decode().strip(), said.decode().strip()


@pytest.mark.parametrize("family", STREAMS)
@few
@given(cuts=CUTS)
def test_a_thought_comes_apart_in_any_pieces(family: str, cuts: list[int]) -> None:
    stream = STREAMS[family]
    assert separate(stream.text(THOUGHT), stream.before, cuts) == (THOUGHT, ANSWER)


@pytest.mark.parametrize("family", STREAMS)
def test_and_byte_by_byte(family: str) -> None:
    stream = STREAMS[family]
    text = stream.text(THOUGHT)
    assert separate(text, stream.before, list(range(len(text.encode())))) == (THOUGHT, ANSWER)


@pytest.mark.parametrize("family", STREAMS)
def test_marks_may_be_control_tokens(family: str) -> None:
    """The answer speaks of no marks: where one does, the control tokens are lost."""
    stream = STREAMS[family]
    thoughts = Thoughts(stream.before)
    said = b"".join(thoughts.feed(*step) for step in as_tokens(stream.text("Who pays?", answer="The tenant. [p. 3]")))
    assert (said + thoughts.end()).decode().strip() == "The tenant. [p. 3]"
    assert thoughts.take_thought().decode().strip() == "Who pays?"
    assert 0 < thoughts.tokens < len(as_tokens(stream.text("Who pays?", answer=""))) + 1


@pytest.mark.parametrize("family", STREAMS)
@few
@given(cuts=CUTS)
def test_an_empty_thought(family: str, cuts: list[int]) -> None:
    stream = STREAMS[family]
    assert separate(stream.text(""), stream.before, cuts) == ("", ANSWER)


@pytest.mark.parametrize("family", STREAMS)
@few
@given(cuts=CUTS)
def test_two_thoughts(family: str, cuts: list[int]) -> None:
    stream = STREAMS[family]
    if family in REPEATED:
        text = REPEATED[family]
    else:
        closes = stream.closes.split("\n")[0] if family in WRAPPED else stream.closes
        closes = closes.split("<|START")[0].split("<|open")[0] or "\n</think>\n"
        opens = stream.opens or "<think>"
        text = f"{stream.opens}{THOUGHT}{closes}{opens}{THOUGHT}{stream.closes}{ANSWER}{stream.end}"
    thought, said = separate(text, stream.before, cuts)
    assert said == ANSWER
    assert thought.count(THOUGHT) == 2


@pytest.mark.parametrize("family", STREAMS)
@few
@given(cuts=CUTS)
def test_a_thought_without_an_end(family: str, cuts: list[int]) -> None:
    stream = STREAMS[family]
    assert separate(stream.opens + THOUGHT, stream.before, cuts) == (THOUGHT, "")


@pytest.mark.parametrize("family", STREAMS)
@few
@given(cuts=CUTS)
def test_marks_inside_a_quotation_of_the_answer_are_its_own(family: str, cuts: list[int]) -> None:
    stream = STREAMS[family]
    closes = stream.closes.split("<|start")[0]  # what begins another message is no answer, whoever writes it
    quoted = f"It says “{stream.opens}so{closes}”, and “<think>”."
    assert separate(stream.text(THOUGHT, answer=quoted), stream.before, cuts) == (THOUGHT, quoted)


@pytest.mark.parametrize("family", STREAMS)
def test_octavo_closes_a_thought_with_the_mark_of_the_family(family: str) -> None:
    stream = STREAMS[family]
    thoughts = Thoughts(stream.before)
    thoughts.feed(f"{stream.opens}{THOUGHT}".encode())
    closing = thoughts.closing
    first = stream.closes.strip().split("\n")[0].split("<|START_RES")[0]
    assert closing.strip() == first
    said = thoughts.feed(closing.encode()) + thoughts.feed(ANSWER.encode()) + thoughts.end()
    assert said.decode().strip() == ANSWER
    assert thoughts.closing == ""


@pytest.mark.parametrize("family", TEMPLATES)
def test_a_family_is_had_not_to_think_where_its_answer_begins(family: str) -> None:
    template, before, off = TEMPLATES[family]
    assert without_thought(before, template) == off
    assert without_thought(off, template) == off
    thoughts = Thoughts(off)
    said = b"".join(thoughts.feed(letter.encode()) for letter in ANSWER) + thoughts.end()
    assert (said.decode(), thoughts.any, thoughts.tokens) == (ANSWER, False, 0)


@pytest.mark.parametrize("family", STUBBORN)
def test_what_cannot_be_switched_off_stays(family: str) -> None:
    before = "<｜Assistant｜><think>\n"
    assert without_thought(before, STUBBORN[family]) == before or family_of(STUBBORN[family]) is None


def test_a_thought_that_an_unknown_template_opens_is_closed() -> None:
    """The prompt is from a server that does not show its template."""
    assert without_thought("<|im_start|>assistant\n<think>\n", "") == "<|im_start|>assistant\n<think>\n\n</think>\n\n"
    assert without_thought("<|im_start|>assistant\n", "") == "<|im_start|>assistant\n"


def test_every_family_is_known_by_something() -> None:
    assert all(family.known_by and all(family.known_by) for family in FAMILIES)
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)


@pytest.mark.parametrize(
    ("before", "template", "thinking"),
    [
        ("<｜Assistant｜></think>", "dsml_token thinking_end_token", "<｜Assistant｜><think>"),
        (
            "<|im_start|>assistant\n<think>\n\n</think>\n\n",
            "enable_thinking '<think>\\n\\n</think>\\n\\n'",
            "<|im_start|>assistant\n<think>\n",
        ),
        ("<|assistant|></think>", "[gMASK] {{ '</think>' if (enable_thinking", "<|assistant|><think>"),
        ("<|im_start|>assistant\n", "enable_thinking '<think>\\n\\n</think>\\n\\n'", "<|im_start|>assistant\n"),
        ("<|turn>model\n<|channel>thought\n<channel|>", "<|channel> <channel|>", None),
    ],
)
def test_who_wants_thoughts_gets_them_where_the_format_leaves_them_out(
    before: str, template: str, thinking: str | None
) -> None:
    found = with_thought(before, template)
    assert found == (thinking or before)
    if found != before:
        assert Thoughts(found).feed(b"So.") == b"", "what comes is a thought"
        assert without_thought(found, template) == before

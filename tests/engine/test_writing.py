"""Answers through the real engine: quotations that cannot be invented, and drafts that change nothing."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.core.cancel import Cancel
from app.core.conversation import CitationState, Ending
from app.core.document import Page
from app.core.events import Token
from app.core.settings import Sampling
from app.documents.quotes import CitedBook, check
from app.engine.client import EngineClient
from app.engine.protocol import DocumentText, Generated, Message, PageText, Prompt
from tests.engine.conftest import NewEngine, load

ENGLISH = (
    "The harbour opens at six in the morning, and the first ship that comes in pays half. The master writes it down.",
    "A tenant gives notice not less than twelve months before the end of the Term. Nobody may sail at night.",
)
BROKEN = (
    "The o\ufb03ce is the \ufb01rst house on the quay; its infor-\nmation board hangs beside the door.\n\n"
    "Whoever \ufb01nds the key un-\nder the mat keeps it.",
    "A non-refundable deposit of 1,250.50 dollars is due; they don\u2019t pay it back \u2014 ever.",
)
JAPANESE = (
    "港は朝六時に開き、最初に入る船は\n半額を払います。港長がそれを帳簿に書きます。",
    "賃借人は、期間の終わりの十二か月前までに通知しなければなりません。夜に出航することはできません。",
)
WARM = Sampling(temperature=0.8)


def book(pages: tuple[str, ...]) -> DocumentText:
    return DocumentText("A book", tuple(PageText(str(n), text) for n, text in enumerate(pages, 1)), "b")


def asked(pages: tuple[str, ...], begins: str = "", question: str = "Quote the book.") -> Prompt:
    return Prompt("Answer with quotations.", (book(pages),), (Message("user", question),), answer_begins=begins)


def answer(engine: EngineClient, prompt: Prompt, sampling: Sampling, tokens: int = 60) -> tuple[str, Generated]:
    *events, ending = engine.answer(prompt, sampling, tokens, Cancel())
    assert isinstance(ending, Generated), ending
    return "".join(event.text for event in events if isinstance(event, Token)), ending


def false_quotations(text: str, pages: tuple[str, ...]) -> list[str]:
    cited = CitedBook("b", "A book", tuple(Page(n, str(n), page) for n, page in enumerate(pages, 1)))
    return [c.quote for c in check(text, (cited,)) if c.quote and c.state is CitationState.NOT_FOUND]


def tally(engine: EngineClient, answers: int) -> int:
    """Ask so many times, of all three books; how many quotations were verified. None may be false."""
    verified = 0
    for number in range(answers):
        pages = (ENGLISH, BROKEN, JAPANESE)[number % 3]
        opening = ("“", '"', "「")[number % 3]
        begins = f"The book says: {opening}" if number % 2 else ""
        text, _ = answer(engine, asked(pages, begins), msgspec.structs.replace(WARM, seed=number), 120)
        assert false_quotations(text, pages) == [], text
        cited = CitedBook("b", "A book", tuple(Page(n, str(n), page) for n, page in enumerate(pages, 1)))
        verified += sum(c.state is CitationState.VERIFIED for c in check(text, (cited,)))
    return verified


@pytest.mark.parametrize("model", ["tiny_scout", "starter"])
def test_what_stands_in_quotation_marks_stands_in_the_book(
    new_engine: NewEngine, request: pytest.FixtureRequest, model: str
) -> None:
    engine = new_engine()
    load(engine, request.getfixturevalue(model), context_tokens=4096)
    assert tally(engine, 6) >= 1


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("model", ["tiny_scout", "starter"])
def test_two_hundred_answers(new_engine: NewEngine, request: pytest.FixtureRequest, model: str) -> None:
    engine = new_engine()
    load(engine, request.getfixturevalue(model), context_tokens=4096)
    verified = tally(engine, 100)
    print(f"{verified} quotations verified, none false")
    assert verified >= 15


def test_octavo_writes_the_page_itself(new_engine: NewEngine, starter: Path) -> None:
    engine = new_engine()
    load(engine, starter, context_tokens=4096)
    text, _ = answer(engine, asked(ENGLISH, "It says: “", "When does a tenant give notice?"), Sampling(temperature=0))
    assert "” [p. " in text
    assert text.startswith("It says: “")


def test_it_can_be_switched_off(new_engine: NewEngine, tiny_scout: Path) -> None:
    """A random model left to itself invents: so the tests above can fail."""
    engine = new_engine()
    load(engine, tiny_scout, context_tokens=4096)
    free = msgspec.structs.replace(WARM, true_quotes=False, seed=1)
    text, _ = answer(engine, asked(ENGLISH, "It says: “"), free)
    assert text[len("It says: “") :][:12] not in ENGLISH[0] + ENGLISH[1]


def test_several_books_are_named_in_the_mark(new_engine: NewEngine, starter: Path) -> None:
    engine = new_engine()
    load(engine, starter, context_tokens=4096)
    other = DocumentText("The other", (PageText("9", "Nothing of that kind."),), "c")
    prompt = asked(ENGLISH, "It says: “", "When does a tenant give notice?")
    prompt = msgspec.structs.replace(prompt, documents=(*prompt.documents, other))
    text, _ = answer(engine, prompt, Sampling(temperature=0))
    assert "” [A book, p. " in text or "” [The other, p. 9]" in text


def going_on(prompt: Prompt, text: str) -> Prompt:
    return msgspec.structs.replace(prompt, answer_begins="", messages=(*prompt.messages, Message("assistant", text)))


def test_an_answer_goes_on_from_exactly_where_it_ended(new_engine: NewEngine, starter: Path) -> None:
    """As if it had never been cut, at the cost of one token; a page mark that it was cut in is written to its end."""
    engine = new_engine()
    load(engine, starter, context_tokens=4096)
    prompt = asked(ENGLISH, "It says: “", "When does a tenant give notice?")
    greedy = Sampling(temperature=0, lookup=False)
    whole, ended = answer(engine, prompt, greedy, 40)
    every = ended.usage.generated_tokens
    opened, closed = whole.index("” [p. "), whole.index("]", whole.index("” [p. "))
    cuts = set()
    for tokens in (*range(8, every, 5), every - 4, every - 3, every - 2, every - 1):
        text, cut = answer(engine, prompt, greedy, tokens)
        assert cut.ending is Ending.LENGTH
        more, ending = answer(engine, going_on(prompt, text), greedy, 40 - tokens)
        assert text + more == whole
        assert ending.usage.generated_tokens == every - tokens
        assert ending.usage.evaluated_tokens == 1
        assert ending.usage.prompt_tokens == engine.measure(going_on(prompt, text)).total
        cuts.add("before" if len(text) <= opened else "inside" if len(text) <= closed else "after")
    assert {"before", "inside"} <= cuts


@pytest.mark.parametrize("end", ["", ".", ",", " ", " [", ". [", " [p", " [p. "])
def test_a_page_mark_that_a_text_stops_before_or_inside_is_written_to_its_end(
    new_engine: NewEngine, starter: Path, end: str
) -> None:
    """Of a text that the engine never wrote, as after a restart: its tokens may be cut otherwise."""
    engine = new_engine()
    load(engine, starter, context_tokens=4096)
    quoted = "The documents say: “A tenant gives notice not less than twelve months before the end of the Term.”"
    more, _ = answer(engine, going_on(asked(ENGLISH), quoted + end), Sampling(temperature=0), 12)
    assert f"{end}{more}".lstrip(".,").startswith(" [p. 2]")


def test_an_answer_that_was_gone_on_with_is_not_read_again_by_the_next_question(
    new_engine: NewEngine, tiny_scout: Path
) -> None:
    engine = new_engine()
    load(engine, tiny_scout, context_tokens=4096)
    prompt = asked(ENGLISH)
    sampling = msgspec.structs.replace(WARM, seed=3)
    text, _ = answer(engine, prompt, sampling, 30)
    more, _ = answer(engine, going_on(prompt, text), sampling, 30)
    assert more
    following = msgspec.structs.replace(
        prompt, messages=(*prompt.messages, Message("assistant", text + more), Message("user", "And then?"))
    )
    evaluated = engine.foresee(following).evaluated_tokens
    size = engine.measure(following)
    begun = engine.measure(going_on(prompt, text + more))
    assert evaluated <= size.total - begun.total + 4, "a character that was cut, and the last token, at most"


def test_no_answer_ends_inside_a_character(new_engine: NewEngine, starter: Path) -> None:
    """So that it can go on: half a character could not be kept as text."""
    engine = new_engine()
    load(engine, starter, context_tokens=4096)
    prompt = asked(JAPANESE, "港は朝六時に開き、最初に入る船は半額を払います。")
    greedy = Sampling(temperature=0, lookup=False, true_quotes=False)
    whole = "港は朝六時に開き、最初に入る船は半額を払います。"
    lengths = set()
    for tokens in range(1, 16):
        text, ending = answer(engine, prompt, greedy, tokens)
        assert whole.startswith(text)
        assert ending.usage.generated_tokens == tokens
        lengths.add(len(text))
    assert len(lengths) < 15, "some were cut inside a character"


COPY = " ".join(f"Line {n}: the {word} went to sea." for n, word in enumerate(("alpha", "bravo", "cargo", "delta")))


def test_drafting_ahead_gives_the_same_text(new_engine: NewEngine, starter: Path) -> None:
    engine = new_engine()
    load(engine, starter, context_tokens=4096)
    prompt = asked((COPY,), "Line 0: the alpha", "Repeat the book word by word.")
    plain = Sampling(temperature=0, lookup=False, true_quotes=False)
    one, _ = answer(engine, prompt, plain)
    other, ending = answer(engine, prompt, msgspec.structs.replace(plain, lookup=True))
    assert other == one
    assert "the cargo went to sea" in one
    following = msgspec.structs.replace(
        prompt, messages=(*prompt.messages, Message("assistant", other), Message("user", "And then?"))
    )
    _, ending = answer(engine, following, plain, 4)
    assert ending.usage.reused_tokens >= ending.usage.prompt_tokens - 40, "what was drafted in vain was taken back"

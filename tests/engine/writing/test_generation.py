"""Answers through the real engine: quotations held to the books as long as they are meant for them, and drafts that
change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import CitationState, Ending
from app.core.conversations.events import Token
from app.core.documents.document import Page
from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.documents.citations.checker import CitedBook, check
from app.engine.client import EngineClient
from app.engine.protocol import AnswerTo, DocumentText, Generated, Measure, Message, PageText, Prompt
from tests.engine.conftest import NewEngine, load
from tests.models.reciter import write_reciter
from tests.work import run

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


@pytest.fixture(scope="module")
def starter_engine(starter: Path) -> Iterator[EngineClient]:
    engine = EngineClient()
    load(engine, starter, context_tokens=4096)
    yield engine
    engine.close()


def book(pages: tuple[str, ...]) -> DocumentText:
    return DocumentText("A book", tuple(PageText(str(n), text) for n, text in enumerate(pages, 1)), "b")


def asked(pages: tuple[str, ...], begun: str = "", question: str = "Quote the book.") -> Prompt:
    """`begun`: what there is of the answer."""
    messages = (Message("user", question), *([Message("assistant", begun)] if begun else []))
    return Prompt("Answer with quotations.", (book(pages),), messages)


def answer(engine: EngineClient, prompt: Prompt, sampling: Sampling, tokens: int = 60) -> tuple[str, Generated]:
    """Return the text that is added to an answer, or all of it where there was none, and how it ended."""
    events, ending = run(engine.run(AnswerTo(prompt, sampling, tokens), Cancel()))
    return "".join(event.text for event in events if isinstance(event, Token)), ending


def marked(text: str, pages: tuple[str, ...]) -> list[CitationState]:
    """Return what the check says of the page marks."""
    cited = CitedBook("b", "A book", tuple(Page(n, str(n), page) for n, page in enumerate(pages, 1)))
    return [citation.state for citation in check(text, (cited,)) if citation.start >= 0 and citation.quote]


def tally(engine: EngineClient, answers: int) -> int:
    """Ask so many times, of all three books, with a quotation begun; how many were verified with the page that Octavo
    wrote behind them."""
    verified = 0
    for number in range(answers):
        pages = (ENGLISH, BROKEN, JAPANESE)[number % 3]
        begun = "The book says: " + ("“", '"', "「")[number % 3]
        text, _ = answer(engine, asked(pages, begun), msgspec.structs.replace(WARM, seed=number), 48)
        states = marked(begun + text, pages)
        verified += states.count(CitationState.VERIFIED)
    return verified


def test_quotations_come_with_their_pages(starter_engine: EngineClient) -> None:
    assert tally(starter_engine, 2) >= 1


# The turn is a token that no text is cut into.
RECITED = ("Â", "«", "Ġthe", "Ġwater", "Ġline", "Ġof", "Ġhouse", "Ġwa", "s", "Ġunder", "Ġriver", "Â", "»")
SAID = "« the water line of house was under river»"


def test_a_quotation_is_never_bent_to_the_books(near_engine: NewEngine, tmp_path: Path) -> None:
    """The model is sure of each word: as long as the books have it, it is held; at the first that they do not have, the
    quotation is closed where a sentence of theirs ends, and let go elsewhere."""
    engine = near_engine()
    load(engine, write_reciter(tmp_path / "reciter.gguf", RECITED, turn="Ġwa"), context_tokens=1024)
    quoted = "the water line of house was under river"
    other = "Nothing of that kind."
    for pages, restated, written in (
        ((other, f"They say that {quoted}, as ever."), (), f"{SAID} [p. 2]"),
        ((other, "They say that the water line of house was over river."), (), SAID),
        ((other, "They say that the water line of house. And more."), (), "« the water line of house» [p. 2]"),
        ((f"So {quoted}.", other, f"And {quoted}."), ((0, 2),), f"{SAID} [p. 3]"),
        ((f"So {quoted}.", other, f"And {quoted}."), (), f"{SAID} [p. 1]"),
    ):
        prompt = msgspec.structs.replace(asked(pages), restated=restated)
        text, _ = answer(engine, prompt, Sampling(temperature=0), len(RECITED) + 12)
        assert text.startswith(written), (pages, text)
        assert text.count("[p. ") == written.count("[p. ")


def test_the_person_s_own_words_may_be_quoted(near_engine: NewEngine, tmp_path: Path) -> None:
    """Though the books have others, which the model holds for possible, too: one time in four."""
    engine = near_engine()
    torn = ("Â", "«", "Ġthe", "Ġwater", "Ġline", "Ġof", "Ġriver", "Ġwa", "s", "Ġunder", "Ġwater", "Ġhouse")
    load(engine, write_reciter(tmp_path / "torn.gguf", torn, turn="Ġwa", margin=1 / 16), context_tokens=1024)
    prompt = asked(("They say that the water house was over it.",))
    text, _ = answer(engine, prompt, Sampling(temperature=0), 8)
    assert text.startswith("« the water house")
    prompt = msgspec.structs.replace(prompt, said=("What is the water line of which they speak?",))
    text, _ = answer(engine, prompt, Sampling(temperature=0), 8)
    assert text.startswith("« the water line of river")


def test_octavo_writes_the_page_itself(starter_engine: EngineClient) -> None:
    text, _ = answer(
        starter_engine, asked(ENGLISH, "It says: “", "When does a tenant give notice?"), Sampling(temperature=0)
    )
    assert "” [p. " in text


def test_it_can_be_switched_off(near_engine: NewEngine, tiny_scout: Path) -> None:
    """A random model left to itself invents: so the tests above can fail."""
    engine = near_engine()
    load(engine, tiny_scout, context_tokens=4096)
    free = msgspec.structs.replace(WARM, true_quotes=False, seed=1)
    text, _ = answer(engine, asked(ENGLISH, "It says: “"), free)
    assert text[:12] not in ENGLISH[0] + ENGLISH[1]


def test_several_books_are_named_in_the_mark(near_engine: NewEngine, tmp_path: Path) -> None:
    engine = near_engine()
    load(engine, write_reciter(tmp_path / "reciter.gguf", RECITED, turn="Ġwa"), context_tokens=1024)
    prompt = asked(("the water line of house was under river",))
    other = DocumentText("The other", (PageText("9", "Nothing of that kind."),), "c")
    prompt = msgspec.structs.replace(prompt, documents=(other, *prompt.documents))
    text, _ = answer(engine, prompt, Sampling(temperature=0), len(RECITED) + 14)
    assert text.startswith(f"{SAID} [A book, p. 1]")


def going_on(prompt: Prompt, text: str) -> Prompt:
    *said, last = prompt.messages
    begun = last.text if last.role == "assistant" else ""
    messages = (*(said if begun else prompt.messages), Message("assistant", begun + text))
    return msgspec.structs.replace(prompt, messages=messages)


def test_an_answer_goes_on_from_exactly_where_it_ended(starter_engine: EngineClient) -> None:
    """An answer that is cut goes on as if it had never been, at the cost of one token; a page mark that it was cut in
    is written to its end."""
    prompt = asked(ENGLISH, "It says: “", "When does a tenant give notice?")
    greedy = Sampling(temperature=0, lookup=False)
    whole, ended = answer(starter_engine, prompt, greedy, 40)
    every = ended.usage.generated_tokens
    opened, closed = whole.index("” [p. "), whole.index("]", whole.index("” [p. "))
    cuts = set()
    for tokens in (8, every - 4, every - 1):
        text, cut = answer(starter_engine, prompt, greedy, tokens)
        assert cut.ending is Ending.LENGTH
        more, ending = answer(starter_engine, going_on(prompt, text), greedy, 40 - tokens)
        assert text + more == whole
        assert ending.usage.generated_tokens == every - tokens
        assert ending.usage.evaluated_tokens == 1
        assert ending.usage.prompt_tokens == finish(starter_engine.run(Measure(going_on(prompt, text)))).total
        cuts.add("before" if len(text) <= opened else "inside" if len(text) <= closed else "after")
    assert {"before", "inside"} <= cuts


@pytest.mark.parametrize("end", ["", ".", ",", " ", " [", ". [", " [p", " [p. "])
def test_a_page_mark_that_a_text_stops_before_or_inside_is_written_to_its_end(
    starter_engine: EngineClient, end: str
) -> None:
    """The text is one that the engine never wrote, as after a restart: its tokens may be cut otherwise."""
    quoted = "The documents say: “A tenant gives notice not less than twelve months before the end of the Term.”"
    more, _ = answer(starter_engine, going_on(asked(ENGLISH), quoted + end), Sampling(temperature=0), 12)
    assert f"{end}{more}".lstrip(".,").startswith(" [p. 2]")


def test_an_answer_that_was_gone_on_with_is_not_read_again_by_the_next_question(
    near_engine: NewEngine, tiny_scout: Path
) -> None:
    engine = near_engine()
    load(engine, tiny_scout, context_tokens=4096)
    prompt = asked(ENGLISH)
    sampling = msgspec.structs.replace(WARM, seed=3)
    text, _ = answer(engine, prompt, sampling, 30)
    more, _ = answer(engine, going_on(prompt, text), sampling, 30)
    assert more
    following = msgspec.structs.replace(
        prompt, messages=(*prompt.messages, Message("assistant", text + more), Message("user", "And then?"))
    )
    evaluated = finish(engine.run(Measure(following))).to_read
    size = finish(engine.run(Measure(following)))
    begun = finish(engine.run(Measure(going_on(prompt, text + more))))
    assert evaluated <= size.total - begun.total + 4, "a character that was cut, and the last token, at most"


BYTES = (*"æ¸¯", *"åħŃ", *"çĶº")  # 港六町, each in three tokens


def test_no_answer_ends_inside_a_character(near_engine: NewEngine, tmp_path: Path) -> None:
    """So that it can go on: half a character could not be kept as text."""
    engine = near_engine()
    load(engine, write_reciter(tmp_path / "bytes.gguf", BYTES), context_tokens=1024)
    prompt = asked(JAPANESE)
    greedy = Sampling(temperature=0, lookup=False, true_quotes=False)
    whole, _ = answer(engine, prompt, greedy, 12)
    assert whole == "港六町"
    lengths = set()
    for tokens in range(1, 9):
        text, ending = answer(engine, prompt, greedy, tokens)
        assert whole.startswith(text)
        assert ending.usage.generated_tokens == tokens
        lengths.add(len(text))
    assert lengths == {0, 1, 2}


COPY = " ".join(f"Line {n}: the {word} went to sea." for n, word in enumerate(("alpha", "bravo", "cargo", "delta")))


def test_drafting_ahead_gives_the_same_text(starter_engine: EngineClient) -> None:
    prompt = asked((COPY,), "Line 0: the alpha", "Repeat the book word by word.")
    plain = Sampling(temperature=0, lookup=False, true_quotes=False)
    one, _ = answer(starter_engine, prompt, plain, 36)
    other, ending = answer(starter_engine, prompt, msgspec.structs.replace(plain, lookup=True), 36)
    assert other == one
    assert "the cargo went to sea" in one
    begun = going_on(prompt, other)
    following = msgspec.structs.replace(begun, messages=(*begun.messages, Message("user", "And then?")))
    _, ending = answer(starter_engine, following, plain, 4)
    assert ending.usage.reused_tokens >= ending.usage.prompt_tokens - 40, "what was drafted in vain was taken back"

"""Answers in the documents' own words: whole sentences of theirs and their marks, whatever a model would write."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Token
from app.core.conversations.verdict import Verdict
from app.core.documents.document import CitedBook, Page
from app.core.settings import Sampling
from app.core.work import Cancel
from app.documents.citations.checker import check
from app.documents.citations.verdict import weigh_by_words
from app.engine.protocol import AnswerTo, DocumentText, Message, PageText, Prompt, QuotableSentence
from app.engine.protocol import Verbatim as HeldTo
from app.engine.writing.held_sentences import HeldSentences
from app.services.asking.verbatim import held_to
from tests.engine.conftest import NewEngine, load
from tests.work import run

ABSENT = "The documents do not say this."
SENTENCES = (
    QuotableSentence("The tower has nine steps.", " [p. 1]"),
    QuotableSentence("The tower has nine steps and a bell.", " [p. 2]"),
    QuotableSentence("鐘は毎朝六時に鳴る。", " [p. 3]"),
)
PAGES = (
    "The ferry leaves at ten. Dogs may ride on deck. However, dogs that bite stay ashore. It costs nine crowns.",
    "The captain rings the bell twice. He waits for two minutes. What then? The ropes are cast off by the mate.",
    "船は十時に出る。犬は甲板に乗ることができる。ただし、かみつく犬を除く。",
)
BOOK = CitedBook("ferry", "The ferry", tuple(Page(n, str(n), text) for n, text in enumerate(PAGES, 1)))


def held(most: int = 12) -> HeldSentences:
    return HeldSentences(SENTENCES, ABSENT, most)


def test_a_token_goes_on_in_a_sentence_or_is_not_allowed() -> None:
    sentences = held()
    assert sentences.allows(b"The")
    assert sentences.allows(b" The")
    assert sentences.allows("鐘".encode()[:2])
    assert not sentences.allows(b"A")
    assert not sentences.allows(b"tower")
    assert not sentences.allows(b"")
    assert sentences.feed(b"The tower") == ""
    assert sentences.allows(b" has")
    assert not sentences.allows(b" had")


def test_what_only_one_sentence_can_go_on_with_follows_by_itself() -> None:
    sentences = held()
    assert sentences.feed("鐘".encode()) == "は毎朝六時に鳴る。 [p. 3]\n\n"
    assert sentences.may_end
    assert not sentences.allows("鐘".encode()), "each is written once"


def test_a_sentence_may_end_where_a_longer_one_goes_on() -> None:
    sentences = held()
    assert sentences.end_sentence() is None
    sentences.feed(b"The tower has nine steps")
    assert sentences.end_sentence() is None
    assert sentences.allows(b".")
    assert sentences.allows(b" and")
    assert sentences.feed(b".") == " [p. 1]\n\n"


def test_that_nothing_says_it_stands_alone() -> None:
    sentences = held()
    assert sentences.feed(b"The d") == ABSENT.removeprefix("The d")
    assert sentences.is_done
    found = held()
    found.feed("鐘".encode())
    assert not found.allows(b"The d"), "where something was found, it is not said"


def test_a_token_that_leads_to_nothing_else_gives_up() -> None:
    sentences = held()
    assert not sentences.gives_up(b"The"), "two sentences begin so, too"
    assert sentences.gives_up(b"The doc")
    assert not sentences.gives_up("鐘".encode())
    sentences.feed(b"The")
    assert sentences.gives_up(b" documents")
    assert not sentences.gives_up(b" tower")
    assert set(sentences.beginnings()) == {" tower"}


def test_no_more_than_so_many_are_written() -> None:
    sentences = held(1)
    assert sentences.feed("鐘".encode()) == "は毎朝六時に鳴る。 [p. 3]"
    assert sentences.is_done


def test_what_may_come_next_has_the_first_words() -> None:
    assert set(held().beginnings()) == {"The", "鐘は毎朝六時に鳴る。"}


@pytest.mark.parametrize("seed", range(6))
def test_whatever_a_model_of_random_weights_prefers_all_is_green(
    seed: int, new_engine: NewEngine, tiny_scout: Path
) -> None:
    """Its weights are random, so it would write anything but this."""
    engine = new_engine()
    load(engine, tiny_scout)
    documents = (DocumentText(BOOK.title, tuple(PageText(page.label, page.text) for page in BOOK.pages), "ferry"),)
    prompt = Prompt("Rules.", documents, (Message("user", f"Question {seed}?"),))
    wanted = held_to("When does it leave?", (BOOK,))
    order = AnswerTo(prompt, Sampling(seed=seed, temperature=1.0), 200, verbatim=HeldTo(wanted.sentences, ABSENT, 3))
    events, generated = run(engine.run(order, Cancel()))
    said = "".join(event.text for event in events if isinstance(event, Token))
    assert generated.ending in (Ending.COMPLETE, Ending.LENGTH)
    if said == ABSENT:
        return
    verdicts = weigh_by_words(said, check(said, (BOOK,)), (BOOK,))
    assert verdicts
    assert {(each.verdict, each.named) for each in verdicts} == {(Verdict.VERBATIM, "")}

"""Asking a matter: which documents are proposed and why, what the model gets of them, what the answer says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.bin import BinKind
from app.core.conversations.conversation import (
    AnotherAnswer,
    Answer,
    BookRef,
    CitationState,
    Conversation,
    MatterPlan,
    MatterScope,
    Question,
)
from app.core.documents.document import Book, Document, Format, Page
from app.core.work import Cancel, finish
from app.engine.protocol import ModelInfo
from app.models import local
from app.services.asking.document_selection import DocumentUse, Proposal, UseReason, findings
from app.services.asking.fitting import RemedyKind, ways
from app.services.services import matter_plans_of
from app.store.passages import WordHits
from app.wording.document_selection import MatterCounts, counts_of, counts_words, plan_words, planned_counts
from app.wording.support import basis_words, coverage_words
from tests.ui.fakes import SCOUT, FakeDesk, ScriptedEngine, open_desk
from tests.work import answered, unanswered

FILLER = "The river went by the town and nobody looked at it for long. " * 30
ENDS = "The lease of the warehouse ends in March."
CONTEXT = 8_192  # 1,024 are kept for the answer, 2,048 may be passages
ALL = MatterScope()


def small(context_tokens: int) -> ModelInfo:
    return msgspec.structs.replace(SCOUT, context_tokens=context_tokens)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    engine = ScriptedEngine(small(CONTEXT), [(f'It says "{ENDS}" [Lease 2, p. 1].',)])
    made = open_desk(tmp_path / "desk", engine)
    yield made
    made.desk.close()


def add(fake: FakeDesk, title: str, *texts: str) -> Book:
    pages = tuple(Page(n, str(n), text) for n, text in enumerate(texts, 1))
    sha256 = f"{len(fake.books.all()):064x}"
    return fake.books.add(Document(title, Format.TEXT, sha256, pages), Path(f"/{title}.txt"))


@pytest.fixture
def matter(fake: FakeDesk) -> list[Book]:
    """Twenty documents of 500 or 900 tokens; three say something of the warehouse, in words that no other has."""
    says = {2: ENDS, 7: "The warehouse has a roof.", 11: "The lease of a warehouse was signed."}
    return [add(fake, f"Lease {n}", says.get(n, FILLER), FILLER) for n in range(20)]


@pytest.fixture
def talk(fake: FakeDesk) -> Conversation:
    return fake.desk.conversations.create()


def propose(fake: FakeDesk, talk: Conversation, text: str, books: tuple[BookRef, ...] = ()) -> Proposal:
    turns = fake.desk.conversations.turns(talk.id)
    return finish(matter_plans_of(fake.desk).propose(Question(talk.id, text, books), ALL, turns, Cancel()))


def ask(fake: FakeDesk, talk: Conversation, text: str, proposal: Proposal, parent: str | None = None) -> Answer:
    question = Question(talk.id, text, proposal.books, parent, plan=proposal.plan)
    return answered(fake.desk.asking.ask.ask(question, Cancel()))


def titles(proposal: Proposal, use: DocumentUse) -> list[str]:
    return [document.title for document in proposal.used(use)]


WAREHOUSE = "When does the lease of the warehouse end?"


def test_what_matters_most_is_read_whole_and_passages_of_the_rest(
    fake: FakeDesk, matter: list[Book], talk: Conversation
) -> None:
    proposal = propose(fake, talk, WAREHOUSE)
    assert titles(proposal, DocumentUse.WHOLE)[0] == "Lease 2"
    assert proposal.fits
    assert "Lease 7" in titles(proposal, DocumentUse.WHOLE) + titles(proposal, DocumentUse.PASSAGES)
    assert len(proposal.documents) == len(matter)
    by_title = {document.title: document for document in proposal.documents}
    assert by_title["Lease 2"].reason is UseReason.WEIGHTY
    assert by_title["Lease 2"].words.startswith("The lease of the warehouse ends")
    assert by_title["Lease 5"].reason is UseReason.NOTHING
    counts = planned_counts(proposal.books, proposal.plan)
    assert counts.documents == 20
    assert counts.whole + counts.passages + counts.left_out + counts.nothing == 20
    assert counts.nothing == 17


def test_the_proposal_s_tokens_are_those_of_the_prompt(fake: FakeDesk, matter: list[Book], talk: Conversation) -> None:
    proposal = propose(fake, talk, WAREHOUSE)
    ask(fake, talk, WAREHOUSE, proposal)
    size = fake.engine.measure(fake.engine.prompts[-1])
    assert size.total + fake.desk.asking.ask.reserve() <= proposal.needed_tokens <= CONTEXT
    assert proposal.needed_tokens - size.total - fake.desk.asking.ask.reserve() < 200


def test_what_all_fits_is_read_whole(fake: FakeDesk, matter: list[Book], talk: Conversation) -> None:
    fake.engine.info = small(65_536)
    proposal = propose(fake, talk, "When does the lease of the warehouse end?", (BookRef(matter[3].id),))
    assert len(titles(proposal, DocumentUse.WHOLE)) == 20
    assert titles(proposal, DocumentUse.WHOLE)[:3] == ["Lease 3", "Lease 0", "Lease 1"], "what is read stays first"
    reasons = [document.reason for document in proposal.documents]
    assert reasons == [UseReason.ON_DESK] + [UseReason.ALL_FIT] * 19
    assert proposal.plan == MatterPlan()


def test_the_next_question_keeps_what_was_read(fake: FakeDesk, matter: list[Book], talk: Conversation) -> None:
    """So the model's state is good for it: the same documents in the same order first, and the turn before as it was
    read."""
    first = propose(fake, talk, WAREHOUSE)
    answer = ask(fake, talk, WAREHOUSE, first)
    read = fake.engine.prompts[-1]
    second = propose(fake, talk, "What of the roof?", first.books)
    assert second.books[: len(first.books)] == first.books
    ask(fake, talk, "What of the roof?", second, answer.id)
    again = fake.engine.prompts[-1]
    assert again.documents[: len(read.documents)] == read.documents
    assert again.messages[:1] == read.messages
    assert again.rules == read.rules


def test_passages_stand_apart_with_their_documents_names(
    fake: FakeDesk, matter: list[Book], talk: Conversation
) -> None:
    proposal = propose(fake, talk, WAREHOUSE)
    for document in proposal.used(DocumentUse.WHOLE):
        if document.title != "Lease 2":
            proposal = proposal.with_use(document.ref.book_id, DocumentUse.PASSAGES)
    answer = ask(fake, talk, WAREHOUSE, proposal)
    prompt = fake.engine.prompts[-1]
    assert [document.untrusted_title for document in prompt.documents] == ["Lease 2"]
    text = prompt.messages[-1].text
    assert "Passages of other documents that may matter:" in text
    assert "[Lease 7, p. 1] The warehouse has a roof." in text
    assert "[Lease 2, p. N]" in text, "how pages are named, though one document is read whole"
    assert prompt.quoted[0].untrusted_title == "Lease 2"
    assert {"Lease 7", "Lease 11"} <= {document.untrusted_title for document in prompt.quoted}
    (cited,) = answer.citations
    assert (cited.document, cited.page, cited.state) == ("Lease 2", 1, CitationState.VERIFIED)


def test_a_quotation_of_a_passage_is_checked_in_its_document(
    fake: FakeDesk, matter: list[Book], talk: Conversation
) -> None:
    fake.engine.answers[:] = [('"The warehouse has a roof" [Lease 7, p. 1], not [Lease 2, p. 2].',)]
    proposal = propose(fake, talk, WAREHOUSE)
    proposal = proposal.with_use(matter[7].id, DocumentUse.PASSAGES).with_use(matter[2].id, DocumentUse.WHOLE)
    answer = ask(fake, talk, WAREHOUSE, proposal)
    first = answer.citations[0]
    assert (first.document, first.state) == ("Lease 7", CitationState.VERIFIED)


def test_without_a_whole_document_the_passages_are_all(fake: FakeDesk, matter: list[Book], talk: Conversation) -> None:
    proposal = propose(fake, talk, WAREHOUSE)
    for document in proposal.used(DocumentUse.WHOLE):
        proposal = proposal.with_use(document.ref.book_id, DocumentUse.PASSAGES)
    answer = ask(fake, talk, WAREHOUSE, proposal)
    prompt = fake.engine.prompts[-1]
    assert prompt.documents == ()
    assert "Passages that may matter:" in prompt.messages[-1].text
    assert answer.excerpts
    assert answer.citations[0].state is CitationState.VERIFIED
    (turn,) = fake.desk.conversations.turns(talk.id)
    assert turn.question.asks_documents
    assert "Answered without any book" not in basis_words(turn.question, answer)


def test_the_line_says_what_became_of_every_document(fake: FakeDesk, matter: list[Book], talk: Conversation) -> None:
    proposal = propose(fake, talk, WAREHOUSE)
    for title, use in (
        ("Lease 2", DocumentUse.WHOLE),
        ("Lease 7", DocumentUse.PASSAGES),
        ("Lease 11", DocumentUse.NONE),
        ("Lease 5", DocumentUse.PASSAGES),  # it has none
    ):
        book = next(book for book in matter if book.title == title)
        proposal = proposal.with_use(book.id, use)
    answer = ask(fake, talk, WAREHOUSE, proposal)
    (turn,) = fake.desk.conversations.turns(talk.id)
    words = "From 20 documents: 1 read in full, passages of 1, 1 left out, nothing found in 17."
    assert coverage_words(turn.question, answer) == words
    assert matter[11].id in (turn.question.plan or MatterPlan()).left_out


@pytest.mark.parametrize(
    ("whole", "passages", "left_out", "nothing", "words"),
    [
        (3, 12, 0, 11, "Will read 3 documents in full and passages of 12. Nothing found in 11."),
        (1, 1, 2, 0, "Will read 1 document in full and passages of 1. 2 left out."),
        (1, 0, 0, 0, "Will read 1 document in full."),
        (2, 0, 1, 1, "Will read 2 documents in full. 1 left out. Nothing found in 1."),
        (0, 1, 0, 0, "Will read passages of 1 document."),
        (0, 1_200, 0, 5, "Will read passages of 1,200 documents. Nothing found in 5."),
        (0, 0, 0, 7, "Will read no document. Nothing found in 7."),
        (0, 0, 0, 0, "There are no documents to ask."),
    ],
)
def test_a_plan_says_what_will_be_read(whole: int, passages: int, left_out: int, nothing: int, words: str) -> None:
    total = whole + passages + left_out + nothing
    assert plan_words(MatterCounts(total, whole, passages, left_out, nothing)) == words


def test_what_loses_its_place_to_a_longer_conversation_is_left_out(
    fake: FakeDesk, matter: list[Book], talk: Conversation
) -> None:
    """The plan was made with more room than there is when it is asked."""
    proposal = propose(fake, talk, WAREHOUSE)
    for document in proposal.used(DocumentUse.WHOLE):
        proposal = proposal.with_use(document.ref.book_id, DocumentUse.PASSAGES)
    ask(fake, fake.desk.conversations.create(), WAREHOUSE, proposal)
    room = fake.engine.measure(fake.engine.prompts[-1]).total  # and none for the answer
    fake.engine.info = small(room)
    answer = ask(fake, talk, WAREHOUSE, proposal)
    assert fake.engine.measure(fake.engine.prompts[-1]).total + room // 8 <= room
    (turn,) = fake.desk.conversations.turns(talk.id)
    counts = counts_of(turn.question, answer)
    assert counts is not None
    assert counts.passages < len(proposal.used(DocumentUse.PASSAGES))
    assert counts.documents == 20
    assert f"{counts.left_out} left out" in counts_words(counts)


def test_asked_again_a_question_gets_the_same(fake: FakeDesk, matter: list[Book], talk: Conversation) -> None:
    answer = ask(fake, talk, WAREHOUSE, propose(fake, talk, WAREHOUSE))
    first = fake.engine.prompts[-1]
    answered(fake.desk.asking.ask.ask(AnotherAnswer(answer.question_id), Cancel()))
    assert fake.engine.prompts[-1] == first


def test_what_is_asked_of_the_whole_leaves_nothing_unfound(
    fake: FakeDesk, matter: list[Book], talk: Conversation
) -> None:
    proposal = propose(fake, talk, "Summarise the documents.")
    assert titles(proposal, DocumentUse.WHOLE) == []
    assert len(titles(proposal, DocumentUse.PASSAGES)) > 4, "a little of many, not much of a few"
    assert UseReason.NOTHING not in {document.reason for document in proposal.documents}


def test_a_follow_up_without_a_matter_of_its_own_keeps_the_passages(
    fake: FakeDesk, matter: list[Book], talk: Conversation
) -> None:
    first = propose(fake, talk, WAREHOUSE)
    for document in first.used(DocumentUse.WHOLE):
        first = first.with_use(document.ref.book_id, DocumentUse.PASSAGES)
    ask(fake, talk, WAREHOUSE, first)
    second = propose(fake, talk, "Thanks!")
    assert {passage.book_id for passage in second.plan.passages} == {p.book_id for p in first.plan.passages}


@pytest.mark.parametrize(
    ("words", "near", "found"),
    [
        (WordHits((), {}, {}), {1: 1.85, 2: 0.62, 3: 0.1, 4: -0.1}, {1}),  # one passage means it
        (WordHits((), {}, {}), {1: 0.16, 2: 0.15, 3: 0.15}, {1, 2, 3}),  # all mean the same
        (WordHits((5, 6), {5: 0.5, 6: 0.05}, {}), {1: 1.4, 6: 0.3}, {1, 5}),  # by words or by meaning
        (WordHits((5,), {5: 0.05}, {5: 1.0}), {1: 1.4}, {1, 5}),  # a name, to the letter
        (WordHits((5, 6), {5: 0.3, 6: 0.05}, {}), {}, {5}),  # without vectors: words alone
        (WordHits((5, 6), {5: 0.06, 6: 0.05}, {}), {}, {5, 6}),  # of which few are there
        (WordHits((), {}, {}), {}, set()),
        (WordHits((), {}, {}), {1: -0.1}, set()),
    ],
)
def test_what_counts_as_found(words: WordHits, near: dict[int, float], found: set[int]) -> None:
    assert set(findings(words, near)) == found


def test_only_the_documents_of_the_scope_are_asked(fake: FakeDesk, matter: list[Book], talk: Conversation) -> None:
    scope = MatterScope((matter[7].id, matter[8].id))
    question = Question(talk.id, WAREHOUSE, (BookRef(matter[0].id),))
    proposal = finish(matter_plans_of(fake.desk).propose(question, scope, (), Cancel()))
    assert [document.title for document in proposal.documents] == ["Lease 0", "Lease 7", "Lease 8"]


def test_a_desk_that_is_too_full_is_said_and_nothing_is_dropped(
    fake: FakeDesk, matter: list[Book], talk: Conversation
) -> None:
    desk = tuple(BookRef(book.id) for book in matter[:15])
    proposal = propose(fake, talk, WAREHOUSE, desk)
    assert not proposal.fits
    assert proposal.books == desk
    problem = unanswered(
        fake.desk.asking.ask.ask(Question(talk.id, WAREHOUSE, proposal.books, plan=proposal.plan), Cancel())
    )
    assert problem.code == "does_not_fit"
    choices = fake.desk.asking.context.choices(talk.id, fake.desk.conversations.turns(talk.id)[0].question.id)
    found = {way.kind for way in ways(choices, None, asked=True)}
    assert found.isdisjoint({RemedyKind.PARTS, RemedyKind.EXCERPTS, RemedyKind.CHOOSE}), "they know no other documents"


def test_the_starter_searches_all_of_it_and_reads_nothing(
    fake: FakeDesk, matter: list[Book], talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "is_starter", lambda _path: True)
    proposal = propose(fake, talk, WAREHOUSE)
    assert titles(proposal, DocumentUse.WHOLE) == []
    assert proposal.reads_nothing
    assert UseReason.NO_ROOM not in {each.reason for each in proposal.documents}, "nothing takes room"
    answer = ask(fake, talk, WAREHOUSE, proposal)
    assert answer.from_search
    assert "ends in March" in answer.text
    (turn,) = fake.desk.conversations.turns(talk.id)
    counts = counts_of(turn.question, answer)
    assert counts is not None
    assert counts.passages == len(proposal.used(DocumentUse.PASSAGES))
    assert coverage_words(turn.question, answer) == "Searched 20 documents."


def test_documents_that_went_meanwhile_are_not_asked(fake: FakeDesk, matter: list[Book], talk: Conversation) -> None:
    first = propose(fake, talk, WAREHOUSE)
    for document in first.used(DocumentUse.WHOLE):
        first = first.with_use(document.ref.book_id, DocumentUse.PASSAGES)
    answer = ask(fake, talk, WAREHOUSE, first)
    fake.desk.documents.removal.delete(BinKind.BOOK, matter[7].id)
    second = propose(fake, talk, "Thanks!")
    assert len(second.documents) == 19
    assert matter[7].id not in {passage.book_id for passage in second.plan.passages}
    ask(fake, talk, "And the roof?", propose(fake, talk, "And the roof?"), answer.id)


def test_the_words_of_a_passage_have_no_signs_of_markdown(
    fake: FakeDesk, matter: list[Book], talk: Conversation
) -> None:
    page = Page(1, "1", "## The **shed** of Berth 9\n\n| Shed | Berth |\n|---|---|\n| Green | 9 |")
    fake.books.add(Document("Sheds", Format.MARKDOWN, "f" * 64, (page,)), Path("/sheds.md"))
    proposal = propose(fake, talk, "Which shed is at Berth 9?")
    (sheds,) = [document for document in proposal.documents if document.title == "Sheds"]
    assert sheds.words == "The shed of Berth 9 Shed · Berth; Green · 9"

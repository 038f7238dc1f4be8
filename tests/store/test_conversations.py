"""Conversations: what is put in comes out, every variant is kept, and what is deleted is gone."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import apsw
import msgspec
import pytest

from app.core.conversations.conversation import (
    BookRef,
    Citation,
    CitationState,
    Conversation,
    Draft,
    Ending,
    MatterPlan,
    MatterScope,
    PageRange,
    PassageRef,
    Question,
    StoredQuestion,
    Timings,
    Turn,
    Usage,
)
from app.core.conversations.image import Image, ImageRef, NamedImage, Raster
from app.core.conversations.verdict import SentenceVerdict, Unweighed, Verdict
from app.core.documents.document import Document, Format, Page
from app.core.errors import AppError, Code, Problem
from app.core.machine.paths import Paths
from app.core.machine.secret import Key, KeyOrigin
from app.language.folding import fold
from app.store.books import Books
from app.store.conversations import Conversations, Drafts
from app.store.db import Database
from app.store.images import ImageStore
from app.store.text_sources import TextSources
from tests.store.deleting import delete_book
from tests.there import there

BOOKS = (BookRef("atlas"), BookRef("bible", PageRange(3, 9)), BookRef("atlas", PageRange(1, 1)))


@pytest.fixture
def conversations(database: Database) -> Conversations:
    return Conversations(database)


@pytest.fixture
def texts(database: Database) -> TextSources:
    return TextSources(database, ())


def ask(conversations: Conversations, text: str, parent: str | None = None, conversation: str = "") -> StoredQuestion:
    if not conversation:
        conversation = conversations.all()[0].id
    return conversations.add_question(Question(conversation, text, parent_id=parent))


def reply(conversations: Conversations, question: StoredQuestion, text: str) -> str:
    answer = conversations.begin_answer(question.id, "tiny")
    conversations.save_answer(msgspec.structs.replace(answer, text=text, ending=Ending.COMPLETE))
    return answer.id


def shown(conversations: Conversations, conversation: str) -> list[str]:
    """The branch as a person sees it: texts, with `2/3` behind what has variants."""

    def mark(text: str, variant: int, variants: int) -> str:
        return text if variants == 1 else f"{text} {variant}/{variants}"

    lines = []
    for turn in conversations.turns(conversation):
        lines.append(mark(turn.question.text, turn.question_variant, turn.question_variants))
        if turn.answer is not None:
            lines.append(mark(turn.answer.text, turn.answer_variant, turn.answer_variants))
    return lines


def test_a_conversation_comes_back_as_it_was(conversations: Conversations, paths: Paths, key: Key) -> None:
    made = conversations.create("契約について", BOOKS)
    assert isinstance(made, Conversation)
    with contextlib.closing(Database.open(paths.database, key)) as another:
        assert Conversations(another).get(made.id) == made
        assert Conversations(another).all() == (made,)
    conversations.rename(made.id, "Renamed")
    conversations.set_books(made.id, BOOKS[1:2])
    assert conversations.get(made.id) == msgspec.structs.replace(made, title="Renamed", books=BOOKS[1:2])
    assert conversations.get("nobody") is None


def test_a_turn_comes_back_as_it_was(conversations: Conversations, paths: Paths, key: Key) -> None:
    conversation = conversations.create()
    question = conversations.add_question(Question(conversation.id, "Who?\n\0誰", BOOKS))
    begun = conversations.begin_answer(question.id, "SmolLM2")
    assert (begun.ending, begun.text, begun.question_id) == (Ending.OPEN, "", question.id)
    citation = Citation("atlas", "Atlas", 12, "xii", "the sea", CitationState.VERIFIED, 4, 11)
    ended = msgspec.structs.replace(
        begun,
        text="See [p. 12]. 𝕊",
        ending=Ending.FAILED,
        citations=(citation, msgspec.structs.replace(citation, start=-1, end=-1, state=CitationState.PAGE)),
        verdicts=(SentenceVerdict(0, 12, Verdict.UNWEIGHED, reason=Unweighed.WAITING),),
        usage=Usage(10, 4, 6, 3),
        timings=Timings(0.5, 1.25, 1.5, 2.0),
        problem=Problem(Code.ENGINE_CRASHED, {"signal": 9}),
    )
    conversations.save_answer(ended)
    with contextlib.closing(Database.open(paths.database, key)) as another:
        assert Conversations(another).turns(conversation.id) == (Turn(question, ended),)
        assert Conversations(another).question(question.id) == question
        assert Conversations(another).answer(ended.id) == ended
    assert conversations.question("nothing") is None
    assert conversations.answer("nothing") is None


def test_verdicts_are_kept_on_the_text_that_is_kept(conversations: Conversations) -> None:
    question = ask(conversations, "What is it?", conversation=conversations.create().id)
    answer = conversations.answer(reply(conversations, question, "A whale."))
    assert answer is not None
    judged = msgspec.structs.replace(answer, verdicts=(SentenceVerdict(0, 8, Verdict.NOTHING),))
    assert conversations.keep_verdicts(judged)
    assert conversations.answer(answer.id) == judged
    longer = msgspec.structs.replace(answer, text="A whale. Or not.")
    conversations.save_answer(longer)
    assert not conversations.keep_verdicts(judged)
    assert conversations.answer(answer.id) == longer


def test_text_that_is_no_unicode_does_not_break_a_question(conversations: Conversations) -> None:
    conversation = conversations.create("\udcff")
    assert conversations.get(conversation.id) == conversation
    question = conversations.add_question(Question(conversation.id, "a\udcffb \ud83d\ude00"))
    assert question.text == "a\ufffdb 😀"
    assert conversations.question(question.id) == question


def test_the_conversation_that_was_asked_last_comes_first(conversations: Conversations) -> None:
    first, second, third = (conversations.create(title) for title in "abc")
    assert [each.title for each in conversations.all()] == ["c", "b", "a"]
    question = ask(conversations, "?", conversation=second.id)
    assert [each.title for each in conversations.all()] == ["b", "c", "a"]
    ask(conversations, "?", conversation=first.id)
    conversations.rename(third.id, "C")
    assert [each.title for each in conversations.all()] == ["a", "b", "C"]
    conversations.begin_answer(question.id, "tiny")
    assert [each.title for each in conversations.all()] == ["b", "a", "C"]


def test_a_conversation_is_begun_only_where_none_is_unused(conversations: Conversations, database: Database) -> None:
    first = conversations.begin()
    assert conversations.begin().id == first.id
    assert conversations.get(first.id) == conversations.all()[0]
    used = [conversations.begin().id]
    conversations.rename(used[-1], "Named")
    used.append(conversations.begin().id)
    conversations.instruct(used[-1], "In French")
    used.append(conversations.begin().id)
    conversations.pin(used[-1], True)
    used.append(conversations.begin().id)
    conversations.archive(used[-1], True)
    used.append(conversations.begin().id)
    conversations.set_books(used[-1], BOOKS)
    used.append(conversations.begin().id)
    conversations.set_scope(used[-1], MatterScope())
    used.append(conversations.begin().id)
    ask(conversations, "A question", conversation=used[-1])
    used.append(conversations.begin().id)
    Drafts(database).keep(used[-1], Draft("half a question"))
    unused = conversations.begin().id
    assert len({*used, unused}) == len(used) + 1
    assert {each.id for each in conversations.all()} == {*used, unused}


def test_variants_are_kept_and_every_branch_is_remembered(conversations: Conversations) -> None:
    talk = conversations.create().id
    first = ask(conversations, "Q1")
    a1 = reply(conversations, first, "A1")
    second = ask(conversations, "Q2", a1)
    reply(conversations, second, "A2")
    assert shown(conversations, talk) == ["Q1", "A1", "Q2", "A2"]

    a2b = reply(conversations, second, "A2b")  # regenerated
    third = ask(conversations, "Q3", a2b)
    assert shown(conversations, talk) == ["Q1", "A1", "Q2", "A2b 2/2", "Q3"]

    edited = ask(conversations, "Q2 edited", a1)
    assert shown(conversations, talk) == ["Q1", "A1", "Q2 edited 2/2"]
    reply(conversations, edited, "A2 edited")

    opening = ask(conversations, "Q1 edited")  # the very first question, edited
    assert shown(conversations, talk) == ["Q1 edited 2/2"]

    conversations.show_question(first.id)
    assert shown(conversations, talk) == ["Q1 1/2", "A1", "Q2 edited 2/2", "A2 edited"]
    conversations.show_question(second.id)
    assert shown(conversations, talk) == ["Q1 1/2", "A1", "Q2 1/2", "A2b 2/2", "Q3"]
    a2 = conversations.answer_variants(second.id)[0]
    conversations.show_answer(a2)
    assert shown(conversations, talk) == ["Q1 1/2", "A1", "Q2 1/2", "A2 1/2"]
    conversations.show_answer(a2b)
    assert shown(conversations, talk) == ["Q1 1/2", "A1", "Q2 1/2", "A2b 2/2", "Q3"]

    conversations.show_question(opening.id)
    conversations.show_question(third.id)  # far down a branch that is not shown
    assert shown(conversations, talk) == ["Q1 1/2", "A1", "Q2 1/2", "A2b 2/2", "Q3"]

    assert conversations.question_variants(edited.id) == (second.id, edited.id)
    assert conversations.question_variants(opening.id) == (first.id, opening.id)
    assert conversations.answer_variants(second.id) == (a2, a2b)
    assert conversations.answer_variants(opening.id) == ()


def test_a_question_below_an_answer_that_is_not_shown_is_shown_with_it(conversations: Conversations) -> None:
    talk = conversations.create().id
    first = ask(conversations, "Q1")
    old = reply(conversations, first, "A1")
    reply(conversations, first, "A1b")
    ask(conversations, "Q2", old)
    assert shown(conversations, talk) == ["Q1", "A1 1/2", "Q2"]


def test_the_history_of_a_question_is_the_branch_it_was_asked_on(conversations: Conversations) -> None:
    conversations.create()
    first = ask(conversations, "Q1")
    a1 = reply(conversations, first, "A1")
    second = ask(conversations, "Q2", a1)
    a2 = reply(conversations, second, "A2")
    third = ask(conversations, "Q3", a2)
    reply(conversations, second, "A2b")
    ask(conversations, "Q1 edited")  # now nothing of it is shown
    turns = conversations.history(third.id)
    assert [(turn.question.id, turn.answer and turn.answer.id) for turn in turns] == [(first.id, a1), (second.id, a2)]
    assert (turns[1].answer_variant, turns[1].answer_variants) == (1, 2)
    assert conversations.history(first.id) == ()


def test_a_book_is_put_behind_the_others_once(database: Database, conversations: Conversations) -> None:
    shelf = Books(database)
    documents = [Document(f"Book {n}", Format.TEXT, f"{n}" * 64, (Page(1, "1", "The lamp."),)) for n in range(3)]
    first, second, third = (shelf.add(document, Path(f"/{document.title}.txt")).id for document in documents)
    talk = conversations.create("One", (BookRef(second, PageRange(1, 1)), BookRef(first)))
    for book in (third, second, third):
        conversations.add_book(talk.id, book)
    kept = conversations.get(talk.id)
    assert kept is not None
    assert kept.books == (BookRef(second, PageRange(1, 1)), BookRef(first), BookRef(third))
    delete_book(shelf, first)
    conversations.add_book(talk.id, first)
    conversations.add_book("gone", third)
    kept = conversations.get(talk.id)
    assert kept is not None
    assert [ref.book_id for ref in kept.books] == [second, third, first], "one that was taken away left its place"


def test_conversations_do_not_mix(conversations: Conversations) -> None:
    one, two = conversations.create().id, conversations.create().id
    question = ask(conversations, "one", conversation=one)
    answer = reply(conversations, question, "1")
    ask(conversations, "two", conversation=two)
    assert shown(conversations, one) == ["one", "1"]
    assert shown(conversations, two) == ["two"]
    with pytest.raises(KeyError):
        ask(conversations, "across", parent=answer, conversation=two)
    assert shown(conversations, two) == ["two"]


def test_what_was_deleted_meanwhile_stays_deleted(conversations: Conversations) -> None:
    talk = conversations.create().id
    question = ask(conversations, "Q")
    answer = conversations.begin_answer(question.id, "tiny")
    conversations.delete(talk)
    conversations.save_answer(msgspec.structs.replace(answer, text="late"))
    conversations.show_answer(answer.id)
    conversations.show_question(question.id)
    conversations.rename(talk, "late")
    conversations.delete(talk)
    for put in (
        lambda: conversations.set_books(talk, BOOKS),
        lambda: ask(conversations, "late", conversation=talk),
        lambda: conversations.begin_answer(question.id, "tiny"),
    ):
        with pytest.raises(KeyError):
            put()
    assert conversations.all() == ()
    assert conversations.turns(talk) == ()
    assert conversations.answer(answer.id) is None


def test_deleting_a_conversation_leaves_nothing_of_it(conversations: Conversations, database: Database) -> None:
    kept = conversations.create("kept")
    gone = conversations.create("gone", BOOKS)
    question = ask(conversations, "Q", conversation=gone.id)
    follow_up = Question(gone.id, "Q2", parent_id=reply(conversations, question, "A"), images=(image(b"png"),))
    conversations.add_question(follow_up)
    wal = database.path.with_name("octavo.db-wal")
    assert wal.stat().st_size > 0
    conversations.delete(gone.id)
    assert wal.stat().st_size == 0
    with database.read() as connection:
        counts = {
            table: len(connection.execute(f"SELECT 1 FROM {table}").fetchall())
            for table in ("conversations", "conversation_books", "questions", "answers", "question_images", "images")
        }
    assert counts == {table: int(table == "conversations") for table in counts}
    assert conversations.all() == (kept,)


def test_a_very_long_conversation_can_be_read_and_deleted(conversations: Conversations) -> None:
    """Longer than SQLite's depth of nested triggers, 1,000."""
    talk = conversations.create().id
    parent = None
    with conversations._database.write():  # one transaction, for speed
        for number in range(700):
            question = ask(conversations, str(number), parent, talk)
            parent = conversations.begin_answer(question.id, "tiny").id
    assert [turn.question.text for turn in conversations.turns(talk)] == [str(number) for number in range(700)]
    assert len(conversations.history(question.id)) == 699
    conversations.delete(talk)
    assert conversations.turns(talk) == ()


def test_open_answers_are_closed_at_start_up_and_keep_their_text(conversations: Conversations) -> None:
    conversations.create()
    question = ask(conversations, "Q")
    done = reply(conversations, question, "done")
    partial = conversations.begin_answer(question.id, "tiny")
    conversations.save_answer(msgspec.structs.replace(partial, text="half a sen"))
    assert conversations.close_open_answers() == (partial.id,)
    assert conversations.close_open_answers() == ()
    closed = conversations.answer(partial.id)
    assert closed is not None
    assert (closed.ending, closed.text) == (Ending.CLOSED, "half a sen")
    untouched = conversations.answer(done)
    assert untouched is not None
    assert untouched.ending is Ending.COMPLETE


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("契約", "japanese"),
        ("ＡＢＣ", "latin"),
        ("STRASSE", "latin"),
        ("übergabe", "latin"),
        ("of sale", "latin"),
        ("only in a variant", "variants"),
        ("100%", ""),
        ("_", ""),
    ],
)
def test_words_are_found_in_questions_and_answers(
    conversations: Conversations, texts: TextSources, text: str, found: str
) -> None:
    ids = {name: conversations.create(f"A title {name}").id for name in ("latin", "japanese", "variants")}
    reply(conversations, ask(conversations, "abc", conversation=ids["latin"]), "Straße, ÜBERGABE, contract of\nsale")
    reply(conversations, ask(conversations, "この契約書は?", conversation=ids["japanese"]), "100 percent")
    ask(conversations, "only in a variant", conversation=ids["variants"])
    ask(conversations, "the other variant", conversation=ids["variants"])
    assert [name for name, id in ids.items() if texts.in_conversations([id], fold(text).split())] == (
        [found] if found else []
    )


def test_the_newest_place_of_a_conversation_is_found(conversations: Conversations, texts: TextSources) -> None:
    talk = conversations.create().id
    first = ask(conversations, "The tide?", conversation=talk)
    reply(conversations, first, "High water.")
    second = ask(conversations, "And when?", conversation=talk)
    reply(conversations, second, "The tide turns at noon.")
    assert texts.in_conversations([talk], ["tide"])[talk] == (second.id, "The tide turns at noon.")
    assert texts.in_conversations([talk], ["noon", "tide"])[talk] == (second.id, "The tide turns at noon.")
    assert texts.in_conversations([talk], ["tide?"])[talk] == (first.id, "The tide?")
    assert texts.in_conversations([talk], ["high", "water"])[talk] == (first.id, "High water.")
    assert not texts.in_conversations([talk], ["high", "tide"])
    assert not texts.in_conversations([talk], [])


def image(png: bytes, name: str = "a.png", book_id: str = "") -> Image:
    return Image(ImageRef(hashlib.sha256(png).hexdigest(), name, 640, 480, book_id), png, Raster(1, 2, b"abcdef"))


def test_questions_refer_to_images_in_their_order(conversations: Conversations, database: Database) -> None:
    images, talk = ImageStore(database), conversations.create().id
    one, two, copy = image(b"one", "b.png"), image(b"two", "a.png"), image(b"one", "copy of b.png")
    question = conversations.add_question(Question(talk, "What is this?", images=(one, two)))
    other = conversations.add_question(Question(talk, "And this?", images=(copy, two.ref)))
    assert question.images == (one.ref, two.ref)
    assert conversations.question(question.id) == question
    assert other.images == (copy.ref, two.ref)
    assert conversations.turns(talk)[0].question == other
    assert images.all() == {one.ref.sha256, two.ref.sha256}
    assert (images.png(one.ref.sha256), images.thumbnail(one.ref.sha256)) == (b"one", one.thumbnail)
    conversations.delete(talk)
    assert images.all() == frozenset()
    assert images.thumbnail(one.ref.sha256) is None
    with pytest.raises(AppError) as caught:
        images.png(one.ref.sha256)
    assert caught.value.code is Code.IMAGE_MISSING


def test_images_are_listed_by_their_names(conversations: Conversations, database: Database) -> None:
    old, new = conversations.create("Old").id, conversations.create("New").id
    one, two = image(b"one", "b.png"), image(b"two", "a.png")
    conversations.add_question(Question(old, "First?", images=(one, two)))
    again = conversations.add_question(Question(old, "Again?", images=(one.ref,)))
    last = conversations.add_question(Question(new, "Elsewhere?", images=(one.ref,)))
    named = ImageStore(database).named()
    assert named[0] == NamedImage("b.png", last.id, new, "New")
    assert named[1] == NamedImage("b.png", again.id, old, "Old")
    assert [(entry.untrusted_name, entry.conversation_id) for entry in named[2:]] == [("a.png", old)]
    conversations.delete(old)
    assert ImageStore(database).named() == named[:1]


def test_a_reference_to_an_image_that_is_gone_keeps_nothing(conversations: Conversations) -> None:
    talk = conversations.create().id
    with pytest.raises(AppError) as caught:
        conversations.add_question(Question(talk, "And this?", images=(image(b"one"), image(b"two").ref)))
    assert caught.value.code is Code.IMAGE_MISSING
    assert conversations.turns(talk) == ()


def test_an_image_of_a_page_goes_with_its_book(conversations: Conversations, database: Database) -> None:
    books, talk = Books(database), conversations.create().id
    book = books.add(Document("A book", Format.PDF, "ab" * 32, (Page(1, "1", "Words."),)), Path("/a.pdf"))
    drawn, own = image(b"page", book_id=book.id), image(b"own")
    question = conversations.add_question(Question(talk, "What is this?", images=(drawn, own)))
    delete_book(books, book.id)
    found = conversations.question(question.id)
    assert found is not None
    assert found.images == (own.ref,)
    assert ImageStore(database).all() == {own.ref.sha256}


def test_threads_share_a_conversation(conversations: Conversations) -> None:
    talk = conversations.create().id
    made: list[str] = []

    def run() -> None:
        for _ in range(10):
            question = ask(conversations, "Q", conversation=talk)
            reply(conversations, question, question.id)
            made.append(question.id)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 60
    assert set(conversations.question_variants(made[0])) == set(made)
    assert len(conversations.turns(talk)) == 1  # sixty variants of one question, one of them shown
    for id in made:
        conversations.show_question(id)
        assert there(conversations.turns(talk)[0].answer).text == id


WRITER = """
import sys
from pathlib import Path
from app.core.conversations.conversation import Ending, Question
from app.store.conversations import Conversations, Drafts
from app.store.db import Database
from app.core.machine.secret import Key, KeyOrigin
from app.core.conversations.verdict import SentenceVerdict, Unweighed, Verdict
import msgspec
conversations = Conversations(Database.open(Path(sys.argv[1]), Key(sys.stdin.readline().strip(), KeyOrigin.FILE)))
talk, parent = conversations.create().id, None
while True:
    question = conversations.add_question(Question(talk, "a question of some length " * 20, parent_id=parent))
    print("question", question.id, flush=True)
    answer = conversations.begin_answer(question.id, "tiny")
    answer = msgspec.structs.replace(answer, text=question.id * 100, ending=Ending.COMPLETE)
    conversations.save_answer(answer)
    print("answer", answer.id, flush=True)
    parent = answer.id
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal on this system")
@pytest.mark.parametrize("lines", [1, 40, 121])
def test_after_kill_9_everything_that_was_stored_is_there(paths: Paths, key: Key, lines: int) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(paths.database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    with writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        writer.stdin.write(f"{key.secret}\n")
        writer.stdin.flush()
        told = [writer.stdout.readline().split() for _ in range(lines)]
        os.kill(writer.pid, signal.SIGKILL)
        told += [line.split() for line in writer.stdout if line.endswith("\n")]
    assert writer.returncode == -signal.SIGKILL
    with contextlib.closing(Database.open(paths.database, Key(key.secret, KeyOrigin.FILE))) as database:
        conversations = Conversations(database)
        for kind, id in told:
            if kind == "question":
                assert conversations.question(id) is not None
            else:
                answer = conversations.answer(id)
                assert answer is not None
                assert (answer.ending, answer.text) == (Ending.COMPLETE, answer.question_id * 100)
        assert len(conversations.turns(conversations.all()[0].id)) >= len(told) // 2
        with database.read() as connection:
            assert connection.pragma("integrity_check") == "ok"


def test_tries_without_a_word_are_no_variants(conversations: Conversations) -> None:
    conversations.create()
    question = ask(conversations, "Q")
    for ending in (Ending.FAILED, Ending.CANCELLED, Ending.CLOSED):
        tried = conversations.begin_answer(question.id, "tiny")
        conversations.save_answer(msgspec.structs.replace(tried, ending=ending))
    said = reply(conversations, question, "Yes.")
    assert conversations.answer_variants(question.id) == (said,)
    partial = conversations.begin_answer(question.id, "tiny")
    conversations.save_answer(msgspec.structs.replace(partial, text="Y", ending=Ending.CANCELLED))
    another = conversations.begin_answer(question.id, "tiny")
    assert conversations.answer_variants(question.id) == (said, partial.id, another.id)


def test_a_try_that_something_follows_stays(conversations: Conversations) -> None:
    talk = conversations.create()
    question = ask(conversations, "Q")
    tried = conversations.begin_answer(question.id, "tiny")
    conversations.save_answer(msgspec.structs.replace(tried, ending=Ending.FAILED))
    conversations.add_question(Question(talk.id, "And then?", parent_id=tried.id))
    again = conversations.begin_answer(question.id, "tiny")
    assert conversations.answer_variants(question.id) == (tried.id, again.id)


def test_a_question_that_got_no_answer_gives_way_to_the_one_in_its_place(conversations: Conversations) -> None:
    talk = conversations.create()
    first = ask(conversations, "Q")
    tried = conversations.begin_answer(first.id, "tiny")
    conversations.save_answer(msgspec.structs.replace(tried, ending=Ending.FAILED))
    shorter = conversations.add_question(Question(talk.id, "Shorter?", replaces=first.id))
    assert conversations.question(first.id) is None
    assert conversations.question_variants(shorter.id) == (shorter.id,)
    answer = reply(conversations, shorter, "Yes.")
    other = conversations.add_question(Question(talk.id, "Other?", replaces=shorter.id))
    assert conversations.question_variants(other.id) == (shorter.id, other.id), "an answered one stays"
    below = conversations.add_question(Question(talk.id, "Below?", parent_id=answer, replaces=other.id))
    assert conversations.question(other.id) is not None, "that was not its place"
    assert below.parent_id == answer


def test_turns_are_left_out_on_their_branch_alone_and_taken_back(conversations: Conversations) -> None:
    talk = conversations.create()
    first = ask(conversations, "Q")
    one = reply(conversations, first, "One.")
    conversations.add_question(Question(talk.id, "And?", parent_id=one))
    two = reply(conversations, first, "Two.")
    follow_up = conversations.add_question(Question(talk.id, "And?", parent_id=two))

    def left_out() -> list[bool]:
        return [turn.answer.left_out for turn in conversations.turns(talk.id) if turn.answer]

    conversations.leave_out([two], True)
    assert left_out() == [True]
    assert [turn.is_read for turn in conversations.history(follow_up.id)] == [False]
    answer = conversations.answer(two)
    assert answer is not None
    conversations.save_answer(msgspec.structs.replace(answer, text="Two, longer."))
    assert left_out() == [True], "what is kept of the answer later on changes nothing about that"
    conversations.show_answer(one)
    assert left_out() == [False], "another variant leads to another branch"
    conversations.show_answer(two)
    conversations.leave_out([two], False)
    assert left_out() == [False]


def test_what_else_is_asked_is_kept_with_the_conversation_and_with_the_question(conversations: Conversations) -> None:
    talk = conversations.create("All")
    assert talk.scope is None
    conversations.set_scope(talk.id, MatterScope())
    kept = conversations.get(talk.id)
    assert kept is not None
    assert kept.scope == MatterScope()
    plan = MatterPlan((PassageRef("b", "Title", 2, "ii", 3, 9),), ("c",), ("d", "e"), words_alone=True)
    asked = conversations.add_question(Question(talk.id, "When?", (BookRef("a"),), plan=plan))
    assert asked.plan == plan
    assert asked.others == (BookRef("b"),)
    assert conversations.turns(talk.id)[0].question == asked
    conversations.set_scope(talk.id, None)
    kept = conversations.get(talk.id)
    assert kept is not None
    assert kept.scope is None


def test_looking_one_up_leaves_nothing_behind(conversations: Conversations) -> None:
    """APSW 3.54 never frees a cursor that is held while another statement runs on its connection."""
    talk = conversations.create("Harbour", BOOKS)

    def cursors() -> int:
        gc.collect()
        return sum(isinstance(each, apsw.Cursor) for each in gc.get_objects())

    conversations.get(talk.id)
    before = cursors()
    for _ in range(10):
        assert conversations.get(talk.id) == talk
        assert conversations.all() == (talk,)
    assert cursors() == before

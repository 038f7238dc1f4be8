"""The documents, of many, that an answer rests on, in words: before it is asked, and below it."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from app.core.conversations.conversation import Answer, BookRef, MatterPlan, Question, StoredQuestion
from app.services.asking.document_selection import DocumentChoice, DocumentUse, Proposal, UseReason
from app.wording.i18n import _
from app.wording.units import count, counted


class MatterCounts(msgspec.Struct, frozen=True):
    """So many documents were asked; so many of them are used in each way. They add up to `documents`."""

    documents: int
    whole: int
    passages: int
    left_out: int
    nothing: int


def counts_of(question: Question | StoredQuestion, answer: Answer) -> MatterCounts | None:
    """Count how an answer's model used the documents in the end; None where the books on the desk were all that was
    asked."""
    if question.plan is None:
        return None
    seen = {passage.book_id for passage in answer.passages}
    others = [ref for ref in question.others if answer.from_search or ref.book_id in seen]
    return _counts(question.books, others, question.plan)


def planned_counts(books: Collection[BookRef], plan: MatterPlan) -> MatterCounts:
    """Count how a model will use the documents of a plan, with these books read whole."""
    return _counts(books, plan.others, plan)


def _counts(books: Collection[BookRef], seen: Collection[BookRef], plan: MatterPlan) -> MatterCounts:
    whole = {ref.book_id for ref in books}
    others = {ref.book_id for ref in plan.others} - whole
    shown = {ref.book_id for ref in seen} - whole
    left_out = len(plan.left_out) + len(others - shown)
    total = len(books) + len(others) + len(plan.left_out) + len(plan.nothing)
    return MatterCounts(total, len(books), len(shown), left_out, len(plan.nothing))


def counts_words(counts: MatterCounts) -> str:
    """Say what an answer rests on, such as "From 212 documents: 3 read in full, passages of 19, nothing found in 190.",
    in one line."""
    if not counts.documents:
        return _("There are no documents to ask.")
    one, several = _("From 1 document: {parts}."), _("From {n} documents: {parts}.")
    words = one if counts.documents == 1 else several
    return words.format(n=count(counts.documents), parts=_(", ").join(_parts(counts)))


def plan_words(counts: MatterCounts) -> str:
    """Say what a model will take of the documents that are asked, such as "Will read 3 documents in full and passages
    of 19. Nothing found in 190.", in one line."""
    if not counts.documents:
        return _("There are no documents to ask.")
    left_out = _("{n} left out.").format(n=count(counts.left_out)) if counts.left_out else ""
    nothing = _("Nothing found in {n}.").format(n=count(counts.nothing)) if counts.nothing else ""
    return " ".join(filter(None, (_taken_words(counts), left_out, nothing)))


def _taken_words(counts: MatterCounts) -> str:
    if counts.whole and counts.passages:
        one = _("Will read 1 document in full and passages of {passages}.")
        several = _("Will read {n} documents in full and passages of {passages}.")
        return counted(counts.whole, one, several, passages=count(counts.passages))
    if counts.whole:
        return counted(counts.whole, _("Will read 1 document in full."), _("Will read {n} documents in full."))
    if counts.passages:
        one = _("Will read passages of 1 document.")
        return counted(counts.passages, one, _("Will read passages of {n} documents."))
    return _("Will read no document.")


def tokens_words(proposal: Proposal) -> str:
    """Say how much of the context a proposal takes: "61,200 of 128,000 tokens, with the room for an answer" """
    used, room = count(proposal.needed_tokens), count(proposal.context_tokens)
    if not proposal.fits:
        return _("{used} of {room} tokens: this does not fit").format(used=used, room=room)
    return _("{used} of {room} tokens, with the room for an answer").format(used=used, room=room)


def _parts(counts: MatterCounts) -> list[str]:
    parts = [
        (counts.whole, _("{n} read in full")),
        (counts.passages, _("passages of {n}")),
        (counts.left_out, _("{n} left out")),
        (counts.nothing, _("nothing found in {n}")),
    ]
    return [words.format(n=count(number)) for number, words in parts if number]


def reason_words(choice: DocumentChoice) -> str:
    """Say why a document is used so, or not."""
    return {
        UseReason.ON_DESK: _("On the desk"),
        UseReason.ALL_FIT: _("All documents fit"),
        UseReason.WEIGHTY: _("Most was found in it"),
        UseReason.FOUND: _("Something was found in it"),
        UseReason.NO_ROOM: _("Others have more"),
        UseReason.NOTHING: _("Nothing was found in it"),
    }[choice.reason]


def use_words(use: DocumentUse) -> str:
    return {DocumentUse.WHOLE: _("read in full"), DocumentUse.PASSAGES: _("passages"), DocumentUse.NONE: _("left out")}[
        use
    ]


def group_words(reason: UseReason) -> str:
    """Say what the documents have in common that are proposed to be used for this reason, or for one like it."""
    if reason is UseReason.FOUND:
        return _("Passages · something was found in these")
    if reason is UseReason.NO_ROOM:
        return _("Left out · others have more")
    return _("Nothing found") if reason is UseReason.NOTHING else _("Read in full · what matters most")

"""`octavo ask --all`: which documents a question takes, and why, before it is asked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from app.cli.screen import print_json
from app.core.conversations.conversation import BookRef, MatterScope, Question
from app.core.conversations.events import Loading, Tokenizing
from app.core.documents.document import Book
from app.core.work import Cancel, finish
from app.services.asking.document_selection import DocumentChoice, DocumentSelection, DocumentUse, Proposal
from app.store.conversations import Conversations
from app.wording import units
from app.wording.document_selection import plan_words, planned_counts, reason_words, tokens_words
from app.wording.i18n import _
from app.wording.page_names import cited_page, page_words
from app.wording.support import searched_words


@dataclass(frozen=True)
class MatterAsking:
    """Asks all documents of the desk. `show` shows what happens meanwhile; with `only_plans` nothing is asked."""

    plans: DocumentSelection
    conversations: Conversations
    shelf: Mapping[str, Book]
    show: Callable[[Loading | Tokenizing], None]
    cancel: Cancel
    as_json: bool
    only_plans: bool

    def plan(self, question: Question) -> Question:
        """Return the question with what it takes of the documents, which is shown. Raises AppError; Stopped."""
        turns = self.conversations.turns(question.conversation_id) if question.conversation_id else ()
        proposal = finish(self.plans.propose(question, MatterScope(), turns, self.cancel), self.show)
        if self.as_json:
            print_json({"event": "plan", "question": question.text, **_described(proposal)})
        else:
            lines = self._lines(proposal)
            print("\n".join(map(units.printable, lines)), file=sys.stdout if self.only_plans else sys.stderr)
        planned = msgspec.structs.replace(question, books=proposal.books, plan=proposal.plan)
        if question.conversation_id:
            self.conversations.set_books(question.conversation_id, planned.books)
        return planned

    def _lines(self, proposal: Proposal) -> list[str]:
        if proposal.reads_nothing:
            several = _("Looking through {n} documents…")
            return [units.counted(len(proposal.documents), _("Looking through the document…"), several)]
        lines = [plan_words(planned_counts(proposal.books, proposal.plan))]
        for heading, use in ((_("Read in full:"), DocumentUse.WHOLE), (_("Passages of:"), DocumentUse.PASSAGES)):
            if chosen := proposal.used(use):
                lines += [heading, *(f"  {self._line(each)}" for each in chosen)]
        if left_out := [each for each in proposal.used(DocumentUse.NONE) if each.has_something]:
            lines += [_("Left out:"), *(f"  {self._line(each)}" for each in left_out)]
        lines.append(tokens_words(proposal))
        return [*lines, *([searched_words()] if proposal.words_alone else [])]

    def _line(self, choice: DocumentChoice) -> str:
        words = _("{title}: {n} tokens").format(title=choice.title, n=units.count(choice.tokens))
        pages = (page_words(cited_page(passage.ref, self.shelf)) for passage in choice.passages)
        where = ", ".join(dict.fromkeys(pages))
        found = f": {where} “{choice.words}”" if where else "."
        return f"{words}. {reason_words(choice)}{found}"


def books_with(shelf: Mapping[str, Book], desk: tuple[BookRef, ...]) -> tuple[BookRef, ...]:
    """Return all documents, those on the desk first."""
    known = {ref.book_id for ref in desk}
    return desk + tuple(BookRef(book_id) for book_id in shelf if book_id not in known)


def _described(proposal: Proposal) -> dict[str, Any]:
    return {
        "counts": planned_counts(proposal.books, proposal.plan),
        "needed_tokens": proposal.needed_tokens,
        "context_tokens": proposal.context_tokens,
        "words_alone": proposal.words_alone,
        "documents": [
            {
                "document": choice.title,
                "use": choice.use,
                "reason": choice.reason,
                "tokens": choice.tokens,
                "passages": [{"page": p.ref.label, "number": p.ref.page} for p in choice.passages],
                "words": choice.words,
            }
            for choice in proposal.documents
        ],
    }

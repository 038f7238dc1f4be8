"""The results of tools as text, beside those that they give as data: for programs that show them, or hand them to a
model."""

from __future__ import annotations

from collections.abc import Mapping

from app.cli.answers import finding_lines, verdict_lines
from app.core.conversations.conversation import Answer, Question
from app.core.documents.document import Book
from app.features.programs.mcp.results import DocumentList, MatterList, PagesRead, SearchResults
from app.services.library_search import LibraryFound
from app.wording.i18n import _
from app.wording.search import nothing_found, undated_words, unindexed_words
from app.wording.units import count, printable


def matters_text(found: MatterList) -> str:
    names = [_("The library") if each.library else printable(each.name) for each in found.matters]
    return "\n".join(names) or _("This program may see no matter any more.")


def documents_text(found: DocumentList) -> str:
    words = _("{title}, pages: {n}, id: {id}")
    lines = [words.format(title=printable(each.title), n=count(each.pages), id=each.id) for each in found.documents]
    return "\n".join(lines) or _("There are no documents here.")


def search_text(found: LibraryFound, results: SearchResults) -> str:
    if not results.passages:
        return nothing_found(found)
    page = _("p. {page}")
    pieces = [f"[{printable(e.document)}, {page.format(page=e.page)}]\n{e.text}" for e in results.passages]
    if found.undated:
        pieces.append(undated_words(found.undated))
    if found.unindexed:
        pieces.append(unindexed_words(found.unindexed))
    return "\n\n".join(pieces)


def pages_text(read: PagesRead) -> str:
    page = _("p. {page}")
    pieces = [f"[{printable(read.document)}, {page.format(page=each.page)}]\n{each.text}" for each in read.pages]
    if read.next:
        words = _("More is left, from page number {number} on: read it with “first”: {number}.")
        pieces.append(words.format(number=read.next))
    return "\n\n".join(pieces)


def answer_text(question: Question, answer: Answer, shelf: Mapping[str, Book]) -> str:
    """Return the answer, what it rests on, what the pages have of each sentence, and what was read."""
    lines = (*finding_lines(question, answer, shelf), *verdict_lines(answer, shelf), tokens_text(answer))
    return "\n".join((answer.text, "", *map(printable, lines)))


def tokens_text(answer: Answer) -> str:
    """Say how much was read for an answer."""
    reused, read = answer.usage.reused_tokens, answer.usage.evaluated_tokens
    if not answer.usage.tells_reused:
        words = _("{n} tokens of the documents and the conversation; the server does not say how many it reused.")
        return words.format(n=count(read))
    words = _("{n} tokens of the documents and the conversation, of which {reused} had been read before.")
    return words.format(n=count(reused + read), reused=count(reused))

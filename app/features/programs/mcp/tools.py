"""The tools that other programs may use: each takes a struct of `results`, and gives one, with the same as text."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from app.cli.answers import sentence_of
from app.cli.ask import Asker
from app.core.conversations.conversation import Answer, BookRef, MatterScope, Question
from app.core.conversations.verdict import SentenceVerdict
from app.core.documents.document import Book
from app.core.errors import AppError, Code
from app.core.search_query import SearchPlace
from app.core.settings import RemoteTexts
from app.core.work import Cancel, finish
from app.features.programs.data import McpClient
from app.features.programs.mcp.messages import ToolAnnotations, ToolDescription, schema_of
from app.features.programs.mcp.progress import Progress
from app.features.programs.mcp.results import (
    AskQuestion,
    CitedPage,
    DocumentEntry,
    DocumentList,
    ListDocuments,
    ListMatters,
    MatterEntry,
    MatterList,
    PageRead,
    PagesRead,
    PageWords,
    PassageFound,
    QuestionAnswered,
    ReadPages,
    SearchFor,
    SearchResults,
    SentenceChecked,
)
from app.features.programs.mcp.text import (
    answer_text,
    documents_text,
    matters_text,
    pages_text,
    search_text,
    tokens_text,
)
from app.features.programs.service import mcp_access_of
from app.services.audit_log import AuditLog
from app.services.library_search import LibraryHit, library_search_of
from app.services.services import Services, matter_plans_of
from app.wording.i18n import _
from app.wording.support import coverage_words, doubt_words

MOST_CHARACTERS = 60_000
"""The most characters of pages in one reply; at least one page is given."""


@dataclass
class ToolUse:
    """One call of a tool, on the desk that is open. `begun` are the ids of the conversations that this program
    began."""

    desk: Services
    client: McpClient
    cancel: Cancel
    progress: Progress
    begun: set[str]

    @property
    def record(self) -> AuditLog:
        return dataclasses.replace(self.desk.record, client=self.client.name)


class ToolReply(msgspec.Struct, frozen=True):
    value: msgspec.Struct
    text: str


@dataclass(frozen=True)
class Tool:
    """A tool. `takes` is the struct of its arguments; `of_desk` tells whether these name a matter, which is opened
    first."""

    name: str
    title: str
    about: str
    takes: type[msgspec.Struct]
    gives: type[msgspec.Struct]
    use: Callable[[ToolUse, msgspec.Struct], ToolReply]
    read_only: bool = True

    @property
    def of_desk(self) -> bool:
        return "matter" in self.takes.__struct_fields__


def list_matters(use: ToolUse, arguments: msgspec.Struct) -> ToolReply:  # noqa: ARG001 - it takes none
    seen = mcp_access_of(use.desk).desks(use.client)
    entries = [MatterEntry(matter.name if matter else "", matter is None) for matter in seen.values()]
    dataclasses.replace(use.desk.shared.record, client=use.client.name).by_program("matters")
    found = MatterList(tuple(entries))
    return ToolReply(found, matters_text(found))


def list_documents(use: ToolUse, arguments: msgspec.Struct) -> ToolReply:  # noqa: ARG001 - the desk is open
    entries = [
        DocumentEntry(each.id, each.title, each.format.value, each.page_count, each.characters, each.flagged_pages)
        for each in use.desk.documents.library.books()
    ]
    use.record.by_program("list")
    found = DocumentList(tuple(entries))
    return ToolReply(found, documents_text(found))


def search(use: ToolUse, arguments: msgspec.Struct) -> ToolReply:
    """Search documents alone: what a person asked and noted is not found."""
    assert isinstance(arguments, SearchFor)
    library = library_search_of(use.desk)
    query = msgspec.structs.replace(library.understand(arguments.query), places=(SearchPlace.DOCUMENTS,))
    found = finish(library.find(query, use.cancel, limit=arguments.limit))
    hits = found.of(SearchPlace.DOCUMENTS)
    books = {hit.id: use.desk.documents.library.book(hit.id) for hit in hits}
    use.record.by_program("search", books=books, text=arguments.query)
    results = SearchResults(
        tuple(_passage(hit, books[hit.id]) for hit in hits),
        found.documents,
        len(found.counts),
        found.undated,
        found.unindexed > 0,
    )
    return ToolReply(results, search_text(found, results))


def read_pages(use: ToolUse, arguments: msgspec.Struct) -> ToolReply:
    assert isinstance(arguments, ReadPages)
    library = use.desk.documents.library
    book = _book(use.desk, arguments.document)
    last = min(arguments.last or book.page_count, book.page_count)
    if not 1 <= arguments.first <= last:
        raise AppError(Code.PAGES_INVALID, first=arguments.first, last=arguments.last, pages=book.page_count)
    pages: list[PageRead] = []
    characters, number = 0, arguments.first
    while number <= last and not use.cancel.requested:
        page = library.page(book.id, number)
        if pages and characters + len(page.text) > MOST_CHARACTERS:
            break
        flags = tuple(flag.value for flag in page.flags)
        pages.append(PageRead(book.page_names.of(number).plain, number, page.text, flags))
        characters, number = characters + len(page.text), number + 1
    use.record.by_program(f"pages {arguments.first} to {number - 1}", item=book.id, books=(book.id,))
    read = PagesRead(book.id, book.title, book.page_count, tuple(pages), number if number <= last else 0)
    return ToolReply(read, pages_text(read))


def ask(use: ToolUse, arguments: msgspec.Struct) -> ToolReply:
    assert isinstance(arguments, AskQuestion)
    if not arguments.question.strip():
        raise AppError(Code.MCP_ARGUMENTS, tool="ask", detail=_("a question has no words"))
    desk, settings = use.desk, use.desk.asking.ask.settings()
    desk.models.use(settings.engine)
    host = desk.models.host()
    if host and settings.remote.texts not in (RemoteTexts.AS_IS, RemoteTexts.REPLACED):
        raise AppError(Code.MCP_TEXTS, host=host)
    asking = dataclasses.replace(desk.asking.ask, audit_log=use.record)
    question = _question(use, arguments)
    use.begun.add(question.conversation_id)
    shelf = {book.id: book for book in desk.documents.library.books()}
    if not question.books and question.plan is None:
        question = _planned(use, question)
    answer = Asker(asking, desk, use.progress, use.cancel).put(question)
    weighed = use.progress.weighed or answer
    answered = _described(question, weighed, host)
    return ToolReply(answered, answer_text(question, weighed, shelf))


def _question(use: ToolUse, arguments: AskQuestion) -> Question:
    """Return the question with its conversation, which is begun if it does not follow an answer."""
    conversations = use.desk.conversations
    books = tuple(BookRef(_book(use.desk, named).id) for named in dict.fromkeys(arguments.documents))
    if not arguments.conversation:
        scope = None if books else MatterScope()
        return Question(conversations.create(books=books, scope=scope).id, arguments.question, books)
    known = conversations.get(arguments.conversation) if arguments.conversation in use.begun else None
    if known is None:
        raise AppError(Code.MCP_CONVERSATION)
    turns = conversations.turns(known.id)
    parent = turns[-1].answer.id if turns and turns[-1].answer is not None else None
    return Question(known.id, arguments.question, books or (known.books if known.scope is None else ()), parent)


def _planned(use: ToolUse, question: Question) -> Question:
    """Give a question the books and the plan that it needs of all documents, as `octavo ask --all` does."""
    conversations = use.desk.conversations
    turns = conversations.turns(question.conversation_id)
    proposal = finish(
        matter_plans_of(use.desk).propose(question, MatterScope(), turns, use.cancel), use.progress.planning
    )
    planned = msgspec.structs.replace(question, books=proposal.books, plan=proposal.plan)
    conversations.set_books(question.conversation_id, planned.books)
    return planned


def _described(question: Question, answer: Answer, host: str) -> QuestionAnswered:
    usage = answer.usage
    return QuestionAnswered(
        answer.text,
        answer.ending.value,
        tuple(
            CitedPage(c.start, c.end, c.document, c.label, c.page, c.quote) for c in answer.citations if c.start >= 0
        ),
        tuple(_checked(answer, verdict) for verdict in answer.verdicts),
        " ".join(filter(None, (coverage_words(question, answer), tokens_text(answer)))),
        doubt_words(question, answer),
        question.conversation_id,
        answer.model,
        host,
        usage.reused_tokens if usage.tells_reused else None,
        usage.evaluated_tokens,
        usage.generated_tokens,
    )


def _checked(answer: Answer, verdict: SentenceVerdict) -> SentenceChecked:
    return SentenceChecked(
        verdict.start,
        verdict.end,
        sentence_of(answer, verdict),
        verdict.verdict.value,
        verdict.reason.value if verdict.reason is not None else "",
        verdict.named,
        tuple(PageWords(e.book_id, e.document, e.label or str(e.page), e.page, e.text) for e in verdict.evidence),
    )


def _passage(hit: LibraryHit, book: Book) -> PassageFound:
    assert hit.span is not None
    heading, text = (hit.passage.heading, hit.passage.text) if hit.passage else ("", hit.excerpt.text)
    page = book.page_names.of(hit.span.page).plain
    sentence = hit.excerpt.text
    return PassageFound(book.id, book.title, page, hit.span.page, heading, sentence, text.strip(), hit.by_meaning)


def _book(desk: Services, named: str) -> Book:
    """Return a book by its id, or by a title that no other document has. Raises AppError MCP_NO_DOCUMENT."""
    books = desk.documents.library.books()
    found = [book for book in books if book.id == named] or [book for book in books if book.title == named]
    if len(found) != 1:
        raise AppError(Code.MCP_NO_DOCUMENT, document=named)
    return found[0]


def described(tool: Tool) -> ToolDescription:
    """Describe a tool as a program lists it."""
    takes, gives = schema_of(tool.takes), schema_of(tool.gives)
    hints = ToolAnnotations(tool.title, tool.read_only, idempotent_hint=tool.read_only)
    return ToolDescription(tool.name, tool.title, tool.about, takes, gives, hints)


_ALL = (
    Tool(
        "list_matters", "List matters", "The matters that this program may see.", ListMatters, MatterList, list_matters
    ),
    Tool(
        "list_documents",
        "List documents",
        "The documents of a matter, or of the library: ids, titles, numbers of pages.",
        ListDocuments,
        DocumentList,
        list_documents,
    ),
    Tool(
        "search",
        "Search documents",
        "The passages of documents that belong to some words, best first, by words and by meaning, with their pages."
        " No model answers.",
        SearchFor,
        SearchResults,
        search,
    ),
    Tool("read_pages", "Read pages", "The text of pages of a document.", ReadPages, PagesRead, read_pages),
    Tool(
        "ask",
        "Ask a question",
        "Has the language model that Octavo uses answer from the documents. Each sentence of the answer that"
        " states something is looked for in them: `verdict` says what they have of it. This can take minutes.",
        AskQuestion,
        QuestionAnswered,
        ask,
        read_only=False,
    ),
)

TOOLS = {tool.name: tool for tool in _ALL}
"""The tools by their names."""

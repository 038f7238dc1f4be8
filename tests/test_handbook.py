"""Questions of a newcomer to the handbook, and what the starter shows for them: through the real reader, as at a first
start."""

from __future__ import annotations

import contextlib
from pathlib import Path

from app.core.machine.paths import Paths, resources
from app.documents.citations.checker import CitedBook
from app.services.asking import search_answer
from app.ui.kit.handbook import Handbook
from tests import work
from tests.whole import open_desk

QUESTIONS = {
    "How do I add a book?": "To add a document, you can drop its file",
    "How do I add a document?": "To add a document, you can drop its file",
    "Which file formats can Octavo open?": "PDF, EPUB, Word",
    "Where is my data stored?": "where your data is stored",
    "Does Octavo use the network?": "without a network",
    "Does Octavo send statistics?": "sends no statistics",
    "Is anything sent to the internet?": "Nothing is sent to the internet",
    "Is my data encrypted?": "All of it is encrypted",
    "Where is the key stored?": "The key is stored in the keyring of your system",
    "What does the log contain?": "The log contains numbers and codes",
    "How do I set a passphrase?": "To set a passphrase",
    "How do I make a backup?": "To make a backup,",
    "How do I move to another computer?": "To move to another computer,",
    "How do I ask a question?": "To ask a question,",
    "How do I stop an answer?": "To stop an answer,",
    "How do I copy an answer?": "To copy an answer,",
    "How do I ask the last question again?": "To ask the last question again,",
    "How do I save a prompt?": "To save a prompt,",
    "How do I say in which language I want answers?": "To say how you want answers,",
    "How do I ask many questions at once?": "To ask many questions at once,",
    "How do I compare two documents?": "To compare two documents,",
    "What is a table?": "A table is the same questions",
    "How can I export an answer?": "To export an answer",
    "What does the green mark mean?": "the only mark that is a promise",
    "What does a mark without a sign mean?": "Not weighed; point to it for the reason",
    "What should I do when an answer is wrong?": "If an answer is wrong, look at its pages",
    "How do I open a page?": "To open a page,",
    "How do I search in a document?": "To search in a document,",
    "How do I highlight words?": "To highlight words on a page,",
    "How do I show the model an image?": "To show the model an image,",
    "Can I ask about a video?": "To ask about a video",
    "Can Octavo read scanned PDFs?": "A scanned PDF contains pictures",
    "How do I open a protected PDF?": "A protected PDF asks for its password",
    "How do I remove a document from the shelf?": "removes it from the shelf",
    "What happens when a document does not fit?": "If the documents do not fit,",
    "What is a token?": "A token is a short piece of a word",
    "What is the context bar?": "The context bar below the question box",
    "How do I start a new conversation?": "To start a new conversation,",
    "How do I rename a conversation?": "F2",
    "How do I delete a conversation?": "To delete a conversation,",
    "Which model should I use?": "use a larger model than the starter model",
    "Can I trust the starter model?": "too small to answer from a document",
    "How many parameters does the starter model have?": "135 million parameters",
    "What does the model menu show?": "The model menu at the top shows",
    "What should I do if memory runs out?": "If memory runs out,",
    "Can I use it from the terminal?": "To use Octavo from the terminal,",
    "What does octavo doctor check?": "`octavo doctor` checks this installation",
    "What do the exit codes mean?": "Exit codes: 0 answered",
    "What keyboard shortcuts are there?": "Ctrl+O: add a document",
    "How do I quit Octavo?": "Ctrl+Q: quit",
    "What is an octavo?": "An octavo is a book format",
    "PDFを開けますか。": "A scanned PDF contains pictures",
    "SmolLM2とは何ですか。": "The starter model is SmolLM2",
    "Who is the president of France?": "Nothing in the document is near",
    "Why?": "Nothing in the document is near",
    "文書を追加するにはどうすればいいですか。": "見つかりませんでした",
}
"""With words of what answers, or of what says that nothing does."""


def test_nine_of_ten_questions_are_met_by_the_first_sentence(tmp_path: Path) -> None:
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as desk:
        handbook = Handbook(resources() / "handbook", tmp_path)
        handbook.write()
        book = work.added(desk, handbook.path)
        books = (CitedBook(book.id, book.title, desk.documents.library.pages(book.id)),)
    answers = {question: search_answer.answer(question, books, ()) for question in QUESTIONS}
    firsts = {question: answer.replace(":\n\n- ", ": ").splitlines()[0] for question, answer in answers.items()}
    shown = {question for question, words in QUESTIONS.items() if words in answers[question]}
    first = {question for question, words in QUESTIONS.items() if words in firsts[question]}
    print("\n\n".join(f"{question}\n{firsts[question]}" for question in QUESTIONS if question not in first))
    assert len(first) >= 0.9 * len(QUESTIONS)
    assert len(shown) >= 0.95 * len(QUESTIONS)
    assert all(answer.count("\n- ") <= search_answer.MOST for answer in answers.values())

"""Questions of a newcomer to the handbook, and what the starter shows for them: through the real reader, as at a first
start."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.machine.paths import Paths, resources
from app.documents.citations.checker import CitedBook
from app.services.asking import search_answer
from app.ui.kit.handbook import Handbook
from app.wording import i18n
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
    "Can several people use the same library at once?": "Several people cannot use the same library",
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

JAPANESE = {
    "複数の人が同じライブラリーを同時に使えますか": "複数の人が同じライブラリーや案件を同時に使うことはできません",
    "文書を追加するにはどうすればいいですか。": "ウィンドウにドロップ",
    "ファイルを追加する方法は？": "ウィンドウにドロップ",
    "どんなファイルを開けますか。": "PDF、EPUB",
    "データはどこに保存されますか。": ".local/share/octavo",
    "ネットワークを使いますか。": "ネットワークを使わずに動きます",
    "統計は送られますか。": "統計は送らず",
    "インターネットに何か送られますか。": "インターネットには何も送られません",
    "データは暗号化されていますか。": "暗号化",
    "鍵はどこに保存されますか。": "鍵は、システムのキーリング",
    "ログには何が入りますか。": "ログに入るのは",
    "パスフレーズを設定するには？": "パスフレーズを設定するには、",
    "バックアップを作るにはどうしますか。": "バックアップを作るには、",
    "別のコンピューターに移すには？": "別のコンピューターに移すには、",
    "質問するにはどうすればいいですか。": "質問するには、",
    "回答を止めるには？": "回答を止めるには、",
    "回答をコピーする方法を教えてください。": "回答をコピーするには、",
    "最後の質問をもう一度尋ねるには？": "最後の質問をもう一度尋ねるには、",
    "プロンプトを保存するには？": "プロンプトとして保存するには、",
    "回答の言語を指定するには？": "回答のしかたを指定するには、",
    "多くの質問を一度に尋ねるには？": "多くの質問を一度に尋ねるには、",
    "2つの文書を比べるには？": "を比べるには、",
    "表とは何ですか。": "表とは、",
    "案件とは何ですか。": "案件とは、",
    "回答を書き出すには？": "回答だけを書き出すには",
    "緑のチェックは何を意味しますか。": "緑のチェックは",
    "回答が間違っているときはどうすればいいですか。": "回答が間違っているときは",
    "ページを開くにはどうしますか。": "ページを開くには、",
    "文書の中を検索するには？": "文書の中を検索するには、",
    "語句をハイライトするには？": "語句をハイライトするには、",
    "モデルに画像を見せるには？": "モデルに画像を見せるには、",
    "動画について質問できますか。": "動画について質問するには",
    "スキャンしたPDFを読めますか。": "スキャンした PDF",
    "パスワードで保護されたPDFを開くには？": "パスワードで保護された PDF を開くには",
    "本棚から文書を外すとどうなりますか。": "文書を本棚から外すと",
    "文書が収まらないときはどうなりますか。": "文書が収まらないとき",
    "トークンとは何ですか。": "トークンとは、",
    "コンテキストバーとは何ですか。": "コンテキストバーは、",
    "新しい会話を始めるには？": "新しい会話を始めるには、",
    "会話の名前を変えるには？": "会話の名前を変えるには、",
    "会話を削除するには？": "会話を削除するには、",
    "どのモデルを使えばよいですか。": "お試し用モデルより大きなモデル",
    "お試し用モデルは信頼できますか。": "信頼できません",
    "お試し用モデルのパラメーターはいくつですか。": "1 億 3,500 万",
    "モデルメニューには何が表示されますか。": "モデルメニューには",
    "メモリーが足りないときは？": "メモリーが足りないときは",
    "端末から使えますか。": "端末から Octavo を使うには",
    "octavo doctor は何をしますか。": "octavo doctor",
    "終了コードの意味は？": "終了コードは、",
    "キーボードショートカットは何がありますか。": "Ctrl+",
    "Octavoを終了するには？": "Ctrl+Q：Octavo を終了",
    "octavoとはどういう意味ですか。": "octavo（オクタボ）とは",
    "SmolLM2とは何ですか。": "SmolLM2 で",
    "会話を印刷するには？": "会話を印刷するには、",
    "画面をロックするには？": "今すぐロック",
    "なぜですか。": "見つかりませんでした",
}
"""The same in Japanese, asked of the Japanese handbook."""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    i18n.use_language(i18n.ENGLISH)


@pytest.mark.parametrize(("language", "questions"), [("en", QUESTIONS), ("ja", JAPANESE)], ids=["en", "ja"])
def test_nine_of_ten_questions_are_met_by_the_first_sentence(
    language: str, questions: dict[str, str], tmp_path: Path
) -> None:
    i18n.use_language(language)
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as desk:
        handbook = Handbook(resources() / "handbook", tmp_path)
        handbook.write()
        book = work.added(desk, handbook.path)
        books = (CitedBook(book.id, book.title, desk.documents.library.pages(book.id)),)
    answers = {question: search_answer.answer(question, books, ()) for question in questions}
    firsts = {
        question: re.sub(r"([:：])\n\n- ", r"\1 ", answer).splitlines()[0] for question, answer in answers.items()
    }
    shown = {question for question, words in questions.items() if words in answers[question]}
    first = {question for question, words in questions.items() if words in firsts[question]}
    print("\n\n".join(f"{question}\n{firsts[question]}" for question in questions if question not in first))
    assert len(first) >= 0.9 * len(questions)
    assert len(shown) >= 0.95 * len(questions)
    assert all(answer.count("\n- ") <= search_answer.MOST for answer in answers.values())

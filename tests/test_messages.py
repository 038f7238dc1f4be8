"""Sentences and translations: every code has one, in both languages, with its numbers in place."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

import app
from app.core.documents.document import Format
from app.core.errors import Code, Parameter, Problem
from app.core.machine.paths import resources
from app.engine.planner.placement import Reason, Remark
from app.wording import i18n, placement
from app.wording.errors import format_name, sentence
from app.wording.i18n import _, use_language
from app.wording.units import count, counted, duration, estimate, gigabytes, size

FIT = {
    "needed_tokens": 40_960,
    "context_tokens": 32_768,
    "documents_tokens": 39_000,
    "conversation_tokens": 800,
    "reserve_tokens": 1_024,
}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


@pytest.fixture(scope="module")
def japanese() -> polib.POFile:
    return polib.pofile(str(resources() / "translations" / "ja.po"), encoding="utf-8")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def names_a_path(code: Code) -> bool:
    if code is Code.REMOTE_CA_UNREADABLE:
        return True
    return not code.startswith(
        (
            "answer_",
            "card_",
            "engine_",
            "context_",
            "reading_",
            "question_",
            "prompt_",
            "template_",
            "search_",
            "bin_",
            *("matter_unknown", "matter_exists", "matter_name", "matter_in_use"),
            "copy_not_",
            *("passphrase_weak", "passphrase_unsupported"),
            "note_",
            "hub_",
            "mcp_",
            "remote_",
            "weighing_",
            "output_",
            "print_",
        )
    ) and code not in (
        Code.NO_MODEL,
        Code.DOES_NOT_FIT,
        Code.USAGE,
        Code.OPTION_INVALID,
        Code.SETTING_INVALID,
        Code.SETTING_HELD,
        Code.RECORD_CHANGED,
        Code.NO_DISPLAY,
        Code.INSTALLATION_MIXED,
        Code.RELEASE_KEY_MISSING,
        Code.BUG,
        Code.PROBLEM_UNKNOWN,
    )


@pytest.mark.parametrize("code", list(Code))
def test_every_code_is_a_sentence_in_both_languages(code: Code) -> None:
    problem = Problem(code, {"path": "/home/a/{odd} name.pdf"})
    texts = [sentence(problem)]
    use_language("ja")
    texts.append(sentence(problem))
    assert texts[0] != texts[1]
    for text in texts:
        assert len(text) > 20
        assert ("{odd} name.pdf" in text) == names_a_path(code)
        if code.startswith(("model_", "disk_")):
            assert "/home" not in text, "the name is enough"
        assert "{" not in text.replace("{odd}", "")


def test_what_does_not_fit_is_told_with_all_numbers() -> None:
    for language in ("en", "ja"):
        use_language(language)
        text = sentence(Problem(Code.DOES_NOT_FIT, FIT))
        for number in ("40,960", "32,768", "39,000", "800", "1,024"):
            assert number in text


def test_parameters_are_shown_as_a_person_reads_them() -> None:
    too_large = Problem(Code.FILE_TOO_LARGE, {"path": "a.txt", "size_bytes": 2_147_483_648, "limit_bytes": 512_000_000})
    assert "“a.txt” is 2.1 GB. Octavo opens files up to 512 MB" in sentence(too_large)
    assert "took more than 1 min 30 s" in sentence(Problem(Code.READER_TIMEOUT, {"path": "a", "seconds": 90}))
    assert "signal 11" in sentence(Problem(Code.ENGINE_CRASHED, {"signal": 11}))
    limit: dict[str, Parameter] = {"path": "a", "limit": "archive_bytes", "value": 400_000_000}
    assert "more than 400 MB once unpacked" in sentence(Problem(Code.DOCUMENT_LIMIT, limit))
    assert "more than 5 (odd thing)" in sentence(
        Problem(Code.DOCUMENT_LIMIT, limit | {"limit": "odd_thing", "value": 5})
    )
    mismatch = {"path": "a.pdf", "expected": "pdf", "found": "text"}
    assert "is named like PDF, but contains plain text" in sentence(Problem(Code.FORMAT_MISMATCH, mismatch))
    pages: dict[str, Parameter] = {"path": "a", "wanted": "9-12", "pages": 8}
    assert "has 8 pages; 9-12 are not among them" in sentence(Problem(Code.PAGES_INVALID, pages))
    assert "has no page 9." in sentence(Problem(Code.PAGES_INVALID, {"path": "a", "wanted": "9", "pages": 0}))


def test_a_password_is_entered_where_one_is_asked_for_it() -> None:
    locked = Problem(Code.DOCUMENT_PASSWORD_NEEDED, {"path": "a.pdf"})
    assert sentence(locked) == "“a.pdf” needs a password. Enter it, or save an unprotected copy."
    unasked = Problem(Code.DOCUMENT_PASSWORD_NEEDED, {"path": "a.pdf", "unasked": True})
    assert sentence(unasked) == "“a.pdf” needs a password. Enter it in a terminal, or save an unprotected copy."
    use_language("ja")
    assert sentence(locked) != sentence(unasked)


@pytest.mark.parametrize(
    "limit",
    ["characters", "pages", "chapters", "archive_members", "archive_bytes", "archive_member_bytes", "expansion",
     "xml_depth", "something_new"],
)  # fmt: skip
def test_every_limit_is_told_in_japanese_too(limit: str) -> None:
    problem = Problem(Code.DOCUMENT_LIMIT, {"path": "a", "limit": limit, "value": 7_000})
    assert "more than 7" in sentence(problem)
    use_language("ja")
    assert "more than" not in sentence(problem)
    assert "7" in sentence(problem)


def test_a_name_cannot_steer_the_terminal_or_turn_the_sentence_around() -> None:
    text = sentence(Problem(Code.FILE_MISSING, {"path": "a\x1b[2J\n\u202efdp.\udcff 東京\u3000都.txt"}))
    assert "“a\ufffd[2J\ufffd\ufffdfdp.\ufffd 東京\u3000都.txt”" in text
    assert len(sentence(Problem(Code.MODEL_FAILED, {"path": "m", "detail": "x" * 5000}))) < 600


@pytest.mark.parametrize(
    ("bytes", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 KB"), (999_500, "1 MB"), (4_250_000_000, "4.2 GB"), (250e9, "250 GB")],
)
def test_size(bytes: float, shown: str) -> None:
    assert size(bytes) == shown


@pytest.mark.parametrize("bytes", [67_400_000_000, 85_899_345_920, 4_300_000_000, 50_100_000_000])
def test_the_same_bytes_are_the_same_number_of_files_and_of_memory(bytes: int) -> None:
    assert size(bytes) == f"{gigabytes(bytes)} GB"
    needed = Remark(Reason.MORE_MEMORY, {"missing_bytes": bytes})
    assert placement.sentence(needed) == f"It would fit with {size(bytes)} more memory."


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.3, "5 s"), (83, "1 min 25 s"), (1991, "33 min"), (4000, "1 h 10 min"), (7140, "2 h"), (90_000, "25 h")],
)
def test_an_estimate_is_round(seconds: float, shown: str) -> None:
    assert estimate(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown", "in_japanese"),
    [
        (0.34, "0.3 s", "0.3 秒"),
        (9.96, "10 s", "10 秒"),
        (59.6, "1 min", "1 分"),
        (185, "3 min 5 s", "3 分 5 秒"),
        (3600, "1 h", "1 時間"),
        (7_800, "2 h 10 min", "2 時間 10 分"),
    ],
)
def test_duration(seconds: float, shown: str, in_japanese: str) -> None:
    assert duration(seconds) == shown
    use_language("ja")
    assert duration(seconds) == in_japanese


def test_count_sets_thousands_apart() -> None:
    assert count(1_234_567) == "1,234,567"


@pytest.mark.parametrize(
    ("environment", "is_japanese"),
    [
        ({"LANG": "ja_JP.UTF-8"}, True),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "ja_JP.eucJP"}, True),
        ({"LANG": "en_GB.UTF-8", "LANGUAGE": "ja:en"}, True),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "de_DE"}, False),
        ({"LANG": "C.UTF-8", "LANGUAGE": "ja"}, False),
        ({"LANG": "../ja"}, False),
    ],
)
def test_without_a_choice_the_system_decides(
    environment: dict[str, str], is_japanese: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    use_language("")
    assert (_("{n} s") == "{n} 秒") == is_japanese


def test_an_unknown_text_stays_as_it_is() -> None:
    use_language("ja")
    assert _("no such text \u2026") == "no such text \u2026"
    assert i18n.translate is _


def test_every_entry_of_the_catalogue_is_translated_with_the_same_placeholders(japanese: polib.POFile) -> None:
    assert len(japanese) > len(Code)
    assert len({entry.msgid for entry in japanese}) == len(japanese), "an entry stands twice"
    for entry in japanese:
        assert entry.translated(), entry.msgid
        assert placeholders(entry.msgid) == placeholders(entry.msgstr), entry.msgid


def test_every_text_of_the_interface_has_its_japanese(japanese: polib.POFile) -> None:
    known = {entry.msgid for entry in japanese.translated_entries()}
    used = {
        text.value
        for file in Path(app.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("_", "translate")
        for text in call.args[:1]
        if isinstance(text, ast.Constant)
    }
    assert len(used) > 200
    assert used - known == set()


def test_every_format_has_a_name_in_both_languages(japanese: polib.POFile) -> None:
    known = {entry.msgid for entry in japanese}
    for format in Format:
        name = format_name(format)
        assert name in known or name.isupper(), "an abbreviation is the same in Japanese"


def test_counted_chooses_the_words_for_one_and_for_several() -> None:
    one, several = "{name} has 1 page.", "{name} has {n} pages."
    assert counted(1, one, several, name="A") == "A has 1 page."
    assert counted(1_200, one, several, name="A") == "A has 1,200 pages."
    assert counted(0, one, several, name="A") == "A has 0 pages."


FORMER = re.compile(r"\b(?:books?|(?:question )?sheets?|grids?)\b", re.IGNORECASE)
FORMER_JAPANESE = re.compile(r"(?<![日基])本(?![棚文当来体人])|冊|シート|質問票|グリッド")
STAYING = {
    "An octavo is a book format: one sheet folded into eight leaves.": "a real book",
    "a document, such as a book": "a real book",
    "a Kindle book": "a format of files",
    "Kindle book": "a format of files",
    "more than {value} sheets": "of a workbook",
    "more than {value} cells up to the last one of a sheet": "of a workbook",
    "open file, import, book, PDF": "words that a person may type to find a command",
    "question sheet, list of questions, grid": "words that a person may type to find a command",
    "drawing, original": "原本 is the original of a picture",
}
"""Texts that have a former word, each with the reason."""


def plain(text: str) -> str:
    """The text without the names in its placeholders and in code."""
    return re.sub(r"`[^`]*`|\{[^}]*\}", "", text)


def test_one_thing_has_one_word(japanese: polib.POFile) -> None:
    """What is opened is a document, and what asks many questions of documents is a table."""
    told = [entry for entry in japanese if entry.msgid not in STAYING]
    assert [entry.msgid for entry in told if FORMER.search(plain(entry.msgid))] == []
    assert [entry.msgstr for entry in told if FORMER_JAPANESE.search(plain(entry.msgstr))] == []


@pytest.mark.parametrize("name", ["resources/handbook/en/*.md", "*.md"])
def test_what_explains_octavo_has_the_same_words(name: str) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in resources().parent.glob(name))
    for staying in (*STAYING, "Kindle books"):
        text = text.replace(staying, "")
    assert FORMER.findall(plain(text)) == []

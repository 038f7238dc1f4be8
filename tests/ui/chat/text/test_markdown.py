"""Markdown loses nothing, whatever is written in it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtGui import QImage, QTextCursor, QTextDocument, QTextImageFormat
from PySide6.QtWidgets import QApplication

from app.core.conversations.conversation import CitationState
from app.ui.chat.text import markdown
from app.ui.chat.text.chip import ChipSpace
from app.ui.chat.text.citations import CitationMark, embed, mark_citations, shorten_title
from app.ui.chat.text.formulas import FormulaSpace, FormulaStore
from app.ui.chat.text.markdown import MAX_CHARACTERS, STRETCH_CHARACTERS, StepwiseText, parse
from app.ui.chat.text.render import BlockRenderer, RenderedText, SealedDocument
from app.ui.chat.text.table import CellMeasure, share_out
from app.ui.look.theme import PAPER, Theme
from tests.ui.chat.talk import cite

WIDTH = 640.0  # px


@pytest.fixture
def space(qapp: QApplication, fonts: None, theme: Theme) -> ChipSpace:
    return ChipSpace(theme)


def _renderer(theme: Theme, marks: Sequence[CitationMark], space: ChipSpace) -> BlockRenderer:
    store = FormulaStore(space)
    return BlockRenderer(theme, marks, space, FormulaSpace(theme, store, space), WIDTH)


def write(space: ChipSpace, text: str) -> list[RenderedText]:
    return [_renderer(Theme(PAPER), (), space).write(block.tokens) for block in parse(embed(text, ()))]


def plain(space: ChipSpace, text: str) -> str:
    return "\n".join(written.document.toPlainText() for written in write(space, text))


@pytest.mark.parametrize(
    "text",
    [
        "a vector<int> of <think>words</think> that goes on",
        "<script>alert(1)</script>\n\nafter it",
        "<div>\n\nstill here\n\n</div>",
        "<!-- not a comment --> and more",
        "![CDATA[ x ]] <?php echo 1 ?>",
        "text <b unclosed",
    ],
)
def test_words_that_look_like_tags_are_shown_as_they_are(space: ChipSpace, text: str) -> None:
    shown = plain(space, text)
    assert [word for word in text.split() if word not in shown] == []


@pytest.mark.parametrize(
    "text",
    [">" * 5_000 + " deep", "".join("  " * level + "- item\n" for level in range(300)), "[" * 60_000 + "end"],
    ids=["quotations", "lists", "brackets"],
)
def test_a_text_that_the_parser_cannot_take_is_shown_as_it_is(space: ChipSpace, text: str) -> None:
    shown = plain(space, text)
    assert len(shown) >= len(text.strip())
    assert "".join(shown.split()).endswith(text.split()[-1])


LONG = {
    "list": "\n".join(f"- item {n} " + "words " * 12 for n in range(200)),
    "numbers": "\n\n".join(f"{n}. item\n    - " + "inner " * 12 for n in range(10, 120)),
    "code": "```python\n" + "\n".join(f'line_{n} = "a word"' for n in range(400)) + "\n```",
    "table": "| a | b |\n|--|--|\n" + "\n".join(f"| row {n} | " + "words " * 8 + "|" for n in range(150)),
    "quotation": "\n>\n".join("> " + "quoted words " * 12 for _ in range(60)),
    "one line": "words " * 8_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_a_long_block_is_laid_out_in_stretches_that_look_as_one(
    space: ChipSpace, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown() -> tuple[list[str], list[str]]:
        written = write(space, text)
        markers = [drawn.marker for part in written for drawn in part.drawn]
        return "\n".join(part.document.toPlainText().strip("\n") for part in written).split(), markers

    blocks = parse(text)
    assert len(blocks) > 3
    assert [block.joined for block in blocks] == [False] + [True] * (len(blocks) - 1)
    assert {block.line for block in blocks} == {0}
    cut = shown()
    monkeypatch.setattr(markdown, "STRETCH_CHARACTERS", 10**9)
    assert len(parse(text)) == 1
    assert cut == shown()


def test_a_text_parsed_step_by_step_has_the_blocks_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "STEP_CHARACTERS", 50)
    tables = [_table(0), _table(3), _table(60) + "\n> a quotation", _table(40) + "\n    code", "a word\n" + _table(70)]
    text = "\n\n".join(
        [
            "",
            *LONG.values(),
            *tables,
            "# End",
            "- one\n\n- two\n\n  more of it",
            "```\na\n\n\nb\n```",
            "last",
            _table(50),
        ]
    )
    stepwise = StepwiseText(text)
    assert stepwise.rest
    while stepwise.rest:
        stepwise.step()
    whole = parse(text)
    assert [[token.content for token in block.tokens] for block in stepwise.blocks] == [
        [token.content for token in block.tokens] for block in whole
    ]
    assert [block.joined for block in stepwise.blocks] == [block.joined for block in whole]


def _table(rows: int) -> str:
    return "\n".join(["| a | b |", "|--|:-:|", *(f"| {number} | {'wide ' * (number % 7)}|" for number in range(rows))])


def test_code_keeps_its_colours_where_it_is_cut(space: ChipSpace) -> None:
    text = '```python\nx = """\n' + "def f(): return 1\n" * 300 + '"""\n```'
    last = write(space, text)[-1].document
    assert last.firstBlock().begin().fragment().charFormat().foreground().color().name() == PAPER.verified.lower()


def test_columns_get_what_they_need_or_the_wide_ones_give_way() -> None:
    wanted = [CellMeasure(40, 40), CellMeasure(600, 80), CellMeasure(90, 50)]
    assert share_out(800, wanted) == [40, 600, 90]
    narrow = share_out(400, wanted)
    assert sum(narrow) == pytest.approx(400)
    assert narrow[0] == 40
    assert narrow[1] > narrow[2] >= 50
    assert sum(share_out(100, wanted)) > 100


@pytest.mark.parametrize("fence", ["", "```\n"])
def test_a_word_without_an_end_is_laid_out_in_stretches(fence: str) -> None:
    word = "x" * (3 * MAX_CHARACTERS)
    blocks = parse(fence + word)
    assert max(block.characters for block in blocks) <= STRETCH_CHARACTERS
    assert "".join(block.tokens[0].content for block in blocks) == word


def test_a_long_text_of_short_paragraphs_is_still_markdown() -> None:
    paragraphs = MAX_CHARACTERS // 10
    assert len(parse("word *word*\n\n" * paragraphs)) == paragraphs


def test_a_line_at_the_end_cannot_make_links_of_marks(space: ChipSpace) -> None:
    written = write(space, "It is so [p. 12].\n\n[p. 12]: https://evil.example")
    assert [link for part in written for link in part.links] == []
    assert "https://evil.example" in written[1].document.toPlainText()


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "mailto:a@b.c", "../up", "HTTPS:x", "vbscript:x"],
)
def test_only_web_addresses_are_links_and_others_are_shown(space: ChipSpace, address: str) -> None:
    written = write(space, f"see [this]({address})")[0]
    assert written.links == []
    assert written.document.toPlainText() == f"see this ({address})"


def test_a_web_address_is_a_link_in_the_form_in_which_it_is_opened(space: ChipSpace) -> None:
    written = write(space, "see [my bank](https://exämple.org/a b) or [this](http://x.example/?q=ä)")[0]
    assert [link.address for link in written.links] == ["http://x.example/?q=%C3%A4"]
    assert "https://exämple.org/a b" in written.document.toPlainText()
    punycode = write(space, "[my bank](https://exämple.org)")[0]
    assert [link.address for link in punycode.links] == ["https://xn--exmple-cua.org"]


def test_pictures_become_their_words(space: ChipSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(SealedDocument, "loadResource", lambda self, kind, name: asked.append(name))
    text = (
        "![a map](file:///etc/passwd) ![](http://127.0.0.1:9/x.png)\n\n| ![in a cell](file:///etc/hostname) |\n|---|\n"
        '| <img src="file:///etc/passwd"> |\n\n- ![in an item](//host/share.png)\n\n> [![linked](a.png)](b.html)\n'
    )
    written = write(space, text)
    for part in written:
        part.document.setTextWidth(300)
        part.document.size()
    shown = "\n".join(part.document.toPlainText() for part in written)
    for words in ("a map", "picture", "in a cell", "in an item", "linked (b.html)", '<img src="file:///etc/passwd">'):
        assert words in shown
    assert asked == []


@pytest.mark.parametrize("route", ["cursor", "html", "resource"])
def test_a_sealed_document_never_reads_a_file(qapp: QApplication, tmp_path: object, route: str) -> None:
    path = f"{tmp_path}/picture.png"
    picture = QImage(50, 60, QImage.Format.Format_RGB32)
    picture.fill(0xFF0000)
    assert picture.save(path)
    for name in (path, f"file://{path}"):
        document = SealedDocument()
        if route == "cursor":
            form = QTextImageFormat()
            form.setName(name)
            QTextCursor(document).insertImage(form)
        elif route == "html":
            document.setHtml(f'<p><img src="{name}"></p><link rel="stylesheet" href="{name}">')
        image = document.resource(QTextDocument.ResourceType.ImageResource.value, name)
        assert image.size().width() == 1
        document.setTextWidth(400)
        assert document.idealWidth() < 20


def test_emphasis_lists_tables_and_code_are_set(space: ChipSpace) -> None:
    text = (
        "# Title\n\nSome **strong** ~~gone~~ `code<int>`\\\nnext line\n\n3. three\n4. four\n   - inner\n\n"
        "| a | b |\n|--|--:|\n| 1 | 2 |\n\n```python\ndef f(x): return 'é'\n```\n\n    indented\n\n---\n"
    )
    written = write(space, text)
    assert [part.document.toPlainText().strip() for part in written][:3] == [
        "Title",
        "Some strong gone code<int>\nnext line",
        "three\nfour\ninner",
    ]
    assert [drawn.marker for drawn in written[2].drawn] == ["3.", "4.", "•"]
    assert written[3].document.toPlainText().split() == ["a", "b", "1", "2"]
    assert written[4].document.toPlainText() == "def f(x): return 'é'"
    colours = {formats.format.foreground().color().name() for formats in written[4].document.firstBlock().textFormats()}
    assert {PAPER.accent.lower(), PAPER.ink.lower(), PAPER.verified.lower()} <= colours
    assert written[6].drawn[0].rule


def test_marks_in_every_place_are_chips_or_are_left_to_the_foot(qapp: QApplication, fonts: None, theme: Theme) -> None:
    text = (
        "**[p. 1]** and `[p. 2]` [go [p. 3]](http://x.example/[p. 4])\n\n| [p. 5] |\n|---|\n| x |\n\n```\n[p. 6]\n```\n"
    )
    citations = [cite(text, f"[p. {page}]", CitationState.PAGE, page) for page in range(1, 7)]
    marks = mark_citations(text, citations, {})
    space = ChipSpace(theme)
    written = [_renderer(theme, marks, space).write(block.tokens) for block in parse(embed(text, marks))]
    chips = [placed.mark.label for part in written for placed in part.marks]
    assert chips == ["p. 1", "p. 2", "p. 3", "p. 5"]
    shown = "\n".join(part.document.toPlainText() for part in written)
    assert "(http://x.example/[p. 4])" in shown
    assert "[p. 6]" in shown


def test_titles_on_chips_are_short() -> None:
    assert shorten_title("Side letters 2019–2024") == "Side letters"
    assert shorten_title("Harbour Lease, consolidated") == "Harbour Lease"
    assert shorten_title("1984") == "1984"
    assert shorten_title("Re: Lease of Berth 2") == "Re: Lease of Berth 2"
    assert shorten_title("AW: Re: Berth 2, the rent") == "AW: Re: Berth 2"
    assert shorten_title("Harbour Lease, consolidated (draft-2)") == "Harbour Lease (draft-2)"
    assert len(shorten_title("An exceedingly long title of a book that never ends")) <= 25


def _noted(theme: Theme, space: ChipSpace, text: str) -> list[RenderedText]:
    return [_renderer(theme, (), space).write(block.tokens) for block in StepwiseText(embed(text, ())).blocks]


def test_footnotes_are_raised_numbers_and_notes(space: ChipSpace) -> None:
    text = "It ends[^x] in May[^y]. No[^z].\n\n[^y]: By *post*.\n\n[^x]: At noon.\n\n    And then.\n\n[^q]: Text."
    written = _noted(Theme(PAPER), space, text)
    said = [part.document.toPlainText().strip() for part in written]
    assert said == ["It ends1 in May2. No[^z].", "By post.", "At noon.\nAnd then.", "[^q]: Text."]
    assert [note.source for note in written[0].notes] == ["[^1]", "[^2]"]
    assert [[drawn.marker for drawn in part.drawn if drawn.marker] for part in written] == [[], ["2."], ["1."], []]


def test_a_definition_in_a_later_step_is_known_from_the_first_on(
    space: ChipSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markdown, "STEP_CHARACTERS", 20)
    stepwise = StepwiseText("First[^1].\n\n" + "More words here.\n\n" * 9 + "[^1]: Late.")
    assert stepwise.rest
    (first, *_others) = (_renderer(Theme(PAPER), (), space).write(block.tokens) for block in stepwise.blocks)
    assert first.document.toPlainText() == "First1."


def test_the_marks_of_an_open_answer_are_no_footnotes(space: ChipSpace) -> None:
    assert plain(space, "It ends[^1].\n\n[^1]: At noon.") == "It ends[^1].\n[^1]: At noon."

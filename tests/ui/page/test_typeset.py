"""Setting a page moves no character: what is lit, found and copied is what the page says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlockFormat, QTextCursor, QTextDocument

from app.core.documents.document import Format
from app.language.markdown import flow_markdown
from app.ui.page.page_layout import FlowLayout
from app.ui.page.typeset import flow, indent_of, index_of, typeset, utf16_offset

_WIDE = (
    "a line that was broken by a program to some width\nand goes on in the next line of the same paragraph\nto its end"
)
_VERSE = "Tyger Tyger, burning bright,\nIn the forests of the night"
_TEXTS = st.text(st.sampled_from("ab.#*`- \n>|1)\t「」港湾か😀é\u3000[]_\\"), max_size=200)


@given(_TEXTS)
def test_flowing_keeps_every_place(text: str) -> None:
    for flowed in (flow(text), flow_markdown(text)):
        assert len(flowed) == len(text)
        assert utf16_offset(flowed, len(text)) == utf16_offset(text, len(text))
        changed = {old for old, new in zip(text, flowed, strict=True) if old != new}
        assert changed <= set("\n \t-*+")


@given(_TEXTS, st.sampled_from([Format.MARKDOWN, Format.HTML, Format.CSV]))
def test_setting_keeps_every_place_in_tables_too(qapp: object, text: str, format: Format) -> None:
    document = QTextDocument()
    layout = FlowLayout(document)
    typeset(layout, text, [], 15, format=format, justify=True)
    assert document.characterCount() == utf16_offset(text, len(text)) + 1
    assert document.blockCount() >= text.count("\n\n") + 1
    assert layout.documentSize().height() > 0
    for at in range(document.characterCount()):
        block = document.findBlock(at)
        assert block.layout().lineForTextPosition(at - block.position()).isValid()


@given(_TEXTS, st.integers(0, 200))
def test_offsets_of_qt_and_of_python_belong_together(text: str, index: int) -> None:
    index = min(index, len(text))
    assert index_of(text, utf16_offset(text, index)) == index


def test_lines_broken_to_a_width_flow_and_verse_does_not() -> None:
    assert flow(_WIDE) == _WIDE.replace("\n", " ")
    assert flow(_VERSE) == _VERSE
    assert flow(f"{_WIDE}\n\n{_VERSE}") == _WIDE.replace("\n", " ") + f"\n\n{_VERSE}"


@pytest.mark.parametrize(
    "line", ["- an item of a list that is as long as a line of text can be", "    indented code " * 3]
)
def test_lists_and_indented_lines_stay(line: str) -> None:
    text = f"{line}\n{line}\n{line}"
    assert flow(text) == text


def test_japanese_flows_without_gaps() -> None:
    line = "借主は退去の際に岸壁と防舷材および係留設備を元の状態で引き渡すものとする"
    assert flow(f"{line}\n{line}") == f"{line}\u200b{line}"


def test_markdown_flows_as_it_is_meant() -> None:
    text = "# Title\nSome words\nthat go on.\n\n- an item\n  goes on\n- another\n\n1. one\n2. two"
    flowed = "# Title\nSome words that go on.\n\n• an item \u200b\u200bgoes on\n• another\n\n1. one\n2. two"
    assert flow_markdown(text) == flowed
    code = "```\n- code\nstays\n```"
    assert flow_markdown(code) == code
    assert indent_of("• an item") == 2
    assert indent_of("12. two") == 4
    assert indent_of("Words") == 0


def test_the_document_has_the_text_and_headings_stand_out(qapp: object) -> None:
    document = QTextDocument()
    text = "Part IX. Early termination\n\n9.4 Where the Landlord has consented in writing, the Tenant may end it. 😀"
    layout = FlowLayout(document)
    typeset(layout, text, ["Part IX.  Early termination"], 15, format=Format.TEXT, justify=True)
    assert document.toPlainText() == text
    heading = document.firstBlock().begin().fragment().charFormat().font()
    body = document.lastBlock().begin().fragment().charFormat().font()
    assert heading.pixelSize() > document.defaultFont().pixelSize()
    assert body.pixelSize() in (-1, 15)
    gap = document.findBlockByNumber(1).blockFormat()
    assert gap.lineHeightType() == QTextBlockFormat.LineHeightTypes.FixedHeight.value


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Where the Landlord has consented in writing, the Tenant may end the Term at the end of any month.", True),
        ("回答を止めるには、質問欄か会話で Esc を押します。そこまでの回答は残ります。" * 3, False),
    ],
)
def test_lines_are_filled_only_where_words_have_spaces(qapp: object, text: str, filled: bool) -> None:
    document = QTextDocument()
    layout = FlowLayout(document)
    typeset(layout, text, [], 15, format=Format.TEXT, justify=True)
    assert (document.firstBlock().blockFormat().alignment() == Qt.AlignmentFlag.AlignJustify) is filled


@pytest.mark.parametrize(
    "text", ["<img src='file:///etc/passwd'>", "a &lt; b <b>c</b>", "[x](javascript:1) ![i](file:///x)"]
)
@pytest.mark.parametrize("format", [Format.TEXT, Format.MARKDOWN])
def test_markup_stays_text(qapp: object, text: str, format: Format) -> None:
    document = QTextDocument()
    layout = FlowLayout(document)
    typeset(layout, text, [], 15, format=format, justify=False)
    assert document.toPlainText() == text
    cursor = QTextCursor(document)
    cursor.movePosition(QTextCursor.MoveOperation.NextCharacter)
    assert not cursor.charFormat().isImageFormat()
    assert not cursor.charFormat().isAnchor()

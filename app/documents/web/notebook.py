"""Reads Jupyter notebooks: cells of text as Markdown, code with its language, outputs as text. Source: nbformat."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import msgspec

from app.core.documents.document import Document, Format
from app.documents.formats.contract import MAX_CHARACTERS, Content, Progress, refuse_damaged, refuse_over, to_document
from app.documents.plain_text import COLOUR
from app.documents.text.clean import clean_line
from app.documents.text.flow import Block, Heading, flow
from app.documents.web import html, markdown

format = Format.NOTEBOOK

MAX_CELLS = 100_000
_PLAIN, _HTML = "text/plain", "text/html"
_OUTPUT = "[output]"
_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Language(msgspec.Struct):
    name: str = ""
    language: str = ""


class _Metadata(msgspec.Struct):
    title: str = ""
    language_info: _Language = msgspec.field(default_factory=_Language)
    kernelspec: _Language = msgspec.field(default_factory=_Language)


class _Output(msgspec.Struct):
    output_type: str = ""
    text: str | list[str] = ""
    data: dict[str, msgspec.Raw] = {}
    ename: str = ""
    evalue: str = ""


class _Cell(msgspec.Struct):
    """A cell. `input`, `level` and `language` are of the third format."""

    cell_type: str = ""
    source: str | list[str] = ""
    input: str | list[str] = ""
    level: int = 1
    language: str = ""
    outputs: list[_Output] = []


class _Sheet(msgspec.Struct):
    cells: list[_Cell] = []


class _Notebook(msgspec.Struct):
    nbformat: int
    cells: list[_Cell] = []
    worksheets: list[_Sheet] = []
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


def parse(content: Content, progress: Progress) -> Document:
    """Parse a notebook; pictures in outputs are left out."""
    progress(0, 1)
    try:
        notebook = msgspec.json.decode(bytes(content.data), type=_Notebook)
    except _BROKEN as error:
        refuse_damaged(content, format, error)
    cells = [*notebook.cells, *chain.from_iterable(sheet.cells for sheet in notebook.worksheets)]
    refuse_over(MAX_CELLS, len(cells), "cells", content)
    metadata = notebook.metadata
    language = metadata.language_info.name or metadata.kernelspec.language
    flowed = flow(_blocks(cells, clean_line(language, 40), content, progress))
    first = next((each.title for each in flowed.outline if each.level == 1), "")
    document = to_document(flowed, content, format, metadata.title or first)
    progress(max(1, len(cells)), max(1, len(cells)))
    return document


def _blocks(cells: list[_Cell], language: str, content: Content, progress: Progress) -> Iterator[Block]:
    characters = 0
    for done, cell in enumerate(cells):
        progress(done, len(cells))
        for block in _of_cell(cell, language, content):
            characters += len(block.untrusted_text)
            refuse_over(MAX_CHARACTERS, characters, "characters", content)
            yield block


def _of_cell(cell: _Cell, language: str, content: Content) -> Iterator[Block]:
    source = _joined(cell.source or cell.input)
    if cell.cell_type == "code":
        if source.strip():
            yield Block(f"```{clean_line(cell.language, 40) or language}\n{source.strip(chr(10))}\n```")
        for output in cell.outputs:
            yield from _said(output, content)
    elif cell.cell_type == "heading":
        yield Block(source, (Heading(source, max(1, cell.level)),))
    elif cell.cell_type == "markdown":
        yield from markdown.read_blocks(source, lambda _done, _total: None)
    else:
        yield Block(source)


def _said(output: _Output, content: Content) -> Iterator[Block]:
    text = _joined(output.text) or _of_kind(output, _PLAIN)
    if output.ename:
        text = f"{output.ename}: {output.evalue}"
    if text.strip():
        yield Block(f"{_OUTPUT}\n{COLOUR.sub('', text).strip(chr(10))}")
    elif page := _of_kind(output, _HTML):
        yield Block(_OUTPUT)
        yield from (
            msgspec.structs.replace(each, headings=()) for each in html.read_page(page.encode(), content).blocks
        )


def _of_kind(output: _Output, kind: str) -> str:
    try:
        return _joined(msgspec.json.decode(output.data.get(kind, b'""'), type=str | list[str]))
    except _BROKEN:
        return ""


def _joined(lines: str | list[str]) -> str:
    text = lines if isinstance(lines, str) else "".join(lines)
    return text.replace("\r\n", "\n").replace("\f", "\n")

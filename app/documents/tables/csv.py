"""Reads tables divided by commas, semicolons or tabs. Source: RFC 4180, and what spreadsheets write."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from app.core.documents.document import Document, Format
from app.documents.formats.contract import Content, Progress, refuse_damaged, to_document
from app.documents.plain_text import decode
from app.documents.tables.rows import Tables
from app.documents.text.flow import flow

format = Format.CSV

MAX_CELL_CHARACTERS = 1_000_000
"""The most characters of a cell: a quotation mark that opens a cell and is never closed makes everything after it one
cell."""

PROGRESS_ROWS = 1_000
_SNIFF_LINES = 50
_SNIFF_CHARACTERS = 20_000
_DIVIDERS = "\t;,|"


def parse(content: Content, progress: Progress) -> Document:
    """Parse a table. Cells stay as written: formulas are never calculated."""
    progress(0, 0)
    untrusted_text = decode(content)
    flowed = flow(Tables(content).blocks(_rows(untrusted_text, content, progress)))
    document = to_document(flowed, content, format)
    progress(1, 1)
    return document


def _rows(untrusted_text: str, content: Content, progress: Progress) -> Iterator[Sequence[str]]:
    divider, untrusted_text = _divider(untrusted_text)
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    reader = csv.reader(io.StringIO(untrusted_text, newline=""), delimiter=divider)
    try:
        for number, row in enumerate(reader):
            if number % PROGRESS_ROWS == 0:
                progress(0, 0)
            yield row
    except csv.Error as error:
        refuse_damaged(content, format, error)


def _divider(untrusted_text: str) -> tuple[str, str]:
    """Return the divider that most of the first lines have equally often, and the text without Excel's line that names
    it."""
    first, _, rest = untrusted_text.partition("\n")
    if first.lower().startswith("sep=") and len(first) == 5 and first[4] in _DIVIDERS:
        return first[4], rest
    lines = [line for line in untrusted_text[:_SNIFF_CHARACTERS].split("\n")[:_SNIFF_LINES] if line.strip()]
    return max(_DIVIDERS, key=lambda divider: _regularity(divider, lines)), untrusted_text


def _regularity(divider: str, lines: list[str]) -> tuple[int, int]:
    counts = [_outside_quotes(line).count(divider) for line in lines]
    usual = max(set(counts), key=lambda count: (counts.count(count) if count else 0, count), default=0)
    return (counts.count(usual) if usual else 0, usual)


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])
